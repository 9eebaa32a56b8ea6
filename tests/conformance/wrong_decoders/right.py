"""No bug."""

from stand_in import decoded, write

write(*decoded())
