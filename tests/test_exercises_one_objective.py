"""Answers to notebook 5: what is accepted, and what is recognised, however it is written."""

import numpy as np
import pytest
from sklearn.cluster import KMeans
from sklearn.decomposition import PCA

from lessons.exercises import one_objective as todo


def distances(X, D):
    return np.array([[np.sum((x - atom) ** 2) for x in X.T] for atom in D.T])


def one_hot_by_loops(X, D):
    A = np.zeros((D.shape[1], X.shape[1]), dtype=int)
    for i in range(X.shape[1]):
        nearest = 0
        for j in range(D.shape[1]):
            if np.linalg.norm(X[:, i] - D[:, j]) <= np.linalg.norm(X[:, i] - D[:, nearest]):  # the last of a tie
                nearest = j
        A[nearest, i] = 1
    return A


def one_hot_by_index(X, D):
    A = np.zeros((D.shape[1], X.shape[1]))
    A[np.argmin(distances(X, D), axis=0), np.arange(X.shape[1])] = 1
    return A


def one_hot_by_inner_products(X, D):
    nearest = np.argmax(D.T @ X - 0.5 * np.sum(D * D, axis=0)[:, None], axis=0)
    return (np.arange(D.shape[1])[:, None] == nearest).astype(np.float32)


def one_hot_by_scikit_learn(X, D):
    centres = KMeans(D.shape[1], init=D.T, n_init=1, max_iter=1).fit(D.T)
    return np.eye(D.shape[1])[centres.predict(np.ascontiguousarray(X.T))].T


def pca_by_eigh(X, k):
    centred = X - X.mean(axis=1)[:, None]
    _, vectors = np.linalg.eigh(centred @ centred.T / X.shape[1])
    return vectors[:, ::-1][:, :k]


def pca_by_sorting(X, k):
    values, vectors = np.linalg.eig(np.cov(X))
    return vectors.real[:, np.argsort(-values.real)[:k]]


def pca_by_snapshots(X, k):
    """Turk and Pentland's way for many pixels and few samples."""
    centred = (X.T - X.T.mean(axis=0)).T
    _, V = np.linalg.eigh(centred.T @ centred)
    D = centred @ V[:, -k:][:, ::-1]
    return D / np.linalg.norm(D, axis=0)


def pca_turned(X, k):
    """Another basis of the plane where the variances are equal."""
    D = pca_by_eigh(X, k)
    centred = X - X.mean(axis=1, keepdims=True)
    variances = np.sum((D.T @ centred) ** 2, axis=1)
    if k == 2 and np.isclose(*variances):
        return D @ np.array([[0.6, -0.8], [0.8, 0.6]])
    return D


def by_columns(X, D):
    mean = np.mean(X, axis=1)
    return np.array([mean + sum((d @ (x - mean)) * d for d in D.T) for x in X.T]).T


ACCEPTED = [
    (todo.one_hot_codes, one_hot_by_loops),
    (todo.one_hot_codes, one_hot_by_index),
    (todo.one_hot_codes, one_hot_by_inner_products),
    (todo.one_hot_codes, one_hot_by_scikit_learn),
    (todo.one_hot_codes, lambda X, D: np.eye(D.shape[1])[distances(X, D).argmin(axis=0)].T),
    (todo.one_hot_codes, lambda X, D: np.eye(D.shape[1])[:, -1 - np.sqrt(distances(X, D))[::-1].argmin(axis=0)]),
    (todo.pca_dictionary, pca_by_eigh),
    (todo.pca_dictionary, pca_by_sorting),
    (todo.pca_dictionary, pca_by_snapshots),
    (todo.pca_dictionary, pca_turned),
    (todo.pca_dictionary, lambda X, k: -pca_by_eigh(X, k)),
    (todo.pca_dictionary, lambda X, k: pca_by_eigh(X, k) * (-1) ** np.arange(k)),
    (todo.pca_dictionary, lambda X, k: pca_by_eigh(X, k).astype(np.float32)),
    (todo.pca_dictionary, lambda X, k: PCA(k).fit(X.T).components_.T),
    (todo.pca_dictionary, lambda X, k: np.linalg.svd((X.T - X.T.mean(0)) / np.sqrt(len(X.T)))[2][:k].T),
    (todo.project, by_columns),
    (todo.project, lambda X, D: D @ (D.T @ (X.T - X.mean(axis=1)).T) + X.mean(axis=1)[:, None]),
    (todo.project, lambda X, D: D @ D.T @ D @ D.T @ (X - X.mean(1, keepdims=True)) + X.mean(1, keepdims=True)),
    (todo.project, lambda X, D: X - (np.eye(len(X)) - D @ D.T) @ (X - X.mean(axis=1, keepdims=True))),
    (todo.project, lambda X, D: D @ D.T @ X + (np.eye(len(X)) - D @ D.T) @ X.mean(axis=1, keepdims=True)),
    (
        todo.project,
        lambda X, D: X.mean(1)[:, None] + D @ np.linalg.lstsq(D, X - X.mean(1)[:, None], rcond=None)[0],
    ),
    (todo.relative_error, lambda X, D, A: (np.sum((X - D @ A) ** 2) / np.sum(X**2)) ** 0.5),
    (todo.relative_error, lambda X, D, A: np.sqrt(np.mean((D @ A - X) ** 2) / np.mean(X**2))),
    (todo.relative_error, lambda X, D, A: np.linalg.norm(X / np.linalg.norm(X) - D @ A / np.linalg.norm(X))),
    (todo.relative_error, lambda X, D, A: np.array(np.linalg.norm(X - D @ A) / np.sqrt(np.trace(X.T @ X)))),
    (todo.relative_error, lambda X, D, A: np.float32(np.linalg.norm(X - D @ A, "fro") / np.linalg.norm(X, "fro"))),
]


def centred(X):
    return X - np.mean(X, 1)[:, None]


def first_in_memory(X, D):
    A = np.zeros((D.shape[1], X.shape[1]))
    for i, x in enumerate(X.T):
        A[:, i] = [np.linalg.norm(x - atom) for atom in D.T] == min(np.linalg.norm(x - atom) for atom in D.T)
    return A


def one_hot_of_rows(X, D):
    A = np.zeros((X.shape[1], D.shape[1]))
    A[range(X.shape[1]), distances(X, D).argmin(axis=0)] = 1
    return A


def softmin(X, D):
    weights = np.exp(-distances(X, D) / distances(X, D).max())
    return weights / weights.sum(axis=0)


def best_goes_on(X, D):
    A, best, nearest = np.zeros((D.shape[1], X.shape[1])), np.inf, 0
    for i in range(X.shape[1]):
        for j in range(D.shape[1]):
            if np.linalg.norm(X[:, i] - D[:, j]) < best:
                best, nearest = np.linalg.norm(X[:, i] - D[:, j]), j
        A[nearest, i] = 1
    return A


def two_nearest(X, D):
    A = np.zeros((D.shape[1], X.shape[1]))
    for row in distances(X, D).argsort(axis=0)[:2]:
        A[row, np.arange(X.shape[1])] = 1
    return A


def one_hot_of(measure):
    return lambda X, D: np.array([np.eye(D.shape[1])[np.argmin([measure(x, d) for d in D.T])] for x in X.T]).T


def one_in_all(X, D):
    A = np.zeros((D.shape[1], X.shape[1]))
    A[np.unravel_index(distances(X, D).argmin(), A.shape)] = 1
    return A


def codes_in_the_shape_of_X(X, D):
    A = np.zeros(X.shape)
    A[np.argmin(distances(X, D), axis=0), np.arange(X.shape[1])] = 1
    return A


def mean_of_what_is_not_zero(X):
    return np.array([[row[row != 0].mean()] for row in X])


def coded(change=lambda codes: codes, mean=lambda X: X.mean(1)[:, None], back=1):
    return lambda X, D: D @ change(D.T @ (X - mean(X))) + back * mean(X)


RECOGNISED = [
    (
        todo.one_hot_codes,
        lambda X, D: np.eye(D.shape[1])[np.linalg.norm(X[:, None] - D[:, :, None], axis=0).argmin(axis=1)].T,
        "nearest_sample",
    ),
    (
        todo.one_hot_codes,
        lambda X, D: np.eye(D.shape[1])[:, np.argmax(np.linalg.pinv(D) @ X, axis=0)],
        "largest_coefficient",
    ),
    (todo.one_hot_codes, one_hot_of(lambda x, d: np.linalg.norm(d) - 2 * d @ x), "norms_not_squared"),
    (todo.one_hot_codes, one_hot_of(lambda x, d: d @ d + 2 * d @ x), "cross_term_added"),
    (todo.one_hot_codes, one_hot_of(lambda x, d: np.linalg.norm(x - d, np.inf)), "largest_difference"),
    (todo.one_hot_codes, one_hot_of(lambda x, d: abs(np.linalg.norm(x) - np.linalg.norm(d))), "difference_of_lengths"),
    (todo.one_hot_codes, one_hot_of(lambda x, d: np.linalg.norm((x - d)[x != 0])), "zero_means_missing"),
    (todo.one_hot_codes, lambda X, D: one_hot_by_index(X, X[:, -D.shape[1] :]), "refits"),
    (todo.one_hot_codes, one_in_all, "nearest_of_all"),
    (
        todo.one_hot_codes,
        lambda X, D: one_hot_by_index(X, D) * (np.arange(X.shape[1]) + 1 < X.shape[1]),
        "not_every_sample",
    ),
    (todo.one_hot_codes, lambda X, D: np.eye(D.shape[1])[:, distances(X, D)[:-1].argmin(0)], "not_every_atom"),
    (todo.one_hot_codes, best_goes_on, "best_not_reset"),
    (todo.one_hot_codes, lambda X, D: one_hot_by_index(X, D) * np.sqrt(distances(X, D) + 2), "not_a_one"),
    (todo.one_hot_codes, lambda X, D: np.where(one_hot_by_index(X, D), 0.0, 1.0), "zeros_and_ones_swapped"),
    (todo.one_hot_codes, two_nearest, "two_ones"),
    (todo.one_hot_codes, codes_in_the_shape_of_X, "rows_of_X"),
    (todo.pca_dictionary, lambda X, k: pca_by_sorting(X, k + 1), "count_off_by_one"),
    (todo.pca_dictionary, lambda X, k: pca_by_eigh(X, len(X))[:, np.r_[1, 0, 2 : len(X)]][:, :k], "unsorted"),
    (todo.pca_dictionary, lambda X, k: pca_by_eigh(X, k).T @ centred(X), "codes_instead"),
    (todo.pca_dictionary, lambda X, k: pca_by_eigh(X, k) @ pca_by_eigh(X, k).T @ centred(X), "reconstruction_instead"),
    (todo.pca_dictionary, lambda X, k: np.linalg.svd(X - np.median(X, 1)[:, None])[0][:, :k], "median_for_mean"),
    (todo.pca_dictionary, lambda X, k: np.linalg.svd(X - mean_of_what_is_not_zero(X))[0][:, :k], "zero_means_missing"),
    (todo.pca_dictionary, lambda X, k: np.identity(len(X))[np.argsort(X.std(1))[::-1][:k]].T, "rows_picked"),
    (todo.pca_dictionary, lambda X, k: np.linalg.qr(centred(X)[:, :k])[0], "samples_orthonormalised"),
    (todo.project, lambda X, D: D @ D.T @ (X - X.mean(1)[:, None]) - X.mean(1)[:, None], "wrong_sign_of_the_mean"),
    (todo.project, coded(back=2), "mean_added_twice"),
    (todo.project, lambda X, D: coded()(X, D[:, :-1]), "not_every_atom"),
    (todo.project, coded(lambda codes: codes / 1.01), "codes_scaled"),
    (todo.project, lambda X, D: np.c_[coded()(X, D)[:, :1], np.zeros(X[:, 1:].shape)], "not_every_sample"),
    (todo.project, coded(lambda codes: codes * (codes > 0)), "codes_cut"),
    (todo.project, lambda X, D: np.minimum(np.maximum(coded()(X, D), 0), 255), "cut_to_a_range"),
    (todo.project, lambda X, D: coded()(X / X.std(1)[:, None], D) * X.std(1)[:, None], "standardised"),
    (todo.project, coded(mean=mean_of_what_is_not_zero), "zero_means_missing"),
    (todo.project, coded(mean=lambda X: np.median(X, 1)[:, None]), "median_for_mean"),
    (todo.project, coded(mean=lambda X: X.sum(1)[:, None] / len(X)), "not_the_mean"),
    (todo.project, lambda X, D: (coded()(X, D), X.mean(1)[:, None]), "returns_more"),
    (todo.relative_error, lambda X, D, A: np.linalg.norm(X - D @ A) * 100 / np.linalg.norm(X), "percent"),
    (todo.relative_error, lambda X, D, A: 1 - ((X - D @ A) ** 2).sum() / (X.var() * X.size), "r_squared"),
    (todo.relative_error, lambda X, D, A: np.sqrt(((X - D @ A) ** 2).sum()) / X.std(), "divided_by_another_size"),
    (todo.relative_error, lambda X, D, A: np.linalg.norm(X - D @ A) / (np.sqrt((X * X).sum()) + 0.01), "guarded"),
    (todo.relative_error, lambda X, D, A: np.minimum(1, todo.relative_error.reference(X, D, A)), "cut_at_one"),
    (todo.relative_error, lambda X, D, A: (X - D @ A).sum() / X.sum(), "sums_that_cancel"),
    (todo.relative_error, lambda X, D, A: np.sqrt(((X - D @ A / np.sqrt((X**2).sum())) ** 2).sum()), "division_inside"),
    (todo.relative_error, lambda X, D, A: todo.relative_error.reference(X, D, np.linalg.pinv(D) @ X), "refits"),
    (
        todo.relative_error,
        lambda X, D, A: np.linalg.norm(X - (D @ A).clip(0)) / np.linalg.norm(X),
        "reconstruction_cut",
    ),
    (
        todo.relative_error,
        lambda X, D, A: np.sqrt(((X - D @ A)[X > 0] ** 2).sum() / (X[X > 0] ** 2).sum()),
        "only_positive_counts",
    ),
    (
        todo.one_hot_codes,
        lambda X, D: np.eye(D.shape[1])[np.einsum("dk,dn->nk", D, X).argmax(1)].T,
        "largest_inner_product",
    ),
    (
        todo.one_hot_codes,
        lambda X, D: np.eye(D.shape[1])[:, ((D / np.linalg.norm(D, axis=0)).T @ X).argmax(0)],
        "smallest_angle",
    ),
    (
        todo.one_hot_codes,
        lambda X, D: np.eye(D.shape[1])[:, (np.sum(X**2, 0) - D.T @ X + np.sum(D**2, 0)[:, None]).argmin(0)],
        "cross_term_halved",
    ),
    (todo.one_hot_codes, lambda X, D: np.eye(D.shape[1])[:, np.argmin(-distances(X, D), axis=0)], "farthest"),
    (
        todo.one_hot_codes,
        lambda X, D: np.eye(D.shape[1])[:, [np.argmin([sum(x - d) for d in D.T]) for x in X.T]],
        "sum_of_differences",
    ),
    (
        todo.one_hot_codes,
        lambda X, D: np.eye(D.shape[1])[:, [np.argmin([np.linalg.norm(x - d, 1) for d in D.T]) for x in X.T]],
        "absolute_differences",
    ),
    (
        todo.one_hot_codes,
        lambda X, D: np.eye(D.shape[1])[[np.argmin(distances(X, D).mean(axis=1))] * X.shape[1]].T,
        "one_atom_for_all",
    ),
    (
        todo.one_hot_codes,
        lambda X, D: np.eye(X.shape[1])[distances(X, D).argmin(axis=1)],
        "one_hot_along_rows",
    ),
    (
        todo.one_hot_codes,
        lambda X, D: np.isin(np.arange(D.shape[1]), distances(X, D).argmin(0))[:, None] * np.ones(X.shape[1]),
        "whole_rows",
    ),
    (todo.one_hot_codes, one_hot_of_rows, "codes_as_rows"),
    (
        todo.one_hot_codes,
        lambda X, D: np.array([np.argmin(np.linalg.norm(D.T - x, axis=1)) for x in X.T]),
        "numbers_of_atoms",
    ),
    (todo.one_hot_codes, distances, "codes_are_distances"),
    (todo.one_hot_codes, lambda X, D: np.sum(D**2, 0)[:, None] - 2 * D.T @ X, "codes_are_distances"),
    (todo.one_hot_codes, lambda X, D: np.linalg.pinv(D) @ X, "least_squares_codes"),
    (todo.one_hot_codes, first_in_memory, "a_one_for_every_tie"),
    (todo.one_hot_codes, softmin, "soft_codes"),
    (todo.one_hot_codes, lambda X, D: np.zeros((D.shape[1], X.shape[1])), None),
    (todo.pca_dictionary, lambda X, k: np.linalg.eigh(X @ X.T)[1][:, ::-1][:, :k], "not_centred"),
    (todo.pca_dictionary, lambda X, k: -np.linalg.svd(X.T)[2][:k].T, "not_centred"),
    (todo.pca_dictionary, lambda X, k: np.linalg.svd(X)[0][:, :k] * 3, "not_centred"),
    (todo.pca_dictionary, lambda X, k: PCA(k).fit(X.T - X.T.mean(1)[:, None]).components_.T, "centred_both_ways"),
    (
        todo.pca_dictionary,
        lambda X, k: np.linalg.eigh((X - X.mean(0)) @ (X - X.mean(0)).T)[1][:, ::-1][:, :k],
        "mean_of_each_sample",
    ),
    (todo.pca_dictionary, lambda X, k: np.linalg.svd(X - np.mean(X))[0][:, :k], "overall_mean"),
    (
        todo.pca_dictionary,
        lambda X, k: np.linalg.eigh(np.nan_to_num(np.corrcoef(X)))[1][:, ::-1][:, :k],
        "standardised",
    ),
    (todo.pca_dictionary, lambda X, k: np.linalg.eigh(np.cov(X))[1][:, :k], "smallest_eigenvalues"),
    (todo.pca_dictionary, lambda X, k: np.linalg.svd(centred(X))[0][:, ::-1][:, :k], "smallest_eigenvalues"),
    (todo.pca_dictionary, lambda X, k: np.linalg.eigh(np.cov(X))[1][:, -k:], "wrong_order"),
    (todo.pca_dictionary, lambda X, k: np.linalg.svd(centred(X))[0][:, 1 : k + 1], "first_left_out"),
    (todo.pca_dictionary, lambda X, k: np.linalg.svd(centred(X))[2][:k].T, "rows_of_Vt"),
    (todo.pca_dictionary, lambda X, k: np.linalg.eigh(np.cov(X.T))[1][:, ::-1][:, :k], "rows_of_Vt"),
    (todo.pca_dictionary, lambda X, k: np.linalg.eigh(np.cov(X.T))[1], "rows_of_Vt"),
    (todo.pca_dictionary, lambda X, k: PCA(k).fit(X.T).components_, "atoms_as_rows"),
    (todo.pca_dictionary, lambda X, k: np.linalg.svd(centred(X))[0][:k].T, "rows_of_eigenvectors"),
    (todo.pca_dictionary, lambda X, k: np.linalg.eigh(np.cov(X))[1][:k], "rows_of_eigenvectors"),
    (todo.pca_dictionary, lambda X, k: np.linalg.eigh(np.cov(X))[1], "all_directions"),
    (todo.pca_dictionary, lambda X, k: np.linalg.eigh(np.cov(X)), "whole_decomposition"),
    (todo.pca_dictionary, lambda X, k: np.linalg.svd(centred(X)), "whole_decomposition"),
    (
        todo.pca_dictionary,
        lambda X, k: centred(X) @ np.linalg.svd(centred(X), full_matrices=False)[2][:k].T,
        "wrong_lengths",
    ),
    (
        todo.pca_dictionary,
        lambda X, k: np.linalg.svd(centred(X))[0][:, :k] / np.sqrt(X.shape[1]),
        "wrong_lengths",
    ),
    (todo.pca_dictionary, lambda X, k: X[:, :k], "not_orthonormal"),
    (todo.pca_dictionary, lambda X, k: np.ones((len(X), k)), "not_orthonormal"),
    (todo.pca_dictionary, lambda X, k: np.eye(len(X))[:, :k], None),
    (todo.pca_dictionary, lambda X, k: pca_by_eigh(X - np.mean(X, axis=1), k), "keepdims_forgotten"),
    (todo.pca_dictionary, lambda X, k: np.linalg.eig(X)[1][:, :k], "eigenvectors_of_the_data"),
    (todo.project, lambda X, D: (D * 1.0).dot(D.T.dot(centred(X))), "mean_not_added_back"),
    (todo.project, lambda X, D: sum(np.outer(d, d @ X) for d in D.T), "mean_ignored"),
    (todo.project, lambda X, D: D @ (D.T @ X) + np.mean(X, 1)[:, None], "mean_in_twice"),
    # D D^T over the mean as well: the same thing written differently.
    (
        todo.project,
        lambda X, D: X.mean(1)[:, None] + D @ D.T @ (X.mean(1)[:, None] + D @ D.T @ centred(X)),
        "mean_in_twice",
    ),
    (todo.project, lambda X, D: np.linalg.lstsq(D, centred(X), rcond=None)[0], "codes_only"),
    (todo.project, lambda X, D: X.mean(1)[:, None] + centred(X), "data_unchanged"),
    (todo.project, lambda X, D: X.mean(1)[:, None] + 0 * X, "only_the_mean"),
    (todo.project, lambda X, D: X.mean(1)[:, None] + (np.eye(len(X)) - D @ D.T) @ centred(X), "residual_instead"),
    (
        todo.project,
        lambda X, D: X.mean(0) + D @ D.T @ (X - np.ones((len(X), len(X))) @ X / len(X)),
        "mean_of_each_sample_used",
    ),
    (todo.project, lambda X, D: np.mean(X) + D @ D.T @ (X - np.mean(X)), "overall_mean_used"),
    (todo.project, lambda X, D: X.mean(1) + (X.T - X.mean(1)) @ D @ D.T, "samples_as_rows"),
    (
        todo.project,
        lambda X, D: PCA(D.shape[1]).fit(X.T).inverse_transform(PCA(D.shape[1]).fit(X.T).transform(X.T)).T,
        "refits",
    ),
    (todo.project, lambda X, D: X.mean(axis=1) + D @ D.T @ (X - X.mean(axis=1)), "keepdims_left_out"),
    (todo.project, lambda X, D: X.mean(axis=1)[:, None] + D @ (X - X.mean(axis=1)[:, None]), "factors_swapped"),
    (todo.relative_error, lambda X, D, A: (np.linalg.norm(X - D @ A) / np.linalg.norm(X)) ** 2, "squared"),
    (todo.relative_error, lambda X, D, A: np.sqrt(np.sum((D @ A - X) ** 2)), "not_divided"),
    (todo.relative_error, lambda X, D, A: np.linalg.norm(X - D @ A) ** 2 / np.linalg.norm(X), "only_one_squared"),
    (
        todo.relative_error,
        lambda X, D, A: np.linalg.norm(X - D @ A) / np.linalg.norm(X) ** 2,
        "root_forgotten_below",
    ),
    (
        todo.relative_error,
        lambda X, D, A: np.sqrt(np.sum((X - D @ A) ** 2) / np.sum((D @ A) ** 2)),
        "divided_by_the_reconstruction",
    ),
    (
        todo.relative_error,
        lambda X, D, A: np.linalg.norm(X - D @ A) / np.sqrt(X.shape[1] * np.sum(X.var(axis=1))),
        "divided_by_the_spread",
    ),
    (
        todo.relative_error,
        lambda X, D, A: np.linalg.norm(X - D @ A) / (X.shape[0] * X.shape[1]),
        "divided_by_the_entries",
    ),
    (todo.relative_error, lambda X, D, A: np.linalg.norm(X - D @ A) / len(X.T), "divided_by_the_samples"),
    (todo.relative_error, lambda X, D, A: np.linalg.norm(X - D @ A) / np.sqrt(X.size), "root_mean_square"),
    (
        todo.relative_error,
        lambda X, D, A: np.linalg.svd(X - D @ A)[1][0] / np.linalg.svd(X)[1][0],
        "spectral_norms",
    ),
    (todo.relative_error, lambda X, D, A: np.abs(X - D @ A).mean() / np.abs(X).mean(), "absolute_values"),
    (
        todo.relative_error,
        lambda X, D, A: np.mean([np.linalg.norm(x - D @ a) / np.linalg.norm(x) for x, a in zip(X.T, A.T)]),
        "mean_over_samples",
    ),
    (todo.relative_error, lambda X, D, A: np.sqrt(np.sum(((X - D @ A) / X) ** 2)), "entry_by_entry"),
    (todo.relative_error, lambda X, D, A: 1 / (np.linalg.norm(X - D @ A) / np.linalg.norm(X)), "upside_down"),
    (
        todo.relative_error,
        lambda X, D, A: (np.linalg.norm(X) - np.linalg.norm(X - D @ A)) / np.linalg.norm(X),
        "share_explained",
    ),
    (
        todo.relative_error,
        lambda X, D, A: np.abs(1 - np.linalg.norm(D @ A) / np.linalg.norm(X)),
        "difference_of_norms",
    ),
]


def test_a_boolean_one_hot_matrix_is_asked_to_be_numbers():
    verdict = todo.one_hot_codes.verdict(lambda X, D: one_hot_by_index(X, D).astype(bool))

    assert (verdict.status, verdict.mistake) == ("wrong", "returns_booleans")
    assert "`.astype(float)` makes numbers" in verdict.message


def test_a_column_without_a_one_is_pointed_out():
    def misses_one(X, D):
        A = one_hot_by_index(X, D)
        A[:, -2] = 0
        return A

    assert "Column 2 (counted from 0) holds 0 ones instead of one" in todo.one_hot_codes.verdict(misses_one).message


def test_the_variance_that_an_atom_should_catch_is_said():
    message = todo.pca_dictionary.verdict(lambda X, k: np.eye(len(X))[:, :k]).message

    # The first row of the first case, 5 7 6 3, has this variance.
    assert "Atom 0 (counted from 0) catches a variance of 2.188, where it should be 2.795" in message


def test_a_nearly_right_direction_is_not_right():
    def a_few_iterations(X, k):
        """Two steps of subspace iteration from a fixed start."""
        moved = centred(X) @ centred(X).T
        return np.linalg.qr(moved @ moved @ np.eye(len(X))[:, :k])[0]

    assert todo.pca_dictionary.verdict(a_few_iterations).status == "wrong"


def test_a_projection_made_for_one_matrix_does_not_pass():
    X, D = todo.project.cases[0]

    assert todo.project.verdict(lambda *_: todo.project.reference(X, D)).status == "wrong"


@pytest.mark.parametrize("exercise", todo.exercises)
def test_changing_the_data_in_place_is_named(exercise):
    def centres_in_place(X, *others):
        result = exercise.reference(X, *others)
        X -= X.mean(axis=1, keepdims=True)
        return result

    verdict = exercise.verdict(centres_in_place)

    assert verdict.mistake == "changes_arguments"
    assert "`X`" in verdict.message


@pytest.mark.parametrize("exercise", todo.exercises)
def test_nan_in_the_result_is_said(exercise):
    verdict = exercise.verdict(lambda *args: exercise.reference(*args) * np.nan)

    assert verdict.status == "wrong"
    assert "NaN" in verdict.message


@pytest.mark.parametrize("exercise", todo.exercises)
def test_a_pair_is_not_an_answer(exercise):
    verdict = exercise.verdict(lambda *args: (exercise.reference(*args), 0))

    assert verdict.status == "wrong"
    assert any(words in verdict.message for words in ("a tuple of 2", "alone", "Return only what is asked for"))
