"""Rules of chapter 2 that a substream, a model or a caller can break, one class each (RD02xx)."""

from __future__ import annotations

from refdec.errors import BitOffset, CodestreamError, UsageError, WeightsError

__all__ = [
    "ArrayMismatch",
    "BitStackUnderflow",
    "EntropyIndexOutOfRange",
    "EscapeOutOfRange",
    "FrequenciesInvalid",
    "IntegrityCheckFailed",
    "LevelOutOfRange",
    "MarkerBitMissing",
    "RunIncomplete",
    "ThreadCountInvalid",
    "ThreadDirectoryPadding",
    "ThreadDirectoryTruncated",
    "ThreadSizeImpossible",
    "ValueNotCodable",
    "ZEscapeOutOfRange",
]


class ThreadDirectoryTruncated(CodestreamError):
    """The se(v) codes of the thread directory do not end before the unit does, or are too long."""

    code, clause = "RD0201", "2.3"

    def __init__(self, thread: int, threads: int, size: int, *, at: BitOffset) -> None:
        super().__init__(thread, threads, size)
        self.thread, self.threads, self.size, self.at = thread, threads, size, at

    def explain(self) -> str:
        return (
            f"The thread directory breaks off at the size of thread {self.thread}: {self.threads} threads need "
            f"{self.threads - 1} sizes, the unit has {self.size} bytes.\n"
            "Was the substream cut, or is the number of threads in the picture header wrong?"
        )


class ThreadDirectoryPadding(CodestreamError):
    """The bits between the thread directory and the first thread are not 0."""

    code, clause = "RD0202", "2.3"

    def __init__(self, bits: int, count: int, *, at: BitOffset) -> None:
        super().__init__(bits, count)
        self.bits, self.count, self.at = bits, count, at

    def explain(self) -> str:
        return f"The {self.count} padding bits after the thread directory are {self.bits:0{self.count}b}, not 0."


class ThreadSizeImpossible(CodestreamError):
    """A thread is smaller than its closing bits (also where the sizes do not add up)."""

    code, clause = "RD0203", "2.3"

    def __init__(self, thread: int, size: int, minimum: int, *, at: BitOffset) -> None:
        super().__init__(thread, size, minimum)
        self.thread, self.size, self.minimum, self.at = thread, size, minimum, at

    def explain(self) -> str:
        return f"Thread {self.thread} would have {self.size} bytes, the least is {self.minimum}."


class MarkerBitMissing(CodestreamError):
    """The last byte of a thread is 0, so the bit that closes it is not there."""

    code, clause = "RD0204", "2.3.1"

    def __init__(self, thread: int, *, at: BitOffset) -> None:
        super().__init__(thread)
        self.thread, self.at = thread, at

    def explain(self) -> str:
        return f"The last byte of thread {self.thread} is 0: the bit that marks its end is missing."


class BitStackUnderflow(CodestreamError):
    """A thread has fewer bits than its symbols need."""

    code, clause = "RD0205", "2.3.1"

    def __init__(self, thread: int, position: int, *, at: BitOffset) -> None:
        super().__init__(thread, position)
        self.thread, self.position, self.at = thread, position, at

    def explain(self) -> str:
        return (
            f"Thread {self.thread} runs out of bits in the group that starts at position {self.position}.\n"
            "The data are corrupt, or the weights are not those that the picture was encoded with.\n"
            "Try: refdec weights verify"
        )


class IntegrityCheckFailed(CodestreamError):
    """A thread does not end with an empty bit stack and states 0."""

    code, clause = "RD0206", "2.10"

    def __init__(self, thread: int, bits: int, states: tuple[int, ...], *, at: BitOffset) -> None:
        super().__init__(thread, bits, states)
        self.thread, self.bits, self.states, self.at = thread, bits, states, at

    def explain(self) -> str:
        listed = ", ".join(str(state) for state in self.states)
        return (
            f"Thread {self.thread} ends with {self.bits} bits left and state {listed}, not with 0 bits and state 0.\n"
            "The data are corrupt, or the weights are not those that the picture was encoded with.\n"
            "Try: refdec weights verify"
        )


class EscapeOutOfRange(CodestreamError):
    """An escaped residual does not fit in 16 bits."""

    code, clause = "RD0207", "2.6.4"

    def __init__(self, thread: int, position: int, *, at: BitOffset) -> None:
        super().__init__(thread, position)
        self.thread, self.position, self.at = thread, position, at

    def explain(self) -> str:
        return f"The escaped value at position {self.position} (thread {self.thread}) is outside -32768..32767."


class ZEscapeOutOfRange(CodestreamError):
    """An escaped z symbol is 63."""

    code, clause = "RD0208", "2.7.3"

    def __init__(self, thread: int, channel: int, position: int, *, at: BitOffset) -> None:
        super().__init__(thread, channel, position)
        self.thread, self.channel, self.position, self.at = thread, channel, position, at

    def explain(self) -> str:
        return f"The escaped z symbol at channel {self.channel}, position {self.position} (thread {self.thread}) is 63."


class ValueNotCodable(UsageError):
    """An encoder was given a value that no conforming stream holds."""

    code, clause = "RD0209", "2.1"

    def __init__(self, what: str, value: int, low: int, high: int) -> None:
        super().__init__(what, value, low, high)
        self.what, self.value, self.low, self.high = what, value, low, high

    def explain(self) -> str:
        return f"{self.what} has the value {self.value}; what can be coded is {self.low}..{self.high}."


class FrequenciesInvalid(WeightsError):
    """The frequencies of a z channel give no distribution."""

    code, clause = "RD0210", "2.7.2"

    def __init__(self, channel: int, reason: str) -> None:
        super().__init__(channel, reason)
        self.channel, self.reason = channel, reason

    def explain(self) -> str:
        return f"hyper_entropy.freqs_int, channel {self.channel}: {self.reason}.\nTry: refdec weights verify"


class LevelOutOfRange(UsageError):
    """A distribution index is above 31."""

    code, clause = "RD0211", "2.6.2"

    def __init__(self, level: int) -> None:
        super().__init__(level)
        self.level = level

    def explain(self) -> str:
        return f"The distribution index {self.level} is outside 0..31."


class ThreadCountInvalid(UsageError):
    """A number of threads that no header can express."""

    code, clause = "RD0212", "2.1"

    def __init__(self, threads: int) -> None:
        super().__init__(threads)
        self.threads = threads

    def explain(self) -> str:
        return f"{self.threads} threads were asked for; 1, 2, 4, 8 and 16 exist."


class ArrayMismatch(UsageError):
    """An array has not the shape or the type that the function takes."""

    code, clause = "RD0213", "2.6.5"

    def __init__(self, name: str, got: str, expected: str) -> None:
        super().__init__(name, got, expected)
        self.name, self.got, self.expected = name, got, expected

    def explain(self) -> str:
        return f"{self.name} is {self.got}, expected is {self.expected}."


class EntropyIndexOutOfRange(UsageError):
    """A quality_map_entropy_index outside its 3 bits."""

    code, clause = "RD0214", "2.8"

    def __init__(self, index: int) -> None:
        super().__init__(index)
        self.index = index

    def explain(self) -> str:
        return f"quality_map_entropy_index is {self.index}, outside 0..7."


class RunIncomplete(UsageError):
    """A run that is decoded in slices was finished early, or was given more positions than it has."""

    code, clause = "RD0215", "2.6.8"

    def __init__(self, given: int, length: int) -> None:
        super().__init__(given, length)
        self.given, self.length = given, length

    def explain(self) -> str:
        return f"The run has {self.length} positions, the slices held {self.given}."
