"""Calls into guests: requests are checked before, results after, and faults name the guest."""

from __future__ import annotations

from math import nan
from typing import Any

import numpy as np
import pytest

from refdec.bitstream.framing import read_codestream
from refdec.bitstream.headers import Edition, read_headers
from refdec.bundles.errors import StageNotReached
from refdec.plugins.api import (
    Action,
    ActionInput,
    Argument,
    BitsPerPixel,
    Capabilities,
    CodingSettings,
    Encoder,
    EncodeRequest,
    LumaPsnr,
    NamedBundle,
    OperatingPoint,
    Option,
    OptionValues,
    Refusal,
    Scalars,
    Stage,
)
from refdec.plugins.calls import (
    action_of,
    arguments_of,
    check_request,
    encode_with,
    options_for,
    run_action,
    run_task,
)
from refdec.plugins.errors import (
    ArgumentMissing,
    CannotDo,
    GuestFailed,
    GuestResultInvalid,
    GuestStreamInvalid,
    UnknownAction,
    UnknownOption,
    WrongWeights,
)
from tests.sample_bundles import FINGERPRINT, sample_bundle
from tests.unit.bitstream.support import stream
from tests.unit.plugins.support import (
    Copier,
    Core,
    Counter,
    Dreamer,
    encoder_guest,
    flat_targets,
    gray,
    some_choice,
    task_guest,
)

REQUEST = EncodeRequest(OperatingPoint(1))


def encode(encoder: Encoder, request: EncodeRequest = REQUEST, core: Any = None, **options: Any) -> bytes:
    return encode_with(encoder_guest(encoder), gray(), request, core or Core(), **options)  # type: ignore[arg-type]


def test_a_finished_codestream_is_decoded_and_returned() -> None:
    assert encode(Copier()) == b"stream 8x6"


def test_latents_go_to_the_core_once_a_model() -> None:
    dreamer, core = Dreamer(), Core()
    assert encode(dreamer, core=core) == b"stream 8x6"
    assert dreamer.asked == [1]
    assert core.targets[0].luma_q18.shape == (160, 4, 4)


@pytest.mark.parametrize(
    ("stream", "reason"),
    [(b"junk", "no codestream"), (b"stream 8x7", "8 x 7 instead of 8 x 6")],
)
def test_a_codestream_that_is_wrong_is_not_written(stream: bytes, reason: str) -> None:
    with pytest.raises(GuestStreamInvalid, match=reason) as caught:
        encode(Copier(answer=stream))
    assert "someone" in str(caught.value)
    assert encode(Copier(answer=stream), check=False) == stream


class Reading(Core):
    """A core whose decoder keeps what it was given."""

    def __init__(self) -> None:
        super().__init__()
        self.decoded: list[bytes] = []

    def decode(self, codestream: bytes) -> Any:
        self.decoded.append(codestream)
        return super().decode(b"stream 8x6")


@pytest.mark.parametrize("check", [True, False])
@pytest.mark.parametrize("wanted", list(Edition))
def test_a_finished_codestream_gets_the_wanted_edition(wanted: Edition, check: bool) -> None:
    """1.12: what is checked and returned has the picture header that was asked for, whatever the guest wrote."""
    expected = stream(edition=wanted)
    request = EncodeRequest(OperatingPoint(1), settings=CodingSettings(edition=str(wanted)))
    for written in Edition:
        core = Reading()
        assert encode(Copier(answer=stream(edition=written)), request, core, check=check) == expected
        assert core.decoded == [expected] * check


def test_no_draft_header_leaves_where_none_was_asked_for() -> None:
    for transforms in ((0,), (1, 0), (2, 1, 0), (0, 2)):
        data = stream(edition=Edition.DRAFT, synthesis_transforms=transforms)
        found = read_headers(read_codestream(encode(Copier(answer=data), core=Reading())))
        assert found.edition is Edition.PUBLISHED and found.picture.synthesis_transforms == transforms


@pytest.mark.parametrize("answer", [None, "text", bytearray(b"x"), flat_targets(gray())])
def test_encode_returns_bytes(answer: Any) -> None:
    with pytest.raises(GuestResultInvalid, match="instead of bytes"):
        encode(Copier(answer=answer))


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (b"bytes", "TargetLatents"),
        (flat_targets(gray(), luma_q18=np.zeros((160, 4, 4))), "float64"),
        (flat_targets(gray(), luma_q18=np.zeros((160, 4, 5), np.int32)), r"\(160, 4, 5\)"),
        (flat_targets(gray(), chroma_q18=[1]), "chroma_q18 as list"),
        (flat_targets(gray(), hyper=np.zeros((160, 1, 1), np.int8)), "pair"),
        (flat_targets(gray(), hyper=(np.zeros((160, 1, 1), np.int8),)), "pair"),
        (flat_targets(gray(), hyper=(np.zeros((160, 1, 1), np.int8), np.zeros((96, 1, 2), np.int8))), "chroma"),
        (flat_targets(gray(), hyper=(np.full((160, 1, 1), 32, np.int8), np.zeros((96, 1, 1), np.int8))), "-31..31"),
    ],
)
def test_latents_must_fit_the_picture(answer: Any, reason: str) -> None:
    with pytest.raises(GuestResultInvalid, match=reason):
        encode(Dreamer(answer))


def test_hyper_latents_may_come_along() -> None:
    hyper = (np.full((160, 1, 1), -31, np.int8), np.full((96, 1, 1), 31, np.int8))
    assert encode(Dreamer(flat_targets(gray(), hyper=hyper)))


@pytest.mark.parametrize("problem", [RuntimeError("deep trouble\nmore"), SystemExit(2), KeyError("x")])
@pytest.mark.parametrize("kind", [Copier, Dreamer])
def test_what_a_guest_raises_names_the_guest(problem: BaseException, kind: Any) -> None:
    with pytest.raises(GuestFailed, match=rf"of someone failed in .*{type(problem).__name__}") as caught:
        encode(kind(answer=problem))
    assert caught.value.__cause__ is problem
    assert caught.value.exit_code != 70


def test_a_refusal_passes_in_its_own_words() -> None:
    with pytest.raises(Refusal, match="Too dark for me"):
        encode(Copier(answer=Refusal("Too dark for me.")))


def test_an_interrupt_passes() -> None:
    with pytest.raises(KeyboardInterrupt):
        encode(Copier(answer=KeyboardInterrupt()))


def test_the_symbol_chooser_is_a_guest_too() -> None:
    def broken(choice: Any) -> Any:
        raise ValueError("cannot choose")

    with pytest.raises(GuestFailed, match=r"choose\(\): ValueError: cannot choose"):
        encode(Dreamer(flat_targets(gray(), choose=broken)))
    for answer in (None, np.zeros((160, 2, 2), np.int32), np.zeros((160, 2, 1), np.int16)):
        with pytest.raises(GuestResultInvalid, match="int16 symbols"):
            encode(Dreamer(flat_targets(gray(), choose=lambda choice, answer=answer: answer)))
    core = Core()
    encode(Dreamer(flat_targets(gray(), choose=lambda choice: choice.nearest)), core=core)
    choose = core.targets[0].choose
    assert choose is not None and np.array_equal(choose(some_choice()), some_choice().nearest)


@pytest.mark.parametrize(
    ("capabilities", "request_", "reason"),
    [
        (Capabilities(inputs=("codestream",)), REQUEST, "input picture"),
        (Capabilities(rate_control=("point",)), EncodeRequest(BitsPerPixel(1)), "rate control bpp; it offers point"),
        (Capabilities(rate_control=("bpp",)), EncodeRequest(LumaPsnr(30)), "rate control psnr"),
        (Capabilities(profiles=("base",)), EncodeRequest(OperatingPoint(1), CodingSettings("high")), "profile high"),
        (Capabilities(bit_depths=(8,)), EncodeRequest(OperatingPoint(1), CodingSettings(bit_depth=10)), "bit depth 10"),
        (Capabilities(tools=("rvs",)), EncodeRequest(OperatingPoint(1), CodingSettings(threads=2)), "tool threads"),
        (Capabilities(tools=()), EncodeRequest(OperatingPoint(1), CodingSettings(rvs=True)), "nothing of that kind"),
        (
            Capabilities(time_budget=False),
            EncodeRequest(OperatingPoint(1), time_budget_seconds=2.5),
            "time budget of 2.5 s",
        ),
    ],
)
def test_what_an_encoder_cannot_do_is_refused_first(capabilities: Any, request_: Any, reason: str) -> None:
    encoder = Copier(answer=RuntimeError("must not be called"))
    encoder.capabilities = capabilities
    with pytest.raises(CannotDo, match=reason):
        encode(encoder, request_)


def test_requests_within_the_capabilities_pass() -> None:
    encoder = Copier()
    encoder.capabilities = Capabilities(inputs=("codestream",), rate_control=(), tools=())
    check_request(encoder_guest(encoder), gray(codestream=b"stream 8x6"), EncodeRequest(BitsPerPixel(1)))


def test_a_task_gets_the_stage_that_it_asked_for() -> None:
    task = Counter()
    task.stage = Stage.SYMBOLS
    result = run_task(task_guest(task), sample_bundle("latent"), OptionValues(), Core())  # type: ignore[arg-type]
    assert result.json()["values"]["stage"] == "symbols"
    with pytest.raises(StageNotReached):
        run_task(task_guest(task), sample_bundle("headers"), OptionValues(), Core())  # type: ignore[arg-type]


def test_a_task_for_other_weights_is_refused() -> None:
    task = Counter()
    task.weights_fingerprints = ("cd" * 32,)
    with pytest.raises(WrongWeights, match="cdcdcdcdcdcd"):
        run_task(task_guest(task), sample_bundle(), OptionValues(), Core())  # type: ignore[arg-type]
    assert run_task(task_guest(task), sample_bundle(), OptionValues(), Core(), any_weights=True)  # type: ignore[arg-type]
    task.weights_fingerprints = ("cd" * 32, FINGERPRINT)
    assert run_task(task_guest(task), sample_bundle(), OptionValues(), Core())  # type: ignore[arg-type]


class Odd(Counter):
    def __init__(self, answer: Any) -> None:
        self.answer = answer

    def run(self, *args: Any) -> Any:
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer() if callable(self.answer) else self.answer


def test_what_a_task_returns_and_raises() -> None:
    with pytest.raises(GuestResultInvalid, match="instead of a result"):
        run_task(task_guest(Odd({"a": 1})), sample_bundle(), OptionValues(), Core())  # type: ignore[arg-type]
    with pytest.raises(GuestFailed, match=r"of someone failed in run\(\): .* cannot be made: a is nan\."):
        run_task(task_guest(Odd(lambda: Scalars({"a": nan}))), sample_bundle(), OptionValues(), Core())  # type: ignore[arg-type]
    with pytest.raises(GuestFailed, match=r"run\(\): IndexError"):
        run_task(task_guest(Odd(IndexError())), sample_bundle(), OptionValues(), Core())  # type: ignore[arg-type]


def index(given: ActionInput) -> Scalars:
    names = [item.name for item in given.bundles["DIR"]]
    given.progress(1.0)
    return Scalars({"n": len(names), "db": str(given.paths.get("DB", "")), "deep": given.options["deep"]})


ACTION = Action(
    "index",
    "fills a database",
    index,
    (Argument("DIR", "codestreams", "what to read"), Argument("DB", "path", "where to write")),
    (Option("deep", bool, False, "look twice"),),
)


def test_actions() -> None:
    task = Counter()
    task.actions = (ACTION,)
    guest = task_guest(task)
    action = action_of(guest, "index")
    assert arguments_of(action, ["a", "b.db"]) == {"DIR": "a", "DB": "b.db"}
    options = options_for(guest, {"deep": "yes"}, action)
    bundles = {"DIR": [NamedBundle("a/1.jai", sample_bundle())]}
    result = run_action(guest, action, ActionInput(options, Core(), bundles))  # type: ignore[arg-type]
    assert result.json()["values"] == {"n": 1, "db": "", "deep": True}
    with pytest.raises(UnknownAction, match="index"):
        action_of(guest, "query")
    with pytest.raises(ArgumentMissing, match="DIR DB"):
        arguments_of(action, ["a"])
    with pytest.raises(GuestFailed, match="action index: KeyError"):
        run_action(guest, action, ActionInput(options, Core()))  # type: ignore[arg-type]


def test_options_of_a_guest() -> None:
    encoder = Copier()
    encoder.options = (Option("effort", int, 5, "how long"),)
    assert options_for(encoder_guest(encoder), {"effort": 3})["effort"] == 3
    with pytest.raises(UnknownOption, match="copier has no option"):
        options_for(encoder_guest(encoder), {"speed": 3})
