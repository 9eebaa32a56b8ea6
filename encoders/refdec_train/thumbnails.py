"""The head of the task `thumbnail`: means of squares of 8 x 8 samples, fitted in closed form."""

from __future__ import annotations

from refdec.heads.head import HeadStep
from refdec_train.closed_form import Wish

__all__ = ["THUMBNAIL"]

THUMBNAIL = Wish(
    "thumbnail", "1.0", cells=(8, 8, 8), rank=16, last=(HeadStep("shuffle", ("squares",), "planes", (), {"factor": 2}),)
)
