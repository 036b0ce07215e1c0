"""Measurements, never assertions: `python -m benchmarks` runs all, `python -m benchmarks steps` one."""
