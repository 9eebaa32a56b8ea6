"""Observers of the decoder: fingerprints of every stage, dumps of intermediates, stage timings."""
