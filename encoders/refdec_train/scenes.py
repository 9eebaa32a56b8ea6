"""The head of the task `events`: a coarse picture at each latent position, fitted in closed form.

Its values mean the same for all weights, so that frames of several models can be compared: 4 x 4 means of luma (squares
of 4 x 4 samples), then 2 x 2 of each chroma.
"""

from __future__ import annotations

from refdec_train.closed_form import Wish

__all__ = ["EVENTS"]

EVENTS = Wish("events", "1.0", cells=(4, 8, 8), rank=32)
