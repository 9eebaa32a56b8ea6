"""The networks of one picture: built from a pack when a stage first asks, kept while pack and model are in use.

In: a pack of weights and a model_id.  Out: ready networks.  Every network is immutable, so threads may share them.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from functools import lru_cache
from typing import TYPE_CHECKING, Generic, TypeVar

from refdec.bitstream.transforms import Synthesis
from refdec.clauses import clause
from refdec.weights.names import decoder_stem

if TYPE_CHECKING:
    from refdec.arithmetic.types import Int32Array
    from refdec.entropy.hyper import ZTables
    from refdec.networks.context import ContextModel
    from refdec.networks.hyperdecoder import HyperDecoder
    from refdec.networks.hyperscale import HyperScaleDecoder
    from refdec.networks.synthesis import SynthesisNetwork
    from refdec.picture.filters.eicci_network import EicciNetwork
    from refdec.weights.pack import Checkpoint, WeightPack

__all__ = ["COMPONENT_NAMES", "Models", "models_of", "stream_fingerprint"]

COMPONENT_NAMES = ("Y", "UV")
MODELS_KEPT = 4  # a rate search goes back and forth between the four models of a pack

Key = TypeVar("Key", bound=Hashable)
Network = TypeVar("Network")


class _Kept(Generic[Key, Network]):
    """Networks of one kind, each built when first asked for.

    Two threads that ask at once may both build; the networks are equal, and all callers get the one that is kept.
    """

    def __init__(self) -> None:
        self._networks: dict[Key, Network] = {}

    def of(self, key: Key, build: Callable[[], Network]) -> Network:
        """Return the network of a key."""
        if key not in self._networks:
            self._networks.setdefault(key, build())
        return self._networks[key]


@clause("4.11.1")
class Models:
    """(4.11.1) All networks of one model_id of one pack; each method builds its network once."""

    def __init__(self, pack: WeightPack, model_id: int) -> None:
        self.pack = pack
        self.model_id = model_id
        self._z_tables: _Kept[int, ZTables] = _Kept()
        self._hyper_scales: _Kept[int, HyperScaleDecoder] = _Kept()
        self._hyper_decoders: _Kept[int, HyperDecoder] = _Kept()
        self._contexts: _Kept[int, ContextModel] = _Kept()
        self._syntheses: _Kept[tuple[int, int], SynthesisNetwork] = _Kept()
        self._eiccis: _Kept[str, EicciNetwork] = _Kept()

    def checkpoint(self, kind: str) -> Checkpoint:
        """Return a checkpoint of this model, "VM_bop/decoder_Y" for instance; raises MissingCheckpoint."""
        return self.pack.checkpoint(kind, self.model_id)

    def common(self, component: int) -> Checkpoint:
        """Return the checkpoint that holds hyper networks, z frequencies and the gain vector of a component."""
        return self.checkpoint(f"VM_common_int/{COMPONENT_NAMES[component]}")

    def z_tables(self, component: int) -> ZTables:
        """Return the tANS tables of a component's hyper latent."""
        from refdec.entropy.hyper import ZTables

        return self._z_tables.of(
            component, lambda: ZTables.from_frequencies(self.common(component).integers["hyper_entropy.freqs_int"])
        )

    def gain(self, component: int) -> Int32Array:
        """Return the gain vector G of a component, int32 [C] (3.4.1)."""
        gain = self.common(component).gain
        assert gain is not None, "every common checkpoint has a gain vector; the importer demands it"
        return gain

    def hyper_scale(self, component: int) -> HyperScaleDecoder:
        """Return the integer hyper-scale decoder of a component."""
        from refdec.networks.hyperscale import HyperScaleDecoder

        return self._hyper_scales.of(component, lambda: HyperScaleDecoder.of(self.common(component)))

    def hyper_decoder(self, component: int) -> HyperDecoder:
        """Return the hyper decoder of a component."""
        from refdec.networks.hyperdecoder import HyperDecoder

        return self._hyper_decoders.of(component, lambda: HyperDecoder.of(self.common(component)))

    def context(self) -> ContextModel:
        """Return the luma context model."""
        from refdec.networks.context import ContextModel

        return self._contexts.of(0, lambda: ContextModel.of(self.common(0)))

    def synthesis(self, transform: int, component: int) -> SynthesisNetwork:
        """Return a synthesis network of a component."""
        from refdec.networks.synthesis import load_synthesis

        kind = f"{decoder_stem(transform)}{COMPONENT_NAMES[component]}"
        return self._syntheses.of(
            (transform, component),
            lambda: load_synthesis(Synthesis(transform), self.checkpoint(kind), component),
        )

    def eicci(self, kind: str) -> EicciNetwork:
        """Return an eICCI network by its kind in the pack, "eICCI/bop_mse012" for instance."""
        from refdec.picture.filters.eicci_network import EicciNetwork

        return self._eiccis.of(kind, lambda: EicciNetwork.of(self.checkpoint(kind)))


@lru_cache(maxsize=MODELS_KEPT)
def models_of(pack: WeightPack, model_id: int) -> Models:
    """Return the networks of a pack's model; those used last are kept."""
    return Models(pack, model_id)


@clause("6.2.5", kind="added", reason="names the weights that a stream's latents depend on, whatever else a pack holds")
def stream_fingerprint(pack: WeightPack, model_id: int) -> str:
    """(6.2.5) The fingerprint over the two common checkpoints of a model: what an encoder writes into UDI."""
    from refdec.weights.pack import pack_fingerprint

    common = [pack.checkpoint(f"VM_common_int/{name}", model_id) for name in COMPONENT_NAMES]
    return pack_fingerprint({checkpoint.name: checkpoint.fingerprint for checkpoint in common})
