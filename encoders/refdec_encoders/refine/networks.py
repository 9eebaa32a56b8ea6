"""The float networks of one model and synthesis transform, and what symbols cost.

In: checkpoints of the core.  Out: `Networks`, made once for an encode.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from refdec.plugins.api import CoreServices, Int32Array, Refusal
from refdec_encoders.refine.choice import LARGEST
from refdec_encoders.refine.layers import FloatArray
from refdec_encoders.refine.prediction import ContextModel, HyperDecoder
from refdec_encoders.refine.synthesis import ChromaSynthesis, LumaSynthesis

__all__ = ["Networks", "SymbolCosts"]

DERIVABLE = ("BOP", "SOP")
"""Synthesis transforms that there are float networks of here, the better first."""
CHECKPOINTS = {"BOP": "VM_bop", "SOP": "VM_sop"}


@dataclass(frozen=True, slots=True, eq=False)
class SymbolCosts:
    """(2.10) Bits of symbols -LARGEST..LARGEST, level by level, [32 * (2 * LARGEST + 1)], and the steps between."""

    bits: FloatArray
    steps: FloatArray

    @classmethod
    def of(cls, table_q16: Int32Array) -> SymbolCosts:
        """Take the core's table of 1/65536 bit."""
        bits = (table_q16 / 65536.0).astype(np.float32)
        steps = np.diff(bits, axis=1, append=bits[:, -1:])
        return cls(np.ascontiguousarray(bits.reshape(-1)), np.ascontiguousarray(steps.reshape(-1)))

    def between(self, whole: FloatArray, share: FloatArray, level: Int32Array) -> tuple[FloatArray, FloatArray]:
        """Return the bits of `whole` + `share`, on the straight line from one symbol to the next, and its slope."""
        index = np.clip(whole, -LARGEST, LARGEST).astype(np.int32) + (LARGEST + (2 * LARGEST + 1) * level)
        slope = self.steps.take(index)
        return self.bits.take(index) + share * slope, slope


@dataclass(frozen=True, slots=True, eq=False)
class Networks:
    """Synthesis, context model and hyper decoders of a model."""

    luma: LumaSynthesis
    chroma: ChromaSynthesis
    context: ContextModel
    hyper: tuple[HyperDecoder, HyperDecoder]
    costs: SymbolCosts

    @classmethod
    def of(cls, core: CoreServices, model_id: int, listed: tuple[str, ...]) -> Networks:
        """Return the networks of a model for the first of the listed transforms that has a derivative here.

        Raises Refusal where the weights have none.
        """
        there = next(info.synthesis for info in core.models if info.model_id == model_id)
        chosen = next((name for name in (*listed, *DERIVABLE) if name in DERIVABLE and name in there), None)
        if chosen is None:
            raise Refusal(
                f"The weights have neither BOP nor SOP synthesis for model {model_id}, through which refine searches.\n"
                "Use the encoder analysis, or weights with one of them"
            )
        common = [core.checkpoint(f"VM_common_int/{name}", model_id).layers for name in ("Y", "UV")]
        decoder = f"{CHECKPOINTS[chosen]}/decoder_"
        return cls(
            LumaSynthesis.of(core.checkpoint(decoder + "Y", model_id).layers),
            ChromaSynthesis.of(core.checkpoint(decoder + "UV", model_id).layers),
            ContextModel.of(common[0]),
            (HyperDecoder.of(common[0]), HyperDecoder.of(common[1])),
            SymbolCosts.of(core.symbol_cost_table_q16(LARGEST)),
        )
