"""Regions and tiles (4.9, 4.10, 1.6.4, 1.6.6, 5.7.4): rectangles only, no samples.

In: sizes, region boundaries and tile sizes of a header.  Out: rectangles, and which part of each is read and kept.

1. `geometry`: `Rect` and the divisions of 4.1.
2. `regions`: boundaries at each scale, extended regions, what the networks of each region read and write (4.10.1 to
   4.10.4).
3. `tiles`: synthesis tiles (4.10.5, 1.6.6) and tiles of eICCI (5.7.4), each with the part that is kept.
4. `windows`: how far a window reaches back through a network (6.5 item 1, 6.6), so that a part can be decoded
   alone.
5. `bands`: cutting work into parts that give the same integers as the whole (6.5 item 1).

`analysis` has the tiles of encoders and the sizes that writers choose (4.10.6, 1.6.6).  `errors` has one class a
rule.
"""
