"""Doors into other libraries' picture formats: Pillow and imageio read and write `.jai` once these modules are imported."""
