"""Calls into guests: the request is checked before, the result after, and what a guest raises names the guest.

In: a guest from the registry and what it works on.  Out: a codestream that decodes, or a task's result.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from refdec.arithmetic.types import Int16Array
from refdec.bitstream.editions import Edition
from refdec.bitstream.rewriting import in_edition, with_rendering
from refdec.bundles import LatentBundle
from refdec.clauses import clause
from refdec.errors import LimitExceeded, RefdecError
from refdec.parallel.heap import give_back
from refdec.plugins.core_errors import TooFewBytes
from refdec.plugins.encoder import Encoder
from refdec.plugins.errors import (
    ArgumentMissing,
    CannotDo,
    GuestFailed,
    GuestResultInvalid,
    GuestStreamInvalid,
    ResultInvalid,
    UnknownAction,
    WrongWeights,
)
from refdec.plugins.guest_options import OptionValues, parse_options
from refdec.plugins.rate_run import Tries, coded_within
from refdec.plugins.rate_targets import MaxBytes, Quality
from refdec.plugins.registry import Guest
from refdec.plugins.requests import EncodeRequest
from refdec.plugins.result import TaskResult
from refdec.plugins.services import CoreServices
from refdec.plugins.source_picture import SourcePicture
from refdec.plugins.target_latents import SymbolChoice, SymbolChooser, TargetLatents
from refdec.plugins.task_base import Action, ActionInput, Task

if TYPE_CHECKING:
    from refdec.plugins.filtering import FilteredStream

__all__ = [
    "Improve",
    "action_of",
    "arguments_of",
    "check_request",
    "encode_with",
    "options_for",
    "run_action",
    "run_task",
]

Improve: TypeAlias = "Callable[[bytes], FilteredStream | None]"
"""Offers a finished codestream with filters, None: it stays as it is."""

LEAST_SIDE = 64
LARGE_PIXELS = 1 << 24
"""Above it, memory that coding needed is given back before the check decodes."""
LOG = logging.getLogger(__name__)


@contextmanager
def _blamed(guest: Guest[Any], doing: str) -> Iterator[None]:
    """Turn what a guest raises into GuestFailed; errors of refdec (also Refusal) pass, but not ResultInvalid."""
    try:
        yield
    except ResultInvalid as problem:
        raise GuestFailed(guest.name, guest.distribution, doing, problem.explain().rstrip(".")) from problem
    except RefdecError:
        raise
    except (Exception, SystemExit) as problem:
        lines = str(problem).splitlines() or [""]
        reason = f"{type(problem).__name__}: {lines[0]}".rstrip(": ")
        raise GuestFailed(guest.name, guest.distribution, doing, reason) from problem


def options_for(guest: Guest[Any], given: Mapping[str, object], action: Action | None = None) -> OptionValues:
    """Return the values of a guest's (or of one of its actions') options.

    Raises UnknownOption, OptionInvalid, OptionMissing.
    """
    return parse_options(guest.name, (action or guest.item).options, given)


def check_request(guest: Guest[Encoder], picture: SourcePicture, request: EncodeRequest) -> None:
    """Compare a request with what the encoder can do.  Raises CannotDo."""
    able, settings = guest.item.capabilities, request.settings

    def demand(what: str, value: str, offers: tuple[Any, ...]) -> None:
        if value not in {str(offer) for offer in offers}:
            raise CannotDo(guest.name, what, value, tuple(str(offer) for offer in offers))

    if picture.codestream is None:
        demand("input", "picture", able.inputs)
    if able.rate_control:
        demand("rate control", request.rate_control, able.rate_control)
    if settings.profile is not None:
        demand("profile", settings.profile, able.profiles)
    if settings.bit_depth is not None:
        demand("bit depth", str(settings.bit_depth), able.bit_depths)
    for tool in settings.tools_in_use():
        demand("tool", tool, able.tools)
    if request.time_budget_seconds is not None and not able.time_budget:
        raise CannotDo(guest.name, "time budget of", f"{request.time_budget_seconds:g} s", ())


def encode_with(
    guest: Guest[Encoder],
    picture: SourcePicture,
    request: EncodeRequest,
    core: CoreServices,
    *,
    check: bool = True,
    improve: Improve | None = None,
) -> bytes:
    """Have a picture coded, and check the codestream by decoding it.

    `check` False leaves the decoding out.  `improve` may offer the finished codestream with filters, which is taken
    where its decode confirms that it is better.  Raises CannotDo, Refusal, GuestFailed, GuestResultInvalid,
    GuestStreamInvalid, TooFewBytes, and what the core raises.
    """
    check_request(guest, picture, request)
    if guest.item.makes_latents:

        def latents_of(asked: EncodeRequest) -> TargetLatents:
            with _blamed(guest, "latents()"):
                targets = guest.item.latents(picture, asked, core)
            _check_targets(guest, targets, picture)
            return targets if targets.choose is None else replace(targets, choose=_guarded(guest, targets.choose))

        data = core.code_latents(picture, latents_of, request)
    else:
        data = _encoded(guest, picture, request, core)
    large = picture.height * picture.width > LARGE_PIXELS
    if check:
        if large:
            give_back()  # what coding needed lies in pieces that the decoder's arrays do not fit into
        _check_stream(guest, data, picture, core)
    if improve is None:
        return data
    if large:
        give_back()
    better = improve(data)
    return better.data if better is not None and (not check or better.confirmed()) else data


def _encoded(guest: Guest[Encoder], picture: SourcePicture, request: EncodeRequest, core: CoreServices) -> bytes:
    """Return the codestream of a guest's `encode`; it is asked for points where a quality or a size is wanted.

    Raises TooFewBytes, and what `encode_with` raises.
    """

    def encode(asked: EncodeRequest) -> bytes:
        with _blamed(guest, "encode()"):
            data = guest.item.encode(picture, asked, core)
        if not isinstance(data, bytes):
            raise GuestResultInvalid(guest.name, guest.distribution, type(data).__name__, "bytes")
        return _with_headers(data, picture, asked)

    target = request.target
    if isinstance(target, Quality) and guest.item.capabilities.rate_control:
        return encode(replace(request, target=core.operating_point(target.value)))
    if not isinstance(target, MaxBytes):
        return encode(request)
    if not guest.item.capabilities.rate_control:  # it makes of the picture what it makes of it
        data = encode(request)
        if len(data) > target.size_bytes:
            raise TooFewBytes(target.size_bytes, len(data))
        return data
    tries = Tries(request)
    return coded_within(target, lambda point: encode(tries.request_at(point)), core.operating_point)


@clause("1.12")
def _with_headers(data: bytes, picture: SourcePicture, request: EncodeRequest) -> bytes:
    """(1.12, 1.5.3) Return a guest's codestream with the picture header of the wanted edition, and what is known about
    colours; what cannot be read, as it is.

    Whether that is written is for the check to say.  Raises LimitExceeded.
    """
    try:
        found = in_edition(data, Edition(request.settings.edition))
        return found if picture.rendering is None else with_rendering(found, picture.rendering)
    except LimitExceeded:
        raise
    except RefdecError:
        return data


def _guarded(guest: Guest[Encoder], choose: SymbolChooser) -> SymbolChooser:
    """Return a symbol chooser that is blamed for what it raises, and whose answer is checked."""

    def guarded(choice: SymbolChoice) -> Int16Array:
        with _blamed(guest, "choose()"):
            symbols = choose(choice)
        good = isinstance(symbols, np.ndarray) and symbols.dtype == np.int16 and symbols.shape == choice.nearest.shape
        if not good:
            found = f"{symbols.dtype} {symbols.shape}" if isinstance(symbols, np.ndarray) else type(symbols).__name__
            needed = f"int16 symbols of the shape {choice.nearest.shape}"
            raise GuestResultInvalid(guest.name, guest.distribution, found, needed)
        return symbols

    return guarded


def _check_targets(guest: Guest[Encoder], targets: Any, picture: SourcePicture) -> None:
    """Check type and shapes of target latents.  Raises GuestResultInvalid."""

    def complain(found: str, needed: str) -> GuestResultInvalid:
        return GuestResultInvalid(guest.name, guest.distribution, found, needed)

    if not isinstance(targets, TargetLatents):
        raise complain(type(targets).__name__, "TargetLatents")
    height, width = max(picture.height, LEAST_SIDE), max(picture.width, LEAST_SIDE)
    latent, hyper = (-(-height // 16), -(-width // 16)), (-(-height // 64), -(-width // 64))
    wanted: list[tuple[str, Any, str, tuple[int, ...]]] = [
        ("luma_q18", targets.luma_q18, "int32", (160, *latent)),
        ("chroma_q18", targets.chroma_q18, "int32", (96, *latent)),
    ]
    if targets.hyper is not None:
        if not isinstance(targets.hyper, tuple) or len(targets.hyper) != 2:
            raise complain(f"hyper as {type(targets.hyper).__name__}", "a pair of arrays")
        wanted.append(("hyper of luma", targets.hyper[0], "int8", (160, *hyper)))
        wanted.append(("hyper of chroma", targets.hyper[1], "int8", (96, *hyper)))
    for name, array, dtype, shape in wanted:
        if not isinstance(array, np.ndarray):
            raise complain(f"{name} as {type(array).__name__}", f"{dtype} of the shape {shape}")
        if array.dtype != np.dtype(dtype) or array.shape != shape:
            raise complain(f"{name} as {array.dtype} of the shape {array.shape}", f"{dtype} of the shape {shape}")
        if dtype == "int8" and (int(array.min()) < -31 or int(array.max()) > 31):
            raise complain(f"{name} with values beyond -31..31", "values -31..31")


def _check_stream(guest: Guest[Encoder], data: bytes, picture: SourcePicture, core: CoreServices) -> None:
    """Decode a codestream before it is written.  Raises GuestStreamInvalid, LimitExceeded."""
    try:
        height, width = core.decoded_size(data)
    except LimitExceeded:
        raise
    except RefdecError as problem:
        raise GuestStreamInvalid(guest.name, guest.distribution, problem.headline()) from problem
    if (height, width) != (picture.height, picture.width):
        sizes = f"{width} x {height} instead of {picture.width} x {picture.height}"
        raise GuestStreamInvalid(guest.name, guest.distribution, f"it decodes to {sizes} samples")
    LOG.info("checked: it decodes to %d x %d samples", width, height)


def run_task(
    guest: Guest[Task], bundle: LatentBundle, options: OptionValues, core: CoreServices, *, any_weights: bool = False
) -> TaskResult:
    """Run a task on one bundle, cut down to the stage that it needs.

    `any_weights` skips the comparison of fingerprints.  Raises StageNotReached, WrongWeights, Refusal, GuestFailed,
    GuestResultInvalid.
    """
    task = guest.item
    wanted, found = task.weights_fingerprints, bundle.headers.weights_fingerprint
    if wanted and not any_weights and found not in wanted:
        raise WrongWeights(guest.name, wanted, found)
    ready = bundle.at(task.stage)
    with _blamed(guest, "run()"):
        result = task.run(ready, options, core)
    return _checked_result(guest, result)


def _checked_result(guest: Guest[Any], result: Any) -> TaskResult:
    if not isinstance(result, TaskResult):
        raise GuestResultInvalid(
            guest.name, guest.distribution, type(result).__name__, "a result of refdec.plugins.api"
        )
    return result


def action_of(guest: Guest[Task], name: str) -> Action:
    """Return an action of a task.  Raises UnknownAction."""
    for action in guest.item.actions:
        if action.name == name:
            return action
    raise UnknownAction(guest.name, name, tuple(action.name for action in guest.item.actions))


def arguments_of(action: Action, texts: Sequence[str]) -> dict[str, str]:
    """Return what a user typed after an action by the names of its arguments.  Raises ArgumentMissing."""
    names = tuple(argument.name for argument in action.arguments)
    if len(texts) != len(names):
        raise ArgumentMissing(action.name, names, len(texts))
    return dict(zip(names, texts, strict=True))


def run_action(guest: Guest[Task], action: Action, given: ActionInput) -> TaskResult:
    """Run an action of a task.  Raises Refusal, GuestFailed, GuestResultInvalid, and what the core raises."""
    with _blamed(guest, f"action {action.name}"):
        result = action.run(given)
    return _checked_result(guest, result)
