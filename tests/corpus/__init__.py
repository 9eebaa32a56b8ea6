"""Picture files of every kind, made here, that go through a HEIF file without loss and back (docs/kept.md)."""
