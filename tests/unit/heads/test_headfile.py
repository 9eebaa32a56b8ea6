"""Head files: the same bytes for the same head, and hostile ones end in one error before anything is allocated."""

from __future__ import annotations

import io
import json
import pickle
import zipfile
from collections.abc import Callable
from dataclasses import replace
from random import Random
from typing import Any

import numpy as np
import pytest

from refdec.errors import RefdecError
from refdec.heads.errors import HeadDamaged, HeadStepInvalid, HeadTooLarge, HeadTooNew, NotAHead
from refdec.heads.headfile import head_fingerprint, read_head, write_head
from refdec.weights.archivewriter import ArchiveWriter
from tests.fuzz import targets
from tests.fuzz.containers import mutate_pack
from tests.unit.heads.support import FACTS, classifier, every_operation, file_of, tiny

FILE = file_of(classifier())


def changed(change: Callable[[dict[str, Any]], object], data: bytes = FILE) -> bytes:
    """The file with another manifest."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    manifest = json.loads(members["head.json"])
    change(manifest)
    members["head.json"] = json.dumps(manifest).encode()
    return packed(members)


def packed(members: dict[str, bytes]) -> bytes:
    target = io.BytesIO()
    writer = ArchiveWriter(target)
    for name, body in members.items():
        writer.add(name, body)
    writer.close()
    return target.getvalue()


@pytest.mark.parametrize("make", [tiny, classifier, every_operation])
def test_what_is_written_is_read(make: Callable[[], Any]) -> None:
    head = make()
    again = read_head(file_of(head))
    assert (again.facts, again.steps, again.outputs) == (head.facts, head.steps, head.outputs)
    assert file_of(again) == file_of(head) and head_fingerprint(again) == head_fingerprint(head)
    for name, layer in head.layers.items():
        assert np.array_equal(again.layers[name].wide(), layer.wide())
        assert np.array_equal(again.layers[name].bias, layer.bias)
        assert again.layers[name].mantissa.dtype == np.int16, "16 bits with an exponent, as in packs"


def test_a_head_passes_between_processes() -> None:
    again = pickle.loads(pickle.dumps(read_head(FILE)))
    assert file_of(again) == FILE


def test_an_open_file_will_do() -> None:
    assert head_fingerprint(read_head(io.BytesIO(FILE))) == head_fingerprint(classifier())


def test_the_fingerprint_tells_heads_apart() -> None:
    prints = {head_fingerprint(head) for head in (tiny(), classifier(), tiny(facts=replace(FACTS, notes="x")))}
    assert len(prints) == 3


def set_in(*path: Any, to: Any) -> Callable[[dict[str, Any]], None]:
    def change(manifest: dict[str, Any]) -> None:
        place: Any = manifest
        for key in path[:-1]:
            place = place[key]
        place[path[-1]] = to

    return change


@pytest.mark.parametrize(
    ("change", "error", "word"),
    [
        (set_in("format", to="refdec weights"), NotAHead, "something else"),
        (set_in("format_version", to=2), HeadTooNew, "version 2"),
        (set_in("format_version", to=0), HeadDamaged, "version 0"),
        (set_in("name", to=3), HeadDamaged, "name"),
        (set_in("name", to=""), HeadDamaged, "name"),
        (set_in("weights", to=[]), HeadDamaged, "fingerprints"),
        (set_in("weights", to=["ab"]), HeadDamaged, "fingerprints"),
        (set_in("labels", to=[1]), HeadDamaged, "label"),
        (set_in("metrics", to=[]), HeadDamaged, "metrics"),
        (set_in("metrics", "top1", to=None), HeadDamaged, "top1"),
        (set_in("metrics", "top1", to=1e999), HeadDamaged, "top1"),
        (set_in("metrics", "top1", to=10**400), HeadDamaged, "top1"),
        (set_in("steps", to=[]), HeadTooLarge, "0 steps"),
        (set_in("steps", to=[{}] * 2000), HeadTooLarge, "2000 steps"),
        (set_in("steps", 0, to=[]), HeadDamaged, "step 1"),
        (set_in("steps", 0, "from", to="luma"), HeadDamaged, "no list"),
        (set_in("steps", 0, "from", to=["luma"] * 65), HeadTooLarge, "65"),
        (set_in("steps", 0, "to", to="../x"), HeadDamaged, "no name"),
        (set_in("steps", 0, "shift", to=1.5), HeadDamaged, "number"),
        (set_in("steps", 0, "operation", to="eval"), HeadStepInvalid, "eval"),
        (set_in("steps", 0, "shift", to=99), HeadStepInvalid, "shift 99"),
        (set_in("outputs", to=[]), HeadStepInvalid, "not named"),
        (set_in("outputs", to=["luma"]), HeadStepInvalid, "luma"),
        (set_in("layers", "conv1", "shape", to=[16, 256, 3]), HeadDamaged, "shape"),
        (set_in("layers", "conv1", "shape", to=[1 << 40, 256, 3, 3]), HeadTooLarge, "shape"),
        (set_in("layers", "conv1", "shape", to=[4096, 4096, 4096, 4096]), HeadTooLarge, "shape"),
        (set_in("layers", "conv1", "shape", to=[17, 256, 3, 3]), HeadDamaged, "bytes"),
        (set_in("layers", "conv1", "form", to="long"), HeadDamaged, "conv1"),
        (set_in("layers", "conv1", "sha256", to="ab" * 32), HeadDamaged, "SHA-256"),
        (set_in("layers", to={f"l{n}": {} for n in range(1100)}), HeadTooLarge, "1100 layers"),
        (set_in("layers", "../x", to={}), HeadDamaged, "../x"),
    ],
)
def test_a_manifest_that_is_wrong(
    change: Callable[[dict[str, Any]], None], error: type[RefdecError], word: str
) -> None:
    with pytest.raises(error) as caught:
        read_head(changed(change))
    assert word in caught.value.headline()
    assert len(caught.value.explain().splitlines()) > 1


def test_things_that_are_no_heads() -> None:
    for data in (b"", b"x" * 100, packed({"pack.json": b"{}"})):
        with pytest.raises(NotAHead):
            read_head(data)
    for body in (b"{", b"[" * 100_000, b"\xff"):
        with pytest.raises(HeadDamaged):
            read_head(packed({"head.json": body}))
    with pytest.raises(HeadTooLarge):
        read_head(packed({"head.json": b" " * (1 << 21)}))


def test_weights_are_believed_only_by_their_hash_and_bounds() -> None:
    record = classifier().layers["fc"]
    wild = replace(record, exponent=np.full(3, 31, np.uint8))
    head = replace(classifier(), layers={**classifier().layers, "fc": wild})
    with pytest.raises(HeadDamaged, match="exponent"):
        read_head(file_of(head))


def test_what_could_not_be_read_is_not_written() -> None:
    with pytest.raises(HeadDamaged):
        write_head(tiny(facts=replace(FACTS, weights=())), io.BytesIO())


@pytest.mark.parametrize("seed", range(8))
def test_mutated_files_end_in_errors(seed: int) -> None:
    draw = Random(seed)
    files = [file_of(head) for head in (tiny(), classifier(), every_operation())]
    for _ in range(40):
        data = draw.choice(files)

        def plain(body: bytes) -> bytes:
            place = draw.randrange(len(body) or 1)
            return body[:place] + bytes([draw.randrange(256)]) + body[place + 1 :]

        targets.head(mutate_pack(data, draw, plain))
