"""One step of an algorithm against the same step written otherwise, from the same start."""

import warnings

import numpy as np
from sklearn.decomposition import NMF
from sklearn.exceptions import ConvergenceWarning

from benchmarks.measure import compare
from lessons import datasets, factorise


def run():
    small = datasets.faces(100, 16).reshape(100, -1).astype(float)
    large = datasets.faces().reshape(400, -1).astype(float)
    _gradient_descent(factorise.centre(small), K=2)
    _multiplicative(small, K=2, steps=200)
    _multiplicative(large, K=49, steps=20)


def _start(R, K):
    rng = np.random.RandomState(1)
    return rng.rand(len(R), K), rng.rand(R.shape[1], K)


def _gradient_descent(R, K, steps=1000):
    P, Q = _start(R, K)
    seconds = compare(
        f"Gradient descent on {R.shape[0]} x {R.shape[1]}, K = {K}",
        {
            f"numpy, {steps} steps": lambda: factorise.matrix_factorization(R, P, Q, K, steps),
            "entry by entry in Python, 1 step": lambda: factorise.entrywise_step(R, P, Q),
        },
    )
    numpy_run, one_pass = seconds.values()
    print(f"  a step entry by entry takes {one_pass / (numpy_run / steps):.0f} times as long")


def _multiplicative(R, K, steps):
    start = _start(R, K)

    def ours(step):
        P, Q = start
        for _ in range(steps):
            P, Q = step(R, P, Q)
        return P, Q

    def theirs():
        model = NMF(K, init="custom", solver="mu", max_iter=steps, tol=0)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)  # a fixed number of steps is meant
            P = model.fit_transform(R, W=start[0].copy(), H=start[1].T.copy())
        return P, model.components_.T

    products = [P @ Q.T for P, Q in (ours(factorise.multiplicative_step), ours(_naive_step), theirs())]
    for product in products[1:]:
        np.testing.assert_allclose(product, products[0], rtol=1e-3, atol=1e-6)  # the same sequence on all sides
    compare(
        f"{steps} multiplicative updates on {R.shape[0]} x {R.shape[1]}, K = {K}",
        {
            "multiplicative_step, small Gram products": lambda: ours(factorise.multiplicative_step),
            "naive order, (P Q^T) Q": lambda: ours(_naive_step),
            'scikit-learn, solver="mu"': theirs,
        },
    )


def _naive_step(R, P, Q):
    P = P * (R @ Q) / (P @ Q.T @ Q + 1e-12)
    Q = Q * (R.T @ P) / (Q @ P.T @ P + 1e-12)
    return P, Q
