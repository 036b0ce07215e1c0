"""Notebook 3: gradient descent as it runs, and what more atoms buy. One face is a row."""

import functools

import numpy as np

from lessons import factorise, figures
from lessons.explore._panel import Picture, bare_image, choice, explorer, number, progress_bar
from lessons.explore._runs import SIDE, atoms_and_losses, centred, follow, photographs, steps

STEPS = steps(5000)
BAR = progress_bar()


@functools.cache
def floors():
    """The squared error that the best K atoms leave of the centred faces, for K = 0 to 100."""
    squares = np.linalg.svd(centred(), compute_uv=False) ** 2
    return np.append(np.cumsum(squares[::-1])[::-1], 0)


@functools.cache
def _run(alpha, beta, K):
    step = functools.partial(factorise.matrix_factorization, K=K, steps=1, alpha=alpha, beta=beta)
    return follow(step, centred(), K, 1, STEPS, BAR)


def descent():
    """Gradient descent from the tutorial's start: atoms as they form, the loss against the floor, or its divergence."""
    picture = Picture(3.6, figures.SIGNED)
    fill, atoms, artists = atoms_and_losses(picture, 1.15, (3, 2), (50, 1e6), STEPS[-1])
    picture.figure.colorbar(atoms, ax=atoms.axes, location="bottom", shrink=0.8, aspect=30, extend="both")

    def draw(step, alpha, beta, K):
        dictionaries, losses = _run(alpha, beta, K)
        Q, floor = dictionaries.get(step), floors()[K]
        if Q is None:
            sentence = f"Step {step} was never reached: the error grew from {losses[0]:.4g} to {losses[-2]:.2g}."
        else:
            sentence = (
                f"Step {step}: squared error {losses[step]:.4g}, {losses[step] / floor - 1:.1%} above the floor "
                f"{floor:.2f} of K = {K} (relative error {np.sqrt(losses[step] / floors()[0]):.3f}). "
                f"Of the atoms' entries {np.mean(Q < 0):.0%} are negative, the largest is {np.abs(Q).max():.2f}."
            )
        if not np.isfinite(losses[-1]):
            sentence += f" This run diverges: its error overflows in step {len(losses) - 1}. Take a smaller alpha."
        fill(step, Q, 2 if K == 4 else min(K, 3), losses, floor)
        return sentence

    controls = {
        "step": choice("step", 200, STEPS),
        "alpha": number("step size alpha", 0.002, 0.0002, 0.006, 0.0001, continuous=False),
        "beta": number("penalty beta", 0.02, 0.0, 2.0, 0.01, continuous=False),
        "K": number("number of atoms K", 2, 1, 6, 1, continuous=False),
    }
    return explorer(picture, artists, controls, draw, BAR)


def rank():
    """A face rebuilt from the best K atoms, what is missing, and the error of all K."""
    R, originals = centred(), photographs()
    P, Q = factorise.truncated_svd(R, len(R))
    picture = Picture(2.8, figures.PHOTO, figures.SIGNED)
    panels = picture.figure.subplots(1, 4, width_ratios=[1, 1, 1, 1.3])
    face_image, rebuilt = bare_image(panels[0], "face", SIDE), bare_image(panels[1], "from K atoms", SIDE)
    missing = bare_image(panels[2], "missing", SIDE, cmap=figures.SIGNED, vmin=-0.4, vmax=0.4)
    picture.figure.colorbar(rebuilt, ax=panels[:2], location="bottom", shrink=0.6, aspect=25)
    picture.figure.colorbar(missing, ax=panels[2], location="bottom", shrink=0.9, aspect=15, extend="both")
    errors = np.sqrt(floors() / floors()[0])
    panels[3].plot(np.arange(len(errors)), errors, color=figures.COLOURS[0], linewidth=2)
    panels[3].set(title="relative error, all faces", xlabel="K", ylim=(0, 1.02), xlim=(-2, 102))
    point = panels[3].plot([], [], "o", color=figures.COLOURS[1], markersize=9)[0]

    def draw(K, face):
        residual = R[face] - P[face, :K] @ Q[:, :K].T
        # What centring took away comes back, so that the eye can compare with the photograph.
        face_image.set_data(originals[face].reshape(SIDE, SIDE))
        rebuilt.set_data((originals[face] - residual).reshape(SIDE, SIDE))
        missing.set_data(residual.reshape(SIDE, SIDE))
        point.set_data([K], [errors[K]])
        own = np.linalg.norm(residual) / np.linalg.norm(R[face])
        return (
            f"K = {K}: the best {K} atoms leave a relative error of {errors[K]:.3f} over all 100 centred faces "
            f"and {own:.3f} of face {face}. What is missing lies between {residual.min():.2f} and {residual.max():.2f}; "
            f"the code has {K} number{'s' * (K != 1)}, the face {R.shape[1]} pixels."
        )

    controls = {"K": number("number of atoms K", 10, 0, 100, 1), "face": number("face", 0, 0, 99, 1)}
    return explorer(picture, [face_image, rebuilt, missing, point], controls, draw)
