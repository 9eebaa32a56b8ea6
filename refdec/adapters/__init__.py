"""Doors into other libraries: Pillow and imageio read and write `.jai` once these modules are imported.

In: calls of the other library.  Out: calls of `refdec.decode` and `refdec.encode`, and their arrays.

`pillow` registers a format, so that `Image.open("x.jai")` and `im.save("x.jai", bpp=0.5)` work; `imageio` a plugin
for `imread` and `imwrite`; both get what they show by `pixels`.  Their functions `register()` are initializers for
spawned workers.  Importing refdec imports neither of them.  They add nothing to what is decoded: options and errors
are those of the Python interface.
"""
