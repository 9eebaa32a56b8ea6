"""Scores of blind sessions (double stimulus, continuous scale): read, merged, and summed up as means.

In: JSON files that the page of `refdec bench look` saves.  Out: a row for each codec and rate: the mean difference
between the score of the hidden reference and that of the codec, 0 to 100, small is good, with a 95 % confidence
interval by Student's t.

One observation is what one viewer gave a codec at a rate, averaged over the pictures: viewers differ, and the pictures
are the same for all.  Where there is one viewer only, the trials are the observations.  Sessions under one name are one
viewer's, those without a name are each somebody else's, and a copy of a file says nothing new: viewers that are counted
twice would make intervals narrower than they are.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean, stdev
from typing import Any

from refdec.bench.errors import SessionInvalid, SessionsApart

__all__ = [
    "FORMAT",
    "REFERENCE",
    "SCHEMA",
    "Score",
    "ScoreRow",
    "Session",
    "merged_scores",
    "read_session",
    "same_page",
    "t_quantile",
    "viewers_of",
]

FORMAT, SCHEMA = "refdec look session", 1
REFERENCE = "original"
"""The codec of trials in which the hidden reference meets itself."""
CONFIDENCE = 0.95


@dataclass(frozen=True, slots=True)
class Score:
    """One trial: what the hidden reference got and what the other picture got, 0..100."""

    picture: str
    codec: str
    bpp: float
    reference: float
    test: float

    @property
    def difference(self) -> float:
        """How much worse than the reference, -100..100."""
        return self.reference - self.test


@dataclass(frozen=True, slots=True)
class Session:
    """The scores of one sitting; `page` says which pictures they are about."""

    page: str
    viewer: str
    scores: tuple[Score, ...]
    began: str = ""


@dataclass(frozen=True, slots=True)
class ScoreRow:
    """Mean difference of a codec at a rate; `half_width` of the interval, None where one observation tells nothing."""

    codec: str
    bpp: float
    trials: int
    observations: int
    mean: float
    half_width: float | None


def read_session(path: Path) -> Session:
    """Return a session file.  Raises SessionInvalid, FileUnreadable."""
    from refdec.formats.files import read_bytes

    try:
        values = json.loads(read_bytes(path))
        if values["format"] != FORMAT or values["schema"] != SCHEMA:
            raise ValueError("another format or schema")
        scores = tuple(_score(trial) for trial in values["trials"])
        return Session(str(values["page"]), str(values["viewer"]), scores, str(values.get("began", "")))
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError) as reason:
        raise SessionInvalid(str(path), f"{type(reason).__name__}: {reason}") from reason


def _score(trial: Mapping[str, Any]) -> Score:
    reference, test, bpp = (float(trial[name]) for name in ("reference", "test", "bpp"))
    if not (0 <= reference <= 100 and 0 <= test <= 100 and 0 <= bpp < math.inf):
        raise ValueError("scores go from 0 to 100")
    return Score(str(trial["picture"]), str(trial["codec"]), bpp, reference, test)


def same_page(sessions: Mapping[str, Session]) -> str:
    """Return the page that sessions, by their file names, are about.  Raises SessionsApart."""
    (first, page), *others = [(name, session.page) for name, session in sessions.items()]
    for name, other in others:
        if other != page:
            raise SessionsApart(first, name)
    return page


def viewers_of(sessions: Sequence[Session]) -> list[tuple[Score, ...]]:
    """Return what each viewer scored, in all sittings; copies of a session count once."""
    found: dict[tuple[str, int], tuple[Score, ...]] = {}
    for k, session in enumerate(dict.fromkeys(sessions)):
        viewer = (session.viewer, 0 if session.viewer else k)
        found[viewer] = found.get(viewer, ()) + session.scores
    return list(found.values())


def merged_scores(sessions: Sequence[Session]) -> list[ScoreRow]:
    """Return a row a codec and rate, in the order of rates and then of the smallest mean difference."""
    viewers = viewers_of(sessions)
    keys = dict.fromkeys((score.codec, score.bpp) for scores in viewers for score in scores)
    rows = []
    for codec, bpp in keys:
        by_viewer = [
            [score.difference for score in scores if (score.codec, score.bpp) == (codec, bpp)] for scores in viewers
        ]
        groups = [differences for differences in by_viewer if differences]
        observed = groups[0] if len(groups) == 1 else [fmean(group) for group in groups]
        half = None
        if len(observed) > 1:
            half = t_quantile(len(observed) - 1) * stdev(observed) / math.sqrt(len(observed))
        rows.append(ScoreRow(codec, bpp, sum(map(len, groups)), len(observed), fmean(observed), half))
    return sorted(rows, key=lambda row: (row.bpp, row.mean, row.codec))


def t_quantile(freedom: int) -> float:
    """Return the number that Student's t, with so many degrees of freedom (1 or more), exceeds in 2.5 % of cases.

    By halving; the share between -t and t is a finite sum (Abramowitz and Stegun 26.7.3 and 26.7.4).
    """
    low, high = 0.0, math.pi / 2
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if _share_within(middle, freedom) < CONFIDENCE else (low, middle)
    return math.tan(low) * math.sqrt(freedom)


def _share_within(angle: float, freedom: int) -> float:
    """Return the probability of |t| < tan(angle) sqrt(freedom)."""
    cosine, odd = math.cos(angle), freedom % 2
    term, total = (cosine, 0.0) if odd else (1.0, 0.0)
    for k in range(freedom // 2):
        total += term
        below, above = (2 * k + 2, 2 * k + 3) if odd else (2 * k + 1, 2 * k + 2)
        term *= below / above * cosine * cosine
    share = math.sin(angle) * total
    return 2 / math.pi * (angle + share) if odd else share
