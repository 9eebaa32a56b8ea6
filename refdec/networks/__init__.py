"""The networks of chapter 4 and the hyper-scale decoder of chapter 3, in the integers of chapter 6.

In: latents or planes int32 Q18, and the layers of a checkpoint.  Out: the same kind.  Inside, a map is [row,
column, channel].  Kn and Tn are convolutions and transposed convolutions of n x n taps, U2 doubles, PS(n) and PU(n)
shuffle pixels, /2 is a stride; ResAU, R1 and R2 are in `blocks`, CAB and TAM in `attention`.

    network                  clause   layers                                                       module
    -----------------------  -------  -----------------------------------------------------------  ---------------
    hyper-scale decoder      3.3      K1, K3, K1, PS(4), |.|; 32 bits, z_hat -> s0                 `hyperscale`
    hyper decoder            4.3      K1, T4, ReLU6, K3, ReLU6, K3; z_hat -> psi                   `hyperdecoder`
    luma context model       4.4.2    per phase: K1, K3 in 5 groups (not phase 0), then K1, K1, K1 `context`
    chroma mean              4.4.3    none: psi at the positions of the phases                     `context`
    SOP luma                 4.5.1    R1, U2, ResAU, U2, ResAU, K3, ResAU, K1, PS(4)               `synthesis`
    BOP luma                 4.5.1    R1, T4, ResAU, T4, ResAU, K3, ResAU, K1, PS(4)               `synthesis`
    SOP, BOP chroma          4.5.2    K3, U2 or T4, ResAU, K3, ResAU, K1, PS(8)                    `synthesis`
    HOP luma                 4.5.1    R2, T3, ResAU, T3, CAB, ResAU, K1, PS(2), TAM, ResAU, T3     `synthesis_hop`
    HOP chroma               4.5.2    K3, T3, CAB, ResAU, K1, PS(2), TAM, ResAU, T3, PS(2)         `synthesis_hop`
    analysis BOP, HOP        4.6      3 x (K3/2, ResAU), HOP: TAM and CAB between; K3/2 (luma), K1 `analysis`
    light analysis           4.6      PU(4), K3, ResAU and R1; weights of our own                  `analysis`
    hyper encoder            4.6.1    K3, K3, K3/2, K3, K3/2 on |y|                                `hyperencoder`

From a name to the integers of a layer: `source` takes the `Layer` of a checkpoint, `layers` makes it callable
(ReLU6 before, ReLU, sum or gate after), `stencil` is its one description (taps, start value, shift).  Blocks of a
map are multiplied in one of the forms that `exact_products` chooses (`exact_tiles`, `exact_sums`, and in `exact_forms`
what they share) where the bounds of `winograd` prove that float64 carries the integers (6.6); a block beyond the bounds
takes the loops of `kernels`.  `panels` lays out filters, `exact_kernels` gathers samples, `panel_kernels` multiplies,
`tile_kernels` does so in tiles, `vector_code` is what they do innermost.  The other loops are `attention_kernels` and
`hyperscale_kernels`; `blas_threads` keeps BLAS to one thread for encoders, which multiply in floating point.

Around the layers: `movement` (shuffles, crops, padding, Q18 in and out), `latent_input` (what a synthesis network
does with its latent first), `cuts` (the part of inner maps that a window depends on), `sharing`
(threads that do a layer together).  `errors` and
`errors_hyperscale` are what a caller or a checkpoint can get wrong.
"""
