"""Notebook 1: sets, packs and models; what one wrong entry of the dictionary does."""

import ipywidgets as widgets
import numpy as np
from matplotlib.collections import PolyCollection
from matplotlib.patches import Rectangle

from lessons import datasets, factorise, figures
from lessons.explore._panel import Picture, equation, explorer, number

PACKS = ["A", "B", "C", "D"]
MODELS = ["small house", "big house", "small plane", "big plane"]
SETS = np.array([[1, 2], [1, 1], [1, 2], [1, 1]], dtype=float)
CODES = np.array([[1, 2, 0, 0], [0, 0, 1, 2]], dtype=float)
MOST = 3  # of each set
ACROSS = [-0.4, 0.4, 0.4, 0.3, 0.3, 0.1, 0.1, -0.1, -0.1, -0.3, -0.3, -0.4]
UP = [0, 0, 0.8, 0.8, 1, 1, 0.8, 0.8, 1, 1, 0.8, 0.8]
BRICK = np.transpose([ACROSS, UP])  # the outline of a brick with two studs


def lego():
    """So many of set 1 and so many of set 2: which packs does that take, and which model is it?"""
    models = datasets.lego()
    picture = Picture(3.6, figures.MATRIX)
    left, right = picture.figure.subplots(1, 2, width_ratios=[1, 1.15])
    room = MOST * SETS.sum(axis=1).max() + 2  # for the highest pile, and the legend above it
    left.set(title="Packs, brick by brick", xlabel="pack", ylabel="number of bricks", xlim=(-0.6, 3.6), ylim=(0, room))
    left.set_xticks(range(4), PACKS)
    bricks = [
        left.add_collection(PolyCollection([], facecolor=colour, edgecolor="white", label=f"from set {number}"))
        for number, colour in ((1, figures.COLOURS[0]), (2, figures.COLOURS[5]))
    ]
    left.legend(loc="upper center", ncols=2)
    terms = ("D", SETS), "×", ("α", CODES[:, :1]), "=", ("x = D α", models[:, :1])
    fill, artists = equation(right, *terms, rows=PACKS, cmap=figures.MATRIX, vmin=0, vmax=9)
    answer = right.text(2.65, 5, "", ha="center", va="center", fontsize=13)
    right.set_ylim(5.5, -0.7)

    def draw(set_1, set_2):
        code = np.array([[set_1], [set_2]], dtype=float)
        packs = factorise.reconstruct(SETS, code)
        bottom = np.zeros(4)
        for collection, atom, count in zip(bricks, SETS.T, code[:, 0]):
            collection.set_verts([BRICK + (p, bottom[p] + n) for p in range(4) for n in range(int(atom[p] * count))])
            bottom += atom * count
        fill(SETS, code, packs)
        which = [f"the {name}" for name, model in zip(MODELS, models.T) if np.array_equal(model, packs[:, 0])]
        model = which[0] if which else "none of the four models"
        answer.set_text(model)
        counts = ", ".join(f"{count:.0f} of {pack}" for pack, count in zip(PACKS, packs[:, 0]))
        return f"{set_1} × set 1 + {set_2} × set 2 takes {packs.sum():.0f} packs: {counts}. That is {model}."

    controls = {"set_1": number("set 1", 1, 0, MOST, 1), "set_2": number("set 2", 0, 0, MOST, 1)}
    return explorer(picture, [*bricks, *artists, answer], controls, draw)


def dictionary_error():
    """Move one entry of D and see E = X - D A, its norm and the error of every sample."""
    X = datasets.lego()
    picture = Picture(3.3, figures.SIGNED)
    left, right = picture.figure.subplots(1, 2, width_ratios=[2.6, 1])
    terms = ("D", SETS), "", ("A", CODES), "", ("E = X − D A", X)
    fill, artists = equation(left, *terms, rows=PACKS, cmap=figures.SIGNED, vmin=-4, vmax=4)
    for row, pack in enumerate(PACKS):
        left.text(7.8, row + 0.5, pack, ha="right", va="center")
    moved = left.add_patch(Rectangle((0, 0), 1, 1, fill=False, edgecolor="black", linewidth=2.5))
    bars = right.barh(MODELS, [0] * 4, color=figures.COLOURS[0])
    right.set(title="error of each model", xlim=(0, 8), xlabel="||x − D α||")
    right.invert_yaxis()

    def draw(pack, atom, value, codes):
        D = SETS.copy()
        D[pack, atom] = value
        A = CODES if codes == "kept" else factorise.update_codes(X, D)
        E = X - factorise.reconstruct(D, A)
        errors = [factorise.sample_error(x, D, alpha) for x, alpha in zip(X.T, A.T)]
        fill(D, A, E)
        moved.set_xy((atom, pack))
        for bar, error in zip(bars, errors):
            bar.set_width(error)
        apart = ", ".join(f"{model} {error:.3f}" for model, error in zip(MODELS, errors))
        return (
            f"Pack {PACKS[pack]} of set {atom + 1} is {value:g} instead of {SETS[pack, atom]:g}, the codes are {codes}: "
            f"||E||_F = {factorise.frobenius_norm(E):.3f}; {apart}."
        )

    packs = [(f"pack {pack}", row) for row, pack in enumerate(PACKS)]
    controls = {
        "pack": widgets.Dropdown(description="row of D", value=3, options=packs),
        "atom": widgets.Dropdown(description="column of D", options=[("set 1", 0), ("set 2", 1)]),
        "value": number("entry", 2.0, -2.0, 4.0, 0.1),
        "codes": widgets.Dropdown(description="codes", options=["kept", "chosen anew"]),
    }
    return explorer(picture, [*artists, moved, *bars], controls, draw)
