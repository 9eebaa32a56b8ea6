"""What can be wrong with a head, with its file, or with the latents that it is to read."""

from __future__ import annotations

from refdec.errors import LimitExceeded, RefdecError, UnsupportedError, UsageError, WeightsError

__all__ = [
    "HeadDamaged",
    "HeadOfOtherSynthesis",
    "HeadOfOtherWeights",
    "HeadStepInvalid",
    "HeadTooLarge",
    "HeadTooNew",
    "NotAHead",
    "OnnxMissing",
    "OnnxRefused",
]


def _of(problem: RefdecError) -> str:
    """Return the name of the file that an error is about, behind a space; "" where there is none."""
    return problem.source and f" {problem.source}"


class NotAHead(WeightsError):
    """A file is no head file."""

    code, clause = "RD1501", ""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason

    def explain(self) -> str:
        return f"{self.source or 'This'} is no head file: {self.reason}.\nHow one is made stands in docs/tasks.md."


class HeadTooNew(UnsupportedError):
    """A head file has a newer version of the format."""

    code, clause = "RD1502", ""

    def __init__(self, version: int, known: int) -> None:
        super().__init__(version, known)
        self.version, self.known = version, known

    def explain(self) -> str:
        return (
            f"The head file{_of(self)} has version {self.version} of the format; this refdec knows {self.known}.\n"
            "Try:  pip install --upgrade refdec"
        )


class HeadDamaged(WeightsError):
    """A head file contradicts itself: its manifest, its sizes or its hashes."""

    code, clause = "RD1503", ""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason

    def explain(self) -> str:
        return f"The head file{_of(self)} is damaged: {self.reason}.\nCopy or download it again, or write it anew."


class HeadStepInvalid(WeightsError):
    """A step of a head cannot be walked: an unknown operation, a map that is not there, channels that do not fit."""

    code, clause = "RD1504", ""

    def __init__(self, step: str, reason: str) -> None:
        super().__init__(step, reason)
        self.step, self.reason = step, reason

    def explain(self) -> str:
        return (
            f"The head{_of(self)} cannot run: {self.step} {self.reason}.\n"
            "Which steps there are stands in docs/tasks.md."
        )


class HeadTooLarge(LimitExceeded):
    """A head asks for more than a head may."""

    code, clause = "RD1505", "1.8 (7)"

    def __init__(self, what: str, value: int, limit: int) -> None:
        super().__init__(what, value, limit)
        self.what, self.value, self.limit = what, value, limit

    def explain(self) -> str:
        return (
            f"The head has {self.value} {self.what}, the limit is {self.limit}.\n"
            "A head that needs more costs more than decoding the picture does: make it smaller."
        )


class HeadOfOtherWeights(UsageError):
    """No head at hand reads the latents of these weights: the same numbers mean something else there."""

    code, clause = "RD1506", ""

    def __init__(self, head: str, needed: tuple[str, ...], found: str) -> None:
        super().__init__(head, needed, found)
        self.head, self.needed, self.found = head, needed, found

    def explain(self) -> str:
        wanted = ", ".join(fingerprint[:12] for fingerprint in self.needed) or "none"
        return (
            f"The head {self.head} reads latents of the weights {wanted}; these are of {self.found[:12] or 'none'}.\n"
            "Its answer would mean nothing.  Which weights a stream names:  refdec info FILE"
        )


class OnnxMissing(UsageError):
    """A head in ONNX needs a package that is not installed."""

    code, clause = "RD1507", ""

    def explain(self) -> str:
        return "A head in ONNX is run by onnxruntime, which is not installed.\nTry:  pip install 'refdec[onnx]'"


class OnnxRefused(WeightsError):
    """ONNX Runtime does not take a model, or fails when it runs."""

    code, clause = "RD1508", ""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason

    def explain(self) -> str:
        return (
            f"ONNX Runtime refuses the model: {self.reason}.\n"
            "It takes luma float32 [1, 160, h, w], chroma float32 [1, 96, h, w], or both, by these names."
        )


class HeadOfOtherSynthesis(UsageError):
    """A head goes on where a synthesis ends that is not the one of the weights in use."""

    code, clause = "RD1509", "4.5.1"

    def __init__(self, head: str, needed: str, found: str) -> None:
        super().__init__(head, needed, found)
        self.head, self.needed, self.found = head, needed, found

    def explain(self) -> str:
        return (
            f"The head {self.head} reads features of the synthesis {self.needed[:12] or '(it names none)'}; "
            f"the weights in use have {self.found[:12]}.\n"
            "Take the weights that it was trained with, or train one for these (docs/training.md)."
        )
