"""Regions and tiles (chapter 4 clauses 9 and 10, 1.6.4, 1.6.6, 5.7.4): rectangles only, no samples."""
