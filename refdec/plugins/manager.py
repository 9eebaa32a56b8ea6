"""Loading of plugins: sorted, each in its own `try`, failures become rows of the report (rule 11 of CONTRIBUTING).

In: the entry points of the group `refdec`.  Out: `Plugins`, which `installed` keeps for the process.  The environment
is not read here: the caller says what to allow (`allowed_by` understands the text of REFDEC_PLUGINS).
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from importlib import metadata
from types import MappingProxyType
from typing import Any, TypeAlias

import pluggy

from refdec.plugins import hookspecs
from refdec.plugins.admission import check_api_version, check_encoder, check_task, unknown_hooks
from refdec.plugins.encoder import Encoder
from refdec.plugins.hookspecs import ENTRY_POINT_GROUP, PROJECT
from refdec.plugins.registry import Guest, GuestKind, PluginRow, Plugins, PluginState
from refdec.plugins.task_base import Task

__all__ = ["Allow", "allowed_by", "installed", "load_plugins"]

Allow: TypeAlias = bool | Collection[str]
"""True: all plugins, False: none, or names of entry points and distributions."""
HOME = "refdec"
"""Our own distribution: its names cannot be taken by others."""
LONGEST_REASON = 240
LOG = logging.getLogger(__name__)
FOREIGN = (Exception, SystemExit)
"""What foreign code may throw at us; KeyboardInterrupt stays with the user."""


def allowed_by(text: str | None) -> Allow:
    """Return what REFDEC_PLUGINS allows: unset, empty or "all" everything, "none" nothing, else names with commas."""
    word = (text or "all").strip()
    if word in {"all", "none"}:
        return word == "all"
    return frozenset(name.strip() for name in word.split(",") if name.strip())


def load_plugins(allow: Allow = True, entry_points: Iterable[metadata.EntryPoint] | None = None) -> Plugins:
    """Load the plugins that are allowed, in the order of (entry point name, distribution name).

    `entry_points`: those to look at instead of the installed ones.  Never raises for what a plugin does.
    """
    found = metadata.entry_points(group=ENTRY_POINT_GROUP) if entry_points is None else entry_points
    loading = _Loading()
    for entry in sorted(found, key=lambda entry: (entry.name, _distribution(entry)[0])):
        name, version = _distribution(entry)
        if allow is True or (not isinstance(allow, bool) and {entry.name, name} & set(allow)):
            loading.admit(entry, name, version)
        else:
            loading.row(entry.name, GuestKind.PLUGIN, version, name, PluginState.OFF, "switched off by REFDEC_PLUGINS")
    return loading.plugins()


@lru_cache(maxsize=4)
def installed(allowed: str | None) -> Plugins:
    """Return the installed plugins that the text of REFDEC_PLUGINS allows; they are loaded once a process."""
    return load_plugins(allowed_by(allowed))


def _distribution(entry: metadata.EntryPoint) -> tuple[str, str]:
    """Return name and version of the distribution that an entry point comes from."""
    try:
        facts: Any = entry.dist.metadata if entry.dist else {}
        return str(facts["Name"] or "unknown"), str(facts["Version"] or "")
    except FOREIGN:
        return "unknown", ""


def _shown_name(item: Any) -> str:
    """Return what to call something that was refused, for instance because it has no name."""
    try:
        name = item.name
    except FOREIGN:
        name = ""
    if isinstance(name, str) and name:
        return name
    return str(item.__name__) if isinstance(item, type) else type(item).__name__


def _reason(problem: BaseException) -> str:
    """Return an exception as one line."""
    text = " ".join(str(problem).split())[:LONGEST_REASON]
    kind = type(problem).__name__
    return text if isinstance(problem, ValueError) and text else f"{kind}: {text}" if text else kind


@dataclass(slots=True)
class _Loading:
    """One run of the loader: what was let in so far."""

    manager: pluggy.PluginManager = field(default_factory=lambda: pluggy.PluginManager(PROJECT))
    encoders: list[Guest[Encoder]] = field(default_factory=list)
    tasks: list[Guest[Task]] = field(default_factory=list)
    rows: list[PluginRow] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.manager.add_hookspecs(hookspecs)

    def row(
        self, name: str, kind: GuestKind, version: str, distribution: str, state: PluginState, reason: str = ""
    ) -> None:
        """Add a row to the report."""
        self.rows.append(PluginRow(name, kind, version, distribution, state, reason))
        LOG.debug("%s %s %s (%s): %s", kind, name, version, distribution, f"{state}, {reason}" if reason else state)

    def admit(self, entry: metadata.EntryPoint, distribution: str, version: str) -> None:
        """Load one plugin and let in its guests; whatever it does ends in rows."""
        try:
            module = entry.load()
            check_api_version(module)
            notes = unknown_hooks(module)
            self.manager.register(module, f"{distribution}:{entry.name}")
            brought = {hook: self._call(hook, module) for hook in hookspecs.HOOK_NAMES}
        except FOREIGN as problem:
            self.row(entry.name, GuestKind.PLUGIN, version, distribution, PluginState.REFUSED, _reason(problem))
            return
        self.row(entry.name, GuestKind.PLUGIN, version, distribution, PluginState.LOADED, "; ".join(notes))
        origin = (distribution, version, entry.name)
        self._admit_items(brought["refdec_encoders"], GuestKind.ENCODER, check_encoder, self.encoders, origin)
        self._admit_items(brought["refdec_tasks"], GuestKind.TASK, check_task, self.tasks, origin)

    def _call(self, hook: str, module: Any) -> list[Any]:
        """Call one hook of one plugin alone, so that nobody answers for others."""
        others = [plugin for plugin in self.manager.get_plugins() if plugin is not module]
        answers = self.manager.subset_hook_caller(hook, others)()
        items: list[Any] = []
        for answer in answers:
            items += list(answer)
        return items

    def _admit_items(
        self,
        items: Iterable[Any],
        kind: GuestKind,
        check: Callable[[Any], None],
        admitted: list[Any],
        origin: tuple[str, str, str],
    ) -> None:
        """Check the encoders or tasks of a plugin one by one."""
        distribution, version, _ = origin
        for item in items:
            try:
                check(item)
                guest: Guest[Any] = Guest(item, item.name, item.version, *origin)
                if any(guest.qualified_name == other.qualified_name for other in admitted):
                    raise ValueError(f"{distribution} brings two {kind}s of this name")
            except FOREIGN as problem:
                self.row(_shown_name(item), kind, version, distribution, PluginState.REFUSED, _reason(problem))
            else:
                admitted.append(guest)

    def plugins(self) -> Plugins:
        """Settle clashes of names and return everything."""
        encoders = self._settled(self.encoders, GuestKind.ENCODER)
        tasks = self._settled(self.tasks, GuestKind.TASK)
        return Plugins(encoders, tasks, tuple(sorted(self.rows, key=_row_order)))

    def _settled(self, guests: list[Any], kind: GuestKind) -> Mapping[str, Guest[Any]]:
        """Give each name to refdec's own guest, else to the first; the others keep their qualified names."""
        chosen: dict[str, Guest[Any]] = {}
        for guest in sorted(guests, key=lambda guest: guest.distribution != HOME):
            holder = chosen.get(guest.name)
            facts = (guest.name, kind, guest.version, guest.distribution)
            if holder is None:
                chosen[guest.name] = guest
                self.row(*facts, PluginState.LOADED)
            else:
                chosen[guest.qualified_name] = guest
                reason = f"the name belongs to {holder.distribution}; ask for {guest.qualified_name}"
                self.row(*facts, PluginState.CLASH, reason)
        return MappingProxyType(chosen)


def _row_order(row: PluginRow) -> tuple[int, str, str]:
    """Plugins first, then encoders, then tasks, each by name and distribution."""
    return list(GuestKind).index(row.kind), row.name, row.distribution
