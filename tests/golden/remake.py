"""Make the recorded streams anew: python -m tests.golden.remake [--suite]

Golden vectors come from the reference material (see `shared` in tests/conftest.py), the photographs are encoded from
the source pictures beside them, the demo keeps its payloads.  What a codestream decodes to never changes here: every
stage is compared with its recorded fingerprint before a file is written.  --suite builds the bundled suite too.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
from pathlib import Path
from typing import Any

from refdec.api.encode import encode
from refdec.bitstream import syntax
from refdec.bitstream.bits import BitReader
from refdec.bitstream.editions import Edition
from refdec.bitstream.framing import read_codestream, write_codestream
from refdec.bitstream.markers import Marker
from refdec.bitstream.rewriting import in_edition
from refdec.conformance.expected import observe_decode
from refdec.conformance.making.suite_maker import MakeOptions, make_suite
from refdec.conformance.storage import ArchiveStore
from refdec.conformance.suite import suite_weights
from refdec.weights.bundled import bundled_pack
from refdec.weights.pack import WeightPack

GOLDEN = Path(__file__).resolve().parent
ROOT = GOLDEN.parents[1]
DATA = ROOT / "refdec" / "data"
SHARED = Path(os.environ.get("REFDEC_SHARED", ROOT.parent / "shared"))
DRAFT = (
    "bop_depreg_2x1_600x400",
    "bop_indreg_2x1_600x400",
    "bop_off_64x64",
    "bop_off_m0",
    "bop_qmap_noise",
    "bop_rdi",
    "bop_tools_on",
    "bop_yuv420_8bit",
    "hop_off_m2",
    "hop_tools_on",
    "sop_off_m1",
    "sop_tools_on",
)
"""Vectors that are kept with the draft's picture header too."""


def require_stages(data: bytes, pack: WeightPack, expected: dict[str, str], name: str) -> bytes:
    """Return the codestream; end with the stages that are not as recorded."""
    observed = observe_decode(data, pack)
    found = dict(observed.fingerprints)
    wrong = [stage for stage in {**expected, **found} if found.get(stage) != expected.get(stage)]
    if observed.error is not None or wrong:
        raise SystemExit(f"{name}: {observed.error or wrong[0]}")
    return data


def vectors() -> None:
    """Copy the vectors, those of DRAFT in both editions, and their fingerprints."""
    source = SHARED / "vectors"
    if not source.is_dir():
        print(f"no vectors at {source}: those here are kept")
        return
    cases: dict[str, Any] = json.loads((source / "fingerprints.json").read_text())["cases"]
    for name in cases:
        stream = (source / name / "stream.jai").read_bytes()
        draft = (source / name / "stream_dis.jai").read_bytes()
        if in_edition(draft, Edition.PUBLISHED) != stream or in_edition(stream, Edition.DRAFT) != draft:
            raise SystemExit(f"{name}: its two editions are not the same stream")
        (GOLDEN / "vectors" / f"{name}.jai").write_bytes(
            require_stages(stream, suite_weights(1), cases[name]["sha256"], name)
        )
        if name in DRAFT:
            (GOLDEN / "draft" / f"{name}.jai").write_bytes(draft)
    shutil.copyfile(source / "fingerprints.json", GOLDEN / "vectors" / "fingerprints.json")
    print(f"{len(cases)} vectors, {len(DRAFT)} of them in both editions")


def published(data: bytes) -> bytes:
    """Return a codestream of the draft with the published picture header, legal or not."""
    parts = []
    for part in read_codestream(data).substreams:
        payload = bytes(part.payload)
        if part.marker is Marker.PIH:
            payload = syntax.write("PIH", syntax.read("PIH_draft", BitReader(payload)))
        parts.append((part.marker, payload))
    return write_codestream(parts)


def examples() -> None:
    """Take the worked examples of chapter 1, which hold the draft's headers, into the published layout."""
    source = SHARED / "spec" / "examples"
    if not source.is_dir():
        print(f"no examples at {source}: those here are kept")
        return
    for name in ("01-codestream-headers.json", "01-codestream-framing.json"):
        book = json.loads((source / name).read_text())
        for example in book["examples"]:
            data = published(bytes.fromhex(example["codestream_hex"]))
            example["name"] = example["name"].replace("main profile", "base profile")
            example["codestream_hex"] = data.hex()
            sizes = {part.marker.name: len(part.payload) for part in read_codestream(data).substreams}
            for part in example["substreams"]:
                part["size"] = sizes[part["marker"]] if part["marker"] == "PIH" else part["size"]
            if "elements" in example:
                example["elements"] = {"stream_profile_idc": 0, **example["elements"]}
            if "bits" in example:
                example["bits"]["PIH"] = [[4, 0], *example["bits"]["PIH"]]
        (GOLDEN / "examples" / name).write_text(json.dumps(book) + "\n")
    print("the worked examples of chapter 1")


def photographs() -> None:
    """Encode the photographs from the pictures beside them."""
    book = json.loads((GOLDEN / "streams" / "streams.json").read_text())["cases"]
    for name, case in book.items():
        source = GOLDEN / "streams" / f"{name}.source.png"
        data = encode(source, model=case["model"], displacement=case["displacement"])
        (GOLDEN / "streams" / f"{name}.jai").write_bytes(require_stages(data, bundled_pack(), case["sha256"], name))
    print(f"{len(book)} photographs")


def demo() -> None:
    """Write the picture header of the demo anew."""
    place = DATA / "demo.jai"
    place.write_bytes(in_edition(place.read_bytes(), Edition.PUBLISHED))
    print("the demo")


def suite() -> None:
    """Build the bundled conformance suite; it replaces the old one when it is whole."""
    place, made = DATA / "conformance.zip", DATA / "conformance.new.zip"
    made.unlink(missing_ok=True)
    with ArchiveStore(made) as archive:
        manifest = make_suite(archive, MakeOptions(pictures=False))
    made.replace(place)
    print(f"{len(manifest.cases)} cases of the bundled suite, {place.stat().st_size} bytes")


def main() -> None:
    """Make everything that the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--suite", action="store_true", help="build the bundled conformance suite too")
    wanted = parser.parse_args()
    (GOLDEN / "draft").mkdir(exist_ok=True)
    vectors()
    examples()
    photographs()
    demo()
    if wanted.suite:
        suite()


if __name__ == "__main__":
    main()
