"""Fuzzing: targets, mutators that keep the framing valid, a harness for atheris, and a deterministic mutation campaign.

`make fuzz` runs all targets; `python -m tests.fuzz.mutations --count N` runs the campaign (docs/hardening.md).
"""
