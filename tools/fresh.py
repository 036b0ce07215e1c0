"""Cases with other numbers than those of an exercise, so that an answer which knows these by heart is seen."""

import numpy as np

from lessons.compare import close


def cases(exercise, rng):
    """Cases like the known ones with other numbers: zeros and signs stay, sizes change by up to a half."""
    return [tuple(_like(value, rng) for value in case) for case in exercise.cases]


def _like(value, rng):
    if not isinstance(value, np.ndarray) or value.dtype.kind != "f":
        return value
    square = value.T @ value if value.ndim == 2 else None
    if square is not None and close(square, np.eye(len(square))):
        return np.linalg.qr(rng.normal(size=value.shape))[0]
    return value * rng.uniform(0.5, 1.5, size=value.shape)
