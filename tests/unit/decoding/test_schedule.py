"""The order of steps: everything that a step reads is finished before it begins, and is still there."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from refdec.decoding.schedule import BandGrid, Kind, Schedule, make_schedule
from refdec.tiling.geometry import Rect


@st.composite
def jobs(draw: st.DrawFn) -> tuple[list[list[Rect]], list[tuple[int, int]], BandGrid, int]:
    """Rows of units, the latent rows that they read, bands, and a look-ahead."""
    height = draw(st.integers(1, 60))
    bands = BandGrid(height, draw(st.integers(1, 30)), draw(st.sampled_from([8, 16, 32])), draw(st.integers(2, 12)))
    row_height = draw(st.integers(1, 20))
    across = draw(st.integers(1, 4))
    tops = range(0, height, row_height)
    rows = [[Rect(x, y, 1, min(row_height, height - y)) for x in range(across)] for y in tops]
    # Tiles that straddle regions do not grow and their neighbours do, so rows of units may reach differently far.
    reach = draw(st.integers(0, 9))
    reaches = [(reach, reach) for _ in tops]
    if draw(st.booleans()):
        reaches = [(draw(st.integers(0, 40)), draw(st.integers(0, 40))) for _ in tops]
    needed = [
        (max(0, y - above), min(height, y + row_height + below))
        for y, (above, below) in zip(tops, reaches, strict=True)
    ]
    return rows, needed, bands, draw(st.integers(1, 8))


def finished_before(schedule: Schedule, look_ahead: int, n: int) -> range:
    """Indices of the steps that a pool has surely delivered before step n begins."""
    return range(max(0, n - look_ahead + 1))


@given(jobs())
@settings(max_examples=200, deadline=None)
def test_every_step_finds_what_it_reads(
    job: tuple[list[list[Rect]], list[tuple[int, int]], BandGrid, int],
) -> None:
    rows, needed, bands, look_ahead = job
    schedule = make_schedule(rows, needed, bands, look_ahead=look_ahead)
    row_of = {unit: r for r, units in enumerate(rows) for unit in units}
    steps = schedule.steps
    assert [step.rect for step in steps if step.kind is Kind.SAMPLES] == [unit for units in rows for unit in units]
    pieces = [piece for band in range(bands.count) for piece in bands.pieces(band)]
    made = [step.rect for step in steps if step.kind is Kind.LATENTS]
    assert made == pieces[: len(made)]
    for n, step in enumerate(steps):
        if step.kind is not Kind.SAMPLES:
            continue
        first, beyond = needed[row_of[step.rect]]
        sure = {steps[m].rect for m in finished_before(schedule, look_ahead, n)}
        wanted = range(first // bands.rows, (beyond - 1) // bands.rows + 1)
        assert {piece for band in wanted for piece in bands.pieces(band)} <= sure
        begun = [s.rect.y // bands.rows for s in steps[: n + look_ahead] if s.kind is Kind.LATENTS]
        assert max(begun) - min(wanted) < schedule.kept_bands, "a band that is still read would be replaced"


@given(jobs())
@settings(max_examples=100, deadline=None)
def test_slots_are_used_in_turn(job: tuple[list[list[Rect]], list[tuple[int, int]], BandGrid, int]) -> None:
    rows, needed, bands, look_ahead = job
    slots = [step.slot for step in make_schedule(rows, needed, bands, look_ahead=look_ahead).steps]
    assert slots == [n % look_ahead for n in range(len(slots))]


def test_pieces_cover_a_band() -> None:
    grid = BandGrid(height=20, width=17, rows=8, columns=6)
    assert grid.count == 3
    pieces = grid.pieces(2)
    assert [piece.size_hw for piece in pieces] == [(4, 6), (4, 6), (4, 5)]
    assert pieces[-1].right == 17
