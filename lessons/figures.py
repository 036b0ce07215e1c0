"""The pictures of the lesson. Every function shows one figure with a text alternative that has the numbers in it.

Signed values are drawn in a diverging colour map centred on zero, non-negative ones in a sequential map, and what is
shown together shares one scale. Both maps can be told apart by colour-blind readers; in print, without colours, what is
well below zero is hatched.
"""

import base64
import html
import io
import textwrap

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.colors import to_rgb
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
PIXELS = 72  # an inch on the page, so that a text of 12 points is 12 pixels high
LETTERS, LEGIBLE = 12, 11  # pixels: the smallest letters of a figure, and how small a narrow page may make them
RIM = 6  # pixels of white around a picture, which are its edge on a dark page


def equation(*terms, title, rows=None, columns=None):
    """Matrices as heat maps with their entries, and the signs between them, as in X = D x A.

    Parameters
    ----------
    *terms : pairs (name, matrix), and str for the signs between them
    title : str
    rows, columns : list of str, optional
        Labels for the rows and columns of the first matrix.
    """
    matrices = [np.asarray(term[1], dtype=float) for term in terms if not isinstance(term, str)]
    colours = _colours(np.concatenate([matrix.ravel() for matrix in matrices]), MATRIX)
    tallest = max(len(matrix) for matrix in matrices)
    with plt.rc_context(LOOK):
        figure, axis = plt.subplots(layout="constrained")
        axis.axis("off")
        left = 0.0
        for term in terms:
            if isinstance(term, str):
                axis.text(left + 0.5, tallest / 2, term, ha="center", va="center", fontsize=20)
                left += 1
            else:
                _heat_map(axis, *term, left, (tallest - len(term[1])) / 2, colours)
                left += term[1].shape[1]
        top = (tallest - len(matrices[0])) / 2
        for number, label in enumerate(rows or ()):
            axis.text(-0.2, top + number + 0.5, label, ha="right", va="center")
        for number, label in enumerate(columns or ()):
            axis.text(number + 0.7, tallest + 0.2, label, ha="right", va="top", rotation=35)
        axis.set(xlim=(-2.2 if rows else -0.2, left + 0.2), ylim=(tallest + (1.8 if columns else 0.2), -0.9))
        figure.set_size_inches(0.68 * np.ptp(axis.get_xlim()) + 0.2, 0.65 * np.ptp(axis.get_ylim()) + 0.5)
        axis.set_aspect("equal")
        figure.suptitle(title)
        words = " ".join(term if isinstance(term, str) else f"{term[0]} {_numbers(term[1])}" for term in terms)
        _show(figure, f"{title}: {words}.")


def _heat_map(axis, name, matrix, left, top, colours):
    height, width = matrix.shape
    axis.imshow(matrix, extent=(left, left + width, top + height, top), **colours)
    axis.add_patch(plt.Rectangle((left, top), width, height, fill=False, linewidth=0.8))
    axis.text(left + width / 2, top - 0.15, f"{name} ({height} × {width})", ha="center", va="bottom")
    _write_entries(axis, matrix, left, top, colours)


def _write_entries(axis, matrix, left, top, colours):
    norm, cmap = plt.Normalize(colours["vmin"], colours["vmax"]), plt.get_cmap(colours["cmap"])
    for row, column in np.argwhere(np.isfinite(matrix)):  # a sheet has gaps of NaN
        value = matrix[row, column]
        dark = np.dot(cmap(norm(value))[:3], (0.3, 0.6, 0.1)) < 0.5
        place = left + column + 0.5, top + row + 0.5
        axis.text(*place, f"{value:.3g}", ha="center", va="center", color="white" if dark else "black")


def tiles(images, title, labels=None, columns=None):
    """A sheet of small images on one colour scale: faces, atoms, residuals.

    Parameters
    ----------
    images : array (n, height, width); NaN, what is not known, is drawn in light blue
    title : str
    labels : list of n str, optional
    columns : int, optional
        Tiles in a row; as square as possible if not given.
    """
    images = np.asarray(images)
    columns = columns or int(np.ceil(np.sqrt(len(images))))
    rows = int(np.ceil(len(images) / columns))
    size = np.clip(9 / columns, 0.7, 2)
    colours = _colours(images, PHOTO)
    colours["cmap"] = plt.get_cmap(colours["cmap"]).with_extremes(bad=GAP)
    with plt.rc_context(LOOK):
        figure, axes = plt.subplots(
            rows,
            columns,
            figsize=(size * columns + 1.2, (size + (0.3 if labels else 0)) * rows + 0.9),
            squeeze=False,
            layout="constrained",
        )
        for axis in axes.flat:
            axis.axis("off")
        for number, (axis, image) in enumerate(zip(axes.flat, images)):
            picture = axis.imshow(image, **colours)
            _hatch(axis, image, colours)
            if labels:
                axis.set_title(labels[number], fontsize=12)
        figure.colorbar(picture, ax=axes, shrink=0.8, aspect=25)
        figure.suptitle(title)
        height, width = images.shape[1:]
        count = f"{len(images)} image{'s' * (len(images) > 1)}"
        _show(figure, f"{title}: {count} of {height} × {width} pixels. {_span(images)}")


def recipe(sample, atoms, code, title, offset=0):
    """One sample beside what its code makes of the atoms: sample ~ offset + atoms x code.

    Parameters
    ----------
    sample : array (height, width)
    atoms : array (K, height, width)
    code : array (K,)
    title : str
    offset : array (height, width), optional
        What is added to the mixture, such as the mean face of PCA.
    """
    mixture = offset + np.tensordot(code, atoms, axes=1)
    side = int(np.ceil(np.sqrt(len(atoms))))
    height, width = sample.shape
    error = np.linalg.norm(sample - mixture) / np.linalg.norm(sample)
    # A few bright pixels would leave every other one pale, so the atoms' scale ends at the 99.5th percentile.
    bound = np.percentile(np.abs(atoms), 99.5)
    photo, weights = _colours(np.stack([sample, mixture]), PHOTO), sheet(np.reshape(code, (-1, 1, 1)), side)
    panels = {
        "sample": (sample, photo),
        f"≈  {len(atoms)} atoms": (sheet(atoms, side), _colours(np.clip(atoms, -bound, bound), PHOTO)),
        "×  code": (weights, _colours(code, MATRIX)),
        f"=  {'mean + ' * bool(np.any(offset))}mixture\nrelative error {error:.3f}": (mixture, photo),
    }
    rows = int(np.ceil(len(atoms) / side))
    with plt.rc_context(LOOK):
        # The atoms get most of the page: of 49 faces, each is 60 pixels wide.
        figure = plt.figure(figsize=(10, max(4.8, 6.4 * rows / side + 1.2)), layout="constrained")
        grid = figure.add_gridspec(2, 3, width_ratios=[1, 3.4, 1])
        places = [grid[0, 0], grid[:, 1], grid[0, 2], grid[1, 2]]
        axes = [figure.add_subplot(place) for place in places]
        for axis, (name, (picture, colours)) in zip(axes, panels.items()):
            axis.axis("off")
            shown = axis.imshow(picture, **colours)
            beyond = np.nanmax(np.abs(picture)) > colours["vmax"]
            extend = ("both" if colours["vmin"] else "max") if beyond else "neither"
            ticks = {
                "ticks": plt.MaxNLocator(3),
                "format": "{x:g}",
                "aspect": 50 if axis is axes[1] else 15,
                "pad": 0.02,
            }
            figure.colorbar(shown, ax=axis, shrink=0.9, location="bottom", extend=extend, **ticks)
            axis.set_title(name, fontsize=13)
        _hatch(axes[1], *panels[f"≈  {len(atoms)} atoms"])
        for between in np.arange(side - 1) + 0.5:
            axes[2].axhline(between, color="white", linewidth=2)
            axes[2].axvline(between, color="white", linewidth=2)
        if len(code) <= 9:
            _write_entries(axes[2], weights, -0.5, -0.5, panels["×  code"][1])
        else:
            _write_signs(axes[2], weights)
        figure.suptitle(title)
        negative = np.mean(np.asarray(code) < 0)
        _show(
            figure,
            f"{title}: a sample of {height} × {width} pixels from {len(atoms)} atoms, relative error {error:.3f}, "
            f"{np.mean(atoms < 0):.0%} of the atoms' and {negative:.0%} of the code's entries negative.",
        )


def _write_signs(axis, weights):
    """A minus in every negative cell, for those who see no colours."""
    reach = np.nanmax(np.abs(weights))
    for row, column in np.argwhere(weights < -0.02 * reach):
        colour = "white" if weights[row, column] < -0.6 * reach else "black"
        axis.text(column, row, "−", ha="center", va="center", color=colour, fontsize=12)


def _hatch(axis, image, colours):
    """Lines over what is well below zero: in print, without colours, red and blue are the same grey."""
    if colours["vmin"] < 0 and np.nanmin(image) < colours["vmin"] / 3:
        axis.contourf(
            np.ma.masked_invalid(image), levels=[-np.inf, colours["vmin"] / 3], colors="none", hatches=["////"]
        )


def sheet(images, columns):
    """Images (n, height, width) as one picture, with a gap of NaN between them."""
    count, height, width = images.shape
    gap = max(1, height // 16) if height > 1 else 0
    rows = int(np.ceil(count / columns))
    picture = np.full((rows * (height + gap) - gap, columns * (width + gap) - gap), np.nan)
    for number, image in enumerate(images):
        top, left = number // columns * (height + gap), number % columns * (width + gap)
        picture[top : top + height, left : left + width] = image
    return picture


def losses(curves, title, floor=None):
    """Squared error against steps, on a log axis, with the floor that no rank-K factorisation can pass.

    Parameters
    ----------
    curves : dict of name to array of losses, the first before any step
    title : str
    floor : float, optional
    """
    with plt.rc_context(LOOK):
        figure, axis = plt.subplots(figsize=(8, 4.5), layout="constrained")
        for (name, values), colour, style in zip(curves.items(), COLOURS, STYLES):
            axis.plot(np.arange(len(values)), values, color=colour, linestyle=style, linewidth=2, label=name)
        if floor is not None:
            axis.axhline(floor, color="black", linewidth=1, linestyle=(0, (1, 1)), label=f"SVD floor {floor:.4g}")
        axis.set(yscale="log", xlabel="step", ylabel="squared error")
        axis.set_xscale("symlog", linthresh=1)
        axis.set_xlim(left=0)
        axis.legend()
        axis.set_title(title)
        ends = "; ".join(
            f"{name} from {values[0]:.4g} to {values[-1]:.4g} in {len(values) - 1} steps"
            for name, values in curves.items()
        )
        _show(figure, f"{title}: {ends}." + ("" if floor is None else f" The floor is {floor:.4g}."))


def curve(x, y, title, xlabel, ylabel, mark=None):
    """A curve over a log axis of positive x (a tick each doubling), with its smallest point (or `mark`) marked.

    Parameters
    ----------
    x, y : arrays (n,)
    title, xlabel, ylabel : str
    mark : (x, y), optional
    """
    mark = mark or (x[np.argmin(y)], np.min(y))
    with plt.rc_context(LOOK):
        figure, axis = plt.subplots(figsize=(7, 4), layout="constrained")
        axis.plot(x, y, color=COLOURS[0], linewidth=2)
        axis.plot(*mark, "o", color=COLOURS[1], markersize=9)
        axis.annotate(f"({mark[0]:.3g}, {mark[1]:.4g})", mark, xytext=(0, 14), textcoords="offset points", ha="center")
        axis.set_xscale("log", base=2)
        axis.xaxis.set_major_formatter("{x:g}")
        axis.set(xlabel=xlabel, ylabel=ylabel, title=title)
        _show(figure, f"{title}: marked at {xlabel} = {mark[0]:.3g}, {ylabel} = {mark[1]:.4g}.")


def valley(x, paths, title, beta=0.0):
    """The surface f(d, a) = (x - d a)^2 + (beta / 2) (d^2 + a^2) in relief and from above, and descents over it.

    Parameters
    ----------
    x : float, positive
    paths : dict of name to array (steps, 2) of points (d, a), both positive
    title : str
    beta : float, the weight of the penalty
    """
    reach = 1.1 * max(np.sqrt(x), *(np.max(path) for path in paths.values()))
    grid = np.linspace(0.02, reach, 200)
    d, a = np.meshgrid(grid, grid)
    f = (x - d * a) ** 2 + beta / 2 * (d**2 + a**2)
    top = 2 * x**2 + beta * x  # higher walls would hide the valley
    height = np.log10(f + 1e-3)
    shade = plt.get_cmap("cividis")(plt.Normalize(height.min(), height.max())(height))
    bottom = np.linspace(x / reach, reach, 200)
    with plt.rc_context(LOOK):
        figure = plt.figure(figsize=(10, 4.9), layout="constrained")
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
        for number, (name, path) in enumerate(paths.items()):
            # Colour alone would vanish on this ground for some readers: an outline, a dash and a marker each.
            sign = {"color": COLOURS[number + 1], "marker": MARKERS[number], "markeredgecolor": "black"}
            outline = [withStroke(linewidth=4, foreground="white")]
            line = {"linestyle": STYLES[number], "linewidth": 1.5, "path_effects": outline}
            apart = max(1, len(path) // 12)
            axis.plot(*path.T, **sign, **line, markersize=7, markevery=apart, label=name, zorder=2.9 - number / 10)
            axis.plot(
                *path[-1], marker="*", markersize=16, color=COLOURS[number + 1], markeredgecolor="black", zorder=3
            )
        axis.set(xlim=(0, reach), ylim=(0, reach), xlabel="d", ylabel="a", title="from above, a star at each end")
        figure.legend(loc="outside lower center", ncols=len(paths))
        figure.suptitle(title)
        ends = "; ".join(
            f"{name} from ({path[0][0]:.3g}, {path[0][1]:.3g}) to ({path[-1][0]:.3g}, {path[-1][1]:.3g})"
            for name, path in paths.items()
        )
        _show(figure, f"{title}: {ends}.")


def shares(names, table, title):
    """Horizontal bars that split each row's whole into named shares, with the percentages written in.

    Parameters
    ----------
    names : list of str, one a column
    table : dict of row label to array of shares that sum to 1
    title : str
    """
    with plt.rc_context(LOOK):
        figure, axis = plt.subplots(figsize=(10, 0.75 * len(table) + 1.5), layout="constrained")
        left = np.zeros(len(table))
        labels = [textwrap.fill(label, 36) for label in table]
        for number, (name, colour) in enumerate(zip(names, COLOURS)):
            widths = np.array([row[number] for row in table.values()])
            look = {"color": colour, "edgecolor": "black", "hatch": HATCHES[number]}
            bars = axis.barh(labels, widths, left=left, label=name, **look)
            names_too = [f"{name}\n" * bool(width > 0.18) for width in widths]
            texts = [f"{its_name}{width:.0%}" if width >= 0.06 else "" for its_name, width in zip(names_too, widths)]
            # On its own ground, since the hatch would run through the letters.
            ground = {"facecolor": colour, "edgecolor": "none", "pad": 1.5}
            axis.bar_label(bars, texts, label_type="center", color=_readable_on(colour), fontsize=12, bbox=ground)
            left += widths
        axis.invert_yaxis()
        axis.set(xlim=(0, 1), xlabel="share of the code", title=title)
        figure.legend(ncols=len(names), loc="outside lower center")
        words = "; ".join(
            f"{label}: " + " + ".join(f"{share:.0%} {name}" for name, share in zip(names, row))
            for label, row in table.items()
        )
        _show(figure, f"{title}: {words}.")


def _readable_on(colour):
    """Black or white, whichever has the higher contrast (WCAG 2.2) on a colour."""
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in to_rgb(colour)]
    luminance = np.dot(linear, (0.2126, 0.7152, 0.0722))
    return "white" if 1.05 / (luminance + 0.05) > (luminance + 0.05) / 0.05 else "black"


def _colours(values, sequential):
    """Colour map and limits: diverging around zero where a value is negative, else sequential from zero."""
    low, high = np.nanmin(values), np.nanmax(values)
    if low < 0:
        reach = max(-low, high)
        return {"cmap": SIGNED, "vmin": -reach, "vmax": reach}
    return {"cmap": sequential, "vmin": 0, "vmax": high or 1}


def _span(values):
    negative = np.mean(np.asarray(values) < 0)
    share = f", {negative:.0%} of them negative" if negative else ""
    low, high = np.nanmin(values), np.nanmax(values)
    if abs(low) < 1e-9 * high:  # an entry on its way to zero: its exponent says nothing and differs between machines
        low = 0.0
    return f"Values from {low:.3g} to {high:.3g}{share}."


def _numbers(matrix):
    return "[" + ", ".join("[" + ", ".join(f"{value:.3g}" for value in row) + "]" for row in matrix) + "]"


class Shown:
    """A figure as a page shows it: a picture whose text alternative goes with it, and in plain text that alternative.

    JupyterLab, Colab, voila and exported pages take the HTML, since they show a bare PNG without its `alt`; what cannot
    show HTML takes the PNG.
    """

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
    """An HTML image of PNG bytes with a text alternative.

    It is `width` pixels wide where the page has room for that, less on a narrow page, down to where its smallest `letters`
    (in pixels) can just be read; from there on the page scrolls. `limit` may be one more CSS length that it should not be
    wider than. It has a ground and a rim of its own, so that it looks meant on a dark page.
    """
    data = base64.b64encode(png).decode("ascii")
    wide, narrow = width + 2 * RIM, width * LEGIBLE / letters + 2 * RIM
    size = f"width: min({wide}px, max(100%, {narrow:.0f}px){limit and ', ' + limit})"
    style = f"{size}; max-width: none; height: auto; box-sizing: border-box; padding: {RIM}px; margin: 4px 0"
    return (
        f'<img src="data:image/png;base64,{data}" alt="{html.escape(words)}" width="{width}" height="{height}" '
        f'style="{style}; background: white; border-radius: 6px" decoding="sync">'
    )


def _show(figure, words):
    shown = Shown(figure, words)
    plt.close(figure)
    show.display(shown)


# ---- Notebook 6 ----


def errors_over_K(K, seen, hidden, title, without_atoms):
    """Relative error of the seen and of the hidden entries over the number of atoms, with the lowest hidden one marked.

    Parameters
    ----------
    K : sequence of n int
    seen, hidden : arrays (masks, n); a thin line each, and their mean
    title : str
    without_atoms : float
        The error of a guess that needs no factorisation, drawn as a line.
    """
    seen, hidden = np.atleast_2d(seen), np.atleast_2d(hidden)
    lowest = np.argmin(hidden.mean(axis=0))
    with plt.rc_context(LOOK):
        figure, axis = plt.subplots(figsize=(8, 4.5), layout="constrained")
        for name, errors, number in (("hidden entries", hidden, 1), ("seen entries", seen, 0)):
            colour, style = COLOURS[number], STYLES[number]
            axis.plot(K, errors.T, color=colour, linewidth=0.8, alpha=0.6)
            axis.plot(K, errors.mean(axis=0), color=colour, linestyle=style, linewidth=2.5, label=name)
        axis.plot(K[lowest], hidden.mean(axis=0)[lowest], "*", color=COLOURS[1], markersize=18, markeredgecolor="black")
        axis.axhline(without_atoms, color="black", linewidth=1, linestyle=(0, (1, 1)), label="means, without atoms")
        axis.set_xscale("log", base=2)
        axis.set_xticks(K, [str(each) for each in K])
        axis.minorticks_off()
        axis.set(ylim=(0, None), xlabel="number of atoms K", ylabel="relative error", title=title)
        axis.legend()
        rows = "; ".join(
            f"K = {each}: {shown:.3f} and {guessed:.3f}"
            for each, shown, guessed in zip(K, seen.mean(axis=0), hidden.mean(axis=0))
        )
        _show(
            figure,
            f"{title}: mean relative error of the seen and of the hidden entries. {rows}. The hidden one is lowest at "
            f"K = {K[lowest]}; the means alone give {without_atoms:.3f}.",
        )


def consensus(matrices, kinds, title):
    """Consensus matrices side by side, samples ordered so that those that fall together stand together.

    Parameters
    ----------
    matrices : dict of name to array (n, n) of shares
    kinds : sequence of n str, or None
        What is known of each sample; it takes no part in the order, and stands beside it as a mark.
    title : str
    """
    from scipy.cluster.hierarchy import leaves_list, linkage
    from scipy.spatial.distance import squareform

    size = len(next(iter(matrices.values())))
    kinds = np.asarray([""] * size if kinds is None else kinds)
    names, words = [kind for kind in dict.fromkeys(kinds) if kind], []
    with plt.rc_context(LOOK):
        figure, axes = plt.subplots(
            1, len(matrices), figsize=(min(2.6 * len(matrices) + 0.7, 11), 4), squeeze=False, layout="constrained"
        )
        for axis, (name, matrix) in zip(axes[0], matrices.items()):
            order = leaves_list(linkage(squareform(1 - matrix, checks=False), "average", optimal_ordering=True))
            picture = axis.imshow(matrix[np.ix_(order, order)], cmap=MATRIX, vmin=0, vmax=1)
            for number, kind in enumerate(names):
                rows = np.flatnonzero(kinds[order] == kind)
                axis.plot(
                    np.full(len(rows), -0.03 * size),
                    rows,
                    MARKERS[number % len(MARKERS)],
                    color=COLOURS[number % len(COLOURS)],
                    markersize=3,
                    clip_on=False,
                    label=kind,
                )
            axis.set(xticks=[], yticks=[], title=name, xlim=(-0.06 * size, size - 0.5), xlabel="sample")
            undecided = np.mean((matrix > 0) & (matrix < 1))
            words.append(
                f"{name}: {undecided:.0%} of the entries are neither 0 nor 1; always together are "
                f"{_always_together(matrix, kinds)}"
            )
        axes[0, 0].set_ylabel("sample")
        figure.colorbar(picture, ax=axes, shrink=0.7, label="share of runs together")
        if names:
            handles, labels = axes[0, 0].get_legend_handles_labels()
            figure.legend(handles, labels, ncols=len(names), loc="outside lower center", markerscale=2)
        figure.suptitle(title)
        _show(figure, f"{title}: {'. '.join(words)}.")


def _always_together(matrix, kinds):
    """The groups that every run agrees on, from the largest on, by kind: "19 B-cell ALL + 1 AML, 8 T-cell ALL"."""
    groups = {}
    for row, kind in zip(matrix > 1 - 1e-9, kinds):
        groups.setdefault(row.tobytes(), []).append(kind)
    several = sorted((group for group in groups.values() if len(group) > 1), key=len, reverse=True)
    words = [" + ".join(f"{group.count(kind)} {kind}".strip() for kind in dict.fromkeys(group)) for group in several]
    return ", ".join(words) or "none"


def heaviest(atoms, names, title, count=6):
    """What is largest in each atom, as bars with names; one panel an atom.

    Parameters
    ----------
    atoms : dict of name to array (M,) of weights
    names : sequence of M str
    title : str
    count : int, bars a panel
    """
    words = []
    with plt.rc_context(LOOK):
        figure, axes = plt.subplots(
            len(atoms),
            1,
            figsize=(10, 0.38 * count * len(atoms) + 1.3),
            sharex=True,
            squeeze=False,
            layout="constrained",
        )
        for number, (axis, (name, weights)) in enumerate(zip(axes[:, 0], atoms.items())):
            largest = np.argsort(-np.asarray(weights), kind="stable")[:count]
            labels = [textwrap.shorten(str(names[entry]), 44, placeholder=" ...") for entry in largest]
            axis.barh(np.arange(len(largest)), np.asarray(weights)[largest], color=COLOURS[number % len(COLOURS)])
            axis.set_yticks(np.arange(len(largest)), labels, fontsize=12)
            axis.invert_yaxis()
            axis.set_title(name, fontsize=13, loc="left")
            words.append(
                f"{name}: " + ", ".join(f"{label} {weights[entry]:.2g}" for label, entry in zip(labels, largest))
            )
        axes[-1, 0].set_xlabel("weight")
        figure.suptitle(title)
        _show(figure, f"{title}: {'; '.join(words)}.")
