"""Rules of the picture stages (chapter 5) that a stream or a caller can break, one class each."""

from __future__ import annotations

from refdec.errors import CodestreamError, UnsupportedError, UsageError

__all__ = [
    "AlternativePictureMissing",
    "BitDepthOutOfRange",
    "CustomColourNeeds444",
    "CustomColourUnsupported",
    "EfeKernelShape",
    "IcciNeedsChroma",
    "MaskSizeMismatch",
    "NonlinearTilesMismatch",
    "PlaneSizeMismatch",
    "ScaleIndexMissing",
    "SubsamplingUnsupported",
]

Size = tuple[int, int]


class SubsamplingUnsupported(CodestreamError):
    """The pair of output and coded chroma formats is not one of the five that exist."""

    code, clause = "RD0501", "5.1"

    def __init__(self, output: Size, coded: Size) -> None:
        super().__init__(output, coded)
        self.output, self.coded = output, coded

    def explain(self) -> str:
        return (
            f"Chroma coded with subsampling {self.coded} cannot be output with {self.output} (vertical, horizontal).\n"
            "Legal pairs, output from coded: 444 from 444, 420 or 422; 422 from 422; 420 from 420.\n"
            "See the header:  refdec view FILE --element c_ver_minus1"
        )


class AlternativePictureMissing(CodestreamError):
    """The on/off switch of EFE non-linear is on, but EFE linear makes no alternative picture."""

    code, clause = "RD0502", "5.8.2"

    def explain(self) -> str:
        return (
            "mask1_enabled_flag is 1, but set 0 of EFE linear filters nothing, so there is no picture to switch to.\n"
            "See the tools:  refdec view FILE --element best_cand_idx"
        )


class NonlinearTilesMismatch(CodestreamError):
    """The number of tiles of EFE non-linear does not cover the chroma planes."""

    code, clause = "RD0503", "5.8.1"

    def __init__(self, stated: int, needed: int) -> None:
        super().__init__(stated, needed)
        self.stated, self.needed = stated, needed

    def explain(self) -> str:
        return (
            f"EFE non-linear has parameters for {self.stated} tiles, the chroma planes have {self.needed}.\n"
            "See the tools:  refdec view FILE --element numTiles"
        )


class MaskSizeMismatch(CodestreamError):
    """A mask of the on/off switch does not cover its chroma plane."""

    code, clause = "RD0504", "5.8.2"

    def __init__(self, plane: str, stated: Size | None, needed: Size) -> None:
        super().__init__(plane, stated, needed)
        self.plane, self.stated, self.needed = plane, stated, needed

    def explain(self) -> str:
        found = "missing" if self.stated is None else f"{self.stated[0]} x {self.stated[1]} blocks"
        return (
            f"The mask of plane {self.plane} is {found}, its plane has {self.needed[0]} x {self.needed[1]}.\n"
            "See the tools:  refdec view FILE --element len_mask_y"
        )


class CustomColourUnsupported(UnsupportedError):
    """colour_transform_idx is 2, for which no interoperable definition exists."""

    code, clause = "RD0505", "5.10"

    def explain(self) -> str:
        return (
            "colour_transform_idx = 2 (a matrix in the stream) has no definition that two decoders share.\n"
            "To decode by the recommendation of the clause:  refdec decode FILE OUT.png --allow-custom-colour"
        )


class CustomColourNeeds444(UnsupportedError):
    """The recommended meaning of colour_transform_idx 2 exists only for 4:4:4."""

    code, clause = "RD0506", "5.10"

    def __init__(self, output: Size) -> None:
        super().__init__(output)
        self.output = output

    def explain(self) -> str:
        return f"A colour matrix needs three planes of one size; chroma is subsampled by {self.output}."


class IcciNeedsChroma(CodestreamError):
    """eICCI is on for a 4:2:0 picture."""

    code, clause = "RD0507", "5.7"

    def explain(self) -> str:
        return "eICCI is enabled for a 4:2:0 picture, for which it does not exist."


class PlaneSizeMismatch(UsageError):
    """A plane handed in has not the size that the header states."""

    code, clause = "RD0508", "5.1"

    def __init__(self, plane: str, found: tuple[int, ...], needed: tuple[int, ...]) -> None:
        super().__init__(plane, found, needed)
        self.plane, self.found, self.needed = plane, found, needed

    def explain(self) -> str:
        return f"Plane {self.plane} has the shape {self.found}, the header asks for {self.needed}."


class ScaleIndexMissing(UsageError):
    """LEF is on, but the scale indices that steer it were not handed in or have another size."""

    code, clause = "RD0509", "5.9"

    def __init__(self, found: tuple[int, ...] | None, needed: Size) -> None:
        super().__init__(found, needed)
        self.found, self.needed = found, needed

    def explain(self) -> str:
        found = "none were given" if self.found is None else f"the array has the shape {self.found}"
        return f"LEF reads the scale indices of one luma channel, {self.needed[0]} x {self.needed[1]}; {found}."


class BitDepthOutOfRange(UsageError):
    """A bit depth outside 1..16 was asked for."""

    code, clause = "RD0510", "5.11"

    def __init__(self, bits: int) -> None:
        super().__init__(bits)
        self.bits = bits

    def explain(self) -> str:
        return f"A sample cannot have {self.bits} bits; 1 to 16 are possible.\nTry:  refdec decode --bit-depth 8 FILE"


class EfeKernelShape(UsageError):
    """The weights of an EFE linear filter do not have the shape that its parameters state."""

    code, clause = "RD0511", "5.6.1"

    def __init__(self, what: str, found: tuple[int, ...] | None, needed: tuple[int, ...]) -> None:
        super().__init__(what, found, needed)
        self.what, self.found, self.needed = what, found, needed

    def explain(self) -> str:
        return f"{self.what} has the shape {self.found}; pattern, edge and formats ask for {self.needed}."
