"""The Python interface, one module a verb; `refdec` itself names what is public, here it is carried out.

In: paths, bytes or file objects, and keywords.  Out: pictures, codestreams, latent bundles, facts; or files, each
whole or not there.  Nothing is printed.

Decoding.

1. `inputs`: what every way of decoding starts from, with the pack of weights that `weights` finds.
2. `decode`: a codestream to a picture; `decode_file`: to a file, as a `decode_job` wishes, by `decoded_to_file` and
   `picture_files`, with a `decode_report`; `beside` is what a HEIF file says of its picture, `tiled` a picture made of
   several, which `tiles_to_file` writes; `gray` makes of a marked stream the gray picture that it was; `archives` does
   that for many files with one pool; `scaled` makes small pictures straight from the latents, for `scaled_file`,
   `tone_map` pictures for SDR displays, `blurred` covers the faces that `faces` finds.
3. `progressive`: previews (2.6.8).  `latents`: a codestream up to a stage and no further.

Encoding: `encode`, from `sources` (codestreams by `source_streams`, arrays by `source_arrays`, any codes by
`source_codes`, read as `source_wishes` say) through the plugin door to a codestream, by the steps of `encode_run`, and
`encode_file` to a file, as `encode_options` wish, with the region of interest of `quality_masks`, what `colour_wishes`
say of its colours, and by `enclosing` into a HEIF file; `picture_warnings` says what of a source that does not hold.

Clips: `clips` gives their frames one by one, `clip_decode` makes animations and video of them, `clip_folder` folders; a
`clip_tally` adds up what is said of frames.  `clip_encode` makes clips as `clip_options` wish: `clip_sources` tells
moving pictures from single ones, `clip_maker` has frames coded (`clip_frames`) and writes, with the transparency of
`clip_alpha` and the bytes that `clip_media` keeps; a `clip_report` says what was made.  `clip_differences` compares
two.

`privacy` encodes with private regions (`faces` may be among them), opens and drops them.  `lossless` puts originals
behind codestreams, gives them back, and drops them; `float_originals` are those in floats.  `layer_file` writes them
to files, a row of tiles at a time, out of `kept_rows`.

From codestream to codestream: `transcode`, as `transcode_options` wish; `transcode_run` takes the steps,
`transcode_rates` finds the displacement that gives a rate; `transcode_tiles` is for pictures made of tiles.

Looking: `info` for the headers, `infos` for those of the many files that `found_files` finds, `view` for the syntax
tree, `view_page` for the page, `diff` for two files of one kind, `picture_differences` for two pictures.

`chosen_frame` finds the codestream that is meant of a file: of a clip one frame, or all in turn.

`task` runs tasks on files, on `task_streams` where an action works on many, `task_batch` on file after file, and
`task_pictures` draws what they say; `heads` loads, writes and runs the small networks that tasks have, `patches` gives
them decoded pictures in place of latents, `packs` imports, describes and verifies packs of weights.

`errors` has one class a rule; `concerning` writes the name of a file into the errors about it.
"""
