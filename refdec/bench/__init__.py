"""Measurements of refdec: speed, memory, scaling; rate and distortion; retrieval.  Nothing here decodes for anybody."""
