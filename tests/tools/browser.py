# SPDX-License-Identifier: GPL-3.0-or-later
"""Headless Chromium, driven as W3C's WebDriver has it (https://www.w3.org/TR/webdriver2/), by chromedriver on loopback."""

import base64
import json
import os
import signal
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path

ELEMENT = "element-6066-11e4-a52e-4f735466cecf"  # WebDriver, 11: web element identifier


class Browser:
    """One window. What it loads and what it complains of is in `requests` and `complaints` after each open()."""

    def __init__(self, folder):
        self.folder = Path(folder)
        with open(self.folder / "chromedriver.log", "wb") as log:
            self.driver = subprocess.Popen(["chromedriver", "--port=0"], stdout=subprocess.PIPE, stderr=log,
                                           start_new_session=True, text=True)
        self.base = f"http://127.0.0.1:{self._port()}"
        arguments = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
                     f"--user-data-dir={self.folder / 'profile'}"]
        answer = self._call("POST", "/session", {"capabilities": {"alwaysMatch": {
            "browserName": "chrome", "goog:chromeOptions": {"args": arguments},
            "goog:loggingPrefs": {"performance": "ALL", "browser": "ALL"}}}})
        self.session = "/session/" + answer["sessionId"]
        self.requests, self.complaints = [], []

    def _port(self):
        for line in self.driver.stdout:  # "ChromeDriver was started successfully on port 41231."
            if "successfully on port" in line:
                return int(line.rsplit(" ", 1)[1].strip(" .\n"))
        raise RuntimeError("chromedriver did not start; see chromedriver.log")

    def _call(self, method, path, body=None):
        request = urllib.request.Request(self.base + path, method=method,
                                         data=None if body is None else json.dumps(body).encode())
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(request, timeout=120) as answer:
                return json.load(answer)["value"]
        except urllib.error.HTTPError as error:
            raise RuntimeError(f"{method} {path}: {json.load(error)['value']['message']}") from error

    def _do(self, path, body=None):
        return self._call("POST", self.session + path, {} if body is None else body)

    def devtools(self, command, **parameters):
        """A command of the Chrome DevTools protocol."""
        return self._do("/goog/cdp/execute", {"cmd": command, "params": parameters})

    def look(self, width, height, scheme):
        """The size of the window, and whether the user likes it "light" or "dark"."""
        self.devtools("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1,
                      mobile=width < 600)
        self.devtools("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])

    def open(self, url):
        self._drain()
        self._do("/url", {"url": str(url)})
        self.requests, self.complaints = self._drain()

    def _drain(self):
        events = [json.loads(entry["message"])["message"] for entry in self._do("/se/log", {"type": "performance"})]
        requests = [event["params"]["request"]["url"] for event in events if event["method"] == "Network.requestWillBeSent"]
        return requests, [entry["message"] for entry in self._do("/se/log", {"type": "browser"})]

    def script(self, text, *arguments):
        """The value of a function's body."""
        return self._do("/execute/sync", {"script": text, "args": list(arguments)})

    def wait_for(self, text, *arguments):
        """The value that a function's body hands to its last argument, a callback."""
        return self._do("/execute/async", {"script": text, "args": list(arguments)})

    def find(self, css):
        return [element[ELEMENT] for element in self._do("/elements", {"using": "css selector", "value": css})]

    def click(self, element):
        self._do(f"/element/{element}/click")

    def text(self, element):
        return self._call("GET", f"{self.session}/element/{element}/text")

    def screenshot(self, path):
        """The whole page, or as much of a long one as Chromium draws at once."""
        size = self.devtools("Page.getLayoutMetrics")["cssContentSize"]
        clip = {"x": 0, "y": 0, "width": size["width"], "height": min(size["height"], 16000), "scale": 1}
        shot = self.devtools("Page.captureScreenshot", format="png", captureBeyondViewport=True, clip=clip)
        Path(path).write_bytes(base64.b64decode(shot["data"]))

    def close(self):
        try:
            self._call("DELETE", self.session)
        finally:
            os.killpg(self.driver.pid, signal.SIGTERM)
            self.driver.wait()
            deadline = time.monotonic() + 10
            while (self.folder / "profile" / "SingletonLock").is_symlink() and time.monotonic() < deadline:
                time.sleep(0.1)
