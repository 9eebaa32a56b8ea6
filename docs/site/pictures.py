"""Makes the pictures of docs/images anew: `python docs/site/pictures.py`, with the headless browser `chromium`.

Each is what a command of the documentation writes: the map of the bits, and two pages as a browser shows them.  Pages
are shown higher than a screen, so that the maps with their scales are seen too.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

__all__ = ["main"]

DOCS = Path(__file__).resolve().parents[1]
IMAGES = DOCS / "images"
DEMO = DOCS.parent / "refdec" / "data" / "demo.jai"
REFDEC = (sys.executable, "-m", "refdec")
LOW_PANELS = (
    "<style>.bench { height: 470px !important; min-height: 0 !important } .picture { flex: 1 1 420px !important }"
)
CASES = ("format_444_8bit_idx1", "format_444_10bit_idx1", "format_422_8bit_idx0", "format_420_8bit_idx0")


def _run(*command: str | Path, folder: Path, codes: tuple[int, ...] = (0,)) -> None:
    done = subprocess.run(list(map(str, command)), cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode not in codes:
        raise SystemExit(f"{' '.join(map(str, command))} ended with {done.returncode}:\n{done.stderr}")


def _screenshot(page: Path, target: Path, size: str) -> None:
    options = ["--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--virtual-time-budget=5000"]
    shot = [f"--window-size={size}", f"--screenshot={target}", page.as_uri()]
    subprocess.run(["chromium", *options, *shot], check=True, capture_output=True, timeout=120)


def main() -> None:
    """Write the three pictures."""
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        shutil.copy(DEMO, folder / "photo.jai")
        statistics = ("task", "statistics", "photo.jai", "--picture", IMAGES / "statistics.png", "--over", "--legend")
        _run(*REFDEC, *statistics, folder=folder)

        _run(*REFDEC, "view", "photo.jai", "--html", "photo.html", folder=folder)
        page = folder / "photo.html"
        page.write_text(page.read_text(encoding="utf-8").replace("</head>", f"{LOW_PANELS}</style></head>", 1), "utf-8")
        _screenshot(page, IMAGES / "view.png", "1240,1400")

        story = (DOCS / "conformance.md").read_text(encoding="utf-8")
        (program,) = re.findall(r"```python\n(# swapped.py.*?)```", story, re.DOTALL)
        (folder / "swapped.py").write_text(program, encoding="utf-8")
        _run(*REFDEC, "conform", "make", "suite", *CASES, "bad_no_start", "--weights", folder=folder)
        _run(*REFDEC, "weights", "import", "suite/weights", "stand-in.pack", folder=folder)
        decoder = f"{sys.executable} swapped.py {{in}} {{out}} stand-in.pack"
        run = ("conform", "run", "suite", "--decoder", decoder, "--html", "report.html")
        _run(*REFDEC, *run, folder=folder, codes=(4,))
        page = folder / "report.html"
        page.write_text(page.read_text(encoding="utf-8").replace(sys.executable, "python"), encoding="utf-8")
        _screenshot(page, IMAGES / "conform.png", "1000,980")


if __name__ == "__main__":
    main()
