"""The task `events`: when and where something changes before a fixed camera, from the latents of its frames.

In: codestreams, one for each frame, up to their latents; of any rates, and of any weights that there is a head for.
Out: events with their first and last frame and their boxes, facts about each frame, a map of changed places, and the
time line as a picture.  Everything is computed in whole numbers.
"""

from __future__ import annotations

from collections.abc import Sequence

from refdec.plugins.api import (
    Action,
    ActionInput,
    Argument,
    CoreServices,
    Head,
    LatentBundle,
    Option,
    OptionValues,
    Refusal,
    Stage,
    Task,
    TaskResult,
    hookimpl,
)
from refdec_tasks.head_files import bundled_heads

__all__ = ["Events", "refdec_api_version", "refdec_tasks"]

refdec_api_version = "1.2"


def find(given: ActionInput) -> TaskResult:
    """Return what happens in the frames of a folder, in the order of their names."""
    from refdec_tasks.events.telling import report_of
    from refdec_tasks.events.watching import Settings, watched

    settings = Settings.of(given.options)
    return report_of(watched(given.bundles["FRAMES"], bundled_heads(__name__), given.core, settings))


def compare(given: ActionInput) -> TaskResult:
    """Return what is different in the second of two frames."""
    from refdec_tasks.events.telling import difference_of
    from refdec_tasks.events.watching import between, high_at

    before, after = next(iter(given.bundles["BEFORE"])), next(iter(given.bundles["AFTER"]))
    strength, patches = between(
        before, after, bundled_heads(__name__), given.core, high_at(given.options.integer("sensitivity"))
    )
    headers = after.bundle.headers
    return difference_of(strength, patches, (headers.display_height, headers.display_width))


SENSITIVITY = Option(
    "sensitivity",
    int,
    100,
    "in percent: at 200 a change half as strong counts, at 50 only one twice as strong",
    minimum=10,
    maximum=400,
)


class Events(Task):
    """Watches a fixed camera through the latents of its frames."""

    name = "events"
    version = "1.0"
    description = "when and where something changes before a fixed camera"
    stage = Stage.LATENT
    actions = (
        Action(
            "find",
            "find what happens in the frames of a fixed camera",
            find,
            (
                Argument(
                    "FRAMES",
                    "codestreams",
                    "a clip, or a folder of codestreams, one for each frame, in the order of names",
                ),
            ),
            (
                SENSITIVITY,
                Option("learn", int, 3, "frames whose middle is the scene to begin with", minimum=1, maximum=25),
                Option(
                    "absorb", int, 0, "frames after which what stays becomes part of the scene; 0: never", minimum=0
                ),
                Option("frames", int, 1, "frames that an event is seen in at least", minimum=1),
                Option("gap", int, 2, "frames that it may be out of sight without ending", minimum=0),
                Option("masks", bool, False, "tell how strong the change is at each place of each frame too"),
            ),
        ),
        Action(
            "compare",
            "find what is different in the second of two frames",
            compare,
            (
                Argument("BEFORE", "codestream", "the codestream of the first frame"),
                Argument("AFTER", "codestream", "the codestream of the second frame"),
            ),
            (SENSITIVITY,),
        ),
    )

    def heads(self) -> Sequence[Head]:
        """Return the heads that come with the task."""
        return bundled_heads(__name__)

    def run(self, bundle: LatentBundle, options: OptionValues, core: CoreServices) -> TaskResult:
        """Refuse: one frame alone has no events.  Raises Refusal."""
        raise Refusal(
            "One frame alone has no events.\n"
            "Give a folder of frames:  refdec task events find FOLDER\n"
            "Or two of them:  refdec task events compare BEFORE.jai AFTER.jai"
        )


@hookimpl
def refdec_tasks() -> list[Task]:
    """Return the one task of this plugin."""
    return [Events()]
