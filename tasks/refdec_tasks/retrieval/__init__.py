"""The task `retrieval`: finds pictures again by their latents, whatever rate they were coded at; no synthesis is run.

In: codestreams.  Out: a descriptor of 2048 bytes each, a SQLite file of them, and the most similar ones in it.
"""

from __future__ import annotations

from refdec.plugins.api import (
    Action,
    ActionInput,
    Argument,
    CoreServices,
    Embedding,
    Label,
    Labels,
    LatentBundle,
    Option,
    OptionValues,
    Scalars,
    Stage,
    Task,
    TaskResult,
    hookimpl,
)
from refdec_tasks.retrieval.descriptor import describe

__all__ = ["Retrieval", "refdec_api_version", "refdec_tasks"]

refdec_api_version = "1.0"


def index(given: ActionInput) -> TaskResult:
    """Put the descriptors of codestreams into a database; names that are there already are replaced."""
    from refdec_tasks.retrieval.database import Entry, create_or_open

    added = replaced = 0
    with create_or_open(given.paths["DB"]) as database:
        for named in given.bundles["DIR"]:
            headers = named.bundle.headers
            entry = Entry(named.name, headers.display_width, headers.display_height, describe(named.bundle))
            if database.put(entry, headers.weights_fingerprint):
                replaced += 1
            else:
                added += 1
        total = len(database)
    return Scalars({"added": added, "replaced": replaced, "pictures": total})


def query(given: ActionInput) -> TaskResult:
    """Return the most similar pictures of a database, best first, with scores."""
    from refdec_tasks.retrieval.database import open_existing

    named = next(iter(given.bundles["IN"]))
    with open_existing(given.paths["DB"]) as database:
        database.require_weights(named.bundle.headers.weights_fingerprint)
        found = database.most_similar(describe(named.bundle), given.options.integer("top"))
    return Labels(tuple(Label(name, score) for name, score in found))


DATABASE = Argument("DB", "path", "the database, a SQLite file")


class Retrieval(Task):
    """Describes a picture by its latents, and finds the ones most like it in a database."""

    name = "retrieval"
    version = "1.0"
    description = "finds near-duplicates in a database of descriptors, without synthesis"
    stage = Stage.LATENT
    actions = (
        Action(
            "index",
            "put the descriptors of codestreams into a database",
            index,
            (Argument("DIR", "codestreams", "a codestream or a folder of them"), DATABASE),
        ),
        Action(
            "query",
            "find the most similar pictures",
            query,
            (Argument("IN", "codestream", "the codestream to look for"), DATABASE),
            (Option("top", int, 5, "how many to show", minimum=1, maximum=10000),),
        ),
    )

    def run(self, bundle: LatentBundle, options: OptionValues, core: CoreServices) -> TaskResult:
        """Return the descriptor."""
        return Embedding(describe(bundle), "cosine")


@hookimpl
def refdec_tasks() -> list[Task]:
    """Return the one task of this plugin."""
    return [Retrieval()]
