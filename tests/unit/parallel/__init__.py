"""Tests of refdec.parallel; a package, so that spawned workers can import `tests.unit.parallel.work`."""
