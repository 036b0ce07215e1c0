"""The page: pictures. Every function shows one figure with a text alternative that has the numbers in it.

Signed values are drawn in a diverging colour map centred on zero, non-negative ones in a sequential map, and what is
shown together shares one scale. Both maps can be told apart by colour-blind readers; in print, without colours, what is
well below zero is hatched.
"""

import base64
import functools
import html
import io
import itertools
import textwrap

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.colors import to_rgba_array
from matplotlib.patheffects import withStroke
from PIL import Image

from lessons import show

SIGNED, MATRIX, PHOTO = "RdBu_r", "Reds", "gray"  # positive is red in both of the first
COLOURS = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00"]  # Okabe and Ito, 2008
STYLES = ["-", "--", "-.", ":", (0, (5, 1)), (0, (3, 1, 1, 1))]  # a second sign beside the colour
GAP = "#bfe3f7"  # what is not known, which white would take for bright
HATCHES = ["", "//", "..", "xx", "\\\\", "++"]
MARKERS = ["o", "s", "^", "D", "v", "P"]
LOOK = {"font.size": 13, "axes.titlesize": 14, "figure.titlesize": 16, "legend.fontsize": 12}
LOOK |= {"hatch.linewidth": 0.5, "hatch.color": "#053061", "image.interpolation": "nearest"}
LOOK |= {"figure.constrained_layout.use": True}
PIXELS = 72  # an inch on the page, so that a text of 12 points is 12 pixels high
LETTERS, LEGIBLE = 12, 11  # pixels: the smallest letters of a figure, and how small a narrow page may make them
RIM = 6  # pixels of white around a picture, which are its edge on a dark page


def shows(draw):
    """Decorator of a function that returns a figure and its text alternative: in the look of the lesson, and shown."""

    @functools.wraps(draw)
    def shown(*args, **kwargs):
        with plt.rc_context(LOOK):
            figure, words = draw(*args, **kwargs)
            picture = Shown(figure, words)
        plt.close(figure)
        show.display(picture)

    return shown


@shows
def equation(*terms, title, rows=(), columns=()):
    """Matrices as heat maps with their entries, and the signs between them, as in X = D x A.

    `terms` are pairs (name, array), and str for the signs; `rows` and `columns` label those of the first matrix.
    """
    entries = np.concatenate([term[1].ravel() for term in terms if not isinstance(term, str)])
    figure, axis = plt.subplots()
    images, width, height = side_by_side(axis, terms, rows, 20, _colours(entries, MATRIX))
    for image in images:
        write_on(image, "{:.3g}".format)
        left, edge, bottom, top = image.get_extent()
        axis.add_patch(plt.Rectangle((left, top), edge - left, bottom - top, fill=False, linewidth=0.8))
    for number, label in enumerate(columns):
        axis.text(number + 0.7, height + 0.2, label, ha="right", va="top", rotation=35)
    axis.set(xlim=(-2.2 if rows else -0.2, width + 0.2), ylim=(height + (1.8 if columns else 0.2), -0.9))
    figure.set_size_inches(0.68 * np.ptp(axis.get_xlim()) + 0.2, 0.65 * np.ptp(axis.get_ylim()) + 0.5)
    figure.suptitle(title)
    words = " ".join(term if isinstance(term, str) else f"{term[0]} {_numbers(term[1])}" for term in terms)
    return figure, f"{title}: {words}."


def side_by_side(axis, terms, rows, letters, colours):
    """Draw the terms of an equation, a cell 1 wide and the signs `letters` high: (images, width, height) of it all."""
    tallest = max(len(term[1]) for term in terms if not isinstance(term, str))
    images, left = [], 0
    axis.axis("off")
    for term in terms:
        if isinstance(term, str):
            axis.text(left + 0.5, tallest / 2, term, ha="center", va="center", fontsize=letters)
            left += 1
        else:
            name, matrix = term
            height, width = matrix.shape
            top = (tallest - height) / 2
            images.append(axis.imshow(matrix, extent=(left, left + width, top + height, top), **colours))
            axis.text(left + width / 2, top - 0.15, f"{name} ({height} × {width})", ha="center", va="bottom")
            left += width
    for number, label in enumerate(rows):
        axis.text(-0.2, images[0].get_extent()[3] + number + 0.5, label, ha="right", va="center")
    return images, left, tallest


def write_on(image, words, **look):
    """Write words(value) on the cells of a heat map, in black or white; returns the texts, row by row."""
    left, _, _, top = image.get_extent()
    texts = []
    for (row, column), value in np.ma.ndenumerate(image.get_array()):  # without the gaps of a sheet
        if word := words(value):
            look["color"] = readable_on(image.to_rgba(value))[0]
            texts.append(image.axes.text(left + column + 0.5, top + row + 0.5, word, ha="center", va="center", **look))
    return texts


@shows
def tiles(images, title, labels=None, columns=None):
    """A sheet of small images (n, height, width) on one colour scale: faces, atoms, residuals.

    NaN, what is not known, is drawn in light blue. `labels` are n str; `columns` is how many tiles stand in a row, about
    as many as rows if not given.
    """
    images = np.asarray(images)
    count, height, width = images.shape
    columns = columns or int(np.ceil(np.sqrt(count)))
    rows = int(np.ceil(count / columns))
    size = np.clip(9 / columns, 0.7, 2)
    colours = _colours(images, PHOTO)
    colours["cmap"] = plt.get_cmap(colours["cmap"]).with_extremes(bad=GAP)
    figsize = size * columns + 1.2, (size + (0.3 if labels else 0)) * rows + 0.9
    figure, axes = plt.subplots(rows, columns, figsize=figsize, squeeze=False)
    for axis in axes.flat:
        axis.axis("off")
    for axis, image, label in zip(axes.flat, images, labels or [""] * count):
        picture = axis.imshow(image, **colours)
        _hatch(picture)
        axis.set_title(label, fontsize=12)
    figure.colorbar(picture, ax=axes, shrink=0.8, aspect=25)
    figure.suptitle(title)
    low, high, negative = np.nanmin(images), np.nanmax(images), np.mean(images < 0)
    if abs(low) < 1e-9 * high:  # an entry on its way to zero: its exponent says nothing and differs between machines
        low = 0.0
    return figure, (
        f"{title}: {count} image{'s' * (count > 1)} of {height} × {width} pixels. "
        f"Values from {low:.3g} to {high:.3g}{f', {negative:.0%} of them negative' if negative else ''}."
    )


@shows
def recipe(sample, atoms, code, title, offset=0):
    """A sample (height, width) beside what its code (K,) makes of the atoms (K, height, width).

    `offset` (height, width) is added to the mixture, such as the mean face of PCA: sample ~ offset + atoms x code.
    """
    mixture = offset + np.tensordot(code, atoms, axes=1)
    count, height, width = atoms.shape
    side = int(np.ceil(np.sqrt(count)))
    error = np.linalg.norm(sample - mixture) / np.linalg.norm(sample)
    # A few bright pixels would leave every other one pale, so the atoms' scale ends at the 99.5th percentile.
    bound = np.percentile(np.abs(atoms), 99.5)
    photo, weights = _colours(np.stack([sample, mixture]), PHOTO), sheet(np.reshape(code, (-1, 1, 1)), side)
    panels = [
        ("sample", sample, photo),
        (f"≈  {count} atoms", sheet(atoms, side), _colours(np.clip(atoms, -bound, bound), PHOTO)),
        ("×  code", weights, _colours(code, MATRIX)),
        (f"=  {'mean + ' * bool(np.any(offset))}mixture\nrelative error {error:.3f}", mixture, photo),
    ]
    # The atoms get most of the page: of 49 faces, each is 60 pixels wide.
    size = (10, max(4.8, 6.4 * len(weights) / side + 1.2))
    figure, axes = plt.subplot_mosaic("sac;.am", width_ratios=[1, 3.4, 1], figsize=size)
    images = []
    for axis, (name, picture, colours) in zip(axes.values(), panels):
        axis.axis("off")
        axis.set_title(name, fontsize=13)
        images.append(axis.imshow(picture, **colours))
        beyond = np.nanmax(np.abs(picture)) > colours["vmax"]
        extend = ("both" if colours["vmin"] else "max") if beyond else "neither"
        look = {"location": "bottom", "shrink": 0.9, "aspect": 50 if axis is axes["a"] else 15, "pad": 0.02}
        figure.colorbar(images[-1], ax=axis, ticks=plt.MaxNLocator(3), format="{x:g}", extend=extend, **look)
    _hatch(images[1])
    for between in np.arange(side - 1) + 0.5:
        axes["c"].axhline(between, color="white", linewidth=2)
        axes["c"].axvline(between, color="white", linewidth=2)
    if count <= 9:
        write_on(images[2], "{:.3g}".format)
    else:  # a minus in every negative cell, for those who see no colours
        reach = np.abs(code).max()
        write_on(images[2], lambda weight: "−" * bool(weight < -0.02 * reach), fontsize=12)
    figure.suptitle(title)
    return figure, (
        f"{title}: a sample of {height} × {width} pixels from {count} atoms, relative error {error:.3f}, "
        f"{np.mean(atoms < 0):.0%} of the atoms' and {np.mean(code < 0):.0%} of the code's entries negative."
    )


def _hatch(image):
    """Lines over what is well below zero: in print, without colours, red and blue are the same grey."""
    values, bound = image.get_array(), image.norm.vmin / 3
    if values.min() < bound:
        image.axes.contourf(values, levels=[-np.inf, bound], colors="none", hatches=["////"])


def sheet(images, columns):
    """Images (n, height, width) as one picture, with a gap of NaN between them."""
    from skimage.util import montage

    count, height, _ = images.shape
    gap = max(1, height // 16) if height > 1 else 0
    grid = int(np.ceil(count / columns)), columns
    picture = montage(images.astype(float), fill=np.nan, grid_shape=grid, padding_width=gap)
    return picture[gap : len(picture) - gap, gap : picture.shape[1] - gap]  # without the gap around it


@shows
def losses(curves, title, floor=None):
    """Squared error against steps, on a log axis, with the floor that no rank-K factorisation can pass, if it is given.

    `curves` is a dict of name to array of losses, the first before any step.
    """
    figure, axis = plt.subplots(figsize=(8, 4.5))
    for (name, values), colour, style in zip(curves.items(), COLOURS, STYLES):
        axis.plot(np.arange(len(values)), values, color=colour, linestyle=style, linewidth=2, label=name)
    if floor is not None:
        axis.axhline(floor, color="black", linewidth=1, linestyle=(0, (1, 1)), label=f"SVD floor {floor:.4g}")
    axis.set(yscale="log", xlabel="step", ylabel="squared error", title=title)
    axis.set_xscale("symlog", linthresh=1)
    axis.set_xlim(left=0)
    axis.legend()
    ends = "; ".join(
        f"{name} from {values[0]:.4g} to {values[-1]:.4g} in {len(values) - 1} steps" for name, values in curves.items()
    )
    return figure, f"{title}: {ends}." + ("" if floor is None else f" The floor is {floor:.4g}.")


@shows
def curve(x, y, title, xlabel, ylabel, mark):
    """A curve, arrays (n,), over a log axis of positive x (a tick each doubling), with the point `mark` = (x, y) marked."""
    figure, axis = plt.subplots(figsize=(7, 4))
    axis.plot(x, y, color=COLOURS[0], linewidth=2)
    axis.plot(*mark, "o", color=COLOURS[1], markersize=9)
    axis.annotate(f"({mark[0]:.3g}, {mark[1]:.4g})", mark, xytext=(0, 14), textcoords="offset points", ha="center")
    axis.set_xscale("log", base=2)
    axis.xaxis.set_major_formatter("{x:g}")
    axis.set(xlabel=xlabel, ylabel=ylabel, title=title)
    return figure, f"{title}: marked at {xlabel} = {mark[0]:.3g}, {ylabel} = {mark[1]:.4g}."


@shows
def valley(x, paths, title, beta=0.0):
    """The surface f(d, a) = (x - d a)^2 + (beta / 2) (d^2 + a^2) in relief and from above, and descents over it.

    x > 0 is a number; `paths` is a dict of name to array (steps, 2) of points (d, a), both positive.
    """
    reach = 1.1 * max(np.sqrt(x), *(np.max(path) for path in paths.values()))
    grid = np.linspace(0.02, reach, 200)
    d, a = np.meshgrid(grid, grid)
    f = (x - d * a) ** 2 + beta / 2 * (d**2 + a**2)
    top = 2 * x**2 + beta * x  # higher walls would hide the valley
    height = np.log10(f + 1e-3)
    shade = plt.cm.ScalarMappable(cmap="cividis").to_rgba(height)
    bottom = np.linspace(x / reach, reach, 200)
    figure = plt.figure(figsize=(10, 4.9))
    relief = figure.add_subplot(1, 2, 1, projection="3d")
    relief.plot_surface(d, a, np.where(f > top, np.nan, f), facecolors=shade, rcount=100, ccount=100, shade=False)
    relief.plot(bottom, x / bottom, beta / 2 * (bottom**2 + (x / bottom) ** 2), "w", linewidth=3, zorder=10)
    relief.set(xlabel="d", ylabel="a", zlabel="f", xlim=(0, reach), ylim=(0, reach), zlim=(0, top))
    relief.set_title(f"in relief, cut off at {top:.3g}")
    relief.view_init(elev=40, azim=215)
    axis = figure.add_subplot(1, 2, 2)
    above = axis.contourf(d, a, height, levels=20, cmap="cividis")
    figure.colorbar(above, ax=axis, label="log10 of (f + 0.001)")
    axis.plot(bottom, x / bottom, color="white", linewidth=3)
    axis.text(1.3 * x / reach, 0.9 * reach, f"d a = {x:g}", color="white", weight="bold")
    outline = [withStroke(linewidth=4, foreground="white")]
    for number, (name, path) in enumerate(paths.items()):
        # Colour alone would vanish on this ground for some readers: an outline, a dash and a marker each.
        look = {"color": COLOURS[number + 1], "markeredgecolor": "black"}
        line = {"linestyle": STYLES[number], "linewidth": 1.5, "path_effects": outline, "zorder": 2.9 - number / 10}
        marks = {"marker": MARKERS[number], "markersize": 7, "markevery": max(1, len(path) // 12)}
        axis.plot(*path.T, **look, **line, **marks, label=name)
        axis.plot(*path[-1], **look, marker="*", markersize=16, zorder=3)
    axis.set(xlim=(0, reach), ylim=(0, reach), xlabel="d", ylabel="a", title="from above, a star at each end")
    figure.legend(loc="outside lower center", ncols=len(paths))
    figure.suptitle(title)
    point = "({:.3g}, {:.3g})".format
    ends = "; ".join(f"{name} from {point(*path[0])} to {point(*path[-1])}" for name, path in paths.items())
    return figure, f"{title}: {ends}."


@shows
def shares(names, table, title):
    """Horizontal bars that split each row's whole into named shares, with the percentages written in.

    `names` are those of the columns; `table` is a dict of row label to array of shares that sum to 1.
    """
    figure, axis = plt.subplots(figsize=(10, 0.75 * len(table) + 1.5))
    left = np.zeros(len(table))
    labels = [textwrap.fill(label, 36) for label in table]
    for name, widths, colour, hatch in zip(names, np.transpose(list(table.values())), COLOURS, HATCHES):
        bars = axis.barh(labels, widths, left=left, label=name, color=colour, edgecolor="black", hatch=hatch)
        texts = [f"{name}\n" * bool(width > 0.18) + f"{width:.0%}" * bool(width >= 0.06) for width in widths]
        # On its own ground, since the hatch would run through the letters.
        look = {"color": readable_on(colour)[0], "bbox": {"facecolor": colour, "edgecolor": "none", "pad": 1.5}}
        axis.bar_label(bars, texts, label_type="center", fontsize=12, **look)
        left += widths
    axis.invert_yaxis()
    axis.set(xlim=(0, 1), xlabel="share of the code", title=title)
    figure.legend(ncols=len(names), loc="outside lower center")
    words = "; ".join(
        f"{label}: " + " + ".join(f"{share:.0%} {name}" for name, share in zip(names, row))
        for label, row in table.items()
    )
    return figure, f"{title}: {words}."


@shows
def errors_over_K(K, seen, hidden, title, without_atoms):
    """Relative error of the seen and of the hidden entries over the number of atoms, with the lowest hidden one marked.

    `K` holds n int; `seen` and `hidden` are arrays (masks, n), drawn as a thin line each and their mean;
    `without_atoms` is the error of a guess that needs no factorisation.
    """
    shown, guessed = np.mean(seen, axis=0), np.mean(hidden, axis=0)
    lowest = np.argmin(guessed)
    figure, axis = plt.subplots(figsize=(8, 4.5))
    for name, errors, mean, number in (("hidden entries", hidden, guessed, 1), ("seen entries", seen, shown, 0)):
        axis.plot(K, np.transpose(errors), color=COLOURS[number], linewidth=0.8, alpha=0.6)
        axis.plot(K, mean, color=COLOURS[number], linestyle=STYLES[number], linewidth=2.5, label=name)
    axis.plot(K[lowest], guessed[lowest], "*", color=COLOURS[1], markersize=18, markeredgecolor="black")
    axis.axhline(without_atoms, color="black", linewidth=1, linestyle=(0, (1, 1)), label="means, without atoms")
    axis.set_xscale("log", base=2)
    axis.set_xticks(K, [str(each) for each in K])
    axis.minorticks_off()
    axis.set(ylim=(0, None), xlabel="number of atoms K", ylabel="relative error", title=title)
    axis.legend()
    rows = "; ".join(f"K = {each}: {a:.3f} and {b:.3f}" for each, a, b in zip(K, shown, guessed))
    return figure, (
        f"{title}: mean relative error of the seen and of the hidden entries. {rows}. The hidden one is lowest at "
        f"K = {K[lowest]}; the means alone give {without_atoms:.3f}."
    )


@shows
def consensus(matrices, kinds, title):
    """Consensus matrices side by side, samples ordered so that those that fall together stand together.

    `matrices` is a dict of name to array (n, n) of shares; `kinds` is None, or n str: what is known of each sample,
    which takes no part in the order and stands beside it as a mark.
    """
    from scipy.cluster.hierarchy import leaves_list, linkage
    from scipy.spatial.distance import squareform

    size = len(next(iter(matrices.values())))
    kinds = np.asarray([""] * size if kinds is None else kinds)
    names, words = [kind for kind in dict.fromkeys(kinds) if kind], []
    figsize = min(2.6 * len(matrices) + 0.7, 11), 4
    figure, axes = plt.subplots(1, len(matrices), figsize=figsize, squeeze=False)
    for axis, (name, matrix) in zip(axes[0], matrices.items()):
        order = leaves_list(linkage(squareform(1 - matrix, checks=False), "average", optimal_ordering=True))
        picture = axis.imshow(matrix[np.ix_(order, order)], cmap=MATRIX, vmin=0, vmax=1)
        for kind, colour, marker in zip(names, itertools.cycle(COLOURS), itertools.cycle(MARKERS)):
            rows = np.flatnonzero(kinds[order] == kind)
            look = {"color": colour, "markersize": 3, "clip_on": False, "label": kind}
            axis.plot(np.full(len(rows), -0.03 * size), rows, marker, **look)
        axis.set(xticks=[], yticks=[], title=name, xlim=(-0.06 * size, size - 0.5), xlabel="sample")
        undecided, together = np.mean((matrix > 0) & (matrix < 1)), _always_together(matrix, kinds)
        words.append(f"{name}: {undecided:.0%} of the entries are neither 0 nor 1; always together are {together}")
    axes[0, 0].set_ylabel("sample")
    figure.colorbar(picture, ax=axes, shrink=0.7, label="share of runs together")
    if names:
        marks = axes[0, 0].get_legend_handles_labels()
        figure.legend(*marks, ncols=len(names), loc="outside lower center", markerscale=2)
    figure.suptitle(title)
    return figure, f"{title}: {'. '.join(words)}."


def _always_together(matrix, kinds):
    """The groups that every run agrees on, from the largest on, by kind: "19 B-cell ALL + 1 AML, 8 T-cell ALL"."""
    groups = {}
    for row, kind in zip(matrix > 1 - 1e-9, kinds):
        groups.setdefault(row.tobytes(), []).append(kind)
    several = sorted((group for group in groups.values() if len(group) > 1), key=len, reverse=True)
    words = [" + ".join(f"{group.count(kind)} {kind}".strip() for kind in dict.fromkeys(group)) for group in several]
    return ", ".join(words) or "none"


@shows
def heaviest(atoms, names, title):
    """The six largest entries of each atom, as bars with names, a panel an atom.

    `atoms` is a dict of name to array (M,) of weights; `names` are M str.
    """
    words = []
    figure, axes = plt.subplots(len(atoms), 1, figsize=(10, 2.28 * len(atoms) + 1.3), sharex=True, squeeze=False)
    for axis, (name, weights), colour in zip(axes[:, 0], atoms.items(), itertools.cycle(COLOURS)):
        largest = np.argsort(-weights, kind="stable")[:6]
        labels = [textwrap.shorten(str(names[entry]), 44, placeholder=" ...") for entry in largest]
        axis.barh(range(len(largest)), weights[largest], color=colour)
        axis.set_yticks(range(len(largest)), labels, fontsize=12)
        axis.invert_yaxis()
        axis.set_title(name, fontsize=13, loc="left")
        words.append(f"{name}: " + ", ".join(f"{label} {weights[entry]:.2g}" for label, entry in zip(labels, largest)))
    axes[-1, 0].set_xlabel("weight")
    figure.suptitle(title)
    return figure, f"{title}: {'; '.join(words)}."


# ---- What they have in common ----


def readable_on(colours):
    """For each colour black or white, whichever has the higher contrast (WCAG 2.2) on it."""
    rgb = to_rgba_array(colours)[:, :3]
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    # Black and white have the same contrast at L = 0.179: 1.05 / (L + 0.05) = (L + 0.05) / 0.05.
    return np.where(linear @ (0.2126, 0.7152, 0.0722) > 0.179, "black", "white")


def _colours(values, sequential):
    """Colour map and limits: diverging around zero where a value is negative, else sequential from zero."""
    low, high = np.nanmin(values), np.nanmax(values)
    if low < 0:
        reach = max(-low, high)
        return {"cmap": SIGNED, "vmin": -reach, "vmax": reach}
    return {"cmap": sequential, "vmin": 0, "vmax": high or 1}


def _numbers(matrix):
    return "[" + ", ".join("[" + ", ".join(f"{value:.3g}" for value in row) + "]" for row in matrix) + "]"


class Shown:
    """A figure as HTML with its text alternative, which pages leave out of a bare PNG; else that PNG, or the text."""

    def __init__(self, figure, words):
        file = io.BytesIO()
        # Twice as many pixels as the page gives it, for screens that show them. A palette halves the bytes.
        figure.savefig(file, dpi=2 * PIXELS, facecolor="white")
        picture = Image.open(file).convert("RGB")
        self.width, self.height = picture.width // 2, picture.height // 2
        file = io.BytesIO()
        picture.quantize(256, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE).save(file, "PNG", optimize=True)
        self.png, self.words = file.getvalue(), words

    def __repr__(self):
        return show.wrapped(self.words)

    def _repr_png_(self):
        return self.png, {"width": self.width, "height": self.height}

    def _repr_html_(self):
        return image_html(self.png, self.words, self.width, self.height)


def image_html(png, words, width, height, letters=LETTERS, limit=""):
    """An HTML image of PNG bytes with a text alternative, on a ground of its own that looks meant on a dark page.

    It is `width` pixels wide where the page has room for that, less on a narrow page, down to where its smallest `letters`
    (in pixels) can just be read; from there on the page scrolls. `limit` may be one more CSS length not to be passed.
    """
    data = base64.b64encode(png).decode("ascii")
    wide, narrow = width + 2 * RIM, width * LEGIBLE / letters + 2 * RIM
    size = f"width: min({wide}px, max(100%, {narrow:.0f}px){limit and ', ' + limit})"
    style = f"{size}; max-width: none; height: auto; box-sizing: border-box; padding: {RIM}px; margin: 4px 0"
    return (
        f'<img src="data:image/png;base64,{data}" alt="{html.escape(words)}" width="{width}" height="{height}" '
        f'style="{style}; background: white; border-radius: 6px" decoding="sync">'
    )
