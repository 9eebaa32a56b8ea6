"""Integer arithmetic of chapter 6: number formats, roundings, and functions by table."""
