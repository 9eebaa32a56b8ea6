"""CPU seconds per stage of the networks, one thread, steady state.  Not a test: run it by hand.

    python -m tests.benchmarks.networks [--size 768x512] [--repeat 5] [--weights FOLDER] [--only SOP,BOP,HOP,ANALYSIS]

FOLDER holds trained checkpoints as .npz (`<directory>__<name>_<suffix>.npz`); what it lacks is drawn from the seeded
recipe.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from refdec.bitstream.transforms import Synthesis
from refdec.networks.analysis import load_analysis
from refdec.networks.context import ContextModel, chroma_latent
from refdec.networks.hyperdecoder import HyperDecoder
from refdec.networks.hyperencoder import HyperEncoder
from refdec.networks.synthesis import load_synthesis
from refdec.weights.importer import import_tensors
from refdec.weights.names import name_of_text
from refdec.weights.pack import Checkpoint
from refdec.weights.seeded import seeded_pack

MAC_PER_SAMPLE = {
    "SOP Y": 3572,
    "SOP UV": 1104,
    "BOP Y": 8596,
    "BOP UV": 3168,
    "HOP Y": 131176,
    "HOP UV": 14748,
    "hyper decoder Y": 1231.25,
    "hyper decoder UV": 443.25,
    "context": 660,
}


def checkpoint(folder: Path | None, name: str) -> Checkpoint:
    """One checkpoint, trained if the folder has it."""
    path = folder / f"{name.replace('/', '__')}_0.012.npz" if folder else None
    if path is not None and path.exists():
        with np.load(path) as tensors:
            return import_tensors(name_of_text(f"{name}_0.012"), dict(tensors))
    print(f"  ({name}: seeded weights)")
    return seeded_pack(1, [f"{name}_0.012.pth"]).by_name(f"{name}_0.012")


def timed(what: str, repeat: int, samples: int, run: Callable[[], object]) -> float:
    """Print and return the best of `repeat` runs."""
    run()
    best = float("inf")
    for _ in range(repeat):
        start = time.process_time()
        run()
        best = min(best, time.process_time() - start)
    macs = MAC_PER_SAMPLE.get(what, 0) * samples
    rate = f"  {macs / best / 1e9:6.1f} G products/s" if macs else ""
    print(f"{what:20s} {best:8.4f} s{rate}", flush=True)
    return best


def latents(c: int, h: int, w: int, seed: int = 1) -> np.ndarray:
    """Numbers distributed about like a latent: Laplacian, a few units wide."""
    return np.rint(np.random.default_rng(seed).laplace(0, 1.5, (c, h, w)) * (1 << 18)).astype(np.int32)


def main() -> None:
    """Time all stages."""
    options = argparse.ArgumentParser()
    options.add_argument("--size", default="768x512")
    options.add_argument("--repeat", type=int, default=5)
    options.add_argument("--weights", type=Path)
    options.add_argument("--only", default="COMMON,SOP,BOP,HOP,ANALYSIS")
    given = options.parse_args()
    width, height = map(int, given.size.split("x"))
    only, folder, n, samples = given.only.split(","), given.weights, given.repeat, width * height
    h, w = -(-height // 16), -(-width // 16)
    y, uv = latents(160, h, w), latents(96, h, w, 2)
    common = 0.0
    if "COMMON" in only:
        first, second = (checkpoint(folder, f"VM_common_int/{c}") for c in ("Y", "UV"))
        hyper, hyper_uv, context = HyperDecoder.of(first), HyperDecoder.of(second), ContextModel.of(first)
        z = np.clip(np.rint(latents(160, -(-h // 4), -(-w // 4), 3) / (1 << 18)), -31, 31).astype(np.int8)
        common += timed("hyper decoder Y", n, samples, lambda: hyper(z, height, width))
        size = (-(-height // 2), -(-width // 2))
        common += timed("hyper decoder UV", n, samples, lambda: hyper_uv(z[:96], *size))
        psi, psi_uv = hyper(z, height, width), hyper_uv(z[:96], *size)
        residual, residual_uv = (v & -(1 << 18) for v in (y, uv))
        common += timed("context", n, samples, lambda: context(residual, psi))
        common += timed("chroma mean", n, samples, lambda: chroma_latent(residual_uv, psi_uv))
        y, uv = context(residual, psi), chroma_latent(residual_uv, psi_uv)
        encoder = HyperEncoder.of(first)
        timed("hyper encoder Y", n, samples, lambda: encoder(y))
    both = np.concatenate([y, uv])
    for transform in Synthesis:
        if transform.name in only:
            kind = f"VM_{transform.name.lower()}/decoder"
            luma = load_synthesis(transform, checkpoint(folder, f"{kind}_Y"), 0)
            chroma = load_synthesis(transform, checkpoint(folder, f"{kind}_UV"), 1)
            total = common + timed(f"{transform.name} Y", n, samples, lambda: luma(y, height, width))  # noqa: B023
            total += timed(f"{transform.name} UV", n, samples, lambda: chroma(both, height, width))  # noqa: B023
            print(f"{transform.name} with common stages: {total:.3f} s")
    if "ANALYSIS" in only and folder:
        planes = np.random.default_rng(4).integers(0, 255 << 18, (3, height, width)).astype(np.int32)
        light, light_uv = (load_analysis(checkpoint(folder, f"analysis/{c}")) for c in ("Y", "UV"))
        timed("light analysis Y", n, samples, lambda: light(planes[:1]))
        timed("light analysis UV", n, samples, lambda: light_uv(planes))


if __name__ == "__main__":
    main()
