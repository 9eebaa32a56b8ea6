"""Where the process of a command begins: as `refdec`, and as `python -m refdec` of this very Python.

It imports nothing until an interrupt has somewhere to go: Ctrl-C while Python imports is told as at any other time.
"""

from __future__ import annotations

__all__ = ["start"]


def start() -> None:
    """Be the process of a command; of an interrupt that nobody else saw one line is told, and exit code 130."""
    try:
        from refdec.cli.__main__ import command

        command()
    except KeyboardInterrupt:
        _tell_of_interrupt()


def _tell_of_interrupt() -> None:
    """End the process as an interrupted command does."""
    import signal
    import sys

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # it is about to end: another one changes nothing
    from refdec.cli.errors import Interrupted

    sys.stderr.write(f"refdec: {Interrupted().headline()}\n")
    sys.exit(Interrupted.exit_code)


if __name__ == "__main__":
    start()
