"""Training of weights for JPEG AI: trainable twins of the networks of chapter 4, their loss, and the road to a pack.

refdec never imports this package; it needs PyTorch (`pip install 'refdec[train]'`).

The networks, each with the layer list of its clause: `layers` (4.2), `analysis` (4.6), `hyper` (4.3, 3.3, 4.6.1),
`context` (4.4), `synthesis` (4.5); `sizes` has the numbers that they share, `rounding` what stands for rounding.

The codec: `rate` counts bits, `component` codes one component, `codec` joins both with a loss; `colour` and
`distortion` (MS-SSIM) look at pictures.

The training: `plan` says what shall be done, `devices` where, `pictures` draws crops, `stepping` does a step, `held`
measures, `state` keeps, `training` runs it all.  `weights` is what a codec gets of a file, `tensor_files` reads and
writes such files.  `export` makes checkpoints and a pack, `codec_twin` is the way back, `card` the model card; `cli` is
`refdec-train`, with `cli_heads` and what both share, `cli_options`; `errors` is what it reports.

Heads, the small networks on latents that tasks run: in closed form `closed_form` fits what `thumbnails` and `scenes`
wish for; `heads` trains what tells something about a picture, `enhance` what makes it better.
"""
