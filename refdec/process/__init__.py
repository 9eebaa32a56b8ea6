"""Processes of our own: their heap, their compiled kernels, their time."""
