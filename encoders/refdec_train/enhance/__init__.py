"""Heads of the task `enhance`: latents of a spoilt picture become those of a good one.

In: good pictures, and a pack of weights.  Out: for each of its models a head file.  `spoiling` makes bad pictures of
good ones, `networks` has the network that is trained, with the steps and integers that refdec walks,
`recipes` says for each task what is spoilt and how long is trained, and `training` trains: pictures are spoilt and
coded anew in every step, by the trainable twin of the codec (`refdec_train.codec_twin`), so that none is seen twice.
"""
