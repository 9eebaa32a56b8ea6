"""From the synthesised planes to the output picture (chapter 5), and from a source picture to planes for an encoder.

In: planes int32 Q18 on the 0..255 scale, all at luma's size.  Out: `PictureCodes`, codes uint8 or uint16.  Every step
works on any window; the whole picture is a window like any other.

1. `windows`: what each later step must hold for a wanted window, worked out backwards (5.2).
2. `assembly`: crop, decimate, bring chroma to its format (5.3), by the filters of `resample` (5.4, 6.4.8).
3. `filters`, a room of its own: EFE linear, eICCI, EFE non-linear, LEF (5.5 to 5.9).
4. `colour`: to RGB, or as the header has it (5.10, 6.4.13).
5. `render`: the colour that is wanted; `output` rounds planes to codes (5.11, 6.4.14); `picture` is the result,
   `reduced` makes it smaller, `floats` are the patterns of an original in floats behind it.

`planes` holds the three planes and their sizes, `kernels` the compiled loops.  Encoders begin with `source` (6.7,
5.14.1).  `errors` has one class a rule.
"""
