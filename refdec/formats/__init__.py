"""Picture files: PNG, JPEG, TIFF, WebP, AVIF, HEIC ... Netpbm, raw YUV, NPY; reading, and writing row by row.

In: paths, bytes or file objects.  Out: `CodePicture`, sample codes and what they are; or a writer that takes rows.
Here files are opened; everything below works on bytes and arrays.

Reading: `kinds` says what a file is by its name and first bytes, `files` opens it and picks the format: `png_reader`
(16 bits through `png_kernels`; `png_chunks` are its parts), `pillow_reader` (JPEG, WebP, TIFF, BMP, GIF, AVIF, HEIC,
JPEG 2000; `pillow_modes` makes codes of its modes; `deep_tiff`, by a `tiff_page`, `deep_heif` and `deep_avif` where
it would cut samples, as `boxed_pictures` knows; `foreign_readers` names what they raise), `pnm_reader`, `pfm`, `exr`
and `float_tiff` (floats, of which `float_view` makes codes), `yuv` (5.11) or `npy`, which `array_advice` helps;
`depth_rule` asks for codes of the depth that was said.
Of several pictures in a file, which `picture_ends` finds, `frames` chooses one.
`pictures` is the result, and `description` what the file says beside the samples: `png_description` (of chunks;
`png_light` is about light) and `pillow_description` collect it, `exif`, `icc` and `colour_points` say what it means,
`orientation` turns a picture upright; `colorimetry` has the numbers of H.273. `folders` lists the files of a folder
of checkpoints.

Codestreams: `stream_files` finds them, bare or in HEIF files, `clip_files` clips, of which it reads no more than is
asked for.

Writing: `files` picks the format by suffix, `rows` is what all writers share, `png`, `tiff` (Exif data by way of
`exif_tree`), `coded` (JPEG, WebP; `transparency` brings alpha to the depth of a file),
`ppm`, `yuv` and `npy` are the writers.  For PNG `png_writer_kernels` filter rows, and `deflate` has
zlib pack them.  `colours` tells what a format can say of colours,
`icc_writer` makes the profiles of those that know no cICP, and `losses` says what a format cannot hold.
`sinks` is where the bytes go: a file that appears whole or not at all (`unfinished`, until it is whole), or
somebody else's stream; `pipes` tells "-" from a file of that name, and `standard_output` keeps the stream that
everybody knows for results, whatever else in the process prints.  `decoded` is the picture that `refdec.decode`
returns, which saves itself; `float_files` writes an original in floats.
`difference_pictures` makes a picture of what two others differ in.

`errors` has one class a thing that can be wrong with a file, `file_errors` a kind of those for each OSError.
"""
