"""The decoder's stages: each takes the frozen values of the stage before and returns its own."""
