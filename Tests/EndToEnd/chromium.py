"""Chromium without a window, driven by its DevTools protocol over a pipe: what pages ask for, what fails, and clicks."""

from __future__ import annotations

import base64
import contextlib
import itertools
import json
import os
import shutil
import subprocess
import tempfile
import threading
import time
from pathlib import Path

import pytest

PROGRAM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")

needs_chromium = pytest.mark.skipif(
    PROGRAM is None, reason="chromium is not installed: run `make setup-prefect`, or set CHROMIUM")

# Finds the middle of the first visible element that a selector, and a text if any, name; what a dialog or a list that goes away
# still covers is not hit.
FIND = """
((selector, text) => {
  const said = e => (e.innerText || e.getAttribute('aria-label') || e.value || '').trim();
  for (const e of document.querySelectorAll(selector)) {
    let r = e.getBoundingClientRect();
    if (!r.width || !r.height || e.disabled || (text !== null && said(e) !== text)) continue;
    e.scrollIntoView({block: 'center', behavior: 'instant'});
    r = e.getBoundingClientRect();
    const place = [r.x + r.width / 2, r.y + r.height / 2], there = document.elementFromPoint(...place);
    const isCovered = !e.contains(there) && (!there || there === document.body || there === document.documentElement || !there.contains(e));
    if (!isCovered) return place;
  }
  return null;
})(%s, %s)
"""

# Marks that of the elements which a selector, and a text if any, name that shares the smallest part of the page with another text.
MARK_NEAR = """
((near, selector, text) => {
  document.querySelectorAll('[data-near]').forEach(e => e.removeAttribute('data-near'));
  const said = e => (e.innerText || e.getAttribute('aria-label') || e.value || '').trim();
  let found = null, least = Infinity;
  for (const e of document.querySelectorAll(selector)) {
    if (text !== null && said(e) !== text) continue;
    let around = e;
    while (around && !around.innerText.includes(near)) around = around.parentElement;
    if (around && around.innerText.length < least) { found = e; least = around.innerText.length; }
  }
  if (found) found.setAttribute('data-near', '');
  return found !== null;
})(%s, %s, %s)
"""


class Chromium:
    """One browser with one page."""

    def __init__(self, host: str):
        """Takes the only host that it may reach, with its port."""
        self.directory = tempfile.mkdtemp(prefix="mrt-chromium-")
        self.host = host
        to_read, to_write = os.pipe()
        from_read, from_write = os.pipe()
        # The browser reads commands from descriptor 3 and writes to 4; a shell puts the pipes there.
        self.process = subprocess.Popen(
            ["/bin/bash", "-c", f'exec "$0" "$@" 3<&{to_read} 4>&{from_write}', PROGRAM, "--headless=new", "--no-sandbox",
             "--disable-gpu", "--disable-dev-shm-usage", "--window-size=1500,1300",
             "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
             f"--user-data-dir={self.directory}", "--remote-debugging-pipe", "about:blank"],
            pass_fds=(to_read, from_write), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(to_read)
        os.close(from_write)
        self.out = os.fdopen(to_write, "wb", buffering=0)
        self.into = os.fdopen(from_read, "rb")
        self.changed = threading.Condition()
        self.numbers = itertools.count(1)
        self.answers: dict[int, dict] = {}
        self.requests: dict[str, dict] = {}
        self.open: set[str] = set()
        self.moved = time.monotonic()
        self.has_ended = False
        # What went wrong, and what was asked of the API: (status, method, path, body).
        self.faults: list[str] = []
        self.asked: list[tuple[int, str, str, str]] = []
        self.session: str | None = None
        threading.Thread(target=self._read, daemon=True).start()
        [target] = [t for t in self._pages() if t["type"] == "page"]
        self.session = self.call("Target.attachToTarget", targetId=target["targetId"], flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Network"):
            self.call(domain + ".enable")

    def _pages(self) -> list[dict]:
        end = time.monotonic() + 60
        while True:
            found = self.call("Target.getTargets")["targetInfos"]
            if any(target["type"] == "page" for target in found):
                return found
            assert time.monotonic() < end, found
            self.wait(0.1)

    def call(self, method: str, **parameters: object) -> dict:
        number = next(self.numbers)
        message = {"id": number, "method": method, "params": parameters}
        if self.session:
            message["sessionId"] = self.session
        self.out.write(json.dumps(message).encode() + b"\0")
        with self.changed:
            assert self.changed.wait_for(lambda: number in self.answers or self.has_ended, 60), method
            answer = self.answers.pop(number, {"error": "the browser has ended"})
        assert "error" not in answer, (method, answer)
        return answer["result"]

    def _read(self) -> None:
        rest = b""
        while piece := self.into.read1(1 << 20):
            *messages, rest = (rest + piece).split(b"\0")
            with self.changed:
                for message in messages:
                    self._take(json.loads(message))
                self.changed.notify_all()
        with self.changed:
            self.has_ended = True
            self.changed.notify_all()

    def _take(self, message: dict) -> None:
        if "id" in message:
            self.answers[message["id"]] = message
            return
        event, parameters = message["method"], message["params"]
        if not event.startswith("Network.") and event not in ("Runtime.consoleAPICalled", "Runtime.exceptionThrown"):
            return
        self.moved = time.monotonic()
        number = parameters.get("requestId", "")
        request = self.requests.get(number, {"method": "", "url": ""})
        ours = f"//{self.host}/" in request["url"]
        if event == "Network.requestWillBeSent":
            self.requests[number] = parameters["request"]
            self.open.add(number)
        elif event == "Network.responseReceived":
            status, url = parameters["response"]["status"], request["url"]
            path = url.split(self.host, 1)[-1]
            if "/api/" in url:
                self.asked.append((status, request["method"], path, request.get("postData", "")))
            if ours and status >= 400:
                self.faults.append(f"{status} {request['method']} {path} {request.get('postData', '')}")
        elif event == "Network.loadingFinished":
            self.open.discard(number)
        elif event == "Network.loadingFailed":
            self.open.discard(number)
            if ours and not parameters.get("canceled"):
                self.faults.append(f"{request['method']} {request['url']}: {parameters['errorText']}")
        elif event == "Runtime.exceptionThrown":
            self.faults.append("exception: " + json.dumps(parameters["exceptionDetails"])[:600])
        elif event == "Runtime.consoleAPICalled" and parameters["type"] in ("error", "assert"):
            words = [str(word.get("value", word.get("description", ""))) for word in parameters["args"]]
            self.faults.append("console: " + " ".join(words)[:600])

    def wait(self, seconds: float) -> None:
        """Until something is told, or so long."""
        with self.changed:
            self.changed.wait(seconds)

    def settle(self, quiet: float = 0.3, limit: float = 2) -> None:
        """Until nothing was asked for a while and nothing is under way; pages that never cease to ask are not waited for."""
        end = time.monotonic() + limit
        while time.monotonic() < end and (self.open or time.monotonic() - self.moved < quiet):
            self.wait(0.05)

    def go(self, path: str) -> str:
        """Opens a page and returns what it shows."""
        self.open.clear()
        self.moved = time.monotonic()
        self.call("Page.navigate", url=f"http://{self.host}{path}")
        self.settle()
        return self.text()

    def evaluate(self, expression: str) -> object:
        answer = self.call("Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True)
        return answer["result"].get("value")

    def text(self) -> str:
        return str(self.evaluate("document.body ? document.body.innerText : ''"))

    def see(self, text: str, timeout: float = 30) -> None:
        """Until the page shows a text."""
        end = time.monotonic() + timeout
        while text not in self.text():
            assert time.monotonic() < end, f"no {text!r} in:\n{self.text()}\n{self.faults}"
            self.wait(0.1)

    def click(self, selector: str, text: str | None = None, timeout: float = 20) -> None:
        self._click("", selector, text, timeout)

    def _click(self, before_each: str, selector: str, text: str | None, timeout: float) -> None:
        expression = before_each + ";" + FIND % (json.dumps(selector), json.dumps(text))
        end = time.monotonic() + timeout
        before = None
        # What moves is not hit: it has to stand still between two looks.
        while (place := self.evaluate(expression)) is None or place != before:
            assert time.monotonic() < end, f"no {selector} {text!r} {before_each[-60:]} in:\n{self.text()}\n{self.faults}"
            before = place
            self.wait(0.1)
        for kind, count in (("mouseMoved", 0), ("mousePressed", 1), ("mouseReleased", 1)):
            self.call("Input.dispatchMouseEvent", type=kind, x=place[0], y=place[1], clickCount=count,
                      button="left" if count else "none")
        self.settle()

    def click_near(self, near: str, selector: str, text: str | None = None, timeout: float = 20) -> None:
        """Clicks what belongs to a text: the menu or the switch of its row."""
        # The page may draw it anew: it is looked for at each look.
        self._click(MARK_NEAR % (json.dumps(near), json.dumps(selector), json.dumps(text)), "[data-near]", None, timeout)

    def press(self, key: str, number: int, modifiers: int = 0) -> None:
        for kind in ("keyDown", "keyUp"):
            self.call("Input.dispatchKeyEvent", type=kind, key=key, windowsVirtualKeyCode=number, modifiers=modifiers)

    def fill(self, selector: str, text: str) -> None:
        """Puts a text in the place of what a field has."""
        self.click(selector)
        self.press("a", 65, modifiers=2)
        self.call("Input.insertText", text=text)

    def choose(self, selector: str, option: str, text: str | None = None, timeout: float = 30) -> None:
        """Takes one of the choices that a click shows; clicks again when what was shown has gone."""
        end = time.monotonic() + timeout
        while True:
            self.click(selector, text)
            try:
                return self.click("[role=option]", option, timeout=3)
            except AssertionError:
                assert time.monotonic() < end, self.text()

    def picture(self, path: Path) -> None:
        path.write_bytes(base64.b64decode(self.call("Page.captureScreenshot", format="png")["data"]))

    def take_faults(self) -> list[str]:
        faults, self.faults = self.faults, []
        return faults

    def close(self) -> None:
        with contextlib.suppress(AssertionError, OSError):
            self.session = None
            self.call("Browser.close")
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.out.close()
        shutil.rmtree(self.directory, ignore_errors=True)
