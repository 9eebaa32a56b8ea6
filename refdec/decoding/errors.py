"""What a decoder or an encoder can be asked for in vain, one class each: wishes that mean nothing, or do not fit."""

from __future__ import annotations

from refdec.bitstream.transforms import Synthesis
from refdec.errors import RefdecError, UsageError
from refdec.tiling.geometry import Rect

__all__ = [
    "AnalysisMissing",
    "ChannelsOutOfRange",
    "LatentsDoNotFit",
    "LevelTooSmall",
    "LimitsExpected",
    "QualityMapDoesNotFit",
    "RegionMalformed",
    "RegionOffGrid",
    "RegionOutside",
    "SettingsRefused",
    "TransformNotListed",
    "UnknownColour",
    "UnknownEdition",
    "UnknownTransform",
    "WorkersOutOfRange",
]


class SettingsRefused(UsageError):
    """A codestream cannot be made with these settings: the rule that they break is named."""

    code, clause = "RD0951", "1.9"

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason

    @classmethod
    def because(cls, problem: RefdecError | ValueError) -> SettingsRefused:
        """Return the refusal for a rule of the standard that a header with these settings would break."""
        return cls(problem.explain().splitlines()[0] if isinstance(problem, RefdecError) else str(problem))

    def explain(self) -> str:
        return f"No codestream can be made with these settings: {self.reason}"


class LatentsDoNotFit(UsageError):
    """Target latents do not have the size of the picture."""

    code, clause = "RD0952", "1.6.1"

    def __init__(self, what: str, needed: tuple[int, ...], found: tuple[int, ...]) -> None:
        super().__init__(what, needed, found)
        self.what, self.needed, self.found = what, needed, found

    def explain(self) -> str:
        return f"{self.what} has the shape {self.found}; this picture needs {self.needed}."


class QualityMapDoesNotFit(UsageError):
    """A quality map does not have one step for each latent position."""

    code, clause = "RD0953", "2.8"

    def __init__(self, needed: tuple[int, int], found: tuple[int, ...]) -> None:
        super().__init__(needed, found)
        self.needed, self.found = needed, found

    def explain(self) -> str:
        return f"The quality map has the shape {self.found}; this picture needs {self.needed}: one per 16 x 16 samples."


class LevelTooSmall(UsageError):
    """No level, or not the one that was asked for, allows the picture's size and model."""

    code, clause = "RD0954", "1.7.2"

    def __init__(self, luma_samples: int, model_id: int) -> None:
        super().__init__(luma_samples, model_id)
        self.luma_samples, self.model_id = luma_samples, model_id

    def explain(self) -> str:
        return f"No level allows {self.luma_samples} luma samples with model {self.model_id}."


class AnalysisMissing(UsageError):
    """An encoder is to analyse with networks that the weights do not have."""

    code, clause = "RD0955", "4.6"

    def __init__(self, model_id: int, wanted: str, files: tuple[str, ...], there: tuple[str, ...]) -> None:
        super().__init__(model_id, wanted, files, there)
        self.model_id, self.wanted, self.files, self.there = model_id, wanted, files, there

    def explain(self) -> str:
        which = f"analysis networks {self.wanted!r}" if self.wanted else "analysis networks"
        have = ", ".join(self.there) or "none"
        return (
            f"The weights have no {which} of model {self.model_id} ({', '.join(self.files)}); there are: {have}.\n"
            "Choose others with  --option networks=NAME, or import the files:  refdec weights import DIR PACK"
        )


class TransformNotListed(UsageError):
    """The caller wants a synthesis transform that the codestream does not list."""

    code, clause = "RD1301", "1.6.3"

    def __init__(self, wanted: int, listed: tuple[int, ...]) -> None:
        super().__init__(wanted, listed)
        self.wanted, self.listed = wanted, listed

    def explain(self) -> str:
        listed = ", ".join(Synthesis(t).name for t in self.listed)
        return (
            f"The codestream does not list synthesis transform {Synthesis(self.wanted).name}; it lists {listed}.\n"
            "Leave the choice out to take its first."
        )


class RegionOutside(UsageError):
    """The wanted rectangle is empty or does not lie in the picture."""

    code, clause = "RD0971", "1.6.1"

    def __init__(self, region: Rect, size: tuple[int, int]) -> None:
        super().__init__(region, size)
        self.region, self.size = region, size

    def explain(self) -> str:
        r, (height, width) = self.region, self.size
        return (
            f"The region {r.x},{r.y},{r.w},{r.h} (x, y, width, height) is not in the picture of {width} x {height}.\n"
            "See the size:  refdec info FILE"
        )


class RegionOffGrid(UsageError):
    """The wanted rectangle begins between two chroma samples of a picture with subsampled chroma."""

    code, clause = "RD0972", "5.1"

    def __init__(self, region: Rect, subsampling: tuple[int, int]) -> None:
        super().__init__(region, subsampling)
        self.region, self.subsampling = region, subsampling

    def explain(self) -> str:
        ver, hor = self.subsampling
        return (
            f"The region begins at {self.region.x},{self.region.y}; with this chroma x must be a multiple of {hor}, "
            f"y of {ver}.\n"
            "Move its corner, or decode to RGB:  refdec decode FILE OUT.png --region X,Y,W,H"
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
        return f"There is no output colour {self.args[0]!r}; choose RGB, YUV, gray, or None for the codestream's."


class RegionMalformed(UsageError):
    """A region is not four whole numbers."""

    code, clause = "RD1307", "1.6.1"

    def explain(self) -> str:
        return f"The region {self.args[0]!r} is not four whole numbers: x, y, width, height."
