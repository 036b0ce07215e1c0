"""Notebook 4: what multiplicative updates make of the faces, with and without the non-negative data they need."""

import functools

import ipywidgets as widgets
import numpy as np

from lessons import factorise, figures
from lessons.explore._panel import Picture, choice, explorer, number, progress_bar
from lessons.explore._runs import atoms_and_losses, centred, follow, photographs, steps

STEPS = steps(1000)
BAR = progress_bar()


@functools.cache
def _run(K, seed, is_centred):
    R = centred() if is_centred else photographs()
    run = follow(factorise.multiplicative_step, R, K, seed, STEPS, BAR)
    return *run, factorise.smallest_error(R, K) ** 2, np.sum(R**2)


def parts():
    """Atoms as they form under multiplicative updates; feed them centred faces and the signs come back."""
    picture = Picture(4.1, figures.PHOTO, figures.SIGNED)
    fill, atoms, artists = atoms_and_losses(picture, 0.87, (1, 1), (10, 1e7), STEPS[-1])
    atoms.axes.set_title("atoms, each over its largest entry")

    def draw(step, K, seed, is_centred):
        dictionaries, losses, floor, size = _run(K, seed, is_centred)
        Q = dictionaries.get(step)
        sentence = f"{'Centred' if is_centred else 'Non-negative'} faces, K = {K}, start {seed}"
        if Q is None:
            sentence += f": the error overflows in step {len(losses) - 1}."
        else:
            Q = Q / np.maximum(np.abs(Q).max(axis=0), 1e-300)
            signed = np.any(Q < 0)
            atoms.set(cmap=figures.SIGNED if signed else figures.PHOTO, clim=(-1 if signed else 0, 1))
            sentence += (
                f", step {step}: squared error {losses[step]:.4g} "
                f"(floor {floor:.4g}), relative error {np.sqrt(losses[step] / size):.3f}. "
                f"Of the atoms' entries {np.mean(Q < 0):.0%} are negative; "
                f"mean sparseness {np.mean([factorise.sparseness(atom) for atom in Q.T]):.2f}."
            )
        rises = np.sum(np.diff(losses) > 1e-9 * losses[:-1])
        sentence += f" The error rises in {rises} of {len(losses) - 1} steps."
        fill(step, Q, int(np.ceil(K**0.5)), losses, floor)
        return sentence

    controls = {
        "step": choice("step", 100, STEPS),
        "K": choice("number of atoms K", 16, [2, 4, 9, 16, 25], continuous=False),
        "seed": number("start", 1, 0, 19, 1, continuous=False),
        "is_centred": widgets.Checkbox(description="centre the faces first"),
    }
    return explorer(picture, artists, controls, draw, BAR)
