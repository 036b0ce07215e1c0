"""Explorers: move a slider and see the mathematics. Each function returns a widget; show it as a cell's last expression.

>>> from lessons import explore
>>> explore.lego()
"""

from lessons.explore._faces import descent, rank
from lessons.explore._lego import dictionary_error, lego
from lessons.explore._nmf import parts
from lessons.explore._one_objective import recipe
from lessons.explore._scaling import scaling, valley

__all__ = ["lego", "dictionary_error", "scaling", "valley", "descent", "rank", "parts", "recipe"]
