"""The time line of a recording as a picture.

In: a recording.  Out: RGB uint8 [rows, columns, 3]: above, how much of each frame changed; below that a bar for each
event, from its first frame to its last; then the frames in which events are strongest, each with the event's box.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from refdec.plugins.api import UInt8Array
from refdec_tasks.events.following import Event, strongest_of
from refdec_tasks.events.watching import SHOWN, KeyPicture, Recording

__all__ = ["strip_of"]

WIDTH, MARGIN, GRAPH, BAR = 960, 8, 72, 14
PAPER, INK, PALE, CHANGED = (255, 255, 255), (40, 40, 40), (225, 225, 225), (70, 120, 180)
HUES = ((214, 69, 65), (39, 124, 75), (142, 88, 180), (214, 134, 20), (20, 130, 160), (180, 60, 120))
Colour = tuple[int, int, int]


def strip_of(recording: Recording) -> UInt8Array:
    """Return the picture of a recording's time line."""
    chosen = strongest_of(recording.events, SHOWN)
    shown = [(number, event) for number, event in enumerate(recording.events, 1) if event in chosen]
    parts = [_time_line(recording, shown), *_key_pictures(recording, shown)]
    width = max(part.width for part in parts)
    whole = Image.new("RGB", (width, sum(part.height for part in parts)), PAPER)
    top = 0
    for part in parts:
        whole.paste(part, (0, top))
        top += part.height
    return np.asarray(whole, dtype=np.uint8).copy()


def _colour(number: int) -> Colour:
    return HUES[(number - 1) % len(HUES)]


def _time_line(recording: Recording, shown: Sequence[tuple[int, Event]]) -> Image.Image:
    """Return the graph of changed shares, with frame numbers, and the bars of events."""
    count = len(recording.frames)
    image = Image.new("RGB", (WIDTH + 2 * MARGIN, GRAPH + 2 * BAR + 2 * MARGIN + BAR * len(shown)), PAPER)
    draw, font = ImageDraw.Draw(image), ImageFont.load_default()
    bottom, right = MARGIN + GRAPH, MARGIN + WIDTH - 1
    draw.rectangle((MARGIN, MARGIN, right, bottom), outline=PALE)
    most = max(*(frame.positions for frame in recording.frames), 1)

    def column(frame: int) -> int:
        return MARGIN + frame * WIDTH // count

    for number, frame in enumerate(recording.frames):
        if frame.positions:
            high = max(GRAPH * frame.positions // most, 1)
            last = max(column(number + 1) - 1, column(number))
            draw.rectangle((column(number), bottom - high, last, bottom), fill=CHANGED)
    share = 100 * most / recording.often.size
    draw.text((MARGIN + 3, MARGIN + 1), f"{share:.1f} % of the picture", fill=INK, font=font)
    draw.text((MARGIN, bottom + 2), "0", fill=INK, font=font)
    end = str(count - 1)
    draw.text((right - font.getlength(end), bottom + 2), end, fill=INK, font=font)
    for row, (number, event) in enumerate(shown):
        top = bottom + 2 * BAR + BAR * row
        left, last = column(event.begin), max(column(event.end + 1) - 1, column(event.begin) + 1)
        draw.rectangle((left, top + 2, last, top + BAR - 3), fill=_colour(number))
        label = f"{number}"
        place = last + 3 if last + 3 + font.getlength(label) < right else left - 3 - font.getlength(label)
        draw.text((place, top), label, fill=INK, font=font)
    return image


def _key_pictures(recording: Recording, shown: Sequence[tuple[int, Event]]) -> list[Image.Image]:
    """Return rows of frames in which events are strongest."""
    framed = [
        _framed(recording.pictures[event.strongest.frame], event, number)
        for number, event in shown
        if event.strongest.frame in recording.pictures
    ]
    if not framed:
        return []
    wide, high = framed[0].width + MARGIN, framed[0].height + MARGIN
    in_row = max((WIDTH + MARGIN) // wide, 1)
    rows = []
    for start in range(0, len(framed), in_row):
        row = Image.new("RGB", (MARGIN + in_row * wide, high), PAPER)
        for place, picture in enumerate(framed[start : start + in_row]):
            row.paste(picture, (MARGIN + place * wide, 0))
        rows.append(row)
    return rows


def _framed(picture: KeyPicture, event: Event, number: int) -> Image.Image:
    """Return a frame with the box of an event, and below it which event and frame it is."""
    rows, columns = picture.rgb.shape[:2]
    image = Image.new("RGB", (columns, rows + BAR), PAPER)
    image.paste(Image.fromarray(picture.rgb), (0, 0))
    draw, scale = ImageDraw.Draw(image), picture.scale
    sight = event.strongest
    left, top, width, height = sight.bounds.samples((rows * scale, columns * scale))
    box = (left // scale, top // scale, (left + width - 1) // scale, (top + height - 1) // scale)
    draw.rectangle(box, outline=_colour(number), width=2)
    text = f"{number}: frame {sight.frame}"
    draw.text((0, rows + 1), text, fill=_colour(number), font=ImageFont.load_default())
    return image
