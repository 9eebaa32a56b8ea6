"""Every error of the plugin door has an input that raises it, and explains itself."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

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
from refdec.plugins.guest_options import parse_options
from tests.sample_bundles import sample_bundle
from tests.unit.plugins.support import Copier, Core, Counter, Entry, encoder_guest, gray, loaded, plugin, task_guest


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
    task.weights_fingerprints = ("00",)
    return run_task(task_guest(task), sample_bundle(), OptionValues(), Core())  # type: ignore[arg-type]


OPTIONS = (Option("n", int, 1, "number"),)
CAUSES: dict[type[RefdecError], Callable[[], object]] = {
    module.ArgumentMissing: lambda: arguments_of(Action("a", "x", lambda given: Scalars({})), ["surplus"]),
    module.CannotDo: cannot,
    module.GuestFailed: lambda: coded(OSError("gone")),
    module.GuestResultInvalid: lambda: coded("text"),
    module.GuestStreamInvalid: lambda: coded(b"junk"),
    module.OptionInvalid: lambda: parse_options("g", OPTIONS, {"n": "x"}),
    module.OptionMissing: lambda: parse_options("g", (Option("n", int, REQUIRED, "number"),), {}),
    module.PluginRefused: refused,
    module.Refusal: lambda: coded(Refusal("Not today.")),
    module.Unusable: lambda: coded(module.Unusable("The database is kept by others.")),
    module.RequestInvalid: lambda: OperatingPoint(9),
    module.ResultInvalid: lambda: Scalars({"a": None}),  # type: ignore[dict-item]
    module.SourcePictureInvalid: lambda: SourcePicture.from_rgb(np.zeros((2, 2), np.uint8)),
    module.UnknownAction: lambda: action_of(task_guest(Counter()), "x"),
    module.UnknownGuest: lambda: loaded().task("x"),
    module.UnknownOption: lambda: parse_options("g", OPTIONS, {"m": "1"}),
    module.WrongWeights: wrong_weights,
}


def test_guests_are_no_streams() -> None:
    assert {kind.exit_code for kind in CAUSES} == {1, 2}
