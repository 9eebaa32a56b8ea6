"""Commands that decode nothing load no Numba and no network code, so that they start at once."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import typer

import refdec
from refdec.cli.app import COMMANDS, app_for

DEMO = Path(refdec.__file__).parent / "data" / "demo.jai"
PROBE = """
import sys
sys.argv = ["refdec", *sys.argv[1:]]
from refdec.cli.__main__ import main
try:
    main()
except SystemExit:
    pass
tops = {name.split(".")[0] for name in sys.modules}
heavy = sorted(tops & {"numba", "llvmlite", "scipy", "PIL", "matplotlib", "jinja2", "pydantic"})
sys.stderr.write("HEAVY " + ",".join(heavy))
"""


@pytest.mark.parametrize(
    "arguments",
    [
        ["--help"],
        ["--version"],
        ["info", str(DEMO)],
        ["plugins"],
        ["plugins", "--options"],
        ["decode", "--help"],
        ["encode", "--encoder", "refine", "--help"],
        ["info", str(DEMO.parent)],
        ["-v", "info", str(DEMO)],
    ],
)
def test_light_commands_stay_light(arguments: list[str]) -> None:
    run = subprocess.run([sys.executable, "-c", PROBE, *arguments], capture_output=True, text=True, check=True)
    assert run.stderr.rsplit("HEAVY ", 1)[-1] == ""
    assert run.stdout


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["info", str(DEMO)], ["info", str(DEMO), "--json"]])
def test_reading_headers_takes_no_numpy(arguments: list[str]) -> None:
    """It would be a fifth of the time of these commands."""
    code = PROBE.replace('"HEAVY " + ",".join(heavy)', '"HEAVY " + str("numpy" in sys.modules)')
    run = subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=True)
    assert run.stderr.rsplit("HEAVY ", 1)[-1] == "False"
    assert run.stdout


def test_a_decode_whose_kernels_are_kept_imports_no_compiler(tmp_path: Path) -> None:
    settings = {name: value for name, value in os.environ.items() if not name.startswith("NUMBA_DISABLE")}
    command = [sys.executable, "-c", PROBE, "decode", str(DEMO), str(tmp_path / "out.ppm"), "--overwrite"]
    for _ in range(2):
        run = subprocess.run(command, capture_output=True, text=True, check=True, env=settings)
    assert run.stderr.rsplit("HEAVY ", 1)[-1] == "llvmlite"


UNTOUCHED = {
    *("numba", "pydantic", "rich", "PIL", "jinja2", "importlib.metadata"),
    *("refdec.heif.reading", "refdec.lossless.layer", "refdec.privacy.sealing", "refdec.heads", "refdec.plugins"),
    *("refdec.formats.pillow_reader", "refdec.formats.coded", "refdec.formats.png_reader", "refdec.networks.attention"),
}
"""Modules that a decode of a plain codestream to a PPM file does without."""


def test_a_decode_imports_only_what_it_needs(tmp_path: Path) -> None:
    code = PROBE.replace('"HEAVY " + ",".join(heavy)', '"HEAVY " + ",".join(sys.modules)')
    command = [sys.executable, "-c", code, "decode", str(DEMO), str(tmp_path / "out.ppm"), "--workers", "1"]
    subprocess.run(command, capture_output=True, check=True)
    run = subprocess.run([*command, "--overwrite"], capture_output=True, text=True, check=True)
    loaded = set(run.stderr.rsplit("HEAVY ", 1)[-1].split(","))
    assert {"refdec.decoding.rows", "refdec.formats.ppm", "refdec.networks.exact_products"} <= loaded
    assert loaded & UNTOUCHED == set()


def test_importing_the_library_is_light() -> None:
    code = "import sys, refdec; print(sorted(set(sys.modules) & {'numba', 'numpy', 'typer', 'rich'}))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"


def test_a_command_does_not_import_the_others() -> None:
    code = PROBE.replace(
        '"HEAVY " + ",".join(heavy)', '"HEAVY " + ",".join(n for n in sys.modules if "refdec.cli." in n)'
    )
    run = subprocess.run([sys.executable, "-c", code, "info", str(DEMO)], capture_output=True, text=True, check=True)
    imported = set(run.stderr.rsplit("HEAVY ", 1)[-1].split(","))
    own = (
        "__main__",
        "app",
        "console",
        "conversions",
        "errors",
        "help",
        "info",
        "interruption",
        "options",
        "verbosity",
    )
    assert imported == {f"refdec.cli.{name}" for name in own}


def test_one_command_alone_is_the_command_among_all() -> None:
    whole = typer.main.get_command(app_for())
    assert isinstance(whole, typer.core.TyperGroup)
    assert list(whole.commands) == list(COMMANDS)
    for name in COMMANDS:
        alone = typer.main.get_command(app_for([name, "--anything"]))
        assert isinstance(alone, typer.core.TyperGroup)
        assert list(alone.commands) == [name]
        assert [p.name for p in alone.commands[name].params] == [p.name for p in whole.commands[name].params]
