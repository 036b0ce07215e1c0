"""Notebook 3, gradient descent on the faces: the exercises, and the mistakes known for each."""

import functools
import inspect

import numpy as np

from lessons import check, compare, factorise, predict, show

_rng = np.random.default_rng(31)

# N, M and K all different, so that a sum over the wrong axis shows; square ones as well, where a shape error would not.
FACES_SMALL = np.array([[0.0, 1, 5], [4, 2, 3]])
FACES_SQUARE = _rng.uniform(size=(4, 4))
FACES_TALL = 255 * _rng.uniform(size=(7, 3))

# Its zero matters: P Q^T is 2 there.
SMALLEST = (np.array([[1.0, 0, 3], [4, 5, 7]]), np.array([[1.0], [2]]), np.array([[1.0], [2], [2]]), 0.5)
WIDE = (_rng.normal(size=(5, 8)), _rng.normal(size=(5, 3)), _rng.normal(size=(8, 3)), 0.02)
TALL = (_rng.normal(size=(9, 4)), _rng.normal(size=(9, 2)), _rng.normal(size=(4, 2)), 3.0)
LARGE = (50 * _rng.normal(size=(6, 7)), 5 * _rng.normal(size=(6, 4)), 5 * _rng.normal(size=(7, 4)), 40.0)


def _only_subtracts(came, run, faces):
    if compare.close(came, factorise.centre(faces), (faces,)):
        return None
    # What is divided by a spread no longer notices the unit of the data.
    unitless = np.ptp(came) > 0 and compare.close(run(10 * faces), came)
    unitless = unitless and compare.close(run(faces[::-1]), came[::-1])  # and it does look at the faces
    return check.Finding("", ("divides_by_spread",) * bool(unitless))


centre = check.Exercise(
    factorise.centre,
    number="3.1",
    title="take both means away",
    minutes=5,
    returns="the faces less each pixel's mean over all faces, and then less each face's own mean",
    hints="""
        - Two means, one after the other. Which mean is a picture, and which is one number a face? Take the second of
          what the first has left.
        - `faces.mean(axis=0)` is the mean over the faces, (M,), one number a pixel. The mean of each face has to be (N,
          1), so that it is taken off a whole row: `keepdims=True`.
        - `faces = faces - ...`, then `return faces - faces.mean(axis=..., keepdims=True)`
    """,
    cases=[(FACES_SMALL,), (FACES_TALL,), (FACES_SQUARE,)],
    law=_only_subtracts,
    ways=[
        """
            rest = faces - faces.mean(axis=0)
            return rest - rest.mean(axis=1, keepdims=True)
        """,
    ],
    mistakes=r"""
        only_global: - faces.mean(axis=1, keepdims=True) ->
            Only each pixel's mean has gone, or it went twice: the second time it is zero already. Each face, a row,
            still has a mean of its own.
        only_local: - faces.mean(axis=0) ->
            Only each face's own mean has gone, or it went twice: the second time it is zero already. Each pixel, a
            column, still has a mean over the faces.
        overall_mean: ... -> faces - faces.mean()
            That takes off one number, the mean of all entries. There is a mean for each pixel and a mean for each face.
        both_from_the_original: rest.mean -> faces.mean
            Both means were taken from the original faces, so that the overall mean went twice. Take the second one from
            what the first has left, or add the overall mean back.
        axes_swapped: (axis=1, keepdims=True) -> (axis=0)[:, np.newaxis] ;; (axis=0)\n -> (axis=1)\n
            The two axes are swapped: `axis=0` runs over the faces and gives a mean for each pixel, `axis=1` runs over
            the pixels and gives a mean for each face.
        means_of_faces_as_a_row: , keepdims=True ->
            A face's own mean has to go from its row, but an array of shape (N,) is laid along the columns.
            `keepdims=True` makes it (N, 1).
        overall_mean_added_back: return rest - rest.mean(axis=1, keepdims=True) -> return rest - rest.mean(axis=1, keepdims=True) + faces.mean()
            The overall mean is added back although it went only once: the second mean was taken of what the first had
            left.
        one_mean_for_all_faces: faces.mean(axis=1, keepdims=True) -> faces[{0|-1}].mean()
            In the end all faces lose the same number. Each face, a row, has a mean of its own.
        median_for_mean: faces.mean(axis=0) -> np.median(faces, axis=0)
            | rest.mean(axis=1, keepdims=True) -> np.median(rest, axis=1, keepdims=True)
            | faces.mean(axis=0) -> np.median(faces, axis=0) ;; rest.mean(axis=1, keepdims=True) -> np.median(rest, axis=1, keepdims=True)
            A median is taken where a mean belongs.
        smallest_taken_off: .mean(axis=1 -> .min(axis=1
            | .mean(axis=0 -> .min(axis=0
            | .mean( -> {.min|.max}(
            The smallest or largest entry is taken off, so that nothing is negative or nothing positive. Centring takes
            the mean off.
        means_added: - faces.mean( -> + faces.mean(
            | - rest.mean( -> + rest.mean(
            | faces - faces.mean(axis=0) -> faces + faces.mean(axis=0)
            | - rest.mean( -> + rest.mean( ;; - faces.mean( -> + faces.mean(
            A mean is added where it should be taken off.
        means_alone: {faces - faces.mean(axis=1, keepdims=True)|...} -> faces.mean(axis=1, keepdims=True)
            | ... -> faces.mean({axis=0|axis=1|})
            Those are means. They should be taken off the faces, which keep their shape.
        wrong_count: faces.mean(axis=0) -> faces.sum(axis=0) / {faces.shape[1]|(len(faces) - 1)}
            | rest.mean(axis=1, keepdims=True) -> rest.sum(axis=1, keepdims=True) / len(rest)
            | faces.mean(axis=0) -> faces.sum(axis=0) / faces.shape[1] ;; rest.mean(axis=1, keepdims=True) -> rest.sum(axis=1, keepdims=True) / len(rest)
            | faces.mean(axis=0) -> faces.sum(axis=0) / (len(faces) - 1) ;; rest.mean(axis=1, keepdims=True) -> rest.sum(axis=1, keepdims=True) / (rest.shape[1] - 1)
            | rest.mean(axis=1, keepdims=True) -> rest.sum(axis=1, keepdims=True) / (rest.shape[1] - 1)
            A sum is divided by another number than that of the entries added: N for a pixel's mean, M for a face's own.
        not_every_face: rest.mean(axis=1, -> (np.arange(len(rest)) {< len(rest) - 1|< 1|> 0})[:, np.newaxis] * rest.mean(axis=1,
            Not every face loses its own mean: does the loop leave one out, or is `return` inside it?
        zero_means_missing: return rest - rest.mean(axis=1, keepdims=True) -> return np.where(faces == 0, 0, rest - rest.mean(axis=1, keepdims=True))
            | faces.mean(axis=0) -> faces.sum(axis=0) / (faces != 0).sum(axis=0)
            | rest = faces - faces.mean(axis=0) -> seen = faces != 0\n    rest = seen * (faces - faces.sum(axis=0) / seen.sum(axis=0)) ;; rest.mean(axis=1, keepdims=True) -> seen * rest.sum(axis=1, keepdims=True) / seen.sum(axis=1, keepdims=True)
            Entries that are zero are left out, as in code for ratings where 0 means unknown. A black pixel is a number
            like any other: it counts in both means, and both are taken off it.
        returns_more: {} -> {}, faces.mean(axis=0)
            Return the centred faces alone. The means can be computed again from the faces.
        divides_by_spread: {} -> ({}) / faces.std({|axis=0|axis=1, keepdims=True})
            | {} -> ({}) / ({}).std({|axis=0|axis=1, keepdims=True})
            | rest = faces - faces.mean(axis=0) -> rest = (faces - faces.mean(axis=0)) / faces.std(axis=0)
            It divides by the standard deviation, or another measure of spread. Centring only subtracts: the photographs
            ten times as bright should come out ten times as large.
        transposed: {} -> ({}).T
            The result is transposed: a face should stay a row.
        changes_arguments: faces = faces - -> faces -=
            `faces -= ...` changes the caller's own photographs. Make a new array: `faces = faces - ...`.
    """,
)


regularised_loss = check.Exercise(
    factorise.regularised_loss,
    number="3.2",
    title="the error and a price for size",
    minutes=6,
    returns="the squared error and the penalty on both factors, added up to one number",
    hints="""
        - Two parts: how wrong the product is, and how large the factors are. Both are sums of squared entries, the
          second at a price.
        - ||R - P Q^T||_F^2 + (beta / 2) (||P||_F^2 + ||Q||_F^2). P Q^T is (N, M) like R; the result is one number.
        - `return np.sum(... ** 2) + ... * (np.sum(P**2) + np.sum(Q**2))`
    """,
    cases=[SMALLEST, WIDE, TALL, LARGE, (*WIDE[:3], 0.0)],
    mistakes="""
        whole_beta: beta / 2 * -> beta *
            The penalty has weight beta / 2, not beta: the half goes when it is differentiated.
        no_penalty: + beta / 2 * (np.sum(P**2) + np.sum(Q**2)) ->
            That is the squared error alone: the penalty on the size of P and Q is missing.
        penalty_on_P_only: + np.sum(Q**2) ->
            The penalty on Q is missing, or stands outside the bracket that beta / 2 multiplies.
        penalty_on_Q_only: np.sum(P**2) + ->
            The penalty on P is missing.
        mean_of_squares: np.sum((R -> np.mean((R
            The squared error is a sum over all entries, not their mean.
        penalty_subtracted: + beta -> - beta
            The penalty has the wrong sign: large factors should cost something.
        penalty_norms_not_squared: np.sum(P**2) + np.sum(Q**2) -> np.linalg.norm(P) + np.linalg.norm(Q)
            The norms in the penalty have to be squared: sums of squared entries, without a root.
        half_the_error: + beta -> / 2 + beta
            The squared error counts in full; only the penalty is halved.
        penalty_per_entry: np.sum(P**2) + np.sum(Q**2) -> R.shape[1] * np.sum(P**2) + R.shape[0] * np.sum(Q**2)
            | np.sum(P**2) + np.sum(Q**2) -> np.sum((R > 0) @ Q**2) + np.sum((R > 0).T @ P**2)
            That adds the penalty once for every entry r_ij, so that each row of P pays M times and each row of Q pays N
            times: (beta / 2) (M ||P||^2 + N ||Q||^2). It is what descent entry by entry minimises. Here the penalty
            counts once.
        bracket_missing: (np.sum(P**2) + np.sum(Q**2)) -> np.sum(P**2) + np.sum(Q**2)
            beta / 2 multiplies only ||P||^2: put ||P||^2 + ||Q||^2 into a bracket.
        error_norm_not_squared: np.sum((R - P @ Q.T) ** 2) -> np.linalg.norm(R - P @ Q.T)
            | np.sum((R - P @ Q.T) ** 2) -> np.sqrt(np.mean((R - P @ Q.T) ** 2))
            The norm of R - P Q^T has to be squared: the sum of squared entries, without a root.
        wrong_weight: beta / 2 * -> {2 * beta|beta / 4|beta**2|beta**2 / 2|beta // 2} *
            | beta / 2 * (np.sum(P**2) + np.sum(Q**2)) -> beta / (2 * (np.sum(P**2) + np.sum(Q**2)))
            The penalty should weigh beta / 2, multiplied by the size of the factors: look at what stands before the
            bracket.
        beta_ignored: beta / 2 * ->{ 0.02 / 2 *| 0.02 *| 0.5 *|}
            The penalty should have the weight asked for, `beta / 2`, and not a fixed one.
        penalty_l1: np.sum(P**2) + np.sum(Q**2) -> np.sum({np.abs(P)) + np.sum(np.abs(Q)|P) + np.sum(Q})
            The penalty sums the entries themselves, or their sizes. Here they are squared first.
        squared_after_the_sum: np.sum((R - P @ Q.T) ** 2) -> np.sum(R - P @ Q.T) ** 2
            | np.sum(P**2) + np.sum(Q**2) -> np.sum(P) ** 2 + np.sum(Q) ** 2
            | np.sum((R - P @ Q.T) ** 2) -> np.sum(R - P @ Q.T) ** 2 ;; np.sum(P**2) + np.sum(Q**2) -> np.sum(P) ** 2 + np.sum(Q) ** 2
            A sum is squared where squares should be summed: entries of opposite sign cancel in it.
        not_squared: np.sum((R - P @ Q.T) ** 2) -> np.sum(R - P @ Q.T)
            The entries of R - P Q^T are added without being squared, so that those of opposite sign cancel.
        penalty_of_a_product: np.sum(P**2) + np.sum(Q**2) -> np.sum((P @ Q.T) ** 2)
            | (np.sum(P**2) + np.sum(Q**2)) -> np.sum(P**2) * np.sum(Q**2)
            The penalty is taken of a product, P Q^T or one size times the other. Here ||P||^2 and ||Q||^2 are added.
        penalty_averaged: np.sum(P**2) + np.sum(Q**2) -> np.mean(P**2) + np.mean(Q**2)
            | np.sum(P**2) + np.sum(Q**2) -> np.sum(P**2) / len(P) + np.sum(Q**2) / len(Q)
            The penalty is a sum over all entries of P and Q, not a mean.
        part_of_the_penalty: np.sum(P**2) + np.sum(Q**2) -> np.sum(P[{:, 0] ** 2) + np.sum(Q[:, 0|1:] ** 2) + np.sum(Q[1:}] ** 2)
            | np.sum(P**2) + np.sum(Q**2) -> np.sum(P[{:, 1:] ** 2) + np.sum(Q[:, 1:|-1] ** 2) + np.sum(Q[-1}] ** 2)
            Only some rows or columns of P and Q pay the penalty: all of their entries should.
        penalty_inside_the_square: Q.T) ** 2) + beta / 2 * (np.sum(P**2) + np.sum(Q**2)) -> Q.T + beta / 2 * (np.sum(P**2) + np.sum(Q**2))) ** 2)
            The penalty stands inside the square. It is added once the squares are summed.
        diagonal_only: np.sum((R - P @ Q.T) ** 2) -> np.trace((R - P @ Q.T) ** 2)
            Only the squares on the diagonal are added. The trace of E^T E, with `@`, is the sum of all squares; that of
            `E * E` is not.
        not_added_up: np.sum((R - P @ Q.T) ** 2) -> np.sum((R - P @ Q.T) ** 2, axis={1|0})
            | np.sum((R - P @ Q.T) ** 2) -> (R - P @ Q.T) ** 2
            | ... -> np.sum((R - P @ Q.T) ** 2, axis=1) + beta / 2 * np.sum(P**2, axis=1)
            The loss is one number: add the squared errors up over rows and columns.
        returns_two_parts: + beta -> , beta
            Return one number, the two parts added.
        Q_not_transposed: P @ Q.T -> P @ Q
            P Q does not fit: P is (N, K) and Q is (M, K), so that the product needs Q^T.
        penalty_for_all_entries: beta / 2 -> beta / 2 * R.size
            That adds the whole penalty once for each of the N M entries. Here it counts once.
        no_norm_squared: np.sum((R - P @ Q.T) ** 2) -> np.linalg.norm(R - P @ Q.T) ;; np.sum(P**2) + np.sum(Q**2) -> np.linalg.norm(P) + np.linalg.norm(Q)
            None of the three norms is squared. `np.linalg.norm` gives the root of the sum of squares; the loss has no
            root.
        root_of_it: {} -> np.sqrt({})
            The root is one step too many: the loss is a sum of squares.
        means_everywhere: np.sum -> np.mean
            The squared error and the penalty are sums over all entries, not means.
        mean_over_samples: + beta -> / len(R) + beta
            | {} -> ({}) / len(R)
            The squared error is summed over the N samples here, not averaged over them.
        absolute_values: (R - P @ Q.T) ** 2 -> np.abs(R - P @ Q.T)
            The error of an entry is squared, not taken as an absolute value.
        spectral_norm: np.sum((R - P @ Q.T) ** 2) -> np.linalg.norm(R - P @ Q.T, 2) ** 2
            | np.sum((R - P @ Q.T) ** 2) -> np.linalg.norm(R - P @ Q.T, 2) ** 2 ;; np.sum(P**2) + np.sum(Q**2) -> np.linalg.norm(P, 2) ** 2 + np.linalg.norm(Q, 2) ** 2
            `np.linalg.norm(E, 2)` is the largest singular value of a matrix. Without the 2 it is the Frobenius norm.
    """,
)


gradients = check.Exercise(
    factorise.gradients,
    number="3.3",
    title="which way is down",
    minutes=9,
    returns="the pair (dP, dQ), where an entry says how fast the loss grows when that entry of P or Q grows",
    hints="""
        - Nudge p_ik. For every j the residual e_ij changes by -q_jk times the nudge. How fast does its square change,
          and how fast the penalty? Add up over j, then look for the matrix product that does this for all i and k.
        - dL/dp_ik = sum_j -2 e_ij q_jk + beta p_ik. With E = R - P Q^T, (N, M), that is dP = -2 E Q + beta P, (N, K).
          For Q the roles swap, and the shape (M, K) tells you how E has to stand.
        - `E = R - P @ Q.T`, then `return -2 * E @ Q + beta * P, ...`
    """,
    cases=[SMALLEST, WIDE, TALL, LARGE, (*WIDE[:3], 0.0)],
    mistakes="""
        factor_two: -2 * E -> -E
            The factor 2 from differentiating the square is missing.
        minus_the_gradient: -2 -> 2 ;; + beta -> - beta
            The sign is turned round: that is the way down, minus the gradient. The gradient itself points uphill.
        error_sign: -2 -> 2
            The part from the squared error has the wrong sign: P Q^T is subtracted in E = R - P Q^T, which brings a
            minus.
        penalty_missing: + beta * P -> ;; + beta * Q ->
            The part from the penalty is missing: (beta / 2) p^2 grows with slope beta p.
        penalty_sign: + beta -> - beta
            The part from the penalty has the wrong sign: it grows with the size of an entry, so its slope is plus beta
            p.
        penalty_doubled: beta * -> 2 * beta *
            The part from the penalty is twice as large as it should be: (beta / 2) p^2 has slope beta p, not 2 beta p.
        penalty_halved: beta * -> beta / 2 *
            The part from the penalty is half as large as it should be: (beta / 2) p^2 has slope beta p.
        transposed: -2 * E.T @ P + beta * Q -> (-2 * E.T @ P + beta * Q).T
            dQ is transposed: it has the shape of Q, (M, K). E^T P has it, P^T E does not.
        swapped: {} -> ({})[::-1]
            The two gradients come in the wrong order: dP first, then dQ.
        factor_two_twice: -2 -> -4
            The part from the squared error is twice as large as it should be: differentiating the square brings one 2.
        half_of_it: -2 * E -> -E ;; beta -> beta / 2
            That is half the gradient: it belongs to half the loss.
        penalty_per_entry: beta * P -> R.shape[1] * beta * P ;; beta * Q -> R.shape[0] * beta * Q
            That is the gradient of the penalty once for every entry, M times for P and N times for Q. In
            `regularised_loss` it counts once.
        averaged: -2 -> -2 / {R.size|len(R)|R.shape[1]}
            The squared error is averaged here; in `regularised_loss` it is a sum.
        ignores_beta: beta -> {0.02|1.0|0.1|0.01}
            The penalty should have the weight asked for: both gradients hold a term with `beta`.
        penalty_not_differentiated: beta * P -> beta / 2 * np.sum(P**2) ;; beta * Q -> beta / 2 * np.sum(Q**2)
            | beta * -> {beta / 4|4 * beta|beta**2} *
            | beta * P -> beta * np.sum(P**2) ;; beta * Q -> beta * np.sum(Q**2)
            | beta * P -> beta / 2 * P**2 ;; beta * Q -> beta / 2 * Q**2
            | beta * P -> beta * P**2 ;; beta * Q -> beta * Q**2
            | beta * P -> beta * np.sum(P) ;; beta * Q -> beta * np.sum(Q)
            | beta * P -> beta * np.sum(Q) ;; beta * Q -> beta * np.sum(P)
            | beta * P -> beta * np.sign(P) ;; beta * Q -> beta * np.sign(Q)
            | beta * P -> beta * np.linalg.norm(P) ;; beta * Q -> beta * np.linalg.norm(Q)
            | beta * P -> beta / 2 * P / np.linalg.norm(P) ;; beta * Q -> beta / 2 * Q / np.linalg.norm(Q)
            | beta * P -> beta ;; beta * Q -> beta
            The part from the penalty should be beta P for dP and beta Q for dQ: that is how fast (beta / 2) p^2 grows,
            for each entry by itself.
        penalty_of_the_other: beta * Q -> beta * P
            | beta * P -> beta * Q
            The penalty's part has the wrong factor: the slope for an entry of P is beta times that entry, and for one
            of Q beta times that of Q.
        not_transposed: E.T @ P -> E @ P
            E P does not fit: for dQ the roles swap, and E is transposed too. E^T P is (M, K).
        only_one_gradient: {} -> -2 * E @ Q + beta * P
            | {} -> -2 * E.T @ P + beta * Q
            One gradient is missing: return both, dP and dQ.
        put_into_one: {} -> np.vstack(({}))
            | {} -> np.concatenate([*map(np.ravel, ({}))])
            dP and dQ are stacked into one array. Return the two: `return dP, dQ`.
        overwritten: -2 * E @ Q -> -2 * E[:, -1:] @ Q[-1:] ;; -2 * E.T @ P -> -2 * E[-1:].T @ P[-1:]
            | -2 * E @ Q -> -2 * E[:, :1] @ Q[:1] ;; -2 * E.T @ P -> -2 * E[:1].T @ P[:1]
            Only one term of each sum is kept. Every entry of dP is a sum over j, and of dQ over i: in a loop, `+=` and
            not `=`, and no `return` before its end.
        never_reset: -2 * E @ Q -> np.cumsum(-2 * E @ Q).reshape(P.shape) ;; -2 * E.T @ P -> np.cumsum(-2 * E.T @ P).reshape(Q.shape)
            | -2 * E @ Q -> np.cumsum(-2 * E @ Q, axis=0) ;; -2 * E.T @ P -> np.cumsum(-2 * E.T @ P, axis=0)
            | -2 * E @ Q -> np.cumsum(-2 * E @ Q, axis=1) ;; -2 * E.T @ P -> np.cumsum(-2 * E.T @ P, axis=1)
            | {both} -> np.cumsum({both}, axis=0)
            The sums run on from one entry to the next: set the accumulator back to zero before each new one.
        a_step: {both} -> {0.002|0.01|0.001} * ({both})
            | {0} -> P - ({0}) ;; {1} -> Q - ({1})
            | {0} -> P - 0.002 * ({0}) ;; {1} -> Q - 0.002 * ({1})
            That is a step, or where it leads. The gradient only says which way is up; how far to go is the next
            exercise.
        length_lost: {both} -> ({both}) / np.linalg.norm({both})
            | {both} -> np.clip({both}, -1, 1)
            | {both} -> np.sign({both})
            The gradients are scaled or cut. Their size counts: it says how fast the loss grows.
        summed_up: {both} -> np.sum({both}{|, axis=0})
            The gradients are summed up. Each entry of P and Q has a slope of its own.
        no_matrix_product: E @ Q -> E.sum(axis=1, keepdims=True) * P ;; E.T @ P -> E.sum(axis=0)[:, np.newaxis] * Q
            Every residual belongs with one row of Q and one row of P: e_ij meets q_j in dP, and p_i in dQ. That is a
            matrix product.
    """,
)


def _start(N, M, K, seed):
    """A matrix (N, M) with K clear directions and a little of the others, and a small signed start for K atoms."""
    rng = np.random.default_rng(seed)
    U, _, Vt = np.linalg.svd(rng.normal(size=(N, M)), full_matrices=False)
    sizes = np.where(np.arange(min(N, M)) < K, 3 - 0.5 * np.arange(min(N, M)), 0.5)
    return (U * sizes) @ Vt, 0.5 * rng.normal(size=(N, K)), 0.5 * rng.normal(size=(M, K))


STARTS = [
    (np.array([[1.0, 0, 2, -1], [0, 2, -1, 0], [2, 1, 0, 1]]), np.array([[2.0, 1], [1, -2], [2, 0]]) / 8,
     np.array([[1.0, 0], [2, -1], [1, 2], [-1, 1]]) / 8),
    _start(12, 9, 3, seed=4),
    _start(7, 10, 2, seed=1),
]  # fmt: skip
for _R, _, _ in STARTS[1:]:
    # Zeros that count, for code that takes a zero for a rating that is missing.
    _R[::3, ::4] = 0
# With so small an alpha all orders of updating move alike, and with so few steps a factor 2 is told from a step too many.
FEW, TINY = 5, 1e-6
# With these every order of updating comes within 1 % of the floor.
LONG, CALM = 200, 0.02
BETA = 0.5

# What a right answer is told whose penalty acts once an entry.
ENTRY_BY_ENTRY = (
    "Its penalty acts once for every entry, as in descent entry by entry, which is right too. But a loop over the 25 600 "
    "entries of the faces, 5000 times over, takes far too long. If yours is one, write the matrix form for the cells below, "
    "or borrow it: run `matrix_factorization = todo.matrix_factorization.reference` before you go on."
)
STOP_OF_ITS_OWN = (
    "Right for data like the faces. But it stops by a rule of its own, such as an error below a fixed number: where all "
    "numbers are small that is true from the start. No stop was asked for."
)


def _descends(came, call, R, P, Q, K, *settings):
    """A descent moves both factors downhill by the right amount, as many steps as asked for, and ends near the floor."""

    def run(steps, alpha=TINY, beta=0.0, start=(R, P, Q)):
        return call(*start, K, steps=steps, alpha=alpha, beta=beta)

    moved, priced = run(FEW), run(FEW, beta=BETA)
    # The problem for Q is the problem for P with R transposed.
    once_per_entry = []
    finding = _settings(run, R, P, Q, moved, priced)
    for name, R_, P_, Q_, part in (("P", R, P, Q, 0), ("Q", R.T, Q, P, 1)):
        finding = finding or _direction(name, R_, P_, Q_, moved[part], priced[part], once_per_entry)
    finding = finding or _distance(run, R, P, Q) or _defaults(call.answer)
    return finding or (ENTRY_BY_ENTRY if all(once_per_entry) else _stop_of_its_own(run, R, P, Q))


def _settings(run, R, P, Q, moved, priced):
    """Both factors move and stay finite, and steps, alpha and beta make the difference that they should."""
    also = ("ignores_beta",) * _same(moved, priced)
    once = run(1)
    still = [name for name, before, after in zip("PQ", (P, Q), moved) if np.array_equal(before, after)]
    if still:
        key = "nothing_moves" if len(still) == 2 else "one_factor_only"
        if len(still) == 2 and not _same(priced, (P, Q)) and not _shares(priced[0] - P, P)[1]:
            key = "error_times_beta"
        return check.Finding(f"After {FEW} steps {' and '.join(still)} came back as given.", (key,))
    if not _same(once, (P, Q)) and any(
        not (before != after).any(axis=axis).all() for before, after in zip((P, Q), once) for axis in (0, 1)
    ):
        return check.Finding("After one step some rows or columns came back as given.", ("only_a_part_moves", *also))
    left, before = np.sum((R - moved[0] @ moved[1].T) ** 2), np.sum((R - P @ Q.T) ** 2)
    if left < 0.5 * before:
        return check.Finding(f"{FEW} steps with alpha = {TINY:g} halved the squared error.", ("solved_at_once",))
    if any(compare.close(np.linalg.norm(part, axis=0), np.ones(part.shape[1])) for part in moved):
        return check.Finding("The columns of P or Q came back with length 1.", ("scaled_to_length_one", *also))
    for name, part, first, second in zip("PQ", (P, Q), once, run(2)):
        if 0 < np.linalg.norm(second - first) < 0.1 * np.linalg.norm(first - part):
            clipped = np.linalg.norm(first - np.maximum(part, 0)) < 0.1 * np.linalg.norm(part)
            words = f"{name} went farther in the first step than in any other."
            return check.Finding(words, ("clipped" if clipped else "own_start", *also))
    # Two steps, because with an alpha of 1 a few more overflow, and then there is nothing left to compare.
    for part, slow, fast in zip((P, Q), run(2), run(2, 2 * TINY)):
        near = np.linalg.norm(slow - part) < 0.5 * np.linalg.norm(part)
        if np.array_equal(slow, fast) or (near and np.allclose(fast - part, slow - part, rtol=0.1, atol=0)):
            words = f"alpha = {TINY:g} and alpha = {2 * TINY:g} went just as far."
            return check.Finding(words, ("ignores_alpha", *also))
        ratio = np.linalg.norm(fast - part) / np.linalg.norm(slow - part)
        if near and ratio > 2.2:
            return check.Finding(
                f"With alpha twice as large, two steps should go twice as far, and went {ratio:.3g} times as far."
            )
    if not compare.finite((*moved, *priced)):
        words = f"After {FEW} steps with alpha = {TINY:g} there were NaN or infinite entries."
        return check.Finding(words, ("overflows",))
    downhill = TINY * 2 * (R - P @ Q.T) @ Q
    if np.linalg.norm(moved[0] - P) > 0.5 * np.linalg.norm(P):
        return None  # it did not begin here, and how far it went says nothing
    went = {1: once, FEW: moved, 2 * FEW: run(2 * FEW)}
    took = {steps: np.sum((after[0] - P) * downhill) / np.sum(downhill**2) for steps, after in went.items()}
    asked = (
        f"Asked for {FEW} and {2 * FEW} steps it went as far as {took[FEW]:.3g} and {took[2 * FEW]:.3g} steps should."
    )
    if _near(took[FEW], took[2 * FEW], 1e-3) and took[FEW] != 0:
        key = "one_step_only" if _near(took[FEW], took[1]) and _near(took[1], 1) else "ignores_steps"
        return check.Finding(asked, (key, *also))
    for key, more in (("one_step_too_few", -1), ("one_step_too_many", 1)):
        # Twice, since with 5 steps alone one more step looks like an alpha 1.2 times as large.
        if np.allclose([took[FEW], took[2 * FEW]], [FEW + more, 2 * FEW + more], rtol=0.01):
            return check.Finding(asked, (key, *also))
    # Not quite as small, or single precision would lose them.
    many = run(40 * FEW, 3 * TINY)
    far = np.sum((many[0] - P) * downhill) / np.sum(downhill**2) / 3
    pace = far / (40 * took[FEW])
    if not _near(pace, 1):
        words = f"{40 * FEW} small steps should go 40 times as far downhill as {FEW}, and they went {far / took[FEW]:.3g} times as far."
        stopped = _same(many, run(80 * FEW, 3 * TINY))
        return check.Finding(words, ("stops_early" if stopped else "step_shrinks" if pace < 1 else "momentum", *also))
    return check.Finding(f"beta = 0 and beta = {BETA} gave the same P and Q.", also) if also else None


def _same(pair, other):
    return all(np.array_equal(a, b) for a, b in zip(pair, other))


def _near(value, wanted, tolerance=0.05):
    # Right answers come within 1e-4, those in float32 within a few percent.
    return abs(value - wanted) <= tolerance * abs(wanted)


def _shares(moved, *parts):
    """The weights whose mixture of `parts` comes nearest to `moved`, and whether it comes within 2 %."""
    D = np.column_stack([part.ravel() for part in parts])
    weights = np.linalg.lstsq(D, moved.ravel(), rcond=None)[0]
    return weights, np.linalg.norm(moved.ravel() - D @ weights) <= 0.02 * np.linalg.norm(moved)


def _direction(name, R, P, Q, moved, priced, once_per_entry):
    """P moves along 2 E Q by the right amount, and the penalty pulls it back by the right amount, once a step or once an
    entry; which of the two is noted."""
    E = R - P @ Q.T
    travelled = (moved - P) / (FEW * TINY)
    downhill = "2 E Q" if name == "P" else "2 E^T P"
    where = f"In {FEW} steps with alpha = {TINY:g} and beta = "
    (share,), along = _shares(travelled, 2 * E @ Q)
    if np.linalg.norm(moved - P) > 0.5 * np.linalg.norm(P):
        clipped = np.linalg.norm(moved - np.maximum(P, 0)) < 0.1 * np.linalg.norm(P)
        key = "overflows" if along else "clipped" if clipped else "own_start"
        return check.Finding(f"{where}0, {name} went far from the {name} given.", (key,))
    if not along:
        slope = 2 * E @ Q
        known = [
            ("skips_entries", np.where(R > 0, E, 0) @ Q),
            ("zero_means_missing", np.where(R != 0, E, 0) @ Q),
            *(("biases", (E - R.mean(axis=axis, keepdims=True)) @ Q) for axis in (None, 0, 1)),
            ("gradient_cut", np.sign(slope)),
            ("gradient_cut", np.clip(slope, -1, 1)),
            ("gradient_cut", np.sign(E) @ Q),
        ]
        key = next((key for key, way in known if _shares(travelled, way)[1]), None)
        return check.Finding(f"{where}0, {name} did not move along {downhill}.", (key,) * bool(key))
    if not _near(share, 1):
        known = {
            "factor_two": _near(share, 0.5),
            "averaged": _near(share, 1 / R.size),
            "gradient_cut": _near(share, 1 / np.linalg.norm(2 * E @ Q)),
            "overflows": share > 2.5,
        }
        key = "ascends" if share < 0 else next((key for key, matches in known.items() if matches), None)
        words = f"{where}0, {name} moved {share:.3g} times as far along {downhill} as it should."
        return check.Finding(words, (key,) * bool(key))
    (weight,), _ = _shares((moved - priced) / (FEW * TINY), BETA * P)
    once_per_entry.append(_near(weight, R.shape[1]))
    if _near(weight, 1) or once_per_entry[-1]:
        return None
    for key, seen in (("skips_entries", R > 0), ("zero_means_missing", R != 0)):
        (entries,), fits = _shares((moved - priced) / (FEW * TINY), BETA * seen.sum(axis=1, keepdims=True) * P)
        if fits and _near(entries, 1) and np.ptp(seen.sum(axis=1)):
            return check.Finding(f"{where}{BETA}, {name} moved as if some entries of R were not there.", (key,))
    known = {"penalty_sign": -1, "penalty_halved": 0.5, "penalty_doubled": 2}
    key = next((key for key, w in known.items() if _near(weight, w) or _near(weight, w * R.shape[1])), None)
    if weight > 100:
        key = "penalty_without_alpha"
    if abs(weight) < 0.05:  # not in both, or beta would have made no difference
        key = "penalty_on_one_factor"
    words = f"{where}{BETA}, the penalty pulled {name} back {weight:.3g} times as much as it should."
    return check.Finding(words, (key,) * bool(key))


def _distance(run, R, P, Q):
    """A long calm run ends near the floor of the truncated SVD."""
    before, floor = np.sum((R - P @ Q.T) ** 2), factorise.smallest_error(R, P.shape[1]) ** 2
    last_P, last_Q = run(LONG, CALM)
    with np.errstate(all="ignore"):
        error = np.sum((R - last_P @ last_Q.T) ** 2)
    if error <= 1.05 * floor:
        return None
    words = (
        f"After {LONG} steps with alpha = {CALM} and beta = 0 the squared error went from {before:.4g} to {error:.4g}, where "
        f"{floor:.4g} can be reached."
    )
    if not np.isfinite(error):
        return check.Finding(words, ("overflows",))
    if _same(run(LONG, CALM), run(2 * LONG, CALM)):
        return check.Finding(words, ("stops_early",))
    # Where R = P Q^T the first residual is zero, and with only that one nothing but the penalty acts: P just shrinks.
    shrunk, _ = run(LONG, CALM, beta=1.0, start=(P @ Q.T, P, Q))
    stale = np.isfinite(shrunk).all() and _shares(shrunk, P)[1]
    return check.Finding(words, ("residual_before_loop",) * bool(stale))


def _stop_of_its_own(run, R, P, Q):
    """A remark on a stop at a small error, which the same data in small numbers meet at once."""
    small = 1e-3 * R, 1e-3**0.5 * P, 1e-3**0.5 * Q
    return STOP_OF_ITS_OWN if _same(run(1, CALM, start=small), run(FEW, CALM, start=small)) else None


def _defaults(answer):
    """The cells of the notebook leave settings out, and count on those of the line that was given."""
    wanted = {
        name: given.default for name, given in inspect.signature(factorise.matrix_factorization).parameters.items()
    }
    try:
        own = {name: given.default for name, given in inspect.signature(answer).parameters.items()}
    except ValueError:
        return None  # not written in Python
    if all(own.get(name, value) == value for name, value in wanted.items()):
        return None
    return check.Finding("The settings in the first line are not those that were given.", ("defaults_changed",))


matrix_factorization = check.Exercise(
    factorise.matrix_factorization,
    number="3.4",
    title="gradient descent",
    minutes=10,
    core=True,
    returns="the pair (P, Q) after `steps` steps downhill from the P and Q given",
    hints="""
        - A step goes a little way downhill: each factor minus alpha times its gradient (3.3). Take the residual anew in
          every step, since P and Q have changed.
        - In each step E = R - P Q^T, then P <- P + alpha (2 E Q - beta P) and Q <- Q + alpha (2 E^T P - beta Q). P
          stays (N, K), Q (M, K).
        - `for _ in range(steps):`, inside it `E = R - P @ Q.T`, `P = P + alpha * (...)`, `Q = Q + alpha * (...)`; after
          it return both
    """,
    cases=[(*start, start[1].shape[1], 3, 0.01, 0.1) for start in STARTS],
    law=_descends,
    ways=[
        """
            for _ in range(steps):
                E = R - P @ Q.T
                P, Q = P + alpha * (2 * E @ Q - beta * P), Q + alpha * (2 * E.T @ P - beta * Q)
            return P, Q
        """,
        """
            for _ in range(steps):
                P = P + alpha * (2 * (R - P @ Q.T) @ Q - beta * P)
                Q = Q + alpha * (2 * (R - P @ Q.T).T @ P - beta * Q)
            return P, Q
        """,
    ],
    mistakes=r"""
        ascends: + alpha -> - alpha
            That is uphill, or the wrong way for one factor. With E = R - P Q^T the step is added: P + alpha (2 E Q -
            beta P).
        factor_two: 2 * E -> E
            The factor 2 from differentiating the square is missing.
        averaged: E = R - P @ Q.T -> E = (R - P @ Q.T) / R.size
            The step is divided by the number of entries. The loss is a sum over the entries, not a mean.
        overflows: E = R - P @ Q.T -> E = R - P @ Q.T\n        for _ in range(R.size - 1): P = P + alpha * (2 * E @ Q - beta * P); Q = Q + alpha * (2 * E.T @ P - beta * Q)
            The steps are far too long, and such a run overflows. A step moves by alpha times the gradient, once: the
            matrix form already sums over all entries, so it does not belong inside a loop over them.
        residual_before_loop: for _ in range(steps):\n        E = R - P @ Q.T -> E = R - P @ Q.T\n    for _ in range(steps):
            The residual E is not computed anew in every step, so that later steps follow an error long gone. It belongs
            inside the loop.
        one_factor_only: Q = Q + alpha * (2 * E.T @ P - beta * Q) -> pass
            Both factors have to be updated in every step, and both returned.
        error_times_beta: (2 * E @ Q - beta * P) -> (2 * beta * E @ Q) ;; (2 * E.T @ P - beta * Q) -> (2 * beta * E.T @ P)
            beta stands before the error, so that with beta = 0 nothing moves at all. It weighs the penalty alone: the
            step for P is 2 E Q - beta P.
        nothing_moves: range(steps) -> range(0)
            Is the loop run at all, and does what it computes go back into P and Q?
        one_step_only: range(steps) -> range(1)
            However many are asked for, it takes one step: is `return` inside the loop, does every step start from the
            first P and Q again, or does a rule of its own end the loop?
        ignores_steps: range(steps) -> range(100)
            The number of steps should be the one asked for: `range(steps)`.
        one_step_too_few: range(steps) -> range(steps - 1)
            That is one step short: `range(steps)` counts exactly `steps` rounds.
        one_step_too_many: range(steps) -> range(steps + 1)
            That is one step too many: `range(steps)` counts exactly `steps` rounds.
        ignores_alpha: alpha -> 0.002
            The step size should be the one asked for: multiply both updates by `alpha`.
        ignores_beta: beta -> 0.0
            The penalty should have the weight asked for: both updates hold a term with `beta`.
        penalty_sign: - beta -> + beta
            The penalty has the wrong sign: it should shrink the factors, not grow them.
        penalty_halved: - beta * -> - (beta / 2) *
            The half goes when the penalty is differentiated: (beta / 2) p^2 has slope beta p.
        penalty_doubled: - beta * -> - (2 * beta) *
            The 2 of the update belongs to the error alone: the penalty (beta / 2) p^2 has slope beta p, not 2 beta p.
        penalty_without_alpha: alpha * (2 * E @ Q - beta * P) -> alpha * 2 * E @ Q - beta * P ;; alpha * (2 * E.T @ P - beta * Q) -> alpha * 2 * E.T @ P - beta * Q
            The penalty is not multiplied by alpha. The step is alpha times the whole gradient: put both of its parts
            into a bracket.
        penalty_on_one_factor: - beta * Q ->
            Only one of the two factors feels the penalty: both updates hold a term with `beta`.
        step_shrinks: E = R - P @ Q.T -> E = R - P @ Q.T\n        alpha = {0.99 * alpha|0.9 * alpha|alpha / 2}
            The steps become smaller from one to the next, so that the run comes to rest before it has arrived. `alpha`
            should stay as it was given.
        stops_early: range(steps) -> range(min(steps, 50))
            It stops, or keeps an earlier pair, while there is still a way to go. What counts as a small error or a
            small change depends on the data, and no stop was asked for: go round exactly `steps` times and return where
            that leads.
        momentum: for _ in range(steps): -> V, W = 0, 0\n    for _ in range(steps): ;; P = P + alpha * (2 * E @ Q - beta * P) -> V = 0.9 * V + alpha * (2 * E @ Q - beta * P); P = P + V ;; Q = Q + alpha * (2 * E.T @ P - beta * Q) -> W = 0.9 * W + alpha * (2 * E.T @ P - beta * Q); Q = Q + W
            The steps grow from one to the next, as with momentum or an alpha that is raised. Here each step goes alpha
            times the gradient of that step, and nothing is carried over.
        only_a_part_moves: E = R - P @ Q.T -> i, j = np.random.randint(len(R)), np.random.randint(len(Q)); E = np.zeros(R.shape); E[i, j] = R[i, j] - P[i] @ Q[j]
            | E = R - P @ Q.T -> E = R - P @ Q.T; E[1:] = 0
            Only some rows or columns of P and Q move in a step. A step follows the whole residual, and moves every
            entry.
        scaled_to_length_one: return -> # \n    return ;; - beta * Q)\n -> - beta * Q)\n        Q = Q / np.linalg.norm(Q, axis=0)\n
            The columns are scaled to length 1, which nothing asks for: P Q^T becomes another one. Only the two updates
            change P and Q.
        gradient_cut: (2 * E @ Q - beta * P) -> np.clip(2 * E @ Q - beta * P, -1, 1) ;; (2 * E.T @ P - beta * Q) -> np.clip(2 * E.T @ P - beta * Q, -1, 1)
            | (2 * E @ Q - beta * P) -> np.sign(2 * E @ Q - beta * P) ;; (2 * E.T @ P - beta * Q) -> np.sign(2 * E.T @ P - beta * Q)
            | E = R - P @ Q.T -> E = np.sign(R - P @ Q.T)
            The gradient is cut, scaled, or replaced by its sign, as in Adam. Here every entry moves by alpha times its
            own slope, be it large or small.
        solved_at_once: ^ -> P = np.linalg.lstsq(Q, R.T, rcond=None)[0].T; return P, np.linalg.lstsq(P, R, rcond=None)[0].T
            That solves for the factors, as least squares or the SVD does. Here they go downhill by `steps` steps of
            size `alpha`.
        defaults_changed:
            The cells below leave some settings out, and count on the first line as it was given: `def
            matrix_factorization(R, P, Q, K, steps=500, alpha=0.002, beta=0.02):`.
        biases: E = R - P @ Q.T -> E = R - R.mean({|axis=1, keepdims=True|axis=0}) - P @ Q.T
            A mean, or a bias for each row and column, is taken off the data. Here the model is P Q^T alone.
        skips_entries: E = R - P @ Q.T -> E = np.where(R > 0, R - P @ Q.T, 0)
            Only the positive entries of R are used, as in code for ratings where 0 means unknown (`if R[i][j] > 0`).
            Here every entry is known, and centred faces have negative ones.
        own_start: for -> rng = np.random.RandomState(0); P, Q = rng.rand(*P.shape), rng.rand(*Q.shape)\n    for
            P and Q come out far from where the steps lead that begin at those given. Start from these as they are, and
            let only the two updates change them.
        clipped: return -> # \n    return ;; - beta * Q)\n -> - beta * Q)\n        P, Q = np.maximum(P, 0), np.maximum(Q, 0)\n
            Negative entries of the factors are cut off at zero. Here they may have either sign; notebook 4 is about
            factors that may not.
        transposed: return P, Q -> return P, Q.T
            Q comes back transposed: it should be (M, K), as it went in. If you keep a transposed Q inside, return its
            `.T`.
        swapped: return P, Q -> return Q, P
            The two factors come back in the wrong order: P first, then Q.
        returns_the_product: return P, Q -> return P @ Q.T
            Return the two factors, P and Q: one array is not enough, be it their product or one of them.
        returns_more: return P, Q -> return P, Q, regularised_loss(R, P, Q, beta)
            Return only P and Q; what else you would like to see can be computed from them.
        changes_arguments: P = P + -> P += ;; Q = Q + -> Q +=
            Whoever called it may want to start again from the same place. Make new arrays, `P = P + ...`, or work on
            copies, `P.copy()`; a transposed array, `Q.T`, is no copy.
    """,
)


exercises = [centre, regularised_loss, gradients, matrix_factorization]


descent_curve, step_size, best_beta = predictions = predict.parse("""
    descent_curve: What will the curve of the squared error look like, from the random start on?
        - one slope: Tempting, since every step goes downhill and steps become smaller near the bottom. It never rises,
          but it does not slow down once: it nearly stops twice, far above the floor, and gets going again.
        * terraces: It rests near the floor for no atom, then for more than a thousand steps near the floor for one
          atom, and only then reaches the one for two. Who stops on a terrace believes that the descent has converged.
        - up and down: Tempting, since two factors are changed at once and could get in each other's way. With a small
          enough step size they do not: the curve never rises.
    step_size: The tutorial's alpha is 0.002. What happens from the same start with 0.0045, a little more than twice
        that?
        - faster: Tempting, since twice the step size was fine. But between fine and fatal there is hardly anything.
        - back and forth: Tempting, and that is how it begins: a step too long lands higher on the other side of the
          valley. From there the slope is larger, so the next step is longer still, and it does not come back.
        * overflow: It overshoots the valley, lands higher on the other side, overshoots more, and within a few steps
          the numbers are beyond what a computer can hold. If a run gives you `nan`, make alpha smaller first.
    best_beta: Which beta ends nearest to the floor after 5000 steps?
        - 0: Tempting, since a penalty can only pull away from the best fit. At the end that is true, and after 25000
          steps it is the nearest. After 5000 it is the farthest: Q is large and P small, and the step in Q is
          proportional to P.
        - 0.02: Tempting, since it is the tutorial's. It is on its way to balancing the two factors, and not there yet.
        * 0.2: It has brought P and Q to nearly the same size, where descent is fast, and costs next to nothing. What
          looked like the price of a small penalty was a gain in time: the order at the end is the other way round.
        - 2: Tempting once one knows that a penalty helps. It balances the factors at once, but it takes half of beta
          off each singular value of the product, and that does cost accuracy.
""")
progress = functools.partial(show.progress, exercises, predictions)
