"""A real browser for the tests: Debian's Chromium, spoken to through a pipe in its own protocol; nothing else
is needed.
"""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
AXE = ROOT / "tests" / "browser" / "node_modules" / "axe-core" / "axe.min.js"
QUIET = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking"
    " --disable-component-update --disable-sync --disable-dev-shm-usage --hide-scrollbars"
    " --remote-debugging-pipe"
)


def lacking() -> str:
    """What the browser tests lack on this machine, and how to get it; empty when nothing is."""
    if not CHROMIUM:
        return "there is no Chromium: apt-get install chromium"
    if not AXE.is_file():
        return "there is no axe-core: npm ci --prefix tests/browser"
    return ""


class Browser:
    """One Chromium with one page."""

    def __init__(self) -> None:
        ours, theirs = os.pipe(), os.pipe()
        self.folder = tempfile.TemporaryDirectory(
            prefix="browser-", ignore_cleanup_errors=True
        )  # its children may write a moment longer than it lives
        command = f'exec "$0" {QUIET} --user-data-dir="$1" about:blank 3<&{ours[0]} 4>&{theirs[1]}'
        self.process = subprocess.Popen(
            ["bash", "-c", command, CHROMIUM, self.folder.name],
            pass_fds=(ours[0], theirs[1]),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(ours[0])
        os.close(theirs[1])
        self.write, self.read = os.fdopen(ours[1], "wb"), os.fdopen(theirs[0], "rb")
        self.rest, self.number, self.session, self.events = b"", 0, "", []
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Network", "Runtime"):
            self.call(f"{domain}.enable")

    def call(self, method: str, **values: object) -> dict:
        """Send a command and return its result; events that arrive meanwhile are kept."""
        self.number += 1
        message = {"id": self.number, "method": method, "params": values} | (
            {"sessionId": self.session} if self.session else {}
        )
        self.write.write(json.dumps(message).encode() + b"\0")
        self.write.flush()
        while True:
            answer = self.receive()
            if answer.get("id") == self.number:
                assert "error" not in answer, (method, answer["error"])
                return answer["result"]

    def receive(self) -> dict:
        """Return the next message."""
        while b"\0" not in self.rest:
            more = self.read.read1(1 << 20)
            assert more, "the browser has ended"
            self.rest += more
        text, _, self.rest = self.rest.partition(b"\0")
        message = json.loads(text)
        if "id" not in message:
            self.events.append(message)
        return message

    def open(self, path: Path | str, *, width: int = 1440, height: int = 900, theme: str = "light") -> None:
        """Open a file and wait until it is there."""
        size = {"width": width, "height": height}
        self.call("Emulation.setDeviceMetricsOverride", **size, deviceScaleFactor=1, mobile=False)
        still = {"name": "prefers-reduced-motion", "value": "reduce"}
        self.call(
            "Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": theme}, still]
        )
        self.events = []
        self.call("Page.navigate", url=path.resolve().as_uri() if isinstance(path, Path) else path)
        self.wait("Page.loadEventFired")

    def wait(self, event: str) -> None:
        """Wait for an event, unless it has come already."""
        while not any(message["method"] == event for message in self.events):
            self.receive()

    def do(self, script: str) -> object:
        """Evaluate JavaScript, wait for a promise, and return its value."""
        result = self.call("Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True)
        assert "exceptionDetails" not in result, result["exceptionDetails"]
        return result["result"].get("value")

    def press(self, key: str) -> None:
        """Press a key."""
        codes = {"Tab": 9, "Enter": 13, "Escape": 27, "ArrowLeft": 37, "ArrowRight": 39, "ArrowDown": 40}
        code = codes.get(key, ord(key[0].upper()))
        text = {"Enter": "\r"}.get(key, key if len(key) == 1 else "")
        for kind in ("keyDown" if text else "rawKeyDown", "keyUp"):
            self.call(
                "Input.dispatchKeyEvent",
                type=kind,
                key=key,
                code={" ": "Space"}.get(key, key),
                windowsVirtualKeyCode=code,
                text=text if kind == "keyDown" else "",
            )

    def point(self, x: float, y: float) -> None:
        """Move the pointer."""
        self.call("Input.dispatchMouseEvent", type="mouseMoved", x=x, y=y)

    def requests(self) -> list[str]:
        """Every address asked for since the page was opened."""
        return [
            message["params"]["request"]["url"]
            for message in self.events
            if message["method"] == "Network.requestWillBeSent"
        ]

    def complaints(self) -> list[str]:
        """Errors of the page's own scripts."""
        return [
            json.dumps(message["params"])[:300]
            for message in self.events
            if message["method"] == "Runtime.exceptionThrown"
        ]

    def violations(self) -> list[str]:
        """What axe-core finds against WCAG 2.2 at the levels A and AA, and against good practice, in the page
        as it stands.
        """
        if not self.do("typeof window.axe === 'object'"):
            self.do(AXE.read_text(encoding="utf-8") + "; 0")
        tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
        found = self.do(
            f"axe.run(document, {{runOnly: {json.dumps(tags)}, resultTypes: ['violations']}}).then(r =>"
            " [r.violations, r.passes.length])"
        )
        assert found[1] > 15, "axe-core looked at next to nothing"
        return [f"{rule['id']}: {node['html'][:200]}" for rule in found[0] for node in rule["nodes"]]

    def print(self) -> bytes:
        """Print the page and return the PDF."""
        return base64.b64decode(self.call("Page.printToPDF", preferCSSPageSize=True)["data"])

    def picture(self, target: Path) -> None:
        """Save what is seen as PNG."""
        target.write_bytes(base64.b64decode(self.call("Page.captureScreenshot", format="png")["data"]))

    def close(self) -> None:
        """End the browser."""
        self.process.kill()
        self.process.wait(timeout=10)
        for stream in (self.write, self.read):
            stream.close()
        self.folder.cleanup()
