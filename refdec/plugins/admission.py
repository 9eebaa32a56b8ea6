"""Who is let in: the rules that a plugin and its encoders and tasks must keep (`docs/plugins.md`).

In: what a plugin module states and returns.  Out: nothing, or ValueError with the reason that `refdec plugins` shows.
"""

from __future__ import annotations

import inspect
from typing import Any

from refdec.bundles import Stage
from refdec.plugins.encoder import Encoder
from refdec.plugins.guest_options import NAME_PATTERN, Option
from refdec.plugins.hookspecs import HOOK_NAMES, PLUGIN_API
from refdec.plugins.requests import ALL_TOOLS, BIT_DEPTHS, Capabilities, profile_names
from refdec.plugins.task_base import Action, Task

__all__ = ["check_api_version", "check_encoder", "check_task", "unknown_hooks"]

VERSION_ATTRIBUTE = "refdec_api_version"
HOOK_MARK = "refdec_impl"
"""The attribute that pluggy's HookimplMarker("refdec") leaves on a function."""


def _require(ok: bool, reason: str) -> None:
    if not ok:
        raise ValueError(reason)


def check_api_version(module: Any) -> None:
    """Compare the plugin's version of the interface with ours: same major, and no newer minor.  Raises ValueError."""
    stated = getattr(module, VERSION_ATTRIBUTE, None)
    _require(stated is not None, f'it does not state {VERSION_ATTRIBUTE} = "{PLUGIN_API}"')
    major, _, minor = str(stated).partition(".")
    good = isinstance(stated, str) and major.isdecimal() and minor.isdecimal()
    _require(good, f"{VERSION_ATTRIBUTE} is {stated!r}, not major.minor like {PLUGIN_API!r}")
    ours = tuple(int(part) for part in PLUGIN_API.split("."))
    theirs = (int(major), int(minor))
    fits = theirs[0] == ours[0] and theirs <= ours
    _require(fits, f"it is written for version {stated} of the plugin interface, this refdec has {PLUGIN_API}")


def unknown_hooks(module: Any) -> tuple[str, ...]:
    """Return complaints about functions that look like hooks and are none of ours, or are not marked."""
    complaints = []
    for name in sorted(vars(module) if inspect.ismodule(module) else dir(module)):
        value = getattr(module, name, None)
        if not callable(value):
            continue
        marked = hasattr(value, HOOK_MARK)
        if marked and name not in HOOK_NAMES:
            complaints.append(f"unknown hook {name}, ignored")
        elif name.startswith("refdec_") and not marked:
            complaints.append(f"{name} is not marked with @hookimpl, ignored")
    return tuple(complaints)


def _require_object(item: Any, kind: type) -> None:
    found = f"the class {item.__name__}" if isinstance(item, type) else f"an object of {type(item).__name__}"
    _require(isinstance(item, kind), f"{found} is no object of refdec.plugins.api.{kind.__name__}")


def _check_common(item: Encoder | Task) -> None:
    name = item.name
    _require(
        isinstance(name, str) and bool(NAME_PATTERN.fullmatch(name)), f"its name is {name!r} (small letters, digits, -)"
    )
    for attribute in ("version", "description"):
        value = getattr(item, attribute)
        _require(isinstance(value, str) and bool(value) and "\n" not in value, f"its {attribute} is {value!r}")
    _check_options(item.options)


def _check_options(options: Any) -> None:
    good = isinstance(options, tuple) and all(isinstance(option, Option) for option in options)
    _require(good, "its options are no tuple of Option")
    names = [option.name.replace("_", "-") for option in options]
    _require(len(set(names)) == len(names), "it has two options of one name")


def check_encoder(item: Any) -> None:
    """Check what a plugin returned as an encoder.  Raises ValueError."""
    _require_object(item, Encoder)
    _check_common(item)
    both = item.makes_latents, item.makes_codestreams
    _require(both != (False, False), "it overrides neither latents nor encode")
    _require(both != (True, True), "it overrides both latents and encode")
    able = item.capabilities
    _require(isinstance(able, Capabilities), "its capabilities are no Capabilities")
    allowed: dict[str, tuple[Any, ...]] = {
        "inputs": ("picture", "codestream"),
        "profiles": profile_names(),
        "bit_depths": BIT_DEPTHS,
        "rate_control": ("point", "bpp", "psnr"),
        "tools": ALL_TOOLS,
    }
    for field, values in allowed.items():
        stray = [value for value in getattr(able, field) if value not in values]
        _require(not stray, f"its {field} name {', '.join(map(str, stray))}")
    _require(bool(able.inputs), "it takes no inputs")
    _require(isinstance(able.time_budget, bool), "its time_budget is neither True nor False")


def check_task(item: Any) -> None:
    """Check what a plugin returned as a task.  Raises ValueError."""
    _require_object(item, Task)
    _check_common(item)
    _require(isinstance(item.stage, Stage), f"its stage is {item.stage!r}, no Stage")
    _require(type(item).run is not Task.run or bool(item.actions), "it overrides run nowhere and has no actions")
    prints = item.weights_fingerprints
    good = isinstance(prints, tuple) and all(isinstance(p, str) for p in prints)
    _require(good, "its weights_fingerprints are no tuple of texts")
    good = isinstance(item.actions, tuple) and all(isinstance(action, Action) for action in item.actions)
    _require(good, "its actions are no tuple of Action")
    names = [action.name for action in item.actions]
    _require(len(set(names)) == len(names), "it has two actions of one name")
    for action in item.actions:
        _check_options(action.options)
