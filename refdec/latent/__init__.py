"""Scale path and latents (chapter 3, 6.3.3, 6.3.4): sigma indices, mask, residual, LSBS, and their encoder side."""
