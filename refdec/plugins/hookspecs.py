"""All hooks of refdec, on one page (`docs/plugins.md`).

A plugin is a module named in the entry-point group `refdec`.  It states the version of the plugin interface that it was
written for, and implements hooks with `@hookimpl`; both names come from `refdec.plugins.api`:

    refdec_api_version = "1.0"

    @hookimpl
    def refdec_encoders() -> list[Encoder]: ...

refdec calls each hook once, when plugins are loaded; the call should do no work beyond making the objects.  Hooks
never run while a codestream is decoded: a plugin cannot change decoded samples.
"""

from __future__ import annotations

from collections.abc import Sequence

import pluggy

from refdec.plugins.encoder import Encoder
from refdec.plugins.task_base import Task

__all__ = ["ENTRY_POINT_GROUP", "HOOK_NAMES", "PLUGIN_API", "hookimpl", "refdec_encoders", "refdec_tasks"]

PLUGIN_API = "1.2"
"""Version of hooks, `refdec.plugins.api` and the latent interface together: within a major version things are only
added."""
ENTRY_POINT_GROUP = "refdec"
PROJECT = "refdec"

hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)


@hookspec
def refdec_encoders() -> Sequence[Encoder]:  # type: ignore[empty-body]
    """Return the encoders of this plugin."""


@hookspec
def refdec_tasks() -> Sequence[Task]:  # type: ignore[empty-body]
    """Return the tasks of this plugin."""


HOOK_NAMES = ("refdec_encoders", "refdec_tasks")
