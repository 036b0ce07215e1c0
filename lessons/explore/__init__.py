"""Explorers: move a slider and see the mathematics. Each function returns a widget; show it as a cell's last expression.

>>> from lessons import explore
>>> explore.lego()
"""

import importlib

# Each explorer's module is loaded when it is asked for, so that a notebook alone carries only those that it shows.
HOMES = {
    "lego": "_lego",
    "dictionary_error": "_lego",
    "scaling": "_scaling",
    "valley": "_scaling",
    "descent": "_faces",
    "rank": "_faces",
    "parts": "_nmf",
    "recipe": "_one_objective",
    "hidden": "_hidden",
}
__all__ = list(HOMES)


def __getattr__(name):
    if name not in HOMES:
        raise AttributeError(f"explore has {', '.join(HOMES)}, but {name} came.")
    return getattr(importlib.import_module(f"lessons.explore.{HOMES[name]}"), name)
