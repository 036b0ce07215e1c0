"""Part of the check: how results are compared, and put into words."""

import math
import re

import numpy as np

# How far a number may be off, as a share of the largest number that should come out.
TOLERANCE = 1e-5
# Where nothing but rounding should come out, a share of the largest number that went in: squaring and taking the root
# again turns a zero into the root of the rounding.
ZERO, ZERO_TOLERANCE = 1e-9, 1e-7


def close(a, b, scale=()):
    """Whether two results agree to 1e-5 of the largest number expected; pairs are compared part by part.

    Where the expected b is zero to rounding beside `scale`, the arguments or the largest number in them, so may a be.
    """
    if isinstance(b, (tuple, list)):
        return isinstance(a, (tuple, list)) and len(a) == len(b) and all(close(x, y, scale) for x, y in zip(a, b))
    if np.shape(a) != np.shape(b):
        return False
    if isinstance(b, (bool, np.bool_)):
        return isinstance(a, (bool, np.bool_, np.ndarray)) and bool(a) == bool(b)
    if np.iscomplexobj(a) or np.iscomplexobj(b):
        return False
    a, b = np.asarray(a, dtype=float), np.asarray(b, dtype=float)
    expected, off = largest(b), np.abs(a - b)
    worst = off.max(initial=0.0)
    if worst <= TOLERANCE * expected:
        return True
    # Two infinite entries, or two that are NaN, are no distance apart.
    if not math.isfinite(worst) and np.all((off <= TOLERANCE * expected) | (a == b) | (np.isnan(a) & np.isnan(b))):
        return True
    given = _given(scale)
    return expected <= ZERO * given and bool(np.all(off <= ZERO_TOLERANCE * given))


def distance(a, b, scale=()):
    """The largest difference between two results as a share of the largest number expected; the larger one of a pair.

    Where the expected b is zero to rounding beside `scale`, it is a share of that, as in `close`.
    """
    if isinstance(b, (tuple, list)):
        return max(distance(x, y, scale) for x, y in zip(a, b))
    a, b = np.asarray(a, dtype=float), np.asarray(b, dtype=float)
    expected, given = largest(b), _given(scale)
    size = given if expected <= ZERO * given else expected
    return float(np.max(np.abs(a - b), initial=0.0)) / (size or 1.0)


def _given(scale):
    return scale if isinstance(scale, float) else max([0.0, *map(largest, scale)])


def largest(value):
    """The largest finite size of a number in an array; 0 for what is not one."""
    if not isinstance(value, (np.ndarray, float, np.floating)):
        return 0.0
    sizes = np.abs(np.asarray(value, dtype=float))
    most = float(sizes.max(initial=0.0))
    return most if math.isfinite(most) else float(np.max(sizes, initial=0.0, where=np.isfinite(sizes)))


def describe(value):
    """A value in a few words: numbers where they are few, kind and shape where they are many."""
    if isinstance(value, (tuple, list)):
        inside = ", ".join(describe(part) for part in value[:4]) + (", ..." if len(value) > 4 else "")
        return f"({inside})" if isinstance(value, tuple) else f"[{inside}]"
    if isinstance(value, np.ndarray) and value.ndim:
        if value.size <= 16 and value.dtype.kind in "fiu":
            numbers = np.array2string(
                value, separator=", ", formatter={"float_kind": lambda number: f"{number + 0.0:.4g}"}
            )
            return re.sub(r"\s+", " ", numbers)
        return f"an array of shape {value.shape}"
    if isinstance(value, (float, np.floating, np.ndarray)) and np.asarray(value).dtype.kind == "f":
        return f"{float(value):.6g}"
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, (str, int, float, complex, type(None), type(...))) and len(repr(value)) <= 60:
        return repr(value)
    return f"a {type(value).__name__}"


def first_off(came, expected):
    """Where an array too large to be shown goes wrong first, in words; "" for what can be shown."""
    large = (
        isinstance(came, np.ndarray)
        and isinstance(expected, np.ndarray)
        and came.size > 16
        and came.dtype.kind in "fiu"
    )
    if not large or np.shape(expected) != came.shape:
        return ""
    off = np.argwhere(~np.isclose(came, expected, rtol=0, atol=TOLERANCE * largest(expected), equal_nan=True))
    if not len(off):
        return ""
    place = tuple(int(index) for index in off[0])
    return f", the right one, but from entry {list(place)} = {came[place]:.4g} on the values are off"


def unlike(result, like, finite=True):
    """What is wrong with the kind, the shape or the numbers of a result, in words, and the mistake if it has a name."""
    if result is None:
        return "it returned None", "returns_nothing"
    if isinstance(like, tuple):
        if not isinstance(result, (tuple, list)) or len(result) != len(like):
            return f"it should return {len(like)} arrays, but returned {_kind(result)}", None
        for number, (part, part_like) in enumerate(zip(result, like), start=1):
            problem, mistake = unlike(part, part_like, finite)
            if problem:
                return f"the result number {number} of {len(like)} is off: {problem}", mistake
        return None, None
    if isinstance(like, (bool, np.bool_)):
        right = isinstance(result, (bool, np.bool_)) or (type(result) is np.ndarray and result.dtype == bool)
        right = right and np.ndim(result) == 0
        return (None, None) if right else (f"it should return True or False, but returned {_kind(result)}", None)
    wanted = "an array" if np.ndim(like) else "a single number"
    if isinstance(result, np.ndarray) and type(result) is not np.ndarray:
        # In np.matrix, say, `*` and `**` mean something else.
        return f"it should return a plain array, but returned a {type(result).__name__}", "another_kind_of_array"
    if not isinstance(result, (np.ndarray, np.number, int, float)) or isinstance(result, bool):
        key = "returns_text" if isinstance(result, str) else None
        key = "returns_a_list" if isinstance(result, list) and np.ndim(like) else key
        return f"it should return {wanted}, but returned {_kind(result)}", key
    if np.shape(result) != np.shape(like):
        shape = f"{wanted} of shape {np.shape(like)}" if np.ndim(like) else wanted
        return f"it should return {shape}, but returned {_kind(result)}", None
    kind = result.dtype.kind if isinstance(result, (np.ndarray, np.generic)) else "f"
    if kind == "b":
        return "it should return numbers, but the entries are True and False", "returns_booleans"
    if kind not in "fiu":
        key = "complex_numbers" if kind == "c" else None
        return f"it should return real numbers, but the entries are {result.dtype}", key
    broken = int(np.sum(~np.isfinite(result))) if finite else 0
    if broken:
        number = f"{broken} of {np.size(result)} entries are" if np.ndim(result) else "the number is"
        return f"{number} NaN or infinite", None
    return None, None


def _kind(value):
    if isinstance(value, (tuple, list)):
        return f"a {type(value).__name__} of {len(value)}"
    if isinstance(value, np.ndarray) and value.ndim:
        return f"an array of shape {value.shape}"
    return describe(value)


def finite(value):
    """Whether a result holds finite numbers only, and numbers at all."""
    if isinstance(value, (tuple, list)):
        return all(map(finite, value))
    try:
        return bool(np.all(np.isfinite(value)))
    except TypeError:
        return False
