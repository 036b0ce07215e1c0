"""Notebook 5: a face as a recipe of atoms, for four methods."""

import functools

import ipywidgets as widgets
import matplotlib as mpl
import numpy as np
from PIL import Image, ImageDraw

from lessons import datasets, factorise, figures
from lessons.explore._panel import Picture, bare_image, computing, explorer, font, number, progress_bar, set_entries

K, SIDE = 49, 64
BAR = progress_bar()


@functools.cache
def photographs():
    """All faces, one a column, (4096, 400); fewer of the stand-in."""
    faces = datasets.faces()
    return faces.reshape(len(faces), -1).T.astype(float)


def _pca(X):
    D = factorise.pca_dictionary(X, K)
    return D, D.T @ X


def _k_means(X):
    from sklearn.cluster import KMeans

    D = KMeans(K, n_init=1, random_state=0).fit(X.T).cluster_centers_.T
    return D, factorise.one_hot_codes(X, D)


def _nmf(X):
    rng = np.random.RandomState(1)
    P, Q = rng.rand(X.shape[1], K), rng.rand(len(X), K)
    for _ in range(10):
        P, Q = factorise.hals(X.T, P, Q, steps=5)
        BAR.value += 10
    return factorise.normalise_atoms(Q, P.T)


def _sparse(X):
    from sklearn.decomposition import MiniBatchDictionaryLearning

    model = MiniBatchDictionaryLearning(K, alpha=3, transform_n_nonzero_coefs=8, random_state=0)
    order = np.random.RandomState(0).permutation(X.shape[1])
    for batch in np.array_split(np.tile(order, 5), 100):
        model.partial_fit(X.T[batch])
        BAR.value += 1
    return model.components_.T, model.transform(X.T).T


METHODS = {"PCA": _pca, "k-means": _k_means, "NMF": _nmf, "sparse dictionary": _sparse}
WITHOUT_MEAN = ["PCA", "sparse dictionary"]  # these learn from what the mean face leaves


@functools.cache
def _dictionary(method):
    """Atoms (4096, 49), their codes (49, 400), and what is added to every mixture, (4096, 1)."""
    X = photographs()
    offset = X.mean(axis=1, keepdims=True) * (method in WITHOUT_MEAN)
    with computing(BAR, method, 100):
        D, A = METHODS[method](X - offset)
    # Either sign of an atom is right; this one adds more light than it takes, on every machine.
    signs = np.where(D.sum(axis=0) < 0, -1, 1)
    return D * signs, A * signs[:, np.newaxis], offset


def recipe():
    """One face as a sum of atoms, each with its weight; switch atoms on and off."""
    X = photographs()
    picture = Picture(5, figures.PHOTO, figures.SIGNED)
    places = [["atoms", "face", "sum"], ["atoms", "code", "code"]]
    axes = picture.figure.subplot_mosaic(places, width_ratios=[2.9, 1, 1], height_ratios=[1, 1.8])
    original, mixture = bare_image(axes["face"], "face", SIDE), bare_image(axes["sum"], "sum", SIDE)
    sheet = bare_image(axes["atoms"], "atoms, those off are pale", 1)
    code = bare_image(axes["code"], "weights of the atoms on", 7, cmap=figures.SIGNED)
    numbers = figures.write_on(code, str, fontsize=9)  # a text for each cell, filled below

    def draw(method, face, count, off):
        D, A, offset = _dictionary(method)
        x, alpha = X[:, face], A[:, face]
        order = np.argsort(-np.abs(alpha) * np.linalg.norm(D, axis=0), kind="stable")
        on = np.zeros(K, dtype=bool)
        on[order[:count]] = True
        on[[atom - 1 for atom in off]] = False
        rebuilt = offset[:, 0] + D @ (alpha * on)
        original.set_data(x.reshape(SIDE, SIDE))
        mixture.set_data(rebuilt.reshape(SIDE, SIDE))
        vivid, pale = _sheets(method)
        sheet.set_data(np.where(np.append(on, True)[_CELLS][..., np.newaxis], vivid, pale))
        reach = np.abs(alpha).max() or 1
        code.set_clim(-reach, reach)
        set_entries(code, numbers, np.where(on, alpha, 0).reshape(7, 7), zero="")
        error = np.linalg.norm(x - rebuilt) / np.linalg.norm(x)
        heaviest = ", ".join(f"{alpha[k]:.2f} × atom {k + 1}" for k in order[:3] if on[k] and alpha[k])
        return (
            f"{method}, face {face}: {on.sum()} of {K} atoms are on, {np.sum(alpha[on] != 0)} of them with a weight "
            f"that is not zero{', on top of the mean face' if offset.any() else ''}; relative error {error:.3f}. "
            f"Heaviest: {heaviest or 'none'}. Negative weights: {np.sum(alpha[on] < 0)}."
        )

    controls = {
        "method": widgets.Dropdown(description="method", options=list(METHODS)),
        "face": number("face", 0, 0, X.shape[1] - 1, 1),
        "count": number("heaviest atoms on", K, 0, K, 1),
        "off": widgets.SelectMultiple(description="atoms off (several: Ctrl)", options=range(1, K + 1), rows=4),
    }
    return explorer(picture, [original, mixture, sheet, code, *numbers], controls, draw, BAR)


# Which atom each pixel of the sheet belongs to; the gaps between the atoms count as one atom more.
_CELLS = figures.sheet(np.arange(K)[:, np.newaxis, np.newaxis] * np.ones((1, SIDE, SIDE)), 7)
_CELLS = np.where(np.isnan(_CELLS), K, _CELLS).astype(int)


@functools.cache
def _sheets(method):
    """The atoms in colour, and the same pale: a fifth of the contrast, near white."""
    D, _, _ = _dictionary(method)
    atoms = figures.sheet((D / np.abs(D).max(axis=0)).T.reshape(K, SIDE, SIDE), 7)
    cmap, shares = (figures.SIGNED, (atoms + 1) / 2) if np.nanmin(atoms) < 0 else (figures.PHOTO, atoms)
    colours = mpl.colormaps[cmap](shares, bytes=True)
    colours[_CELLS == K] = 255
    return [_numbered(each) for each in (colours, 204 + colours // 5)]


def _numbered(colours):
    """Each atom with its number in a corner, as it is called in the list of those switched off."""
    image = Image.fromarray(colours)
    draw = ImageDraw.Draw(image)
    for atom in range(K):
        row, column = np.argwhere(atom == _CELLS)[0]
        draw.rectangle((column, row, column + 10 + 9 * (atom > 8), row + 15), fill="white")
        draw.text((column + 1, row - 1), str(atom + 1), "black", font(11))
    return np.array(image)
