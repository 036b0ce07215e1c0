"""Notebook 5: a face as a recipe of atoms, for four methods."""

import functools

import ipywidgets as widgets
import matplotlib as mpl
import numpy as np
from PIL import Image, ImageDraw

from lessons import datasets, factorise, figures
from lessons.explore._panel import (
    Picture,
    bare_image,
    computing,
    explorer,
    font,
    kept,
    number,
    progress_bar,
    set_entries,
)

K, SIDE = 49, 64


@functools.cache
def photographs():
    """All faces, one a column, (4096, 400); fewer of the stand-in."""
    faces = datasets.faces()
    return faces.reshape(len(faces), -1).T.astype(float)


def _pca(X, mean, bar):
    D = factorise.pca_dictionary(X, K)
    return D, D.T @ (X - mean), mean


def _k_means(X, _mean, bar):
    from sklearn.cluster import KMeans

    D = KMeans(K, n_init=1, random_state=0).fit(X.T).cluster_centers_.T
    return D, factorise.one_hot_codes(X, D), np.zeros((len(X), 1))


def _nmf(X, _mean, bar):
    rng = np.random.RandomState(1)
    P, Q = rng.rand(X.shape[1], K), rng.rand(len(X), K)
    for _ in range(10):
        P, Q = factorise.hals(X.T, P, Q, steps=5)
        bar.value += 10
    return *factorise.normalise_atoms(Q, P.T), np.zeros((len(X), 1))


def _sparse(X, mean, bar):
    from sklearn.decomposition import MiniBatchDictionaryLearning

    few = {"transform_algorithm": "omp", "transform_n_nonzero_coefs": 8}
    model = MiniBatchDictionaryLearning(K, alpha=3, random_state=0, **few)
    centred = (X - mean).T
    order = np.random.RandomState(0).permutation(len(centred))
    for batch in np.array_split(np.tile(order, 5), 100):
        model.partial_fit(centred[batch])
        bar.value += 1
    return model.components_.T, model.transform(centred).T, mean


METHODS = {"PCA": _pca, "k-means": _k_means, "NMF": _nmf, "sparse dictionary": _sparse}


@kept
def _dictionary(method, bar):
    X = photographs()
    with computing(bar, method, 100):
        D, A, offset = METHODS[method](X, X.mean(axis=1, keepdims=True), bar)
    # Either sign of an atom is right; this one adds more light than it takes, on every machine.
    signs = np.where(D.sum(axis=0) < 0, -1, 1)
    return D * signs, A * signs[:, np.newaxis], offset


def recipe():
    """One face as a sum of atoms, each with its weight; switch atoms on and off."""
    X = photographs()
    picture = Picture(5, figures.PHOTO, figures.SIGNED)
    layout = picture.figure.add_gridspec(1, 2, width_ratios=[1.4, 1])
    right = layout[1].subgridspec(2, 2, height_ratios=[1, 1.8])
    original = bare_image(picture.figure.add_subplot(right[0, 0]), "face", SIDE)
    mixture = bare_image(picture.figure.add_subplot(right[0, 1]), "sum", SIDE)
    sheet = bare_image(picture.figure.add_subplot(layout[0]), "atoms, those off are pale", 1)
    code = bare_image(picture.figure.add_subplot(right[1, :]), "weights of the atoms on", 7, cmap=figures.SIGNED)
    numbers = figures.write_on(code, str, fontsize=9)  # a text for each cell, filled below
    bar = progress_bar()

    def draw(method, face, count, off):
        D, A, offset = _dictionary(method, bar)
        x, alpha = X[:, face], A[:, face]
        order = np.argsort(-np.abs(alpha) * np.linalg.norm(D, axis=0), kind="stable")
        on = np.zeros(K, dtype=bool)
        on[order[:count]] = True
        on[[atom - 1 for atom in off]] = False
        rebuilt = offset[:, 0] + D @ (alpha * on)
        original.set_data(x.reshape(SIDE, SIDE))
        mixture.set_data(rebuilt.reshape(SIDE, SIDE))
        vivid, pale = _sheets(method, bar)
        sheet.set_data(np.where(np.append(on, True)[_CELLS], vivid, pale).view(np.uint8).reshape(*vivid.shape, 4))
        reach = np.abs(alpha).max() or 1
        code.set_clim(-reach, reach)
        set_entries(code, numbers, np.where(on, alpha, 0).reshape(7, 7), zero="")
        error = np.linalg.norm(x - rebuilt) / np.linalg.norm(x)
        heaviest = ", ".join(f"{alpha[k]:.2f} × atom {k + 1}" for k in order[:3] if on[k] and alpha[k])
        sentence = (
            f"{method}, face {face}: {on.sum()} of {K} atoms are on, {np.sum(alpha[on] != 0)} of them with a weight "
            f"that is not zero{', on top of the mean face' if offset.any() else ''}; relative error {error:.3f}. "
            f"Heaviest: {heaviest or 'none'}. Negative weights: {np.sum(alpha[on] < 0)}."
        )
        return picture.png(original, mixture, sheet, code, *numbers), sentence

    controls = {
        "method": widgets.Dropdown(description="method", options=list(METHODS)),
        "face": number("face", 0, 0, X.shape[1] - 1, 1),
        "count": number("heaviest atoms on", K, 0, K, 1),
        "off": widgets.SelectMultiple(description="atoms off (several: Ctrl)", options=range(1, K + 1), rows=4),
    }
    return explorer(controls, draw, bar=bar)


# Which atom each pixel of the sheet belongs to; the gaps between the atoms count as one atom more.
_CELLS = figures.sheet(np.arange(K)[:, np.newaxis, np.newaxis] * np.ones((1, SIDE, SIDE)), 7)
_CELLS = np.where(np.isnan(_CELLS), K, _CELLS).astype(int)


@kept
def _sheets(method, bar):
    """The atoms in colour, and the same pale: a fifth of the contrast, near white; a pixel is one number."""
    D, _, _ = _dictionary(method, bar)
    atoms = figures.sheet((D / np.abs(D).max(axis=0)).T.reshape(K, SIDE, SIDE), 7)
    cmap, shares = (figures.SIGNED, (atoms + 1) / 2) if np.nanmin(atoms) < 0 else (figures.PHOTO, atoms)
    colours = mpl.colormaps[cmap](shares, bytes=True)
    colours[_CELLS == K] = 255
    return [_numbered(each).view(np.uint32)[..., 0] for each in (colours, 204 + colours // 5)]


def _numbered(colours):
    """Each atom with its number in a corner, as it is called in the list of those switched off."""
    image = Image.fromarray(colours)
    draw = ImageDraw.Draw(image)
    for atom in range(K):
        row, column = np.argwhere(atom == _CELLS)[0]
        draw.rectangle((column, row, column + 10 + 9 * (atom > 8), row + 15), fill="white")
        draw.text((column + 1, row - 1), str(atom + 1), "black", font(11))
    return np.array(image)
