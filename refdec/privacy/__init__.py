"""Private regions (1.5.4): what a public codestream does not show, and who holds the key sees.

In: the codestream of a picture and that of the same picture with rectangles painted over.  Out: the second one, which
carries in UDI what is missing for the first, sealed.  `docs/privacy.md` says who sees what.

`regions` is what an application wishes, and checks it against a picture.  `filling` paints rectangles over, from the
samples beside them alone; `mosaic` leaves of what is decoded a few means.  `patch` is what makes one codestream of
another.  `keys` are key files and passphrases, and the keys of single codestreams that follow from them.  `sealing`
encrypts, binds and opens.  `errors` has one class a rule.
"""
