"""What `refdec encode` says of what it made, in a line.

In: reports.  Out: words.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from refdec.api.clip_report import ClipReport

if TYPE_CHECKING:
    from refdec.api.encode_file import EncodeReport

__all__ = ["made_in_words"]


def made_in_words(report: EncodeReport | ClipReport, *, asked: bool) -> str:
    """Return what was encoded as one line; `asked`: whether filters were."""
    if isinstance(report, ClipReport):
        return _clip_in_words(report)
    beside = f", {report.beside_bytes} of them beside the codestream" if report.beside_bytes else ""
    rate = f"{report.bytes} bytes{beside}, {report.bits_per_pixel:.4f} bpp"
    point = f"model {report.model}, displacement {report.displacement}, {report.chroma_displacement}"
    place = [] if report.quality is None else [f"quality {report.quality}"]
    filters = [f"filters: {', '.join(report.filters) or 'none pays'}"] if asked or report.filters else []
    layer = [f"lossless layer of {report.layer_bytes} bytes"] if report.layer_bytes else []
    return ", ".join([f"{report.width} x {report.height}", rate, *place, point, *filters, *layer])


def _clip_in_words(report: ClipReport) -> str:
    """Return what a clip is as one line."""
    equal = report.frames - report.distinct
    frames = f"{report.frames} frames" + (f" ({equal} of them equal to earlier ones)" if equal else "")
    rate = f"{report.bytes} bytes, {report.bits_per_pixel:.4f} bpp"
    plays = "for ever" if report.plays == 0 else f"{report.plays} times" if report.plays > 1 else "once"
    alpha = ", with transparency" if report.transparent else ""
    return f"{report.width} x {report.height}, {frames}, {report.seconds} s, plays {plays}, {rate}{alpha}"
