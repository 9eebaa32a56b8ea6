"""The four enhancement filters, in the order of their use (5.5 to 5.9).

In: planes int32 Q18 in the output format, or a window of them, and the parameters of TON.  Out: the planes after
each filter that is switched on.

    filter            clauses           what it changes                                     module
    ----------------  ----------------  --------------------------------------------------  ----------------
    EFE linear        5.6, 6.4.9        chroma, by kernels on chroma and luma               `efe_linear`
    eICCI             5.7, 6.4.10       all planes, by a network on tiles                   `eicci`
    EFE non-linear    5.8, 6.4.11       chroma, by a curve of luma; on/off switch by block  `efe_nonlinear`
    LEF               5.9, 6.4.12       luma, sharper where the scale index is large        `lef`

`tools` says which of them run, `chain` runs them and knows what a window must hold for them.  `eicci_network` is
the network of eICCI: Haar bands, two branches, correction.  `kernels` are the compiled loops.
"""
