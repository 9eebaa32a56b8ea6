"""Training of heads, the small networks on latents that tasks run: from a data set to head files.

What is learnt from: `subjects` are pictures with what is known of them, read by `folders` (a folder a class), `boxes`
(VOC XML, COCO JSON) and `masks` (`clothes` is one set of them); `examples` makes their latents once and keeps them;
`teacher` asks a network that others trained about the original pictures, `face_teacher` one that finds faces, of which
`face_scenes` makes pictures to train on; `labelled_faces` are those that people drew.

What is learnt: `design` draws an architecture once, as the steps that refdec runs; `twin` walks the same steps in
floats; `lessons` is what a task implements (`classify` and `embed`, which share a `trunk` and take their material from
`whole_pictures`; `detect`, `segment`; `precision` measures boxes).

How: `plan` says how long, `batches` draws crops and pads them, `training` runs it and can be stopped, `translation`
makes a head of one model a beginning for another's, `readout` fits a last layer anew, `exporting` makes integers and
measures them.  `making` does all of it for one data set, `recipes` is the table of the bundled heads.
"""
