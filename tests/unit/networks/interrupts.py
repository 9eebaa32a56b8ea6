"""KeyboardInterrupt in every place of a module where Python would raise it: after calls, at the head of loops."""

from __future__ import annotations

import dis
import sys
import threading
from collections.abc import Callable
from functools import cache
from itertools import pairwise
from types import CodeType, FrameType, ModuleType
from typing import Any

LOOKS_UP = {"CALL", "CALL_KW", "CALL_FUNCTION_EX", "RESUME", "JUMP_BACKWARD"}
"""Instructions at whose end Python sees that a signal has come."""


@cache
def _places(code: CodeType) -> frozenset[int]:
    """Return where a raised exception is handled as one that the instruction before raised."""
    found = set[int]()
    table: Any = getattr(dis, "_parse_exception_table")(code)  # noqa: B009 - private, without a type

    def handler(offset: int) -> int | None:
        return next((entry.target for entry in table if entry.start <= offset < entry.end), None)

    instructions = list(dis.get_instructions(code))
    for one, following in pairwise(instructions):
        after = one.argval if one.opname == "JUMP_BACKWARD" else following.offset
        if one.opname in LOOKS_UP and handler(one.offset) == handler(after):
            found.add(after)
    return frozenset(found)


def interrupted(work: Callable[[], object], module: ModuleType, number: int) -> tuple[object, bool]:
    """Run work in a thread, and interrupt it at the given place of those that it passes in a module.

    Return what it returned or raised, and whether there was such a place.  Fails if the work does not end.
    """
    passed, ended = 0, list[object]()

    def enter(frame: FrameType, event: str, argument: object) -> Any:
        if frame.f_code.co_filename != module.__file__:
            return None
        frame.f_trace_opcodes, frame.f_trace_lines = True, False
        return step

    def step(frame: FrameType, event: str, argument: object) -> Any:
        nonlocal passed
        if event == "opcode" and frame.f_lasti in _places(frame.f_code):
            passed += 1
            if passed == number:
                raise KeyboardInterrupt
        return step

    def run() -> None:
        sys.settrace(enter)
        try:
            ended.append(work())
        except KeyboardInterrupt as error:
            ended.append(error)
        finally:
            sys.settrace(None)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(30)
    assert ended, f"work that is interrupted at place {number} does not end"
    return ended[0], passed >= number
