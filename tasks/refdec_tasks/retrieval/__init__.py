"""The task `retrieval`: finds pictures by their latents, whatever rate they were coded at; no synthesis is run.

In: codestreams.  Out: a descriptor of each, a SQLite file of them, and the most similar ones in it: the same picture
(`by=duplicates`, 2048 bytes) or pictures of the same kind of thing (`by=meaning`, the 128 numbers of the task `embed`).
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
from refdec_tasks.retrieval.kinds import DUPLICATES, KINDS, kind_named

__all__ = ["Retrieval", "refdec_api_version", "refdec_tasks"]

refdec_api_version = "1.2"


def index(given: ActionInput) -> TaskResult:
    """Put the descriptors of codestreams into a database; names that are there already are replaced, or left out.

    Each picture is written as soon as it is described, so that others can write between, and nothing that was done is
    lost.  A new database is made with the first of them: there is none where nothing can be described.
    """
    from refdec_tasks.retrieval.database import Entry, create_or_open, open_existing, prove_place

    path, resume, wanted = given.paths["DB"], given.options.flag("resume"), given.options["by"]
    kind, there = kind_named(wanted or DUPLICATES), frozenset[str]()
    if path.exists():
        with create_or_open(path, wanted) as database:
            database.prove_writable()  # before hours of decoding
            kind = database.kind
            there = frozenset(database.names()) if resume else frozenset()
    else:
        prove_place(path)
    counts = {"added": 0, "replaced": 0}
    bundles = given.unknown("DIR", there.__contains__) if resume else given.bundles["DIR"]
    for named in bundles:
        headers, descriptor = named.bundle.headers, kind.describe(named.bundle, given.core)
        entry = Entry(named.name, headers.display_width, headers.display_height, descriptor)
        with create_or_open(path, kind.name) as database:
            counts["replaced" if database.put(entry, headers.weights_fingerprint) else "added"] += 1
    if not path.exists():  # no codestream could be used
        return Scalars({**counts, "pictures": 0})
    with open_existing(path) as database:
        return Scalars({**counts, "pictures": len(database)})


def query(given: ActionInput) -> TaskResult:
    """Return the most similar pictures of a database, best first, with scores."""
    from refdec_tasks.retrieval.database import open_existing

    named = next(iter(given.bundles["IN"]))
    with open_existing(given.paths["DB"], given.options["by"]) as database:
        database.require_weights(named.bundle.headers.weights_fingerprint)
        descriptor = database.kind.describe(named.bundle, given.core)
        found = database.most_similar(descriptor, given.options.integer("top"))
    return Labels(tuple(Label(name, score) for name, score in found))


BY = "what pictures are found by: the same picture, or the same kind of thing"
OF_DATABASE = Option("by", str, None, f"{BY}; default: that of the database, of a new one {DUPLICATES}", KINDS)
DATABASE = Argument("DB", "path", "the database, a SQLite file")


class Retrieval(Task):
    """Describes a picture by its latents, and finds the ones most like it in a database."""

    name = "retrieval"
    version = "1.1"
    description = "finds the same picture, or pictures of one kind, in a database, without synthesis"
    stage = Stage.LATENT
    options = (Option("by", str, DUPLICATES, BY, KINDS),)
    actions = (
        Action(
            "index",
            "put the descriptors of codestreams into a database",
            index,
            (Argument("DIR", "codestreams", "a codestream or a folder of them"), DATABASE),
            (OF_DATABASE, Option("resume", bool, False, "leave out, undecoded, names that are in the database")),
        ),
        Action(
            "query",
            "find the most similar pictures",
            query,
            (Argument("IN", "codestream", "the codestream to look for"), DATABASE),
            (OF_DATABASE, Option("top", int, 5, "how many to show", minimum=1, maximum=10000)),
        ),
    )

    def run(self, bundle: LatentBundle, options: OptionValues, core: CoreServices) -> TaskResult:
        """Return the descriptor."""
        return Embedding(kind_named(options.text("by")).describe(bundle, core), "cosine")


@hookimpl
def refdec_tasks() -> list[Task]:
    """Return the one task of this plugin."""
    return [Retrieval()]
