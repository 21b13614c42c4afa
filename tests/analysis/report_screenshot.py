#!/usr/bin/env python3
"""Takes a picture of a page of `simtrace report`, for example for a README: report_screenshot.py PAGE PNG [OPTION…]"""
import argparse
import json
import pathlib
import sys

from browser import Browser, find_browser


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("page", type=pathlib.Path)
    parser.add_argument("png")
    parser.add_argument("--width", type=int, default=1280)
    parser.add_argument("--height", type=int, default=900, help="of the window; the picture shows what is in it")
    parser.add_argument("--dark", action="store_true")
    parser.add_argument("--section", help="scroll there: timeline, path, whatif, platform, use, tables, made")
    parser.add_argument("--from", dest="begin", type=float, metavar="S", help="first moment of the timeline")
    parser.add_argument("--to", type=float, metavar="S", help="last moment of the timeline")
    arguments = parser.parse_args()
    if not find_browser():
        sys.exit("needs Chromium: apt-get install chromium")
    with Browser(arguments.width, arguments.height) as browser:
        browser.prefer("dark" if arguments.dark else "light")
        browser.open(arguments.page.resolve())
        if arguments.begin is not None and arguments.to is not None:
            browser.evaluate(f"window.report.timeline.view.set({arguments.begin * 1e9}, {arguments.to * 1e9}), window.report.timeline.changed()")
        if arguments.section:
            browser.evaluate(f"document.getElementById({json.dumps(arguments.section)}).scrollIntoView({{block: 'start', behavior: 'instant'}})")
        browser.frames(4)
        browser.screenshot(arguments.png, whole=False)
        print("\n".join(browser.problems))


main()
