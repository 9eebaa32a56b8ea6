"""The latent bundle: the arrays of a codestream up to a stage, frozen (3.2, 4.4, 6.3.3).

In: header fields and the arrays of the stages.  Out: `LatentBundle`, checked: every array has the type and shape that
the headers ask for, is C-contiguous and read-only.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np
import numpy.typing as npt

from refdec.arithmetic.shown import ShortRepr
from refdec.arithmetic.types import BoolArray, Int8Array, Int16Array, Int32Array
from refdec.bundles.errors import BundleFieldMismatch, BundleFieldMissing, StageNotReached
from refdec.bundles.fields import BundleHeaders
from refdec.bundles.stages import Stage
from refdec.limits import Limits

if TYPE_CHECKING:
    import os

__all__ = [
    "CHANNELS",
    "COMPONENTS",
    "FIELDS",
    "PLANES",
    "ComponentLatents",
    "FieldSpec",
    "LatentBundle",
    "fields_of",
    "shape_of",
]

COMPONENTS = ("luma", "chroma")
CHANNELS = (160, 96)
PLANES = ("planes.y", "planes.u", "planes.v")


@dataclass(frozen=True, slots=True)
class FieldSpec:
    """One array of a component: name, the stage that brings it, type, and whether it has the hyper latent's size."""

    name: str
    stage: Stage
    dtype: str
    hyper: bool = False


FIELDS = (
    FieldSpec("z", Stage.SYMBOLS, "int8", hyper=True),
    FieldSpec("scale_index", Stage.SYMBOLS, "int32"),
    FieldSpec("coded", Stage.SYMBOLS, "bool"),
    FieldSpec("symbols", Stage.SYMBOLS, "int16"),
    FieldSpec("mean_q18", Stage.LATENT, "int32"),
    FieldSpec("residual_q18", Stage.LATENT, "int32"),
    FieldSpec("latent_q18", Stage.LATENT, "int32"),
)


def fields_of(stage: Stage) -> tuple[FieldSpec, ...]:
    """Return the arrays that each component has at a stage."""
    return tuple(spec for spec in FIELDS if spec.stage <= stage)


def shape_of(headers: BundleHeaders, component: int, spec: FieldSpec) -> tuple[int, int, int]:
    """Return the shape [C,h,w] of an array; component 0 is luma, 1 chroma."""
    return CHANNELS[component], *(headers.hyper_size if spec.hyper else headers.latent_size)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class ComponentLatents(ShortRepr):
    """The arrays of one component, [C,h,w], C = 160 (luma) or 96 (chroma); None beyond the bundle's stage.

    `z`: hyper latent, int8 [C,ceil(H/64),ceil(W/64)], -31..31.  `scale_index`: scale of each symbol's distribution,
    int32, unit 1/128 level, after RVS and GRFS.  `coded`: whether the symbol is in the codestream.  `symbols`: int16,
    0 where not coded.  `mean_q18`: prediction of the context model (of the hyper decoder for chroma).
    `residual_q18`: dequantised symbols.  `latent_q18`: what the synthesis reads: sat32(mean + residual), then LSBS
    where it is on.
    """

    z: Int8Array | None = None
    scale_index: Int32Array | None = None
    coded: BoolArray | None = None
    symbols: Int16Array | None = None
    mean_q18: Int32Array | None = None
    residual_q18: Int32Array | None = None
    latent_q18: Int32Array | None = None


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class LatentBundle(ShortRepr):
    """A codestream decoded up to a stage.

    `planes_q18`: at stage picture Y, U, V int32 [rows, columns], 0..255 in Q18, of the shown size in the output
    format, after the filters and before the colour transform; else None.  Arrays are taken over as read-only views:
    who hands them in must not write to them any more.  Raises BundleFieldMissing, BundleFieldMismatch.
    """

    headers: BundleHeaders
    stage: Stage = Stage.HEADERS
    luma: ComponentLatents = ComponentLatents()
    chroma: ComponentLatents = ComponentLatents()
    planes_q18: tuple[Int32Array, Int32Array, Int32Array] | None = None

    def __post_init__(self) -> None:
        for index, name in enumerate(COMPONENTS):
            frozen = _frozen_component(self.headers, self.stage, index, getattr(self, name))
            object.__setattr__(self, name, frozen)
        object.__setattr__(self, "planes_q18", _frozen_planes(self.headers, self.stage, self.planes_q18))

    @property
    def components(self) -> tuple[ComponentLatents, ComponentLatents]:
        """Luma and chroma."""
        return self.luma, self.chroma

    def require(self, stage: Stage | str) -> LatentBundle:
        """Return the bundle itself if it reaches `stage`.  Raises StageNotReached, UnknownStage."""
        needed = Stage.of(stage)
        if self.stage < needed:
            raise StageNotReached(needed.value, self.stage.value)
        return self

    def at(self, stage: Stage | str) -> LatentBundle:
        """Return the bundle cut down to an earlier stage.  Raises StageNotReached, UnknownStage."""
        goal = Stage.of(stage)
        self.require(goal)
        if goal is self.stage:
            return self
        kept = {spec.name for spec in fields_of(goal)}
        luma, chroma = (ComponentLatents(**{name: getattr(part, name) for name in kept}) for part in self.components)
        planes = self.planes_q18 if goal is Stage.PICTURE else None
        return replace(self, stage=goal, luma=luma, chroma=chroma, planes_q18=planes)

    def arrays(self) -> dict[str, npt.NDArray[Any]]:
        """Return all arrays of the stage by the names that the file uses: "luma.z", "chroma.symbols", "planes.y" ..."""
        found = {
            f"{name}.{spec.name}": getattr(getattr(self, name), spec.name)
            for name in COMPONENTS
            for spec in fields_of(self.stage)
        }
        return found | dict(zip(PLANES, self.planes_q18 or (), strict=False))

    def equals(self, other: LatentBundle) -> bool:
        """Tell whether two bundles have the same stage, headers and array values."""
        if (self.stage, self.headers) != (other.stage, other.headers):
            return False
        mine, theirs = self.arrays(), other.arrays()
        return all(np.array_equal(array, theirs[name]) for name, array in mine.items())

    def save(self, file: str | os.PathLike[str] | BinaryIO, *, compress: bool = True) -> None:
        """Write the bundle as `.npz`; a path appears complete or not at all.  Raises FileUnwritable."""
        from refdec.bundles.npz import save_bundle

        save_bundle(self, file, compress=compress)

    @classmethod
    def load(cls, file: str | os.PathLike[str] | bytes | BinaryIO, *, limits: Limits | None = None) -> LatentBundle:
        """Read a bundle file; unknown additions of a newer minor version are left out.

        Raises NotABundle, NewerBundle, BundleDamaged, BundleHeaderInvalid, BundleFieldMissing, BundleFieldMismatch,
        TooLarge, FileUnreadable, LimitsExpected.
        """
        from refdec.bundles.npz import load_bundle
        from refdec.decoding.options import limits_or_default

        return load_bundle(file, limits=limits_or_default(limits))


def _frozen_array(name: str, value: Any, dtype: str, shape: tuple[int, ...]) -> npt.NDArray[Any]:
    """Return a read-only C-contiguous view of an array.  Raises BundleFieldMissing, BundleFieldMismatch."""
    needed = f"{dtype} of the shape {shape}"
    if not isinstance(value, np.ndarray):
        raise BundleFieldMismatch(name, type(value).__name__, needed)
    if value.dtype != np.dtype(dtype) or value.shape != shape:
        raise BundleFieldMismatch(name, f"{value.dtype} of the shape {value.shape}", needed)
    view = np.ascontiguousarray(value).view()
    view.flags.writeable = False
    return view


def _frozen_component(headers: BundleHeaders, stage: Stage, index: int, given: ComponentLatents) -> ComponentLatents:
    """Return a component with checked, read-only arrays."""
    present = {spec.name for spec in fields_of(stage)}
    kept: dict[str, npt.NDArray[Any]] = {}
    for spec in FIELDS:
        name, value = f"{COMPONENTS[index]}.{spec.name}", getattr(given, spec.name)
        if value is None:
            if spec.name in present:
                raise BundleFieldMissing(name, stage.value)
        elif spec.name in present:
            kept[spec.name] = _frozen_array(name, value, spec.dtype, shape_of(headers, index, spec))
        else:
            raise BundleFieldMismatch(name, "given", f"nothing at stage {stage.value!r}")
    return ComponentLatents(**kept)


def _frozen_planes(headers: BundleHeaders, stage: Stage, given: Any) -> Any:
    """Return three checked, read-only planes, or None before stage picture."""
    if stage < Stage.PICTURE:
        if given is not None:
            raise BundleFieldMismatch("planes_q18", "given", f"nothing at stage {stage.value!r}")
        return None
    if given is None or len(given) != len(PLANES):
        raise BundleFieldMissing("planes_q18", stage.value)
    sizes = headers.plane_sizes
    return tuple(_frozen_array(PLANES[i], given[i], "int32", sizes[i]) for i in range(len(PLANES)))
