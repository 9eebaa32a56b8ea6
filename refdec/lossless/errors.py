"""What can be wrong with lossless layers, one class a rule (chapter 7)."""

from __future__ import annotations

from refdec.errors import CodestreamError, InputError, UsageError

__all__ = [
    "FloatAlphaNeedsLayer",
    "LayerDamaged",
    "LayerMissing",
    "LayerOfOtherPicture",
    "LayerPlaceTaken",
    "LosslessTwice",
    "LosslessWithPrivate",
    "MaxErrorOutOfRange",
    "OriginalNotRgb",
    "OriginalSizeDiffers",
    "OriginalTurned",
]

LOSSY = "See the lossy picture:  refdec decode FILE --lossy"


class LayerDamaged(CodestreamError):
    """A lossless layer was cut or changed: what it gives would not be the original."""

    code, clause = "RD2401", "7.6"

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason

    def explain(self) -> str:
        return f"The lossless layer is damaged: {self.reason}.\n{LOSSY}"


class LayerOfOtherPicture(CodestreamError):
    """A lossless layer does not start from the picture that is decoded here."""

    code, clause = "RD2402", "7.6"

    def explain(self) -> str:
        return (
            "The lossless layer was not made for the picture that this codestream decodes to here.\n"
            "Either the codestream was changed behind it, or these are other weights: --weights PACK.\n"
            f"{LOSSY}"
        )


class LayerMissing(InputError):
    """A codestream has no lossless layer that could be taken away."""

    code, clause = "RD2403", "7.2"

    def explain(self) -> str:
        return "This codestream has no lossless layer.\nAdd one:  refdec lossless add FILE ORIGINAL OUT.jai"


class OriginalSizeDiffers(InputError):
    """An original has another size than the codestream that is to give it back."""

    code, clause = "RD2404", "7.2"

    def __init__(self, original: tuple[int, int], picture: tuple[int, int]) -> None:
        super().__init__(original, picture)
        self.original, self.picture = original, picture

    def explain(self) -> str:
        (width, height), (w, h) = self.original, self.picture
        return (
            f"The original has {width} x {height} samples, the picture of the codestream {w} x {h}.\n"
            "Give the picture that was encoded, the right way up."
        )


class OriginalTurned(UsageError):
    """An original lies otherwise than the picture of the HEIF file that is to give it back."""

    code, clause = "RD2409", "7.2"

    def explain(self) -> str:
        return (
            "The original does not lie as the picture of the HEIF file does, which is turned before it is shown.\n"
            "Encode the original anew:  refdec encode ORIGINAL OUT.jaii --lossless"
        )


class OriginalNotRgb(UsageError):
    """Y'CbCr planes are to be given back without loss."""

    code, clause = "RD2405", "7.2"

    def explain(self) -> str:
        return (
            "A lossless layer gives back RGB and gray pictures, and this one has Y'CbCr planes.\n"
            "Make RGB of it first, such as a PNG or TIFF file."
        )


class LosslessWithPrivate(UsageError):
    """A lossless layer would show what private regions do not."""

    code, clause = "RD2406", "7.2"

    def explain(self) -> str:
        return "A lossless layer would show the private regions to everybody.\nLeave out --private, or --lossless."


class LosslessTwice(UsageError):
    """Every sample is to come back, and some are to be off."""

    code, clause = "RD2411", "7.4.4"

    def __init__(self, max_error: int) -> None:
        super().__init__(max_error)
        self.max_error = max_error

    def explain(self) -> str:
        return (
            f"Lossless, and an error of up to {self.max_error} codes, contradict each other.\n"
            f"Leave one out: --lossless for every sample, --max-error {self.max_error} for fewer bytes."
        )


class MaxErrorOutOfRange(UsageError):
    """The largest error of a sample is no code of the original."""

    code, clause = "RD2407", "7.4.4"

    def __init__(self, value: object, bit_depth: int, most: int | None = None) -> None:
        super().__init__(value, bit_depth, most)
        self.value, self.bit_depth = value, bit_depth
        self.most = (1 << bit_depth) - 1 if most is None else most

    def explain(self) -> str:
        return (
            f"{self.value!r} is no largest error of samples of {self.bit_depth} bits.\n"
            f"Give a whole number from 0 (lossless) to {self.most}, such as --max-error 2."
        )


class FloatAlphaNeedsLayer(UsageError):
    """A picture of floats has transparent samples, and no layer is asked for that would keep them."""

    code, clause = "RD2410", "7.8"

    def explain(self) -> str:
        return (
            "This picture has transparent samples in floats, which only a layer keeps.\n"
            "Add --lossless or --max-error N; or take its transparency away first."
        )


class LayerPlaceTaken(UsageError):
    """The user data of a codestream leave no place for a lossless layer."""

    code, clause = "RD2408", "7.2"

    def explain(self) -> str:
        return (
            "The codestream has user data (UDI) that refdec does not know, or private regions: a layer has no place.\n"
            "Encode the original anew:  refdec encode ORIGINAL OUT.jai --lossless"
        )
