"""The mathematics: what the functions of `factorise` accept, in one line each, and what is said of the rest."""

import functools
import inspect

import numpy as np


def expects(**specs):
    """Decorator that checks arguments by name before the function runs.

    X="d n" asks for an array of two dimensions, where a letter stands for the same number in every argument; A="k n|k"
    for one of two such shapes; v="" for an array of any shape. After a comma: "nonnegative", no entry below 0; "or none",
    there may be no entries; "mask", True and False, or 1 and 0; "some hidden", a 0 among them; "where seen", what is
    hidden by the argument `seen` may be NaN. steps="from 0" asks for a whole number, 0 or more; K="rank R" for one from 0
    to the smaller side of R, and equal to the dimension K where an array has fixed it. A K that is no argument stands for
    that dimension.
    """

    def decorate(function):
        names = list(inspect.signature(function).parameters)

        @functools.wraps(function)
        def checked(*args, **kwargs):
            given, sizes = {**dict(zip(names, args)), **kwargs}, {}
            for name, spec in specs.items():
                if name in given or name in sizes:
                    _check(name, given.get(name, sizes.get(name)), spec, given, sizes)
            return function(*args, **kwargs)

        return checked

    return decorate


def _check(name, value, spec, given, sizes):
    kind, _, detail = spec.partition(" ")
    if kind == "from":
        _check_count(name, value, int(detail))
    elif kind == "rank":
        if detail in given:
            _check_rank(name, value, np.shape(given[detail]), sizes.get(name))
    else:
        shape, *options = spec.split(", ")
        shapes = [letters.split() for letters in shape.split("|")]
        _check_kind(name, value, shapes, "mask" in options)
        if shape:
            _check_shape(name, value, shapes, sizes)
        if "where seen" in options:
            value = np.where(given.get("seen"), value, 0)
        _check_entries(name, value, options)


def _check_kind(name, value, shapes, is_mask):
    is_array = isinstance(value, np.ndarray)
    if is_mask and not (is_array and value.dtype.kind in "bfiu" and np.isin(value, (0, 1)).all()):
        came = f"holds {np.unique(value)[:3]}, say" if is_array else f"is a {type(value).__name__}"
        raise TypeError(
            f"{name} should be an array of True and False, or 1 and 0, but {came}. A comparison makes one, as in `R > 0`."
        )
    if not is_array:
        wanted = " or".join(f" ({', '.join(letters)})" for letters in shapes if letters)
        came = type(value).__name__
        raise TypeError(f"{name} should be an array{wanted}, but is a {came}. Try np.array({name}).")
    if not is_mask and (value.dtype.kind not in "fi" or value.dtype.itemsize < 4):
        # Bytes of a photograph, say, overflow when they are squared.
        raise TypeError(f"{name} should hold real numbers, but holds {value.dtype}. Try {name}.astype(float).")


def _check_shape(name, value, shapes, sizes):
    letters = next((letters for letters in shapes if len(letters) == value.ndim), shapes[0])
    clash = any(sizes.get(letter, size) != size for letter, size in zip(letters, value.shape))
    if value.ndim != len(letters) or clash:
        known = ", ".join(str(sizes.get(letter, letter)) for letter in letters)
        raise ValueError(
            f"{name} should have shape ({', '.join(letters)}) = ({known}) to fit the other arguments, "
            f"but has shape {value.shape}. Look for a missing transpose or two arguments in the wrong order."
        )
    sizes.update(zip(letters, value.shape))


def _check_entries(name, value, options):
    if not value.size and "or none" not in options:
        raise ValueError(f"{name} should have entries, but has shape {value.shape}. Look at how it was cut out.")
    # The sum is quick and finite for all but broken (or astronomically large) data; only then look closer.
    if not np.isfinite(value.sum()) and not np.isfinite(value).all():
        bad = np.argwhere(~np.isfinite(value))
        raise ValueError(
            f"{name} should hold finite numbers, but {len(bad)} of its {value.size} entries are NaN or infinite "
            f"(the first at {tuple(int(i) for i in bad[0])}). Fill or drop them first."
        )
    if "nonnegative" in options and np.min(value) < 0:
        raise ValueError(
            f"{name} should have no negative entry, but its smallest is {np.min(value):.4g}. "
            "Use the data before centring; a factor starts from rng.rand."
        )
    if "some hidden" in options and value.all():
        raise ValueError(f"{name} should hide at least one entry, but hides none. Where should the error be taken?")


def _check_count(name, count, least):
    if isinstance(count, bool) or not isinstance(count, (int, np.integer)):
        raise TypeError(f"{name} should be a whole number, but is {count!r}. Try int({name}).")
    if count < least:
        raise ValueError(f"{name} should be {least} or more, but is {count}. Take a larger one.")


def _check_rank(name, rank, shape, fixed):
    _check_count(name, rank, 0)
    if rank > min(shape):
        raise ValueError(
            f"{name} should be at most {min(shape)} for a matrix of shape {shape}, but is {rank}. Take fewer atoms."
        )
    if fixed is not None and rank != fixed:
        raise ValueError(
            f"{name} should be {fixed}, the number of columns of the start, but is {rank}. Make them agree."
        )
