"""Run the benchmarks named on the command line, or all."""

import importlib
import os
import platform
import sys

import numpy

NAMES = ["lesson", "steps", "nmf", "hidden", "review", "explorers"]


def main(names):
    unknown = set(names) - set(NAMES)
    if unknown:
        sys.exit(f"Benchmarks are {', '.join(NAMES)}, but {', '.join(sorted(unknown))} came.")
    load = f"load {os.getloadavg()[0]:.2f}" if hasattr(os, "getloadavg") else "load unknown"
    print(f"Python {platform.python_version()}, numpy {numpy.__version__}, {os.cpu_count()} cores, {load}")
    for name in names or NAMES:
        importlib.import_module(f"benchmarks.{name}").run()


main(sys.argv[1:])
