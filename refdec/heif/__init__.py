"""Files of the HEIF family (ISO/IEC 14496-12, 23008-12) with JPEG AI pictures in them.

In: bytes.  Out: `HeifFile`, items with properties and references, frozen; of the picture that it shows the codestream,
metadata and transparency.  A writer goes the same way back.  Nothing here loads Numba.

1. `boxtable` compiles the table of boxes, which is data: `files/boxes.json`.  `boxes` are the values that `boxreader`
   reads and `boxwriter` writes by it.
2. `heiffile` is what boxes amount to; `reading` finds the bytes, properties and references of its items, `writing` goes
   back.
3. `picturefile` makes the file of a codestream and of `parts` beside it, and takes it apart: `transforms` are the
   orientations of Exif as rotation and mirroring, and crops, `uncompressed` is how transparency is coded, without
   loss.  `grid` is a picture made of tiles.
4. `checks` compares what a file says of its picture with the codestream.

5. `tracks` are the tables of a clip: which bytes are which frame, and when.  `clipfile` is a clip of them, whose
   frames are files of one picture; `clipwriting` goes back.

`errors`, `grid_errors` and `track_errors` have one class a rule.
"""
