"""Answers to notebook 6: what is accepted, and what is recognised, however it is written."""

import numpy as np
import pytest

from lessons import factorise
from lessons.exercises import how_many_atoms as todo

TINY = 1e-9


# ---- 6.1 ----


def plain(R, seen, P, Q):
    S = np.asarray(seen, dtype=float)
    X = np.where(S == 1, R, 0.0)
    P = P * (X @ Q) / (S * (P @ Q.T) @ Q + TINY)
    return P, Q * (X.T @ P) / ((S * (P @ Q.T)).T @ P + TINY)


def q_first(R, seen, P, Q):
    X = np.where(seen, R, 0)
    Q = Q * np.dot(X.T, P) / (np.dot(np.where(seen, P @ Q.T, 0).T, P) + TINY)
    P = P * np.dot(X, Q) / (np.dot(np.where(seen, P @ Q.T, 0), Q) + TINY)
    return P, Q


def copies_and_clears(R, seen, P, Q):
    known = seen.astype(bool)
    X = R.copy()
    X[~known] = 0
    model = P @ Q.T
    model[~known] = 0
    P = P * (X @ Q) / np.maximum(model @ Q, 1e-10)
    model = P @ Q.T
    model[np.logical_not(known)] = 0
    return P, Q * (X.T @ P) / np.maximum(model.T @ P, 1e-10)


def numbers_and_mask(R, seen, P, Q):
    X = np.nan_to_num(R, posinf=0) * seen
    P = P * np.divide(X @ Q, (seen * (P @ Q.T)) @ Q, out=np.ones(P.shape), where=(seen * (P @ Q.T)) @ Q > 0)
    below = (seen * (P @ Q.T)).T @ P
    return P, Q * np.divide(X.T @ P, below, out=np.ones(Q.shape), where=below > 0)


def entry_by_entry(R, seen, P, Q):
    P, Q = P.copy(), Q.copy()
    N, M = R.shape
    for factor, other, at in ((P, Q, lambda i, j: (i, j)), (Q, P, lambda j, i: (i, j))):
        model = P @ Q.T
        for i in range(len(factor)):
            places = [(at(i, j), j) for j in range(len(other)) if seen[at(i, j)]]
            above = sum((R[place] * other[j] for place, j in places), np.zeros(P.shape[1]))
            below = sum((model[place] * other[j] for place, j in places), np.zeros(P.shape[1]))
            for k in range(P.shape[1]):
                if below[k] > 0:
                    factor[i, k] *= above[k] / below[k]
    return P, Q


def masked_ma(R, seen, P, Q):
    X = np.ma.masked_array(R, mask=(seen == 0)).filled(0)
    P = P * (X @ Q) / (np.einsum("ij,ik,jk,jl->il", seen, P, Q, Q) + TINY)
    return P, Q * (X.T @ P) / (np.einsum("ij,ik,jk,il->jl", seen, P, Q, P) + TINY)


def step_of(above, below, combine=lambda factor, a, b: factor * a / (b + TINY)):
    """An answer from its two parts; each takes what it needs of (R, S, P, Q), and Q's turn comes with all turned round."""

    def answer(R, seen, P, Q):
        P = combine(P, above(R, seen, P, Q), below(R, seen, P, Q))
        return P, combine(Q, above(R.T, seen.T, Q, P), below(R.T, seen.T, Q, P))

    return answer


def data(R, S, P, Q):
    return np.where(S == 1, R, 0) @ Q


def model(R, S, P, Q):
    return np.where(S == 1, P @ Q.T, 0) @ Q


def whole_model(R, S, P, Q):
    return P @ Q.T @ Q


def cleared_in_place(R, seen, P, Q):
    R[np.logical_not(seen)] = 0
    return plain(R, seen, P, Q)


def factors_in_place(R, seen, P, Q):
    X = np.where(seen, R, 0)
    P *= (X @ Q) / ((seen * (P @ Q.T)) @ Q + TINY)
    Q *= (X.T @ P) / ((seen * (P @ Q.T)).T @ P + TINY)
    return P, Q


def simultaneous(R, seen, P, Q):
    X = np.where(seen, R, 0)
    above, below = X @ Q, (seen * (P @ Q.T)) @ Q + TINY
    return P * above / below, Q * (X.T @ P) / ((seen * (P @ Q.T)).T @ P + TINY)


def one_model_for_both(R, seen, P, Q):
    X, given = np.where(seen, R, 0), np.where(seen, P @ Q.T, 0)
    P = P * (X @ Q) / (given @ Q + TINY)
    return P, Q * (X.T @ P) / (given.T @ P + TINY)


def only_p(R, seen, P, Q):
    return P * data(R, seen, P, Q) / (model(R, seen, P, Q) + TINY), Q


def step_with(X, seen, P, Q):
    P = P * (X @ Q) / ((seen * (P @ Q.T)) @ Q + TINY)
    return P, Q * (X.T @ P) / ((seen * (P @ Q.T)).T @ P + TINY)


def mask_not_turned(R, seen, P, Q):
    X = np.where(seen, R, 0)
    P = P * (X @ Q) / ((seen * (P @ Q.T)) @ Q + TINY)
    return P, Q * (X.T @ P) / ((seen * (Q @ P.T)) @ P + TINY)


def nothing_turned(R, seen, P, Q):
    X = np.where(seen, R, 0)
    P = P * (X @ Q) / ((seen * (P @ Q.T)) @ Q + TINY)
    return P, Q * (X @ P) / ((seen * (Q @ P.T)) @ P + TINY)


def divergence(R, seen, P, Q):
    X = np.where(seen, R, 0)
    P = P * ((X / (P @ Q.T)) @ Q) / (seen @ Q)
    return P, Q * ((X / (P @ Q.T)).T @ P) / (seen.T @ P)


def solved(R, seen, P, Q):
    X = np.where(seen, R, 0)
    P = np.linalg.solve(Q.T @ Q, Q.T @ X.T).T
    return P, np.linalg.solve(P.T @ P, P.T @ X).T


def guesses(R, S, P, Q):
    return np.where(S == 1, R, P @ Q.T) @ Q


def fills_with_mean(R, S, P, Q):
    return np.where(S == 1, R, R[S == 1].mean()) @ Q


# ---- 6.2 ----


def hidden_vectors(R, seen, P, Q):
    gaps = ~seen.astype(bool)
    truth, guess = R[gaps], (P @ Q.T)[gaps]
    return np.sqrt(((truth - guess) ** 2).sum() / (truth**2).sum())


def error_by_loops(R, seen, P, Q):
    above = below = 0.0
    for i in range(R.shape[0]):
        for j in range(R.shape[1]):
            if not seen[i, j]:
                above += (R[i, j] - P[i] @ Q[j]) ** 2
                below += R[i, j] ** 2
    return (above / below) ** 0.5


def weighted(R, seen, P, Q):
    return np.linalg.norm((1 - seen.astype(int)) * (R - P @ Q.T)) / np.linalg.norm((1 - seen.astype(int)) * R)


def missed(R, P, Q):
    return R - np.dot(P, Q.T)


def size(values):
    return np.sqrt(np.sum(np.square(values)))


def overall_then_hidden(R, seen, P, Q):
    E = missed(R, P, Q)
    return size(E) / size(R[seen == 0])


# ---- 6.3 ----


def by_loops(labels):
    runs, n = labels.shape
    C = np.zeros((n, n))
    for row in labels:
        for i in range(n):
            for j in range(n):
                if row[i] == row[j]:
                    C[i, j] += 1 / runs
    return C


def half_and_mirrored(labels):
    runs, n = labels.shape
    C = np.eye(n)
    for i in range(n):
        for j in range(i + 1, n):
            C[i, j] = C[j, i] = np.mean(labels[:, i] == labels[:, j])
    return C


def one_hot(labels):
    total = 0
    for row in labels:
        H = (row[:, np.newaxis] == np.unique(row)).astype(float)
        total = total + H @ H.T
    return total / len(labels)


def by_hamming(labels):
    from scipy.spatial.distance import pdist, squareform

    return 1 - squareform(pdist(labels.T, "hamming"))


def per_run(labels, combine):
    return combine([row[:, None] == row[None, :] for row in labels])


def upper_half(labels):
    n = labels.shape[1]
    C = np.zeros((n, n))
    for i in range(n):
        for j in range(i, n):
            C[i, j] = np.mean(labels[:, i] == labels[:, j])
    return C


def no_diagonal(labels):
    C = half_and_mirrored(labels)
    np.fill_diagonal(C, 0)
    return C


def returns_in_the_loop(labels):
    for row in labels:
        return (row[:, None] == row).astype(float)


def overwrites(labels):
    for row in labels:
        C = (row[:, None] == row).astype(float)
    return C


def against_the_first_run(labels):
    n = labels.shape[1]
    C = np.zeros((n, n))
    for row in labels:
        for i in range(n):
            for j in range(n):
                C[i, j] += row[i] == labels[0][j]
    return C / len(labels)


def all_names_with_all(labels):
    n = labels.shape[1]
    return np.array([[np.mean(labels[:, [i]] == labels[:, j]) for j in range(n)] for i in range(n)])


def majority(labels):
    values = [np.unique(column, return_counts=True) for column in labels.T]
    names = np.array([names[np.argmax(counts)] for names, counts in values])
    return (names[:, None] == names).astype(float)


def zero_taken_for_hidden(R, seen, P, Q):
    S = (R != 0).astype(int)
    R = np.where(S, R, 0)
    P = P * (R @ Q) / ((S * (P @ Q.T)) @ Q + 1e-12)
    Q = Q * (R.T @ P) / ((S * (P @ Q.T)).T @ P + 1e-12)
    return P, Q


def second_model_unmasked(R, seen, P, Q):
    R = np.where(seen, R, 0)
    P = P * (R @ Q) / ((seen * (P @ Q.T)) @ Q + 1e-12)
    Q = Q * (R.T @ P) / ((P @ Q.T).T @ P + 1e-12)
    return P, Q


ACCEPTED = [
    (todo.masked_step, plain),
    (todo.masked_step, q_first),
    (todo.masked_step, copies_and_clears),
    (todo.masked_step, numbers_and_mask),
    (todo.masked_step, entry_by_entry),
    (todo.masked_step, masked_ma),
    (todo.masked_step, step_of(data, model)),
    (todo.hidden_error, hidden_vectors),
    (todo.hidden_error, error_by_loops),
    (todo.hidden_error, weighted),
    (todo.hidden_error, lambda R, seen, P, Q: factorise.hidden_error(R, seen, P, Q)),
    (todo.hidden_error, lambda R, seen, P, Q: size(missed(R, P, Q)[~(seen == 1)]) / size(R[seen != 1])),
    (todo.consensus, by_loops),
    (todo.consensus, half_and_mirrored),
    (todo.consensus, one_hot),
    (todo.consensus, by_hamming),
    (todo.consensus, lambda labels: per_run(labels, lambda same: sum(map(np.asarray, same)) / len(labels))),
    (todo.consensus, lambda labels: np.mean(labels.T[:, None] == labels.T[None], axis=2)),
]

RECOGNISED = [
    (todo.masked_step, second_model_unmasked, "mask_once_only"),
    (
        todo.hidden_error,
        lambda R, seen, P, Q: np.linalg.norm(R * (1 - seen) - P @ Q.T) / np.linalg.norm(R * (1 - seen)),
        "model_not_masked",
    ),
    (
        todo.consensus,
        lambda labels: sum((a[:, None] == a).astype(float) for a in labels[1:]) / (len(labels) - 1),
        "run_left_out",
    ),
    (todo.masked_step, zero_taken_for_hidden, "zero_means_missing"),
    (
        todo.hidden_error,
        lambda R, seen, P, Q: np.linalg.norm(R[seen] - (P @ Q.T)[seen]) / np.linalg.norm(R[seen]),
        "over_the_seen",
    ),
    (todo.consensus, lambda labels: np.mean([a[:, None] != a for a in labels], axis=0), "share_apart"),
    (todo.masked_step, lambda R, seen, P, Q: plain(R, seen, *plain(R, seen, P, Q)), "several_steps"),
    (todo.masked_step, step_of(data, whole_model), "hidden_count_as_zeros"),
    (todo.masked_step, step_of(lambda R, S, P, Q: R @ Q, model), "hidden_data_used"),
    (todo.masked_step, step_of(lambda R, S, P, Q: np.where(np.isnan(R), 0, R) @ Q, model), "gaps_as_numbers"),
    (todo.masked_step, lambda R, seen, P, Q: factorise.multiplicative_step.__wrapped__(R, P, Q), "mask_left_out"),
    (todo.masked_step, step_of(lambda R, S, P, Q: np.where(np.isnan(R), 0, R) @ Q, whole_model), "zeros_in_the_gaps"),
    (todo.masked_step, lambda R, seen, P, Q: plain(R, seen == 0, P, Q), "mask_turned_round"),
    (todo.masked_step, step_of(lambda R, S, P, Q: np.where(S == 1, 0, R) @ Q, model), "data_mask_turned_round"),
    (todo.masked_step, step_of(data, lambda R, S, P, Q: np.where(S == 1, 0, P @ Q.T) @ Q), "model_mask_turned_round"),
    (todo.masked_step, step_of(lambda R, S, P, Q: (S * R) @ Q, model), "not_a_number_spreads"),
    (todo.masked_step, lambda R, seen, P, Q: step_with(R * seen, seen, P, Q), "not_a_number_spreads"),
    (todo.masked_step, lambda R, seen, P, Q: step_with(np.where(~seen, 0, R), seen, P, Q), "not_of_numbers"),
    (todo.masked_step, step_of(lambda R, S, P, Q: R[S.astype(bool)] @ Q, model), "flattened"),
    (todo.masked_step, step_of(data, lambda R, S, P, Q: S * (P @ (Q.T @ Q))), "mask_too_late"),
    (todo.masked_step, step_of(data, lambda R, S, P, Q: S @ np.dot(P, Q.T) @ Q), "mask_as_a_matrix"),
    (todo.masked_step, step_of(data, lambda R, S, P, Q: np.dot(S, Q)), "mask_alone"),
    (todo.masked_step, step_of(guesses, whole_model), "filled_with_the_guess"),
    (todo.masked_step, step_of(fills_with_mean, whole_model), "filled_with_the_mean"),
    (
        todo.masked_step,
        step_of(lambda R, S, P, Q: data(R, S, P, Q) / (S == 1).sum(axis=1)[:, None], model),
        "averaged_above",
    ),
    (todo.masked_step, mask_not_turned, "mask_not_transposed"),
    (todo.masked_step, nothing_turned, "data_not_transposed"),
    (todo.masked_step, step_of(model, data, lambda F, a, b: F * a / b), "upside_down"),
    (todo.masked_step, step_of(data, model, lambda F, a, b: F + a / (b + TINY)), "adds_the_ratio"),
    (todo.masked_step, step_of(data, model, lambda F, a, b: F + F * a / (b + TINY)), "adds_the_product"),
    (todo.masked_step, step_of(data, model, lambda F, a, b: a / (b + TINY)), "ratio_alone"),
    (todo.masked_step, solved, "least_squares"),
    (todo.masked_step, step_of(data, model, lambda F, a, b: F @ np.linalg.pinv(b) @ a), "matrix_division"),
    (todo.masked_step, step_of(data, model, lambda F, a, b: F * (a @ np.linalg.inv(b))), "inverse_of_denominator"),
    (todo.masked_step, step_of(data, model, lambda F, a, b: F @ (a / (b + TINY))), "matrix_product_with_ratio"),
    (todo.masked_step, divergence, "divergence_updates"),
    (todo.masked_step, step_of(data, model, lambda F, a, b: F * (a / (b + TINY)) ** 0.5), "square_root_of_ratio"),
    (todo.masked_step, step_of(data, model, lambda F, a, b: F + 0.003 * (a - b)), "gradient_step"),
    (todo.masked_step, step_of(data, model, lambda F, a, b: F * (a - b)), "negative_values"),
    (todo.masked_step, step_of(data, model, lambda F, a, b: F * a / b), "nan_on_zeros"),
    (todo.masked_step, simultaneous, "old_partner"),
    (todo.masked_step, one_model_for_both, "old_model"),
    (todo.masked_step, only_p, "one_factor_only"),
    (todo.masked_step, lambda *given: (plain(*given)[0], plain(*given)[1].T), "transposed"),
    (todo.masked_step, lambda *given: q_first(*given)[::-1], "swapped_pair"),
    (todo.masked_step, cleared_in_place, "changes_arguments"),
    (todo.masked_step, factors_in_place, "changes_arguments"),
    (todo.hidden_error, lambda R, S, P, Q: size(missed(R, P, Q)[S == 1]) / size(R[S == 1]), "over_the_seen"),
    (todo.hidden_error, lambda R, S, P, Q: hidden_vectors(R, 1 - S.astype(int), P, Q), "over_the_seen"),
    (todo.hidden_error, lambda R, S, P, Q: size(missed(R, P, Q)) / size(R), "over_all"),
    (todo.hidden_error, overall_then_hidden, "missed_over_all"),
    (todo.hidden_error, lambda R, S, P, Q: size(missed(R, P, Q)[S == 0]) / size(R), "divided_by_all"),
    (todo.hidden_error, lambda R, S, P, Q: size(missed(R, P, Q)[S == 0]) / size(R * S), "divided_by_the_seen"),
    (
        todo.hidden_error,
        lambda R, S, P, Q: size(missed(R, P, Q)[S == 0]) / size((P @ Q.T)[S == 0]),
        "divided_by_the_guess",
    ),
    (todo.hidden_error, lambda R, S, P, Q: size(missed(R, P, Q)[S == 0]), "not_divided"),
    (todo.hidden_error, lambda R, S, P, Q: size(missed(R, P, Q)[S == 0]) / np.sum(S == 0), "divided_by_the_count"),
    (todo.hidden_error, lambda R, S, P, Q: np.mean(missed(R, P, Q)[S == 0] ** 2) ** 0.5, "root_mean_square"),
    (
        todo.hidden_error,
        lambda R, S, P, Q: ((1 - S.astype(int)) * missed(R, P, Q) ** 2).sum() / (S == 0).sum(),
        "only_one_squared",
    ),
    (
        todo.hidden_error,
        lambda R, S, P, Q: np.square(missed(R, P, Q)[S == 0]).sum() / size(R[S == 0]),
        "only_one_squared",
    ),
    (todo.hidden_error, lambda R, S, P, Q: error_by_loops(R, S, P, Q) ** 2, "squared"),
    (todo.hidden_error, lambda R, S, P, Q: np.sqrt(size(missed(R, P, Q)[S == 0]) / size(R[S == 0])), "root_too_many"),
    (todo.hidden_error, lambda R, S, P, Q: abs(missed(R, P, Q))[S == 0].mean(), "mean_absolute_error"),
    (
        todo.hidden_error,
        lambda R, S, P, Q: abs(missed(R, P, Q)[S == 0]).sum() / abs(R[S == 0]).sum(),
        "absolute_values",
    ),
    (todo.hidden_error, lambda R, S, P, Q: size((missed(R, P, Q) / R)[S == 0]), "entry_by_entry"),
    (todo.hidden_error, lambda R, S, P, Q: np.mean(abs(missed(R, P, Q)[S == 0] / R[S == 0])), "entry_by_entry"),
    (
        todo.hidden_error,
        lambda R, S, P, Q: np.linalg.norm((S == 0) * missed(R, P, Q), ord=2) / np.linalg.norm((S == 0) * R, ord=2),
        "spectral_norm",
    ),
    (todo.hidden_error, lambda R, S, P, Q: size(missed(R, P, Q)[~S]) / size(R[~S]), "not_of_numbers"),
    (todo.hidden_error, lambda R, S, P, Q: 1 / error_by_loops(R, S, P, Q), "upside_down"),
    (todo.hidden_error, lambda R, S, P, Q: 1 - error_by_loops(R, S, P, Q), "share_explained"),
    (todo.hidden_error, lambda R, S, P, Q: size((R - Q @ P.T)[S == 0]) / size(R[S == 0]), "product_turned_round"),
    (todo.consensus, all_names_with_all, "names_across_runs"),
    (todo.consensus, against_the_first_run, "names_across_runs"),
    (todo.consensus, majority, "names_counted"),
    (todo.consensus, lambda labels: np.array([[np.mean(a == b) for a in labels] for b in labels]), "runs_compared"),
    (todo.consensus, lambda labels: by_loops(labels.T), "runs_compared"),
    (todo.consensus, lambda labels: per_run(labels, lambda same: np.sum(same, axis=0)), "sum_for_share"),
    (todo.consensus, lambda labels: by_loops(labels) * len(labels), "sum_for_share"),
    (todo.consensus, lambda labels: one_hot(labels) * len(labels) / labels.shape[1], "counts_samples"),
    (todo.consensus, lambda labels: per_run(labels, lambda same: np.mean(same, axis=1)), "wrong_axis"),
    (todo.consensus, lambda labels: per_run(labels, np.mean), "one_number"),
    (todo.consensus, no_diagonal, "diagonal_of_zeros"),
    (todo.consensus, upper_half, "one_half_only"),
    (todo.consensus, lambda labels: np.tril(no_diagonal(labels)), "one_half_only"),
    (todo.consensus, returns_in_the_loop, "first_run_only"),
    (todo.consensus, overwrites, "first_run_only"),
    (todo.consensus, lambda labels: per_run(labels, lambda same: np.all(same, axis=0) * 1.0), "all_or_nothing"),
    (todo.consensus, lambda labels: np.round(by_loops(labels)), "all_or_nothing"),
    (todo.consensus, lambda labels: np.mean(labels.T[:, None] != labels.T[None], axis=2), "share_apart"),
    (todo.consensus, lambda labels: np.corrcoef(labels, rowvar=False), "names_as_numbers"),
    (todo.consensus, lambda labels: np.dot(labels.T, labels) / labels.shape[0], "names_as_numbers"),
]

# Two slips in one answer.
BOTH = [
    (todo.masked_step, step_of(data, whole_model, lambda F, a, b: F + a / (b + TINY)), {"hidden_count_as_zeros", "adds_the_ratio"}),
    (todo.masked_step, step_of(data, whole_model, lambda F, a, b: F * a / b), {"hidden_count_as_zeros", "nan_on_zeros"}),
    (todo.masked_step, step_of(lambda R, S, P, Q: (R * S) @ Q, whole_model), {"not_a_number_spreads", "hidden_count_as_zeros"}),
    (todo.hidden_error, lambda R, S, P, Q: (size(missed(R, P, Q)[S == 1]) / size(R[S == 1])) ** 2, {"over_the_seen", "squared"}),
    (todo.hidden_error, lambda R, S, P, Q: size(missed(R, P, Q)[S == 1]), {"over_the_seen", "not_divided"}),
    (todo.hidden_error, lambda R, S, P, Q: np.sum(missed(R, P, Q)[S == 0] ** 2) / size(R), {"divided_by_all", "only_one_squared"}),
    (todo.consensus, lambda labels: len(labels) * no_diagonal(labels), {"diagonal_of_zeros", "sum_for_share", "sum_for_mean"}),
    (todo.consensus, lambda labels: np.triu(by_loops(labels)) * len(labels), {"one_half_only", "sum_for_share"}),
    (todo.consensus, lambda labels: 1 - by_loops(labels) * len(labels) / labels.shape[1], {"share_apart", "counts_samples"}),
]  # fmt: skip


@pytest.mark.parametrize(("exercise", "answer", "mistakes"), BOTH)
def test_two_slips_in_one_answer_are_both_named(exercise, answer, mistakes):
    verdict = exercise.verdict(answer)

    # What any exercise can meet may be said in place of what this one has of its own.
    assert len(verdict.mistakes) == 2 and set(verdict.mistakes) <= mistakes, verdict.message
    assert verdict.reason.startswith("Two slips at once.")


def test_nothing_that_was_hidden_may_leak():
    R, seen, P, Q = todo.STEP_CASES[0]

    def looks_only_at_one_hidden_entry(R, seen, P, Q):
        P, Q = plain(R, seen, P, Q)
        return P + 1e-3 * np.nan_to_num(R)[0, 1], Q

    assert not seen[0, 1]
    assert todo.masked_step.verdict(looks_only_at_one_hidden_entry).status == "wrong"


def test_the_cases_have_gaps_that_are_numbers_and_gaps_that_are_not_and_masks_of_both_kinds():
    kinds = {(seen.dtype.kind, bool(np.isfinite(R).all())) for R, seen, _, _ in [*todo.STEP_CASES, *todo.STEP_EDGES]}

    assert kinds >= {("b", True), ("b", False), ("i", True), ("f", False)}
    assert any((R[seen == 1] == 0).any() for R, seen, _, _ in todo.STEP_CASES)
    assert any(len(R) != len(R.T) != len(P.T) for R, _, P, _ in todo.STEP_CASES)


def test_a_hard_coded_answer_does_not_pass():
    right = factorise.masked_step(*todo.STEP_CASES[0])
    mark = factorise.hidden_error(*todo.ERROR_CASES[0])
    shares = factorise.consensus(*todo.LABEL_CASES[0])

    assert todo.masked_step.verdict(lambda R, seen, P, Q: right).status == "wrong"
    assert todo.hidden_error.verdict(lambda R, seen, P, Q: mark).status == "wrong"
    assert todo.consensus.verdict(lambda labels: shares).status == "wrong"


def test_a_step_that_fails_only_beside_a_row_that_is_all_gaps_is_told_why():
    verdict = todo.masked_step.verdict(step_of(data, model, lambda F, a, b: F * a / np.where(np.all(b > 0), b, b)))

    assert verdict.mistakes == ("nan_on_zeros",)
    assert "nothing of a row was seen" in verdict.reason


def test_a_label_may_be_any_number():
    assert todo.consensus.verdict(lambda labels: one_hot(labels % 3)).status == "wrong"
    assert todo.consensus.verdict(lambda labels: one_hot(labels - labels.min())).status == "correct"
