"""The search for wrong answers that pass."""

import ast

import numpy as np

from lessons import check, factorise
from tools import mutants


def test_one_change_at_a_time():
    made = {ast.unparse(tree) for tree in mutants.mutants(mutants.text("np.sum(X - D.T, axis=0)"))}

    assert made >= {"np.sum(X + D.T, axis=0)", "np.sum(X - D, axis=0)", "np.sum(X - D.T, axis=1)", "np.sum(X - D.T)"}
    assert "np.sum(X - D.T, axis=0)" not in made


def test_a_return_moves_into_the_loop():
    source = "def f(n):\n    for i in range(n):\n        a = i\n    return a\n"

    assert mutants.variants(source)["def f(n):\n    for i in range(n):\n        a = i\n        return a"] == "return a"


def test_an_example_that_tells_too_little_is_found():
    exercise = check.Exercise(
        factorise.reconstruct, "0.1", "mix", 1, "a mixture", "", cases=[(np.eye(2), np.array([[1.0, -2], [3, 4]]))]
    )

    lines = mutants.report(exercise)

    assert [line for line in lines if "PASSES" in line and "return A" in line]
    assert [line for line in lines if "UNNAMED" in line and line.endswith("return D")]
