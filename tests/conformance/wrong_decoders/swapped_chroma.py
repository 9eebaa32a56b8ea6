"""The second and the third plane are exchanged."""

from stand_in import decoded, write

picture, out = decoded()
first, second, third = picture.components
write(picture, out, first, third, second)
