"""The codecs that a benchmark is asked for, and the options that none of them would take.

In: names with commas between them, and how encoders are set up.  Out: codecs, or a refusal in one sentence.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from refdec.cli.idle import refuse_idle

if TYPE_CHECKING:
    from refdec.bench.codecs import Codec, EncoderCodec

__all__ = ["codecs_of", "names_of"]


def names_of(text: str) -> tuple[str, ...]:
    """Return the names of "A,B"."""
    return tuple(name.strip() for name in text.split(",") if name.strip())


def codecs_of(text: str, template: EncoderCodec, idle: Mapping[str, object]) -> list[Codec]:
    """Return the codecs of "A,B", each once; encoders of refdec are set up like `template`.

    `idle`: options as they were typed that are about encoders of refdec.  Raises BadParameter where one of them, or a
    time budget, is for none of the codecs; UnknownCodec, UnknownFilterTool.
    """
    from refdec.bench.codecs import EncoderCodec, codec_named

    budget = {"--time-budget": template.time_budget_seconds}
    codecs = [codec_named(name, template) for name in dict.fromkeys(names_of(text))]
    encoders = [codec for codec in codecs if isinstance(codec, EncoderCodec)]
    if not encoders:
        refuse_idle("is for encoders of refdec, and --codecs names none of them", {**idle, **budget})
    if not any(encoder.time_budget_seconds for encoder in encoders):
        refuse_idle("is for encoders that improve a picture for a time, and --codecs names none of them", budget)
    return codecs
