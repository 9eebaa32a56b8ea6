"""The harness around atheris: instruments refdec, adds the mutators, keeps findings and goes on.

In: a target's name and libFuzzer's arguments.  Out: libFuzzer's report on stderr; one file for each kind of finding, a
kind being the exception and the line of refdec that raised it, in the folder $REFDEC_FINDINGS.
"""

from __future__ import annotations

import hashlib
import importlib
import os
import sys
from collections.abc import Callable
from pathlib import Path
from random import Random

import atheris

from tests.fuzz.records import save_finding

__all__ = ["fuzz"]

FOLDER = Path(__file__).parent
COMPILED = ("kernels", "scalars", "elementary", "jit")
LEFT_OUT = ("refdec.cli", "refdec.parallel", "refdec.plugins", "refdec.metrics", "refdec.conformance")
DEEP = {
    "headers": ("refdec.bitstream", "refdec.tiling"),
    "view": ("refdec.bitstream", "refdec.inspection", "refdec.tiling"),
    "entropy": ("refdec.entropy", "refdec.bitstream.bits"),
    "importer": ("refdec.weights",),
    "decode": ("refdec.",),
    "pack": ("refdec.weights",),
    "head": ("refdec.heads", "refdec.weights"),
    "layer": ("refdec.lossless", "refdec.bitstream.layerrecord"),
    "heif": ("refdec.heif", "refdec.formats.clip_files", "refdec.inspection.box_tree"),
    "page": ("refdec.inspection", "refdec.heif"),
    "pictures": ("refdec.formats", "refdec.sequences", "refdec.bundles", "refdec.picture.output"),
}


def _modules(target: str) -> tuple[list[str], list[str]]:
    """Return the modules that a target is guided by, and all others; compiled ones only where nothing is compiled."""
    plain = os.environ.get("NUMBA_DISABLE_JIT") == "1"
    root = FOLDER.parents[1]  # found by their files: importing a package here would leave it without instruments
    files = sorted((root / "refdec").rglob("*.py"))
    names = [".".join(path.relative_to(root).with_suffix("").parts) for path in files if path.stem != "__init__"]
    guiding = [
        name
        for name in names
        if name.startswith(DEEP[target])
        and not name.startswith(LEFT_OUT)
        and (plain or not any(name.rpartition(".")[2].endswith(part) for part in COMPILED))
    ]
    return guiding, sorted(set(names) - set(guiding))


def _mutator(target: str) -> Callable[[bytes, int, int], bytes]:
    """Return the custom mutator of a target, on top of libFuzzer's own."""
    from tests.fuzz import containers
    from tests.fuzz.seeds import small_streams
    from tests.fuzz.streams import mutate_stream

    special = {
        "entropy": containers.mutate_entropy,
        "importer": containers.mutate_importer,
        "pack": containers.mutate_pack,
        "head": containers.mutate_pack,
        "layer": containers.mutate_layer,
        "heif": containers.mutate_heif,
        "page": containers.mutate_heif,
        "pictures": containers.mutate_pictures,
    }

    def mutate(data: bytes, max_size: int, seed: int) -> bytes:
        draw = Random(seed)

        def plain(inner: bytes) -> bytes:
            return bytes(atheris.Mutate(inner, max(len(inner) + 64, 8)))

        if draw.random() < 0.15:
            return plain(data)[:max_size]
        if target in special:
            return special[target](data, draw, plain)[:max_size]
        return mutate_stream(data, draw, small_streams())[:max_size]

    return mutate


def fuzz(target: str) -> None:
    """Run libFuzzer on a target with the arguments of the command line; does not return."""
    guiding, others = _modules(target)
    with atheris.instrument_imports(include=["refdec"], exclude=others):
        for name in guiding:
            importlib.import_module(name)
        from tests.fuzz import targets
    folder = Path(os.environ.get("REFDEC_FINDINGS", "build/fuzz/findings"))
    function = targets.TARGETS[target]

    def once(data: bytes) -> None:
        try:
            function(data)
        except Exception as problem:
            path = save_finding(folder, target, data, problem)
            if path is not None:
                print(f"FINDING {path.name} {hashlib.sha256(data).hexdigest()[:16]}", file=sys.stderr, flush=True)

    dictionary = FOLDER / "codestream.dict"
    arguments = [*sys.argv, f"-dict={dictionary}"] if target in {"headers", "view", "decode"} else sys.argv
    atheris.Setup(arguments, once, custom_mutator=_mutator(target))
    atheris.Fuzz()
