"""Integer arithmetic of chapter 6: number formats, roundings, and functions by table.

In: integers.  Out: integers, each by one stated rounding.

`types` names the array types that stages hand to each other.  `argument_kinds` tells numbers from other arguments.
`shown` prints values that hold arrays in a line.  `fixed` has Q18 and the roundings of 6.1 (sat32,
rshift, rdiv, rhe) on arrays.  `scalars` has the same for use inside kernels, with bitlen and the exact square root
(6.4.1); a test holds the two against each other.  `elementary` has the exponential by three tables, and from it the
logistic function and ELU (6.4.2, 6.4.3).

Functions on one number inside kernels end in `_s`; they state which arguments keep within int64, since compiled
code wraps without a word.
"""
