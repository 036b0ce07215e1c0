"""Answers to notebook 4: what is accepted, and what is recognised, however it is written."""

import numpy as np
import pytest

from lessons import factorise
from lessons.exercises import nmf as todo

TINY = 1e-9


def ratios_p_first(R, P, Q):
    P = P * (R @ Q) / (P @ Q.T @ Q + TINY)
    return P, Q * (R.T @ P) / (Q @ P.T @ P + TINY)


def ratios_q_first(R, P, Q):
    Q = Q * np.dot(R.T, P) / (np.dot(Q, np.dot(P.T, P)) + TINY)
    P = P * np.dot(R, Q) / (np.dot(P, np.dot(Q.T, Q)) + TINY)
    return P, Q


def entry_by_entry(R, P, Q):
    P, Q = P.copy(), Q.copy()
    wanted, given = R @ Q, P @ Q.T @ Q
    for i in range(P.shape[0]):
        for j in range(P.shape[1]):
            if given[i, j] > 0:
                P[i, j] *= wanted[i, j] / given[i, j]
    wanted, given = R.T @ P, Q @ P.T @ P
    for i in range(Q.shape[0]):
        for j in range(Q.shape[1]):
            if given[i, j] > 0:
                Q[i, j] *= wanted[i, j] / given[i, j]
    return P, Q


def guarded_by_maximum(R, P, Q):
    P = P * (R @ Q) / np.maximum(P @ Q.T @ Q, 1e-10)
    return P, Q * (R.T @ P) / np.maximum(Q @ P.T @ P, 1e-10)


def kept_above_zero(R, P, Q):
    """As in many toolboxes: no entry may fall to zero itself."""
    P = np.maximum(P * (R @ Q) / (P @ Q.T @ Q + 1e-12), 1e-12)
    return P, np.maximum(Q * (R.T @ P) / (Q @ P.T @ P + 1e-12), 1e-12)


def both_ends_shifted(R, P, Q):
    eps = np.finfo(float).eps
    P = P * ((R @ Q + eps) / (P @ Q.T @ Q + eps))
    return P, Q * ((R.T @ P + eps) / (Q @ P.T @ P + eps))


def nan_made_zero(R, P, Q):
    P = np.nan_to_num(P * (R @ Q) / (P @ Q.T @ Q))
    return P, np.nan_to_num(Q * (R.T @ P) / (Q @ P.T @ P))


def gradient_with_its_own_step_size(R, P, Q):
    P = P - P / (2 * P @ Q.T @ Q + 1e-12) * (2 * P @ Q.T @ Q - 2 * R @ Q)
    return P, Q - Q / (2 * Q @ P.T @ P + 1e-12) * (2 * Q @ P.T @ P - 2 * R.T @ P)


def returns_a_list(R, P, Q):
    return list(ratios_p_first(R, P, Q))


def all_steps(step):
    def update(R, P, Q, steps=5000):
        for _ in range(steps):
            P, Q = step(R, P, Q)
        return P, Q

    return update


def until(settled, step=ratios_p_first):
    """Steps until settled(R, P, Q, new_P, new_Q)."""

    def update(R, P, Q, steps=5000):
        for _ in range(steps):
            new_P, new_Q = step(R, P, Q)
            stop = settled(R, P, Q, new_P, new_Q)
            P, Q = new_P, new_Q
            if stop:
                break
        return P, Q

    return update


def loss(R, P, Q):
    return np.linalg.norm(R - P @ Q.T) ** 2


def loss_settled(tolerance):
    return until(lambda R, P, Q, p, q: factorise.has_settled(loss(R, P, Q), loss(R, p, q), tolerance))


def factors_settled(R, P, Q, p, q):
    return np.linalg.norm(p - P) < 1e-4 * np.linalg.norm(P) and np.linalg.norm(q - Q) < 1e-4 * np.linalg.norm(Q)


def changes_per_entry_small(R, P, Q, p, q):
    return np.sqrt(np.sum((p - P) ** 2)) / P.size < 0.001 and np.sqrt(np.sum((q - Q) ** 2)) / Q.size < 0.001


def tutorials_own_loop(R, P, Q, steps=5000):
    for _ in range(steps):
        new_P, new_Q = ratios_p_first(R, P, Q)
        if changes_per_entry_small(R, P, Q, new_P, new_Q):
            break
        P, Q = new_P, new_Q
    return P, Q


def looks_every_tenth_step(R, P, Q, steps=5000):
    before = loss(R, P, Q)
    for step in range(1, steps + 1):
        P, Q = factorise.multiplicative_step(R, P, Q)
        if step % 10 == 0:
            now = loss(R, P, Q)
            if before - now < 1e-4 * before:
                return P, Q
            before = now
    return P, Q


def own_sparseness(v):
    v = np.abs(v).ravel()
    if not v.any():
        return 0
    return (len(v) ** 0.5 - v.sum() / np.linalg.norm(v)) / (len(v) ** 0.5 - 1)


def settled_by_division(previous_loss, loss, tolerance=1e-4):
    if previous_loss == loss:
        return True
    return abs(previous_loss - loss) / max(previous_loss, loss) < tolerance


def stopped_by_the_mean_square(R, P, Q, steps=5000):
    for _ in range(steps):
        P, Q = factorise.multiplicative_step(R, P, Q)
        if np.mean((R - P @ Q.T) ** 2) < 0.001:
            break
    return P, Q


def divergence_with_a_guard(R, P, Q):
    P = P * ((R / (P @ Q.T + 1e-12)) @ Q) / (Q.sum(axis=0) + 1e-12)
    Q = Q * ((R / (P @ Q.T + 1e-12)).T @ P) / (P.sum(axis=0) + 1e-12)
    return P, Q


def one_factor_normalised_with_a_guard(R, P, Q):
    P, Q = factorise.multiplicative_step(R, P, Q)
    return P / (P.sum(axis=0) + 1e-12), Q


def step_not_kept(R, P, Q, steps=5000):
    loss = np.sum((R - P @ Q.T) ** 2)
    for _ in range(steps):
        factorise.multiplicative_step(R, P, Q)
        previous, loss = loss, np.sum((R - P @ Q.T) ** 2)
        if factorise.has_settled(previous, loss, tolerance=1e-6):
            break
    return P, Q


def ten_steps(R, P, Q):
    for _ in range(10):
        P, Q = factorise.multiplicative_step(R, P, Q)
    return P, Q


def without_brackets(R, P, Q):
    P = P * (R @ Q) / P @ Q.T @ Q
    Q = Q * (R.T @ P) / Q @ P.T @ P
    return P, Q


def model_below(R, P, Q):
    P = P * R.dot(Q) / (P.dot(Q.T) + 1e-12)
    Q = Q * R.T.dot(P) / (Q.dot(P.T) + 1e-12)
    return P, Q


def lifted_on_both_sides(R, P, Q):
    P = P * (R @ Q + 1e-2) / (P @ Q.T @ Q + 1e-2)
    Q = Q * (R.T @ P + 1e-2) / (Q @ P.T @ P + 1e-2)
    return P, Q


ACCEPTED = [
    (todo.gradient_codes, lambda X, D, A: 2 * D.T @ (D @ A - X)),
    (todo.gradient_codes, lambda X, D, A: -2 * D.T @ (X - D @ A)),
    (todo.gradient_codes, lambda X, D, A: 2 * (np.dot(np.dot(D.T, D), A) - np.dot(D.T, X))),
    (todo.gradient_codes, lambda X, D, A: 2 * ((D @ A - X).T @ D).T),
    (todo.gradient_codes, lambda X, D, A: np.stack([2 * D.T @ (D @ a - x) for a, x in zip(A.T, X.T)], axis=1)),
    (todo.multiplicative_step, ratios_p_first),
    (todo.multiplicative_step, ratios_q_first),
    (todo.multiplicative_step, entry_by_entry),
    (todo.multiplicative_step, guarded_by_maximum),
    (todo.multiplicative_step, kept_above_zero),
    (todo.multiplicative_step, both_ends_shifted),
    (todo.multiplicative_step, nan_made_zero),
    (todo.multiplicative_step, gradient_with_its_own_step_size),
    (todo.multiplicative_step, returns_a_list),
    (todo.has_settled, settled_by_division),
    (todo.has_settled, lambda a, b, tolerance=1e-4: abs(a - b) <= tolerance * a),
    (todo.has_settled, lambda a, b, tolerance=1e-4: np.abs(a - b) <= tolerance * b),
    (todo.has_settled, lambda a, b, tolerance=1e-4: bool(np.isclose(a, b, rtol=tolerance, atol=0))),
    (todo.has_settled, lambda a, b, tolerance=1e-4: abs(a - b) / (abs(a) + 1e-12) < tolerance),
    (todo.has_settled, lambda a, b, tolerance=1e-4: a == b or abs(a - b) / (b + 1e-12) < tolerance),
    (todo.mf_multiplicative_update, all_steps(factorise.multiplicative_step)),
    (todo.mf_multiplicative_update, all_steps(ratios_q_first)),
    (todo.mf_multiplicative_update, all_steps(kept_above_zero)),
    (todo.mf_multiplicative_update, loss_settled(1e-3)),
    (todo.mf_multiplicative_update, loss_settled(1e-8)),
    (todo.mf_multiplicative_update, until(factors_settled)),
    (todo.mf_multiplicative_update, until(factors_settled, ratios_q_first)),
    (todo.mf_multiplicative_update, until(changes_per_entry_small)),
    (todo.mf_multiplicative_update, tutorials_own_loop),
    (todo.mf_multiplicative_update, looks_every_tenth_step),
    (todo.sparseness, own_sparseness),
    (todo.sparseness, lambda v: 0.0 if np.all(v == 0) else factorise.sparseness(v.ravel())),
    (todo.sparseness, lambda v: np.float32(own_sparseness(v))),
]


def simultaneous(R, P, Q):
    new_Q = Q * (R.T @ P) / (Q @ (P.T @ P) + TINY)
    new_P = P * (R @ Q) / (P @ (Q.T @ Q) + TINY)
    return new_P, new_Q


def residual_kept(R, P, Q):
    """The model is computed once, before either factor moves."""
    model = P @ Q.T
    new_P = P * (R @ Q) / (model @ Q)
    return new_P, Q * (R.T @ P) / (model.T @ P)


def only_q(R, P, Q):
    return P, Q * (R.T @ P) / (Q @ P.T @ P + TINY)


def upside_down_q_first(R, P, Q):
    Q = Q * (Q @ P.T @ P) / (R.T @ P + TINY)
    return P * (P @ Q.T @ Q) / (R @ Q + TINY), Q


def added_at_once(R, P, Q):
    return P + (R @ Q) / (P @ Q.T @ Q + TINY), Q + (R.T @ P) / (Q @ P.T @ P + TINY)


def ratio_without_factor(R, P, Q):
    Q = R.T @ P / (Q @ P.T @ P + TINY)
    return R @ Q / (P @ Q.T @ Q + TINY), Q


def divergence_with_loops(R, P, Q):
    for factor, other, data in ((Q, P, R.T), (P, Q, R)):
        ratio = data / (factor @ other.T + TINY)
        updated = factor * (ratio @ other) / (np.ones_like(data) @ other)
        P, Q = (P, updated) if factor is Q else (updated, Q)
    return P, Q


def divergence_of_1999(R, P, Q):
    P = P * (R / (P @ Q.T + TINY) @ Q)
    P /= P.sum(axis=0, keepdims=True)
    return P, Q * (R.T / (Q @ P.T + TINY) @ P)


def solved(R, P, Q):
    P = np.linalg.lstsq(Q, R.T, rcond=None)[0].T
    return P, np.linalg.lstsq(P, R, rcond=None)[0].T


def matrix_quotient(R, P, Q):
    P = P @ np.linalg.lstsq(P @ Q.T @ Q, R @ Q, rcond=None)[0]
    return P, Q @ np.linalg.lstsq(Q @ P.T @ P, R.T @ P, rcond=None)[0]


def inverse_at_sign(R, P, Q):
    return P * (R @ Q) @ np.linalg.inv(P @ Q.T @ Q), Q * (R.T @ P) @ np.linalg.inv(Q @ P.T @ P)


def descent_of_notebook_3(R, P, Q):
    E = R - P @ Q.T
    P = P + 0.0002 * (2 * E @ Q - 0.02 * P)
    return P, Q + 0.0002 * (2 * E.T @ P - 0.02 * Q)


def goes_below_zero(R, P, Q):
    P = P * (1 - 2 * (P @ Q.T @ Q - R @ Q))
    return P, Q * (1 - 2 * (Q @ P.T @ P - R.T @ P))


def no_guard_q_first(R, P, Q):
    Q = Q * (R.T @ P) / (Q @ P.T @ P)
    return P * (R @ Q) / (P @ Q.T @ Q), Q


def guard_for_p_only(R, P, Q):
    P = P * (R @ Q) / (P @ Q.T @ Q + TINY)
    return P, Q * (R.T @ P) / (Q @ P.T @ P)


def ratio_without_guard_in_p(R, P, Q):
    P = P * ((R @ Q) / (P @ Q.T @ Q))
    return P, Q * ((R.T @ P) / (Q @ P.T @ P + TINY))


def in_place(R, P, Q):
    np.multiply(P, (R @ Q) / (P @ Q.T @ Q + TINY), out=P)
    return P, Q * (R.T @ P) / (Q @ P.T @ P + TINY)


def returns_in_the_loop(R, P, Q, steps=5000):
    before = loss(R, P, Q)
    for _ in range(steps):
        P, Q = factorise.multiplicative_step(R, P, Q)
        if not factorise.has_settled(before, loss(R, P, Q)):
            break
    return P, Q


def compares_the_loss_with_itself(R, P, Q, steps=5000):
    for _ in range(steps):
        P, Q = factorise.multiplicative_step(R, P, Q)
        now = loss(R, P, Q)
        if factorise.has_settled(now, now):
            break
    return P, Q


def breaks_before_it_begins(R, P, Q, steps=5000):
    previous = now = loss(R, P, Q)
    for _ in range(steps):
        if factorise.has_settled(previous, now):
            break
        P, Q = factorise.multiplicative_step(R, P, Q)
        previous, now = now, loss(R, P, Q)
    return P, Q


def never_takes_over(R, P, Q, steps=5000):
    for _ in range(steps):
        new_P, new_Q = factorise.multiplicative_step(R, P, Q)
    return P, Q


def two_steps(R, P, Q, steps=5000):
    return all_steps(factorise.multiplicative_step)(R, P, Q, min(steps, 2))


def keeps_the_old_pair(R, P, Q, steps=5000):
    for _ in range(steps):
        old_P, old_Q = P, Q
        P, Q = factorise.multiplicative_step(R, P, Q)
        if factorise.has_settled(loss(R, old_P, old_Q), loss(R, P, Q), 1e-6):
            break
    return old_P, old_Q


def counts_from_one(R, P, Q, steps=5000):
    for _ in range(1, steps):
        P, Q = factorise.multiplicative_step(R, P, Q)
    return P, Q


def counts_to_the_end(R, P, Q, steps=5000):
    step = 0
    while step <= steps:
        P, Q = factorise.multiplicative_step(R, P, Q)
        step += 1
    return P, Q


def until_settled_whatever_steps(R, P, Q, steps=5000):
    return factorise.mf_multiplicative_update(R, P, Q, 5000)


def descends(R, P, Q, steps=5000):
    return factorise.matrix_factorization(R, P, Q, P.shape[1], steps, alpha=1e-5)


def signed_start(R, P, Q, steps=5000):
    rng = np.random.RandomState(3)
    return all_steps(ratios_p_first)(R, rng.randn(*P.shape), rng.randn(*Q.shape), steps)


def random_start(R, P, Q, steps=5000):
    return all_steps(ratios_p_first)(R, np.random.rand(*P.shape), np.random.rand(*Q.shape), steps)


def start_of_ones(R, P, Q, steps=5000):
    return all_steps(ratios_q_first)(R, np.ones_like(P), Q, steps)


def keeps_q(R, P, Q, steps=5000):
    return all_steps(lambda R, P, Q: (ratios_p_first(R, P, Q)[0], Q))(R, P, Q, steps)


def in_place_loop(R, P, Q, steps=5000):
    for _ in range(steps):
        P[:], Q[:] = factorise.multiplicative_step(R, P, Q)
    return P, Q


def sums_the_old_entry(R, P, Q):
    Q = Q + Q * ((R.T @ P) / (Q @ P.T @ P + TINY))
    P = P + P * ((R @ Q) / (P @ Q.T @ Q + TINY))
    return P, Q


def ratio_by_dot(R, P, Q):
    P = np.dot(P, np.dot(R, Q) / (np.dot(np.dot(P, Q.T), Q) + TINY))
    return P, np.dot(Q, np.dot(R.T, P) / (np.dot(np.dot(Q, P.T), P) + TINY))


def half_a_power(R, P, Q):
    P = P * ((R @ Q) / (P @ Q.T @ Q + TINY)) ** 0.5
    return P, Q * ((R.T @ P) / (Q @ P.T @ P + TINY)) ** 0.5


def data_as_they_are(R, P, Q):
    Q = Q * np.dot(R, P) / (np.dot(Q, np.dot(P.T, P)) + TINY)
    return P * np.dot(R, Q) / (np.dot(P, np.dot(Q.T, Q)) + TINY), Q


def returns_atoms_as_rows(R, P, Q, steps=5000):
    P, Q = all_steps(ratios_q_first)(R, P, Q, steps)
    return P, Q.T


def returns_atoms_first(R, P, Q, steps=5000):
    P, Q = all_steps(kept_above_zero)(R, P, Q, steps)
    return Q, P


def no_fall(previous_loss, loss, tolerance=1e-4):
    return not loss < previous_loss


def norms_of_a_matrix(v):
    sums = np.linalg.norm(v, ord=1)
    return hoyer(sums, np.linalg.norm(v, ord=2), v.size) if sums > 0 else 0


def one_norm_of_a_matrix(v):
    length = np.sqrt(np.square(v).sum())
    return hoyer(np.linalg.norm(v, ord=1), length, v.size) if length else 0


def hoyer(l1, l2, n):
    return (np.sqrt(n) - l1 / l2) / (np.sqrt(n) - 1)


RECOGNISED = [
    (todo.has_settled, lambda a, b, tolerance=1e-4: tolerance >= abs(b - a) // a, "whole_division"),
    (todo.gradient_codes, lambda X, D, A: 2 * D @ A - 2 * D.T @ X, "no_transpose"),
    (todo.multiplicative_step, ten_steps, "several_steps"),
    (todo.multiplicative_step, without_brackets, "brackets_missing"),
    (todo.multiplicative_step, model_below, "model_below_the_line"),
    (todo.multiplicative_step, lifted_on_both_sides, "large_epsilon"),
    (todo.gradient_codes, lambda X, D, A: -2 * D.T @ (X + D @ A), "both_terms_subtracted"),
    (todo.multiplicative_step, divergence_with_a_guard, "divergence_updates"),
    (todo.multiplicative_step, one_factor_normalised_with_a_guard, "normalised_at_the_end"),
    (todo.mf_multiplicative_update, step_not_kept, "stops_at_once"),
    (todo.gradient_codes, lambda X, D, A: D.T @ D @ A - D.T @ X, "without_the_two"),
    (todo.gradient_codes, lambda X, D, A: -2 * D.T @ D @ A + 2 * D.T @ X, "wrong_sign"),
    (todo.gradient_codes, lambda X, D, A: 2 * np.dot(D, np.dot(D, A) - X), "no_transpose"),
    (todo.gradient_codes, lambda X, D, A: -2 * np.dot(D.T, X), "only_the_data_term"),
    (todo.gradient_codes, lambda X, D, A: 2 * np.dot(D.T, D @ A), "only_the_model_term"),
    (todo.gradient_codes, lambda X, D, A: D.T @ (D @ A - 2 * X), "square_counted_once"),
    (todo.gradient_codes, lambda X, D, A: D.T @ (2 * D @ A - X), "cross_term_counted_once"),
    (todo.gradient_codes, lambda X, D, A: (2 * D.T @ (D @ A - X)) / len(X.T), "mean_over_samples"),
    (todo.gradient_codes, lambda X, D, A: -2 * X @ A.T + 2 * D @ A @ A.T, "gradient_of_the_dictionary"),
    (todo.gradient_codes, lambda X, D, A: (2 * D.T @ (D @ A - X)).T, "transposed_gradient"),
    (todo.multiplicative_step, simultaneous, "old_partner"),
    (todo.multiplicative_step, residual_kept, "old_partner"),
    (todo.multiplicative_step, only_q, "one_factor_only"),
    (todo.multiplicative_step, upside_down_q_first, "upside_down"),
    (todo.multiplicative_step, added_at_once, "adds_the_ratio"),
    (todo.multiplicative_step, ratio_without_factor, "ratio_alone"),
    (todo.multiplicative_step, divergence_with_loops, "divergence_updates"),
    (todo.multiplicative_step, divergence_of_1999, "divergence_with_normalised_factor"),
    (todo.multiplicative_step, solved, "least_squares"),
    (todo.multiplicative_step, matrix_quotient, "matrix_division"),
    (todo.multiplicative_step, inverse_at_sign, "inverse_of_denominator"),
    (todo.multiplicative_step, descent_of_notebook_3, "gradient_step"),
    (todo.multiplicative_step, goes_below_zero, "negative_values"),
    (todo.multiplicative_step, no_guard_q_first, "nan_on_zeros"),
    (todo.multiplicative_step, guard_for_p_only, "nan_on_zeros"),
    (todo.multiplicative_step, ratio_without_guard_in_p, "nan_on_zeros"),
    (
        todo.multiplicative_step,
        lambda R, P, Q: (ratios_q_first(R, P, Q)[0], ratios_q_first(R, P, Q)[1].T),
        "transposed",
    ),
    (todo.multiplicative_step, lambda R, P, Q: ratios_q_first(R, P, Q)[::-1], "swapped_pair"),
    (todo.multiplicative_step, in_place, "changes_arguments"),
    (todo.has_settled, lambda a, b, tolerance=1e-4: abs(b - a) <= tolerance, "absolute_change"),
    (todo.has_settled, lambda a, b, tolerance=1e-4: (a - b) / a < tolerance, "signed_change"),
    (todo.has_settled, lambda a, b, tolerance=1e-4: (a - b) / max(a, b) <= tolerance, "signed_change"),
    (todo.has_settled, lambda a, b, tolerance=1e-4: (b - a) / a < tolerance, "signed_the_other_way"),
    (todo.has_settled, lambda a, b, tolerance=1e-4: abs(a - b) / b < tolerance, "division_by_zero"),
    (todo.has_settled, lambda a, b, tolerance=1e-4: abs(a - b) / max(a, b) < tolerance, "division_by_zero"),
    (todo.has_settled, lambda a, b, tolerance=1e-4: abs(a - b) < tolerance * b, "strict_at_zero"),
    (todo.has_settled, lambda a, b, tolerance=1e-4: abs(a - b) / a >= tolerance, "the_other_way_round"),
    (todo.has_settled, lambda a, b, tolerance=1e-4: abs(a - b) / a < 1e-4, "ignores_tolerance"),
    (todo.has_settled, lambda a, b, tolerance=1e-4: b / a < tolerance, "ratio_of_losses"),
    (todo.mf_multiplicative_update, returns_in_the_loop, "stops_at_once"),
    (todo.mf_multiplicative_update, compares_the_loss_with_itself, "stops_at_once"),
    (todo.mf_multiplicative_update, breaks_before_it_begins, "stops_at_once"),
    (todo.mf_multiplicative_update, never_takes_over, "stops_at_once"),
    (todo.mf_multiplicative_update, lambda R, P, Q, steps=5000: (P, Q), "stops_at_once"),
    (todo.mf_multiplicative_update, two_steps, "stops_too_early"),
    (todo.mf_multiplicative_update, stopped_by_the_mean_square, "not_relative"),
    (todo.mf_multiplicative_update, loss_settled(0.3), "stops_too_early"),
    (todo.mf_multiplicative_update, loss_settled(0.03), "stops_too_early"),
    (todo.mf_multiplicative_update, keeps_the_old_pair, "pair_before_last"),
    (todo.mf_multiplicative_update, counts_from_one, "pair_before_last"),
    (todo.mf_multiplicative_update, counts_to_the_end, "one_step_too_many"),
    (todo.mf_multiplicative_update, until_settled_whatever_steps, "ignores_steps"),
    (todo.mf_multiplicative_update, descends, None),
    (todo.mf_multiplicative_update, signed_start, "signed_factors"),
    (todo.mf_multiplicative_update, all_steps(solved), "signed_factors"),
    (todo.mf_multiplicative_update, random_start, "start_of_its_own"),
    (todo.mf_multiplicative_update, start_of_ones, "start_of_its_own"),
    (todo.mf_multiplicative_update, keeps_q, "one_factor_only"),
    (todo.mf_multiplicative_update, all_steps(only_q), "one_factor_only"),
    (todo.mf_multiplicative_update, all_steps(simultaneous), "old_partner"),
    (todo.mf_multiplicative_update, in_place_loop, "changes_arguments"),
    (todo.sparseness, lambda v: hoyer(np.sqrt(np.sum(v**2)), np.sum(abs(v)), v.size), "swapped_norms"),
    (todo.sparseness, lambda v: hoyer(abs(v).sum(), (v**2).sum(), v.size), "squared_length"),
    (todo.sparseness, lambda v: hoyer(abs(v).sum() ** 2, (v**2).sum(), v.size), "squared_ratio"),
    (todo.sparseness, lambda v: np.sqrt(v.size) - abs(v).sum() / np.sqrt((v**2).sum()), "not_normalised"),
    (todo.sparseness, lambda v: 1 - own_sparseness(v), "upside_down_measure"),
    (todo.sparseness, lambda v: hoyer(v.sum(), np.sqrt((v**2).sum()), v.size), "signed_sum"),
    (todo.sparseness, lambda v: hoyer(abs(v).sum(), np.sqrt((v**2).sum()), v.shape[0]), "rows_counted"),
    (todo.sparseness, lambda v: hoyer(abs(v).sum(), np.sqrt((v**2).sum()), v.size), "zero_vector_forgotten"),
    (todo.gradient_codes, lambda X, D, A: np.dot(2 * D @ A - 2 * X, D), "residual_times_dictionary"),
    (todo.gradient_codes, lambda X, D, A: -2 * X + 2 * np.dot(D, A), "plain_residual"),
    (todo.multiplicative_step, sums_the_old_entry, "adds_the_product"),
    (todo.multiplicative_step, ratio_by_dot, "matrix_product_with_ratio"),
    (todo.multiplicative_step, half_a_power, "square_root_of_ratio"),
    (todo.multiplicative_step, data_as_they_are, "data_not_transposed"),
    (todo.has_settled, lambda a, b, tolerance=1e-4: not a - b >= tolerance, "absolute_change"),
    (todo.has_settled, lambda a, b, tolerance=1e-4: abs(b) <= tolerance, "small_loss"),
    (todo.has_settled, no_fall, "never_rises"),
    (todo.mf_multiplicative_update, returns_atoms_as_rows, "transposed"),
    (todo.mf_multiplicative_update, returns_atoms_first, "swapped_pair"),
    (todo.sparseness, lambda v: abs(v).sum() / np.sqrt((v**2).sum()) if v.any() else 0, "ratio_of_norms"),
    (
        todo.sparseness,
        lambda v: (v.size - abs(v).sum() / np.sqrt((v**2).sum())) / (v.size - 1) if v.any() else 0,
        "without_root_of_n",
    ),
    (todo.sparseness, norms_of_a_matrix, "matrix_norms"),
    (todo.sparseness, one_norm_of_a_matrix, "largest_column_sum"),
    (todo.sparseness, lambda v: 1 - np.count_nonzero(v) / v.size, "share_of_zeros"),
]


def test_a_rule_that_fires_too_early_on_large_matrices_passes_and_is_told_what_it_costs():
    inclusive = todo.mf_multiplicative_update.verdict(until(changes_per_entry_small))
    tutorial = todo.mf_multiplicative_update.verdict(tutorials_own_loop)

    for verdict in (inclusive, tutorial):
        assert (verdict.status, verdict.mistake) == ("correct", None)
        assert "60 x 100" in verdict.message
        assert verdict.message in " ".join(repr(verdict).split()) and "orrowed" not in repr(verdict)
    assert tutorial.message != inclusive.message  # breaking before the pair is taken over costs a little more


@pytest.mark.parametrize("answer", [loss_settled(1e-4), until(factors_settled)])
def test_too_large_a_tolerance_passes_and_is_told_what_it_costs(answer):
    verdict = todo.mf_multiplicative_update.verdict(answer)

    assert verdict.status == "correct" and "ends at a relative error of" in verdict.message


@pytest.mark.parametrize("answer", [all_steps(ratios_p_first), loss_settled(1e-6)])
def test_a_rule_that_stops_late_enough_is_not_remarked_on(answer):
    assert todo.mf_multiplicative_update.verdict(answer).message == ""


def test_the_statuses_of_answers_that_give_no_numbers():
    step = todo.multiplicative_step

    assert step.verdict(lambda R, P, Q: P * (R @ Q) / (P @ Q.T @ Q)).status == "wrong"
    assert "one of the two" in step.verdict(lambda R, P, Q: P).message
    assert step.verdict(lambda R, P, Q: print(end="")).mistake == "returns_nothing"
    assert step.verdict(lambda R, P, Q: (P, ...)).status == "not attempted"
    assert "could not be called" in step.verdict(lambda R: R).message
    assert step.verdict(lambda R, P, Q: (P * np.nan, Q)).mistake is None
    assert todo.has_settled.verdict(lambda a, b, tolerance=1e-4: abs(a - b) / a).status == "wrong"
    assert "True or False" in todo.has_settled.verdict(lambda a, b, tolerance=1e-4: 0.5).message
    assert todo.sparseness.verdict(lambda v: v).status == "wrong"


def test_a_hard_coded_answer_does_not_pass():
    R, P, Q = todo.STEP_CASES[0]
    right = factorise.multiplicative_step(R, P, Q)

    assert todo.multiplicative_step.verdict(lambda R, P, Q: right).status == "wrong"
    assert todo.has_settled.verdict(lambda a, b, tolerance=1e-4: True).status == "wrong"
    assert todo.sparseness.verdict(lambda v: 1.0).status == "wrong"


def test_a_branch_for_zero_that_catches_too_much_does_not_pass():
    def settled_whenever_it_was_zero(previous_loss, loss, tolerance=1e-4):
        return previous_loss == 0 or abs(previous_loss - loss) / previous_loss <= tolerance

    def zero_whenever_the_sum_is(v):
        return 0.0 if np.sum(v) == 0 else own_sparseness(v)

    assert "loss = 1 it returned True" in todo.has_settled.verdict(settled_whenever_it_was_zero).message
    assert "[2, -1, -1, 0] it returned 0" in todo.sparseness.verdict(zero_whenever_the_sum_is).message


def test_one_step_of_every_case_lowers_the_error_so_that_no_sound_rule_stops():
    for R, P, Q in todo.UPDATE_CASES:
        for step in (factorise.multiplicative_step, ratios_q_first):
            p, q = P, Q
            for _ in range(max(todo.SHORT_RUNS) + 1):
                before = loss(R, p, q)
                p, q = step(R, p, q)

                assert loss(R, p, q) < 0.95 * before


def test_verdicts_of_right_answers_that_loop_over_entries_take_few_steps():
    calls = 0

    def counted(R, P, Q, steps=5000):
        nonlocal calls
        calls += steps
        return all_steps(ratios_p_first)(R, P, Q, steps)

    assert todo.mf_multiplicative_update.verdict(counted).status == "correct"
    assert calls < 1500


def moved_start(R, P, Q, steps=5000):
    Q = (Q + 1) * 1.1
    for _ in range(steps):
        P = P * np.sqrt((R @ Q) / (P @ Q.T @ Q + 1e-12))
        Q = Q * np.sqrt((R.T @ P) / (Q @ P.T @ P + 1e-12))
    return P, Q


def jittered(R, P, Q):
    return factorise.multiplicative_step(R, P + np.random.rand(*P.shape), Q)


def test_a_start_that_is_changed_is_not_taken_for_one_that_is_made():
    verdict = todo.mf_multiplicative_update.verdict(moved_start)

    assert verdict.status == "wrong"
    assert "one_factor_only" not in verdict.mistakes and "single number" not in verdict.reason


def test_chance_added_to_the_start_is_seen():
    assert todo.multiplicative_step.verdict(jittered).mistake == "start_of_its_own"


def test_a_pair_the_wrong_way_round_in_some_cases_only_is_judged_once():
    def sometimes(R, P, Q):
        P, Q = factorise.multiplicative_step(R, P, Q)
        return (Q, P) if len(Q) > len(P) else (P, Q)

    assert todo.multiplicative_step.verdict(sometimes).mistake == "swapped_pair"
