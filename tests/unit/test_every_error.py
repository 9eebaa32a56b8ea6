"""Every class of error is raised by something concrete, explains itself, and passes between processes.

The causes (a stream, a file, a wrong call for each class) stand in the `test_errors` of the packages, as `CAUSES`:
a class, and what raises it, one or several; a cause may take an empty folder.
"""

from __future__ import annotations

import importlib
import inspect
import pickle
import pkgutil
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeAlias

import pytest

import refdec
from refdec.clauses import clause_path
from refdec.errors import RefdecError
from refdec.parallel.failures import packed, unpacked

Cause: TypeAlias = RefdecError | Callable[..., object]
Causes: TypeAlias = dict[type[RefdecError], Cause | list[Cause]]

TESTS = Path(__file__).resolve().parents[1]
SERIES = {
    "api": ("RD16",),
    "bench": ("RD14",),
    "bitstream": ("RD01",),
    "bundles": ("RD08",),
    "conformance": ("RD17",),
    "decoding": ("RD09", "RD13"),
    "entropy": ("RD02",),
    "formats": ("RD07",),
    "heif": ("RD20",),
    "heads": ("RD15",),
    "latent": ("RD03",),
    "lossless": ("RD24",),
    "sequences": ("RD25",),
    "metrics": ("RD12",),
    "networks": ("RD04",),
    "parallel": ("RD09",),
    "picture": ("RD05",),
    "privacy": ("RD19",),
    "plugins": ("RD11",),
    "tiling": ("RD01", "RD04"),  # the rules of headers have their codes
    "weights": ("RD06",),
}
"""The codes of each package that has causes."""
ELSEWHERE: dict[str, tuple[str, ...]] = {
    "cli/test_verbosity.py": ("OutputTwice", "OutputNotNamed"),
    "cli/test_archives.py": ("NothingMatches", "OutputsMeet", "OutputIsInput", "OutputNoFolder"),
    "cli/test_task.py": ("NoCodestreams",),
    "cli/test_verify.py": ("PipeAmongMany",),
    "cli/test_conform.py": ("SuiteNotNamed",),
    "cli/test_errors.py": ("OutputFolderMissing", "OneFileOnly", "Interrupted", "Ended"),
    "cli/test_limits.py": ("WrongNumbers",),
    "findings/test_outputs.py": ("OutputExists", "InputAsTarget"),
    "findings/test_wishes.py": ("LimitImpossible", "SeveralFilesOnly", "FileTwice"),
    "unit/arithmetic/test_argument_kinds.py": ("ArgumentOfOtherKind",),
    "unit/api/test_blurred.py": ("BlurAlone",),
    "unit/api/test_decode.py": ("RegionWithoutStages",),
    "unit/api/test_encode.py": ("RateAmbiguous", "TooFewBytes", "UnknownChroma"),
    "unit/api/test_scaled.py": ("ScaleAlone", "ScaleUnknown"),
    "unit/api/test_tone_map.py": ("ToneMapAlone",),
    "unit/api/test_inputs.py": ("OptionsExpected", "OptionsTwice"),
    "findings/test_pictures_as_they_come.py": ("LayoutWithoutRaw",),
    "unit/api/test_sources.py": ("PictureNotEncodable",),
    "unit/api/test_transcode.py": ("RateNotInLatents", "OtherModel"),
    "unit/decoding/test_options.py": (
        "UnknownTransform",
        "ChannelsOutOfRange",
        "WorkersOutOfRange",
        "UnknownColour",
        "RegionMalformed",
        "LimitsExpected",
        "UnknownEdition",
    ),
    "unit/encoding/test_ratecontrol.py": ("RateOutOfReach",),
    "unit/encoding/test_room.py": ("TooMuchMemoryToEncode",),
    "unit/inspection/test_maps.py": ("ChannelMissing",),
    "unit/inspection/test_render.py": ("BadOffset", "NothingSelected"),
    "unit/networks/test_hyperscale.py": ("HyperScaleOverflow", "HyperScaleShiftOutOfRange"),
    "unit/plugins/test_core.py": ("BundleNotOurs", "NoModel", "NotWhatWasCoded"),
    "unit/plugins/test_filtering.py": ("NoFilterNetworks", "UnknownFilterTool"),
    "unit/test_decoder.py": ("WeightsDiffer",),
    "unit/test_limits.py": ("TooLarge", "TooMuchMemory", "TimeIsUp"),
    "unit/test_tables.py": ("TableDamaged",),
    "unit/transcoding/test_room.py": ("TooMuchMemoryToTranscode",),
    "unit/trace/test_stage_differences.py": ("TraceUnreadable",),
    "unit/verification/test_check.py": ("ExpectationMissing", "OneExpectationForMany", "ToleranceInvalid"),
}
"""Test file -> classes that are raised there."""


def causes(package: str) -> Causes:
    found: Causes = importlib.import_module(f"tests.unit.{package}.test_errors").CAUSES
    return found


def cases() -> Iterator[Any]:
    for package in SERIES:
        for kind, known in causes(package).items():
            for number, cause in enumerate(known if isinstance(known, list) else [known]):
                yield pytest.param(
                    package, kind, cause, id=f"{package}-{kind.__name__}" + (f"-{number}" * bool(number))
                )


def provoke(cause: Cause, folder: Path) -> None:
    if isinstance(cause, RefdecError):
        raise cause
    cause(*[folder] * len(inspect.signature(cause).parameters))


def classes() -> set[type[RefdecError]]:
    """All classes of refdec with a code of their own."""
    for module in pkgutil.walk_packages(refdec.__path__, "refdec."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    found, pending = set(), [RefdecError]
    while pending:
        for kind in pending.pop().__subclasses__():
            pending.append(kind)
            if kind.__module__.startswith("refdec.") and "code" in vars(kind):
                found.add(kind)
    return found


def test_no_class_is_without_a_cause() -> None:
    caused = {kind.__name__ for package in SERIES for kind in causes(package)}
    elsewhere = [name for names in ELSEWHERE.values() for name in names]
    missing = {kind.__name__ for kind in classes()} - caused - set(elsewhere)
    assert missing == set()
    assert set(elsewhere) & caused == set() and len(elsewhere) == len(set(elsewhere))


@pytest.mark.parametrize("file", ELSEWHERE)
def test_classes_that_are_raised_elsewhere_are_named_there(file: str) -> None:
    text = (TESTS / file).read_text()
    codes = {kind.__name__: kind.code for kind in classes()}
    assert [name for name in ELSEWHERE[file] if name not in text and codes[name] not in text] == []


@pytest.mark.parametrize("package", SERIES)
def test_codes_are_unique_and_of_the_package(package: str) -> None:
    codes = [kind.code for kind in causes(package)]
    assert len(set(codes)) == len(codes)
    assert all(code.startswith(SERIES[package]) for code in codes)


@pytest.mark.parametrize(("package", "kind", "cause"), list(cases()))
def test_the_error_is_raised_explains_itself_and_survives_its_way(
    package: str, kind: type[RefdecError], cause: Cause, tmp_path: Path
) -> None:
    with pytest.raises(kind) as caught:
        provoke(cause, tmp_path)
    error = caught.value
    assert type(error) is kind
    headline, *_ = error.explain().splitlines()
    assert headline and len(headline) < 300
    assert headline.endswith((".", "?", kind.__name__))
    assert "refdec" not in "".join(re.findall("<[^<]*object at 0x", error.explain()))
    assert str(error) == error.headline()
    assert kind.code in str(error) and kind.clause in str(error)
    assert error.at is None or f"byte.bit {error.at}" in str(error)
    for again in (pickle.loads(pickle.dumps(error)), unpacked(packed(error))):
        assert type(again) is kind
        assert (str(again), again.explain(), again.at) == (str(error), error.explain(), error.at)
        assert repr(again.args) == repr(error.args)
        assert clause_path(again) == clause_path(error)
    assert kind.clause in clause_path(error) or not kind.clause
