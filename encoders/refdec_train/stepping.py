"""One step of a training: forward, backward, clipped gradients, Adam, moving average; on CUDA as one captured graph.

In: a batch of pictures and displacements.  Out: numbers of the step.  A step whose gradient is not finite, or far
above what is usual, changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, nn

from refdec_train.codec import Codec
from refdec_train.plan import Plan
from refdec_train.state import State

__all__ = ["NUMBERS", "Stepper"]

NUMBERS = ("loss", "bits_per_pixel", "luma_error", "chroma_error", "gradient")
BETAS = (0.9, 0.99)
LARGEST_NORM = 1.0
UNUSUAL = 20.0
"""A gradient so many times the usual norm is an accident of one batch."""
CAPTURE_AFTER = 4


class Stepper:
    """Holds the optimiser and the moving average of a codec's trained parameters."""

    def __init__(self, codec: Codec, plan: Plan, device: torch.device) -> None:
        self.codec, self.plan, self.device = codec, plan, device
        self.trained = list(_trained(codec, plan.synthesis))
        for parameter in codec.parameters():
            parameter.requires_grad_(False)
        for parameter in self.trained:
            parameter.requires_grad_(True)
        cuda = device.type == "cuda"
        rate: Any = torch.tensor(plan.rate, device=device) if cuda else plan.rate
        self.optimiser = torch.optim.Adam(self.trained, lr=rate, betas=BETAS, capturable=cuda)
        self.average = {name: value.detach().clone() for name, value in codec.state_dict().items()}
        self._pairs = [(self.average[name], value) for name, value in codec.named_parameters() if value.requires_grad]
        self._keep = torch.zeros((), device=device)
        self._usual = torch.zeros((), device=device)
        self._numbers = torch.zeros(len(NUMBERS), device=device)
        self._rgb = torch.zeros(plan.batch, 3, plan.crop, plan.crop, device=device)
        self._displacement = torch.zeros(plan.batch, device=device)
        self._graph: Any = None
        self._eager_steps = 0

    def step(self, rgb: Tensor, displacement: Tensor, number: int) -> Tensor:
        """Train on one batch; returns the numbers of the step, in the order of NUMBERS."""
        self._set_rate(self.plan.rate_at(number))
        self._keep.fill_(self.plan.decay_at(number))
        self._rgb.copy_(rgb)
        self._displacement.copy_(displacement)
        if self._graph is not None:
            self._graph.replay()
        elif self.device.type == "cuda" and self._eager_steps >= CAPTURE_AFTER:
            self._capture()
        else:
            with self._side_stream():
                self._work()
            self._eager_steps += 1
        return self._numbers

    def _set_rate(self, rate: float) -> None:
        group = self.optimiser.param_groups[0]
        if isinstance(group["lr"], Tensor):
            group["lr"].fill_(rate)
        else:
            group["lr"] = rate

    @contextmanager
    def _side_stream(self) -> Iterator[None]:
        """On CUDA, work beside the default stream: a graph can be captured only after steps that ran so."""
        if self.device.type != "cuda":
            yield
            return
        stream = torch.cuda.Stream()
        stream.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(stream):
            yield
        torch.cuda.current_stream().wait_stream(stream)

    def _capture(self) -> None:
        """Capture a step as a graph, and run it."""
        torch.cuda.synchronize()
        graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(graph):
            self._work()
        self._graph = graph
        graph.replay()

    def _work(self) -> None:
        """Do a step on the batch that lies in the buffers; no number leaves the device."""
        plan = self.plan
        with torch.autocast(self.device.type, torch.bfloat16, enabled=plan.half):
            outcome = self.codec.outcome(
                self._rgb,
                self._displacement,
                plan.goal,
                transform=plan.transform,
                frozen_latents=plan.synthesis is not None,
            )
        self.optimiser.zero_grad(set_to_none=True)
        outcome.loss.backward()
        gradients = [parameter.grad for parameter in self.trained if parameter.grad is not None]
        norm = torch.stack(torch._foreach_norm(gradients)).norm()
        usual = torch.where(self._usual > 0, self._usual, norm)
        sound = torch.isfinite(norm) & (norm < UNUSUAL * usual)
        self._usual.copy_(torch.where(sound, 0.98 * usual + 0.02 * norm, self._usual))
        for gradient in gradients:
            gradient.nan_to_num_(0.0, 0.0, 0.0)
        torch._foreach_mul_(gradients, torch.where(sound, LARGEST_NORM / norm.clamp_min(LARGEST_NORM), 0.0))
        self.optimiser.step()
        with torch.no_grad():
            for average, value in self._pairs:
                average.lerp_(value, 1 - self._keep)
        values = (outcome.loss, outcome.bits_per_pixel, outcome.luma_error, outcome.chroma_error, norm)
        self._numbers.copy_(torch.stack([value.detach().float() for value in values]))

    def state(self, step: int, history: Sequence[Mapping[str, float]]) -> State:
        """Return the state of the training after so many steps."""
        optimiser = self.optimiser.state_dict()
        return State(step, self.codec.state_dict(), self.average, optimiser, float(self._usual), tuple(history))

    def resume(self, state: State) -> None:
        """Go on from a state."""
        self.codec.load_state_dict(dict(state.weights))
        self.optimiser.load_state_dict(dict(state.optimiser))
        for name, value in state.average.items():
            self.average[name].copy_(value)
        self._usual.fill_(state.usual_gradient)


def _trained(codec: Codec, synthesis: str | None) -> Iterator[nn.Parameter]:
    """Yield the parameters that a training changes: of one synthesis, or all."""
    yield from (codec if synthesis is None else codec.syntheses[synthesis]).parameters()
