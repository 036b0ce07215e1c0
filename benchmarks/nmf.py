"""Time to the same error on all 400 faces, for the ways of doing NMF; and the tutorial's matrix without a constraint."""

import bisect
import functools
import warnings

import numpy as np
from sklearn.decomposition import NMF
from sklearn.exceptions import ConvergenceWarning

from benchmarks.measure import compare
from lessons import datasets, factorise

SEEDS = [0, 1, 2]
CD_STEPS = 200
MOST_STEPS = 1000


def run():
    R = datasets.faces().reshape(400, -1).astype(float)
    for seed in SEEDS:
        _time_to_error(R, 49, seed)
    _share_of_peak(R, K=49)
    _without_constraint(factorise.centre(datasets.faces(100, 16).reshape(100, -1).astype(float)), K=2)


def _start(R, K, seed=0):
    rng = np.random.RandomState(seed)
    return rng.rand(len(R), K), rng.rand(R.shape[1], K)


def _error(R, P, Q):
    return np.linalg.norm(R - P @ Q.T)


def _time_to_error(R, K, seed):
    P, Q = _start(R, K, seed)
    coordinate_descent = _scikit_learn("cd")
    reached = _error(R, *coordinate_descent(R, P, Q, CD_STEPS))
    print(
        f"\nSeed {seed}: relative error of scikit-learn's cd after {CD_STEPS} steps {reached / np.linalg.norm(R):.5f}"
    )
    targets = {"+ 1 %": 1.01 * reached, "+ 0.1 %": 1.001 * reached}
    methods = {
        "scikit-learn cd": coordinate_descent,
        "hals": factorise.hals,
        "hals, 1 sweep a step": functools.partial(factorise.hals, sweeps=1),
        "multiplicative_step": _multiplicative,
        "scikit-learn mu": _scikit_learn("mu"),
    }
    needed = {name: _steps_to(R, P, Q, solve, targets, "hals" in name) for name, solve in methods.items()}
    for title in targets:
        sides = {f"scikit-learn cd, all {CD_STEPS} steps": functools.partial(coordinate_descent, R, P, Q, CD_STEPS)}
        for name, steps in needed.items():
            if title in steps:
                sides[f"{name}, {steps[title]} steps"] = functools.partial(methods[name], R, P, Q, steps[title])
        compare(f"Time to that error {title}, from the same start", sides, repeats=3)
        for name, steps in needed.items():
            if title not in steps:
                print(f"  {name:44} not within {MOST_STEPS} steps")


def _multiplicative(R, P, Q, steps):
    for _ in range(steps):
        P, Q = factorise.multiplicative_step(R, P, Q)
    return P, Q


def _scikit_learn(solver):
    def solve(R, P, Q, steps):
        model = NMF(P.shape[1], init="custom", solver=solver, max_iter=steps, tol=0)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)  # a fixed number of steps is meant
            P = model.fit_transform(R, W=P.copy(), H=Q.T.copy())
        return P, model.components_.T

    return solve


def _steps_to(R, P, Q, solve, targets, has_memory):
    """The least number of steps to each target error; a target that is not reached within MOST_STEPS is left out.

    A method with memory of its earlier steps (`has_memory`) cannot be stopped and continued. It starts anew for every
    number of steps, with the search halving the range up to CD_STEPS.
    """
    if has_memory:
        found = {
            title: 1
            + bisect.bisect_left(
                range(1, CD_STEPS + 1), True, key=lambda steps: _error(R, *solve(R, P, Q, steps)) <= target
            )
            for title, target in targets.items()
        }
        return {title: steps for title, steps in found.items() if steps <= CD_STEPS}
    found = {}
    for step in range(1, MOST_STEPS + 1):
        P, Q = solve(R, P, Q, 1)
        error = _error(R, P, Q)
        for title in [title for title, target in targets.items() if title not in found and error <= target]:
            found[title] = step
        if len(found) == len(targets):
            break
    return found


def _share_of_peak(R, K):
    P, Q = _start(R, K)
    N, M = R.shape
    square = np.random.default_rng(0).random((2000, 2000))
    seconds = compare(
        f"One multiplicative step on {N} x {M}, K = {K}, beside one large matrix product",
        {
            "product of two 2000 x 2000 matrices": lambda: square @ square,
            "multiplicative_step": lambda: factorise.multiplicative_step(R, P, Q),
        },
        repeats=9,
    )
    product, step = seconds.values()
    # Two products with R, and for each factor a Gram matrix and a product with it; a multiply and an add each.
    operations = 2 * (2 * N * M * K + 2 * (N + M) * K**2)
    peak = 2 * len(square) ** 3 / product
    print(f"  peak {peak / 1e9:.1f} GFLOP/s; the step's products run at {operations / step / peak:.0%} of it")


def _without_constraint(R, K):
    P, Q = _start(R, K)
    enough = 1.001 * factorise.smallest_error(R, K) ** 2

    def descent(P, Q):
        return factorise.matrix_factorization(R, P, Q, K, steps=1)

    def least_squares(P, Q):
        Q, A = factorise.alternate(R.T, Q, 1)
        return factorise.update_codes(R.T, Q).T, Q

    steps = {}
    for step in (descent, least_squares):
        *_, losses = factorise.track(step, R, P, Q, 10_000)
        steps[step] = int(np.argmax(losses <= enough))
    compare(
        f"To the SVD floor + 0.1 % of the squared error on {R.shape[0]} x {R.shape[1]}, K = {K}",
        {
            "truncated SVD": lambda: factorise.truncated_svd(R, K),
            f"alternating least squares, {steps[least_squares]} steps": lambda: factorise.alternate(
                R.T, Q, steps[least_squares]
            ),
            f"gradient descent, {steps[descent]} steps": lambda: factorise.matrix_factorization(
                R, P, Q, K, steps[descent]
            ),
        },
    )
