"""Errors of the interface: arguments that contradict each other, weights and files that do not fit together."""

from __future__ import annotations

from collections.abc import Iterable
from errno import ENOENT

from refdec.errors import ExitCode, FileError, InputError, UsageError, WeightsError

__all__ = [
    "BlurAlone",
    "DumpUnreadable",
    "KindUnknown",
    "KindsDiffer",
    "LayoutWithoutRaw",
    "MaskWrong",
    "NoCodestreams",
    "NoDifferencePicture",
    "NothingMatches",
    "OptionForOtherKind",
    "OptionsExpected",
    "OptionsTwice",
    "OtherModel",
    "OutputIsInput",
    "OutputNoFolder",
    "OutputsMeet",
    "PictureNotEncodable",
    "PipeAmongMany",
    "RateAmbiguous",
    "RateNotInLatents",
    "RegionWithoutStages",
    "ScaleAlone",
    "ScaleUnknown",
    "ToneMapAlone",
    "UnknownChroma",
    "WeightsDiffer",
]


class WeightsDiffer(WeightsError):
    """The codestream names the weights that it was made with, and they are not the ones at hand."""

    code, clause, exit_code = "RD1302", "1.5.4", ExitCode.UNSUPPORTED

    def __init__(self, wanted: str, present: str) -> None:
        super().__init__(wanted, present)
        self.wanted, self.present = wanted, present

    def explain(self) -> str:
        return (
            f"The codestream was made with weights {self.wanted[:16]}..., the pack at hand has {self.present[:16]}...: "
            "it would decode to garbage.\n"
            "Give the right pack with --weights PACK, or --ignore-weights-fingerprint to see the garbage."
        )


class ScaleUnknown(UsageError):
    """A picture is wanted at a scale that there is none of."""

    code, clause = "RD1631", ""

    def __init__(self, scale: object, known: tuple[int, ...]) -> None:
        super().__init__(scale, known)
        self.scale, self.known = scale, known

    def explain(self) -> str:
        known = " and ".join(str(scale) for scale in self.known)
        return f"{self.scale!r} is no scale of a small picture: there are {known}.\nTry:  --scale 8, or scale=8"


class ScaleAlone(UsageError):
    """A small picture straight from the latents is wanted together with what only a decoded one has."""

    code, clause = "RD1632", ""

    def __init__(self, other: str) -> None:
        super().__init__(other)
        self.other = other

    def explain(self) -> str:
        return (
            f"A small picture (scale) comes from the latents, with 8 bits, RGB or gray: it has no {self.other}.\n"
            "Leave one of the two out."
        )


class BlurAlone(UsageError):
    """Faces shall be blurred together with something that shows them all the same."""

    code, clause = "RD1635", ""

    def __init__(self, other: str) -> None:
        super().__init__(other)
        self.other = other

    def explain(self) -> str:
        return (
            f"Faces are blurred in the decoded picture: {self.other} would show them all the same.\n"
            "Leave one of the two out."
        )


class OptionsExpected(UsageError):
    """Options are given as something else than the object that holds them."""

    code, clause = "RD1310", ""

    def __init__(self, found: object, kind: str) -> None:
        super().__init__(found, kind)
        self.found, self.kind = found, kind

    def explain(self) -> str:
        return f"{self.found!r} are no options.\nTry: options=refdec.{self.kind}(...)"


class OptionsTwice(UsageError):
    """A call gives options whole, and keywords that stand for some of them."""

    code, clause = "RD1311", ""

    def explain(self) -> str:
        return "Options are given whole and by keywords: give one, or change a field with dataclasses.replace."


class RateAmbiguous(UsageError):
    """Two ways of saying the rate contradict each other."""

    code, clause = "RD0966", ""

    def __init__(self, first: str, second: str) -> None:
        super().__init__(first, second)
        self.first, self.second = first, second

    def explain(self) -> str:
        return f"{self.first} and {self.second} cannot both be met: give one of them."


class RateNotInLatents(UsageError):
    """A codestream is to be transcoded to a rate that its model does not reach."""

    code, clause = "RD1330", "3.B.3"

    def __init__(self, wanted: str, model_id: int, least_bytes: int, pixels: int, beside_bytes: int = 0) -> None:
        super().__init__(wanted, model_id, least_bytes, pixels, beside_bytes)
        self.wanted, self.model_id, self.least_bytes, self.pixels = wanted, model_id, least_bytes, pixels
        self.beside_bytes = beside_bytes

    def explain(self) -> str:
        beside = f", and what stands beside them in the file {self.beside_bytes}" if self.beside_bytes else ""
        return (
            f"{self.wanted} are out of reach: these latents of model {self.model_id} need {self.least_bytes} bytes "
            f"({8 * self.least_bytes / self.pixels:.4g} bpp) at least{beside}.\n"
            f"Another model needs the picture:  refdec decode FILE picture.png"
        )


class OtherModel(UsageError):
    """A codestream is to be transcoded to a quality that stands for another model than that of its latents."""

    code, clause = "RD1331", "1.6.3"

    def __init__(self, quality: int, wanted: int, present: int) -> None:
        super().__init__(quality, wanted, present)
        self.quality, self.wanted, self.present = quality, wanted, present

    def explain(self) -> str:
        return (
            f"Quality {self.quality} is one of model {self.wanted}, and the latents of this codestream are of model "
            f"{self.present}: another model needs the picture.\n"
            f"Decode it and encode it again:  refdec decode FILE picture.png"
        )


class UnknownChroma(UsageError):
    """There is no chroma format of this name."""

    code, clause = "RD0967", "1.6.1"

    def __init__(self, name: str, known: Iterable[str]) -> None:
        super().__init__(name, known)
        self.name, self.known = name, tuple(known)

    def explain(self) -> str:
        return f"There is no chroma format {self.name!r}; choose {', '.join(self.known)}."


class LayoutWithoutRaw(UsageError):
    """The layout of raw samples is given in part, or for another format."""

    code, clause = "RD0969", "5.11"

    def __init__(self) -> None:
        super().__init__()

    def explain(self) -> str:
        return (
            "Size and subsampling describe raw YUV, and subsampling needs a size.\n"
            "Say: --format yuv --size 768x512 --subsampling 420 (format=, size=, subsampling= in Python)"
        )


class PictureNotEncodable(UsageError):
    """An array is no picture: wrong axes, or samples that are not unsigned integers."""

    code, clause = "RD0965", "5.14.1"

    def __init__(self, found: str, advice: str) -> None:
        super().__init__(found, advice)
        self.found, self.advice = found, advice

    def explain(self) -> str:
        return (
            f"{self.found} cannot be encoded; codes are uint8 or uint16, [rows, columns] or [rows, columns, 3], "
            f"in a HEIF file (.jaii) also with transparency, [rows, columns, 2 or 4].\n{self.advice}"
        )


class RegionWithoutStages(UsageError):
    """Fingerprints, dumps or timings of whole stages are wanted from a decode that has no whole stages."""

    code, clause = "RD0973", "6.5"

    def explain(self) -> str:
        return (
            "Traces, dumps and timings are of whole stages, and decoding a region makes none.\n"
            "Leave out --region, or --trace, --dump and --timings."
        )


class NothingMatches(FileError, FileNotFoundError):
    """A pattern matches no file."""

    code = "RD0981"

    def __init__(self, pattern: str) -> None:
        super().__init__(pattern, "no such file", ENOENT)
        self.pattern = pattern

    def explain(self) -> str:
        return f"There is no file {self.pattern}.\nLook for it:  ls {self.pattern}"


class OutputsMeet(UsageError):
    """Two inputs would be written to one output."""

    code = "RD0982"

    def __init__(self, first: str, second: str, output: str) -> None:
        super().__init__(first, second, output)
        self.first, self.second, self.output = first, second, output

    def explain(self) -> str:
        return (
            f"{self.first} and {self.second} would both become {self.output}.\n"
            "Give them two folders, or give the folder that holds both: it is copied with its sub-folders."
        )


class OutputIsInput(UsageError):
    """What becomes of an input would replace it."""

    code = "RD0983"

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name

    def explain(self) -> str:
        return f"{self.name} would be replaced by what becomes of it.\nName another folder for the outputs."


class OutputNoFolder(UsageError):
    """The folder for several outputs is the name of a file."""

    code = "RD0984"

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name

    def explain(self) -> str:
        return (
            f"{self.name} is a file, and several outputs need a folder.\nName a folder; it is made if it is not there."
        )


class PipeAmongMany(UsageError):
    """Standard input is one of several inputs, or goes into a report: workers and reports know files by their names."""

    code = "RD0985"

    def explain(self) -> str:
        return (
            "- is standard input, which has no name to give to workers, a report or a folder of outputs: name a file "
            "instead, or give - alone."
        )


class NoCodestreams(UsageError):
    """A folder of codestreams is asked for, and there is none in it."""

    code = "RD0986"

    def __init__(self, folder: str, suffixes: tuple[str, ...]) -> None:
        super().__init__(folder, suffixes)
        self.folder, self.suffixes = folder, suffixes

    def explain(self) -> str:
        return (
            f"There is no codestream in {self.folder}: no file there ends in {' or '.join(self.suffixes)}.\n"
            "Name a folder that has some, or a codestream."
        )


class MaskWrong(InputError):
    """The file with the mask of a region of interest is no picture that can be read."""

    code = "RD1636"

    def __init__(self, name: str, reason: InputError) -> None:
        super().__init__(name, reason)
        self.name, self.reason = name, reason
        self.source = name

    def explain(self) -> str:
        return self.reason.explained_in(f"The mask of the region of interest, {self.name}")


class ToneMapAlone(UsageError):
    """A picture for an SDR display is wanted together with what only a decoded one has."""

    code, clause = "RD1633", ""

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.what = what

    def explain(self) -> str:
        return (
            f"A tone map makes RGB and gray pictures for an SDR display, and does not go with {self.what}.\n"
            "Leave out --tone-map, or the other option; write .png, .tif, .jpg, .webp, .ppm or .npy."
        )


class KindUnknown(InputError):
    """A file is neither codestream, picture, trace nor dump."""

    code, clause = "RD1611", ""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name

    def explain(self) -> str:
        return (
            f"{self.name} is neither a codestream, nor a picture (PNG, PPM, PGM, NPY, .yuv), "
            "nor a trace (JSON), nor a dump (.npz)."
        )


class KindsDiffer(UsageError):
    """Two files of different kinds cannot be compared."""

    code, clause = "RD1612", ""

    def __init__(self, a: str, b: str) -> None:
        super().__init__(a, b)
        self.a, self.b = a, b

    def explain(self) -> str:
        return (
            f"A is a {self.a}, B is a {self.b}: they cannot be compared.\n"
            "To compare a codestream with a picture: refdec verify FILE --expect PICTURE"
        )


class NoDifferencePicture(UsageError):
    """A picture of the difference is wanted of two files that show none."""

    code, clause = "RD1614", ""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason

    def explain(self) -> str:
        return f"There is no picture of the difference: {self.reason}.\nLeave out --picture."


class OptionForOtherKind(UsageError):
    """A wish is about a kind of file that is not among those that are compared."""

    code, clause = "RD1615", ""

    def __init__(self, option: str, wanted: str) -> None:
        super().__init__(option, wanted)
        self.option, self.wanted = option, wanted

    def explain(self) -> str:
        return f"{self.option} is for {self.wanted}, and these files are none.\nLeave it out."


class DumpUnreadable(InputError):
    """A dump (.npz) cannot be read."""

    code, clause = "RD1613", ""

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(name, reason)
        self.name, self.reason = name, reason

    def explain(self) -> str:
        return f"{self.name} cannot be read as a dump: {self.reason}."
