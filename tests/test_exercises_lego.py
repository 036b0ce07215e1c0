"""Answers to notebook 1: what is accepted, and what is recognised, however it is written."""

import numpy as np

from lessons.exercises import lego as todo


def by_loops(D, A):
    X = np.zeros((D.shape[0], A.shape[1]))
    for i in range(X.shape[0]):
        for j in range(X.shape[1]):
            for k in range(D.shape[1]):
                X[i, j] += D[i, k] * A[k, j]
    return X


def rows_counted_by_columns(M):
    total = 0
    for i in range(M.shape[1]):
        for j in range(M.shape[1]):
            total = total + M[i][j] * M[i][j]
    return total**0.5


def columns_counted_by_rows(M):
    total = 0
    for i in range(M.shape[0]):
        for j in range(M.shape[0]):
            total = total + M[i][j] * M[i][j]
    return total**0.5


def columns_before_rows(M):
    total = 0
    for i in range(M.shape[1]):
        for j in range(M.shape[0]):
            total = total + M[i][j] * M[i][j]
    return total**0.5


def each_inner_product_by_its_length(x, D):
    return np.array([x @ atom / np.linalg.norm(atom) ** 2 for atom in D.T])


def eigenvalues(X, k):
    return np.sort(np.linalg.eigvalsh(X @ X.T))[::-1][k:]


def normal_equations(x, D):
    return np.linalg.inv(D.T @ D) @ D.T @ x


ACCEPTED = [
    (todo.reconstruct, np.dot),
    (todo.reconstruct, np.matmul),
    (todo.reconstruct, by_loops),
    (todo.reconstruct, lambda D, A: np.einsum("dk,kn->dn", D, A)),
    (todo.reconstruct, lambda D, A: (D @ A).astype(np.float32)),
    (todo.reconstruct, lambda D, A: sum(np.outer(D[:, k], A[k]) for k in range(D.shape[1]))),
    (todo.code, normal_equations),
    (todo.code, lambda x, D: np.linalg.lstsq(D, x)[0]),
    (todo.code, lambda x, D: np.linalg.pinv(D) @ x),
    (todo.code, lambda x, D: np.linalg.solve(D.T @ D, D.T @ x)),
    (todo.sample_error, lambda x, D, alpha: np.linalg.norm(x - D @ alpha)),
    (todo.sample_error, lambda x, D, alpha: sum((D @ alpha - x) ** 2) ** 0.5),
    (todo.sample_error, lambda x, D, alpha: np.array(np.linalg.norm(x - D @ alpha))),
    (todo.frobenius_norm, np.linalg.norm),
    (todo.frobenius_norm, lambda M: np.sqrt(np.trace(M.T @ M))),
    (todo.frobenius_norm, lambda M: np.sqrt(np.trace(M @ M.T))),
    (todo.frobenius_norm, lambda M: sum(x**2 for row in M for x in row) ** 0.5),
    (todo.frobenius_norm, lambda M: float(np.sqrt(np.sum(np.linalg.svd(M, compute_uv=False) ** 2)))),
    (todo.objective, lambda X, D, A: np.linalg.norm(X - D @ A) ** 2 / X.shape[1]),
    (todo.objective, lambda X, D, A: np.mean([np.sum((x - D @ a) ** 2) for x, a in zip(X.T, A.T)])),
    (todo.objective, lambda X, D, A: np.mean(np.sum((X - D @ A) ** 2, axis=0))),
    (todo.smallest_error, lambda X, k: np.linalg.norm(np.linalg.svd(X)[1][k:])),
    # Eigenvalues lose half the digits, so that a true zero comes out as about 1e-7.
    (todo.smallest_error, lambda X, k: np.sqrt(abs(np.linalg.eigvalsh(X.T @ X)[::-1][k:].sum()))),
    (todo.smallest_error, lambda X, k: np.sqrt(np.maximum(eigenvalues(X, k), 0).sum())),
    (todo.smallest_error, lambda X, k: sum(abs(eigenvalues(X, k))) ** 0.5),
    (todo.smallest_error, lambda X, k: np.sqrt(max(np.sum(X**2) - np.sum(np.linalg.svd(X)[1][:k] ** 2), 0))),
]

RECOGNISED = [
    (todo.code, lambda x, D: np.linalg.pinv(D, 0.5).dot(x), "large_cut_off"),
    (todo.code, lambda x, D: np.linalg.inv(D.T.dot(D)) * D.T.dot(x), "entry_by_entry"),
    (todo.smallest_error, lambda X, k: np.linalg.norm(np.linalg.svd(X)[1][2:]), "k_ignored"),
    (todo.reconstruct, lambda D, A: D.T @ A, "dictionary_transposed"),
    (todo.code, lambda x, D: np.linalg.solve(D @ D.T, D.T @ x), "outer_gram"),
    (todo.sample_error, lambda x, D, alpha: np.sqrt(np.sum(x - D @ alpha) ** 2), "signed_sum"),
    (todo.frobenius_norm, lambda M: np.sqrt(np.sum(M) ** 2), "plain_sum"),
    (todo.reconstruct, np.multiply, "elementwise"),
    (todo.reconstruct, lambda D, A: np.dot(A, D), "wrong_order"),
    (todo.reconstruct, lambda D, A: A.T @ D.T, "transposed"),
    (todo.code, lambda x, D: x @ D, "inner_products"),
    (todo.code, lambda x, D: np.linalg.lstsq(D, x), "whole_lstsq"),
    (todo.code, lambda x, D: np.linalg.solve(D, x), "inverse_of_dictionary"),
    (todo.code, lambda x, D: np.dot(D.T, np.linalg.inv(np.dot(D, D.T)).dot(x)), "outer_gram"),
    (todo.code, lambda x, D: np.linalg.inv(D[: D.shape[1]]) @ x[: D.shape[1]], "exact_samples_only"),
    (todo.code, lambda x, D: D.T @ x / np.sum(D**2, axis=0), "each_atom_alone"),
    (todo.code, each_inner_product_by_its_length, "each_atom_alone"),
    (todo.sample_error, lambda x, D, alpha: (x - D @ alpha) @ (x - D @ alpha), "squared"),
    (todo.sample_error, lambda x, D, alpha: np.linalg.norm(x - D @ alpha, 1), "absolute_values"),
    (todo.sample_error, lambda x, D, alpha: np.mean((x - D @ alpha) ** 2) ** 0.5, "mean_inside"),
    (todo.sample_error, lambda x, D, alpha: sum((x - D @ alpha) ** 2) / len(x), "mean_inside"),
    (todo.sample_error, lambda x, D, alpha: sum(abs(D @ alpha - x)) / x.size, "absolute_values"),
    (todo.sample_error, lambda x, D, alpha: sum(x) - sum(D @ alpha), "signed_sum"),
    (todo.frobenius_norm, lambda M: np.linalg.svd(M, compute_uv=False).max(), "spectral_norm"),
    (todo.frobenius_norm, lambda M: np.trace(M.T @ M), "squared_norm"),
    (todo.frobenius_norm, np.sum, "plain_sum"),
    (todo.frobenius_norm, lambda M: np.trace(M @ M) ** 0.5, "trace_of_product"),
    (todo.frobenius_norm, lambda M: np.sqrt(sum(np.diag(M**2))), "square_matrices_only"),
    (todo.frobenius_norm, columns_counted_by_rows, "loop_over_square"),
    (todo.frobenius_norm, rows_counted_by_columns, "columns_for_rows"),
    (todo.frobenius_norm, columns_before_rows, "rows_and_columns_swapped"),
    (todo.objective, lambda X, D, A: np.linalg.norm(X - D @ A) ** 2 / len(X), "divided_by_rows"),
    (todo.objective, lambda X, D, A: np.sum((X - D @ A) ** 2) / X.size, "mean_over_entries"),
    (todo.objective, lambda X, D, A: np.sqrt(np.mean(np.sum((X - D @ A) ** 2, axis=0))), "root_of_it"),
    (todo.objective, lambda X, D, A: np.linalg.norm(X - D @ A) ** 2, "not_divided"),
    (todo.objective, lambda X, D, A: np.sqrt(np.sum((X - D @ A) ** 2)) / len(X.T), "norm_not_squared"),
    (todo.objective, lambda X, D, A: np.sqrt(((X - D @ A) ** 2).sum(axis=0)).mean(), "mean_of_norms"),
    (todo.smallest_error, lambda X, k: np.linalg.norm(X - X, 2) + np.linalg.svd(X)[1][k - 1], "kth_singular_value"),
    (todo.smallest_error, lambda X, k: sum(np.linalg.svd(X)[1][k:]), "plain_sum_of_values"),
    (todo.smallest_error, lambda X, k: np.linalg.norm(np.linalg.svd(X)[1][k + 1 :]), "one_too_many"),
    (todo.smallest_error, lambda X, k: np.linalg.norm(np.linalg.svd(X)[1][max(0, k - 1) :]), "one_too_few"),
    (todo.smallest_error, lambda X, k: np.linalg.norm(np.linalg.svd(X)[1][k - 1 :]), "one_too_few"),
    (todo.smallest_error, lambda X, k: np.linalg.svd(X)[1][k], "one_singular_value"),
    (todo.smallest_error, lambda X, k: np.append(np.linalg.svd(X)[1], [0])[k], "one_singular_value"),
    (todo.smallest_error, lambda X, k: np.linalg.norm(np.linalg.svd(X)[1][k:]) ** 2, "squares_without_root"),
    (todo.smallest_error, lambda X, k: np.sqrt(sum(eigenvalues(X, k))), "negative_eigenvalue"),
    (todo.smallest_error, lambda X, k: sum(eigenvalues(X.T, k)) ** 0.5, "negative_eigenvalue"),
    (todo.smallest_error, lambda X, k: np.linalg.norm(np.sqrt(eigenvalues(X, k))), "negative_eigenvalue"),
]


def test_a_hard_coded_lego_answer_does_not_pass():
    assert todo.reconstruct.verdict(lambda D, A: todo.X_LEGO).status == "wrong"
    assert todo.frobenius_norm.verdict(lambda M: np.sqrt(70)).status == "wrong"


def test_nan_in_the_result_is_said():
    verdict = todo.reconstruct.verdict(lambda D, A: (D @ A) / 0 * 0)

    assert verdict.status == "wrong"
    assert "NaN" in verdict.message
