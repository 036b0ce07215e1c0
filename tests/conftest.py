"""What holds for every test."""

import os
import tempfile
from pathlib import Path

import pytest
from hypothesis import settings

# Two workers share two cores and each starts kernels of its own, so more threads would only get in each other's way;
# and with one thread a sum is always added up in the same order. Set here, before numpy is imported, and inherited by
# workers and kernels.
for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(name, "1")

# What a child process prints is read as UTF-8; on Windows it would write in the code page of the country.
os.environ.setdefault("PYTHONUTF8", "1")

# Where the home cannot be written an empty folder takes its place, or matplotlib would complain into the first notebook, and
# npm would not start. It goes with the last of the processes that share it.
if not os.access(Path.home(), os.W_OK):
    home = tempfile.TemporaryDirectory(prefix="home-")
    os.environ["HOME"] = home.name

# The same examples in every run, and none judged by the clock.
settings.register_profile("lessons", derandomize=True, deadline=None)
settings.load_profile("lessons")


def pytest_addoption(parser):
    parser.addoption(
        "--slow", action="store_true", help="run the tests marked slow too: claims at many steps and starts"
    )


def pytest_configure(config):
    config.addinivalue_line("markers", "slow: takes half a minute and more; runs with --slow only")


def pytest_collection_modifyitems(config, items):
    if not config.getoption("--slow"):
        for item in items:
            if item.get_closest_marker("slow"):
                item.add_marker(pytest.mark.skip(reason="slow: run with --slow"))
