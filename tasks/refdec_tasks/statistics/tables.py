"""The tables of the task `statistics`: rates as rows, largest first.

In: `Rates` and `Places`.  Out: results of the plugin interface.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from refdec.plugins.api import BundleHeaders, Scalars, Table
from refdec_tasks.statistics.rates import COMPONENTS, Floats, Rates

__all__ = ["CELL", "areas_table", "channels_table", "streams_table", "summary"]

CELL = 16
"""Luma samples of a latent position, in each direction."""


def _share(part: float, whole: float) -> float:
    return 100 * part / whole if whole else 0.0


def summary(rates: Rates) -> Scalars:
    """Return the sums of a codestream (or of several)."""
    (luma, chroma), (hyper_luma, hyper_chroma) = rates.symbol_bits, rates.hyper_bits
    bits = {
        "file": float(rates.file_bits),
        "luma symbols": luma,
        "chroma symbols": chroma,
        "luma hyper latents": hyper_luma,
        "chroma hyper latents": hyper_chroma,
        "user data": float(rates.user_bits),
        "headers and ends": rates.other_bits,
    }
    values: dict[str, float | int] = {"rate": rates.file_bits / rates.pixels}
    units = {"rate": "bits per pixel"}
    for name, amount in bits.items():
        values[name], units[name] = round(amount / 8, 1), "bytes"
    for name, part in zip(COMPONENTS, rates.channels, strict=True):
        values[f"{name} symbols coded"] = int(part.coded.sum())
        values[f"{name} symbols not zero"] = int(part.nonzero.sum())
    return Scalars(values, units)


def channels_table(rates: Rates, top: int) -> Table:
    """Return a row per channel of both components, dearest first."""
    columns = ("component", "channel", "bits", "share", "hyper", "coded", "not zero", "mean size", "cost")
    units = ("", "", "", "%", "bits", "", "", "|symbol|", "bits/symbol")
    rows = []
    for name, part in zip(COMPONENTS, rates.channels, strict=True):
        for channel in range(len(part.coded)):
            bits, coded = float(part.symbol_bits[channel]), int(part.coded[channel])
            rows.append(
                (
                    name,
                    channel,
                    round(bits, 1),
                    round(_share(bits, rates.file_bits), 3),
                    round(float(part.hyper_bits[channel]), 1),
                    coded,
                    int(part.nonzero[channel]),
                    round(int(part.magnitude[channel]) / max(coded, 1), 4),
                    round(bits / max(coded, 1), 4),
                )
            )
    rows.sort(key=lambda row: -row[2])
    return Table(columns, tuple(rows), units, top)


def areas_table(values: Floats, headers: BundleHeaders, side: int, top: int) -> Table:
    """Return a row per square of `side` luma samples (a multiple of 16), dearest first, from bits [h,w].

    Squares are cut to the picture that is shown; what is coded beyond its border counts for the last ones.
    """
    whole, rows = float(values.sum()), []
    for y, height, down in _spans(headers.display_height, side):
        for x, width, across in _spans(headers.display_width, side):
            bits = float(values[down, across].sum())
            rate = bits / (width * height)
            rows.append((x, y, width, height, round(bits, 1), round(_share(bits, whole), 2), round(rate, 4)))
    rows.sort(key=lambda entry: (-entry[4], entry[1], entry[0]))
    columns = ("x", "y", "width", "height", "bits", "share", "rate")
    return Table(columns, tuple(rows), ("", "", "", "", "", "%", "bpp"), top)


def _spans(length: int, side: int) -> Iterator[tuple[int, int, slice]]:
    """Yield the first sample of each part of a side, how many it has, and its latent positions, the last to the end."""
    for first in range(0, length, side):
        last = first + side >= length
        yield first, min(side, length - first), slice(first // CELL, None if last else (first + side) // CELL)


def streams_table(streams: Sequence[tuple[str, Rates]]) -> Table:
    """Return a row per codestream, in the order given, with the shares of its bits."""
    rows: list[tuple[str | float, ...]] = []
    for name, rates in streams:
        parts = (*rates.symbol_bits, sum(rates.hyper_bits), rates.user_bits, rates.other_bits)
        shares = (round(_share(part, rates.file_bits), 2) for part in parts)
        rows.append((name, rates.file_bits // 8, round(rates.file_bits / rates.pixels, 4), *shares))
    columns = ("codestream", "size", "rate", "luma", "chroma", "hyper", "user data", "rest")
    return Table(columns, tuple(rows), ("", "bytes", "bpp", "%", "%", "%", "%", "%"))
