"""Answers to notebook 2: what is accepted, and what is recognised, however it is written."""

import numpy as np
import pytest

from lessons.exercises import scaling as todo


def solve_codes(X, D):
    return np.linalg.solve(D.T @ D, D.T @ X)


def solve_dictionary(X, A):
    return X @ np.linalg.pinv(A)


# ---- 2.1 ----


def rescale_by_columns(D, A, Q):
    atoms = np.stack([sum(Q[i, j] * D[:, i] for i in range(len(Q))) for j in range(len(Q))], axis=1)
    return atoms, np.stack([np.linalg.solve(Q, code) for code in A.T], axis=1)


def rescale_list(D, A, Q):
    return [np.dot(D, Q), np.dot(np.linalg.inv(Q), A)]


# ---- 2.2 ----


def normalise_by_loop(D, A):
    D, A = D.copy(), A.copy()
    for j in range(D.shape[1]):
        length = np.linalg.norm(D[:, j])
        if length > 0:
            D[:, j] /= length
            A[j] *= length
    return D, A


def normalise_by_gram(D, A):
    lengths = np.sqrt(np.diag(D.T @ D))
    lengths = np.where(lengths == 0, 1, lengths)
    return D @ np.diag(1 / lengths), np.diag(lengths) @ A


def largest_entry_positive(D, A):
    D, A = normalise_by_loop(D, A)
    signs = np.where(D[np.abs(D).argmax(axis=0), range(D.shape[1])] < 0, -1, 1)
    return D * signs, A * signs[:, None]


def sign_of_atoms_only(D, A):
    D, A = normalise_by_loop(D, A)
    return -D, A


def lengths_of_rows_as_they_come(D, A):
    return D / np.sqrt((D**2).sum(1))[:, None], A * np.sqrt((D**2).sum(0))[:, None]


def codes_of_zero_atom_lost(D, A):
    lengths = np.linalg.norm(D, axis=0)
    return D / np.maximum(lengths, 1e-12), lengths[:, None] * A


def only_the_dictionary_guarded(D, A):
    lengths = np.linalg.norm(D, axis=0)
    return np.nan_to_num(D / lengths), A * lengths[:, None]


def divides_in_place(D, A):
    lengths = np.linalg.norm(D, axis=0)
    lengths[lengths == 0] = 1
    D[:, :] = D / lengths
    return D, A * lengths[:, None]


# ---- 2.3 and 2.4 ----


def codes_one_by_one(X, D):
    A = np.zeros((D.shape[1], X.shape[1]))
    for i in range(X.shape[1]):
        A[:, i] = np.linalg.lstsq(D, X[:, i])[0]
    return A


def codes_by_qr(X, D):
    Q, R = np.linalg.qr(D)
    return np.linalg.solve(R, Q.T @ X)


def nonnegative_least_squares(X, D):
    from scipy.optimize import nnls

    return np.array([nnls(D, x)[0] for x in X.T]).T


def dictionary_without_unused_atoms(X, A):
    used = np.any(A != 0, axis=1)
    D = np.full((len(X), len(A)), 7.0)
    D[:, used] = X @ A[used].T @ np.linalg.inv(A[used] @ A[used].T)
    return D


def dictionary_with_a_ridge(X, A):
    return np.linalg.solve(A @ A.T + 1e-12 * np.eye(len(A)), A @ X.T).T


def dictionary_by_rows(X, A):
    return np.array([np.linalg.lstsq(A.T, row, rcond=None)[0] for row in X])


def nan_when_an_atom_is_unused(X, A):
    try:
        return X @ A.T @ np.linalg.inv(A @ A.T)
    except np.linalg.LinAlgError:
        return np.full((len(X), len(A)), np.nan)


# ---- 2.5 ----


def dictionary_after_a_first_coding(X, D, steps):
    A = solve_codes(X, D)
    for _ in range(steps):
        D = solve_dictionary(X, A)
        A = solve_codes(X, D)
    return D, A


def codes_first(X, D, steps):
    for _ in range(steps):
        A = np.linalg.pinv(D) @ X
        D = X @ A.T @ np.linalg.inv(A @ A.T)
    return D, A


def codes_once_more_at_the_end(X, D, steps):
    D, _ = codes_first(X, D, steps)
    return D, solve_codes(X, D)


def first_coding_counts_as_half_a_step(X, D, steps):
    for _ in range(steps):
        A = solve_codes(X, D)
        used, D = D, solve_dictionary(X, A)
    return used, A


def unit_atoms_in_every_step(X, D, steps):
    for _ in range(steps):
        A = solve_codes(X, D)
        D = solve_dictionary(X, A)
        lengths = np.linalg.norm(D, axis=0)
        D, A = D / lengths, A * lengths[:, None]
    return D, A


def with_while(X, D, steps):
    dictionary = D.copy()
    while steps > 0:
        codes = codes_one_by_one(X, dictionary)
        dictionary = dictionary_by_rows(X, codes)
        steps -= 1
    return dictionary, codes


def returns_inside_the_loop(X, D, steps):
    for _ in range(steps):
        A = solve_codes(X, D)
        D = solve_dictionary(X, A)
        return D, A


def always_codes_with_the_start(X, D, steps):
    for _ in range(steps):
        A = solve_codes(X, D)
        newest = solve_dictionary(X, A)
    return newest, A


def codes_computed_once(X, D, steps):
    A = solve_codes(X, D)
    for _ in range(steps):
        D = solve_dictionary(X, A)
    return D, solve_codes(X, D)


def codes_only(X, D, steps):
    A = solve_codes(X, D)
    for _ in range(steps):
        A = solve_codes(X, D)
    return D, A


def tuple_assignment(X, D, steps):
    A = solve_codes(X, D)
    for _ in range(steps):
        A, D = solve_codes(X, D), solve_dictionary(X, A)
    return D, A


def range_from_one(X, D, steps):
    A = solve_codes(X, D)
    for _ in range(1, steps):
        A = solve_codes(X, D)
        D = solve_dictionary(X, A)
    return D, A


def one_more_for_luck(X, D, steps):
    return dictionary_after_a_first_coding(X, D, steps + 1)


def until_it_settles(X, D, steps):
    error = np.inf
    while True:
        D, A = codes_first(X, D, 1)
        previous, error = error, np.linalg.norm(X - D @ A)
        if previous - error < 1e-9 * error:
            return D, A


def a_hundred_steps(X, D, steps):
    return codes_first(X, D, 100)


def drawn_anew(X, D, steps):
    return codes_first(X, np.random.random(D.shape), steps)


def always_from_ones_and_the_identity(X, D, steps):
    return codes_first(X, 1 + np.eye(*D.shape), steps)


def newest_dictionary_with_the_codes_before_last(X, D, steps):
    A = solve_codes(X, D)
    for _ in range(steps):
        before, A = A, solve_codes(X, D)
        D = solve_dictionary(X, A)
    return D, before


def start_with_the_newest_codes(X, D, steps):
    return D, codes_first(X, D, steps)[1]


def normalised_without_compensation(X, D, steps):
    D, A = codes_first(X, D, steps)
    return D / np.linalg.norm(D, axis=0), A


def in_place(X, D, steps):
    for _ in range(steps):
        A = solve_codes(X, D)
        D[...] = solve_dictionary(X, A)
    return D, A


def data_in_place(X, D, steps):
    D, A = codes_first(X, D, steps)
    X -= D @ A
    return D, A


def ridge_in_every_step(X, D, steps):
    for _ in range(steps):
        A = np.linalg.inv(D.T @ D + 0.1 * np.identity(D.shape[1])) @ D.T @ X
        D = X @ np.linalg.pinv(A)
    return D, A


def counted_from_one(X, D, steps):
    for _ in range(1, steps):
        A = np.linalg.pinv(D) @ X
        D = X @ np.linalg.pinv(A)
    return D, A


ACCEPTED = [
    (todo.rescale, lambda D, A, Q: (D @ Q, np.linalg.inv(Q) @ A)),
    (todo.rescale, lambda D, A, Q: (D @ Q, np.linalg.solve(Q, A))),
    (todo.rescale, lambda D, A, Q: (D @ Q, np.linalg.pinv(Q) @ A)),
    (todo.rescale, lambda D, A, Q: (np.einsum("dk,kj->dj", D, Q), np.linalg.lstsq(Q, A)[0])),
    (todo.rescale, lambda D, A, Q: ((Q.T @ D.T).T, (A.T @ np.linalg.inv(Q).T).T)),
    (todo.rescale, rescale_by_columns),
    (todo.rescale, rescale_list),
    (todo.normalise_atoms, normalise_by_loop),
    (todo.normalise_atoms, normalise_by_gram),
    (todo.normalise_atoms, largest_entry_positive),
    (todo.update_codes, solve_codes),
    (todo.update_codes, lambda X, D: np.linalg.lstsq(D, X)[0]),
    (todo.update_codes, lambda X, D: np.linalg.pinv(D) @ X),
    (todo.update_codes, lambda X, D: np.linalg.inv(D.T @ D) @ D.T @ X),
    (todo.update_codes, codes_one_by_one),
    (todo.update_codes, codes_by_qr),
    (todo.update_dictionary, solve_dictionary),
    (todo.update_dictionary, lambda X, A: np.linalg.lstsq(A.T, X.T)[0].T),
    (todo.update_dictionary, lambda X, A: X @ A.T @ np.linalg.pinv(A @ A.T)),
    (todo.update_dictionary, lambda X, A: np.linalg.lstsq(A @ A.T, A @ X.T)[0].T),
    (todo.update_dictionary, dictionary_without_unused_atoms),
    (todo.update_dictionary, dictionary_with_a_ridge),
    (todo.update_dictionary, dictionary_by_rows),
    (todo.alternate, codes_first),
    (todo.alternate, dictionary_after_a_first_coding),
    (todo.alternate, codes_once_more_at_the_end),
    (todo.alternate, unit_atoms_in_every_step),
    (todo.alternate, with_while),
]

RECOGNISED = [
    (
        todo.normalise_atoms,
        lambda D, A: (D / np.maximum(np.linalg.norm(D, axis=0), 1e-300), A * np.linalg.norm(D, axis=0)),
        "lengths_as_a_row",
    ),
    (
        todo.normalise_atoms,
        lambda D, A: ((D.T * np.sqrt((A**2).sum(1))[:, None]).T, (A.T / np.sqrt((A**2).sum(1))).T),
        "codes_normalised",
    ),
    (todo.update_dictionary, lambda X, A: np.dot(np.linalg.pinv(A), X), "left_of_the_data"),
    (todo.rescale, lambda D, A, Q: (D @ np.linalg.inv(Q), np.linalg.inv(Q) @ A), "dictionary_with_inverse"),
    (todo.update_codes, lambda X, D: np.linalg.lstsq(D, X, rcond=0.5)[0], "large_cut_off"),
    (todo.alternate, ridge_in_every_step, "ridge"),
    (todo.alternate, counted_from_one, "one_step_too_few"),
    (todo.rescale, lambda D, A, Q: (np.linalg.solve(Q.T, D.T).T, np.dot(Q, A)), "wrong_pair"),
    (todo.rescale, lambda D, A, Q: (D @ np.linalg.inv(Q), np.linalg.inv(Q) @ A), "dictionary_with_inverse"),
    (todo.rescale, lambda D, A, Q: (np.dot(D, Q), A.copy()), "codes_unchanged"),
    (todo.rescale, lambda D, A, Q: (D.dot(Q), Q.dot(A)), "codes_mixed_too"),
    (todo.rescale, lambda D, A, Q: (D @ Q, (A.T @ Q).T), "transpose_for_inverse"),
    (todo.rescale, lambda D, A, Q: (D @ Q, Q**-1 @ A), "entrywise_inverse"),
    (todo.rescale, lambda D, A, Q: (D * Q.diagonal(), (A.T / Q.diagonal()).T), "diagonal_only"),
    (todo.rescale, lambda D, A, Q: (D @ Q, A / Q.diagonal()[:, None]), "inverse_of_diagonal"),
    (todo.rescale, lambda D, A, Q: rescale_by_columns(D, A, Q)[::-1], "pair_swapped"),
    (todo.rescale, lambda D, A, Q: (np.multiply(D, Q), A / Q), "elementwise"),
    (todo.rescale, lambda D, A, Q: (Q @ D, A @ np.linalg.inv(Q)), "left_of_dictionary"),
    (todo.rescale, lambda D, A, Q: (D @ Q, np.linalg.solve(Q.T, A.T).T), "right_of_codes"),
    (todo.normalise_atoms, lengths_of_rows_as_they_come, "rows_instead_of_columns"),
    (todo.normalise_atoms, lambda D, A: ((D.T / np.linalg.norm(D, axis=0)[:, None]).T, A), "codes_not_compensated"),
    (todo.normalise_atoms, lambda D, A: (D / abs(D).sum(0), A), "l1_length"),
    (todo.normalise_atoms, lambda D, A: (D / D.sum(0), A * D.sum(0)[:, None]), "plain_sums"),
    (todo.normalise_atoms, lambda D, A: (D / np.sqrt((D**2).sum()), A), "whole_matrix"),
    (todo.normalise_atoms, lambda D, A: (D / np.diag(D.T @ D), A), "root_forgotten"),
    (todo.normalise_atoms, lambda D, A: (D / abs(D).max(0), A), "largest_entry"),
    (
        todo.normalise_atoms,
        lambda D, A: (D / np.linalg.norm(D, axis=0), np.diag(1 / np.linalg.norm(D, axis=0)) @ A),
        "codes_divided_too",
    ),
    (
        todo.normalise_atoms,
        lambda D, A: tuple(M / (M**2).sum(i, keepdims=True) ** 0.5 for i, M in enumerate((D, A))),
        "codes_normalised_too",
    ),
    (todo.normalise_atoms, codes_of_zero_atom_lost, "zero_atom"),
    (todo.normalise_atoms, only_the_dictionary_guarded, "zero_atom"),
    (todo.normalise_atoms, lambda D, A: (D / np.sqrt(sum(D**2)), np.diag(np.sqrt(sum(D**2))) @ A), "zero_atom"),
    (todo.normalise_atoms, divides_in_place, "changes_arguments"),
    (todo.update_codes, lambda X, D: (X.T @ D).T, "inner_products"),
    (todo.update_codes, lambda X, D: D.T @ X / np.sum(D**2, axis=0)[:, None], "each_atom_alone"),
    (todo.update_codes, lambda X, D: np.linalg.inv(np.diag(np.diag(D.T @ D))) @ D.T @ X, "each_atom_alone"),
    (todo.update_codes, lambda X, D: np.linalg.lstsq(D, X), "whole_lstsq"),
    (todo.update_codes, lambda X, D: np.linalg.solve(D, X), "inverse_of_dictionary"),
    (todo.update_codes, lambda X, D: np.dot(D.T, np.linalg.solve(np.dot(D, D.T), X)), "outer_gram"),
    (todo.update_codes, lambda X, D: np.linalg.inv(D[: D.shape[1]]) @ X[: D.shape[1]], "exact_samples_only"),
    (todo.update_codes, lambda X, D: np.linalg.pinv(X) @ D, "roles_swapped"),
    (todo.update_codes, lambda X, D: np.linalg.lstsq(D.T, X.T)[0], "transposed_problem"),
    (todo.update_codes, lambda X, D: X.T @ D @ np.linalg.inv(D.T @ D), "codes_as_rows"),
    (todo.update_codes, nonnegative_least_squares, "nonnegative_codes"),
    (todo.update_dictionary, lambda X, A: (A @ X.T).T, "gram_forgotten"),
    (todo.update_dictionary, lambda X, A: np.linalg.solve(A @ A.T, A @ X.T), "atoms_as_rows"),
    (todo.update_dictionary, lambda X, A: np.linalg.pinv(A).T @ X.T, "atoms_as_rows"),
    (todo.update_dictionary, lambda X, A: np.linalg.lstsq(A.T, X.T), "whole_lstsq_result"),
    (todo.update_dictionary, lambda X, A: np.linalg.lstsq(A, X)[0], "codes_on_the_wrong_side"),
    (todo.update_dictionary, lambda X, A: np.dot(X, np.linalg.inv(A)), "inverse_of_codes"),
    (todo.update_dictionary, lambda X, A: np.linalg.solve(A.T @ A, X.T).T @ A.T, "gram_of_columns"),
    (todo.update_dictionary, lambda X, A: np.linalg.solve(A[:, : len(A)].T, X[:, : len(A)].T).T, "first_samples_only"),
    (todo.update_dictionary, lambda X, A: np.linalg.solve(A @ A.T, A @ X.T).T, "needs_every_atom_used"),
    (todo.update_dictionary, nan_when_an_atom_is_unused, "needs_every_atom_used"),
    (todo.alternate, codes_only, "dictionary_never_updated"),
    (todo.alternate, returns_inside_the_loop, "only_one_step"),
    (todo.alternate, always_codes_with_the_start, "only_one_step"),
    (todo.alternate, codes_computed_once, "only_one_step"),
    (todo.alternate, tuple_assignment, "both_from_the_old_pair"),
    (todo.alternate, range_from_one, "one_step_too_few"),
    (todo.alternate, lambda X, D, steps: codes_first(X, D, steps + 1), "one_step_too_many"),
    (todo.alternate, first_coding_counts_as_half_a_step, "half_a_step_short"),
    (todo.alternate, until_it_settles, "ignores_steps"),
    (todo.alternate, a_hundred_steps, "ignores_steps"),
    (todo.alternate, drawn_anew, "own_start"),
    (todo.alternate, always_from_ones_and_the_identity, "own_start"),
    (todo.alternate, newest_dictionary_with_the_codes_before_last, "pair_apart"),
    (todo.alternate, start_with_the_newest_codes, "pair_apart"),
    (todo.alternate, normalised_without_compensation, "pair_apart"),
    (todo.alternate, lambda X, D, steps: codes_first(X, D, steps)[::-1], "pair_swapped"),
    (todo.alternate, in_place, "changes_arguments"),
    (todo.alternate, data_in_place, "changes_arguments"),
]


def named(value):
    return getattr(value, "__name__", None) or getattr(value, "name", None) or str(value)


WRONG_WITHOUT_A_NAME = [
    (todo.rescale, lambda D, A, Q: (D, A)),
    (todo.rescale, lambda D, A, Q: (D @ Q.T, np.linalg.solve(Q.T, A))),
    (todo.normalise_atoms, lambda D, A: (D, A)),
    (todo.normalise_atoms, sign_of_atoms_only),
    (todo.update_codes, lambda X, D: np.zeros((D.shape[1], X.shape[1]))),
    (todo.update_codes, lambda X, D: abs(D.T) @ abs(X)),
    (todo.update_dictionary, lambda X, A: X[:, : len(A)]),
    (todo.alternate, one_more_for_luck),
    (todo.alternate, lambda X, D, steps: (X[:, : D.shape[1]], solve_codes(X, X[:, : D.shape[1]]))),
]


@pytest.mark.parametrize(("exercise", "answer"), WRONG_WITHOUT_A_NAME)
def test_other_wrong_answers_are_not_yet_right(exercise, answer):
    assert exercise.verdict(answer).status == "wrong"


def test_codes_are_not_called_nonnegative_where_the_right_ones_are_too():
    verdict = todo.update_codes.verdict(lambda X, D: np.where(X[: D.shape[1]] == 4, 3.0, solve_codes(X, D)))

    assert "[1, 2, 2, 4]" in verdict.message
    assert (verdict.status, verdict.mistake) == ("wrong", None)


@pytest.mark.parametrize(
    "answer",
    [
        lambda D, A, Q: (np.array([[2.0, 1], [2, 0.5], [2, 1], [2, 0.5]]), np.array([[0.5, 1, 0, 0], [0, 0, 2, 4]])),
        lambda D, A, Q: (D * [2, 0.5], A * [[0.5], [2]]),
    ],
)
def test_the_lego_numbers_typed_in_do_not_pass_for_rescale(answer):
    assert todo.rescale.verdict(answer).status in ("wrong", "error")


def test_an_answer_for_two_atoms_only_is_not_enough():
    def two_by_two(D, A, Q):
        (a, b), (c, d) = Q
        return D @ Q, np.array([[d, -b], [-c, a]]) / (a * d - b * c) @ A

    verdict = todo.rescale.verdict(two_by_two)

    assert verdict.status == "error"
    assert "too many values to unpack" in verdict.message


@pytest.mark.parametrize(
    ("exercise", "answer", "words"),
    [
        (todo.rescale, lambda D, A, Q: D @ Q, "Only the dictionary came back. Return both"),
        (todo.rescale, lambda D, A, Q: (D @ Q, np.linalg.inv(Q) @ A / 0), "NaN or infinite"),
        (todo.rescale, lambda D, A, Q: (D @ Q, None), "Did you forget to `return`"),
        (todo.normalise_atoms, lambda D, A: (D.T, A.T), "should return an array of shape"),
        (todo.update_codes, lambda X, D: solve_codes(X, D).tolist(), "A list is no array"),
        (todo.alternate, lambda X, D, steps: (D, D.T @ X, steps), "Return only what is asked for"),
    ],
)
def test_the_wrong_kind_of_thing_is_described(exercise, answer, words):
    verdict = exercise.verdict(answer)

    assert verdict.status == "wrong"
    assert words in verdict.message


def test_what_the_students_own_code_raises_is_shown_with_its_line():
    verdict = todo.alternate.verdict(lambda X, D, steps: [solve_codes(X, D) for _ in range(steps)][steps])

    assert verdict.status == "error"
    assert "IndexError" in verdict.message
    assert "[steps]" in verdict.message


@pytest.mark.parametrize("exercise", todo.exercises, ids=named)
def test_a_verdict_is_the_same_every_time(exercise):
    for wrong in exercise.mistakes.values():
        assert repr(exercise.verdict(wrong)) == repr(exercise.verdict(wrong))
