"""The environment of a newcomer holds what refdec asks for, and no extra that the tests themselves have."""

from __future__ import annotations

from importlib.metadata import distributions

from tests.newcomer.environment import Newcomer


def test_no_extra_is_in_it(newcomer: Newcomer) -> None:
    found = {name.lower() for name in newcomer.packages()}
    assert found >= {"refdec", "numpy", "numba", "typer", "rich", "jinja2", "pillow"}
    assert not found & {"imageio", "pytest", "mypy", "hypothesis", "matplotlib", "distributed"}
    assert {name.lower() for name in ("pytest", "imageio")} <= {each.name.lower() for each in distributions()}


def test_the_command_is_that_of_this_checkout(newcomer: Newcomer) -> None:
    where = newcomer.types("command -v refdec && python -c 'import refdec; print(refdec.__file__)'", newcomer.venv)
    script, module = where.stdout.split()
    assert script == str(newcomer.venv / "bin" / "refdec")
    assert module.endswith("/refdec/__init__.py")


def test_all_marks_are_found_without_extras(newcomer: Newcomer) -> None:
    """What lists the clauses imports every module that may carry a mark: `conform make` ended there."""
    count = "from refdec.conformance.coverage import all_marks; print(len(all_marks()))"
    done = newcomer.types(f'python -c "{count}"', newcomer.venv)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 300


def test_the_module_is_the_command(newcomer: Newcomer) -> None:
    for line in ("python -m refdec --version", "python -m refdec.cli --version", "refdec --version"):
        assert newcomer.types(line, newcomer.venv).stdout.startswith("refdec "), line
    assert "Usage: python -m refdec " in newcomer.types("python -m refdec --help", newcomer.venv).stdout


def test_dir_lists_what_is_public(newcomer: Newcomer) -> None:
    """Before anything is used, afterwards, and for who completes names at a prompt; listing loads nothing heavy."""
    program = (
        "import sys, refdec; before = dir(refdec); assert 'numba' not in sys.modules; "
        "[getattr(refdec, name) for name in before]; assert dir(refdec) == before == sorted(refdec.__all__); "
        "print(*before)"
    )
    done = newcomer.types(f'python -c "{program}"', newcomer.venv)
    assert done.returncode == 0, done.stderr
    assert {"decode", "encode", "read_info", "Picture", "Limits", "RefdecError"} <= set(done.stdout.split())
