"""The encoder, top to bottom: the order of operations of 3.B.5 and 6.7, one call a stage.

In: a source picture, settings, a pack of weights.  Out: a codestream.  Everything is integer and deterministic: the
same picture, settings and weights give the same bytes on every machine.  Steps that rate control repeats are apart from
those that it need not: `prepare` and `targets_of` know no displacement, `code` does.  Of a large picture nothing but
codes, y and the symbols of a pass are there at once.
"""

from __future__ import annotations

from dataclasses import dataclass

from refdec.arithmetic.types import BoolArray, Int8Array, Int32Array
from refdec.bitstream.headers import Headers, build_headers
from refdec.bitstream.picture_header import COMPONENT_CHANNELS
from refdec.bitstream.tools import ToolsHeader
from refdec.bitstream.userdata import gray_mark, weights_mark
from refdec.clauses import clause
from refdec.decoding.errors import LatentsDoNotFit
from refdec.decoding.hyper import HyperWindows
from refdec.decoding.models import Models, stream_fingerprint
from refdec.encoding.codestream import codestream_of
from refdec.encoding.components import code_component
from refdec.encoding.content import Written
from refdec.encoding.draft import EncodeSettings, checked_draft, draft_header
from refdec.encoding.encoderinput import EncoderInput
from refdec.encoding.hyperwindows import EncoderHyper, encoder_hyper, grfs_flags
from refdec.encoding.targets import analyse, hyper_latents
from refdec.encoding.values import CodedComponent, SymbolChooser, Targets
from refdec.limits import Check, unchecked
from refdec.tiling.geometry import Rect

__all__ = [
    "Coded",
    "Prepared",
    "code",
    "prepare",
    "targets_of",
    "with_parts",
    "write",
    "written",
]

Pair = tuple[int, int]


@dataclass(frozen=True, slots=True, eq=False)
class Prepared:
    """What holds at every displacement: targets int32 Q18 of luma and chroma, and what follows from hyper latents."""

    source: EncoderInput
    settings: EncodeSettings
    models: Models
    y: tuple[Int32Array, Int32Array]
    hyper: EncoderHyper


@dataclass(frozen=True, slots=True, eq=False)
class Coded:
    """Both components as symbols, under the headers that go with them."""

    prepared: Prepared
    headers: Headers
    parts: tuple[CodedComponent, CodedComponent]

    @property
    def hyper(self) -> HyperWindows:
        """What gives scale indices and psi under the headers."""
        return self.prepared.hyper.windows(self.headers.picture, self.prepared.models)

    @property
    def frame(self) -> Rect:
        """The whole latent frame."""
        return self.headers.picture.latent_frame


@clause("3.B.5")
def targets_of(
    source: EncoderInput,
    settings: EncodeSettings,
    models: Models,
    *,
    networks: str | None = None,
    check: Check = unchecked,
) -> Targets:
    """(3.B.5) Analyse a picture: y and z_hat of both components, by the networks that `choose_analysis` chooses.

    Raises AnalysisMissing, SettingsRefused.
    """
    draft = checked_draft(source, settings, models.model_id)
    return analyse(source, draft, models, networks=networks, check=check)


@clause("3.B.5")
def prepare(
    source: EncoderInput,
    settings: EncodeSettings,
    models: Models,
    y: tuple[Int32Array, Int32Array],
    z_hat: tuple[Int8Array, Int8Array] | None = None,
    *,
    known: EncoderHyper | None = None,
    check: Check = unchecked,
) -> Prepared:
    """(3.B.5) Return all that holds at every displacement for target latents; z_hat None: the hyper encoder's.

    `known`: what follows from z_hat, if it was prepared before for other targets of this picture and these settings.
    Raises LatentsDoNotFit, SettingsRefused, QualityMapDoesNotFit.
    """
    draft = checked_draft(source, settings, models.model_id)
    for c, name in enumerate(("luma", "chroma")):
        _require_shape(f"The latent of {name}", (COMPONENT_CHANNELS[c], draft.lat_h, draft.lat_w), y[c].shape)
        if z_hat is not None:
            needed = (COMPONENT_CHANNELS[c], draft.z_h, draft.z_w)
            _require_shape(f"The hyper latent of {name}", needed, z_hat[c].shape)
    if known is not None:
        return Prepared(source, settings, models, y, known)
    z = hyper_latents(y, models, check=check) if z_hat is None else z_hat
    return Prepared(source, settings, models, y, encoder_hyper(draft, models, z, settings.quality_map))


def _require_shape(what: str, needed: tuple[int, ...], found: tuple[int, ...]) -> None:
    if needed != found:
        raise LatentsDoNotFit(what, needed, found)


@clause("3.B.4")
def code(
    prepared: Prepared, beta_log: Pair, *, chooser: SymbolChooser | None = None, check: Check = unchecked
) -> Coded:
    """(3.B.4) Quantise at the displacements of luma and chroma; most of it waits until symbols are asked for."""
    settings, models = prepared.settings, prepared.models
    draft = draft_header(prepared.source, settings, models.model_id, beta_log)
    grfs: tuple[BoolArray | None, BoolArray | None] = (None, None)
    if settings.grfs:
        hyper = prepared.hyper.windows(draft, models)
        grfs = grfs_flags(hyper, 0, check), grfs_flags(hyper, 1, check)
        draft = draft_header(prepared.source, settings, models.model_id, beta_log, grfs_flags=grfs)
    luma, chroma = (
        code_component(
            prepared.hyper.windows(draft, models),
            c,
            prepared.y[c],
            models,
            steps=prepared.hyper.latents.quality_steps,
            grfs_flags=grfs[c],
            cubes=settings.cubes,
            chooser=chooser,
            check=check,
        )
        for c in (0, 1)
    )
    return with_parts(prepared, beta_log, (luma, chroma))


def with_parts(prepared: Prepared, beta_log: Pair, parts: tuple[CodedComponent, CodedComponent]) -> Coded:
    """Return coded components under the headers that go with them."""
    settings, models = prepared.settings, prepared.models
    cubes, grfs = (parts[0].cube_flags, parts[1].cube_flags), (parts[0].grfs_flags, parts[1].grfs_flags)
    header = draft_header(prepared.source, settings, models.model_id, beta_log, cube_flags=cubes, grfs_flags=grfs)
    tools = ToolsHeader(lsbs_enable_flag=(int(settings.lsbs), int(settings.lsbs)))
    marks = weights_mark(stream_fingerprint(models.pack, models.model_id)) if settings.mark_weights else b""
    if prepared.source.gray_components is not None:
        marks += gray_mark(prepared.source.gray_components)
    return Coded(
        prepared,
        build_headers(header, tools, prepared.source.rendering, marks or None, edition=settings.edition),
        parts,
    )


@clause("1.9")
def write(coded: Coded, *, check: Check = unchecked) -> bytes:
    """(1.9) Return the codestream of coded components."""
    return written(coded, check=check).data


@clause("1.9")
def written(coded: Coded, *, check: Check = unchecked) -> Written:
    """(1.9) Return the codestream of coded components, and sums of what was put into it."""
    prepared = coded.prepared
    return codestream_of(coded.headers, coded.parts, coded.hyper, prepared.hyper.latents, prepared.models, check=check)
