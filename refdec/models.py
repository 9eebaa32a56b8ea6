"""The networks of one picture: built from a pack when a stage first asks, kept while pack and model are in use.

In: a pack of weights and a model_id.  Out: ready networks.  Every network is immutable, so threads may share them.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from refdec.clauses import clause

if TYPE_CHECKING:
    from refdec.arithmetic.types import Int32Array
    from refdec.entropy.hyper import ZTables
    from refdec.networks.context import ContextModel
    from refdec.networks.hyperdecoder import HyperDecoder
    from refdec.networks.hyperscale import HyperScaleDecoder
    from refdec.networks.synthesis import Synthesis
    from refdec.picture.filters.eicci_network import EicciNetwork
    from refdec.weights.pack import Checkpoint, WeightPack

__all__ = ["COMPONENT_NAMES", "TRANSFORM_NAMES", "Models", "models_of", "stream_fingerprint"]

COMPONENT_NAMES = ("Y", "UV")
TRANSFORM_NAMES = ("SOP", "BOP", "HOP")


@clause("4.11.1")
class Models:
    """(4.11.1) All networks of one model_id of one pack; each method builds its network once."""

    def __init__(self, pack: WeightPack, model_id: int) -> None:
        self.pack = pack
        self.model_id = model_id

    def checkpoint(self, kind: str) -> Checkpoint:
        """Return a checkpoint of this model, "VM_bop/decoder_Y" for instance; raises MissingCheckpoint."""
        return self.pack.checkpoint(kind, self.model_id)

    def common(self, component: int) -> Checkpoint:
        """Return the checkpoint that holds hyper networks, z frequencies and the gain vector of a component."""
        return self.checkpoint(f"VM_common_int/{COMPONENT_NAMES[component]}")

    @lru_cache(maxsize=2)  # noqa: B019 - lives as long as the networks of this pack are wanted
    def z_tables(self, component: int) -> ZTables:
        """Return the tANS tables of a component's hyper latent."""
        from refdec.entropy.hyper import ZTables

        return ZTables.from_frequencies(self.common(component).integers["hyper_entropy.freqs_int"])

    def gain(self, component: int) -> Int32Array:
        """Return the gain vector G of a component, int32 [C] (3.4.1)."""
        gain = self.common(component).gain
        assert gain is not None, "every common checkpoint has a gain vector; the importer demands it"
        return gain

    @lru_cache(maxsize=2)  # noqa: B019
    def hyper_scale(self, component: int) -> HyperScaleDecoder:
        """Return the integer hyper-scale decoder of a component."""
        from refdec.networks.hyperscale import HyperScaleDecoder

        return HyperScaleDecoder.of(self.common(component))

    @lru_cache(maxsize=2)  # noqa: B019
    def hyper_decoder(self, component: int) -> HyperDecoder:
        """Return the hyper decoder of a component."""
        from refdec.networks.hyperdecoder import HyperDecoder

        return HyperDecoder.of(self.common(component))

    @lru_cache(maxsize=1)  # noqa: B019
    def context(self) -> ContextModel:
        """Return the luma context model."""
        from refdec.networks.context import ContextModel

        return ContextModel.of(self.common(0))

    @lru_cache(maxsize=6)  # noqa: B019
    def synthesis(self, transform: int, component: int) -> Synthesis:
        """Return a synthesis network: transform 0 SOP, 1 BOP, 2 HOP."""
        from refdec.networks.synthesis import SynthesisTransform, load_synthesis

        kind = f"VM_{TRANSFORM_NAMES[transform].lower()}/decoder_{COMPONENT_NAMES[component]}"
        return load_synthesis(SynthesisTransform(transform), self.checkpoint(kind), component)

    @lru_cache(maxsize=20)  # noqa: B019
    def eicci(self, kind: str) -> EicciNetwork:
        """Return an eICCI network by its kind in the pack, "eICCI/bop_mse012" for instance."""
        from refdec.picture.filters.eicci_network import EicciNetwork

        return EicciNetwork.of(self.checkpoint(kind))


@lru_cache(maxsize=2)
def models_of(pack: WeightPack, model_id: int) -> Models:
    """Return the networks of a pack's model; the two used last are kept."""
    return Models(pack, model_id)


@clause("6.2.5", kind="added", reason="names the weights that a stream's latents depend on, whatever else a pack holds")
def stream_fingerprint(pack: WeightPack, model_id: int) -> str:
    """(6.2.5) The fingerprint over the two common checkpoints of a model: what an encoder writes into UDI."""
    from refdec.weights.pack import pack_fingerprint

    common = [pack.checkpoint(f"VM_common_int/{name}", model_id) for name in COMPONENT_NAMES]
    return pack_fingerprint({checkpoint.name: checkpoint.fingerprint for checkpoint in common})
