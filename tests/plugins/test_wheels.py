"""Third-party plugins as real wheels in a fresh environment: the two of the tutorial, and three that go wrong."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import refdec
from tests.plugins.wheelhouse import ROOT, SKELETON, Environment, build, write_package
from tests.sample_bundles import sample_bundle

BROKEN = "raise ImportError('no module named a_framework_of_two_gigabytes')\n"
HEAD = "from refdec.plugins.api import Capabilities, Encoder, Scalars, Task, hookimpl\n"
CLASHING = (
    HEAD
    + """
refdec_api_version = "1.0"

class Null(Encoder):
    name, version, description = "null", "6.6", "not the null that you know"
    capabilities = Capabilities(inputs=("picture", "codestream"))
    def encode(self, picture, request, core):
        return b"mine"

class Busy(Task):
    name, version, description = "hello-busy", "6.6", "another busy"
    def run(self, bundle, options, core):
        return Scalars({"who": "the other"})

@hookimpl
def refdec_encoders():
    return [Null()]

@hookimpl
def refdec_tasks():
    return [Busy()]
"""
)
WRONG_VERSION = (
    HEAD
    + """
refdec_api_version = "9.0"

@hookimpl
def refdec_encoders():
    raise AssertionError("must not be called")
"""
)
MAKE_HEAD = "import runpy, sys; sys.argv = sys.argv[1:]; runpy.run_path(sys.argv[0], run_name='__main__')"
RUN_ON_FILE = """
import json, sys
from refdec.api.task import TaskOrder, run_on_file
print(json.dumps([run_on_file(name, TaskOrder("hello-light")).json()["labels"] for name in sys.argv[1:]]))
"""
STREAMS = sorted((ROOT / "tests" / "golden" / "streams").glob("*_m1_*.jai"))
LIST = "from refdec.cli.plugins import plugins; plugins(json=True)"
FIND = """
import sys
from refdec.cli.plugins import installed_plugins
from refdec.errors import RefdecError
kind, name = sys.argv[1:]
try:
    guest = getattr(installed_plugins(), kind)(name)
except RefdecError as error:
    sys.exit(f"{type(error).__name__}: {error}")
print(guest.distribution, guest.version)
"""
RUN_TASK = """
import json, sys
from refdec.cli.plugins import installed_plugins
from refdec.bundles import LatentBundle
from refdec.plugins.calls import options_for, run_task
name, file, *options = sys.argv[1:]
guest = installed_plugins().task(name)
values = options_for(guest, dict(option.split("=") for option in options))
result = run_task(guest, LatentBundle.load(file), values, None)
print(json.dumps([result.json(), result.text(), list(result.picture().shape)]))
"""
ENCODE = """
import json, sys
import numpy as np
from refdec.cli.plugins import installed_plugins
from refdec.plugins.core import Core
from refdec.plugins.api import EncodeRequest, OperatingPoint, SourcePicture
from refdec.plugins.calls import encode_with, options_for
from refdec.weights.bundled import bundled_pack
rows, columns = np.mgrid[:80, :100]
array = np.stack([rows * 3 % 256, columns * 2 % 256, rows * columns // 9 % 256], axis=-1).astype(np.uint8)
guest = installed_plugins().encoder("hello-soft")
core = Core(bundled_pack())
sizes = []
for softness in sys.argv[1:]:
    request = EncodeRequest(OperatingPoint(1), options=options_for(guest, {"softness": softness}))
    data = encode_with(guest, SourcePicture.from_rgb(array), request, core)
    bundle = core.read(data, "symbols")
    sizes.append([len(data), int(np.abs(bundle.luma.symbols).sum()), bundle.headers.display_width])
print(json.dumps(sizes))
"""


def with_head(folder: Path) -> Path:
    """The package of a head, with the head that its program makes of three streams."""
    package = shutil.copytree(SKELETON / "refdec-hello-head", folder / "made" / "refdec-hello-head")
    target = package / "src" / "refdec_hello_head" / "light.head"
    run = Environment(folder).run(MAKE_HEAD, str(package / "make_head.py"), str(target), *map(str, STREAMS))
    assert run.returncode == 0, run.stderr
    assert "error of brightness" in run.stdout
    return package


@pytest.fixture(scope="session")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Environment:
    """The two packages of the tutorial, a broken, a clashing and a wrong-version one, built and installed."""
    folder = tmp_path_factory.mktemp("plugins")
    strangers = folder / "strangers"
    sources = [
        SKELETON / "refdec-hello-encoder",
        SKELETON / "refdec-hello-task",
        with_head(folder),
        write_package(strangers, "refdec-broken", BROKEN),
        write_package(strangers, "refdec-zz-clashing", CLASHING),
        write_package(strangers, "refdec-wrong-version", WRONG_VERSION),
    ]
    return build(folder, sources)


def rows_of(environment: Environment, **variables: str) -> list[dict[str, str]]:
    run = environment.run(LIST, **variables)
    assert run.returncode == 0, run.stderr
    rows: list[dict[str, str]] = json.loads(run.stdout)
    return rows


def row(environment: Environment, name: str, kind: str, distribution: str) -> dict[str, str]:
    facts = {"name": name, "kind": kind, "distribution": distribution}
    (found,) = (r for r in rows_of(environment) if facts.items() <= r.items())
    return found


def test_the_tutorial_packages_are_listed(environment: Environment) -> None:
    encoder = row(environment, "hello-soft", "encoder", "refdec-hello-encoder")
    assert (encoder["state"], encoder["version"], encoder["reason"]) == ("loaded", "0.1", "")
    task = row(environment, "hello-busy", "task", "refdec-hello-task")
    assert (task["state"], task["version"], task["reason"]) == ("loaded", "0.1", "")
    assert row(environment, "hello-task", "plugin", "refdec-hello-task")["version"] == "0.1.0"


def test_our_own_come_in_by_the_same_door(environment: Environment) -> None:
    assert row(environment, "null", "plugin", "refdec")["state"] == "loaded"
    assert row(environment, "null", "encoder", "refdec")["state"] == "loaded"


def test_the_tutorial_task_runs(environment: Environment, tmp_path: Path) -> None:
    bundle = sample_bundle("symbols")
    bundle.save(tmp_path / "b.npz")
    run = environment.run(RUN_TASK, "hello-busy", str(tmp_path / "b.npz"), "least=3")
    assert run.returncode == 0, run.stderr
    values, text, shape = json.loads(run.stdout)
    assert bundle.luma.symbols is not None
    assert values["values"] == (np.abs(bundle.luma.symbols) >= 3).sum(axis=0).tolist()
    assert text.endswith(tuple(" .:-=+*#%@"))
    assert shape == [7 * 16, 10 * 16, 3]


def test_the_tutorial_task_refuses_bad_options(environment: Environment, tmp_path: Path) -> None:
    sample_bundle("symbols").save(tmp_path / "b.npz")
    run = environment.run(RUN_TASK, "hello-busy", str(tmp_path / "b.npz"), "least=0")
    assert run.returncode != 0
    assert "The option least cannot be '0': it is a whole number, at least 1." in run.stderr


def test_the_tutorial_head_answers(environment: Environment) -> None:
    """A head from nothing to a plugin: listed, and right about pictures whose brightness is known."""
    listed = environment.run("from refdec.cli.plugins import plugins; plugins(heads=True, json=True)")
    assert listed.returncode == 0, listed.stderr
    (head,) = (entry for entry in json.loads(listed.stdout) if entry["guest"] == "hello-light")
    assert (head["name"], head["licence"], head["labels"]) == ("light", "CC0-1.0", ["dark", "bright"])
    run = environment.run(RUN_ON_FILE, *map(str, STREAMS))
    assert run.returncode == 0, run.stderr
    for name, labels in zip(STREAMS, json.loads(run.stdout), strict=True):
        luma = refdec.decode(name, colour="YUV").planes[0].mean()
        scores = {label["name"]: label["score"] for label in labels}
        assert abs(scores["bright"] - 1 / (1 + np.exp((128 - luma) / 8))) < 0.1, (name, luma, scores)


def test_the_tutorial_encoder_encodes(environment: Environment) -> None:
    """Softer pictures have fewer bits and smaller symbols; every stream was decoded on the way."""
    run = environment.run(ENCODE, "0", "60", "300")
    assert run.returncode == 0, run.stderr
    sizes = json.loads(run.stdout)
    assert [size[2] for size in sizes] == [100, 100, 100]
    assert sizes[0][0] > sizes[1][0] > sizes[2][0]
    assert sizes[0][1] > sizes[1][1] > sizes[2][1]


@pytest.mark.parametrize(
    ("distribution", "reason"),
    [
        ("refdec-broken", "ImportError: no module named a_framework_of_two_gigabytes"),
        ("refdec-wrong-version", "it is written for version 9.0 of the plugin interface, this refdec has 1.2"),
    ],
)
def test_a_bad_plugin_is_reported(environment: Environment, distribution: str, reason: str) -> None:
    found = row(environment, distribution, "plugin", distribution)
    assert found["state"] == "refused"
    assert found["reason"] == reason
    run = environment.run(FIND, "encoder", distribution)
    assert run.returncode != 0
    assert "PluginRefused" in run.stderr and reason in run.stderr


def test_a_clash_is_reported_and_harmless(environment: Environment) -> None:
    """refdec keeps its own name; between guests the first in the order of loading keeps it."""
    for name, kind, holder in (("null", "encoder", "refdec"), ("hello-busy", "task", "refdec-hello-task")):
        clash = row(environment, name, kind, "refdec-zz-clashing")
        assert clash["state"] == "clash"
        assert holder in clash["reason"] and f"refdec-zz-clashing:{name}" in clash["reason"]
        assert environment.run(FIND, kind, name).stdout.split()[0] == holder
        assert environment.run(FIND, kind, f"refdec-zz-clashing:{name}").stdout.split() == ["refdec-zz-clashing", "6.6"]


def test_an_unknown_name_lists_what_there_is(environment: Environment) -> None:
    run = environment.run(FIND, "encoder", "hello-sofd")
    assert run.returncode != 0
    assert "hello-soft" in run.stderr


@pytest.mark.parametrize(
    ("allow", "loaded"),
    [
        ("none", set()),
        ("refdec-hello-task", {"hello-task"}),
        ("hello-encoder,refdec-hello-task", {"hello-encoder", "hello-task"}),
    ],
)
def test_the_environment_variable(environment: Environment, allow: str, loaded: set[str]) -> None:
    rows = rows_of(environment, REFDEC_PLUGINS=allow)
    plugins = [r for r in rows if r["kind"] == "plugin"]
    assert {r["name"] for r in plugins if r["state"] == "loaded"} == loaded
    assert {r["state"] for r in plugins} <= {"loaded", "off"}
    assert len(plugins) >= 6


def test_the_table_counts_what_needs_a_look(environment: Environment) -> None:
    run = environment.run("from refdec.cli.plugins import plugins; plugins()")
    assert run.returncode == 0
    assert run.stdout.splitlines()[0].split("\t") == ["name", "kind", "version", "distribution", "state", "reason"]
    assert "4 of " in run.stderr


def test_listing_does_not_load_numba(environment: Environment) -> None:
    run = environment.run(LIST + "; import sys; sys.exit('numba' in sys.modules)")
    assert run.returncode == 0


def blocks(document: Path) -> dict[str, str]:
    """Code blocks of the tutorial that stand below a file's name."""
    found: dict[str, str] = {}
    lines = document.read_text().splitlines()
    for number, line in enumerate(lines):
        if line.startswith("`refdec-hello-") and line.endswith("`"):
            start = number + 3
            end = lines.index("```", start)
            found[line.strip("`")] = "\n".join(lines[start:end]) + "\n"
    return found


def test_the_tutorial_prints_the_packages_as_they_are() -> None:
    found: dict[str, Any] = blocks(ROOT / "docs" / "plugins.md") | blocks(ROOT / "docs" / "tasks.md")
    assert sorted(found) == sorted(
        str(path.relative_to(SKELETON))
        for path in SKELETON.rglob("*")
        if path.suffix in {".py", ".toml"} and not {"build", "__pycache__"} & set(path.parts)
    )
    for name, text in found.items():
        assert text == (SKELETON / name).read_text(), name
