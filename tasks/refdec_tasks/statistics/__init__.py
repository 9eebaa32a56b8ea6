"""The task `statistics`: where the bits of a codestream went, without decoding the picture.

In: codestreams, up to their symbols.  Out: sums, a table of channels, a table of areas, and a map of bits.
"""

from __future__ import annotations

from functools import reduce
from operator import add

from refdec.plugins.api import (
    Action,
    ActionInput,
    Argument,
    CoreServices,
    LatentBundle,
    Mask,
    Option,
    OptionValues,
    Refusal,
    Report,
    Stage,
    Task,
    TaskResult,
    hookimpl,
)

__all__ = ["Statistics", "refdec_api_version", "refdec_tasks"]

refdec_api_version = "1.0"

TOP = Option("top", int, 12, "rows of a table that are shown as text; 0 shows all", minimum=0)


def total(given: ActionInput) -> TaskResult:
    """Return the rates of many codestreams: a row each, and their sums per channel."""
    from refdec_tasks.statistics.rates import rates_of
    from refdec_tasks.statistics.tables import channels_table, streams_table, summary

    streams = [(named.name, rates_of(named.bundle, given.core)) for named in given.bundles["DIR"]]
    if not streams:
        raise Refusal("There is no codestream to add up.")
    whole = reduce(add, (rates for _, rates in streams))
    channels = channels_table(whole, given.options.integer("top"))
    return Report((("codestreams", streams_table(streams)), ("together", summary(whole)), ("channels", channels)))


class Statistics(Task):
    """Rates per channel and per area, and a heat map of bits."""

    name = "statistics"
    version = "1.0"
    description = "where the bits went: rates per channel and area, a heat map"
    stage = Stage.SYMBOLS
    options = (
        TOP,
        Option("area", int, 128, "side of the squares of the table of areas, in luma samples", minimum=16),
        Option("map", str, "all", "which bits the map shows", ("all", "luma", "chroma", "hyper")),
    )
    actions = (
        Action(
            "total",
            "rates of many codestreams, one by one and together",
            total,
            (Argument("DIR", "codestreams", "a codestream or a folder of them"),),
            (TOP,),
        ),
    )

    def run(self, bundle: LatentBundle, options: OptionValues, core: CoreServices) -> TaskResult:
        """Return the sums, the tables and the map of one codestream."""
        from refdec_tasks.statistics.rates import places_of, rates_of
        from refdec_tasks.statistics.tables import CELL, areas_table, channels_table, summary

        side, top = options.integer("area"), options.integer("top")
        if side % CELL:
            raise Refusal(f"The side of an area is a multiple of {CELL} luma samples, not {side}.")
        rates, places = rates_of(bundle, core), places_of(bundle, core)
        shown = getattr(places, options.text("map"))
        return Report(
            (
                ("rates", summary(rates)),
                ("channels", channels_table(rates, top)),
                ("areas", areas_table(places.all, bundle.headers, side, top)),
                ("map", Mask(shown, CELL, "bits")),
            )
        )


@hookimpl
def refdec_tasks() -> list[Task]:
    """Return the one task of this plugin."""
    return [Statistics()]
