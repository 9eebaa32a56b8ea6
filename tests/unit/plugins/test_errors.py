"""Every error of the plugin door has an input that raises it, and explains itself."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from sample_bundles import sample_bundle

from plugins.support import Copier, Core, Counter, Entry, encoder_guest, gray, loaded, plugin, task_guest
from refdec.errors import RefdecError
from refdec.plugins import errors as module
from refdec.plugins.api import (
    REQUIRED,
    Action,
    BitsPerPixel,
    Capabilities,
    Encoder,
    EncodeRequest,
    OperatingPoint,
    Option,
    OptionValues,
    Refusal,
    Scalars,
    SourcePicture,
)
from refdec.plugins.calls import action_of, arguments_of, encode_with, run_task
from refdec.plugins.options import parse_options


def refused() -> object:
    return loaded(Entry("x", plugin([Encoder()]))).encoder("Encoder")


def coded(answer: object) -> object:
    request = EncodeRequest(OperatingPoint(0))
    return encode_with(encoder_guest(Copier(answer=answer)), gray(), request, Core())  # type: ignore[arg-type]


def cannot() -> object:
    encoder = Copier()
    encoder.capabilities = Capabilities(rate_control=("point",))
    request = EncodeRequest(BitsPerPixel(1))
    return encode_with(encoder_guest(encoder), gray(), request, Core())  # type: ignore[arg-type]


def wrong_weights() -> object:
    task = Counter()
    task.weights_fingerprints = ("00",)  # type: ignore[misc]
    return run_task(task_guest(task), sample_bundle(), OptionValues(), Core())  # type: ignore[arg-type]


OPTIONS = (Option("n", int, 1, "number"),)
RAISERS: dict[str, Callable[[], object]] = {
    "ArgumentMissing": lambda: arguments_of(Action("a", "x", lambda given: Scalars({})), ["surplus"]),
    "CannotDo": cannot,
    "GuestFailed": lambda: coded(OSError("gone")),
    "GuestResultInvalid": lambda: coded("text"),
    "GuestStreamInvalid": lambda: coded(b"junk"),
    "OptionInvalid": lambda: parse_options("g", OPTIONS, {"n": "x"}),
    "OptionMissing": lambda: parse_options("g", (Option("n", int, REQUIRED, "number"),), {}),
    "PluginRefused": refused,
    "Refusal": lambda: coded(Refusal("Not today.")),
    "RequestInvalid": lambda: OperatingPoint(9),
    "ResultInvalid": lambda: Scalars({"a": None}),  # type: ignore[dict-item]
    "SourcePictureInvalid": lambda: SourcePicture.from_rgb(np.zeros((2, 2), np.uint8)),
    "UnknownAction": lambda: action_of(task_guest(Counter()), "x"),
    "UnknownGuest": lambda: loaded().task("x"),
    "UnknownOption": lambda: parse_options("g", OPTIONS, {"m": "1"}),
    "WrongWeights": wrong_weights,
}
CLASSES = [getattr(module, name) for name in module.__all__]


@pytest.mark.parametrize("kind", CLASSES, ids=lambda kind: kind.__name__)
def test_each_error_is_raised_by_something(kind: type[RefdecError]) -> None:
    with pytest.raises(kind) as caught:
        RAISERS[kind.__name__]()
    assert type(caught.value) is kind
    assert caught.value.explain().splitlines()[0].endswith(".")
    assert kind.code in str(caught.value)
    assert kind.exit_code in {1, 2}


def test_codes_are_unique() -> None:
    codes = [kind.code for kind in CLASSES]
    assert len(codes) == len(set(codes))
    assert all(code.startswith("RD11") for code in codes)
