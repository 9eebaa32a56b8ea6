"""Markers, substreams and headers of a codestream (chapter 1): every byte outside the entropy-coded data.

In: bytes.  Out: `Codestream`, its substreams as views of the bytes; `Headers`, frozen; `RegionUnit`, what the
entropy coder takes.  A writer goes the same way back.  Nothing here loads Numba.

1. `firstbytes` says what a file is; `framing` cuts a codestream at its `markers` (1.3).
2. `bits` reads and writes u, ue and se (1.2).  `syntax` walks the field lists of the table `syntax.json` (1.5),
   compiled by `fieldlists` with the formulas of `expressions` (1.1): one walk with several `verbs` reads, writes and
   annotates.
3. `headers` holds what was read as one value: `picture_header` (PIH, 1.5.1, 1.6), `tools` (TON, 1.5.2, 1.6.7),
   `rendering` (RDI, 1.5.3) and `userdata` (UDI, 1.5.4; `privaterecord`,
   `layerrecord` and `floatrecord` what may stand behind its marks).  `chroma` names the sample formats, `transforms`
   SOP, BOP and HOP (1.6.3).
4. `rules` checks what elements say together (1.8 (10), (11)), `levels` profiles and levels (1.7).  `headers` stops
   at the first problem, `survey` lists them all.
5. `payloads` finds the unit of each region in SOZ, SORP, SORS and SOQ (1.4).

Two texts differ in their picture headers (1.12): `editions` names them, `recognition` tells them apart, `rewriting`
makes one of the other; `compacting` leaves out what a reader infers.  A writer's headers begin in `builder` (1.9).
Errors: `errors` (1.8 (1) to (10)),
`rule_errors`, `edition_errors`.
"""
