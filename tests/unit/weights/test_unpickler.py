"""The pickle interpreter (4.11.3): tensors come out, nothing is ever executed, and nothing grows beyond its bytes."""

from __future__ import annotations

import collections
import os
import pickle
import struct
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from refdec.weights.errors_files import PickleDamaged, PickleTooLarge, UnknownOpcode
from refdec.weights.unpickler import LONGEST_PICKLE, Global, Opaque, Storage, Tensor, unpickle
from tests.unit.weights.support import dictionary, name, number, numbers, storage, tensor, text

PROTO = b"\x80\x02"


class Calls:
    """Pickles as a call of anything."""

    def __init__(self, function: Any, *arguments: Any) -> None:
        self.function, self.arguments = function, arguments

    def __reduce__(self) -> tuple[Any, tuple[Any, ...]]:
        return self.function, self.arguments


def attacks(marker: Path) -> list[Any]:
    command = f"echo x > {marker}"
    return [
        Calls(os.system, command),
        Calls(subprocess.call, ["sh", "-c", command]),
        Calls(eval, f"open({str(marker)!r}, 'w')"),
        Calls(exec, f"open({str(marker)!r}, 'w').close()"),
        Calls(__import__, "antigravity"),
        Calls(getattr, dict, "fromkeys"),
        Calls(open, str(marker), "w"),
        Calls(pickle.loads, pickle.dumps(Calls(os.system, command))),
        Calls(collections.OrderedDict, [("a", Calls(os.system, command))]),
        [{"deep": (Calls(os.system, command),)}],
    ]


@pytest.mark.parametrize("index", range(10))
def test_attack_pickles_execute_nothing(index: int, tmp_path: Path) -> None:
    marker = tmp_path / "owned"
    attack = attacks(marker)[index]
    before = set(sys.modules)
    unpickle(pickle.dumps(attack, protocol=2))
    found = unpickle(pickle.dumps({"conv4.weight": attack, "good": 1}, protocol=2))
    assert found["good"] == 1
    assert not marker.exists()
    assert set(sys.modules) == before


def test_an_attack_becomes_an_opaque_value(tmp_path: Path) -> None:
    found = unpickle(pickle.dumps({"x": Calls(os.system, "true"), "y": 2}, protocol=2))
    assert found == {"x": Opaque(), "y": 2}


def test_attacks_written_by_hand() -> None:
    assert unpickle(PROTO + name("os", "system") + b"(" + text("true") + b"tR.") == Opaque()
    assert unpickle(PROTO + name("posix", "system") + b")\x81.") == Opaque()
    assert unpickle(PROTO + name("posix", "system") + b".") == Global("posix", "system")
    instance = name("builtins", "eval") + b")\x81}(" + text("__class__") + name("os", "system") + b"ub."
    assert unpickle(PROTO + instance) == Opaque()


@pytest.mark.parametrize(
    "opcodes",
    [
        b"(S'true'\nios\nsystem\n.",  # INST
        b"(cos\nsystem\nS'true'\no.",  # OBJ
        PROTO + b"\x82\x01.",  # EXT1
        PROTO + b"\x8c\x01a\x8c\x01b\x93.",  # STACK_GLOBAL
        PROTO + b"Pabc\n.",  # PERSID
        PROTO + b")}\x92.",  # NEWOBJ_EX
        PROTO + b"]\x94.",  # MEMOIZE
        PROTO + b"I1\n.",
        PROTO + b"\x8b\xff\xff\xff\x7f.",  # LONG4
        PROTO + b"B\xff\xff\xff\xff.",  # BINBYTES
        PROTO + b"2.",  # DUP
    ],
)
def test_other_opcodes_are_refused(opcodes: bytes) -> None:
    with pytest.raises(UnknownOpcode, match="opcode 0x"):
        unpickle(opcodes)


def test_the_error_knows_the_place() -> None:
    with pytest.raises(UnknownOpcode) as caught:
        unpickle(PROTO + b"N2.")
    assert caught.value.at is not None and caught.value.at.bits == 8 * 3
    assert caught.value.opcode == ord("2")


def test_values_of_all_kinds() -> None:
    values = {
        "none": None,
        "flags": [True, False],
        "numbers": [0, 255, 256, 65535, 65536, -1, -(2**31), 2**40, -(2**100), 0.5],
        "texts": ("", "ä"),
        "nested": {"a": {"b": [(), (1,), (1, 2), (1, 2, 3), (1, 2, 3, 4), []]}},
        "ordered": collections.OrderedDict([("x", 1), ("y", [2])]),
    }
    assert unpickle(pickle.dumps(values, protocol=2)) == values


def test_memo_entries_beyond_255_and_shared_lists() -> None:
    shared = [1]
    values = [str(i) for i in range(400)] + [shared, shared]
    found = unpickle(pickle.dumps(values, protocol=2))
    assert found == values and found[-1] is found[-2]


def test_keys_that_are_no_text_are_dropped() -> None:
    """Optimiser state has numbers as keys; deep tuples as keys could otherwise exhaust the stack when hashed."""
    assert unpickle(pickle.dumps({"optimizer": {0: 1, "a": 2, (1, 2): 3}}, protocol=2)) == {"optimizer": {"a": 2}}
    deep = b"(" + b")" + b"\x85" * 100_000 + b"Nu"
    assert unpickle(PROTO + b"}" + deep + b".") == {}


def test_attributes_of_a_state_dictionary_are_discarded() -> None:
    state = collections.OrderedDict([("a", 1)])
    state._metadata = {"version": 1}  # type: ignore[attr-defined]
    assert unpickle(pickle.dumps(state, protocol=2)) == {"a": 1}


def test_numpy_scalars_are_opaque() -> None:
    import numpy as np

    assert unpickle(pickle.dumps({"best_loss": np.float64(0.5), "epoch": 3}, protocol=2)) == {
        "best_loss": Opaque(),
        "epoch": 3,
    }


def test_tensors_and_parameters() -> None:
    one = tensor("HalfStorage", "7", 24, 3, (2, 3), (3, 1))
    wanted = Tensor(Storage("f2", "7", 24), 3, (2, 3), (3, 1))
    parameter = name("torch._utils", "_rebuild_parameter") + one + b"\x88" + name("collections", "OrderedDict")
    found = unpickle(dictionary({"w": one, "p": parameter + b")R\x87R"}))
    assert found == {"w": wanted, "p": wanted}


def test_a_tensor_of_an_unknown_storage_is_opaque() -> None:
    found = unpickle(dictionary({"w": tensor("BFloat16Storage", "0", 4, 0, (4,), (1,))}))
    assert found == {"w": Opaque()}


@pytest.mark.parametrize(
    "value",
    [
        storage("FloatStorage", "../../etc/passwd", 1),
        storage("FloatStorage", "", 1),
        storage("FloatStorage", "9" * 21, 1),
        storage("FloatStorage", "\u0663", 1),
        storage("FloatStorage", "0", -1),
        b"NQ",
        b"(" + text("module") + b"NNNNtQ",
        tensor("FloatStorage", "0", 4, -1, (4,), (1,)),
        tensor("FloatStorage", "0", 4, 0, (-4,), (1,)),
        tensor("FloatStorage", "0", 4, 0, (4,), (-1,)),
        tensor("FloatStorage", "0", 4, 0, (4, 1), (1,)),
        tensor("FloatStorage", "0", 4, 0, (1,) * 17, (1,) * 17),
        tensor("FloatStorage", "0", 4, 0, (1 << 62,), (1,)),
        name("torch._utils", "_rebuild_tensor_v2") + b")R",
        name("torch._utils", "_rebuild_tensor_v2") + b"NR",
        name("torch._utils", "_rebuild_tensor_v2") + b"(NK\x00))\x89NtR",
        name("collections", "OrderedDict") + number(1) + b"\x85R",
        name("collections", "OrderedDict") + b"](NNNe\x85R",
        text("os.system") + b")R",
    ],
)
def test_malformed_calls_are_refused(value: bytes) -> None:
    with pytest.raises(PickleDamaged):
        unpickle(dictionary({"w": value}))


@pytest.mark.parametrize(
    "opcodes",
    [
        b"",
        PROTO,
        b".",
        PROTO + b"t.",
        PROTO + b"u.",
        PROTO + b"e.",
        PROTO + b"R.",
        PROTO + b"NR.",
        PROTO + b"\x87.",
        PROTO + b"q\x00.",
        PROTO + b"h\x05.",
        PROTO + b"j\x05\x00\x00\x00.",
        PROTO + b"N(NNu.",
        PROTO + b"}(Nu.",
        PROTO + b"}(NNNu.",
        PROTO + b"NNa.",
        PROTO + b"N}b",
        PROTO + b"b.",
        PROTO + b"0.",
        PROTO + b"\x81.",
        PROTO + b"X\xff\xff\xff\xffabc.",
        PROTO + b"X\x01\x00\x00\x00\xff.",
        PROTO + b"cos.system",
        PROTO + "cös\nsystem\n.".encode(),
        PROTO + b"K",
        PROTO + b"G\x00\x00",
        PROTO + b"\x8a\x05ab",
        b"\x80\x04N.",
        PROTO + PROTO + b"N.",
    ],
)
def test_damaged_pickles_are_refused(opcodes: bytes) -> None:
    with pytest.raises(PickleDamaged):
        unpickle(opcodes)


def test_pop_drops_a_value_or_a_mark() -> None:
    assert unpickle(PROTO + b"NK\x010.") is None
    assert unpickle(PROTO + b"N(0.") is None


def test_pickles_have_a_longest_size() -> None:
    with pytest.raises(PickleTooLarge):
        unpickle(b"N" * (LONGEST_PICKLE + 1))


def test_copies_of_shared_parts_are_bounded() -> None:
    """A list of many pairs, turned into a dictionary over and over, would take quadratic time."""
    pairs = b"](" + (text("a") + b"N\x86") * 20_000 + b"eq\x00"
    again = name("collections", "OrderedDict") + b"q\x010" + b"h\x01h\x00\x85R0" * 20_000
    with pytest.raises(PickleTooLarge, match="copies"):
        unpickle(PROTO + pairs + again + b"h\x00.")


def test_lists_that_contain_themselves_do_no_harm() -> None:
    found = unpickle(PROTO + b"]q\x00h\x00a.")
    assert found[0] is found


def test_deep_nesting_needs_no_recursion() -> None:
    depth = 200_000
    found = unpickle(PROTO + b"]" * depth + b"a" * (depth - 1) + b".")
    seen = 0
    while found:
        found, seen = found[0], seen + 1
    assert seen == depth - 1


def test_every_prefix_of_a_real_pickle_is_refused(examples: Path) -> None:
    import zipfile

    with zipfile.ZipFile(examples / "ckpt_mini.pth") as z:
        data = z.read("ckpt_mini/data.pkl")
    for size in range(len(data)):
        with pytest.raises(PickleDamaged):
            unpickle(data[:size])


def test_numbers_of_the_support_module() -> None:
    assert unpickle(PROTO + numbers((1, -2, 2**60)) + b".") == (1, -2, 2**60)
    assert struct.calcsize("<I") == 4
