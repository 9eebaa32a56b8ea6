"""From symbols to latents (4.7 steps 1 to 3): psi, context model or chroma mean, and LSBS, region by region.

In: symbols with their scale indices.  Out: residual and latent of both components, int32 Q18 [C,h,w].
"""

from __future__ import annotations

import numpy as np

from refdec.arithmetic.types import Int8Array, Int32Array
from refdec.bitstream.headers import Headers
from refdec.decoding.models import COMPONENT_NAMES, Models
from refdec.latent.dequant import residual_from_symbols
from refdec.latent.lsbs import lsbs
from refdec.latent.sigma import scaler_q10
from refdec.networks.context import chroma_latent
from refdec.observation import Observer
from refdec.tiling.regions import RegionGrid
from tests.oracle.values import Latents, Symbols, unobserved

__all__ = ["latent_frame", "psi_frame", "reconstruct_latents"]


def psi_frame(grid: RegionGrid, z_hat: Int8Array, models: Models) -> Int32Array:
    """(4.10.3) Run the hyper decoder on every extended region and merge; later regions overwrite earlier ones."""
    network = models.hyper_decoder(grid.component)
    frame = np.zeros((4 * z_hat.shape[0], *grid.psi_size), np.int32)
    for step in grid.hyper_steps():
        psi = network(z_hat[:, step.z.rows, step.z.columns], *step.size)
        frame[:, step.psi.rows, step.psi.columns] = psi[:, : step.psi.h, : step.psi.w]
    return frame


def latent_frame(grid: RegionGrid, residual: Int32Array, psi: Int32Array, models: Models) -> Int32Array:
    """(4.10.4) Reconstruct the latent of every extended region, trim, and merge; later regions win."""
    reconstruct = models.context() if grid.component == 0 else chroma_latent
    frame = np.zeros_like(residual)
    for step in grid.latent_steps():
        piece = reconstruct(
            np.ascontiguousarray(residual[:, step.y.rows, step.y.columns]),
            np.ascontiguousarray(psi[:, step.psi.rows, step.psi.columns]),
        )
        frame[:, step.at.rows, step.at.columns] = piece[:, step.keep.rows, step.keep.columns]
    return frame


def reconstruct_latents(
    headers: Headers,
    symbols: Symbols,
    models: Models,
    *,
    psi: tuple[Int32Array, Int32Array] | None = None,
    observe: Observer = unobserved,
) -> Latents:
    """(4.7) Steps 1 to 3 for both components; the context model works on values before LSBS (3.2 step 10).

    `psi`: the merged frames of both components, where the caller has them already.
    """
    residuals, before, after = [], [], []
    for c, part in enumerate(symbols.components):
        name = COMPONENT_NAMES[c]
        sigma = part.sigma
        scaler = scaler_q10(models.gain(c), headers.picture.beta_log[c])
        residual = residual_from_symbols(part.symbols, sigma.likely, sigma.variance, scaler, symbols.quality_steps)
        observe(f"residual.{name}", residual)
        grid = RegionGrid.of(headers.picture, c)
        frame = psi_frame(grid, part.z_hat, models) if psi is None else psi[c]
        observe(f"psi.{name}", frame)
        latent = latent_frame(grid, residual, frame, models)
        observe(f"latent_before_lsbs.{name}", latent)
        final = _with_lsbs(headers, c, latent, residual, sigma.likely)
        observe(f"latent.{name}", final)
        residuals.append(residual)
        before.append(latent)
        after.append(final)
    return Latents((residuals[0], residuals[1]), (before[0], before[1]), (after[0], after[1]))


def _with_lsbs(
    headers: Headers, component: int, latent: Int32Array, residual: Int32Array, likely: Int32Array
) -> Int32Array:
    """Apply LSBS to the merged latent if TON switches it on for the component."""
    if not headers.tools.lsbs_enable_flag[component]:
        return latent
    return lsbs(latent, residual, likely, headers.picture.model_id)
