"""Work in parallel: a pool for the tiles of one picture, and batches of many files (the standard asks for neither)."""
