"""Notebook 6: pixels that were hidden, and what K atoms make of those that were seen."""

import functools

import matplotlib as mpl
import numpy as np

from lessons import factorise, figures
from lessons.explore._panel import Picture, bare_image, choice, computing, explorer, number, progress_bar
from lessons.explore._runs import SIDE, photographs, start

ATOMS = [1, 2, 4, 6, 8, 12, 16, 24, 32]
SHARES = [10, 30, 50, 70, 90]  # per cent of the pixels
STEPS = 500
BAR = progress_bar()


@functools.cache
def _run(share):
    """The mask, the guesses for every K, and the errors of the seen and of the hidden pixels, (2, len(ATOMS))."""
    R = photographs()
    seen = np.random.RandomState(0).rand(*R.shape) >= share / 100
    guesses, errors = [], []
    with computing(BAR, "computing", len(ATOMS)):
        for K in ATOMS:
            P, Q = start(R, K, seed=1)
            for _ in range(STEPS):
                P, Q = factorise.masked_step(R, seen, P, Q)
            guesses.append(P @ Q.T)
            errors.append([factorise.hidden_error(R, mask, P, Q) for mask in (~seen, seen)])
            BAR.value += 1
    return seen, guesses, np.transpose(errors)


def hidden():
    """A face of which only some pixels are seen, the guess of K atoms, and both errors over K."""
    R = photographs()
    picture = Picture(4.1, figures.PHOTO)
    titles = [["face", "what is seen", "relative error"], ["guess", "seen and guess", "relative error"]]
    axes = picture.figure.subplot_mosaic(titles, width_ratios=[1, 1, 2.4])
    right = axes.pop("relative error")
    cmap = mpl.colormaps[figures.PHOTO].with_extremes(bad=figures.GAP)
    images = [bare_image(axis, title, SIDE, cmap=cmap) for title, axis in axes.items()]
    colours = figures.COLOURS[:2]
    curves = [right.plot([], [], color=c, linestyle=s, linewidth=2)[0] for c, s in zip(colours, figures.STYLES)]
    points = [right.plot([], [], mark, color=c, markersize=9)[0] for c, mark in zip(colours, figures.MARKERS)]
    right.legend(points, ["seen", "hidden"], loc="upper right")
    right.set(title="relative error", xlabel="number of atoms K", xscale="log", xlim=(0.9, 36), ylim=(0, 0.4))
    right.set_xticks(ATOMS, [str(K) for K in ATOMS])
    right.minorticks_off()

    def draw(K, face, share):
        seen, guesses, errors = _run(share)
        column = ATOMS.index(K)
        shown, guess = seen[face], guesses[column][face]
        faces = R[face], np.where(shown, R[face], np.nan), guess, np.where(shown, R[face], guess)
        for image, pixels in zip(images, faces):
            image.set_data(pixels.reshape(SIDE, SIDE))
        for curve, point, values in zip(curves, points, errors):
            curve.set_data(ATOMS, values)
            point.set_data([K], [values[column]])
        missed = R[face] - guess
        own = [np.linalg.norm(missed[mask]) / np.linalg.norm(R[face][mask]) for mask in (shown, ~shown)]
        best = ATOMS[np.argmin(errors[1])]
        return (
            f"{share} % of the pixels hidden, K = {K}: relative error {errors[0, column]:.3f} of the seen and "
            f"{errors[1, column]:.3f} of the hidden pixels; of face {face}, {own[0]:.3f} and {own[1]:.3f}. "
            f"Of the K tried, the hidden error is lowest at K = {best}, {errors[1].min():.3f}."
        )

    controls = {
        "K": choice("number of atoms K", 8, ATOMS),
        "face": number("face", 0, 0, len(R) - 1, 1),
        "share": choice("per cent hidden", 70, SHARES, continuous=False),
    }
    return explorer(picture, [*images, *curves, *points], controls, draw, BAR)
