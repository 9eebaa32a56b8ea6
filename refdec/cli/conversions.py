"""Conversions of what is typed, put off until a value needs one.

In: the parameters of a command.  Out: the same, and they give the values that they gave before.

Typer has Pydantic convert every value, those too that nobody gave.  Importing Pydantic is a quarter of `refdec info`,
while most values of most commands are texts that stay what they are, or defaults.
"""

from __future__ import annotations

from typing import Any, get_args, get_origin

__all__ = ["put_off"]

MOST_DIGITS = 9


def put_off(parameters: list[Any]) -> list[Any]:
    """Put off the conversions of parameters, and return these.  A Typer that converts in another way is left alone."""
    for parameter in parameters:
        if getattr(parameter, "_runtime_param", parameter) is None and hasattr(parameter, "get_runtime_param"):
            parameter._runtime_param = _WhenNeeded()
    return parameters


class _WhenNeeded:
    """In the place of a conversion: it makes the real one for the first value that needs it."""

    def coerce(self, value: Any, param: Any, ctx: Any) -> Any:
        """Return a value as the command takes it; what Typer raises for a wrong one comes through."""
        several = param.multiple or param.nargs == -1
        wanted = param.type_descriptor.annotation
        if value is None:
            return () if several else None
        if several and _is_texts(value, wanted):
            return list(value)
        if not several and (_is_text(value, wanted) or _is_default(value, param.default, wanted)):
            return value
        if not several and _is_number(value, wanted, param.type_descriptor.parameter_info):
            return int(value)
        param._runtime_param = None
        return param.get_runtime_param().coerce(value, param=param, ctx=ctx)


def _is_text(value: Any, wanted: Any) -> bool:
    return wanted is str and isinstance(value, str)


def _is_texts(value: Any, wanted: Any) -> bool:
    """Tell whether a value is the texts that are wanted, one or more."""
    texts = get_origin(wanted) is list and get_args(wanted) == (str,) and isinstance(value, list | tuple)
    return texts and bool(value) and all(isinstance(part, str) for part in value)


def _is_number(value: Any, wanted: Any, facts: Any) -> bool:
    """Tell whether a value is a whole number that is wanted, written in digits and within its range."""
    if wanted is not int or not isinstance(value, str) or not (value.isascii() and value.isdigit()):
        return False
    return (
        len(value) <= MOST_DIGITS and (facts.min or 0) <= int(value) and (facts.max is None or int(value) <= facts.max)
    )


def _is_default(value: Any, default: Any, wanted: Any) -> bool:
    """Tell whether a value is the default, and of the type that is wanted or, where that is no type, a text."""
    return value is default and isinstance(value, wanted if isinstance(wanted, type) else str)
