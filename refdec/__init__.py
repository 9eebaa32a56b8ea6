"""refdec: integer-exact reference decoder for JPEG AI."""
