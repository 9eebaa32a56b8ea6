"""What can be wrong with moving pictures that are read, written or asked for, one class each."""

from __future__ import annotations

from refdec.errors import CodestreamError, InputError, RefdecError, UnsupportedError, UsageError

__all__ = [
    "ClipFormatUnknown",
    "ClipOption",
    "FrameDamaged",
    "FrameMissing",
    "FrameRateInvalid",
    "FrameSourceWrong",
    "FrameUnsupported",
    "FramesDiffer",
    "NoFrames",
    "NotAClip",
    "RatesDiffer",
]


class FrameMissing(UsageError):
    """A frame, or a time, is asked for that a clip does not have."""

    code, clause = "RD2501", ""

    def __init__(self, wanted: str, count: int, seconds: str) -> None:
        super().__init__(wanted, count, seconds)
        self.wanted, self.count, self.seconds = wanted, count, seconds

    def explain(self) -> str:
        return (
            f"There is no {self.wanted}: the clip has {self.count} frames and lasts {self.seconds} s.\n"
            f"Choose one: --frame 1 to --frame {self.count}, or a time below its end."
        )


class NotAClip(InputError):
    """Something of a clip is asked for of a file that holds one picture."""

    code, clause = "RD2502", ""

    def __init__(self, wish: str) -> None:
        super().__init__(wish)
        self.wish = wish

    def explain(self) -> str:
        return f"{self.wish} is about a clip, this file holds one picture.\nLeave {self.wish} away."


class ClipFormatUnknown(UsageError):
    """A clip is to become a file of a format that holds one picture."""

    code, clause = "RD2503", ""

    def __init__(self, suffix: str, count: int) -> None:
        super().__init__(suffix, count)
        self.suffix, self.count = suffix, count

    def explain(self) -> str:
        return (
            f"{self.suffix or 'A file without a suffix'} holds one picture, the clip has {self.count}.\n"
            "Choose one of them (--frame N, --time SECONDS), or write .png, .gif, .webp, .avif, .y4m, or a folder: OUT/"
        )


class FramesDiffer(InputError):
    """A frame is not like the first one: all frames of a clip have one size and one depth."""

    code, clause = "RD2504", ""

    def __init__(self, frame: int, found: str, first: str) -> None:
        super().__init__(frame, found, first)
        self.frame, self.found, self.first = frame, found, first

    def explain(self) -> str:
        return (
            f"Frame {self.frame} has {self.found}, the first has {self.first}: a clip has frames of one kind.\n"
            "Bring them to one size: ffmpeg -i FRAMES/%05d.png -vf scale=W:H OUT/%05d.png"
        )


class FrameRateInvalid(UsageError):
    """A number of frames a second, a duration or a number of loops is none."""

    code, clause = "RD2505", ""

    def __init__(self, what: str, value: object, wanted: str) -> None:
        super().__init__(what, value, wanted)
        self.what, self.value, self.wanted = what, value, wanted

    def explain(self) -> str:
        return f"{self.what} is {self.value}, it should be {self.wanted}."


class NoFrames(InputError):
    """A folder or a file that should become a clip has no pictures."""

    code, clause = "RD2506", ""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name

    def explain(self) -> str:
        return f"{self.name} has no pictures that are read here.\nSee what is in it: ls {self.name}"


class ClipOption(UsageError):
    """A wish is about one picture, and a clip is made or decoded."""

    code, clause = "RD2507", ""

    def __init__(self, wish: str, instead: str) -> None:
        super().__init__(wish, instead)
        self.wish, self.instead = wish, instead

    def explain(self) -> str:
        return f"{self.wish} is for single pictures, this is a clip.\n{self.instead}"


class RatesDiffer(UsageError):
    """A format with one rate would need many equal frames for the durations of a clip."""

    code, clause = "RD2508", ""

    def __init__(self, frames: int, repeated: int) -> None:
        super().__init__(frames, repeated)
        self.frames, self.repeated = frames, repeated

    def explain(self) -> str:
        return (
            f"y4m has one rate: the {self.frames} frames of this clip would be repeated to {self.repeated}.\n"
            "Write .png or .webp, which hold a duration for each frame, or a folder: OUT/"
        )


def _in_words(frame: int, at: int, length: int, reason: RefdecError) -> str:
    first, *_ = reason.explain().splitlines()
    place = "" if reason.at is None else f", at its byte.bit {reason.at}"
    return (
        f"Frame {frame} (byte {at} of the file, {length} bytes){place}: {reason.code}, {first}\n"
        f"All others: refdec decode FILE OUT/ --lenient\nSee what is in it: refdec view FILE --frame {frame}"
    )


class FrameDamaged(CodestreamError):
    """A frame of a clip breaks a rule."""

    code, clause = "RD2509", ""

    def __init__(self, frame: int, byte: int, length: int, reason: RefdecError) -> None:
        super().__init__(frame, byte, length, reason)
        self.frame, self.byte, self.length, self.reason = frame, byte, length, reason

    def explain(self) -> str:
        return _in_words(self.frame, self.byte, self.length, self.reason)


class FrameSourceWrong(InputError):
    """A frame of a folder, an animation or raw video cannot be read."""

    code, clause = "RD2511", ""

    def __init__(self, name: str, reason: RefdecError) -> None:
        super().__init__(name, reason)
        self.name, self.reason = name, reason

    def explain(self) -> str:
        return self.reason.explained_in(self.name)


class FrameUnsupported(UnsupportedError):
    """A frame of a clip is legal, and cannot be decoded."""

    code, clause = "RD2510", ""

    def __init__(self, frame: int, byte: int, length: int, reason: RefdecError) -> None:
        super().__init__(frame, byte, length, reason)
        self.frame, self.byte, self.length, self.reason = frame, byte, length, reason

    def explain(self) -> str:
        return _in_words(self.frame, self.byte, self.length, self.reason)
