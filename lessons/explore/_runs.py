"""What the explorers of notebooks 3, 4 and 6 share: small faces, one a row, and runs over them that are slow."""

import functools

import numpy as np

from lessons import datasets, factorise, figures
from lessons.explore._panel import computing

SIDE = 16


@functools.cache
def photographs():
    """The first 100 faces, one a row, (100, 256)."""
    return datasets.faces(100, SIDE).reshape(100, -1).astype(float)


@functools.cache
def centred():
    return factorise.centre(photographs())


def start(R, K, seed):
    rng = np.random.RandomState(seed)
    return rng.rand(len(R), K), rng.rand(R.shape[1], K)


def steps(last):
    """The steps at which a run is kept, dense where it moves fast: 0 to 10, then about twenty a decade, up to `last`."""
    decade = [10, 11, 12, 13, 14, 16, 18, 20, 22, 25, 28, 32, 35, 40, 45, 50, 56, 63, 70, 80, 90]
    later = [mantissa * power for power in (1, 10, 100) for mantissa in decade]
    return [*range(10), *(step for step in later if step <= last)]


def follow(step, R, K, seed, stops, bar):
    """Track a run of step(R, P, Q) over R (N, M), and keep its dictionary at some steps: `stops` increase from 0.

    Returns (dictionaries, losses): arrays (M, K) by step, for each stop before the error overflowed, and all errors.
    """
    P, Q = start(R, K, seed)
    dictionaries, losses = {0: Q}, np.array([np.sum((R - P @ Q.T) ** 2)])
    with computing(bar, "computing", stops[-1]):
        for begin, stop in zip(stops, stops[1:]):
            P, Q, more = factorise.track(functools.partial(step, R), R, P, Q, stop - begin)
            losses = np.concatenate([losses, more[1:]])
            if not np.isfinite(losses[-1]):
                break
            dictionaries[stop] = Q
            bar.value = stop
    return dictionaries, losses


def atoms_and_losses(picture, ratio, room, limits, last):
    """Prepare a run's atoms, and beside them its losses with the floor and the step that is shown.

    `ratio` is the width of the atoms over that of the losses; `room` the shape (columns, rows) of the space for the
    atoms; `limits` are those of the losses, and `last` is the last step.
    Returns (fill, atoms, artists): fill(step, Q, columns, losses, floor) shows the atoms Q (M, K) of a step, so many in a
    row, or None where the run had overflowed before it; the image of the atoms; what moves.
    """
    left, right = picture.figure.subplots(1, 2, width_ratios=[ratio, 1])
    atoms = left.imshow(np.zeros((1, 1)), cmap=figures.SIGNED, vmin=-1, vmax=1)
    left.set(title="atoms", xlim=(0, room[0]), ylim=(0, room[1]))
    left.axis("off")
    verdict = left.text(0.5, 0.5, "", transform=left.transAxes, fontsize=14)
    curve = right.plot([], [], color=figures.COLOURS[0], linewidth=2)[0]
    floor_line = right.plot([], [], color="black", linewidth=1, linestyle=":")[0]
    point = right.plot([], [], "o", color=figures.COLOURS[1], markersize=9)[0]
    right.set(title="squared error (dotted: SVD floor)", xlabel="step", ylim=limits, yscale="log")
    right.set_xscale("symlog", linthresh=1)
    right.set(xlim=(0, last * 1.2), xticks=[0, 1, 10, 100, 1000])
    right.xaxis.set_major_formatter("{x:g}")

    def fill(step, Q, columns, losses, floor):
        alive, drawn = Q is not None, np.minimum(losses, 1e12)
        atoms.set_data(figures.sheet(Q.T.reshape(-1, SIDE, SIDE), columns) if alive else [[np.nan]])
        height, width = atoms.get_size()
        size = np.array([width, height]) * min(room[0] / width, room[1] / height)  # as large as there is room for it
        low, high = (room - size) / 2, (room + size) / 2
        atoms.set_extent((low[0], high[0], low[1], high[1]))
        verdict.set_text("" if alive else f"diverged\noverflow in step {len(losses) - 1}")
        curve.set_data(np.arange(len(losses)), drawn)
        floor_line.set_data([0, last], [floor, floor])
        point.set_data(([step], [drawn[step]]) if alive else ([], []))

    return fill, atoms, [atoms, verdict, floor_line, curve, point]
