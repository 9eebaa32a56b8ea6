"""What can be wrong with the files that hold weights: archives, pickles, arrays and packs.

All are `WeightsError`; codes RD062x archives, RD063x pickles and their tensors, RD064x arrays, RD065x packs.
"""

from __future__ import annotations

from refdec.errors import BitOffset, WeightsError

__all__ = [
    "ArchiveDamaged",
    "ArchiveTooLarge",
    "ArrayDamaged",
    "BundledPackMissing",
    "CodestreamAsPack",
    "MemberDamaged",
    "MemberMissing",
    "NotACheckpoint",
    "NotADictionary",
    "NotAPack",
    "NotATensor",
    "NotAnArchive",
    "PackDamaged",
    "PackFingerprintDiffers",
    "PackMemberChanged",
    "PackTooNew",
    "PickleDamaged",
    "PickleTooLarge",
    "StorageSizeDiffers",
    "TensorOutsideStorage",
    "TensorTooLarge",
    "UnknownOpcode",
    "UnresolvedPointer",
    "UnsupportedMember",
]


class NotAnArchive(WeightsError):
    """A file has no end record of a ZIP archive (4.11.3)."""

    code, clause = "RD0621", "4.11.3"

    def __init__(self, size: int) -> None:
        super().__init__(size)
        self.size = size

    def explain(self) -> str:
        return (
            f"This is not a ZIP archive ({self.size} bytes without an end record).\n"
            "Was the file cut, or is it a checkpoint of the old stand-alone format?  Download it again."
        )


class ArchiveDamaged(WeightsError):
    """The directory of an archive contradicts itself or the file."""

    code, clause = "RD0622", "4.11.3"

    def __init__(self, reason: str, *, at: BitOffset) -> None:
        super().__init__(reason)
        self.reason, self.at = reason, at

    def explain(self) -> str:
        return f"The archive is damaged: {self.reason}.\nDownload or copy the file again."


class ArchiveTooLarge(WeightsError):
    """An archive announces more than weights can need."""

    code, clause = "RD0623", "4.11.3"

    def __init__(self, what: str, value: int, limit: int) -> None:
        super().__init__(what, value, limit)
        self.what, self.value, self.limit = what, value, limit

    def explain(self) -> str:
        return f"The archive has {self.value} {self.what}, more than the {self.limit} that weights can need."


class MemberMissing(WeightsError):
    """An archive lacks a member that something refers to."""

    code, clause = "RD0624", "4.11.3"

    def __init__(self, member: str) -> None:
        super().__init__(member)
        self.member = member

    def explain(self) -> str:
        return f"The archive has no member {self.member!r}."


class MemberDamaged(WeightsError):
    """The bytes of a member are not those that the archive's directory promises."""

    code, clause = "RD0625", "4.11.3"

    def __init__(self, member: str, reason: str) -> None:
        super().__init__(member, reason)
        self.member, self.reason = member, reason

    def explain(self) -> str:
        return f"The member {self.member!r} of the archive {self.reason}.\nDownload or copy the file again."


class UnsupportedMember(WeightsError):
    """A member is encrypted or compressed in a way that checkpoints do not use."""

    code, clause = "RD0626", "4.11.3"

    def __init__(self, member: str, how: str) -> None:
        super().__init__(member, how)
        self.member, self.how = member, how

    def explain(self) -> str:
        return f"The member {self.member!r} is {self.how}; checkpoints are stored or deflated."


class NotACheckpoint(WeightsError):
    """An archive holds neither one data.pkl nor arrays."""

    code, clause = "RD0627", "4.11.3"

    def __init__(self, pickles: int) -> None:
        super().__init__(pickles)
        self.pickles = pickles

    def explain(self) -> str:
        return f"The archive is no checkpoint: it has {self.pickles} members data.pkl, and is no .npz of arrays."


class UnresolvedPointer(WeightsError):
    """A file is a Git LFS pointer: the checkpoint that it stands for has not been fetched."""

    code, clause = "RD0628", "4.11.1"

    def __init__(self, file: str) -> None:
        super().__init__(file)
        self.file = file

    def explain(self) -> str:
        return (
            f"This is the Git LFS pointer of {self.file}, a few lines of text in the place of the checkpoint.\n"
            "Install Git LFS (https://git-lfs.com), then type in the clone: git lfs pull"
        )


class UnknownOpcode(WeightsError):
    """A pickle has an opcode that tensor dictionaries do not use (4.11.3)."""

    code, clause = "RD0631", "4.11.3"

    def __init__(self, opcode: int, *, at: BitOffset) -> None:
        super().__init__(opcode)
        self.opcode, self.at = opcode, at

    def explain(self) -> str:
        return (
            f"The pickle has the opcode 0x{self.opcode:02x}, which a dictionary of tensors does not use.\n"
            "Nothing of it was executed.  Do not trust this file."
        )


class PickleDamaged(WeightsError):
    """A pickle is cut, or an opcode finds something else than it needs."""

    code, clause = "RD0632", "4.11.3"

    def __init__(self, reason: str, *, at: BitOffset) -> None:
        super().__init__(reason)
        self.reason, self.at = reason, at

    def explain(self) -> str:
        return f"The pickle is damaged: {self.reason}.\nNothing of it was executed."


class PickleTooLarge(WeightsError):
    """Reading a pickle would take more time or memory than a checkpoint can need."""

    code, clause = "RD0633", "4.11.3"

    def __init__(self, what: str, limit: int, *, at: BitOffset) -> None:
        super().__init__(what, limit)
        self.what, self.limit, self.at = what, limit, at

    def explain(self) -> str:
        return f"The pickle has {self.what} beyond the limit of {self.limit}.\nNothing of it was executed."


class NotADictionary(WeightsError):
    """The top-level object of a checkpoint is not a dictionary (4.11.2)."""

    code, clause = "RD0634", "4.11.2"

    def __init__(self, found: str) -> None:
        super().__init__(found)
        self.found = found

    def explain(self) -> str:
        return f"The checkpoint's top-level object is {self.found}, not a dictionary of tensors."


class NotATensor(WeightsError):
    """A name that must be a tensor stands for something else."""

    code, clause = "RD0635", "4.11.3"

    def __init__(self, tensor: str, found: str) -> None:
        super().__init__(tensor, found)
        self.tensor, self.found = tensor, found

    def explain(self) -> str:
        return f"{self.tensor} must be a tensor, but is {self.found}."


class StorageSizeDiffers(WeightsError):
    """A storage's member has another size than elements times item size (4.11.3)."""

    code, clause = "RD0636", "4.11.3"

    def __init__(self, tensor: str, member: str, size: int, wanted: int) -> None:
        super().__init__(tensor, member, size, wanted)
        self.tensor, self.member, self.size, self.wanted = tensor, member, size, wanted

    def explain(self) -> str:
        return f"The member {self.member!r} (of {self.tensor}) has {self.size} bytes, its pickle says {self.wanted}."


class TensorOutsideStorage(WeightsError):
    """Offset, shape and strides of a tensor address elements outside its storage (4.11.3)."""

    code, clause = "RD0637", "4.11.3"

    def __init__(self, tensor: str, last: int, elements: int) -> None:
        super().__init__(tensor, last, elements)
        self.tensor, self.last, self.elements = tensor, last, elements

    def explain(self) -> str:
        return f"The tensor {self.tensor} addresses element {self.last} of a storage of {self.elements}."


class TensorTooLarge(WeightsError):
    """A tensor has more elements than any weight tensor."""

    code, clause = "RD0638", "4.11.3"

    def __init__(self, tensor: str, elements: int, limit: int) -> None:
        super().__init__(tensor, elements, limit)
        self.tensor, self.elements, self.limit = tensor, elements, limit

    def explain(self) -> str:
        return f"The tensor {self.tensor} has {self.elements} elements; no weight tensor has more than {self.limit}."


class ArrayDamaged(WeightsError):
    """A .npy member of an archive is not a plain array of numbers."""

    code, clause = "RD0641", "4.11.3"

    def __init__(self, member: str, reason: str) -> None:
        super().__init__(member, reason)
        self.member, self.reason = member, reason

    def explain(self) -> str:
        return f"The array {self.member!r} {self.reason}."


class NotAPack(WeightsError):
    """A file is a ZIP archive, but not a pack of weights."""

    code, clause = "RD0651", "6.2.5"

    def explain(self) -> str:
        return (
            "This is not a pack of weights: it has no pack.json.\n"
            "To make one of checkpoint files, type: refdec weights import FOLDER MY.pack"
        )


class CodestreamAsPack(WeightsError):
    """A codestream was given where a pack of weights is expected."""

    code, clause = "RD0657", "6.2.5"

    def explain(self) -> str:
        return (
            "This is a codestream, not a pack of weights.\n"
            "Packs are made of checkpoint files: refdec weights import FOLDER MY.pack"
        )


class PackTooNew(WeightsError):
    """A pack was written in a later version of the format."""

    code, clause = "RD0652", "6.2.5"

    def __init__(self, version: int, known: int) -> None:
        super().__init__(version, known)
        self.version, self.known = version, known

    def explain(self) -> str:
        return (
            f"The pack has format version {self.version}, this refdec reads version {self.known}.\n"
            "Upgrade refdec, or import the checkpoints again: refdec weights import FOLDER MY.pack"
        )


class PackDamaged(WeightsError):
    """The manifest of a pack is not what its format asks for."""

    code, clause = "RD0653", "6.2.5"

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason

    def explain(self) -> str:
        return (
            f"The pack is damaged: {self.reason}.\nImport the checkpoints again: refdec weights import FOLDER MY.pack"
        )


class PackMemberChanged(WeightsError):
    """A member of a pack does not have the SHA-256 of the manifest."""

    code, clause = "RD0654", "6.2.5"

    def __init__(self, member: str) -> None:
        super().__init__(member)
        self.member = member

    def explain(self) -> str:
        return (
            f"The weights {self.member!r} of the pack do not have their recorded SHA-256.\n"
            "Import the checkpoints again: refdec weights import FOLDER MY.pack"
        )


class PackFingerprintDiffers(WeightsError):
    """The integers of a checkpoint do not have the fingerprint that the pack states (6.2.5)."""

    code, clause = "RD0655", "6.2.5"

    def __init__(self, checkpoint: str, stated: str, computed: str) -> None:
        super().__init__(checkpoint, stated, computed)
        self.checkpoint, self.stated, self.computed = checkpoint, stated, computed

    def explain(self) -> str:
        return f"{self.checkpoint} has the fingerprint {self.computed}, the pack states {self.stated}."


class BundledPackMissing(WeightsError):
    """The installation lacks its weights."""

    code, clause = "RD0656", ""

    def explain(self) -> str:
        return (
            "The bundled weights are not installed with refdec.\n"
            "Install refdec again, or give weights of your own: --weights MY.pack"
        )
