"""What can be wrong with a latent bundle or a bundle file, one class a rule (`docs/latents.md`)."""

from __future__ import annotations

from refdec.errors import InputError, UnsupportedError, UsageError

__all__ = [
    "BundleDamaged",
    "BundleFieldMismatch",
    "BundleFieldMissing",
    "BundleHeaderInvalid",
    "NewerBundle",
    "NotABundle",
    "StageNotReached",
    "UnknownStage",
]


class NotABundle(InputError):
    """A file is no latent bundle."""

    code, clause = "RD0801", ""

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(name, reason)
        self.name, self.reason = name, reason

    def explain(self) -> str:
        return f"{self.name} is no latent bundle: {self.reason}.\nMake one:  refdec latents IN.jai OUT.npz"


class NewerBundle(UnsupportedError):
    """A bundle file has a newer major version of the schema."""

    code, clause = "RD0802", ""

    def __init__(self, name: str, version: str, known: str) -> None:
        super().__init__(name, version, known)
        self.name, self.version, self.known = name, version, known

    def explain(self) -> str:
        return (
            f"{self.name} has version {self.version} of the latent interface; this refdec knows {self.known}.\n"
            "A newer major version may mean other things by the same names.\n"
            "Try:  pip install --upgrade refdec"
        )


class BundleFieldMissing(UsageError):
    """A bundle lacks an array that its stage has."""

    code, clause = "RD0803", ""

    def __init__(self, field: str, stage: str) -> None:
        super().__init__(field, stage)
        self.field, self.stage = field, stage

    def explain(self) -> str:
        return f"A bundle of stage {self.stage!r} needs the array {self.field}, which is missing."


class BundleFieldMismatch(UsageError):
    """An array of a bundle has another shape or type than its headers ask for, or has no business at its stage."""

    code, clause = "RD0804", ""

    def __init__(self, field: str, found: str, needed: str) -> None:
        super().__init__(field, found, needed)
        self.field, self.found, self.needed = field, found, needed

    def explain(self) -> str:
        return f"The array {self.field} is {self.found}; the bundle's headers and stage ask for {self.needed}."


class BundleHeaderInvalid(UsageError):
    """A header field of a bundle is missing, of another type or out of range."""

    code, clause = "RD0805", ""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(field, reason)
        self.field, self.reason = field, reason

    def explain(self) -> str:
        return f"The header field {self.field} of a latent bundle {self.reason}."


class StageNotReached(UsageError):
    """Someone needs a later stage than the bundle holds."""

    code, clause = "RD0806", ""

    def __init__(self, needed: str, found: str) -> None:
        super().__init__(needed, found)
        self.needed, self.found = needed, found

    def explain(self) -> str:
        return (
            f"The stage {self.needed!r} is needed, this bundle stops at {self.found!r}.\n"
            f"Make it with:  refdec latents IN.jai OUT.npz --stage {self.needed}"
        )


class UnknownStage(UsageError):
    """A stage was named that does not exist."""

    code, clause = "RD0807", ""

    def __init__(self, name: str, known: tuple[str, ...]) -> None:
        super().__init__(name, known)
        self.name, self.known = name, known

    def explain(self) -> str:
        return f"There is no stage {self.name!r}; the stages are {', '.join(self.known)}."


class BundleDamaged(InputError):
    """A bundle file is cut or damaged, or holds more or less than it says."""

    code, clause = "RD0808", ""

    def __init__(self, name: str, member: str, reason: str) -> None:
        super().__init__(name, member, reason)
        self.name, self.member, self.reason = name, member, reason

    def explain(self) -> str:
        return f"{self.name}: {self.member} {self.reason}.\nMake the bundle again:  refdec latents IN.jai OUT.npz"
