"""Notebook 4: what multiplicative updates make of the faces, with and without the non-negative data they need."""

import ipywidgets as widgets
import numpy as np

from lessons import factorise, figures
from lessons.explore._faces import SIDE, centred, photographs, start
from lessons.explore._panel import Picture, choice, explorer, fit, follow, number, progress_bar, step_axis, steps

STEPS = steps(1000)
_RUNS = {}  # by (K, seed, is_centred): slow to compute, so kept


def _run(K, seed, is_centred, bar):
    key = K, seed, is_centred
    if key not in _RUNS:
        R = centred() if is_centred else photographs()
        dictionaries, losses = follow(
            lambda P, Q: factorise.multiplicative_step(R, P, Q), R, *start(R, K, seed), STEPS, bar
        )
        _RUNS[key] = dictionaries, losses, factorise.smallest_error(R, K) ** 2, np.sum(R**2)
    return _RUNS[key]


def parts():
    """Atoms as they form under multiplicative updates; feed them centred faces and the signs come back."""
    picture = Picture(4.1, figures.PHOTO, figures.SIGNED)
    left, right = picture.figure.subplots(1, 2, width_ratios=[1, 1.15])
    left.axis("off")
    atoms = left.imshow(np.zeros((1, 1)))
    left.set(title="atoms, each over its largest entry", xlim=(0, 1), ylim=(0, 1))
    verdict = left.text(0.5, 0.5, "", transform=left.transAxes, fontsize=14)
    curve = right.plot([], [], color=figures.COLOURS[0], linewidth=2)[0]
    floor_line = right.plot([], [], color="black", linewidth=1, linestyle=":")[0]
    point = right.plot([], [], "o", color=figures.COLOURS[1], markersize=9)[0]
    right.set(title="squared error (dotted: SVD floor)", ylim=(10, 1e7), yscale="log")
    step_axis(right, STEPS[-1])
    bar = progress_bar()

    def draw(step, K, seed, is_centred):
        dictionaries, losses, floor, size = _run(K, seed, is_centred, bar)
        alive = STEPS.index(step) < len(dictionaries)
        Q = dictionaries[STEPS.index(step)] if alive else np.full((SIDE**2, K), np.nan)
        largest = np.abs(Q).max(axis=0)
        sheet = figures._sheet((Q / np.where(largest > 0, largest, 1)).T.reshape(K, SIDE, SIDE), int(np.ceil(K**0.5)))
        signed = np.any(Q < 0)
        atoms.set(cmap=figures.SIGNED if signed else figures.PHOTO, clim=(-1 if signed else 0, 1))
        fit(atoms, sheet)
        verdict.set_text("" if alive else f"overflow in step {len(losses) - 1}")
        curve.set_data(np.arange(len(losses)), np.minimum(losses, 1e12))
        floor_line.set_data([0, STEPS[-1]], [floor, floor])
        point.set_data([step] if alive else [], [min(losses[step], 1e12)] if alive else [])
        data = "Centred" if is_centred else "Non-negative"
        if alive:
            sentence = (
                f"{data} faces, K = {K}, start {seed}, step {step}: squared error {losses[step]:.4g} "
                f"(floor {floor:.4g}), relative error {np.sqrt(losses[step] / size):.3f}. "
                f"Of the atoms' entries {np.mean(Q < 0):.0%} are negative; "
                f"mean sparseness {np.mean([factorise.sparseness(atom) for atom in Q.T]):.2f}."
            )
        else:
            sentence = f"{data} faces, K = {K}, start {seed}: the error overflows in step {len(losses) - 1}."
        rises = np.sum(np.diff(losses) > 1e-9 * losses[:-1])
        sentence += f" The error rises in {rises} of {len(losses) - 1} steps."
        return picture.png(atoms, verdict, floor_line, curve, point), sentence

    controls = {
        "step": choice("step", 100, STEPS),
        "K": choice("number of atoms K", 16, [2, 4, 9, 16, 25], continuous=False),
        "seed": number("start", 1, 0, 19, 1, continuous=False),
        "is_centred": widgets.Checkbox(description="centre the faces first"),
    }
    return explorer(controls, draw, play="step", bar=bar)
