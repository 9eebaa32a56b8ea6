"""What can go wrong in training before anything is trained, one class each; each says what to do."""

from __future__ import annotations

__all__ = [
    "BoxesUnreadable",
    "DeviceUnusable",
    "MaskUnreadable",
    "NoClasses",
    "NoPictures",
    "PictureUnreadable",
    "ScipyMissing",
    "StartMissing",
    "StateDiffers",
    "StateUnreadable",
    "TeacherMissing",
    "TeacherUnusable",
    "TooFewPictures",
    "TrainingError",
    "WeightsDiffer",
]


class TrainingError(Exception):
    """Anything that the commands of this package report on purpose."""


class NoPictures(TrainingError):
    """No picture is large enough."""

    def __init__(self, crop: int) -> None:
        super().__init__(
            f"There is no picture of at least {crop} x {crop} samples.\nGive folders, tar archives or files of "
            "pictures, or smaller crops: --crop 128"
        )


class TooFewPictures(TrainingError):
    """There are not enough pictures to fit something to."""

    def __init__(self, found: int, needed: int) -> None:
        super().__init__(f"{found} pictures are too few to fit to: give {needed} or more, in folders or tar archives.")


class PictureUnreadable(TrainingError):
    """A file of a data set is no picture."""

    def __init__(self, path: object, reason: str) -> None:
        super().__init__(f"{path} cannot be read as a picture: {reason}.\nRemove it from the data set, or repair it.")


class NoClasses(TrainingError):
    """A folder holds no folders of pictures."""

    def __init__(self, folder: object, found: int) -> None:
        super().__init__(
            f"{folder} has {found} folders with pictures; a head needs two classes or more.\n"
            "Make a folder for each class, named after it, with its pictures in it."
        )


class TeacherMissing(TrainingError):
    """What runs a teacher is not installed."""

    def __init__(self, package: str) -> None:
        super().__init__(
            f"The teacher is run by {package}, which is not installed.\nTry:  pip install 'refdec[teacher]'"
        )


class TeacherUnusable(TrainingError):
    """A file is no model that could be a teacher."""

    def __init__(self, path: object, reason: str) -> None:
        super().__init__(
            f"{path} cannot be a teacher: {reason}.\n"
            "It must be a TFLite or ONNX model with one picture of a fixed size as input."
        )


class StateUnreadable(TrainingError):
    """A file is no file of tensors, or one without what a state has."""

    def __init__(self, path: object, lacks: str = "") -> None:
        what = f"no state of a training: it lacks {lacks!r}" if lacks else "no file of tensors, or a damaged one"
        super().__init__(
            f"{path} is {what}.\nTrainings write weights.npz and state.pt; "
            "one that finds a damaged state in its folder begins anew when that is removed."
        )


class StateDiffers(TrainingError):
    """A state is of another training than the one that shall go on from it."""

    def __init__(self, path: object, difference: str) -> None:
        super().__init__(
            f"{path} is the state of another training: {difference}.\n"
            "Go on with the options that it began with, or begin anew in another folder."
        )


class WeightsDiffer(TrainingError):
    """Weights lack networks that are needed, or have others."""

    def __init__(self, path: object, difference: str) -> None:
        super().__init__(
            f"{path} does not hold the networks that are needed: {difference}.\n"
            "Give the weights.npz or the state.pt of a training that has them."
        )


class StartMissing(TrainingError):
    """A synthesis shall be trained, and there is no codec whose latents it could decode."""

    def __init__(self, synthesis: str) -> None:
        super().__init__(
            f"The synthesis {synthesis} is trained on latents of a trained codec, and none was given.\n"
            "Give its weights.npz or state.pt as the start."
        )


class DeviceUnusable(TrainingError):
    """Nothing can be trained on a device."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"{reason}.")


class BoxesUnreadable(TrainingError):
    """A file or a folder holds no boxes that can be read."""

    def __init__(self, place: object, reason: str) -> None:
        super().__init__(
            f"{place} has no boxes that can be read: {reason}.\n"
            "Give a folder of pictures with VOC XML files of the same names, or COCO JSON beside its pictures."
        )


class MaskUnreadable(TrainingError):
    """A file is no mask, or a folder has none."""

    def __init__(self, place: object, reason: str) -> None:
        super().__init__(
            f"{place} has no mask that can be read: {reason}.\n"
            "Give pictures and, under the same names, PNG files with the number of a class in each sample."
        )


class ScipyMissing(TrainingError):
    """Masks are MATLAB files, and what reads them is not installed."""

    def __init__(self) -> None:
        super().__init__("Masks in MATLAB files need SciPy, which is not installed.\nTry:  pip install 'refdec[train]'")
