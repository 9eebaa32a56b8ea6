"""The choice of filters for a picture that is coded (5.14.2): after the encoder, whoever it was, and before the check.

In: a codestream, its source, the tools that may be used.  Out: the tools header of the codestream; see `choice`.

1. `toolnames` are the four filters.  `worth` is the trade: what a bit has to save at the operating point.
2. `before` is the decoded picture before its filters, beside the source; all sums are taken over its bands.
3. `choice` goes through the filters in the decoder's order; each looks at what those before it leave.
4. `linear` is EFE linear: splits, edges and kernels (5.6), by least squares in whole numbers (`solving`).
5. `networks` is eICCI (5.7), where the weights hold its networks.
6. `curve` is the offset curve of EFE non-linear (5.8.1), `switch` its masks (5.8.2).
7. `sharpening` is LEF's channel (5.9).

`filterroom` says what memory it takes.
"""
