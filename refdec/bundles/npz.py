"""Bundle files: `.npz` with a JSON description, no pickled objects (`docs/latents.md`).

In: a bundle or a file.  Out: the file or the bundle.  A file is read like a codestream: names, types and sizes are
compared with what its headers ask for before anything is allocated.
"""

from __future__ import annotations

import io
import json
import lzma
import os
import zipfile
import zlib
from tokenize import TokenError
from typing import Any, BinaryIO

import numpy as np
import numpy.lib.format as npy
import numpy.typing as npt

from refdec.bundles.bundle import COMPONENTS, PLANES, ComponentLatents, LatentBundle, fields_of, shape_of
from refdec.bundles.errors import BundleDamaged, BundleHeaderInvalid, NewerBundle, NotABundle
from refdec.bundles.fields import BundleHeaders
from refdec.bundles.stages import SCHEMA_VERSION, Stage
from refdec.limits import Limits

__all__ = ["load_bundle", "save_bundle"]

FORMAT_NAME = "refdec latent bundle"
DESCRIPTION = "bundle"
LONGEST_DESCRIPTION_BYTES = 1 << 20
MOST_MEMBERS = 1000
DAMAGE = (
    *(zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, NotImplementedError, RuntimeError),
    *(ValueError, SyntaxError, TokenError, RecursionError, TypeError, OSError),
)
"""What zipfile (RuntimeError: encrypted; OSError: bad bzip2) and NumPy's reader of NPY headers raise for damage."""


def save_bundle(bundle: LatentBundle, file: str | os.PathLike[str] | BinaryIO, *, compress: bool = True) -> None:
    """Write a bundle; equal bundles give equal bytes.  Raises FileUnwritable."""
    from refdec.formats.files import write_bytes

    description = {
        "format": FORMAT_NAME,
        "schema": SCHEMA_VERSION,
        "stage": bundle.stage.value,
        "headers": bundle.headers.to_json(),
    }
    text = json.dumps(description, sort_keys=True).encode()
    arrays: dict[str, Any] = {DESCRIPTION: np.frombuffer(text, np.uint8), **bundle.arrays()}
    target = io.BytesIO()
    (np.savez_compressed if compress else np.savez)(target, **arrays)
    write_bytes(file, target.getvalue())


def load_bundle(file: str | os.PathLike[str] | bytes | BinaryIO, *, limits: Limits) -> LatentBundle:
    """Read a bundle; see LatentBundle.load for what it raises."""
    from refdec.formats.files import name_of, read_bytes

    name = name_of(file)
    try:
        archive = zipfile.ZipFile(io.BytesIO(read_bytes(file, limits=limits)))
    except DAMAGE as reason:
        raise NotABundle(name, "it is no .npz archive") from reason
    with archive:
        return _NpzReading(archive, name, limits).bundle()


class _NpzReading:
    """The reading of one archive: every member goes through `array`, which checks before it allocates."""

    __slots__ = ("archive", "limits", "name")

    def __init__(self, archive: zipfile.ZipFile, name: str, limits: Limits) -> None:
        self.archive = archive
        self.name = name
        self.limits = limits

    def bundle(self) -> LatentBundle:
        """Return the whole bundle."""
        if len(self.archive.namelist()) > MOST_MEMBERS:
            raise NotABundle(self.name, f"it has {len(self.archive.namelist())} members")
        description = self.description()
        stage = _stage(description)
        headers = description.get("headers")
        if not isinstance(headers, dict):
            raise BundleHeaderInvalid("headers", "is missing")
        facts = BundleHeaders.from_json(headers)
        self.limits.require("size of the coded picture in samples", facts.pixels, self.limits.pixels)
        luma, chroma = (self.component(facts, stage, index) for index in range(len(COMPONENTS)))
        planes = self.planes(facts) if stage is Stage.PICTURE else None
        return LatentBundle(facts, stage, luma, chroma, planes)

    def description(self) -> dict[str, Any]:
        """Return the JSON description of a version that this refdec can read."""
        if f"{DESCRIPTION}.npy" not in self.archive.namelist():
            raise NotABundle(self.name, f"it has no member {DESCRIPTION!r}")
        raw = self.array(DESCRIPTION, "uint8", None)
        try:
            found = json.loads(raw.tobytes())
        except (ValueError, RecursionError) as reason:
            raise BundleDamaged(self.name, DESCRIPTION, "is no JSON") from reason
        if not isinstance(found, dict) or found.get("format") != FORMAT_NAME:
            raise NotABundle(self.name, "its description says so")
        major, _, minor = str(found.get("schema")).partition(".")
        if not (major.isdecimal() and minor.isdecimal()):
            raise NotABundle(self.name, f"its version is {found.get('schema')!r}")
        known = int(SCHEMA_VERSION.partition(".")[0])
        if int(major) > known:
            raise NewerBundle(self.name, str(found["schema"]), SCHEMA_VERSION)
        if int(major) < known:
            raise NotABundle(self.name, f"its version is {found['schema']!r}")
        return found

    def component(self, headers: BundleHeaders, stage: Stage, index: int) -> ComponentLatents:
        """Return the arrays of one component; what is missing is found by the bundle's own check."""
        names = set(self.archive.namelist())
        arrays = {
            spec.name: self.array(f"{COMPONENTS[index]}.{spec.name}", spec.dtype, shape_of(headers, index, spec))
            for spec in fields_of(stage)
            if f"{COMPONENTS[index]}.{spec.name}.npy" in names
        }
        return ComponentLatents(**arrays)

    def planes(self, headers: BundleHeaders) -> Any:
        """Return the planes, None if one is missing."""
        if not {f"{name}.npy" for name in PLANES} <= set(self.archive.namelist()):
            return None
        sizes = headers.plane_sizes
        return tuple(self.array(name, "int32", size) for name, size in zip(PLANES, sizes, strict=True))

    def array(self, member: str, dtype: str, shape: tuple[int, ...] | None) -> npt.NDArray[Any]:
        """Return one array, of the given shape (None: a row of at most 1 MiB).  Raises BundleDamaged."""
        wanted = np.dtype(dtype)
        try:
            with self.archive.open(f"{member}.npy") as stream:
                found_shape, fortran, found = _npy_header(stream)
                if shape is None and len(found_shape) == 1 and found_shape[0] <= LONGEST_DESCRIPTION_BYTES:
                    shape = found_shape
                if (found_shape, found.newbyteorder("="), fortran) != (shape, wanted, False):
                    raise BundleDamaged(
                        self.name, member, f"is {found} of the shape {found_shape}, not {wanted} {shape}"
                    )
                size = int(np.prod(found_shape, dtype=np.int64)) * wanted.itemsize
                data = stream.read(size)
                if len(data) != size or stream.read(1):
                    raise BundleDamaged(self.name, member, "does not have the length that it states")
        except DAMAGE as reason:
            raise BundleDamaged(self.name, member, f"cannot be read ({reason})") from reason
        if wanted == np.bool_ and np.frombuffer(data, np.uint8).max(initial=0) > 1:
            raise BundleDamaged(self.name, member, "holds flags that are neither 0 nor 1")
        return np.frombuffer(data, found).astype(wanted, copy=False).reshape(found_shape)


def _npy_header(stream: Any) -> tuple[tuple[int, ...], bool, np.dtype[Any]]:
    """Return shape, whether in Fortran order, and type of an NPY member.  Raises ValueError for other versions."""
    version = npy.read_magic(stream)
    if version == (1, 0):
        return npy.read_array_header_1_0(stream)
    if version == (2, 0):
        return npy.read_array_header_2_0(stream)
    raise ValueError(f"NPY version {version}")


def _stage(description: dict[str, Any]) -> Stage:
    """Return the stage that the description names."""
    return Stage.of(str(description.get("stage")))
