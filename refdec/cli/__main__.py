"""Entry point of the `refdec` command: runs the app and turns errors into one sentence and an exit code."""

from __future__ import annotations

import errno
import os
import sys
import traceback
from pathlib import Path

from refdec.clauses import clause_path, way_in_words
from refdec.cli.console import say
from refdec.errors import CodestreamError, ExitCode, LimitExceeded, RefdecError, UnsupportedError

__all__ = ["main"]

OF_STREAMS = (CodestreamError, UnsupportedError, LimitExceeded)
"""Errors below which stands through which clauses the decoder came: those that a codestream causes."""

# Before NumPy is there: BLAS would start threads, which spin for a while even when they are not used.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")


def _as_json(error: RefdecError | OSError, exit_code: int) -> None:
    """Print an error as one JSON object on stdout, where the command was asked for JSON."""
    if "--json" not in sys.argv:
        return
    from refdec.cli.console import result_line
    from refdec.inspection.render import ending_json

    if isinstance(error, RefdecError):
        facts = ending_json(error)
    else:
        code = errno.errorcode.get(error.errno or 0, "OSError")
        facts = {"code": code, "clause": "", "at": None, "message": str(error), "hints": [], "through": []}
    result_line({"error": facts | {"exit_code": int(exit_code)}})


def _open_closed_streams() -> None:
    """Give a process that was started without them (`>&-`, some daemons) standard streams that lead nowhere."""
    nowhere = Path(os.devnull)
    sys.stdin = sys.stdin or nowhere.open(encoding="utf-8")
    sys.stdout = sys.stdout or nowhere.open("w", encoding="utf-8")
    sys.stderr = sys.stderr or nowhere.open("w", encoding="utf-8")


def main() -> None:
    """Run the command line and exit with a code of rule 12 (`docs/cli.md`)."""
    from refdec.cli.app import app_for

    _open_closed_streams()
    try:
        app_for(sys.argv[1:])()
    except RefdecError as error:
        _as_json(error, error.exit_code)
        say(f"refdec: {error.headline()}")
        if isinstance(error, OF_STREAMS) and (way := way_in_words(clause_path(error))):
            say(f"  {way}")
        for hint in error.explain().splitlines()[1:]:
            say(f"  {hint}")
        sys.exit(error.exit_code)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(ExitCode.IO)
    except OSError as error:
        _as_json(error, ExitCode.IO)
        say(f"refdec: {error.strerror or error}" + (f": {error.filename}" if error.filename else ""))
        sys.exit(ExitCode.IO)
    except MemoryError:
        say("refdec: this machine does not have the memory for it")
        say("  A part needs less (--region X,Y,W,H), and so do fewer workers: --workers 1")
        sys.exit(ExitCode.IO)
    except KeyboardInterrupt:
        say("refdec: interrupted; nothing was left half written")
        sys.exit(130)
    except Exception:
        traceback.print_exc()
        say("refdec: this is a bug in refdec, not in your file; please report it with the lines above")
        sys.exit(ExitCode.BUG)


if __name__ == "__main__":
    main()
