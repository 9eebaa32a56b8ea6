"""What the commands do with files, without printing: one library function each, called by `refdec.cli`."""
