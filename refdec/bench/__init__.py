"""Measurements of refdec on the machine at hand: speed, memory, scaling.  Nothing here decodes for anybody."""
