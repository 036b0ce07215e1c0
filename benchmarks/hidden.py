"""How long notebook 6 takes: the curve over K of hidden entries, and agreement between runs."""

import numpy as np

from benchmarks.measure import compare
from lessons import datasets, factorise

ATOMS = [1, 2, 4, 6, 8, 12, 16, 32]
STEPS = 500


def run():
    R = datasets.faces(100, 16).reshape(100, -1).astype(float)
    _curve(R)
    _masked_beside_plain(R, K=8)
    _agreement(datasets.leukaemia()[0])


def _start(R, K, seed=1):
    rng = np.random.RandomState(seed)
    return rng.rand(len(R), K), rng.rand(R.shape[1], K)


def _repeat(step, pair, steps):
    for _ in range(steps):
        pair = step(*pair)
    return pair


def _curve(R):
    seen = np.random.RandomState(0).rand(*R.shape) >= 0.7

    def fit(K):
        return _repeat(lambda P, Q: factorise.masked_step(R, seen, P, Q), _start(R, K), STEPS)

    compare(
        f"Hidden entries of {R.shape[0]} x {R.shape[1]}: {STEPS} masked steps",
        {f"all {len(ATOMS)} K": lambda: [fit(K) for K in ATOMS], "K = 1": lambda: fit(1), "K = 32": lambda: fit(32)},
        repeats=3,
    )


def _masked_beside_plain(R, K):
    seen = np.random.RandomState(0).rand(*R.shape) >= 0.7
    P, Q = _start(R, K)
    compare(
        f"One step, K = {K}",
        {
            "multiplicative_step": lambda: factorise.multiplicative_step(R, P, Q),
            "masked_step": lambda: factorise.masked_step(R, seen, P, Q),
        },
        repeats=101,
    )


def _agreement(R):
    def labels(method, K):
        ends = [method(*_start(R, K, seed)) for seed in range(12)]
        return np.array([factorise.normalise_atoms(Q, P.T)[1].argmax(axis=0) for P, Q in ends])

    def multiplicative(P, Q):
        return _repeat(lambda P, Q: factorise.multiplicative_step(R, P, Q), (P, Q), STEPS)

    def hals(P, Q):
        return factorise.hals(R, P, Q, 50)

    compare(
        f"Agreement of 12 runs on {R.shape[0]} x {R.shape[1]}, K = 2, 3, 4, 5",
        {
            f"{STEPS} multiplicative steps": lambda: [
                factorise.consensus(labels(multiplicative, K)) for K in (2, 3, 4, 5)
            ],
            "50 steps of hals": lambda: [factorise.consensus(labels(hals, K)) for K in (2, 3, 4, 5)],
        },
        repeats=1,
    )
