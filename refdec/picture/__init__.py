"""From the synthesis networks to the output picture: planes, filters, colour, codes (chapter 5)."""
