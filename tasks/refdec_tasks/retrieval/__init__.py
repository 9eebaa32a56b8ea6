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
    """Put the descriptors of codestreams into a database; names that are there already are replaced, or left out.

    Each picture is written as soon as it is described, so that others can write between, and nothing that was done is
    lost.
    """
    from refdec_tasks.retrieval.database import Entry, create_or_open, open_existing

    path, resume = given.paths["DB"], given.options.flag("resume")
    with create_or_open(path) as database:
        database.prove_writable()  # before hours of decoding
        there = frozenset(database.names()) if resume else frozenset()
    counts = {"added": 0, "replaced": 0}
    bundles = given.unknown("DIR", there.__contains__) if resume else given.bundles["DIR"]
    for named in bundles:
        headers = named.bundle.headers
        entry = Entry(named.name, headers.display_width, headers.display_height, describe(named.bundle))
        with create_or_open(path) as database:
            counts["replaced" if database.put(entry, headers.weights_fingerprint) else "added"] += 1
    with open_existing(path) as database:
        return Scalars({**counts, "pictures": len(database)})


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
            (Option("resume", bool, False, "leave out, undecoded, names that are in the database"),),
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
