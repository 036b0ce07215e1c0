"""The tutorial's printed residual, met by the very functions that a student gets."""

import ast
import functools

import nbformat
import numpy as np
import pytest
from skimage.transform import resize
from sklearn.datasets import fetch_olivetti_faces

from lessons import datasets
from lessons.exercises import faces as todo
from tools import ROOT

NOTEBOOK = ROOT / "solutions" / "03_matrix_factorisation_faces.ipynb"


def borrowed(name):
    """What the check hands to a student who has written nothing yet."""
    return getattr(todo, name).check(lambda *args, **kwargs: ...)


def solved(name):
    """The function in a solution cell of the notebook."""
    cells = nbformat.read(NOTEBOOK, as_version=4).cells
    [source] = [cell.source for cell in cells if cell.cell_type == "code" and defines(name, cell.source)]
    scope = {"np": np}
    exec(source, scope)
    return scope[name]


def defines(name, source):
    return any(isinstance(node, ast.FunctionDef) and node.name == name for node in ast.parse(source).body)


def corners_of_the_run(images, written):
    """R - P Q^T at the rows and columns that the tutorial printed, with its start and its settings."""
    faces = resize(images[:100], (100, 16, 16), anti_aliasing=True)
    # The tutorial kept a face a column, in float32: in that memory order numpy's means round as they did there. A face
    # a row in the usual order gives means that differ in the last bit, and a residual 2e-7 away instead of 5e-9.
    R = written("centre")(np.asfortranarray(faces.reshape(100, -1)))
    rng = np.random.RandomState(1)
    P, Q = rng.rand(100, 2), rng.rand(256, 2)
    P, Q = written("matrix_factorization")(R, P, Q, 2, steps=5000, alpha=0.002, beta=0.02)
    corners = datasets.tutorial_residuals()["corners"]
    return (R - P @ Q.T)[np.ix_(corners, corners)]


@functools.cache
def scikit_learn_copy():
    try:
        return fetch_olivetti_faces(download_if_missing=False).images
    except OSError:
        pytest.skip(
            "NOT COMPARED: scikit-learn's own copy of the Olivetti faces is not here; "
            "let SCIKIT_LEARN_DATA name the folder with olivetti_py3.pkz"
        )


@pytest.mark.parametrize("written", [borrowed, solved])
def test_the_run_meets_the_tutorial_on_the_rebuilt_faces(written):
    corners = corners_of_the_run(datasets.faces(count=100), written)

    np.testing.assert_allclose(corners, datasets.tutorial_residuals()["mf"], rtol=0, atol=5e-5)


@pytest.mark.parametrize("written", [borrowed, solved])
def test_the_run_meets_the_tutorial_to_the_last_printed_digit_on_its_own_faces(written):
    corners = corners_of_the_run(scikit_learn_copy(), written)

    np.testing.assert_allclose(corners, datasets.tutorial_residuals()["mf"], rtol=0, atol=5e-8)


def test_another_beta_would_be_noticed():
    """The tolerance tells the tutorial's setting from one next to it."""

    def nearby(name):
        function = borrowed(name)
        if name == "centre":
            return function
        return lambda *args, steps, alpha, beta: function(*args, steps=steps, alpha=alpha, beta=beta + 0.001)

    corners = corners_of_the_run(datasets.faces(count=100), nearby)

    assert np.max(np.abs(corners - datasets.tutorial_residuals()["mf"])) > 5e-5


def test_a_missing_file_of_printed_numbers_is_said(monkeypatch, tmp_path):
    monkeypatch.setattr(datasets, "DATA", tmp_path)

    with pytest.raises(RuntimeError, match="tutorial_numbers.json, but there is no such file"):
        datasets.tutorial_residuals()
