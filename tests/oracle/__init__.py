"""A slow decoder on whole planes, each stage as the chapters write it: what the windowed stages are compared with.

It shares networks, entropy coding and single filters with refdec, and none of the code that cuts into windows.
"""
