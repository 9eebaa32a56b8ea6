"""What a codestream says, for people; weights are needed for pictures and maps only.

In: bytes.  Out: a summary, a tree with every bit under a name, text, JSON, a page.

1. `summary` is what `refdec info` shows: size, profile, level, tools, substreams (1.5 to 1.7).  `rendering` puts
   RDI into words (5.16), `file_facts` says what a HEIF file holds beside it, `tile_facts` what is true of all tiles
   of a picture made of them.
2. `problems` finds all that is wrong and can be seen without weights (1.8, 2.3).
3. `tree` puts markers, header elements and payloads (`payload_layout`, 1.4) into `nodes`, with the problems in
   their places.
   `box_tree` does so with the boxes of a HEIF file around it; `file_view` puts the trees of its codestreams there.
4. `selection` chooses parts of a tree, `render` writes them as text or JSON.
5. `html` makes one page of tree, hex dump, `sizes` and `maps`, the pictures of what a decoder sees.

`differences` compares two codestreams element by element and payload by payload.  `errors` has places and channels
that a codestream does not have.
"""
