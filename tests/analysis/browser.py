"""Drives a headless Chromium over the DevTools protocol, through pipes: no port, no driver, no library."""
import base64
import json
import os
import select
import shutil
import signal
import subprocess
import tempfile
import time

NAMES = ("chromium", "chromium-browser", "google-chrome")
PATIENCE = 120  # seconds; a slow machine, not a measurement


def find_browser():
    return next((path for name in NAMES if (path := shutil.which(name))), None)


class Browser:
    """One browser with one page. `problems` collects console errors, exceptions and requests that leave the file."""

    def __init__(self, width=1400, height=1000, scale=1):
        self.profile = tempfile.mkdtemp(prefix="simtrace-browser.")
        self.problems, self.buffer, self.last_id, self.session = [], b"", 0, None
        self._start()
        target = self._send("Target.createTarget", {"url": "about:blank"})["targetId"]
        self.session = self._send("Target.attachToTarget", {"targetId": target, "flatten": True})["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self._send(f"{domain}.enable")
        self.resize(width, height, scale)

    def _start(self):
        (their_in, self.out), (self.inp, their_out) = os.pipe(), os.pipe()
        arguments = ["--headless=new", "--remote-debugging-pipe", f"--user-data-dir={self.profile}", "--no-first-run", "--disable-gpu",
                     "--disable-dev-shm-usage", "--disable-background-networking", "--disable-component-update", "--disable-sync"]
        if os.geteuid() == 0:
            arguments.append("--no-sandbox")
        # Chromium reads commands from descriptor 3 and writes to 4; a shell puts the pipes there.
        script = f'exec "$0" "$@" 3</dev/fd/{their_in} 4>/dev/fd/{their_out}'
        self.process = subprocess.Popen(["/bin/sh", "-c", script, find_browser(), *arguments], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                        stderr=subprocess.DEVNULL, pass_fds=(their_in, their_out), start_new_session=True)
        os.close(their_in)
        os.close(their_out)

    def _read(self, deadline):
        while b"\0" not in self.buffer:
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([self.inp], [], [], left)[0]:
                raise TimeoutError("the browser does not answer")
            piece = os.read(self.inp, 1 << 20)
            if not piece:
                raise ConnectionError("the browser ended")
            self.buffer += piece
        message, self.buffer = self.buffer.split(b"\0", 1)
        return json.loads(message)

    def _send(self, method, parameters=None):
        self.last_id += 1
        message = {"id": self.last_id, "method": method, "params": parameters or {}}
        if self.session:
            message["sessionId"] = self.session
        data = json.dumps(message).encode() + b"\0"
        while data:
            data = data[os.write(self.out, data):]
        deadline = time.monotonic() + PATIENCE
        while True:
            answer = self._read(deadline)
            if answer.get("id") == self.last_id:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error']}")
                return answer["result"]
            self._note(answer)

    def _note(self, event):
        method, parameters = event.get("method"), event.get("params", {})
        if method == "Runtime.exceptionThrown":
            detail = parameters["exceptionDetails"]
            self.problems.append(detail.get("exception", {}).get("description", detail["text"]))
        elif method == "Runtime.consoleAPICalled" and parameters["type"] in ("error", "warning", "assert"):
            self.problems.append(f"console: {[a.get('value', a.get('description')) for a in parameters['args']]}")
        elif method == "Log.entryAdded" and parameters["entry"]["level"] in ("error", "warning"):
            self.problems.append(f"log: {parameters['entry']['text']}")
        elif method == "Network.requestWillBeSent" and not parameters["request"]["url"].startswith(("file:", "data:", "about:")):
            self.problems.append(f"request: {parameters['request']['url']}")

    def evaluate(self, expression):
        """The value of a JavaScript expression; promises are awaited."""
        result = self._send("Runtime.evaluate", {"expression": expression, "awaitPromise": True, "returnByValue": True})
        if "exceptionDetails" in result:
            raise RuntimeError(f"{expression}: {result['exceptionDetails'].get('exception', {}).get('description')}")
        return result["result"].get("value")

    def wait_for(self, expression):
        deadline = time.monotonic() + PATIENCE
        while not self.evaluate(expression):
            if time.monotonic() > deadline:
                raise TimeoutError(f"never true: {expression}; {self.problems}")
            time.sleep(0.05)

    def frames(self, count=2):
        """Waits until that many frames were drawn."""
        self.evaluate(f"(async () => {{ for (let i = 0; i < {count}; i++) await new Promise(requestAnimationFrame); }})()")

    def open(self, path):
        self._send("Page.navigate", {"url": f"file://{path}"})
        self.wait_for("document.documentElement?.dataset.state !== undefined")
        self.frames(3)

    def resize(self, width, height, scale=1):
        self._send("Emulation.setDeviceMetricsOverride", {"width": width, "height": height, "deviceScaleFactor": scale, "mobile": False})

    def prefer(self, scheme, media="screen"):
        self._send("Emulation.setEmulatedMedia", {"media": media, "features": [{"name": "prefers-color-scheme", "value": scheme}]})
        self.frames(3)

    def key(self, key):
        text = {"text": key} if len(key) == 1 else {}
        self._send("Input.dispatchKeyEvent", {"type": "keyDown", "key": key, **text})
        self._send("Input.dispatchKeyEvent", {"type": "keyUp", "key": key})
        self.frames()

    def type(self, text):
        self._send("Input.insertText", {"text": text})
        self.frames()

    def mouse(self, kind, x, y, **more):
        self._send("Input.dispatchMouseEvent", {"type": kind, "x": x, "y": y, **more})

    def click(self, x, y):
        for kind in ("mousePressed", "mouseReleased"):
            self.mouse(kind, x, y, button="left", clickCount=1)
        self.frames()

    def box(self, selector):
        """x, y, width, height of an element in the window, scrolled into view."""
        return self.evaluate(f"(() => {{ const e = document.querySelector({json.dumps(selector)}); e.scrollIntoView({{block: 'center', behavior: 'instant'}});"
                             " const b = e.getBoundingClientRect(); return [b.x, b.y, b.width, b.height]; })()")

    def screenshot(self, path, whole=True):
        """A PNG of the page, whole or as in the window. Returns its bytes."""
        data = base64.b64decode(self._send("Page.captureScreenshot", {"format": "png", "captureBeyondViewport": whole})["data"])
        if path:
            with open(path, "wb") as file:
                file.write(data)
        return data

    def close(self):
        try:
            self.session = None
            self._send("Browser.close")
            self.process.wait(20)
        except (OSError, RuntimeError, TimeoutError, ConnectionError, subprocess.TimeoutExpired):
            pass
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)  # the browser is the leader of a group of its own
            self.process.wait()
        os.close(self.inp)
        os.close(self.out)
        shutil.rmtree(self.profile, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
