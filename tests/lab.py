"""JupyterLab for the tests: a server of the project's own, and a page of it driven by its own commands."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

from chromium import Browser

PATIENCE = 90  # seconds: a notebook on a busy machine


class Lab:
    """A server on some folder, and one page of it."""

    def __init__(self, folder: Path, log: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        options = {
            "LabApp.expose_app_in_browser": True,
            "ServerApp.open_browser": False,
            "ServerApp.allow_root": True,
            "ServerApp.port": port,
            "ServerApp.port_retries": 0,
            "ServerApp.root_dir": str(folder),
            "IdentityProvider.token": "",
            "ServerApp.disable_check_xsrf": True,
        }
        command = [
            sys.executable,
            "-m",
            "jupyterlab",
            *(f"--{name}={value}" for name, value in options.items()),
        ]
        apart = {"JUPYTER_CONFIG_DIR": str(log.parent), "JUPYTER_RUNTIME_DIR": str(log.parent)}
        with log.open("wb") as lines:
            self.server = subprocess.Popen(
                command, cwd=folder, env=os.environ | apart, stdout=lines, stderr=lines
            )
        self.log, self.address = log, f"http://127.0.0.1:{port}"
        self.wait_for_server()
        self.browser = Browser()

    def wait_for_server(self) -> None:
        """Wait until it answers."""
        until = time.monotonic() + 60
        while time.monotonic() < until:
            assert self.server.poll() is None, self.log.read_text()
            try:
                urllib.request.urlopen(f"{self.address}/api", timeout=5).read()
                return
            except OSError:
                time.sleep(0.2)
        raise AssertionError(self.log.read_text())

    def open(self, path: str, *, theme: str = "light", width: int = 1440) -> None:
        """Open a file in a new page, and wait until it is there."""
        self.browser.open(f"{self.address}/lab?reset", width=width, height=900)
        self.until("window.jupyterapp?.shell ? 1 : 0")
        self.do("app.restored")
        name = "JupyterLab Dark" if theme == "dark" else "JupyterLab Light"
        self.do(f"app.commands.execute('apputils:change-theme', {{theme: '{name}'}})")
        self.do(f"app.commands.execute('docmanager:open', {{path: {json.dumps(path)}}})")
        self.until("app.shell.currentWidget?.context ? 1 : 0")
        self.do("app.shell.currentWidget.context.ready")

    def do(self, script: str) -> object:
        """Evaluate JavaScript in which ``app`` is JupyterLab; what it returns is awaited, and dropped where
        it is no plain value.
        """
        plain = "value => (typeof value === 'object' && !Array.isArray(value)) ? null : value"
        return self.browser.do(
            f"(async () => {{ const app = window.jupyterapp; return ({plain})(await ({script})); }})()"
        )

    def until(self, script: str, patience: float = PATIENCE) -> object:
        """Wait until a script says something that is true, and return it."""
        end = time.monotonic() + patience
        while time.monotonic() < end:
            if found := self.do(script):
                return found
            time.sleep(0.1)
        raise AssertionError(f"waited {patience} seconds for: {script}")

    def run_all(self) -> None:
        """Run all cells of the notebook that is open, and wait until they are done."""
        self.until("app.shell.currentWidget.sessionContext.session?.kernel?.status === 'idle'")
        self.do("app.commands.execute('notebook:run-all-cells')")

    def outputs(self) -> list[dict]:
        """Every output of the notebook that is open."""
        cells = json.loads(
            str(self.do("JSON.stringify(app.shell.currentWidget.context.model.toJSON().cells)"))
        )
        return [output for cell in cells for output in cell.get("outputs", [])]

    def close(self) -> None:
        """End both."""
        self.browser.close()
        self.server.terminate()
        try:
            self.server.wait(timeout=20)
        except subprocess.TimeoutExpired:
            self.server.kill()
            self.server.wait(timeout=10)
