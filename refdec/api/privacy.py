"""Private regions: encoding with them, opening and dropping them, and key files (`docs/privacy.md`).

In: pictures or codestreams, and a `PrivateKey`.  Out: codestreams.  What the public codestream shows follows from the
picture with the regions painted over, and from nothing else.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from refdec.api.concerning import concerning
from refdec.arithmetic.argument_kinds import require_kinds
from refdec.decoding.options import limits_or_default
from refdec.privacy.errors import (
    KeyFileTaken,
    KeyFileUnusable,
    NoPrivateRegions,
    OtherCodestream,
    PrivatePartDamaged,
    WrongKey,
)
from refdec.privacy.keys import PrivateKey

if TYPE_CHECKING:
    from refdec.api.encode_options import EncodeOptions
    from refdec.decoding.options import DecodeOptions
    from refdec.formats.files import Source
    from refdec.formats.stream_files import StreamFile
    from refdec.limits import Limits
    from refdec.observation import Progress
    from refdec.plugins.core import Core
    from refdec.plugins.requests import CodingSettings
    from refdec.plugins.source_picture import SourcePicture
    from refdec.privacy.regions import PrivateRegions
    from refdec.tiling.geometry import Rect

    Code: TypeAlias = Callable[[SourcePicture, EncodeOptions, Progress], bytes]

__all__ = [
    "Code",
    "coded_in_private",
    "drop_private",
    "new_key_file",
    "open_private",
    "public_picture",
    "read_key_file",
    "shown_with",
    "stored_regions",
]

WHOLE_SAMPLES = 1 << 20
"""Up to so many samples a picture is analysed as one (4.10.6), and everything in it depends on everything."""
REGION_SIDE, MOST_REGIONS = 512, 256
FACE_MARGIN = 16
"""Samples around a face that are private too: what a lossy source has smeared."""
KEY_FILE_BYTES = 1 << 10
"""More than a key file ever has."""


def stored_regions(
    picture: SourcePicture, orientation: int, private: PrivateRegions, core: Core
) -> tuple[PrivateRegions, tuple[str, ...]]:
    """Return the private regions of a picture that is stored in an orientation, in its samples; and what to say.

    Where faces are wished for they are among them.  Raises NoFaceFound, PrivateRegionInvalid, and what
    `faces_of_picture` raises.
    """
    from refdec.api.faces import faces_of_picture, in_words
    from refdec.formats.orientation import SIDEWAYS, stored_rect

    size = picture.height, picture.width
    shown = private.within(*(reversed(size) if orientation in SIDEWAYS else size))
    private = private.with_rects(tuple(stored_rect(rect, orientation, *size) for rect in shown))
    if not private.faces:
        return private, ()
    found = faces_of_picture(picture, orientation, core, more=FACE_MARGIN)
    return private.with_faces(found), (in_words(len(found), "made private"),)


def coded_in_private(
    picture: SourcePicture, options: EncodeOptions, private: PrivateRegions, code: Code, progress: Progress
) -> bytes:
    """Return the public codestream of a picture, with the whole one sealed in it unless it is to be left out.

    `code` encodes a picture.  The rate is found for the public picture; the whole one is encoded at the same model and
    displacements.  Raises PrivateRegionInvalid, PrivacyExtraMissing, UserDataTaken, and what `code` raises.
    """
    from refdec.bitstream.editions import Edition
    from refdec.bitstream.framing import read_codestream
    from refdec.bitstream.headers import read_headers
    from refdec.privacy.keys import require_cryptography
    from refdec.privacy.sealing import left_out, sealed

    limits = limits_or_default(options.limits)
    rectangles = private.within(picture.height, picture.width)
    if private.key is None:
        return left_out(code(_public(picture, rectangles), options, progress), rectangles, limits)
    require_cryptography()
    options = replace(options, settings=_apart(options.settings, picture))
    public = code(_public(picture, rectangles), options, lambda share: progress(share / 2))
    edition = Edition(options.settings.edition)
    header = read_headers(read_codestream(public, limits=limits), edition=edition, limits=limits).picture
    luma, chroma = header.beta_log
    same_point = replace(
        options,
        psnr=None,
        quality=None,
        model=header.model_id,
        displacement=luma,
        chroma_displacement=None if options.settings.luma_only else chroma,
    )
    whole = code(picture, same_point, lambda share: progress(1 / 2 + share / 2))
    return sealed(public, whole, rectangles, private.key, limits)


def public_picture(picture: SourcePicture, private: PrivateRegions) -> SourcePicture:
    """Return the picture that the public codestream shows.  Raises PrivateRegionInvalid."""
    return _public(picture, private.within(picture.height, picture.width))


def _apart(settings: CodingSettings, picture: SourcePicture) -> CodingSettings:
    """Return settings with independent regions where the analysis is cut along them, unless the caller cuts himself.

    Regions without a private rectangle are then the same in both codestreams, and what is sealed is short.
    """
    if (
        picture.pixels <= WHOLE_SAMPLES
        or settings.independent_regions
        or (settings.regions, settings.tile_size) != (None, None)
    ):
        return settings
    side = REGION_SIDE
    while (rows := max(1, picture.height // side)) * (columns := max(1, picture.width // side)) > MOST_REGIONS:
        side *= 2
    return replace(settings, regions=(rows, columns), independent_regions=True)


def _public(picture: SourcePicture, rectangles: tuple[Rect, ...]) -> SourcePicture:
    """Return the picture with rectangles painted over, and without what was measured over the whole of it."""
    from refdec.privacy.filling import painted_over

    first, second, third = (
        painted_over(plane, rectangles, picture.subsampling if index else (1, 1), picture.bit_depth)
        for index, plane in enumerate(picture.planes)
    )
    rendering = picture.rendering
    if rendering is not None:
        rendering = replace(rendering, clli=None, dynamic=None)
    return replace(picture, planes=(first, second, third), codestream=None, rendering=rendering)


def open_private(source: Source, key: PrivateKey, *, limits: Limits | None = None) -> bytes:
    """Return the whole codestream of one with sealed private regions: byte for byte what was encoded.

    A HEIF file stays one, with all that stands beside its codestream.  `source`: a path, bytes, a binary file object.
    Decode it, hand it to tasks, transcode it; it is not sealed any more.  Raises NoPrivateRegions, WrongKey,
    OtherCodestream, PrivatePartDamaged, PrivacyExtraMissing, CodestreamError, InputError; all are RefdecError.
    """
    from refdec.formats.stream_files import read_stream_file
    from refdec.privacy.regions import KEY
    from refdec.privacy.sealing import opened

    require_kinds({"key": key}, {"key": KEY})
    limits = limits_or_default(limits)
    with concerning(source):
        found = read_stream_file(source, limits=limits)
        return _as_found(opened(found.codestream, key, limits), found, limits)


def drop_private(source: Source, *, limits: Limits | None = None) -> bytes:
    """Return a codestream without its sealed part, for good; it still names its private regions.

    A HEIF file stays one.  Raises NoPrivateRegions where there is no record of any, CodestreamError, InputError.
    """
    from refdec.formats.stream_files import read_stream_file
    from refdec.privacy.sealing import dropped

    limits = limits_or_default(limits)
    with concerning(source):
        found = read_stream_file(source, limits=limits)
        return _as_found(dropped(found.codestream, limits), found, limits)


def _as_found(codestream: bytes, found: StreamFile, limits: Limits) -> bytes:
    """Return a codestream bare, or in the HEIF file in which another one was found."""
    from refdec.api.enclosing import headers_of, put_back

    if found.file is None:
        return codestream
    return put_back(codestream, headers_of(codestream, limits), found.file, in_file=True).data


def shown_with(
    data: bytes, key: PrivateKey | None, *, or_public: bool, options: DecodeOptions
) -> tuple[bytes, tuple[str, ...]]:
    """Return the codestream that is to be shown to who has this key, or none, and what there is to say about it.

    `or_public`: what cannot be opened is shown as it is to everybody.  Raises what `open_private` raises.
    """
    from refdec.bitstream.framing import read_codestream
    from refdec.bitstream.markers import Marker
    from refdec.bitstream.privaterecord import read_private_record

    if key is not None:
        from refdec.privacy.sealing import opened

        try:
            return opened(data, key, options.limits), ()
        except (NoPrivateRegions, WrongKey, OtherCodestream, PrivatePartDamaged) as problem:
            if not or_public:
                raise
            return data, (f"the public picture: {problem.headline()}",)
    found = read_codestream(data, limits=options.limits, lenient=options.lenient).only(Marker.UDI)
    record = None if found is None else read_private_record(bytes(found.payload))
    if record is None:
        return data, ()
    count = len(record.rectangles)
    sealed = "left out" if record.sealed is None else "sealed, a key shows what they hold"
    return data, (f"the public picture: private regions, {count}, are {sealed}",)


def read_key_file(path: str | os.PathLike[str]) -> PrivateKey:
    """Return the key of a key file.  Raises KeyFileUnusable, FileUnreadable."""
    from refdec.formats.files import read_bytes

    data = read_bytes(path)
    if len(data) > KEY_FILE_BYTES:
        raise KeyFileUnusable(os.fspath(path))
    return PrivateKey.of_text(data.decode(errors="replace"), os.fspath(path))


def new_key_file(path: str | os.PathLike[str]) -> PrivateKey:
    """Make a key, and write it into a new file that only its owner reads.  Raises KeyFileTaken, FileUnwritable."""
    from refdec.formats.file_errors import file_unwritable

    key, target = PrivateKey.new(), Path(path)
    try:
        handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise KeyFileTaken(os.fspath(path)) from None
    except OSError as reason:
        raise file_unwritable(os.fspath(path), reason) from reason
    try:
        with os.fdopen(handle, "w") as file:
            file.write(key.to_text())
            file.flush()
            os.fsync(handle)  # what is sealed for a key that is lost nobody opens
    except OSError as reason:
        target.unlink(missing_ok=True)
        raise file_unwritable(os.fspath(path), reason) from reason
    return key
