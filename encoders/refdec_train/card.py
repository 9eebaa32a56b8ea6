"""The model card of a training: what was trained, on what, for how long, and what came out, as Markdown.

In: plans, histories, and what the caller says of the data.  Out: text.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from refdec_train.plan import Plan

__all__ = ["DataSource", "model_card"]


@dataclass(frozen=True, slots=True)
class DataSource:
    """Where pictures come from, and under which licence."""

    name: str
    licence: str
    pictures: int


def model_card(
    title: str,
    plans: Mapping[int, Plan],
    histories: Mapping[int, Sequence[Mapping[str, float]]],
    data: Sequence[DataSource],
) -> str:
    """Return the card of a pack with these models."""
    return "\n".join(_lines(title, plans, histories, data)) + "\n"


def _lines(
    title: str,
    plans: Mapping[int, Plan],
    histories: Mapping[int, Sequence[Mapping[str, float]]],
    data: Sequence[DataSource],
) -> Iterator[str]:
    yield f"# {title}"
    yield ""
    yield "| pictures | licence | number |"
    yield "|---|---|---|"
    for source in data:
        yield f"| {source.name} | {source.licence} | {source.pictures} |"
    for model_id, plan in sorted(plans.items()):
        goal = plan.goal
        yield ""
        yield f"## Model {model_id}"
        yield ""
        yield (
            f"{plan.steps} steps of {plan.batch} crops of {plan.crop} x {plan.crop} samples; lambda {goal.price:g}, "
            f"luma {goal.luma:g}, chroma {goal.chroma:g}, share of MS-SSIM {goal.structure:g}; displacements "
            f"-{plan.displacements} to {plan.displacements}; seed {plan.seed}."
        )
        yield ""
        yield "| step | displacement | bpp | luma PSNR | RGB PSNR |"
        yield "|---|---|---|---|---|"
        for line in histories.get(model_id, ()):
            yield (
                f"| {line['step']:.0f} | {line['displacement']:.0f} | {line['bits_per_pixel']:.3f} | "
                f"{line['luma_psnr']:.2f} dB | {line['rgb_psnr']:.2f} dB |"
            )
