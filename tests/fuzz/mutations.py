"""The mutation campaign: N damaged codestreams through the verifier, each must end in a verdict (docs/hardening.md).

`python -m tests.fuzz.mutations --count 100000 --report campaign.json`.  Stream n is a function of the seed and n alone,
so any of them can be made again: `--first n --count 1 --write FILE`.  Address space is limited; most streams have small
limits of the picture's size, every tenth those of a careful user, so that memory and time are refused as well.
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from refdec.decoding.options import DecodeOptions
from refdec.limits import Limits
from refdec.verification.check import verify_codestream
from tests.fuzz.records import save_finding
from tests.fuzz.seeds import streams_by_model
from tests.fuzz.streams import mutate_stream
from tests.fuzz.targets import weights

__all__ = ["Campaign", "mutants", "run"]

SMALL = Limits(pixels=200 * 200, codestream_bytes=1 << 20, seconds=60)
CAREFUL = Limits(memory_bytes=192 << 20, seconds=60)
EVERY = 10
BLOCK = 500
"""So many streams in a row have the same model_id, so that networks are not built for each."""


@dataclass(slots=True)
class Campaign:
    """What came of the streams: outcomes and error codes, the slowest stream (CPU time), memory, findings by kind."""

    streams: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    codes: Counter[str] = field(default_factory=Counter)
    findings: Counter[str] = field(default_factory=Counter)
    slowest_s: float = 0.0
    slowest_stream: int = -1
    peak_rss_mb: int = 0

    def as_json(self) -> dict[str, object]:
        """Return plain values."""
        return {
            "streams": self.streams,
            "outcomes": dict(self.outcomes.most_common()),
            "error_codes": len(self.codes),
            "codes": dict(self.codes.most_common()),
            "findings": dict(self.findings),
            "slowest_s": round(self.slowest_s, 2),
            "slowest_stream": self.slowest_stream,
            "peak_rss_mb": self.peak_rss_mb,
        }


def mutants(seed: int, first: int, count: int) -> Iterator[tuple[int, bytes]]:
    """Give (n, stream n) for n from `first` on."""
    models = [streams for streams in streams_by_model().values() if streams]
    for n in range(first, first + count):
        draw = Random(f"{seed}/{n}")
        sources = models[(n // BLOCK) % len(models)]
        yield n, mutate_stream(draw.choice(sources), draw, sources)


def one(n: int, data: bytes, campaign: Campaign, folder: Path | None) -> None:
    """Verify one stream and add what came of it."""
    began = time.process_time()
    limits = CAREFUL if n % EVERY == 0 else SMALL
    try:
        verdict = verify_codestream(
            data, weights(), options=DecodeOptions(limits=limits, ignore_weights_fingerprint=True)
        )
        campaign.outcomes[verdict.outcome.value] += 1
        campaign.codes.update({problem.code for problem in verdict.problems})
    except Exception as problem:
        campaign.findings[type(problem).__name__] += 1
        if folder is not None:
            save_finding(folder, "decode", data, problem)
    took = time.process_time() - began
    campaign.streams += 1
    if took > campaign.slowest_s:
        campaign.slowest_s, campaign.slowest_stream = took, n


def run(seed: int, first: int, count: int, *, folder: Path | None = None, talk: bool = False) -> Campaign:
    """Run a part of the campaign in this process."""
    campaign = Campaign()
    for n, data in mutants(seed, first, count):
        one(n, data, campaign, folder)
        if talk and campaign.streams % 1000 == 0:
            print(campaign.streams, dict(campaign.findings), f"{campaign.slowest_s:.1f} s", file=sys.stderr, flush=True)
    campaign.peak_rss_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
    return campaign


def main() -> int:
    """Run what the command line asks for; the exit code is 1 if there are findings."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=100_000)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--address-space-mb", type=int, default=3072, help="RLIMIT_AS")
    parser.add_argument("--folder", type=Path, default=Path("build/mutations"), help="where findings go")
    parser.add_argument("--report", type=Path)
    parser.add_argument("--write", type=Path, help="write stream `first` to a file and do nothing else")
    given = parser.parse_args()
    if given.write is not None:
        given.write.write_bytes(next(mutants(given.seed, given.first, 1))[1])
        return 0
    room = given.address_space_mb << 20
    resource.setrlimit(resource.RLIMIT_AS, (room, room))
    began = time.perf_counter()
    campaign = run(given.seed, given.first, given.count, folder=given.folder, talk=True)
    report = {"seed": given.seed, "seconds": round(time.perf_counter() - began), **campaign.as_json()}
    print(json.dumps(report, indent=1))
    if given.report is not None:
        given.report.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
    return int(bool(campaign.findings))


if __name__ == "__main__":
    sys.exit(main())
