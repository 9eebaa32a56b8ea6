"""Moving pictures in other people's files: animations and raw video, read frame by frame and written.

In: a folder of pictures, a GIF, APNG, WebP or AVIF animation, a y4m file.  Out: `MovingPicture`, frames with their
durations, one after the other and never all at once; and the way back.  How clips of JPEG AI lie in files is a matter
of `refdec.heif`.

1. `timing` turns rates and durations, fractions of a second, into whole units and back.
2. `moving` is what all sources amount to; `opened` finds out what a source is.  `frame_folder`, `animations` (by
   Pillow) and `y4m` read them; `frame_naming` lets their errors say which frame it is.
3. `animation_writer` and `y4m_writer` write.

`errors` has one class a rule.
"""
