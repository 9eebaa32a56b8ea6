"""Tests of the modules of the encoder `refine`."""
