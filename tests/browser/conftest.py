"""What holds for every test in a browser."""

import sys

import pytest


@pytest.fixture(scope="session", autouse=True)
def not_on_windows():
    if sys.platform == "win32":
        pytest.skip("browser tests do not run on Windows: they start and end servers as Unix does")
