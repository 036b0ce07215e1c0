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
    fill, artists = equation(left, *terms, cmap=figures.SIGNED, vmin=-6, vmax=6)
    grid = np.geomspace(SCALES[0], SCALES[-1], 25)
    lines, points = [], []
    for scale, colour, style, marker in zip((1, 2), figures.COLOURS, figures.STYLES, figures.MARKERS):
        lines += right.plot(grid, grid, color=colour, linestyle=style, label=f"over scale {scale}")
        points += right.plot([1], [1], marker, color=colour, markersize=9)
    right.set(title=r"penalty $(\|D'\|^2 + \|A'\|^2)\,/\,2$", xscale="log", xlabel="scale", ylim=(0, 130))
    right.set_xticks([0.25, 0.5, 1, 2, 4], ["1/4", "1/2", "1", "2", "4"])
    right.minorticks_off()
    picture.figure.legend(loc="outside lower right", ncols=2)

    def draw(scale_1, scale_2, angle, swap):
        cos, sin = np.cos(np.deg2rad(angle)), np.sin(np.deg2rad(angle))
        Q = np.diag([scale_1, scale_2]) @ [[cos, -sin], [sin, cos]]
        D, A = factorise.rescale(SETS, CODES, Q[:, ::-1] if swap else Q)
        product = factorise.reconstruct(D, A)
        fill(D, A, product)
        penalty, over = _penalty(scale_1, scale_2), [_penalty(grid, scale_2), _penalty(scale_1, grid)]
        for line, point, scale, penalties in zip(lines, points, (scale_1, scale_2), over):
            line.set_ydata(penalties)
            point.set_data([scale], [penalty])
        error = round(factorise.frobenius_norm(X - product), 6) + 0.0
        return (
            f"Scales {scale_1:g} and {scale_2:g}, mixed by {angle}°{', swapped' * swap}: ||X − D'A'|| = {error:.3f}. "
            f"Negative entries: {_negative(D)} of {D.size} in D', {_negative(A)} of {A.size} in A'. "
            f"Penalty {penalty:.2f}; over scale 1 alone it could be {min(over[0]):.2f}, "
            f"over scale 2 alone {min(over[1]):.2f}."
        )

    controls = {
        "scale_1": choice("scale of set 1", 2, SCALES),
        "scale_2": choice("scale of set 2", 0.5, SCALES),
        "angle": number("mixing angle in degrees", 0, -90, 90, 5),
        "swap": widgets.Checkbox(description="swap the two atoms"),
    }
    return explorer(picture, [*artists, *lines, *points], controls, draw)


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
    reach = 3
    ticks = np.linspace(0.01, reach, 150)
    d, a = np.meshgrid(ticks, ticks[::-1])
    surface = left.imshow(np.zeros(d.shape), extent=(0, reach, 0, reach), cmap="cividis", vmin=-3, vmax=2)
    picture.figure.colorbar(surface, ax=left, label="log10 of f (+ 0.001)", shrink=0.85)
    valley_line = left.plot(ticks, 1 / ticks, color="white", linewidth=2)[0]
    path_line = left.plot([], [], "o-", color=figures.COLOURS[1], markersize=6, markeredgecolor="white")[0]
    end = left.plot([], [], "o", color="white", markeredgecolor=figures.COLOURS[1], markeredgewidth=3, markersize=10)[0]
    left.set(title="f(d, a) from above; white: d a = 1", xlim=(0, reach), ylim=(0, reach), xlabel="d", ylabel="a")
    curve = right.plot([], [], color=figures.COLOURS[1])[0]
    point = right.plot([], [], "o", color=figures.COLOURS[1], markersize=9, clip_on=False, zorder=3)[0]
    verdict = right.text(0.5, 0.5, "", transform=right.transAxes, fontsize=14)
    right.set(title="f along the path", xlim=(0, MOVES), ylim=(1e-6, 1e2), yscale="log", xlabel="step", ylabel="f")

    def draw(method, d_start, a_start, beta, alpha, step):
        path = _path(method, d_start, a_start, beta, alpha)
        values = _f(*path.T, beta)
        surface.set_data(np.log10(_f(d, a, beta) + 1e-3))
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
        last = len(path) - 1
        verdict.set_text(f"diverged in step {last}" if last < MOVES else "")
        if last < MOVES:
            sentence += f" The run diverges: f passes {values[-1]:.1e} in step {last}. Take a smaller alpha."
        return sentence

    controls = {
        "method": widgets.Dropdown(description="method", options=["alternating", "gradient descent"]),
        "step": number("step", 10, 0, MOVES, 1),
        "d_start": number("start d", 2.2, 0.1, 2.9, 0.1),
        "a_start": number("start a", 1.8, 0.1, 2.9, 0.1),
        "beta": number("penalty beta", 0.0, 0.0, 1.0, 0.05),
        "alpha": number("step size alpha", 0.05, 0.01, 0.2, 0.01),
    }
    return explorer(picture, [surface, valley_line, path_line, end, curve, point, verdict], controls, draw)


def _f(d, a, beta):
    return (1 - d * a) ** 2 + beta / 2 * (d**2 + a**2)


def _path(method, d, a, beta, alpha):
    """The points (d, a) of a run, (moves + 1, 2), that ends early where it diverges."""
    path = [(d, a)]
    while len(path) <= MOVES and abs(d * a) < 1e6:
        if method == "gradient descent":
            missed = 1 - d * a
            d, a = d - alpha * (-2 * missed * a + beta * d), a - alpha * (-2 * missed * d + beta * a)
        elif len(path) % 2:  # the best a for this d, then the best d for this a, in turns
            a = d / (d**2 + beta / 2)
        else:
            d = a / (a**2 + beta / 2)
        path.append((d, a))
    return np.array(path)
