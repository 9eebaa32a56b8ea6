"""Pack files: round trip, determinism, laziness, and what damage does to them."""

from __future__ import annotations

import hashlib
import io
import json
import random
import zipfile
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from refdec.errors import WeightsError
from refdec.weights.errors import BadFrequencies, MissingCheckpoint, UnknownCheckpoint
from refdec.weights.errors_files import (
    MemberMissing,
    NotAnArchive,
    NotAPack,
    PackDamaged,
    PackFingerprintDiffers,
    PackMemberChanged,
    PackTooNew,
)
from refdec.weights.pack import Checkpoint, PackNotes, WeightPack, pack_fingerprint
from refdec.weights.packfile import read_pack, verify_checkpoint, write_pack
from refdec.weights.ranges import ModelRange
from refdec.weights.seeded import seeded_pack
from tests.unit.weights.support import SMALL, archive

COMMON = "VM_common_int/UV_0.012"
EICCI = "eICCI_bophop_2d020448_20240229/eicci_hop_mse050_300k"
BOP = "VM_bop/decoder_UV_0.012"
NOTES = PackNotes("a title", "BSD-3-Clause", "ä note")


def written(pack: WeightPack) -> bytes:
    file = io.BytesIO()
    write_pack(pack, file)
    return file.getvalue()


@pytest.fixture(scope="module")
def pack() -> WeightPack:
    seeded = seeded_pack(1, [SMALL, COMMON, EICCI, BOP])
    return WeightPack.of((seeded.by_name(name) for name in seeded.names()), NOTES)


@pytest.fixture(scope="module")
def data(pack: WeightPack) -> bytes:
    return written(pack)


@pytest.fixture(scope="module")
def small() -> bytes:
    return written(seeded_pack(1, [SMALL]))


def assert_equal(a: Checkpoint, b: Checkpoint) -> None:
    assert (a.name, a.fingerprint, a.origin, set(a.layers)) == (b.name, b.fingerprint, b.origin, set(b.layers))
    for name in a.layers:
        one, two = a.layers[name], b.layers[name]
        assert (one.name, one.has_bias, one.transposed) == (two.name, two.has_bias, two.transposed)
        for field in ("mantissa", "shift", "exponent", "bias"):
            left, right = getattr(one, field), getattr(two, field)
            assert left.dtype == right.dtype and np.array_equal(left, right) and not left.flags.writeable, (name, field)
    assert set(a.integers) == set(b.integers)
    assert all(np.array_equal(a.integers[k], b.integers[k]) and b.integers[k].dtype == np.int32 for k in a.integers)
    assert (a.gain is None) == (b.gain is None)
    if a.gain is not None and b.gain is not None:
        assert np.array_equal(a.gain, b.gain)


def test_a_pack_comes_back_as_it_was(pack: WeightPack, data: bytes) -> None:
    found = read_pack(data)
    assert found.names() == pack.names() == tuple(sorted([SMALL, COMMON, EICCI, BOP]))
    assert found.notes == NOTES and found.fingerprint == pack.fingerprint
    for name in pack.names():
        assert_equal(pack.by_name(name), found.by_name(name))
        verify_checkpoint(found.by_name(name))
        assert found.origins[name] == pack.by_name(name).origin


def test_the_same_pack_gives_the_same_bytes(pack: WeightPack, data: bytes) -> None:
    assert written(pack) == data
    assert written(read_pack(data)) == data


def test_compact_layers_come_back_compact() -> None:
    seeded = seeded_pack(1, [SMALL]).by_name(SMALL)
    from refdec.weights.quantise import quantise_layer

    snapped = {
        name: quantise_layer(
            np.ldexp(np.rint(layer.wide() / 64), -10), np.arange(layer.out_channels) / 7.0, layer.transposed, name=name
        )
        for name, layer in seeded.layers.items()
    }
    from refdec.weights.fingerprint import checkpoint_fingerprint

    made = Checkpoint(SMALL, snapped, {}, None, checkpoint_fingerprint(snapped, {}, None))
    assert {layer.mantissa.dtype for layer in snapped.values()} == {np.dtype(np.int16)}
    assert any(layer.shift.any() for layer in snapped.values())
    found = read_pack(written(WeightPack.of([made]))).by_name(SMALL)
    assert_equal(made, found)
    verify_checkpoint(found)


def test_a_pack_is_an_ordinary_archive_with_a_manifest(data: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(data)) as z:
        assert z.testzip() is None
        manifest = json.loads(z.read("pack.json"))
        assert {i.date_time for i in z.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        offsets = {(i.header_offset + 30 + len(i.filename)) for i in z.infolist()}
        assert len(offsets) == len(z.namelist())
    part = manifest["checkpoints"][SMALL]
    assert (part["kind"], part["model_id"], part["file"]) == ("VM_sop/decoder_UV", 1, f"{SMALL}.pth")
    assert part["published"] is False and len(part["fingerprint"]) == 64


def test_data_of_members_are_aligned(data: bytes) -> None:
    from refdec.weights.container import ZipContainer

    found = ZipContainer(data)
    for member in found.members.values():
        name_size, extra = (
            int.from_bytes(data[member.header + at : member.header + at + 2], "little") for at in (26, 28)
        )
        assert (member.header + 30 + name_size + extra) % 64 == 0


def test_layers_are_read_when_they_are_asked_for(small: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    from refdec.weights import packfile

    read: list[str] = []
    real = packfile._member

    def watched(archive: Any, member: str, line: Any) -> memoryview:
        read.append(member)
        return real(archive, member, line)

    monkeypatch.setattr(packfile, "_member", watched)
    checkpoint = read_pack(small).by_name(SMALL)
    assert read == [] and "conv4" in checkpoint.layers and len(checkpoint.layers) == 8
    first = checkpoint.layers["conv4"]
    assert checkpoint.layers["conv4"] is first and read == [f"{SMALL}/conv4"]
    assert "conv5" not in checkpoint.layers


def test_a_pack_reads_from_an_open_file(data: bytes) -> None:
    found = read_pack(io.BytesIO(data))
    assert found.checkpoint("VM_sop/decoder_UV", 1).layers["conv4"].wide().shape == (128, 32, 1, 1)


def test_what_is_missing_is_named_with_its_file(data: bytes) -> None:
    with pytest.raises(MissingCheckpoint) as caught:
        read_pack(data).checkpoint("VM_hop/decoder_Y", 1)
    text = caught.value.explain()
    assert "VM_hop/decoder_Y_0.012.pth" in text and SMALL in text
    assert text.splitlines()[-1].endswith("refdec weights import FOLDER MY.pack")
    with pytest.raises(MissingCheckpoint, match="analysis/Y"):
        read_pack(data).checkpoint("analysis/Y", 1)
    with pytest.raises(UnknownCheckpoint):
        read_pack(data).checkpoint("VM_hop/decoder_Z", 1)
    with pytest.raises(MissingCheckpoint):
        read_pack(data).by_name("VM_sop/decoder_UV_0.5")


def test_eicci_models_are_found_by_their_kind(data: bytes) -> None:
    found = read_pack(data)
    assert found.checkpoint("eICCI/hop_mse050", 3) is found.by_name(EICCI)


def changed(data: bytes, change: Callable[[dict[str, Any]], object], members: dict[str, bytes] | None = None) -> bytes:
    """The pack with another manifest (and other members), its own fingerprint made right again where it can be."""
    with zipfile.ZipFile(io.BytesIO(data)) as z:
        content = {name: z.read(name) for name in z.namelist()}
    manifest = json.loads(content["pack.json"])
    change(manifest)
    try:
        prints = {name: part["fingerprint"] for name, part in manifest["checkpoints"].items()}
        if manifest["fingerprint"] != "keep":
            manifest["fingerprint"] = pack_fingerprint(prints)
    except (KeyError, ValueError, TypeError, AttributeError):
        pass
    return archive({**content, **(members or {}), "pack.json": json.dumps(manifest).encode()})


def set_to(*path: str, value: Any) -> Callable[[dict[str, Any]], None]:
    def change(manifest: dict[str, Any]) -> None:
        place: Any = manifest
        for key in path[:-1]:
            place = place[key]
        place[path[-1]] = value

    return change


LINE = ("checkpoints", SMALL, "layers", "conv4")


@pytest.mark.parametrize(
    ("change", "error"),
    [
        (set_to("version", value=2), PackTooNew),
        (set_to("version", value=0), PackDamaged),
        (set_to("version", value="1"), PackDamaged),
        (set_to("version", value=True), PackDamaged),
        (set_to("format", value="something else"), NotAPack),
        (set_to("title", value=3), PackDamaged),
        (set_to("fingerprint", value="keep"), PackDamaged),
        (set_to("checkpoints", value=[]), PackDamaged),
        (set_to("checkpoints", SMALL, value=[]), PackDamaged),
        (set_to("checkpoints", SMALL, "fingerprint", value="00"), PackDamaged),
        (set_to("checkpoints", SMALL, "fingerprint", value="zz" * 32), PackDamaged),
        (set_to("checkpoints", SMALL, "published", value=1), PackDamaged),
        (set_to("checkpoints", SMALL, "layers", value=[]), PackDamaged),
        (set_to("checkpoints", SMALL, "layers", value={}), PackDamaged),
        (set_to("checkpoints", SMALL, "integers", value={"x": {}}), PackDamaged),
        (set_to("checkpoints", SMALL, "layers", "conv9", value={}), PackDamaged),
        (set_to(*LINE, value=3), PackDamaged),
        (set_to(*LINE, "shape", value=[128, 32, 1, 2]), PackDamaged),
        (set_to(*LINE, "form", value="long"), PackDamaged),
        (set_to(*LINE, "form", value=[]), PackDamaged),
        (set_to(*LINE, "form", value="short"), PackDamaged),
        (set_to(*LINE, "transposed", value=True), PackDamaged),
        (set_to(*LINE, "bias", value=1), PackDamaged),
        (set_to(*LINE, "bias", value=True), PackDamaged),
        (set_to(*LINE, "shifts", value=True), PackDamaged),
        (set_to(*LINE, "sha256", value="00" * 32), PackMemberChanged),
        (set_to(*LINE, "sha256", value=None), PackMemberChanged),
        (set_to("checkpoints", SMALL, "fingerprint", value="00" * 32), PackFingerprintDiffers),
    ],
)
def test_manifests_that_are_wrong_are_refused(small: bytes, change: Callable[..., None], error: type) -> None:
    with pytest.raises(error):
        verify_checkpoint(read_pack(changed(small, change)).by_name(SMALL))


@pytest.mark.parametrize("name", ["nonsense", "x/VM_sop/decoder_UV_0.012", "VM_sop/decoder_UV_0.013", "ä"])
def test_checkpoints_of_unknown_names_are_refused(small: bytes, name: str) -> None:
    def rename(manifest: dict[str, Any]) -> None:
        manifest["checkpoints"][name] = manifest["checkpoints"].pop(SMALL)

    with pytest.raises(PackDamaged):
        read_pack(changed(small, rename))


def replaced(data: bytes, checkpoint: str, section: str, tensor: str, body: bytes, **line: Any) -> bytes:
    """The pack with another record of one tensor, and the hash of it put right: damage by intent."""

    def change(manifest: dict[str, Any]) -> None:
        entry = manifest["checkpoints"][checkpoint][section][tensor]
        entry.update(line, sha256=hashlib.sha256(body).hexdigest(), bytes=len(body))

    return changed(data, change, {f"{checkpoint}/{tensor}": body})


def conv4(mantissa: int = 1, shift: int = 0, exponent: int = 20, bias: int = 0) -> bytes:
    """A short record of conv4 of the small checkpoint, 128 x 32."""
    parts = [np.full(128, bias, "<i8"), np.full(128 * 32, mantissa, "<i2"), np.full(128, shift, "u1")]
    return b"".join(part.tobytes() for part in [*parts, np.full(128, exponent, "u1")])


SHORT = {"form": "short", "bias": True, "shifts": True}


@pytest.mark.parametrize(
    "body",
    [
        conv4(exponent=31),
        conv4(shift=21),
        conv4(mantissa=32767, shift=5),
        conv4(mantissa=-32768, shift=4),
        conv4(bias=(1 << 60) + 1),
        conv4(bias=-(1 << 63)),
        conv4()[:-1],
        conv4() + b"x",
    ],
)
def test_integers_beyond_their_bounds_are_refused(small: bytes, body: bytes) -> None:
    """(6.2.3) The bounds that make overflow impossible hold for packs, too."""
    with pytest.raises(PackDamaged):
        _ = read_pack(replaced(small, SMALL, "layers", "conv4", body, **SHORT)).by_name(SMALL).layers["conv4"]


def test_the_largest_integers_are_accepted(small: bytes) -> None:
    body = conv4(mantissa=-32767, shift=4, exponent=30, bias=-(1 << 60))
    layer = read_pack(replaced(small, SMALL, "layers", "conv4", body, **SHORT)).by_name(SMALL).layers["conv4"]
    assert layer.wide().min() == -32767 << 4 and layer.bias[0] == -(1 << 60)


def test_a_wide_mantissa_has_20_bits(small: bytes) -> None:
    wide = {"form": "wide", "bias": False, "shifts": False}
    for high, ok in ((7, True), (8, False), (-8, False), (127, False)):
        parts = [np.full(4096, 1 if high < 0 else 0xFFFF, "<u2"), np.full(4096, high, "i1"), np.full(128, 9, "u1")]
        if high == -8:
            parts[0][:] = 0
        body = b"".join(part.tobytes() for part in parts)
        data = replaced(small, SMALL, "layers", "conv4", body, **wide)
        if ok:
            assert int(read_pack(data).by_name(SMALL).layers["conv4"].wide()[0, 0, 0, 0]) == 524287
        else:
            with pytest.raises(PackDamaged, match="20 bits"):
                _ = read_pack(data).by_name(SMALL).layers["conv4"]


def test_the_integer_path_of_a_pack_is_checked() -> None:
    data = written(seeded_pack(1, [COMMON]))
    with pytest.raises(BadFrequencies):
        read_pack(replaced(data, COMMON, "integers", "hyper_entropy.freqs_int", bytes(96 * 63), form="i1")).by_name(
            COMMON
        )
    with pytest.raises(PackDamaged):
        read_pack(replaced(data, COMMON, "integers", "hyper_entropy.freqs_int", bytes(96 * 63), form="i2")).by_name(
            COMMON
        )
    with pytest.raises(PackDamaged):
        read_pack(replaced(data, COMMON, "integers", "hyper_entropy.freqs_int", bytes(96 * 63), form="i3")).by_name(
            COMMON
        )


def test_a_member_that_is_gone_is_missed(small: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(small)) as z:
        content = {name: z.read(name) for name in z.namelist() if not name.endswith("/conv4")}
    with pytest.raises(MemberMissing, match="conv4"):
        _ = read_pack(archive(content)).by_name(SMALL).layers["conv4"]


def test_a_pack_that_was_compressed_again_still_reads(small: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(small)) as z:
        content = {name: z.read(name) for name in z.namelist()}
    verify_checkpoint(read_pack(archive(content, zipfile.ZIP_DEFLATED)).by_name(SMALL))


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (b"not a pack", NotAnArchive),
        (archive({"a": b""}), NotAPack),
        (archive({"pack.json": b"[]"}), NotAPack),
        (archive({"pack.json": b"{"}), PackDamaged),
        (archive({"pack.json": b"\xff"}), PackDamaged),
        (archive({"pack.json": b"[" * 100_000}), PackDamaged),
        (archive({"pack.json": b'{"format": ' + b"9" * 5000 + b"}"}), PackDamaged),
        (archive({"pack.json": bytes(9 << 20)}, zipfile.ZIP_DEFLATED), PackDamaged),
    ],
)
def test_other_files_are_no_packs(content: bytes, error: type) -> None:
    with pytest.raises(error):
        read_pack(content)


def test_truncated_packs_are_refused(small: bytes) -> None:
    for size in range(0, len(small), len(small) // 97):
        with pytest.raises(WeightsError):
            read_pack(small[:size])


def test_mutated_packs_raise_nothing_but_weights_errors(small: bytes) -> None:
    """A change is found, or it changed nothing (padding): the verified integers are those of before."""
    chance = random.Random(4)
    structure = [small.index(b"pack.json") - 30, len(small)]
    refused = 0
    for index in range(600):
        data = bytearray(small)
        low = structure[0] if index % 2 else 0
        for _ in range(chance.randint(1, 3)):
            data[chance.randrange(low, len(data))] = chance.randrange(256)
        try:
            found = read_pack(bytes(data))
            checkpoint = found.by_name(SMALL)
            for name in checkpoint.layers:
                _ = checkpoint.layers[name]
            assert found.fingerprint == read_pack(small).fingerprint
        except WeightsError:
            refused += 1
    assert refused > 500


def test_a_scale_comes_back_and_changes_no_fingerprint(pack: WeightPack, data: bytes) -> None:
    scale = (ModelRange(1, -1280, 100), ModelRange(2, -300, 800))
    told = written(WeightPack.of((pack.by_name(name) for name in pack.names()), NOTES, scale))
    assert read_pack(told).scale == scale and read_pack(told).fingerprint == pack.fingerprint
    assert read_pack(data).scale == () and len(told) > len(data)


@pytest.mark.parametrize(
    "scale",
    [
        {"1": 2},
        [1, 2, 3],
        [[1, 2]],
        [[1, -5, True]],
        [[1, -5.0, 5]],
        [[4, -5, 5]],
        [[-1, -5, 5]],
        [[1, 5, 5]],
        [[1, -2049, 5]],
        [[1, -5, 2048]],
        [[1, -5, 5], [1, 6, 7]],
        None,
    ],
)
def test_a_scale_that_is_none_is_refused(small: bytes, scale: object) -> None:
    def change(manifest: dict[str, Any]) -> None:
        manifest["scale"] = scale

    with pytest.raises(PackDamaged, match="scale"):
        read_pack(changed(small, change))
