"""Measurements for people who choose codecs: rate and distortion, retrieval (floats belong here)."""
