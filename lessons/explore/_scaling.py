"""Notebook 2: other pairs with the same product, and the valley of a factorisation of one number."""

import ipywidgets as widgets
import numpy as np

from lessons import datasets, factorise, figures
from lessons.explore._lego import CODES, SETS
from lessons.explore._panel import Picture, choice, equation, explorer, number

SCALES = [0.25, 0.3, 0.35, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1, 1.1, 1.25, 1.4, 1.7, 2, 2.5, 2.9, 3.4, 4]
MOVES = 60  # the steps of a path


def scaling():
    """Scale, mix and swap the atoms: both factors change, their product does not."""
    X = datasets.lego()
    picture = Picture(3.6, figures.SIGNED)
    left, right = picture.figure.subplots(1, 2, width_ratios=[2.3, 1])
    terms = ("D' = D Q", SETS), "×", ("A' = Q⁻¹ A", CODES), "=", ("D' A'", X)
    fill, artists = equation(left, *terms, left=0, cmap=figures.SIGNED, vmin=-6, vmax=6)
    grid = np.geomspace(SCALES[0], SCALES[-1], 25)
    lines, points = [], []
    for colour, style, marker, label in zip(figures.COLOURS, figures.STYLES, "os", ("over scale 1", "over scale 2")):
        lines += right.plot(grid, grid, color=colour, linestyle=style, label=label)
        points += right.plot([1], [1], marker, color=colour, markersize=9)
    right.set(title=r"penalty $(\|D'\|^2 + \|A'\|^2)\,/\,2$", xscale="log", xlabel="scale", ylim=(0, 130))
    right.set_xticks([0.25, 0.5, 1, 2, 4], ["1/4", "1/2", "1", "2", "4"])
    right.minorticks_off()
    picture.figure.legend(loc="outside lower right", ncols=2)

    def draw(scale_1, scale_2, angle, swap):
        radians = np.deg2rad(angle)
        mixing = np.array([[np.cos(radians), -np.sin(radians)], [np.sin(radians), np.cos(radians)]])
        order = [1, 0] if swap else [0, 1]
        D, A = factorise.rescale(SETS, CODES, (np.diag([scale_1, scale_2]) @ mixing)[:, order])
        product = factorise.reconstruct(D, A)
        fill(D, A, product)
        penalty, over = _penalty(scale_1, scale_2), [_penalty(grid, scale_2), _penalty(scale_1, grid)]
        for line, point, scale, penalties in zip(lines, points, (scale_1, scale_2), over):
            line.set_ydata(penalties)
            point.set_data([scale], [penalty])
        error = round(factorise.frobenius_norm(X - product), 6) + 0.0
        sentence = (
            f"Scales {scale_1:g} and {scale_2:g}, mixed by {angle}°{', swapped' * swap}: ||X − D'A'|| = {error:.3f}. "
            f"Negative entries: {_negative(D)} of {D.size} in D', {_negative(A)} of {A.size} in A'. "
            f"Penalty {penalty:.2f}; over scale 1 alone it could be {min(over[0]):.2f}, "
            f"over scale 2 alone {min(over[1]):.2f}."
        )
        return picture.png(*artists, *lines, *points), sentence

    controls = {
        "scale_1": choice("scale of set 1", 2, SCALES),
        "scale_2": choice("scale of set 2", 0.5, SCALES),
        "angle": number("mixing angle in degrees", 0, -90, 90, 5),
        "swap": widgets.Checkbox(description="swap the two atoms"),
    }
    return explorer(controls, draw)


def _penalty(scale_1, scale_2):
    """The penalty of the scaled pair; mixing is a rotation and swapping a reordering, which leave it as it is."""
    atoms, codes = np.sum(SETS**2, axis=0), np.sum(CODES**2, axis=1)
    return sum(s**2 * atom + code / s**2 for s, atom, code in zip((scale_1, scale_2), atoms, codes)) / 2


def _negative(M):
    return np.sum(M.round(9) < 0)


def valley():
    """One number as a product, x = 1 = d a: the valley of best answers and a way down to it."""
    picture = Picture(3.8, "cividis")
    left, right = picture.figure.subplots(1, 2)
    reach, x = 3.0, 1.0
    ticks = np.linspace(0.01, reach, 150)
    d, a = np.meshgrid(ticks, ticks[::-1])
    surface = left.imshow(np.zeros(d.shape), extent=(0, reach, 0, reach), cmap="cividis", vmin=-3, vmax=2)
    picture.figure.colorbar(surface, ax=left, label="log10 of f (+ 0.001)", shrink=0.85)
    valley_line = left.plot(ticks, x / ticks, color="white", linewidth=2)[0]
    path_line = left.plot([], [], "o-", color=figures.COLOURS[1], markersize=6, markeredgecolor="white")[0]
    end = left.plot([], [], "o", color="white", markeredgecolor=figures.COLOURS[1], markeredgewidth=3, markersize=10)[0]
    left.set(title="f(d, a) from above; white: d a = 1", xlim=(0, reach), ylim=(0, reach), xlabel="d", ylabel="a")
    curve = right.plot([], [], color=figures.COLOURS[1])[0]
    point = right.plot([], [], "o", color=figures.COLOURS[1], markersize=9, clip_on=False, zorder=3)[0]
    verdict = right.text(0.5, 0.5, "", transform=right.transAxes, fontsize=14)
    right.set(title="f along the path", xlim=(0, MOVES), ylim=(1e-6, 1e2), yscale="log", xlabel="step", ylabel="f")

    def draw(method, d_start, a_start, beta, alpha, step):
        move = _alternating if method == "alternating" else _descent
        path = [(d_start, a_start)]
        while len(path) <= MOVES and abs(np.prod(path[-1])) < 1e6:
            path.append(move(x, *path[-1], beta, alpha, len(path) - 1))
        path = np.array(path)
        values = _f(x, *path.T, beta)
        surface.set_data(np.log10(_f(x, d, a, beta) + 1e-3))
        shown = min(step, len(path) - 1)
        path_line.set_data(*path[: shown + 1].T)
        end.set_data(*path[shown : shown + 1].T)
        curve.set_data(np.arange(len(values)), np.maximum(values, 1e-6))
        point.set_data([shown], [max(values[shown], 1e-6)])
        now_d, now_a = path[shown]
        sentence = (
            f"{method.capitalize()}, step {shown}: from ({d_start:g}, {a_start:g}) to d = {now_d:.3f}, a = {now_a:.3f} "
            f"with d a = {now_d * now_a:.3f} and f = {values[shown]:.3g}."
        )
        verdict.set_text("")
        if len(path) <= MOVES:
            verdict.set_text(f"diverged in step {len(path) - 1}")
            sentence += f" The run diverges: f passes {values[-1]:.1e} in step {len(path) - 1}. Take a smaller alpha."
        return picture.png(surface, valley_line, path_line, end, curve, point, verdict), sentence

    controls = {
        "method": widgets.Dropdown(description="method", options=["alternating", "gradient descent"]),
        "step": number("step", 10, 0, MOVES, 1),
        "d_start": number("start d", 2.2, 0.1, 2.9, 0.1),
        "a_start": number("start a", 1.8, 0.1, 2.9, 0.1),
        "beta": number("penalty beta", 0.0, 0.0, 1.0, 0.05),
        "alpha": number("step size alpha", 0.05, 0.01, 0.2, 0.01),
    }
    return explorer(controls, draw, play="step")


def _f(x, d, a, beta):
    return (x - d * a) ** 2 + beta / 2 * (d**2 + a**2)


def _alternating(x, d, a, beta, _alpha, moves):
    """The best a for this d, then the best d for this a, in turns."""
    if moves % 2 == 0:
        return d, x * d / (d**2 + beta / 2)
    return x * a / (a**2 + beta / 2), a


def _descent(x, d, a, beta, alpha, _moves):
    (dP,), (dQ,) = factorise.gradients(*(np.full((1, 1), float(value)) for value in (x, a, d)), beta)
    return d - alpha * dQ[0], a - alpha * dP[0]
