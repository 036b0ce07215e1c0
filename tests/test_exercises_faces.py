"""Answers to notebook 3: what is accepted, and what is recognised, however it is written."""

import numpy as np
import pytest

from lessons import factorise
from lessons.exercises import faces as todo

# ---- 3.1 ----


def local_first(faces):
    faces = faces - faces.mean(axis=1, keepdims=True)
    return faces - faces.mean(axis=0)


def overall_mean_added_back(faces):
    return faces - faces.mean(axis=0) - faces.mean(axis=1)[:, None] + faces.mean()


def means_by_loops(faces):
    N, M = faces.shape
    centred = np.array(faces, dtype=float)
    for j in range(M):
        centred[:, j] = centred[:, j] - sum(centred[i, j] for i in range(N)) / N
    for i in range(N):
        centred[i] = centred[i] - sum(centred[i]) / M
    return centred


def faces_and_pixels_confused(faces):
    pixels = faces.mean(1)
    faces = np.array([face - pixels for face in faces])
    return np.array([face - mean for face, mean in zip(faces, faces.mean(0), strict=True)])


def centred_in_place(faces):
    faces -= np.mean(faces, axis=0, keepdims=True)
    return faces - np.mean(faces, axis=1, keepdims=True)


# ---- 3.2 and 3.3 ----


def loss_by_loops(R, P, Q, beta):
    loss = 0
    for i in range(R.shape[0]):
        for j in range(R.shape[1]):
            loss += (R[i, j] - sum(P[i, k] * Q[j, k] for k in range(P.shape[1]))) ** 2
    return loss + beta / 2 * sum(p**2 for p in P.ravel()) + beta / 2 * sum(q**2 for q in Q.ravel())


def loss_with_penalty_in_the_loop(R, P, Q, beta):
    loss = 0
    for i in range(len(R)):
        for j in range(len(R[0])):
            loss += (R[i, j] - P[i] @ Q[j]) ** 2
            for k in range(P.shape[1]):
                loss += beta / 2 * (P[i, k] ** 2 + Q[j, k] ** 2)
    return loss


def loss_with_norms_in_the_loop(R, P, Q, beta):
    loss = 0
    for i, j in np.ndindex(R.shape):
        loss += (R[i, j] - P[i] @ Q[j]) ** 2 + beta / 2 * (np.linalg.norm(P) ** 2 + np.linalg.norm(Q) ** 2)
    return loss


def loss_by_norms(error=1.0, of_P=0.5, of_Q=0.5, power=2, power_of_factors=2):
    """The loss with weights of its own for the error and, times beta, for the two factors, and powers of the norms."""

    def answer(R, P, Q, beta):
        E = R - np.inner(P, Q)
        size = of_P * np.linalg.norm(P) ** power_of_factors + of_Q * np.linalg.norm(Q) ** power_of_factors
        return error * np.linalg.norm(E) ** power + beta * size

    return answer


def largest_singular_values(R, P, Q, beta):
    first, second, third = (np.linalg.svd(M)[1][0] for M in (R - P @ Q.T, P, Q))
    return first**2 + beta / 2 * second**2 + beta / 2 * third**2


def gradients_with_the_penalty_in_the_loop(R, P, Q, beta):
    dP, dQ = np.zeros_like(P), np.zeros_like(Q)
    for i, j in np.ndindex(R.shape):
        e = R[i, j] - P[i] @ Q[j]
        dP[i] += beta * P[i] - 2 * e * Q[j]
        dQ[j] += beta * Q[j] - 2 * e * P[i]
    return dP, dQ


def gradients_of_the_mean(R, P, Q, beta):
    N, M = R.shape
    E = (P @ Q.T - R) / (N * M)
    return 2 * np.dot(E, Q) + beta * P, 2 * np.dot(E.T, P) + beta * Q


def gradients_by_loops(R, P, Q, beta):
    dP, dQ = beta * P, beta * Q
    for i, j in np.ndindex(R.shape):
        e = R[i, j] - P[i] @ Q[j]
        dP[i] = dP[i] - 2 * e * Q[j]
        dQ[j] = dQ[j] - 2 * e * P[i]
    return dP, dQ


def gradients_by_differences(R, P, Q, beta):
    return (
        factorise.numerical_gradient(lambda M: factorise.regularised_loss(R, M, Q, beta), P),
        factorise.numerical_gradient(lambda M: factorise.regularised_loss(R, P, M, beta), Q),
    )


def gradients_in_place(R, P, Q, beta):
    R -= P @ Q.T
    return -2 * R @ Q + beta * P, -2 * R.T @ P + beta * Q


def only_dQ_wrong(a, b):
    def answer(R, P, Q, beta):
        E = R - np.dot(P, Q.T)
        return beta * P - 2 * np.dot(E, Q), a * np.dot(E.T, P) + b * beta * Q

    return answer


# ---- 3.4 ----


def simultaneous(R, P, Q, K, steps=500, alpha=0.002, beta=0.02):
    for _ in range(steps):
        dP, dQ = factorise.gradients(R, P, Q, beta)
        P, Q = P - alpha * dP, Q - alpha * dQ
    return P, Q


def fresh_residual(R, P, Q, K, steps=500, alpha=0.002, beta=0.02):
    for _ in range(steps):
        P = P + alpha * (2 * (R - P @ Q.T) @ Q - beta * P)
        Q = Q + alpha * (2 * (R - P @ Q.T).T @ P - beta * Q)
    return P, Q


def Q_first(R, P, Q, K, steps=500, alpha=0.002, beta=0.02):
    for _ in range(steps):
        E = R - P @ Q.T
        Q = Q + alpha * (2 * E.T @ P - beta * Q)
        P = P + alpha * (2 * E @ Q - beta * P)
    return P, Q


def Q_kept_transposed(R, P, Q, K, steps=500, alpha=0.002, beta=0.02):
    P, Q = P.copy(), Q.T.copy()
    step = 0
    while step < steps:
        E = R - np.dot(P, Q)
        P += alpha * (2 * np.dot(E, Q.T) - beta * P)
        Q += alpha * (2 * np.dot(P.T, E) - beta * Q)
        step += 1
    return [P, Q.T]


def entry_by_entry(R, P, Q, K, steps=500, alpha=0.002, beta=0.02):
    for _ in range(steps):
        P, Q = factorise.entrywise_step(R, P, Q, alpha, beta)
    return P, Q


def triple_loop(R, P, Q, K, steps=500, alpha=0.002, beta=0.02, positive_only=False, copies=True):
    """As slow as they come: every entry with python loops, and the loss in every step to stop by."""
    P, Q = (P.copy(), Q.copy().T) if copies else (P, Q.T)
    for _ in range(steps):
        for i in range(len(R)):
            for j in range(len(R[i])):
                if R[i][j] > 0 or not positive_only:
                    e = R[i][j] - np.dot(P[i, :], Q[:, j])
                    for k in range(K):
                        P[i][k] = P[i][k] + alpha * (2 * e * Q[k][j] - beta * P[i][k])
                        Q[k][j] = Q[k][j] + alpha * (2 * e * P[i][k] - beta * Q[k][j])
        loss = 0
        for i in range(len(R)):
            for j in range(len(R[i])):
                loss = loss + (R[i][j] - np.dot(P[i, :], Q[:, j])) ** 2
                for k in range(K):
                    loss = loss + beta / 2 * (P[i][k] ** 2 + Q[k][j] ** 2)
        if loss < 0.001:
            break
    return P, Q.T


def one_step_less(order):
    return lambda R, P, Q, K, steps=500, alpha=0.002, beta=0.02: order(R, P, Q, K, steps - 1, alpha, beta)


def one_step_more(order):
    return lambda R, P, Q, K, steps=500, alpha=0.002, beta=0.02: order(R, P, Q, K, steps + 1, alpha, beta)


def scaled(order, times_alpha=1.0, times_beta=1.0):
    def answer(R, P, Q, K, steps=500, alpha=0.002, beta=0.02):
        return order(R, P, Q, K, steps, times_alpha * alpha, times_beta * beta)

    return answer


def descent_on_the_mean(R, P, Q, K, steps=500, alpha=0.002, beta=0.02):
    for _ in range(steps):
        dP, dQ = gradients_of_the_mean(R, P, Q, beta)
        P, Q = P - alpha * dP, Q - alpha * dQ
    return P, Q


def decaying_alpha(R, P, Q, K, steps=500, alpha=0.002, beta=0.02):
    for step in range(steps):
        P, Q = simultaneous(R, P, Q, K, 1, alpha * 0.95**step, beta)
    return P, Q


def single_precision(R, P, Q, K, steps=500, alpha=0.002, beta=0.02):
    R, P, Q = (part.astype(np.float32) for part in (R, P, Q))
    return fresh_residual(R, P, Q, K, steps, np.float32(alpha), np.float32(beta))


def penalty_once_a_step(R, P, Q, K, steps=500, alpha=0.002, beta=0.02):
    """Entry by entry for the error, then the whole penalty."""
    for _ in range(steps):
        shrunk_P, shrunk_Q = -alpha * beta * P, -alpha * beta * Q
        P, Q = factorise.entrywise_step(R, P, Q, alpha, 0.0)
        P, Q = P + shrunk_P, Q + shrunk_Q
    return P, Q


def sequential(error=2.0, penalty=1.0, error_Q=None, penalty_Q=None):
    """The tutorial's order of updating, with the weights of the two terms in P and in Q."""
    error_Q, penalty_Q = error if error_Q is None else error_Q, penalty if penalty_Q is None else penalty_Q

    def answer(R, P, Q, K, steps=500, alpha=0.002, beta=0.02):
        for _ in range(steps):
            E = R - P @ Q.T
            P = P + alpha * (error * E @ Q - penalty * beta * P)
            Q = Q + alpha * (error_Q * E.T @ P - penalty_Q * beta * Q)
        return P, Q

    return answer


def stale_entry_by_entry(R, P, Q, K, steps=500, alpha=0.002, beta=0.02):
    P, Q = P.copy(), Q.copy()
    E = R - P @ Q.T
    for _ in range(steps):
        for i, j in np.ndindex(R.shape):
            P[i] += alpha * (2 * E[i, j] * Q[j] - beta * P[i])
            Q[j] += alpha * (2 * E[i, j] * P[i] - beta * Q[j])
    return P, Q


def stale_sequential(R, P, Q, K, steps=500, alpha=0.002, beta=0.02):
    E = R - P @ Q.T
    for _ in range(steps):
        Q = Q + alpha * (2 * E.T @ P - beta * Q)
        P = P + alpha * (2 * E @ Q - beta * P)
    return P, Q


def batch_in_a_loop_over_rows(R, P, Q, K, steps=500, alpha=0.002, beta=0.02):
    for _ in range(steps):
        E = R - P @ Q.T
        for _ in range(len(R)):
            P = P + 2 * alpha * E @ Q
            Q = Q + 2 * alpha * E.T @ P
        P, Q = P - alpha * beta * P, Q - alpha * beta * Q
    return P, Q


def alpha_forgotten(R, P, Q, K, steps=500, alpha=0.002, beta=0.02):
    for _ in range(steps):
        E = R - P @ Q.T
        P = P + 2 * E @ Q - beta * P
        Q = Q + 2 * E.T @ P - beta * Q
    return P, Q


def growing_alpha(R, P, Q, K, steps=500, alpha=0.002, beta=0.02):
    for _ in range(steps):
        E = R - P @ Q.T
        P, Q = P + alpha * (2 * E @ Q - beta * P), Q + alpha * (2 * E.T @ P - beta * Q)
        alpha = 1.05 * alpha
    return P, Q


def only_Q(R, P, Q, K, steps=500, alpha=0.002, beta=0.02):
    for _ in range(steps):
        Q = Q + alpha * (2 * (R - P @ Q.T).T @ P - beta * Q)
    return P, Q


def returns_inside_the_loop(R, P, Q, K, steps=500, alpha=0.002, beta=0.02):
    for _ in range(steps):
        E = R - P @ Q.T
        P = P + alpha * (2 * E @ Q - beta * P)
        Q = Q + alpha * (2 * E.T @ P - beta * Q)
        return P, Q


def result_thrown_away(R, P, Q, K, steps=500, alpha=0.002, beta=0.02):
    for _ in range(steps):
        E = R - P @ Q.T
        new_P = P + alpha * (2 * E @ Q - beta * P)
        new_Q = Q + alpha * (2 * E.T @ P - beta * Q)
    return new_P, new_Q


def new_values_unused(R, P, Q, K, steps=500, alpha=0.002, beta=0.02):
    for _ in range(steps):
        simultaneous(R, P, Q, K, 1, alpha, beta)
    return P, Q


def random_start(R, P, Q, K, steps=500, alpha=0.002, beta=0.02):
    P, Q = np.random.rand(len(R), K), np.random.rand(R.shape[1], K)
    return simultaneous(R, P, Q, K, steps, alpha, beta)


def five_thousand_steps(R, P, Q, K, steps=500, alpha=0.002, beta=0.02):
    return simultaneous(R, P, Q, K, 5000, alpha, beta)


def fixed_alpha(R, P, Q, K, steps=500, alpha=0.002, beta=0.02):
    return fresh_residual(R, P, Q, K, steps, 0.002, beta)


def triple_loop_in_place(R, P, Q, K, steps=500, alpha=0.002, beta=0.02):
    return triple_loop(R, P, Q, K, steps, alpha, beta, copies=False)


def ratings_code(R, P, Q, K, steps=500, alpha=0.002, beta=0.02):
    return triple_loop(R, P, Q, K, steps, alpha, beta, positive_only=True)


def kept_non_negative(R, P, Q, K, steps=500, alpha=0.002, beta=0.02):
    for _ in range(steps):
        E = R - P @ Q.T
        P = np.maximum(P + alpha * (2 * E @ Q - beta * P), 0)
        Q = np.maximum(Q + alpha * (2 * E.T @ P - beta * Q), 0)
    return P, Q


def bracket_round_the_error_alone(R, P, Q, K, steps=500, alpha=0.002, beta=0.02):
    for _ in range(steps):
        E = R - P @ Q.T
        P, Q = P + 2 * alpha * E @ Q - beta * P, Q + 2 * alpha * E.T @ P - beta * Q
    return P, Q


def stops_at_a_thousandth(R, P, Q, K, steps=500, alpha=0.002, beta=0.02):
    for _ in range(steps):
        E = R - P @ Q.T
        P = P + alpha * (2 * E @ Q - beta * P)
        Q = Q + alpha * (2 * E.T @ P - beta * Q)
        if np.sum(E**2) < 0.001:
            break
    return P, Q


def divided_by_the_spread_that_is_left(faces):
    faces = faces - faces.mean(axis=0)
    faces = faces - faces.mean(axis=1, keepdims=True)
    return faces / faces.std(axis=0)


def beta_before_the_error(R, P, Q, K, steps=500, alpha=0.002, beta=0.02):
    for _ in range(steps):
        P = P + alpha * beta * 2 * (R - P @ Q.T) @ Q
        Q = Q + alpha * beta * 2 * (R - P @ Q.T).T @ P
    return P, Q


ACCEPTED = [
    (todo.centre, local_first),
    (todo.centre, overall_mean_added_back),
    (todo.centre, means_by_loops),
    (todo.centre, lambda faces: factorise.centre(faces).astype(np.float32)),
    (todo.regularised_loss, loss_by_loops),
    (
        todo.regularised_loss,
        lambda R, P, Q, beta: (
            np.linalg.norm(R - P @ Q.T) ** 2 + 0.5 * beta * (np.trace(P.T @ P) + np.linalg.norm(Q) ** 2)
        ),
    ),
    (todo.regularised_loss, lambda R, P, Q, beta: np.array(factorise.regularised_loss(R, P, Q, beta), np.float32)),
    (todo.gradients, gradients_by_loops),
    (todo.gradients, gradients_by_differences),
    (todo.gradients, lambda R, P, Q, beta: list(factorise.gradients(R, P, Q, beta))),
    (todo.gradients, only_dQ_wrong(-2, 1)),
    (todo.matrix_factorization, simultaneous),
    (todo.matrix_factorization, sequential()),
    (todo.matrix_factorization, fresh_residual),
    (todo.matrix_factorization, Q_first),
    (todo.matrix_factorization, Q_kept_transposed),
    (todo.matrix_factorization, entry_by_entry),
    (todo.matrix_factorization, triple_loop),
    (todo.matrix_factorization, single_precision),
    (todo.matrix_factorization, penalty_once_a_step),
]


def with_momentum(R, P, Q, K, steps=500, alpha=0.002, beta=0.02):
    push_P, push_Q = 0, 0
    for _ in range(steps):
        dP, dQ = factorise.gradients(R, P, Q, beta)
        push_P, push_Q = 0.5 * push_P - alpha * dP, 0.5 * push_Q - alpha * dQ
        P, Q = P + push_P, Q + push_Q
    return P, Q


def first_two_atoms(R, P, Q, K, steps=500, alpha=0.002, beta=0.02):
    two_P, two_Q = simultaneous(R, P[:, :2], Q[:, :2], 2, steps, alpha, beta)
    return np.hstack([two_P, P[:, 2:]]), np.hstack([two_Q, Q[:, 2:]])


def less(middle):
    """What is left when something is taken off each pixel, and then off each face."""

    def answer(faces):
        rest = faces - middle(faces, axis=0, keepdims=True)
        return rest - middle(rest, axis=1, keepdims=True)

    return answer


def last_face_left_out(faces):
    rest = faces - faces.mean(0)
    for i in range(len(rest) - 1):
        rest[i] -= rest[i].mean()
    return rest


def loss_with(size):
    return lambda R, P, Q, beta: np.linalg.norm(R - P @ Q.T) ** 2 + beta / 2 * (size(P) + size(Q))


def gradients_with(penalty):
    def answer(R, P, Q, beta):
        E = P @ Q.T - R
        return 2 * E @ Q + penalty(P, beta), 2 * E.T @ P + penalty(Q, beta)

    return answer


def each_gradient(change):
    return lambda R, P, Q, beta: tuple(change(M) for M in gradients_by_loops(R, P, Q, beta))


def gradients_by_loops_overwritten(R, P, Q, beta):
    dP, dQ = np.zeros(P.shape), np.zeros(Q.shape)
    for i, j in np.ndindex(R.shape):
        e = R[i, j] - P[i] @ Q[j]
        dP[i] = beta * P[i] - 2 * e * Q[j]
        dQ[j] = beta * Q[j] - 2 * e * P[i]
    return dP, dQ


def gradients_that_run_on(R, P, Q, beta):
    def of(R, P, Q):
        total, out = 0, np.zeros(P.shape)
        for i, k in np.ndindex(P.shape):
            for j in range(len(Q)):
                total += -2 * (R[i, j] - P[i] @ Q[j]) * Q[j, k]
            out[i, k] = total + beta * P[i, k]
        return out

    return of(R, P, Q), of(R.T, Q, P)


def atoms_of_length_one(R, P, Q, K, steps=500, alpha=0.002, beta=0.02):
    for _ in range(steps):
        P, Q = simultaneous(R, P, Q, K, 1, alpha, beta)
        P, Q = P / np.linalg.norm(P, axis=0), Q
    return P, Q


def along_the_sign(R, P, Q, K, steps=500, alpha=0.002, beta=0.02):
    for _ in range(steps):
        dP, dQ = factorise.gradients(R, P, Q, beta)
        P, Q = P - alpha * np.sign(dP), Q - alpha * np.sign(dQ)
    return P, Q


def until_half_is_gone(R, P, Q, K, steps=500, alpha=0.002, beta=0.02):
    enough = 0.5 * np.sum((R - P @ Q.T) ** 2)
    while steps and np.sum((R - P @ Q.T) ** 2) > enough:
        P, Q = simultaneous(R, P, Q, K, 1, alpha, beta)
        steps -= 1
    return P, Q


def svd_factors(R, K):
    U, S, Vt = np.linalg.svd(R, full_matrices=False)
    return U[:, :K] * S[:K], Vt[:K].T


RECOGNISED = [
    (todo.matrix_factorization, beta_before_the_error, "error_times_beta"),
    (
        todo.gradients,
        lambda R, P, Q, beta: (2 * (P @ Q.T - R) @ Q + beta * P, 2 * (P @ Q.T - R).T @ P + beta * P),
        "shapes_do_not_fit",
    ),
    (todo.centre, divided_by_the_spread_that_is_left, "divides_by_spread"),
    (todo.matrix_factorization, bracket_round_the_error_alone, "penalty_without_alpha"),
    (todo.centre, lambda faces: local_first(faces) + np.mean(faces), "overall_mean_added_back"),
    (
        todo.centre,
        lambda faces: (faces - faces.mean(0)) - np.mean((faces - faces.mean(0))[0]),
        "one_mean_for_all_faces",
    ),
    (todo.centre, less(np.median), "median_for_mean"),
    (todo.centre, less(np.min), "smallest_taken_off"),
    (todo.centre, lambda faces: (faces + faces.mean(0)) - (faces + faces.mean(0)).mean(1)[:, None], "means_added"),
    (todo.centre, lambda faces: np.average(faces, axis=0), "means_alone"),
    (
        todo.centre,
        less(lambda part, axis, keepdims: part.sum(axis, keepdims=True) / part.shape[1 - axis]),
        "wrong_count",
    ),
    (todo.centre, last_face_left_out, "not_every_face"),
    (todo.centre, lambda faces: local_first(faces) * (faces > 0), "zero_means_missing"),
    (todo.centre, lambda faces: (local_first(faces), faces.mean(0)), "returns_more"),
    (todo.regularised_loss, loss_by_norms(of_P=2, of_Q=2), "wrong_weight"),
    (todo.regularised_loss, lambda R, P, Q, beta: factorise.regularised_loss(R, P, Q, 0.04), "beta_ignored"),
    (todo.regularised_loss, loss_with(lambda M: np.abs(M).sum()), "penalty_l1"),
    (todo.regularised_loss, loss_with(lambda M: M.sum() ** 2), "squared_after_the_sum"),
    (todo.regularised_loss, loss_with(lambda M: (M**2).mean()), "penalty_averaged"),
    (todo.regularised_loss, loss_with(lambda M: M[:, 0] @ M[:, 0]), "part_of_the_penalty"),
    (
        todo.regularised_loss,
        lambda R, P, Q, beta: (R - P @ Q.T).sum() + beta / 2 * ((P**2).sum() + (Q**2).sum()),
        "squared_after_the_sum",
    ),
    (
        todo.regularised_loss,
        lambda R, P, Q, beta: np.linalg.norm(R - P @ Q.T) ** 2 + beta / 2 * np.linalg.norm(P @ Q.T) ** 2,
        "penalty_of_a_product",
    ),
    (
        todo.regularised_loss,
        lambda R, P, Q, beta: np.linalg.norm(R - P @ Q.T + (beta * np.vdot(P, P) + beta * np.vdot(Q, Q)) / 2) ** 2,
        "penalty_inside_the_square",
    ),
    (
        todo.regularised_loss,
        lambda R, P, Q, beta: np.diag((R - P @ Q.T) ** 2).sum() + beta / 2 * (np.vdot(P, P) + np.vdot(Q, Q)),
        "diagonal_only",
    ),
    (
        todo.regularised_loss,
        lambda R, P, Q, beta: ((R - P @ Q.T) ** 2).sum(1) + beta / 2 * (np.vdot(P, P) + np.vdot(Q, Q)),
        "not_added_up",
    ),
    (
        todo.regularised_loss,
        lambda R, P, Q, beta: (np.sum((R - P @ Q.T) ** 2), beta / 2 * (np.vdot(P, P) + np.vdot(Q, Q))),
        "returns_two_parts",
    ),
    (todo.regularised_loss, lambda R, P, Q, beta: np.sum((R - np.dot(P, Q)) ** 2), "Q_not_transposed"),
    (todo.gradients, lambda R, P, Q, beta: factorise.gradients(R, P, Q, 0.02), "ignores_beta"),
    (todo.gradients, gradients_with(lambda M, beta: beta * M**2 / 2), "penalty_not_differentiated"),
    (todo.gradients, lambda R, P, Q, beta: (0, -2 * (R - P @ Q.T) @ P), "not_transposed"),
    (todo.gradients, lambda R, P, Q, beta: gradients_by_loops(R, P, Q, beta)[1], "only_one_gradient"),
    (todo.gradients, lambda R, P, Q, beta: np.concatenate(gradients_by_loops(R, P, Q, beta)), "put_into_one"),
    (todo.gradients, gradients_by_loops_overwritten, "overwritten"),
    (todo.gradients, gradients_that_run_on, "never_reset"),
    (todo.gradients, each_gradient(lambda M: M / 500), "a_step"),
    (todo.gradients, each_gradient(lambda M: M / np.sqrt(np.sum(M**2))), "length_lost"),
    (todo.gradients, each_gradient(np.sum), "summed_up"),
    (
        todo.gradients,
        lambda R, P, Q, beta: (
            beta * P - 2 * (R - P @ Q.T).sum(1)[:, None] * P,
            beta * Q - 2 * (R - P @ Q.T).sum(0)[:, None] * Q,
        ),
        "no_matrix_product",
    ),
    (todo.matrix_factorization, with_momentum, "momentum"),
    (todo.matrix_factorization, growing_alpha, "momentum"),
    (todo.matrix_factorization, until_half_is_gone, "stops_early"),
    (todo.matrix_factorization, lambda R, *a, **k: simultaneous(R - R.mean(1)[:, None], *a, **k), "biases"),
    (todo.matrix_factorization, decaying_alpha, "step_shrinks"),
    (todo.matrix_factorization, first_two_atoms, "only_a_part_moves"),
    (todo.matrix_factorization, atoms_of_length_one, "scaled_to_length_one"),
    (todo.matrix_factorization, along_the_sign, "gradient_cut"),
    (
        todo.matrix_factorization,
        lambda R, P, Q, K, steps=500, alpha=0.002, beta=0.02: svd_factors(R, K),
        "solved_at_once",
    ),
    (
        todo.matrix_factorization,
        lambda R, P, Q, K, steps, alpha, beta: Q_first(R, P, Q, K, steps, alpha, beta),
        "defaults_missing",
    ),
    (
        todo.matrix_factorization,
        lambda R, P, Q, K, steps=50, alpha=0.002, beta=0.02: Q_first(R, P, Q, K, steps, alpha, beta),
        "defaults_changed",
    ),
    (todo.centre, lambda faces: faces - np.mean(faces, axis=0), "only_global"),
    (todo.centre, lambda faces: (faces - faces.mean(0)) - (faces - faces.mean(0)).mean(0), "only_global"),
    (todo.centre, lambda faces: faces - faces.mean(1)[:, None], "only_local"),
    (todo.centre, lambda faces: (faces.T - faces.mean(1)).T, "only_local"),
    (todo.centre, lambda faces: faces - np.average(faces), "overall_mean"),
    (todo.centre, lambda faces: faces - (faces.mean(0)[None] + faces.mean(1)[:, None]), "both_from_the_original"),
    (todo.centre, lambda faces: faces - faces.mean(0) - (faces - faces.mean(0)).mean(1), "means_of_faces_as_a_row"),
    (todo.centre, lambda faces: factorise.centre(faces) / faces.std(), "divides_by_spread"),
    (todo.centre, lambda faces: factorise.centre(faces) / np.ptp(faces), "divides_by_spread"),
    (todo.centre, lambda faces: factorise.centre((faces - faces.mean(0)) / faces.std(0)), "divides_by_spread"),
    (
        todo.centre,
        lambda faces: factorise.centre(faces) / (factorise.centre(faces).std(1, keepdims=True) + 1e-9),
        "divides_by_spread",
    ),
    (todo.centre, lambda faces: local_first(faces).T, "transposed"),
    (todo.centre, faces_and_pixels_confused, "axes_swapped"),
    (todo.centre, centred_in_place, "changes_arguments"),
    (todo.regularised_loss, loss_with_penalty_in_the_loop, "penalty_per_entry"),
    (todo.regularised_loss, loss_with_norms_in_the_loop, "penalty_for_all_entries"),
    (
        todo.regularised_loss,
        lambda R, P, Q, beta: np.linalg.norm(R - P @ Q.T) ** 2 + beta * (P**2).sum() + beta * (Q**2).sum(),
        "whole_beta",
    ),
    (
        todo.regularised_loss,
        lambda R, P, Q, beta: np.linalg.norm(R - P @ Q.T) + beta / 2 * (np.linalg.norm(P) + np.linalg.norm(Q)),
        "error_norm_not_squared",
    ),
    (
        todo.regularised_loss,
        lambda R, P, Q, beta: ((R - P @ Q.T) ** 2).mean() + (beta / 2) * (np.sum(P * P) + np.sum(Q * Q)),
        "mean_of_squares",
    ),
    (todo.regularised_loss, lambda R, P, Q, beta: np.linalg.norm(R - P @ Q.T) ** 2, "no_penalty"),
    (todo.regularised_loss, loss_by_norms(power_of_factors=1), "penalty_norms_not_squared"),
    (todo.regularised_loss, loss_by_norms(power=1), "error_norm_not_squared"),
    (todo.regularised_loss, lambda R, P, Q, beta: loss_by_loops(R, P, Q, beta) ** 0.5, "root_of_it"),
    (
        todo.regularised_loss,
        lambda R, P, Q, beta: ((R - P @ Q.T) ** 2).mean() + beta / 2 * ((P**2).mean() + (Q**2).mean()),
        "means_everywhere",
    ),
    (
        todo.regularised_loss,
        lambda R, P, Q, beta: ((R - P @ Q.T) ** 2).sum(1).mean() + beta / 2 * (np.vdot(P, P) + np.vdot(Q, Q)),
        "mean_over_samples",
    ),
    (todo.regularised_loss, loss_by_norms(error=0.5), "half_the_error"),
    (todo.regularised_loss, loss_by_norms(of_Q=0), "penalty_on_P_only"),
    (todo.regularised_loss, loss_by_norms(of_P=0), "penalty_on_Q_only"),
    (
        todo.regularised_loss,
        lambda R, P, Q, beta: np.linalg.norm(R - P @ Q.T) ** 2 + beta / 2 * (P**2).sum() + (Q**2).sum(),
        "bracket_missing",
    ),
    (todo.regularised_loss, loss_by_norms(of_P=-0.5, of_Q=-0.5), "penalty_subtracted"),
    (
        todo.regularised_loss,
        lambda R, P, Q, beta: abs(P @ Q.T - R).sum() + beta / 2 * (np.trace(P.T @ P) + np.trace(Q.T @ Q)),
        "absolute_values",
    ),
    (todo.regularised_loss, largest_singular_values, "spectral_norm"),
    (todo.gradients, only_dQ_wrong(2, 1), "error_sign"),
    (todo.gradients, only_dQ_wrong(2, -1), "minus_the_gradient"),
    (todo.gradients, only_dQ_wrong(-1, 1), "factor_two"),
    (todo.gradients, only_dQ_wrong(-4, 1), "factor_two_twice"),
    (todo.gradients, only_dQ_wrong(-1, 0.5), "half_of_it"),
    (todo.gradients, only_dQ_wrong(-2, 0), "penalty_missing"),
    (todo.gradients, only_dQ_wrong(-2, 2), "penalty_doubled"),
    (todo.gradients, only_dQ_wrong(-2, 0.5), "penalty_halved"),
    (todo.gradients, only_dQ_wrong(-2, -1), "penalty_sign"),
    (
        todo.gradients,
        lambda R, P, Q, beta: (beta * P - 2 * (R - P @ Q.T) @ Q, beta * Q.T - 2 * P.T @ (R - P @ Q.T)),
        "transposed",
    ),
    (todo.gradients, gradients_with_the_penalty_in_the_loop, "penalty_per_entry"),
    (todo.gradients, gradients_of_the_mean, "averaged"),
    (todo.gradients, lambda *a: gradients_by_loops(*a)[::-1], "swapped"),
    (todo.gradients, gradients_in_place, "changes_arguments"),
    (todo.matrix_factorization, sequential(error=-2), "ascends"),
    (todo.matrix_factorization, sequential(error_Q=-2), "ascends"),
    (todo.matrix_factorization, sequential(error=1), "factor_two"),
    (todo.matrix_factorization, sequential(error_Q=1), "factor_two"),
    (todo.matrix_factorization, descent_on_the_mean, "averaged"),
    (todo.matrix_factorization, sequential(penalty=0), "ignores_beta"),
    (todo.matrix_factorization, sequential(penalty=-1), "penalty_sign"),
    (todo.matrix_factorization, sequential(penalty_Q=-1), "penalty_sign"),
    (todo.matrix_factorization, sequential(penalty=2), "penalty_doubled"),
    (todo.matrix_factorization, sequential(penalty=0.5), "penalty_halved"),
    (todo.matrix_factorization, sequential(error=0), "nothing_moves"),
    (todo.matrix_factorization, stale_sequential, "residual_before_loop"),
    (todo.matrix_factorization, stale_entry_by_entry, "residual_before_loop"),
    (todo.matrix_factorization, batch_in_a_loop_over_rows, "overflows"),
    (todo.matrix_factorization, alpha_forgotten, "ignores_alpha"),
    (todo.matrix_factorization, fixed_alpha, "ignores_alpha"),
    (todo.matrix_factorization, five_thousand_steps, "ignores_steps"),
    (todo.matrix_factorization, returns_inside_the_loop, "one_step_only"),
    (todo.matrix_factorization, one_step_less(simultaneous), "one_step_too_few"),
    (todo.matrix_factorization, one_step_less(Q_first), "one_step_too_few"),
    (todo.matrix_factorization, one_step_less(entry_by_entry), "one_step_too_few"),
    (todo.matrix_factorization, one_step_more(fresh_residual), "one_step_too_many"),
    (todo.matrix_factorization, one_step_more(triple_loop), "one_step_too_many"),
    (todo.matrix_factorization, sequential(penalty=0, penalty_Q=1), "penalty_on_one_factor"),
    (todo.matrix_factorization, sequential(penalty=1, penalty_Q=0), "penalty_on_one_factor"),
    (todo.matrix_factorization, result_thrown_away, "one_step_only"),
    (todo.matrix_factorization, new_values_unused, "nothing_moves"),
    (todo.matrix_factorization, only_Q, "one_factor_only"),
    (todo.matrix_factorization, random_start, "own_start"),
    (todo.matrix_factorization, ratings_code, "skips_entries"),
    (todo.matrix_factorization, kept_non_negative, "clipped"),
    (todo.matrix_factorization, triple_loop_in_place, "changes_arguments"),
    (todo.matrix_factorization, lambda *a, **k: (simultaneous(*a, **k)[0], fresh_residual(*a, **k)[1].T), "transposed"),
    (todo.matrix_factorization, lambda *a, **k: fresh_residual(*a, **k)[::-1], "swapped"),
    (todo.matrix_factorization, lambda *a, **k: (*fresh_residual(*a, **k), 0.5), "returns_more"),
    (todo.matrix_factorization, lambda *a, **k: np.inner(*fresh_residual(*a, **k)), "returns_the_product"),
]


NEARLY = [
    *(scaled(simultaneous, times_alpha=times) for times in (0.8, 0.9, 1.1, 1.2)),
    *(scaled(entry_by_entry, times_beta=times) for times in (0.76, 0.9, 1.24)),
]


@pytest.mark.parametrize("answer", NEARLY)
def test_a_wrong_descent_without_a_name_is_still_not_accepted(answer):
    verdict = todo.matrix_factorization.verdict(answer)

    assert (verdict.status, verdict.mistake) == ("wrong", None)
    assert "times as" in verdict.message


def test_a_stop_at_a_small_error_passes_and_is_told_where_it_fires_too_early():
    verdict = todo.matrix_factorization.verdict(stops_at_a_thousandth)

    assert (verdict.status, verdict.message) == ("correct", todo.STOP_OF_ITS_OWN)


@pytest.mark.parametrize("answer", [entry_by_entry, triple_loop])
def test_descent_entry_by_entry_is_right_and_warned_of_its_slowness(answer):
    verdict = todo.matrix_factorization.verdict(answer)

    assert verdict.status == "correct"
    assert "matrix_factorization = todo.matrix_factorization.reference" in verdict.message


@pytest.mark.parametrize("answer", [simultaneous, sequential(), fresh_residual, Q_first, single_precision])
def test_descent_in_matrix_form_is_not_remarked_on(answer):
    assert todo.matrix_factorization.verdict(answer).message == ""


@pytest.mark.parametrize(
    ("exercise", "answer", "words"),
    [
        (todo.centre, lambda faces: faces / 0, "NaN or infinite"),
        (todo.centre, lambda faces: faces.mean(axis=0), "shape"),
        (todo.regularised_loss, lambda R, P, Q, beta: R - P @ Q.T, "a single number"),
        (todo.matrix_factorization, lambda R, P, Q, K, steps, alpha, beta: P, "one of the two"),
        (todo.matrix_factorization, lambda *a, **k: [M.tolist() for M in simultaneous(*a, **k)], "A list is no array"),
        (todo.matrix_factorization, lambda *a, **k: [M + 0j for M in simultaneous(*a, **k)], "complex"),
    ],
)
def test_what_cannot_be_judged_is_described(exercise, answer, words):
    verdict = exercise.verdict(answer)

    assert verdict.status == "wrong"
    assert words in verdict.message


def test_a_forgotten_transpose_is_shown_as_the_students_own_error():
    def answer(R, P, Q, K, steps=500, alpha=0.002, beta=0.02):
        for _ in range(steps):
            E = R - P @ Q
        return P, E

    verdict = todo.matrix_factorization.verdict(answer)

    assert verdict.status == "error"
    assert "in `E = R - P @ Q`" in verdict.message


def test_other_names_for_the_settings_are_said():
    verdict = todo.matrix_factorization.verdict(lambda R, P, Q, K, steps, rate, weight: (P, Q))

    assert verdict.status == "error"
    assert "matrix_factorization(R, P, Q, K, steps, alpha, beta)" in verdict.message


@pytest.mark.parametrize("factor, more", [(3, -1), (1.5, -2), (0.7, -1)])
def test_steps_of_one_length_are_not_said_to_grow_or_shrink(factor, more):
    def answer(R, P, Q, K, steps=500, alpha=0.002, beta=0.02):
        return factorise.matrix_factorization(R, P, Q, K, max(0, steps + more), factor * alpha, beta)

    assert not {"momentum", "step_shrinks"} & set(todo.matrix_factorization.verdict(answer).mistakes)


def test_an_alpha_that_is_halved_after_each_step_is_not_called_twice_as_long():
    def answer(R, P, Q, K, steps=500, alpha=0.002, beta=0.02):
        for _ in range(steps):
            P, Q = factorise.matrix_factorization(R, P, Q, K, 1, alpha, beta)
            alpha = alpha / 2
        return P, Q

    assert todo.matrix_factorization.verdict(answer).mistakes == ("step_shrinks",)
