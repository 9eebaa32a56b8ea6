"""The import of one checkpoint (6.2): lists, types, the integer path, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest

from refdec.weights.arrays import NumberArray
from refdec.weights.errors import (
    BadFrequencies,
    HyperScaleNotQuantised,
    HyperScaleTooLarge,
    MissingTensor,
    NotFinite,
    NotWholeNumbers,
    ShiftOutOfRange,
    WeightTooLarge,
    WrongDtype,
    WrongShape,
)
from refdec.weights.importer import import_tensors, unexpected_keys
from refdec.weights.names import name_of_text
from refdec.weights.tensorfile import TensorFile
from refdec.weights.tensorlists import integer_shapes, layer_shapes, tensor_list
from tests.unit.weights.support import common_name, common_tensors, npz, pth, small_name, small_tensors

SHIFTS = "hyper_scale_decoder.conv1.per_channel_shifts"
POINTWISE = "hyper_scale_decoder.pointwise"
FREQUENCIES = "hyper_entropy.freqs_int"
GAIN = "quantizer.gain_unit.c"


def test_arrays_pth_and_npz_give_the_same_integers() -> None:
    tensors = small_tensors()
    prints = {
        import_tensors(small_name(), source).fingerprint
        for source in (tensors, TensorFile(pth(tensors)), TensorFile(npz(tensors)))
    }
    assert len(prints) == 1


def test_a_checkpoint_has_the_layers_and_integers_of_its_kind() -> None:
    checkpoint = import_tensors(common_name(), common_tensors())
    kind = common_name().kind
    assert {k: (layer.shape, layer.transposed) for k, layer in checkpoint.layers.items()} == dict(layer_shapes(kind))
    shapes = {k: v.shape for k, v in checkpoint.integers.items()}
    assert {**shapes, GAIN: checkpoint.gain.shape if checkpoint.gain is not None else ()} == dict(integer_shapes(kind))
    assert all(v.dtype == np.int32 and not v.flags.writeable for v in checkpoint.integers.values())


def test_a_synthesis_has_no_gain_and_no_integers() -> None:
    checkpoint = import_tensors(small_name(), small_tensors())
    assert checkpoint.gain is None and not checkpoint.integers and checkpoint.name == "VM_sop/decoder_UV_0.012"


@pytest.mark.parametrize("key", ["conv3.weight", "conv3.bias", "iact2.conv.weight"])
def test_a_missing_network_tensor_is_named(key: str) -> None:
    tensors = small_tensors()
    del tensors[key]
    with pytest.raises(MissingTensor, match=key.replace(".", r"\.")):
        import_tensors(small_name(), tensors)


def test_a_wrong_shape_is_named() -> None:
    tensors = small_tensors()
    tensors["conv3.weight"] = tensors["conv3.weight"][:, :, :, :2]
    with pytest.raises(WrongShape) as caught:
        import_tensors(small_name(), tensors)
    assert (caught.value.tensor, caught.value.shape, caught.value.wanted) == (
        "conv3.weight",
        (32, 32, 3, 2),
        (32, 32, 3, 3),
    )


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_float_weights_of_any_width_are_read_exactly(dtype: type) -> None:
    tensors = {k: v.astype(np.float16) for k, v in small_tensors().items()}
    base = import_tensors(small_name(), tensors).fingerprint
    assert import_tensors(small_name(), {k: v.astype(dtype) for k, v in tensors.items()}).fingerprint == base


def test_big_endian_arrays_are_read() -> None:
    tensors = small_tensors()
    swapped = {k: v.astype(v.dtype.newbyteorder(">")) for k, v in tensors.items()}
    same = import_tensors(small_name(), swapped).fingerprint == import_tensors(small_name(), tensors).fingerprint
    assert same


@pytest.mark.parametrize("dtype", [bool, np.int64, np.complex64])
def test_types_that_cannot_be_weights_are_refused(dtype: type) -> None:
    tensors = small_tensors()
    tensors["conv3.bias"] = tensors["conv3.bias"].astype(dtype)
    with pytest.raises(WrongDtype, match=r"conv3\.bias"):
        import_tensors(small_name(), tensors)


@pytest.mark.parametrize("bad", [np.nan, np.inf])
@pytest.mark.parametrize("key", ["conv3.weight", "conv3.bias", "conv4.weight"])
def test_values_that_are_not_finite_are_named(key: str, bad: float) -> None:
    tensors = small_tensors()
    tensors[key].flat[5] = bad
    with pytest.raises(NotFinite, match=key.replace(".", r"\.")):
        import_tensors(small_name(), tensors)


@pytest.mark.parametrize("norm", ["weight", "bias"])
def test_norms_that_are_not_finite_are_refused(norm: str) -> None:
    from refdec.weights.seeded import seeded_checkpoint

    tensors = seeded_checkpoint("VM_hop/decoder_UV_0.012")
    tensors[f"TAM.TABs.1.ffn.norm1.{norm}"][3] = np.inf
    with pytest.raises(NotFinite, match=r"TAM\.TABs\.1\.ffn\.project_in"):
        import_tensors(name_of_text("VM_hop/decoder_UV_0.012"), tensors)


def test_a_negative_variance_is_refused() -> None:
    from refdec.weights.seeded import seeded_checkpoint

    name = "eICCI_bophop_2d020448_20240229/eicci_bop_mse012_300k"
    tensors = seeded_checkpoint(name)
    tensors["BNY.running_var"][0] = -1
    with pytest.raises(NotFinite, match="conv_first_Y"):
        import_tensors(name_of_text(name), tensors)


def test_too_large_weights_are_named() -> None:
    tensors = small_tensors()
    tensors["iact3.conv2.weight"][7] = 1e6
    with pytest.raises(WeightTooLarge, match=r"iact3\.conv2") as caught:
        import_tensors(small_name(), tensors)
    assert caught.value.channel == 7


def test_keys_that_a_reader_ignores_do_not_count() -> None:
    """(4.11.2 items 1 and 3)"""
    tensors = common_tensors()
    base = import_tensors(common_name(), tensors).fingerprint
    more = {
        **tensors,
        "epoch": np.array(3),
        "best_loss": np.array(0.1),
        "optimizer": np.zeros(5),
        "entropy._offset": np.zeros(9, np.int32),
        "hyper_entropy.matrices.7": np.zeros(1),
        "clip_thres": np.zeros(1),
    }
    assert import_tensors(common_name(), more).fingerprint == base
    assert unexpected_keys(common_name(), more) == ()
    assert unexpected_keys(common_name(), {**more, "conv9.weight": np.zeros(1)}) == ("conv9.weight",)


def test_the_old_spelling_of_the_gain() -> None:
    """(4.11.2 item 2) `vr_vec` stands for `quantizer.gain_unit`."""
    tensors = common_tensors()
    base = import_tensors(common_name(), tensors)
    old = {k.replace("quantizer.gain_unit", "vr_vec"): v for k, v in tensors.items()}
    assert GAIN not in old
    assert import_tensors(common_name(), old).fingerprint == base.fingerprint
    both = {**tensors, "vr_vec.c": np.zeros((96, 18), np.float32)}
    assert import_tensors(common_name(), both).fingerprint == base.fingerprint


@pytest.mark.parametrize("dtype", [np.int8, np.int16, np.int32, np.int64, np.float32, np.float64])
def test_the_integer_path_takes_any_numeric_type(dtype: type) -> None:
    tensors = common_tensors()
    base = import_tensors(common_name(), tensors).fingerprint
    changed = {
        k: v.astype(dtype) if k.startswith("hyper_scale_decoder.") and np.array_equal(v.astype(dtype), v) else v
        for k, v in tensors.items()
        if not k.endswith("is_quantized")
    }
    flags = {k: v for k, v in tensors.items() if k.endswith("is_quantized")}
    assert import_tensors(common_name(), {**changed, **flags}).fingerprint == base


@pytest.mark.parametrize("bad", [0.5, np.nan, np.inf, 2.0**31, -(2.0**31) - 1])
def test_the_integer_path_holds_whole_numbers(bad: float) -> None:
    tensors = common_tensors()
    tensors[f"{POINTWISE}.bias"] = tensors[f"{POINTWISE}.bias"].astype(np.float64)
    tensors[f"{POINTWISE}.bias"][2] = bad
    with pytest.raises(NotWholeNumbers, match=r"pointwise\.bias"):
        import_tensors(common_name(), tensors)


def test_the_integer_path_is_numeric() -> None:
    tensors = common_tensors()
    tensors[SHIFTS] = tensors[SHIFTS].astype(bool)
    with pytest.raises(WrongDtype):
        import_tensors(common_name(), tensors)


def test_a_missing_bias_of_the_integer_path_is_zero() -> None:
    """(3.3.1)"""
    tensors = common_tensors()
    zero = {**tensors, f"{POINTWISE}.bias": np.zeros(1536, np.int32)}
    del tensors[f"{POINTWISE}.bias"]
    missing = import_tensors(common_name(), tensors)
    assert not missing.integers[f"{POINTWISE}.bias"].any()
    assert missing.fingerprint == import_tensors(common_name(), zero).fingerprint


@pytest.mark.parametrize("shift", [-1, 32])
def test_shifts_are_those_of_32_bits(shift: int) -> None:
    tensors = common_tensors()
    tensors[SHIFTS].flat[4] = shift
    with pytest.raises(ShiftOutOfRange) as caught:
        import_tensors(common_name(), tensors)
    assert caught.value.shift == shift


def test_sums_of_the_integer_path_fit_32_bits() -> None:
    tensors = common_tensors()
    weight = np.zeros((1536, 96, 1, 1), np.int64)
    weight[5] = 174762
    bias = np.zeros(1536, np.int64)
    bias[5] = (1 << 31) - 1 - 128 * 96 * 174762
    import_tensors(common_name(), {**tensors, f"{POINTWISE}.weight": weight, f"{POINTWISE}.bias": bias})
    bias[5] += 1
    with pytest.raises(HyperScaleTooLarge) as caught:
        import_tensors(common_name(), {**tensors, f"{POINTWISE}.weight": weight, f"{POINTWISE}.bias": bias})
    assert caught.value.channel == 5
    weight[5] = -(1 << 31)
    with pytest.raises(HyperScaleTooLarge):
        import_tensors(common_name(), {**tensors, f"{POINTWISE}.weight": weight})


def test_a_float_hyper_scale_decoder_is_refused() -> None:
    tensors = common_tensors()
    tensors["hyper_scale_decoder.depthwise.is_quantized"] = np.array([False])
    with pytest.raises(HyperScaleNotQuantised, match="VM_common_int"):
        try:
            import_tensors(common_name(), tensors)
        except HyperScaleNotQuantised as reason:
            assert "VM_common_int" in reason.explain()
            raise HyperScaleNotQuantised("VM_common_int") from reason


@pytest.mark.parametrize("row", [np.zeros(63, np.int32), np.full(63, -1, np.int32)])
def test_frequencies_are_positive_somewhere_and_negative_nowhere(row: NumberArray) -> None:
    tensors = common_tensors()
    tensors[FREQUENCIES][11] = row
    with pytest.raises(BadFrequencies) as caught:
        import_tensors(common_name(), tensors)
    assert caught.value.channel == 11


def test_frequencies_of_a_float_model_are_recomputed() -> None:
    """(2.7.4) The stored freqs_int count only where is_quantized is true."""
    tensors = common_tensors()
    for spec in tensor_list(common_name().kind):
        if spec.name.startswith("hyper_entropy.m"):
            tensors[spec.name] = np.full(spec.shape, 0.5, np.float32)
    tensors["hyper_entropy.is_quantized"] = np.array([False])
    tensors[FREQUENCIES][:] = 1
    frequencies = import_tensors(common_name(), tensors).integers[FREQUENCIES]
    assert frequencies.shape == (96, 63) and frequencies.max() > 1 and frequencies.min() >= 1
    del tensors["hyper_entropy.factors.1"]
    with pytest.raises(MissingTensor, match=r"factors\.1"):
        import_tensors(common_name(), tensors)
