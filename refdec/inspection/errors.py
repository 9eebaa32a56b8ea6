"""Errors of `view` and `diff`: places and channels that the codestream does not have."""

from __future__ import annotations

from refdec.errors import UsageError

__all__ = ["BadOffset", "ChannelMissing", "NothingSelected"]


class ChannelMissing(UsageError):
    """A channel was asked for that the component does not have."""

    code, clause = "RD1603", ""

    def __init__(self, channel: int, channels: int) -> None:
        super().__init__(channel, channels)
        self.channel, self.channels = channel, channels

    def explain(self) -> str:
        return f"There is no channel {self.channel}; channels are numbered 0..{self.channels - 1}."


class BadOffset(UsageError):
    """A place in the file is not written as BYTE or BYTE.BIT, or is behind its end."""

    code, clause = "RD1601", ""

    def __init__(self, text: str, length: int | None = None) -> None:
        super().__init__(text, length)
        self.text, self.length = text, length

    def explain(self) -> str:
        if self.length is not None:
            return f"Byte {self.text} is behind the end of the file, which has {self.length} bytes."
        return f"{self.text!r} is no place in a file; write BYTE or BYTE.BIT, for instance 29.2 or 0x1d.2."


class NothingSelected(UsageError):
    """No element of the file has the name that was asked for."""

    code, clause = "RD1602", ""

    def __init__(self, pattern: str) -> None:
        super().__init__(pattern)
        self.pattern = pattern

    def explain(self) -> str:
        return (
            f"Nothing in this file is called {self.pattern!r}.\n"
            "A name may be a beginning (num_chs) or have wildcards (*_flag); elements that are not coded are not there."
        )
