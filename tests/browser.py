"""A page in a real browser: a script is appended to it, and what the script has `seen` comes back.

Headless Chromium prints the page when all of its own work is done; the script writes its report into the page.
"""

from __future__ import annotations

import html
import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

__all__ = ["browse", "chromium_or_skip"]

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--hide-scrollbars",
    "--disable-background-networking",
    "--no-first-run",
    "--window-size=1400,1000",
    "--enable-logging=stderr",
    "--virtual-time-budget=20000",
    "--dump-dom",
)
CATCH = """<script>
window.wrong = [];
window.addEventListener("error", (e) => window.wrong.push(e.message));
window.addEventListener("unhandledrejection", (e) => window.wrong.push(String(e.reason)));
document.addEventListener("securitypolicyviolation", (e) => window.wrong.push(e.violatedDirective + e.blockedURI));
%s
</script>"""
REPORT = """<script>
(async () => {
const seen = {};
const settled = () => new Promise((done) => setTimeout(done, 50));
%s
const printed = document.createElement("pre");
printed.id = "report";
printed.textContent = JSON.stringify({ seen, wrong: window.wrong });
document.body.append(printed);
})();
</script>"""

TRIES = 3
"""The browser's clock is virtual and does not wait for pictures that other threads decode: on a busy machine it may run
out before the script is done, but not three times."""


def chromium_or_skip() -> str:
    """Return the program; skips the test where there is none."""
    found = os.environ.get("CHROMIUM") or next((path for name in NAMES if (path := shutil.which(name))), None)
    if found is None:
        pytest.skip("there is no Chromium on this machine")
    return found


def browse(
    program: str, page: Path, folder: Path, script: str, *, before: str = "", fragment: str = ""
) -> dict[str, Any]:
    """Open a page, run `before` ahead of its own scripts and `script` after them, and return what was `seen`.

    `folder`: for the browser's profile and for the page with the scripts in it.  Nothing may go wrong in the console.
    """
    text = page.read_text()
    probe = folder / "probe.html"
    head, report = "<head>" + CATCH % before, REPORT % script + "</body>"
    probe.write_text(text.replace("<head>", head, 1).replace("</body>", report, 1))
    command = [program, *FLAGS, f"--user-data-dir={folder / 'profile'}", probe.as_uri() + fragment]
    match = None
    for _ in range(TRIES):
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
        console = [line for line in done.stderr.splitlines() if "CONSOLE" in line]
        assert not console, console
        match = match or re.search(r'<pre id="report">(.*?)</pre>', done.stdout, re.DOTALL)
        if match is not None:
            break
    assert match is not None, "the page's script did not come to its end"
    report_values = json.loads(html.unescape(match[1]))
    assert report_values["wrong"] == []
    return dict(report_values["seen"])
