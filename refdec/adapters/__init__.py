"""Doors into other libraries: Pillow and imageio read and write `.jai` once these modules are imported."""
