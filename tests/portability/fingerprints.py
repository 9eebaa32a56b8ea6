"""Fingerprints of streams on this machine, compared with the recorded ones: `python fingerprints.py CASE...`.

Weights are those of seed 1, as in `fingerprints.json`.  Prints one JSON object: machine, versions, and for each case
how many stages were compared and which differ.  Runs where nothing but NumPy and Numba is installed.
"""

from __future__ import annotations

import json
import os
import platform
import sys
import time
from importlib.metadata import version
from pathlib import Path

from refdec.decoding.options import DecodeOptions
from refdec.decoding.whole import decode_codestream
from refdec.trace.fingerprints import Fingerprints
from refdec.weights.seeded import seeded_pack

VECTORS = Path(__file__).resolve().parents[1] / "golden" / "vectors"


def compare(case: str) -> dict[str, object]:
    """Decode a case and compare every recorded stage."""
    recorded = json.loads((VECTORS / "fingerprints.json").read_text())["cases"][case]["sha256"]
    seen = Fingerprints()
    began = time.perf_counter()
    decode_codestream((VECTORS / f"{case}.jai").read_bytes(), seeded_pack(1), DecodeOptions(), observe=seen)
    found = seen.sha256
    compared = sorted(set(recorded) & set(found))
    return {
        "stages": len(compared),
        "not_seen": sorted(set(recorded) - set(found)),
        "differ": [stage for stage in compared if recorded[stage] != found[stage]],
        "seconds": round(time.perf_counter() - began, 1),
    }


def main() -> int:
    """Compare the cases of the command line."""
    result = {
        "machine": platform.machine(),
        "byteorder": sys.byteorder,
        "python": platform.python_version(),
        "numpy": version("numpy"),
        "numba": version("numba"),
        "jit": os.environ.get("NUMBA_DISABLE_JIT") != "1",
        "cases": {case: compare(case) for case in sys.argv[1:]},
    }
    print(json.dumps(result, indent=1))
    return int(any(row["differ"] or not row["stages"] for row in result["cases"].values()))  # type: ignore[attr-defined]


if __name__ == "__main__":
    sys.exit(main())
