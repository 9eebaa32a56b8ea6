"""Analysis networks (4.6): from planes to latents, on the encoder's side.

In: planes int32 Q18 on the 0..255 scale.  Out: latent y int32 Q18 [160 or 96, h, w].  Two families: those of the
reference software (BOP, HOP), whose chroma takes 12 secondary planes at half resolution (4.6.2), and the light ones
that come with the weights of this project, whose chroma takes Y, U and V at full resolution.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from refdec.arithmetic.types import Int32Array
from refdec.clauses import clause
from refdec.networks.blocks import R1, ResAU
from refdec.networks.layers import Convolution
from refdec.networks.movement import extend_to_multiple, network_input, pad_to_even, pixel_unshuffle, to_map, to_planes
from refdec.networks.source import LayerSource
from refdec.weights.pack import Checkpoint

if TYPE_CHECKING:
    from refdec.networks.attention import CAB, TAM

__all__ = ["Analysis", "LightAnalysis", "ReferenceAnalysis", "load_analysis"]

Step = Callable[[Int32Array], Int32Array]
LIGHT_REASON = "analysis networks of this project's own weights; an encoder may use any"


class Analysis(Protocol):
    """An analysis network of one component.

    `halo` (before, after): the latent positions that a part of the latent must see on each side beside its own; cut
    there, the planes give the same integers as the whole.  None where attention spans all of it.
    """

    @property
    def halo(self) -> tuple[int, int] | None: ...

    def __call__(self, planes: Int32Array) -> Int32Array:
        """Return the latent [C, h, w] Q18 of planes [n, H, W] Q18."""


@clause("4.6")
@dataclass(frozen=True, slots=True, eq=False)
class ReferenceAnalysis:
    """(4.6) Luma of 1 plane (four halvings) or chroma of 12 (three), BOP or HOP; pad(d) is a padding to even size."""

    stages: tuple[tuple[Convolution, ResAU], ...]
    tam: TAM | None
    cab: CAB | None
    last_half: Convolution | None
    last: Convolution

    @property
    def halo(self) -> tuple[int, int] | None:
        """(6.6) Backwards, a K3 of stride 2 makes [a, b) of [2a - 1, 2b), and ResAU reaches 1 each way.

        Luma reads the samples [16a - 29, 16b + 14) of its plane, chroma [8a - 21, 8b + 14).  HOP cannot be cut.
        """
        if self.tam is not None:
            return None
        return (3, 2) if self.last_half is None else (2, 1)

    @classmethod
    def of(cls, checkpoint: Checkpoint, *, fast: bool = True) -> ReferenceAnalysis:
        """Build from `VM_bop/encoder_*` or `VM_hop/encoder_*`: the layers tell which."""
        source = LayerSource(checkpoint, fast=fast)
        luma = source.has("conv4")
        tam, cab = _attention(source, resample=luma) if source.has("TAM.TABs.0.attn.project_out") else (None, None)
        stages = tuple((source.convolution(f"conv{n}", stride=2), ResAU.of(source.below(f"act{n}"))) for n in (1, 2, 3))
        half = source.convolution("conv4", stride=2) if luma else None
        return cls(stages, tam, cab, half, source.convolution("conv5"))

    def __call__(self, planes: Int32Array) -> Int32Array:
        """Return y: [160, cd(H,16), cd(W,16)] of [1, H, W], or [96, cd(H,8), cd(W,8)] of [12, H, W]."""
        x = to_map(network_input(planes))
        attention: tuple[Step | None, ...] = (None, self.tam, self.cab)
        for before, (conv, act) in zip(attention, self.stages, strict=True):
            x = pad_to_even(x)
            if before is not None:
                x = before(x)
            x = act(conv(x))
        if self.last_half is not None:
            x = self.last_half(pad_to_even(x))
        return to_planes(self.last(x))


def _attention(source: LayerSource, *, resample: bool) -> tuple[TAM, CAB]:
    """Return the attention blocks of HOP; their kernels are compiled only here."""
    from refdec.networks import attention

    return attention.TAM.of(source.below("TAM"), resample=resample), attention.CAB.of(source.below("cab"))


@clause("4.6", kind="added", reason=LIGHT_REASON)
@dataclass(frozen=True, slots=True, eq=False)
class LightAnalysis:
    """(4.6) Light analysis: luma on PU(4) of Y, chroma on PU(4) of Y, U and V; planes extended to multiples of 16."""

    stages: tuple[Step, ...]
    halo: tuple[int, int]

    @classmethod
    def of(cls, checkpoint: Checkpoint, *, fast: bool = True) -> LightAnalysis:
        """Build from `analysis/Y` or `analysis/UV`: the layers tell which.

        (6.6) Of its plane luma reads [16a - 52, 16b + 40) for [a, b) of the latent, chroma [16a - 36, 16b + 24).
        """
        source = LayerSource(checkpoint, fast=fast)
        act1, act2 = ResAU.of(source.below("act1")), ResAU.of(source.below("act2"))
        conv2 = source.convolution("conv2", stride=2)
        if not source.has("conv4"):
            first = source.convolution("conv1", stride=2)
            return cls((first, act1, conv2, act2, source.convolution("conv3")), (3, 2))
        first, conv3 = source.convolution("conv1"), source.convolution("conv3", stride=2)
        block, act3 = R1.of(source.below("res2")), ResAU.of(source.below("act3"))
        return cls((first, act1, conv2, act2, block, conv3, act3, source.convolution("conv4")), (4, 3))

    def __call__(self, planes: Int32Array) -> Int32Array:
        """Return y [160 or 96, cd(H,16), cd(W,16)] of planes [1, H, W] (luma) or [3, H, W] (chroma)."""
        x = to_map(pixel_unshuffle(network_input(extend_to_multiple(planes, 16)), 4))
        for stage in self.stages:
            x = stage(x)
        return to_planes(x)


@clause("4.6")
def load_analysis(checkpoint: Checkpoint, *, fast: bool = True) -> Analysis:
    """(4.6) Build the analysis network that a checkpoint holds: light, BOP or HOP, luma or chroma.

    `fast=False` keeps to the integer loops.  Raises NoSuchNetwork for a checkpoint of something else.
    """
    light = not LayerSource(checkpoint).has("conv5")
    return LightAnalysis.of(checkpoint, fast=fast) if light else ReferenceAnalysis.of(checkpoint, fast=fast)
