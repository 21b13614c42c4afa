#!/usr/bin/env python3
"""Opens pages of `simtrace report` in Chromium: report_browser.py SIMTRACE WRITE_PREDICTION [--keep FOLDER]

Checks that nothing fails or asks the network, that the page says what the prediction says, that keys, wheel, search and
clicks do what they say, in light and dark. Exits 77 (skipped) without Chromium. --keep leaves pages and screenshots."""
import argparse
import json
import pathlib
import subprocess
import sys
import tempfile
import zlib

from browser import Browser, find_browser

ROUNDS, ROUND_NS = 50, 4_400_000
TITLE = "trace.capnp on two-sites.xml: simreplay prediction"
SWEEP = {
    "tool": "simreplay", "version": "0.1.0", "trace": "trace.capnp", "platform": "two-sites.xml", "baseline_s": 0.22,
    "axes": [{"name": "net.latency", "unit": "s", "values": [1e-4, 1e-3, 1e-2, 1e-1], "labels": ["0.1ms", "1ms", "10ms", "100ms"]},
             {"name": "cpu", "unit": "x", "values": [1, 2], "labels": ["1x", "2x"]}],
    "points": [{"index": [i, j], "predicted_s": None if (i, j) == (3, 1) else 0.02 / (1 + j) + 100 * 10 ** (i - 4), "failed": "no answer" if (i, j) == (3, 1) else None}
               for i in range(4) for j in range(2)],
}


class Checks:
    def __init__(self, browser):
        self.browser, self.failed, self.done = browser, [], 0

    def that(self, what, found, expected):
        self.done += 1
        if found != expected:
            self.failed.append(f"{what}: {found!r} instead of {expected!r}")

    def text(self, what, expression, *words):
        self.done += 1
        found = self.browser.evaluate(expression) or ""
        self.failed += [f"{what}: no {word!r} in {found[:300]!r}" for word in words if word not in found]

    def no_problem(self, where):
        # Reading pixels back, which only this test does, makes Chromium advise how to do that faster.
        self.that(f"problems in {where}", [p for p in self.browser.problems if "willReadFrequently" not in p], [])
        self.browser.problems.clear()


def inner_text(selector):
    return f"document.querySelector({json.dumps(selector)})?.innerText"


def colours_at(browser, x_share, row, row_height=20, head=52):
    """The pixel of a row of the timeline at a share of the shown time, as "#rrggbb"."""
    return browser.evaluate(f"""(() => {{
      const canvas = document.querySelector('.timeline canvas'), box = document.querySelector('.scroller');
      const scale = devicePixelRatio, gutter = Math.round(Math.min(230, Math.max(90, box.clientWidth * 0.2)));
      const x = gutter + {x_share} * (box.clientWidth - gutter), y = {head} + {row} * {row_height} + {row_height} - 5;
      const p = canvas.getContext('2d').getImageData(Math.round(x * scale), Math.round(y * scale), 1, 1).data;
      return '#' + [...p.slice(0, 3)].map((v) => v.toString(16).padStart(2, '0')).join('');
    }})()""")


def span(browser):
    return browser.evaluate("window.report.timeline.view.span")


def is_picture(png):
    """A PNG that is not one colour: its compressed pixels would be tiny."""
    return png[:8] == b"\x89PNG\r\n\x1a\n" and len(zlib.compress(png)) > 20_000


def check_content(check):
    total = ROUNDS * ROUND_NS
    check.that("title", check.browser.evaluate("document.title"), TITLE)
    check.text("headline", inner_text("header"), "220.0 ms", "198.0 ms – 264.0 ms", "−10.0 %", "medium", "outside the trace", "machine was busy")
    check.text("path", inner_text("#path"), "network latency", "200.0 ms", "90.9 %", "tcp 10.0.0.2:6379 -> 10.0.0.1:4242")
    check.text("locks", inner_text("#path details:last-of-type"), "lock", "redis-server 200, thread 201", "redis-server[200] thread 202", "14.00 ms")
    shares = check.browser.evaluate("[...document.querySelectorAll('#path .causes span')].map((e) => parseFloat(e.style.flex))")
    check.that("shares of the path add up", round(sum(shares), 5), 1)
    check.that("the path ends with the prediction", check.browser.evaluate("window.report.page.path.intervals.ends.at(-1)"), total)
    check.text("what if", inner_text("#whatif"), "8 replays", "1 of them failed")
    check.that("curves", check.browser.evaluate("document.querySelectorAll('#whatif canvas').length"), 1)
    check.text("platform", "document.querySelector('#platform').textContent", "client", "server", "redis-server", "wan_DOWN", "100 Mbit/s", "1 other host")
    check.that("use over time", check.browser.evaluate("document.querySelectorAll('#use canvas').length"), 4)
    check.text("tables", "document.querySelector('#tables').textContent", "redis-benchmark", "</script>", "failed connects", "not measured", "200 kB")
    check.text("how it was made", inner_text("#made"), "SimGrid 3.32", "a" * 64, "simreplay trace.capnp dir/two-sites.xml '--place=redis-server*=server' --host-speed=1Gf")


def check_timeline(check):
    browser = check.browser
    total = ROUNDS * ROUND_NS
    colour = lambda name: browser.evaluate(f"getComputedStyle(document.documentElement).getPropertyValue('--{name}').trim()")
    browser.evaluate(f"window.report.timeline.view.set(0, {ROUND_NS}), window.report.timeline.changed()")
    browser.frames(3)
    check.that("client computes first", colours_at(browser, 0.01, 0), colour("compute"))
    check.that("then it waits", colours_at(browser, 0.9, 0), colour("network"))
    check.that("the database computes in the middle", colours_at(browser, 2.2 / 4.4, 1), colour("compute"))
    browser.key("0")
    check.that("0 shows all", span(browser), total)
    x, y, width, height = browser.box(".timeline")
    browser.mouse("mouseMoved", x + width / 2, y + 62)
    browser.key("w")
    narrowed = span(browser)
    check.that("w zooms in", narrowed < total, True)
    browser.key("d")
    check.that("d pans", (round(span(browser)), browser.evaluate("window.report.timeline.view.from") > 0), (round(narrowed), True))
    browser.key("s")
    check.that("s zooms out", span(browser) > narrowed, True)
    before = span(browser)
    browser.evaluate("new Promise((done) => setTimeout(done, 300))")  # the wheel belongs to the page while that scrolls
    browser.mouse("mouseWheel", x + width / 2, y + 62, deltaX=0, deltaY=-240)
    browser.frames(3)
    check.that("the wheel zooms", span(browser) < before, True)
    browser.key("0")
    browser.evaluate(f"window.report.timeline.view.set(0, {ROUND_NS}), window.report.timeline.changed()")
    browser.frames(3)
    gutter = round(min(230, max(90, width * 0.2)))
    browser.evaluate(f"window.report.timeline.view.set({ROUND_NS}, {2 * ROUND_NS})")
    browser.mouse("mousePressed", x + width / 2, y + 62, button="left", clickCount=1)
    browser.mouse("mouseMoved", x + width / 2 + (width - gutter) / 2, y + 62, button="left", buttons=1)
    browser.mouse("mouseReleased", x + width / 2 + (width - gutter) / 2, y + 62, button="left", clickCount=1)
    browser.frames(3)
    dragged = browser.evaluate("window.report.timeline.view.from") / ROUND_NS
    check.that("dragging to the right goes back in time", round(dragged, 1), 0.5)
    browser.evaluate(f"window.report.timeline.view.set(0, {ROUND_NS}), window.report.timeline.changed()")
    browser.frames(3)
    browser.mouse("mouseMoved", x + gutter + 0.9 * (width - gutter), y + 62)
    browser.frames(3)
    check.text("tooltip", inner_text(".tooltip"), "waiting for the network", "4.300 ms", "redis-server 200", "2.000 ms before", "client")
    browser.click(x + gutter + 0.9 * (width - gutter), y + 62)
    check.text("details", inner_text(".details"), "redis-benchmark 100", "Show what ended it")
    browser.evaluate("[...document.querySelectorAll('.details button')].find((b) => b.textContent.startsWith('Show')).click()")
    check.text("what ended it", inner_text(".details"), "redis-server 200")
    browser.key("/")
    browser.type("redis-server")
    check.that("search keeps the database's threads", browser.evaluate("document.querySelector('.scroller div').style.height"), "60px")
    browser.evaluate("const i = document.querySelector('.toolbar input'); i.value = ''; i.dispatchEvent(new Event('input')); i.blur()")


def check_tables(check):
    first = "document.querySelector('#tables tbody td:nth-child(1)').innerText"
    check.browser.evaluate("[...document.querySelectorAll('#tables th button')].find((b) => b.textContent === 'PID').click()")
    check.that("a click sorts", check.browser.evaluate(first), "300")
    check.browser.evaluate("[...document.querySelectorAll('#tables th button')].find((b) => b.textContent === 'PID').click()")
    check.that("another one turns the order", check.browser.evaluate(first), "100")


def report(arguments, kind, folder, *options):
    prediction, page = folder / f"{kind}.capnp", folder / f"{kind}.html"
    subprocess.run([arguments.write_prediction, kind, prediction, *(("20000", "60") if kind == "large" else ())], check=True)
    subprocess.run([arguments.simtrace, "report", "-o", page, *options, prediction], check=True, stderr=subprocess.DEVNULL)
    return page


def check_pages(check, arguments, folder):
    browser = check.browser
    sweep = folder / "sweep.json"
    sweep.write_text(json.dumps(SWEEP))
    browser.open(report(arguments, "two-sites", folder, "--sweep", sweep))
    check.that("state", browser.evaluate("document.documentElement.dataset.state"), "ready")
    check_content(check)
    check_timeline(check)
    check_tables(check)
    check.no_problem("a whole prediction")
    backgrounds = []
    for scheme in ("light", "dark"):
        browser.prefer(scheme)
        backgrounds.append(browser.evaluate("getComputedStyle(document.body).backgroundColor"))
        browser.evaluate("scrollTo(0, 0)")
        check.that(f"{scheme} screenshot", is_picture(browser.screenshot(folder / f"two-sites-{scheme}.png")), True)
    check.that("dark differs", backgrounds[0] != backgrounds[1], True)
    browser.evaluate("dispatchEvent(new Event('beforeprint'))")
    check.that("paper is light", browser.evaluate("getComputedStyle(document.body).backgroundColor"), backgrounds[0])
    browser.evaluate("dispatchEvent(new Event('afterprint'))")
    browser.resize(520, 900)
    browser.frames(5)
    check.that("fits a narrow window", browser.evaluate("document.documentElement.scrollWidth <= innerWidth"), True)
    browser.resize(1400, 1000)
    browser.prefer("light")
    browser.open(report(arguments, "bare", folder))
    for section, words in (("timeline", "no timeline"), ("path", "no critical path"), ("whatif", "No sweep"), ("platform", "does not name"), ("use", "no use")):
        check.text(section, inner_text(f"#{section}"), words)
    browser.screenshot(folder / "bare.png")
    check.no_problem("a bare prediction")
    browser.open(report(arguments, "large", folder))
    check.that("threads", browser.evaluate("window.report.page.head.threads.length"), 60)
    browser.evaluate("document.querySelector('.scroller').scrollTop = 400")
    browser.frames(3)
    browser.screenshot(folder / "large.png")
    check.no_problem("a large prediction")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("simtrace")
    parser.add_argument("write_prediction")
    parser.add_argument("--keep", metavar="FOLDER")
    arguments = parser.parse_args()
    if not find_browser():
        print("skipped: no Chromium")
        sys.exit(77)
    with tempfile.TemporaryDirectory(prefix="simtrace-report.") as scratch, Browser() as browser:
        folder = pathlib.Path(arguments.keep or scratch).resolve()
        folder.mkdir(parents=True, exist_ok=True)
        check = Checks(browser)
        check_pages(check, arguments, folder)
    print("\n".join(check.failed) or f"{check.done} checks")
    sys.exit(1 if check.failed else 0)


main()
