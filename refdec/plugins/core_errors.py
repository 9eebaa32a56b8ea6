"""What the core refuses to do for a guest.

In: what was wanted, and what there is.  Out: errors that say so.
"""

from __future__ import annotations

from refdec.errors import RefdecError, UsageError

__all__ = [
    "BundleNotOurs",
    "NoFilterNetworks",
    "NoModel",
    "NotWhatWasCoded",
    "TooFewBytes",
    "UnknownFilterTool",
]


class BundleNotOurs(UsageError):
    """Latents are to be synthesised, changed or written that did not come from this core."""

    code, clause = "RD0962", ""

    def explain(self) -> str:
        return (
            "Only latents that this core made (bundles of stage latent, coded latents) can be synthesised, changed or "
            "written: headers alone do not say enough."
        )


class NoModel(UsageError):
    """The weights at hand cannot encode, or not with the model that was asked for."""

    code, clause = "RD0963", "4.11.1"

    def __init__(self, wanted: int | None, there: tuple[int, ...]) -> None:
        super().__init__(wanted, there)
        self.wanted, self.there = wanted, there

    def explain(self) -> str:
        what = "any model" if self.wanted is None else f"model {self.wanted}"
        have = ", ".join(str(model) for model in self.there) or "none"
        return (
            f"These weights cannot encode with {what}; models they can encode with: {have}.\nTry:  refdec weights list"
        )


class TooFewBytes(UsageError):
    """No codestream of the picture is as small as was asked for."""

    code, clause = "RD0968", ""

    def __init__(self, wanted: int, smallest: int, beside_bytes: int = 0) -> None:
        super().__init__(wanted, smallest, beside_bytes)
        self.wanted, self.smallest, self.beside_bytes = wanted, smallest, beside_bytes

    def explain(self) -> str:
        beside = f", and what stands beside it in the file {self.beside_bytes} at most" if self.beside_bytes else ""
        return (
            f"{self.wanted} bytes are too few for this picture: with these settings and weights the smallest "
            f"codestream has {self.smallest}{beside}.\n"
            f"Try:  --max-bytes {self.smallest + self.beside_bytes}, or a smaller picture"
        )


class NotWhatWasCoded(RefdecError):
    """A codestream that the core has written does not decode to what was put into it."""

    code, clause = "RD0970", "3.2"

    def __init__(self, part: str) -> None:
        super().__init__(part)
        self.part = part

    def explain(self) -> str:
        return (
            f"The codestream decodes to other {self.part} than were coded.\n"
            "Every codestream is decoded before it is written; nothing was written."
        )


class NoFilterNetworks(UsageError):
    """The filter eICCI is asked for by name, and the weights have none of its networks."""

    code, clause = "RD0991", "5.7.3"

    def __init__(self, transform: str | None) -> None:
        super().__init__(transform)
        self.transform = transform

    def explain(self) -> str:
        which = "" if self.transform is None else f" for the synthesis transform {self.transform}"
        return (
            f"The weights have no eICCI network{which}; the bundled ones have none at all.\n"
            "Leave eicci out (--tools all takes what the weights have), or import checkpoints that hold "
            "it:  refdec weights import"
        )


class UnknownFilterTool(UsageError):
    """A filter is asked for that there is none of, or none together with some."""

    code, clause = "RD0992", "5.5"

    def __init__(self, wanted: object, there: tuple[str, ...]) -> None:
        super().__init__(wanted, there)
        self.wanted, self.there = wanted, there

    def explain(self) -> str:
        return (
            f"{self.wanted!r} names no filters: all, none, or some of {', '.join(self.there[2:])} with commas "
            "between them.\nTry:  --tools all"
        )
