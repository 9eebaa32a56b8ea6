"""What can be wrong with private regions and their keys, one class a rule (`docs/privacy.md`)."""

from __future__ import annotations

from refdec.errors import InputError, UsageError

__all__ = [
    "KeyFileTaken",
    "KeyFileUnusable",
    "KeyOrLeaveOut",
    "NoFaceFound",
    "NoPrivateRegions",
    "OtherCodestream",
    "PassphraseMissing",
    "PrivacyExtraMissing",
    "PrivatePartDamaged",
    "PrivatePartInTheWay",
    "PrivateRate",
    "PrivateRegionInvalid",
    "UserDataTaken",
    "WrongKey",
]


class PrivateRegionInvalid(UsageError):
    """A private region is no rectangle inside the picture."""

    code, clause = "RD1901", ""

    def __init__(self, region: object, reason: str) -> None:
        super().__init__(region, reason)
        self.region, self.reason = region, reason

    def explain(self) -> str:
        return (
            f"A private region {self.region!r} {self.reason}.\n"
            "Give x, y, width, height in samples of the upright picture, counted from 0; once for each region."
        )


class PrivacyExtraMissing(UsageError):
    """The package that encrypts is not installed."""

    code, clause = "RD1902", ""

    def explain(self) -> str:
        return (
            "Sealing and opening private regions needs the package cryptography.\nTry:  pip install 'refdec[private]'"
        )


class KeyFileUnusable(InputError):
    """A key file holds no key."""

    code, clause = "RD1903", ""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name

    def explain(self) -> str:
        return (
            f"{self.name} holds no key: a key file has the base64 of 32 bytes, and nothing else.\n"
            "Make one:  refdec private key KEYFILE"
        )


class KeyFileTaken(UsageError):
    """A new key would replace a file."""

    code, clause = "RD1904", ""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name

    def explain(self) -> str:
        return (
            f"{self.name} exists already, and what is sealed with a lost key is lost.\n"
            "Choose another name for the new key."
        )


class KeyOrLeaveOut(UsageError):
    """Private regions are wished for without saying what becomes of them, or the other way round."""

    code, clause = "RD1905", ""

    def explain(self) -> str:
        return (
            "Private regions go with one of: a key, a passphrase, leaving them out.\n"
            "Say --private X,Y,W,H together with --key KEYFILE, --passphrase or --leave-out."
        )


class PassphraseMissing(UsageError):
    """There is nobody to ask for a passphrase, or it is empty."""

    code, clause = "RD1906", ""

    def explain(self) -> str:
        return (
            "There is no passphrase: it is empty, or nobody is there to be asked.\n"
            "Set the variable REFDEC_PASSPHRASE, or use --key KEYFILE."
        )


class NoPrivateRegions(InputError):
    """A key is given for a codestream that has nothing to open."""

    code, clause = "RD1907", ""

    def __init__(self, left_out: bool) -> None:
        super().__init__(left_out)
        self.left_out = left_out

    def explain(self) -> str:
        what = "its private regions were left out" if self.left_out else "it has no private regions"
        return f"A key opens nothing in this codestream: {what}.\nDecode it without a key:  refdec decode FILE"


class WrongKey(InputError):
    """A key does not open what is sealed."""

    code, clause = "RD1908", ""

    def __init__(self, passphrase_needed: bool, passphrase_given: bool) -> None:
        super().__init__(passphrase_needed, passphrase_given)
        self.needed, self.given = passphrase_needed, passphrase_given

    def explain(self) -> str:
        kinds = {False: "a key file (--key KEYFILE)", True: "a passphrase (--passphrase)"}
        said = (
            "This is not the key that the private regions are sealed with."
            if self.needed == self.given
            else f"The private regions are not sealed with {kinds[self.given]}."
        )
        return f"{said}\nThey are opened by {kinds[self.needed]}; without it:  refdec decode FILE"


class PrivatePartDamaged(InputError):
    """What is sealed was changed or cut."""

    code, clause = "RD1909", ""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason

    def explain(self) -> str:
        return (
            f"The sealed part of the codestream is damaged: {self.reason}.\n"
            "See the public picture:  refdec decode FILE --or-public"
        )


class OtherCodestream(InputError):
    """What is sealed belongs to another codestream than the one it lies in."""

    code, clause = "RD1910", ""

    def explain(self) -> str:
        return (
            "The sealed part does not belong to this codestream: the public part was changed after it was sealed.\n"
            "Open the codestream as it was encoded.  See this one's public picture:  refdec decode FILE --or-public"
        )


class PrivateRate(UsageError):
    """A number of bytes is asked for together with private regions."""

    code, clause = "RD1911", ""

    def explain(self) -> str:
        return (
            "Private regions do not go with a number of bytes: the sealed part is made after the rate is found.\n"
            "Try --quality 1..100 or --psnr DB, which is that of the public picture."
        )


class PrivatePartInTheWay(UsageError):
    """A codestream is to be changed that carries a sealed part, which would no longer belong to it."""

    code, clause = "RD1912", ""

    def explain(self) -> str:
        return (
            "This codestream carries sealed private regions, which would not belong to the new codestream.\n"
            "Drop them first:  refdec private drop FILE PUBLIC.jai\n"
            "Or transcode all that the key shows:  refdec private open FILE WHOLE.jai --key KEYFILE"
        )


class UserDataTaken(UsageError):
    """An encoder wrote user data of its own, behind which no sealed part is found."""

    code, clause = "RD1913", ""

    def explain(self) -> str:
        return (
            "The encoder wrote user data of its own (UDI), which leave no place for private regions.\n"
            "Try --encoder analysis."
        )


class NoFaceFound(InputError):
    """Faces shall be private, and none is found: nothing would be."""

    code, clause = "RD1914", ""

    def explain(self) -> str:
        return (
            "No face was found in the picture, and no rectangle is given: nothing would be private.\n"
            "Name what shall be private with --private X,Y,W,H, or encode it without --private."
        )
