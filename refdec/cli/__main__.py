"""Entry point of the `refdec` command: runs the app and turns errors into one sentence and an exit code."""

from __future__ import annotations

import errno
import os
import sys
import traceback
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from refdec.clauses import clause_path, way_in_words
from refdec.cli.console import say
from refdec.cli.errors import Interrupted
from refdec.cli.interruption import interruptible
from refdec.errors import CodestreamError, ExitCode, InputError, LimitExceeded, RefdecError, UnsupportedError, origins
from refdec.formats.errors import FileUnwritable
from refdec.formats.standard_output import abandon, claim, release
from refdec.parallel.heap import collect_seldom

__all__ = ["command", "main"]

OF_STREAMS = (CodestreamError, UnsupportedError, LimitExceeded)
"""Errors below which stands through which clauses the decoder came: those that a codestream causes."""
NO_MEMORY = "this machine does not have the memory for it"

# Before NumPy is there: BLAS would start threads, which spin for a while even when they are not used.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")


def _as_json(error: BaseException, exit_code: int, hints: Sequence[str] = ()) -> None:
    """Print an error as one JSON object on stdout, where the command was asked for JSON and somebody still listens."""
    if "--json" not in sys.argv[1:]:
        return
    from refdec.cli.console import result_line
    from refdec.inspection.render import ending_json

    if isinstance(error, RefdecError):
        facts = ending_json(error) | {"hints": list(hints)}
    else:
        code, message = _named(error)
        facts = {"code": code, "clause": "", "at": None, "message": message, "hints": list(hints), "through": []}
    try:
        result_line({"error": facts | {"exit_code": int(exit_code)}})
    except (OSError, FileUnwritable):
        abandon()


def _named(error: BaseException) -> tuple[str, str]:
    """Return code and message of an error that has no number."""
    if isinstance(error, OSError):
        return errno.errorcode.get(error.errno or 0, "OSError"), str(error)
    if isinstance(error, MemoryError):
        return "MemoryError", NO_MEMORY
    told: Callable[[], str] = error.format_message  # type: ignore[attr-defined]  # see _is_of_typing
    return "UsageError", told()


def _is_of_typing(error: BaseException) -> bool:
    """Tell whether an error is Typer's about what was typed; its classes lie at other places in other versions."""
    return hasattr(error, "format_message")


def _plain(arguments: Sequence[str]) -> Sequence[str]:
    """Return arguments from the name of the command on: -q and -v may stand before it."""
    from refdec.cli.verbosity import without_verbosity

    return without_verbosity(arguments)[1]


def _own_name() -> str:
    """Return how this command is called."""
    return "python -m refdec" if Path(sys.argv[0]).name == "__main__.py" else "refdec"


def command() -> None:
    """Be the process of a command: `main`, and an end without delay."""
    try:
        main()
    except SystemExit as leaving:
        with suppress(KeyboardInterrupt):  # all is done: the code stays
            from refdec.cli.leaving import leave

            leave(leaving.code)
        raise


def main() -> None:
    """Run the command line and exit with a code of rule 12 (`docs/cli.md`)."""
    try:
        collect_seldom()
        claim()
        code = _run(sys.argv[1:])
    except KeyboardInterrupt:  # again, while the first one was being told
        abandon()
        code = Interrupted.exit_code
    try:
        release()
    except BrokenPipeError:  # whoever reads has seen enough
        abandon()
        code = ExitCode.IO
    except OSError as error:
        abandon()
        if code != ExitCode.IO:  # else that has been said
            say(f"refdec: standard output cannot be written: {error.strerror or error}", always=True)
        code = ExitCode.IO
    sys.exit(code)


def _run(arguments: Sequence[str]) -> int | str | None:
    """Run one command; return the exit code, after saying what went wrong."""
    try:
        with interruptible():
            _run_command(arguments)
    except SystemExit as leaving:
        for mistyped in filter(_is_of_typing, origins(leaving)):
            _as_json(mistyped, ExitCode.USAGE)
        return leaving.code
    except RefdecError as error:
        from refdec.cli.hints import fitting_hints

        hints = fitting_hints(error, _plain(arguments))
        _as_json(error, error.exit_code, hints)
        say(f"refdec: {error.headline()}", always=True)
        if (
            isinstance(error, OF_STREAMS)
            and not isinstance(error, InputError)
            and (way := way_in_words(clause_path(error)))
        ):
            say(f"  {way}", always=True)
        for hint in hints:
            say(f"  {hint}", always=True)
        return error.exit_code
    except BrokenPipeError:
        abandon()
        return ExitCode.IO
    except OSError as error:
        _as_json(error, ExitCode.IO)
        say(f"refdec: {error.strerror or error}" + (f": {error.filename}" if error.filename else ""), always=True)
        return ExitCode.IO
    except MemoryError:
        from refdec.cli.hints import hints_without_memory

        hints = hints_without_memory(_plain(arguments))
        _as_json(MemoryError(), ExitCode.IO, hints)
        say(f"refdec: {NO_MEMORY}", always=True)
        for hint in hints:
            say(f"  {hint}", always=True)
        return ExitCode.IO
    except Exception:
        say(traceback.format_exc().rstrip(), always=True)
        say("refdec: this is a bug in refdec, not in your file; please report it with the lines above", always=True)
        return ExitCode.BUG
    return ExitCode.DONE


def _run_command(arguments: Sequence[str]) -> None:
    """Run one command as Typer does.  Raises KeyboardInterrupt too, for which Typer has an exit without a word."""
    from refdec.cli.app import app_for
    from refdec.cli.verbosity import set_up, without_verbosity

    level, arguments = without_verbosity(arguments)
    set_up(level)
    try:
        app_for(arguments)(args=arguments, prog_name=_own_name())
    except SystemExit as leaving:
        for reason in origins(leaving):
            if isinstance(reason, KeyboardInterrupt):
                raise reason from None
        raise


if __name__ == "__main__":
    command()
