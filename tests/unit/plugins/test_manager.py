"""Loading of plugins: order, isolation, versions, clashes, strangers, and starting bare."""

from __future__ import annotations

import subprocess
import sys
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from refdec.plugins.api import Encoder, hookimpl
from refdec.plugins.errors import PluginRefused, UnknownGuest
from refdec.plugins.manager import allowed_by, installed, load_plugins
from refdec.plugins.registry import PluginRow, Plugins
from tests.unit.plugins.support import Copier, Counter, Dreamer, Entry, loaded, plugin


def row(plugins: Plugins, name: str, kind: str = "plugin", distribution: str | None = None) -> PluginRow:
    (found,) = (r for r in plugins.rows if (r.name, r.kind) == (name, kind) and distribution in {None, r.distribution})
    return found


def test_encoders_and_tasks_come_in() -> None:
    plugins = loaded(Entry("one", plugin([Copier(), Dreamer()], [Counter()])))
    assert sorted(plugins.encoders) == ["copier", "dreamer"]
    assert sorted(plugins.tasks) == ["counter"]
    assert row(plugins, "copier", "encoder") == PluginRow("copier", "encoder", "2.1", "someone", "loaded")  # type: ignore[arg-type]
    assert row(plugins, "one").version == "7.0"
    guest = plugins.encoder("copier")
    assert (guest.distribution, guest.distribution_version, guest.entry_point) == ("someone", "7.0", "one")
    assert guest.qualified_name == "someone:copier"
    assert plugins.encoder("someone:copier") is guest


def test_plugins_load_by_entry_point_then_distribution() -> None:
    order: list[str] = []
    entries = [
        Entry("b", plugin(), "x", order),
        Entry("a", plugin(), "y", order),
        Entry("c", plugin(), "w", order),
    ]
    loaded(*entries)
    assert order == ["a", "b", "c"]
    first = loaded(Entry("same", plugin([Copier()]), "zoe"), Entry("same", plugin([Copier()]), "abe"))
    assert first.encoder("copier").distribution == "abe"


@pytest.mark.parametrize(
    ("module", "reason"),
    [
        (ImportError("no module named dreams"), "ImportError: no module named dreams"),
        (SyntaxError("bad"), "SyntaxError: bad"),
        (SystemExit(3), "SystemExit: 3"),
        (RuntimeError("first line\nsecond line"), "RuntimeError: first line"),
        (KeyError(), "KeyError"),
        (plugin(lambda: 1 // 0), "ZeroDivisionError"),
        (plugin(tasks=lambda: sys.exit(1)), "SystemExit"),
        (plugin(7), "TypeError"),
        (plugin(version=None), "does not state refdec_api_version"),
        (plugin(version="2.0"), "written for version 2.0 of the plugin interface, this refdec has 1.2"),
        (plugin(version="1.3"), "written for version 1.3"),
        (plugin(version="0.9"), "written for version 0.9"),
        (plugin(version="new"), "not major.minor"),
        (plugin(version=1.0), "not major.minor"),
    ],
)
def test_a_broken_plugin_is_a_row_and_the_rest_works(module: Any, reason: str) -> None:
    plugins = loaded(
        Entry("a-good", plugin([Copier("before")])), Entry("b-bad", module), Entry("c", plugin([Copier()]))
    )
    assert sorted(plugins.encoders) == ["before", "copier"]
    assert row(plugins, "b-bad").state == "refused"
    assert reason in row(plugins, "b-bad").reason
    with pytest.raises(PluginRefused, match="someone"):
        plugins.encoder("b-bad")


def test_the_user_can_still_interrupt() -> None:
    with pytest.raises(KeyboardInterrupt):
        loaded(Entry("a", KeyboardInterrupt()))


class Nameless(Copier):
    @property
    def name(self) -> str:
        raise RuntimeError("no name today")

    @name.setter
    def name(self, value: str) -> None: ...


def with_attribute(name: str, value: Any) -> Encoder:
    encoder = Copier("odd")
    setattr(encoder, name, value)
    return encoder


class Both(Copier):
    def latents(self, *args: Any) -> Any: ...


class Neither(Encoder):
    name, version, description = "neither", "1", "does nothing"


@pytest.mark.parametrize(
    ("item", "name", "reason"),
    [
        (Copier("Not Good"), "Not Good", "its name is"),
        (Copier(""), "Copier", "its name is"),
        (Nameless(), "Nameless", "no name today"),
        (with_attribute("version", ""), "odd", "its version"),
        (with_attribute("description", "a\nb"), "odd", "its description"),
        (with_attribute("options", ["effort"]), "odd", "no tuple of Option"),
        (with_attribute("capabilities", None), "odd", "capabilities"),
        (Both("both"), "both", "both latents and encode"),
        (Neither(), "neither", "neither latents nor encode"),
        ("a text", "str", "is no object of refdec.plugins.api.Encoder"),
        (Copier, "Copier", "is no object of refdec.plugins.api.Encoder"),
        (Counter(), "counter", "is no object of refdec.plugins.api.Encoder"),
    ],
)
def test_a_broken_encoder_leaves_its_siblings_in(item: Any, name: str, reason: str) -> None:
    plugins = loaded(Entry("one", plugin([item, Dreamer()])))
    assert list(plugins.encoders) == ["dreamer"]
    assert row(plugins, name, "encoder").state == "refused"
    assert reason in row(plugins, name, "encoder").reason
    assert row(plugins, "one").state == "loaded"


def test_a_refused_encoder_is_explained_to_who_asks() -> None:
    plugins = loaded(Entry("one", plugin([Neither()])))
    with pytest.raises(PluginRefused, match="neither latents nor encode"):
        plugins.encoder("neither")
    with pytest.raises(PluginRefused):
        plugins.encoder("someone:neither")
    with pytest.raises(UnknownGuest):
        plugins.encoder("other:neither")
    with pytest.raises(UnknownGuest):
        plugins.task("neither")


def test_nobody_can_take_a_name_of_ours() -> None:
    ours, theirs = Copier("analysis"), Copier("analysis")
    plugins = loaded(Entry("a", plugin([theirs]), "aaa"), Entry("z", plugin([ours]), "refdec"))
    assert plugins.encoder("analysis").item is ours
    assert plugins.encoder("aaa:analysis").item is theirs
    clash = row(plugins, "analysis", "encoder", "aaa")
    assert clash.state == "clash"
    assert clash.reason == "the name belongs to refdec; ask for aaa:analysis"
    assert row(plugins, "analysis", "encoder", "refdec").state == "loaded"


def test_between_guests_the_first_keeps_the_name() -> None:
    plugins = loaded(Entry("b", plugin([Copier()]), "late"), Entry("a", plugin([Copier()]), "early"))
    assert plugins.encoder("copier").distribution == "early"
    assert plugins.encoder("late:copier").distribution == "late"


def test_one_name_twice_in_one_distribution() -> None:
    plugins = loaded(Entry("a", plugin([Copier()])), Entry("b", plugin([Copier()])))
    assert list(plugins.encoders) == ["copier"]
    refused = [r for r in plugins.rows if r.state == "refused"]
    assert [r.reason for r in refused] == ["someone brings two encoders of this name"]


def test_an_encoder_and_a_task_may_share_a_name() -> None:
    task = Counter()
    task.name = "copier"
    plugins = loaded(Entry("a", plugin([Copier()], [task])))
    assert plugins.task("copier").item is task


def test_unknown_and_unmarked_hooks_are_reported() -> None:
    @hookimpl
    def refdec_dreams() -> None: ...

    def refdec_encoders() -> list[Encoder]:
        return [Copier()]

    plugins = loaded(Entry("a", plugin([Copier()], refdec_dreams=refdec_dreams)))
    assert row(plugins, "a").reason == "unknown hook refdec_dreams, ignored"
    assert "copier" in plugins.encoders
    module = ModuleType("unmarked")
    module.refdec_encoders, module.refdec_api_version = refdec_encoders, "1.0"  # type: ignore[attr-defined]
    plugins = loaded(Entry("b", module))
    assert row(plugins, "b").reason == "refdec_encoders is not marked with @hookimpl, ignored"
    assert not plugins.encoders


def test_a_hook_with_unknown_arguments_is_refused() -> None:
    @hookimpl
    def refdec_encoders(secret: int) -> list[Encoder]:
        return []

    plugins = loaded(Entry("a", plugin(refdec_encoders=refdec_encoders)), Entry("b", plugin([Copier()])))
    assert row(plugins, "a").state == "refused"
    assert "secret" in row(plugins, "a").reason or "argument" in row(plugins, "a").reason
    assert "copier" in plugins.encoders


def test_a_plugin_cannot_answer_for_others() -> None:
    """A hook wrapper sees the answers of its own plugin only."""

    @hookimpl(wrapper=True)
    def refdec_encoders() -> Any:
        yield
        return []

    plugins = loaded(Entry("a", plugin(refdec_encoders=refdec_encoders)), Entry("b", plugin([Copier()])))
    assert list(plugins.encoders) == ["copier"]


def test_the_same_module_under_two_names() -> None:
    module = plugin([Copier()])
    plugins = loaded(Entry("a", module), Entry("b", module))
    assert row(plugins, "b").state == "refused"
    assert list(plugins.encoders) == ["copier"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (None, ["x", "y", "z"]),
        ("", ["x", "y", "z"]),
        ("all", ["x", "y", "z"]),
        ("none", []),
        ("y", ["y"]),
        (" refdec , y ", ["x", "y"]),
        ("nobody", []),
    ],
)
def test_what_the_environment_allows(text: str | None, expected: list[str]) -> None:
    entries = [
        Entry("x", plugin([Copier("x")]), "refdec"),
        Entry("y", plugin([Copier("y")])),
        Entry("z", plugin([Copier("z")])),
    ]
    plugins = loaded(*entries, allow=allowed_by(text))
    assert sorted(plugins.encoders) == expected
    assert [entry.name for entry in entries if entry.loads] == expected
    assert [r.name for r in plugins.rows if r.state == "off"] == sorted({"x", "y", "z"} - set(expected))


def test_the_installed_plugins_are_loaded_once_for_each_text() -> None:
    assert installed("none") is installed("none")
    assert not installed("none").encoders
    assert "analysis" in installed("refdec").encoders


def test_what_is_off_says_so() -> None:
    plugins = loaded(Entry("analysis", plugin([Copier("analysis")])), allow=False)
    with pytest.raises(PluginRefused, match="REFDEC_PLUGINS"):
        plugins.encoder("analysis")


def test_a_distribution_without_metadata() -> None:
    class Broken(Entry):
        @property
        def dist(self) -> Any:
            raise RuntimeError("unreadable")

    class Orphan(Entry):
        @property
        def dist(self) -> Any:
            return None

    class Blank(Entry):
        @property
        def dist(self) -> Any:
            return SimpleNamespace(metadata={"Name": None, "Version": None})

    for kind in (Broken, Orphan, Blank):
        assert row(loaded(kind("a", plugin())), "a").distribution == "unknown"


def test_rows_come_in_a_fixed_order() -> None:
    one, two = Entry("b", plugin([Copier()], [Counter()])), Entry("a", plugin([Dreamer()]))
    names = [(r.kind, r.name) for r in loaded(one, two).rows]
    assert names == [
        ("plugin", "a"),
        ("plugin", "b"),
        ("encoder", "copier"),
        ("encoder", "dreamer"),
        ("task", "counter"),
    ]
    assert loaded(two, one).rows == loaded(one, two).rows


def test_rows_as_texts() -> None:
    plugins = loaded(Entry("a", plugin()))
    assert plugins.rows[0].to_json() == {
        "name": "a",
        "kind": "plugin",
        "version": "7.0",
        "distribution": "someone",
        "state": "loaded",
        "reason": "",
    }


def test_installed_plugins_load_without_error() -> None:
    assert all(r.state in {"loaded", "refused", "clash"} for r in load_plugins().rows)


def test_looking_at_plugins_loads_neither_numba_nor_pillow() -> None:
    code = (
        "import sys; from refdec.plugins.manager import load_plugins; load_plugins(); import refdec_encoders.null;"
        "sys.exit(bool({'numba', 'PIL'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], env=child_environment()).returncode == 0


def child_environment() -> dict[str, str]:
    import os

    return {**os.environ, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)}
