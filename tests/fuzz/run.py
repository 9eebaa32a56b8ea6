"""Run the fuzz targets one after the other and sum up what libFuzzer reports: `python -m tests.fuzz.run`.

Every target gets its share of the time at low priority, with the entropy decoder once compiled and once not.  Findings
and corpora stay under `build/fuzz`; the exit code is 1 if there are findings.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
from pathlib import Path

from tests.fuzz.seeds import write_corpus

ROOT = Path(__file__).resolve().parents[2]
RUNS = (
    ("headers", False, 4),
    ("view", False, 2),
    ("entropy", False, 2),
    ("entropy", True, 2),
    ("importer", False, 3),
    ("decode", False, 6),
    ("pack", False, 2),
    ("pictures", False, 3),
    ("head", False, 2),
    ("layer", False, 2),
    ("layer", True, 2),
    ("heif", False, 2),
    ("page", False, 1),
)
"""Target, whether plain Python runs instead of compiled kernels, and share of the time."""
LONGEST = {"pack": 600_000, "head": 200_000, "decode": 8192, "layer": 4096}
"""Longest input of a target in bytes; a pack has at least one network."""
DONE = re.compile(r"^#(\d+)\s+DONE\s+cov: (\d+) ft: (\d+) corp: (\d+)/(\S+)", re.MULTILINE)
FIRST = re.compile(r"^#\d+\s+INITED\s+cov: (\d+) ft: (\d+)", re.MULTILINE)


def one_run(target: str, plain: bool, seconds: int, folder: Path) -> dict[str, object]:
    """Fuzz one target for some seconds and return its figures."""
    name = f"{target}-plain" if plain else target
    seeds = write_corpus(target, folder / "seeds" / target)
    corpus = folder / "corpus" / target
    corpus.mkdir(parents=True, exist_ok=True)
    paths = os.pathsep.join(str(ROOT / part) for part in (".", "spec_tables", "encoders", "tasks"))
    environment = {**os.environ, "PYTHONPATH": paths, "REFDEC_FINDINGS": str(folder / "findings")}
    environment.pop("NUMBA_DISABLE_JIT", None)
    if plain:
        environment["NUMBA_DISABLE_JIT"] = "1"
    command = [sys.executable, "-m", f"tests.fuzz.fuzz_{target}", str(corpus), str(folder / "seeds" / target)]
    longest = LONGEST.get(target, 1 << 16)
    options = [f"-max_total_time={seconds}", "-rss_limit_mb=3072", "-timeout=60", f"-max_len={longest}"]
    log = folder / f"{name}.log"
    with log.open("wb") as file:
        status = subprocess.run(
            ["nice", "-n", "15", *command, *options, f"-artifact_prefix={folder}/findings/{name}-"],
            stderr=file,
            stdout=file,
            env=environment,
            cwd=ROOT,
            check=False,
        ).returncode
    text = log.read_text(encoding="utf-8", errors="replace")
    done, first = DONE.search(text), FIRST.search(text)
    return {
        "target": name,
        "seconds": seconds,
        "seeds": seeds,
        "exit": status,
        "executions": int(done[1]) if done else None,
        "edges_of_seeds": int(first[1]) if first else None,
        "edges": int(done[2]) if done else None,
        "features": int(done[3]) if done else None,
        "corpus": int(done[4]) if done else None,
        "findings": sorted(set(re.findall(r"^FINDING (\S+)", text, re.MULTILINE))),
    }


def main() -> int:
    """Run what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=600, help="for all targets together")
    parser.add_argument("--only", action="append", help="a target; may be given several times")
    parser.add_argument("--folder", type=Path, default=ROOT / "build" / "fuzz")
    given = parser.parse_args()
    runs = [run for run in RUNS if given.only is None or run[0] in given.only]
    shares = sum(share for *_, share in runs)
    (given.folder / "findings").mkdir(parents=True, exist_ok=True)
    results = []
    for target, plain, share in runs:
        results.append(one_run(target, plain, max(1, given.seconds * share // shares), given.folder))
        print(json.dumps(results[-1]), flush=True)
        (given.folder / "summary.json").write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    return int(any(result["findings"] or result["exit"] for result in results))


if __name__ == "__main__":
    sys.exit(main())
