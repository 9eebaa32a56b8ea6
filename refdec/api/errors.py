"""Errors of the Python interface: arguments that mean nothing, and weights that are not those of the codestream."""

from __future__ import annotations

from collections.abc import Iterable

from refdec.errors import UsageError, WeightsError

__all__ = [
    "ChannelsOutOfRange",
    "LimitsExpected",
    "PictureNotEncodable",
    "RateAmbiguous",
    "RegionMalformed",
    "RegionWithoutStages",
    "UnknownChroma",
    "UnknownColour",
    "UnknownEdition",
    "UnknownTransform",
    "WeightsDiffer",
    "WorkersOutOfRange",
]


class WeightsDiffer(WeightsError):
    """The codestream names the weights that it was made with, and they are not the ones at hand."""

    code, clause, exit_code = "RD1302", "1.5.4", 5

    def __init__(self, wanted: str, present: str) -> None:
        super().__init__(wanted, present)
        self.wanted, self.present = wanted, present

    def explain(self) -> str:
        return (
            f"The codestream was made with weights {self.wanted[:16]}..., the pack at hand has {self.present[:16]}...: "
            "it would decode to garbage.\n"
            "Give the right pack with --weights PACK, or --ignore-weights-fingerprint to see the garbage."
        )


class UnknownTransform(UsageError):
    """There is no synthesis transform of this name."""

    code, clause = "RD1303", "1.6.3"

    def explain(self) -> str:
        return f"There is no synthesis transform {self.args[0]!r}; choose sop, bop or hop."


class UnknownEdition(UsageError):
    """There is no edition of the standard of this name."""

    code, clause = "RD1309", "1.12"

    def explain(self) -> str:
        return f"There is no edition {self.args[0]!r} of the standard; choose auto, published or draft."


class LimitsExpected(UsageError):
    """Limits are given as something else than `Limits`."""

    code, clause = "RD1308", "1.8 (7)"

    def explain(self) -> str:
        return f"{self.args[0]!r} are no limits.\nTry: limits=refdec.Limits(pixels=50_000_000, seconds=60)"


class RateAmbiguous(UsageError):
    """Two ways of saying the rate contradict each other."""

    code, clause = "RD0966", ""

    def __init__(self, first: str, second: str) -> None:
        super().__init__(first, second)
        self.first, self.second = first, second

    def explain(self) -> str:
        return f"{self.first} and {self.second} cannot both be met: give one of them."


class UnknownChroma(UsageError):
    """There is no chroma format of this name."""

    code, clause = "RD0967", "1.6.1"

    def __init__(self, name: str, known: Iterable[str]) -> None:
        super().__init__(name, known)
        self.name, self.known = name, tuple(known)

    def explain(self) -> str:
        return f"There is no chroma format {self.name!r}; choose {', '.join(self.known)}."


class ChannelsOutOfRange(UsageError):
    """The wanted numbers of residual channels are none of luma and chroma."""

    code, clause = "RD1304", "2.6.8"

    def __init__(self, wanted: object, most: tuple[int, int]) -> None:
        super().__init__(wanted, most)
        self.wanted, self.most = wanted, most

    def explain(self) -> str:
        most_y, most_uv = self.most
        return f"The channels {self.wanted!r} are not two numbers: 0..{most_y} of luma and 0..{most_uv} of chroma."


class WorkersOutOfRange(UsageError):
    """The wanted number of processes is none."""

    code, clause = "RD1305", ""

    def explain(self) -> str:
        return f"{self.args[0]!r} workers cannot decode; give 1 or more, or None for one on each core."


class UnknownColour(UsageError):
    """There is no output colour of this name."""

    code, clause = "RD1306", "5.10"

    def explain(self) -> str:
        return f"There is no output colour {self.args[0]!r}; choose RGB or YUV, or None for that of the codestream."


class RegionMalformed(UsageError):
    """A region is not four whole numbers."""

    code, clause = "RD1307", "1.6.1"

    def explain(self) -> str:
        return f"The region {self.args[0]!r} is not four whole numbers: x, y, width, height."


class PictureNotEncodable(UsageError):
    """An array is no picture: wrong axes, or samples that are not unsigned integers."""

    code, clause = "RD0965", "5.14.1"

    def __init__(self, found: str) -> None:
        super().__init__(found)
        self.found = found

    def explain(self) -> str:
        return (
            f"{self.found} cannot be encoded; a picture is uint8 or uint16, [rows, columns] or [rows, columns, 3].\n"
            "An alpha channel has to be taken away first; floats have to be made integers."
        )


class RegionWithoutStages(UsageError):
    """Fingerprints, dumps or timings of whole stages are wanted from a decode that has no whole stages."""

    code, clause = "RD0973", "6.5"

    def explain(self) -> str:
        return (
            "Traces, dumps and timings are of whole stages, and decoding a region makes none.\n"
            "Leave out --region, or --trace, --dump and --timings."
        )
