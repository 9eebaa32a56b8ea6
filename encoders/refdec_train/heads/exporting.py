"""From a trained twin to a head file: weights become integers, and the integer network is what is measured.

In: a lesson, its twin, examples held back, what is known of the data.  Out: a `Head` with its model card in its facts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from refdec.heads.head import Head, HeadFacts
from refdec.heads.making import head_of
from refdec.heads.network import HeadNetwork
from refdec_train.heads.examples import Example
from refdec_train.heads.lessons import Lesson
from refdec_train.heads.twin import HeadTwin

__all__ = ["exported_head"]


def exported_head(lesson: Lesson, twin: HeadTwin, facts: HeadFacts, held: Sequence[Example[Any]]) -> Head:
    """Return the head of a twin, with `facts` and the figures that its integers reach on `held` examples."""
    design = twin.design
    bare = replace(facts, labels=lesson.labels)
    head = head_of(bare, design.exported(), twin.weights(), design.outputs)
    metrics = {**facts.metrics, **lesson.measured(HeadNetwork.of(head), held)}
    return replace(head, facts=replace(bare, metrics=metrics))
