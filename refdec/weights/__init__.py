"""Weights (4.11, 6.2): checkpoints of the reference software in, exact integers out; floats end here.

In: `.pth` or `.npz` files of checkpoints, or a pack.  Out: `WeightPack`, which gives a `Checkpoint` for a kind and
a model, its layers as mantissas, exponents and biases.  Nothing in a file is ever executed.

From a checkpoint to a pack: `collection` takes the files of a folder, `recognise` and `names` say which checkpoint
each is (4.11.1).  `tensorfile` reads tensors by name: `container` opens the ZIP archive of `bytesource`,
`unpickler` its pickle (4.11.3), `arrays` an `.npy` member.  `importer` compares with the shapes of `tensorlists`
(4.11.2), folds with `folding` (6.2.1), quantises with `quantise` (6.2.2, 6.2.4) and checks the bounds of
`integerpath` (3.3, 2.7); `frequencies` serves checkpoints that were not quantised (2.7.4).  `fingerprint` is the
SHA-256 of all integers (6.2.5).

A pack: `pack`, `layers` and `ranges` are the values, `packfile` reads and writes them, member for member as
`records` lays them out, through `archivewriter`.  `bundled` comes with refdec, `seeded` draws stand-ins
from a recipe, `completeness` says what a set of checkpoints can do.  `errors` and `errors_files` have one class a rule.
"""
