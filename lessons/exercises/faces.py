"""Notebook 3, gradient descent on the faces: the exercises, and the mistakes known for each."""

import functools
import inspect
import itertools

import numpy as np

from lessons import check, compare, factorise, mistakes, predict, show
from lessons.answers import outcome

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
    centred = factorise.centre(faces)
    if compare.close(came, centred, (faces,)):
        return None
    # What is divided by a spread no longer notices the unit of the data.
    # Signs, ranks and what is cut off do not either, but they have only a few values.
    unitless = np.unique(run(FACES_TALL)).size > FACES_TALL.size / 2 and compare.close(run(10 * faces), came)
    unitless = unitless and compare.close(run(faces[::-1]), came[::-1])  # and it does look at the faces
    return check.Finding("", ("divides_by_spread",) if unitless else (), expected=centred)


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
    without="faces = faces -",  # that is what is asked for
    ways=[
        """
            pixel_means = faces.mean(axis=0)
            rest = faces - pixel_means
            own_means = rest.mean(axis=1, keepdims=True)
            return rest - own_means
        """,
    ],
    mistakes=r"""
        only_global: - own_means ->
            | rest.mean(axis=1, keepdims=True) -> rest.mean()
            Each face still has a mean of its own. If you took each pixel's mean off twice: the second one was zero already.
        means_of_faces_as_a_row: , keepdims=True ->
            | ... -> {|(lambda rest: rest - rest.mean(axis=0))}(faces - faces.mean(axis=1))
            The N means of the faces line up with the columns. `keepdims=True` makes them (N, 1), one for each row.
        only_local: - pixel_means ->
            | pixel_means = faces.mean(axis=0) -> pixel_means = faces.mean()
            Each pixel still has a mean over the faces. If you took each face's mean off twice: the second one was zero.
        overall_mean: ... -> faces - faces.mean()
            That takes off one number, the mean of all entries. There is a mean for each pixel and one for each face.
        both_from_the_original: rest.mean -> faces.mean
            Both means are of the original faces, so the overall mean went twice. Take the second of what the first left.
        overall_mean_added_back: - own_means -> - own_means + faces.mean()
            The overall mean is added back, but it went only once: the second mean was of what the first had left.
        one_mean_for_all_faces: rest.mean(axis=1, keepdims=True) -> rest[{0|-1}].mean()
            In the end all faces lose the same number. Each face, a row, has a mean of its own.
        axes_swapped: (axis=1, keepdims=True) -> (axis=0)[:, np.newaxis] ;; (axis=0)\n -> (axis=1)\n
            The axes are swapped: `axis=0` gives a mean over the faces for each pixel, `axis=1` one over the pixels.
        median_for_mean: {faces.mean( -> np.median(faces, |rest.mean( -> np.median(rest, }
        sum_for_mean: {.mean( -> .sum(|rest.mean( -> rest.sum(|faces.mean( -> faces.sum(}
        smallest_taken_off: .mean({ -> .min(| -> .max(|axis=0 -> .min(axis=0|axis=1 -> .min(axis=1}
            The smallest or largest entry is taken off. Centring takes the mean off, and leaves entries of both signs.
        means_added: {rest - -> rest +|faces - -> faces +|faces - -> faces + ;; rest - -> rest +}
            A mean is added where it should be taken off.
        means_alone: {rest - own_means -> own_means|... -> faces.mean(axis=1)|... -> faces.mean(axis=1, keepdims=True)|... -> faces.mean(axis=0)|... -> faces.mean()}
            Those are means. They should be taken off the faces, which keep their shape.
        wrong_count: .mean(axis=0) -> .sum(axis=0) / {faces.shape[1]|(len(faces) - 1)}
            | .mean(axis=1, keepdims=True) -> .sum(axis=1, keepdims=True) / {len(faces)|(faces.shape[1] - 1)}
            | pixel_means\n -> pixel_means * len(faces) / {faces.shape[1]\n ;; - own_means -> - own_means * faces.shape[1] / len(faces)|(len(faces) - 1)\n ;; - own_means -> - own_means / (1 - 1 / faces.shape[1])}
            A sum is divided by another number than that of its entries: N for a pixel's mean, M for a face's own.
        not_every_face: - own_means -> - own_means * (np.arange(len(faces)) {< len(faces) - 1|< 1|> 0})[:, np.newaxis]
            Not every face loses its own mean: does the loop leave one out, or is `return` inside it?
        not_every_pixel: pixel_means\n -> pixel_means * (np.arange(faces.shape[1]) {< faces.shape[1] - 1|> 0})\n
            Not every pixel loses its mean over the faces: does the loop leave one out?
        zero_means_missing: {rest - own_means -> np.where(faces == 0, 0, rest - own_means)|.mean(axis=0) -> .sum(axis=0) / (faces != 0).sum(axis=0)}
            | pixel_means = faces.mean(axis=0) -> seen = faces != 0; pixel_means = faces.sum(axis=0) / seen.sum(axis=0) ;; own_means = rest.mean(axis=1, keepdims=True) -> rest = seen * rest; own_means = seen * rest.sum(axis=1, keepdims=True) / seen.sum(axis=1, keepdims=True)
            Zeros are left out, as where 0 means unknown. A black pixel counts in both means, and both go from it.
        divides_by_spread: {} -> ({}) / faces.std({|axis=0|axis=1, keepdims=True})
            | {} -> ({}) / ({}).std({|axis=0|axis=1, keepdims=True})
            | {} -> ({}) / np.linalg.norm({}, axis=1, keepdims=True)
            | faces - pixel_means -> (faces - pixel_means) / faces.std(axis=0)
            It divides by a spread or a mean. Centring only subtracts: ten times as bright comes out ten times as large.
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
            The penalty on Q is missing: beta / 2 multiplies ||P||^2 + ||Q||^2.
        penalty_on_Q_only: np.sum(P**2) + ->
            The penalty on P is missing.
        mean_of_squares: np.sum((R -> np.mean((R
            The squared error is a sum over all entries, not their mean.
        penalty_subtracted: + beta -> - beta
            | + np.sum(Q**2) -> - np.sum(Q**2)
            The penalty has the wrong sign: large factors should cost something.
        penalty_norms_not_squared: np.sum(P**2) -> np.linalg.norm(P){ ;; np.sum(Q**2) -> np.linalg.norm(Q)|}
            The norms in the penalty have to be squared: sums of squared entries, without a root.
        half_the_error: + beta -> / 2 + beta
            The squared error counts in full; only the penalty is halved.
        penalty_per_entry: np.sum(P**2) -> R.shape[1] * np.sum(P**2){ ;; np.sum(Q**2) -> len(R) * np.sum(Q**2)|}
            | np.sum(Q**2) -> len(R) * np.sum(Q**2)
            | np.sum(P**2) + np.sum(Q**2) -> np.sum((R > 0) @ Q**2) + np.sum((R > 0).T @ P**2)
        bracket_missing: (np.sum(P**2) + np.sum(Q**2)) -> np.sum(P**2) + np.sum(Q**2)
            beta / 2 multiplies only ||P||^2: put ||P||^2 + ||Q||^2 into a bracket.
        error_norm_not_squared: np.sum((R - P @ Q.T) ** 2) -> np.{linalg.norm(R - P @ Q.T)|sqrt(np.mean((R - P @ Q.T) ** 2))}
            The norm of R - P Q^T has to be squared: the sum of squared entries, without a root.
        wrong_weight: beta / 2 * -> {2 * beta *|beta / 4 *|beta**2 *|beta**2 / 2 *|beta // 2 *|beta / 2 /}
            The penalty is the size of the factors times beta / 2: look at what stands before the bracket.
        beta_ignored: beta / 2 * ->{ 0.02 / 2 *| 0.02 *| 0.5 *|}
            The penalty should have the weight asked for, `beta / 2`, and not a fixed one.
        penalty_l1: (P**2) -> {(np.abs(P)) ;; (Q**2) -> (np.abs(Q))|(P) ;; (Q**2) -> (Q)|(np.abs(P))}
            The penalty sums the entries themselves, or their sizes. Here they are squared first.
        squared_after_the_sum: {Q.T) ** 2) -> Q.T))|Q.T) ** 2) -> Q.T)) ** 2|(P**2) + np.sum(Q**2) -> (P) ** 2 + np.sum(Q) ** 2|Q.T) ** 2) -> Q.T)) ** 2 ;; (P**2) + np.sum(Q**2) -> (P) ** 2 + np.sum(Q) ** 2|sum(P**2) -> sum(P) ** 2|sum(Q**2) -> sum(Q) ** 2}
            Square each entry, and then add up: in a plain sum, entries of opposite sign cancel.
        penalty_of_a_product: (np.sum(P**2) + np.sum(Q**2)) -> {np.sum((P @ Q.T) ** 2)|np.sum(P**2) * np.sum(Q**2)}
            The penalty is taken of a product, P Q^T or one size times the other. Here ||P||^2 and ||Q||^2 are added.
        penalty_averaged: np.sum(P**2) + np.sum(Q**2) -> np.{mean(P**2) + np.mean(Q**2)|sum(P**2) / len(P) + np.sum(Q**2) / len(Q)|sum(P**2) / len(R) + np.sum(Q**2) / len(R)}
            The penalty is a sum over all entries of P and Q, not a mean.
        part_of_the_penalty: (P**2) + np.sum(Q**2) -> (P[{:, 0] ** 2) + np.sum(Q[:, 0|1:] ** 2) + np.sum(Q[1:|:, 1:] ** 2) + np.sum(Q[:, 1:|-1] ** 2) + np.sum(Q[-1}] ** 2)
            Only some rows or columns of P and Q pay the penalty: all of their entries should.
        penalty_inside_the_square: Q.T) ** 2) + beta / 2 * (np.sum(P**2) + np.sum(Q**2)) -> Q.T + beta / 2 * (np.sum(P**2) + np.sum(Q**2))) ** 2)
            The penalty stands inside the square. It is added once the squares are summed.
        added_before_the_sum: np.sum(P**2) + np.sum(Q**2) -> np.sum(P**2 + Q**2)
            P is (N, K) and Q (M, K), so that entry by entry they do not go together: sum the squares of each by itself.
        diagonal_only: np.sum((R - P @ Q.T) ** 2) -> np.trace((R - P @ Q.T) ** 2)
            Only the squares on the diagonal are added. A trace gives all of them for E^T E, with `@`, not for `E * E`.
        not_added_up: {** 2) + -> ** 2, axis=1) +|** 2) + -> ** 2, axis=0) +|np.sum((R - P @ Q.T) ** 2) -> (R - P @ Q.T) ** 2|... -> np.sum((R - P @ Q.T) ** 2, axis=1) + beta / 2 * np.sum(P**2, axis=1)}
            The loss is one number: add the squared errors up over rows and columns.
        returns_two_parts: + beta -> , beta
            Return one number, the two parts added.
        Q_not_transposed: P @ Q.T -> P @ Q
            P Q does not fit: P is (N, K) and Q is (M, K), so that the product needs Q^T.
        penalty_for_all_entries: beta / 2 -> beta / 2 * R.size
            That adds the whole penalty once for each of the N M entries. Here it counts once.
        root_of_it: {} -> np.sqrt({})
        means_everywhere: np.sum -> np.mean
            The squared error and the penalty are sums over all entries, not means.
        mean_over_samples: + beta / 2 -> / len(R) + beta / 2{| / len(R)}
            The squared error is summed over the N samples here, not averaged over them.
        absolute_values: (R - P @ Q.T) ** 2 -> np.abs(R - P @ Q.T)
        spectral_norm: np.sum((R - P @ Q.T) ** 2) -> np.linalg.norm(R - P @ Q.T, 2) ** 2{| ;; np.sum(P**2) + np.sum(Q**2) -> np.linalg.norm(P, 2) ** 2 + np.linalg.norm(Q, 2) ** 2}
            | np.sum(P**2) + np.sum(Q**2) -> np.linalg.norm(P, 2) ** 2 + np.linalg.norm(Q, 2) ** 2
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
    ways=[
        """
            error_part = lambda E, other: -2 * E @ other
            penalty_part = lambda own: beta * own
            E = R - P @ Q.T
            dP, dQ = error_part(E, Q) + penalty_part(P), error_part(E.T, P) + penalty_part(Q)
            return dP, dQ
        """,
    ],
    mistakes="""
        factor_two: -2 * E -> -E
        still_squared: -2 * E -> -2 * E**2
        minus_the_gradient: -2 -> 2 ;; + beta -> - beta
            The sign is turned round: that is the way down, minus the gradient. The gradient itself points uphill.
        error_sign: -2 -> 2
            The squared error's part has the wrong sign: P Q^T is subtracted in E = R - P Q^T, which brings a minus.
        penalty_missing: + beta * {P -> ;; + beta * Q|P|Q} ->
            | + penalty_part({P)|Q)} ->
            The part from the penalty is missing: (beta / 2) p^2 grows with slope beta p.
        penalty_sign: + beta -> - beta
        penalty_doubled: beta * -> 2 * beta *
        penalty_halved: beta * -> beta / 2 *
        transposed: -2 * E.T @ P + beta * Q -> (-2 * E.T @ P + beta * Q).T
            dQ is transposed: it should have the shape of Q, (M, K). E^T P has it, P^T E does not.
        swapped: {} -> ({})[::-1]
        factor_two_twice: -2 -> -4
            The part from the squared error is twice as large as it should be: differentiating the square brings one 2.
        half_of_it: -2 * E -> -E ;; beta -> beta / 2
            That is half the gradient: it belongs to half the loss.
        penalty_per_entry: beta * P -> R.shape[1] * beta * P ;; beta * Q -> R.shape[0] * beta * Q
        averaged: E = R - P @ Q.T -> E = (R - P @ Q.T) / {R.size|len(R)|R.shape[1]}
        ignores_beta: beta -> {0.02|1.0|0.1|0.01}
        shapes_do_not_fit: {P @ Q.T -> P * Q|beta * Q -> beta * P|beta * P -> beta * Q}
            Two shapes do not fit: the model is P Q^T, with `@`, and the penalty's part beta P for dP and beta Q for dQ.
        penalty_not_differentiated: beta * own -> beta {/ 4 * own|* 4 * own|* beta * own|+ 0 * own}
            | beta * own -> beta * {own**2|own**2 / 2|np.sum(own)|np.sum(own**2)|np.sum(own**2) / 2|np.sign(own)|np.linalg.norm(own)|own / np.linalg.norm(own) / 2|own / np.linalg.norm(own)}
            | beta * P -> beta * np.sum(Q) ;; beta * Q -> beta * np.sum(P)
            The penalty's part should be beta P for dP and beta Q for dQ: each entry has the slope of (beta / 2) p^2.
        not_transposed: E.T @ P -> E @ P
            A product does not fit: dP has E Q, which is (N, K), and dQ has E^T P, which is (M, K).
        only_one_gradient: {} -> {-2 * E @ Q + beta * P|-2 * E.T @ P + beta * Q}
            One gradient is missing: return both, dP and dQ.
        put_into_one: return dP, dQ -> return np.{vstack((dP, dQ))|concatenate([*map(np.ravel, (dP, dQ))])}
            dP and dQ are stacked into one array. Return the two: `return dP, dQ`.
        overwritten: E @ other -> E[:, {-1:] @ other[-1:|:1] @ other[:1}]
            Only one term of each sum is kept. A loop adds up with `+=` and not `=`, and `return` stands behind its end.
        term_left_out: E @ other -> E[:, {:-1] @ other[:-1|1:] @ other[1:}]
        never_reset: -2 * E @ other -> np.cumsum(-2 * E @ other{, axis=0)|, axis=1)|).reshape((E @ other).shape)}
        a_step: return dP, dQ -> return {0.002 * dP, 0.002 * dQ|0.01 * dP, 0.01 * dQ|0.001 * dP, 0.001 * dQ|P - dP, Q - dQ|P - 0.002 * dP, Q - 0.002 * dQ}
            That is a step, or where it leads. The gradient only says which way is up; how far to go comes next.
        length_lost: return dP, dQ -> return {dP / np.linalg.norm(dP), dQ / np.linalg.norm(dQ)|np.clip(dP, -1, 1), np.clip(dQ, -1, 1)|np.sign(dP), np.sign(dQ)}
            The gradients are scaled or cut. Their size counts: it says how fast the loss grows.
        summed_up: {both} -> np.sum({both}{|, axis=0})
        no_matrix_product: E @ Q -> E.sum(axis=1, keepdims=True) * P ;; E.T @ P -> E.sum(axis=0)[:, np.newaxis] * Q
            E is summed before it meets the other factor. First times q_j (or p_i), then summed: that is E Q (or E^T P).
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
# With so small an alpha all orders of updating lead to the same place, and with so few steps a factor 2 is told from a step
# too many. BETA pulls about as hard as the error.
FEW, MANY, TINY, BETA = 5, 200, 3e-6, 4.0
# Steps and beta. Without a penalty first, since that may have a slip of its own.
PENALISED = (FEW, BETA)
PROBES = [(FEW, 0.0), (MANY, 0.0), PENALISED]
# So many pairs of mistakes are tried in any order of updating.
LIKELY_PAIRS = 400
# With this alpha every order of updating comes within 1 % of the floor in MANY steps.
CALM = 0.02

# What a right answer is told whose penalty acts once an entry.
ENTRY_BY_ENTRY = (
    "Right, with a penalty that acts once for every entry. A loop over all 25 600 entries, 5000 times, takes far too long: "
    "if yours is one, write the matrix form, or borrow it: `matrix_factorization = todo.matrix_factorization.reference`."
)
STOP_OF_ITS_OWN = (
    "Right for data like the faces. But it stops by a rule of its own, such as an error below a fixed number: where all "
    "numbers are small that is true from the start. No stop was asked for."
)


def _descends(came, call, R, P, Q, K, *settings):
    """Small steps lead where those of the reference lead, in any order of updating, and a long run ends near the floor."""
    found = _small_steps(call, R, P, Q)
    if isinstance(found, check.Finding):
        return found
    changed = _defaults(call.answer)
    return _long_run(call, R, P, Q) or (check.Finding("", changed) if changed else found or _stop(call, R, P, Q))


def _run(call, R, P, Q, steps, alpha=TINY, beta=0.0):
    return call(R, P, Q, P.shape[1], steps=steps, alpha=alpha, beta=beta)


class _Walk:
    """Where an answer takes the factors from one start: `came`, a pair (P, Q) for each probe."""

    def __init__(self, call, R, P, Q):
        self.call, self.R, self.start = call, R, (P, Q)
        self.came = {(steps, beta): self.run(steps, beta=beta) for steps, beta in PROBES}

    def run(self, steps, alpha=TINY, beta=0.0):
        return _run(self.call, self.R, *self.start, steps, alpha, beta)

    def follows(self, way, probe, part, per_entry=False, within=0.01):
        """Whether a known way takes a factor to the same place, up to a share `within` of the way there.

        per_entry: with a penalty once for every entry of R.
        """
        (steps, beta), K = probe, self.start[0].shape[1]
        beta *= self.R.shape[1 - part] if per_entry else 1
        its = outcome(way, (), (self.R, *self.start, K, steps, TINY, beta)).value
        fits = isinstance(its, tuple) and np.shape(its[part]) == self.start[part].shape
        return fits and _small(self.came[probe][part] - its[part], its[part] - self.start[part], within)


def _small_steps(call, R, P, Q, two=True):
    """What is wrong with where the factors go in small steps, or a remark where the penalty acts once an entry.

    two: whether two known mistakes at once are looked for.
    """
    reference, walk = factorise.matrix_factorization, _Walk(call, R, P, Q)
    off = [(probe, part) for probe in PROBES for part in (0, 1) if not walk.follows(reference, probe, part)]
    if not off:
        return None
    if off == [(PENALISED, 0), (PENALISED, 1)] and all(
        walk.follows(reference, *place, per_entry=True) for place in off
    ):
        return ENTRY_BY_ENTRY
    (steps, beta), part = off[0]
    start, right = walk.start[part], _Walk(reference, R, P, Q).came
    shares = {probe: _share(walk.came[probe][part] - start, right[probe][part] - start) for probe in PROBES}
    went = f"{'PQ'[part]} went {shares[steps, beta]:.3g} times as far as it should"
    words = f"In {steps} steps with alpha = {TINY:g} and beta = {beta:g}, {went}."
    keys = _known_mistake(walk, off, two) or _signs(walk, shares)
    return check.Finding(words, _with_a_second(keys, walk))


def _known_mistake(walk, off, two):
    """The keys of the one or two known mistakes that take the factors that are off where the answer takes them, or ()."""
    exercise, half = walk.call.exercise, ()
    pairs = itertools.islice(exercise.known.pairs(walk.call.outcome(exercise.cases[0])), LIKELY_PAIRS if two else 0)

    def fits(way, parts, probes, per_entry=False):
        # After a few steps the order of updating hardly shows.
        exactly = {probe: 0.01 if probe[0] == MANY else 0.003 for probe in probes}
        return all(walk.follows(way, probe, part, per_entry, exactly[probe]) for probe in probes for part in parts)

    for candidates in (exercise.known.singles, pairs):
        without_penalty = []
        for keys, source in candidates:
            way = None if source in exercise.known.wrapped else mistakes.compiled(source)
            parts = {part for _, part in off} if len(keys) == 1 else {0, 1}
            if way and fits(way, parts, PROBES[:-1]):
                if fits(way, parts, [PENALISED]):
                    return keys
                without_penalty.append((keys, way))
        for keys, way in without_penalty:
            if fits(way, {0, 1}, [PENALISED], per_entry=True):
                return keys
        half = half or next((keys for keys, _ in without_penalty), ())
    # An answer that is off without a penalty may have a second slip in the penalty.
    return half if off[0][0] != PENALISED else ()


def _with_a_second(keys, walk):
    """The key of the first slip and those of what else is wrong, as far as that can be told beside the first; or ()."""
    call, R, came = walk.call, walk.R, walk.came
    if "own_start" in keys:
        own = _own_start(call, R, *walk.start)
        stays = own and not _own_start(call, R, *own)
        stays = stays and all(np.linalg.matrix_rank(each) == each.shape[1] for each in own)
        second = _small_steps(call, R, *own, two=False) or _long_run(call, R, *own) if stays else None
        keys += second.mistakes if isinstance(second, check.Finding) else ()
    moved = any(map(np.any, came[FEW, 0]))
    if moved and _same(came[FEW, BETA], came[FEW, 0]) and keys not in (("nothing_moves",), ("solved_at_once",)):
        keys += ("ignores_beta",)
    return keys and keys + _defaults(call.answer)


def _own_start(call, R, P, Q):
    """The start that an answer makes for itself, which comes back after no steps, or from steps with alpha = 0; or None."""
    none, still, again = (
        call.outcome((R, P, Q, P.shape[1], steps, alpha, 0.0)).value for steps, alpha in ((0, TINY), (1, 0.0), (2, 0.0))
    )
    rests = compare.unlike(again, (P, Q))[0] is None and compare.close(again, still)
    for start, far in ((none, 0.1), (still, 1e-9 if rests else np.inf)):
        if compare.unlike(start, (P, Q))[0] is None:
            if not all(_small(a - b, b, far) for a, b in zip(start, (P, Q))):
                return start
    return None


def _signs(walk, shares):
    """The key of the surest sign that shows in where an answer leads after a few steps and after many, or ().

    shares: how far it went of the way that it should go, for each probe.
    """
    R, start, few, many = walk.R, walk.start, walk.came[FEW, 0], walk.came[MANY, 0]
    share, pace, fast = shares[FEW, 0], shares[MANY, 0] / shares[FEW, 0], walk.run(FEW, 2 * TINY)
    # Steps of one length, and some more or fewer of them, whatever `steps` is. last: in means of the first few steps.
    last = FEW * _share(few[0] - walk.run(FEW - 1)[0], few[0] - start[0])
    more = (1 / last - 1) * FEW
    counted = abs(more - np.round(more)) < 0.1 and abs(more - (pace / last - 1) * MANY) < 2
    ways = [after - before for after, before in zip(few, start)]
    if _same(few, fast) and _same(few, many) and not _same(few, _run(walk.call, R, start[0][::-1], start[1], FEW)):
        return "ignores_alpha", "ignores_steps"  # a descent with settings of its own, to where it may well have arrived
    ends = _same(few, many)
    touched = [(after != before).any(axis=axis) for after, before in zip(walk.run(1), start) for axis in (0, 1)]
    return _first(
        solved_at_once=max(_error(R, few), _error(R, many)) < 0.5 * _error(R, start),
        own_start=_own_start(walk.call, R, *start),
        one_factor_only=ways[0].any() != ways[1].any(),
        only_a_part_moves=any(each.any() and not each.all() for each in touched),
        ignores_alpha=_same(few, fast)
        or any(_small(a - b, way, 0.1) and not _small(a - c, way, 0.1) for a, b, c, way in zip(few, fast, many, ways)),
        ignores_steps=ends and _same(walk.run(FEW, CALM), walk.run(MANY, CALM)),
        gradient_cut=any(np.ptp(np.abs(way)) < 0.01 * np.max(np.abs(way)) for way in ways),
        skips_entries=_same(few, _run(walk.call, np.where(R > 0, R, R - 1), *start, FEW)),
        ascends=share < 0,
        overflows=not share <= (10 if pace > 1.05 else 2.5),
        stops_early=ends or (pace < 0.95 and _same(many, walk.run(2 * MANY))),
        every_second_round=abs(pace * share - 0.5) < 0.02 and abs(abs(share - 0.5) - 0.1) < 0.02,
        step_shrinks=pace < 0.95 and not counted,
        momentum=pace > 1.05 and not counted,
    )


def _first(**signs):
    return tuple(key for key, seen in signs.items() if seen)[:1]


def _small(difference, way, part=0.01):
    return np.linalg.norm(difference) <= part * np.linalg.norm(way)


def _share(way, right):
    return np.vdot(way, right) / np.vdot(right, right)


def _same(pair, other):
    return all(np.array_equal(a, b, equal_nan=True) for a, b in zip(pair, other))


def _error(R, pair):
    return np.sum((R - pair[0] @ pair[1].T) ** 2)


def _long_run(call, R, P, Q):
    """A long calm run ends near the floor of the truncated SVD."""
    last = _run(call, R, P, Q, MANY, CALM)
    error, floor = _error(R, last), factorise.smallest_error(R, P.shape[1]) ** 2
    if error <= 1.05 * floor:
        return None
    # Where R = P Q^T the first residual is zero, and with only that one nothing but the penalty acts: P just shrinks.
    shrunk, _ = _run(call, P @ Q.T, P, Q, MANY, CALM, 1.0)
    keys = _first(
        overflows=not compare.finite(last),
        stops_early=_same(last, _run(call, R, P, Q, 2 * MANY, CALM)),
        residual_before_loop=_small(shrunk - _share(shrunk, P) * P, shrunk),
    )
    return check.Finding(
        f"The squared error is {error:.4g} after {MANY} steps of {CALM}, and could be {floor:.4g}.", keys
    )


def _stop(call, R, P, Q):
    """A remark on a stop at a small error, which the same data in small numbers meet at once."""
    small = 1e-6 * R, 1e-3 * P, 1e-3 * Q
    return STOP_OF_ITS_OWN if _same(_run(call, *small, 2, CALM), _run(call, *small, FEW, CALM)) else None


def _defaults(answer):
    """The key if a default is another than in the line that was given, or (); `check` tells where there is none."""
    given = inspect.signature(factorise.matrix_factorization).parameters
    try:
        own = inspect.signature(answer).parameters
    except ValueError:
        return ()  # not written in Python
    pairs = [(own[name].default, given[name].default) for name in given if name in own]
    changed = any(its is not inspect.Parameter.empty and its != right for its, right in pairs)
    return ("defaults_changed",) if changed else ()


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
    cases=[(*start, start[1].shape[1], 4, 0.03, 0.1) for start in STARTS],
    law=_descends,
    without="R = R",  # what is taken off the data is seen in small steps as well, as `biases`
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
        skips_entries: E = R - P @ Q.T -> E = np.where(R > 0, R - P @ Q.T, 0)
            Only positive entries count, as where 0 means unknown (`if R[i][j] > 0`). Here all are known, negative ones too.
        ascends: {+ alpha -> - alpha|E = R - P @ Q.T -> E = P @ Q.T - R}
            That is uphill, or the wrong way for one factor. With E = R - P Q^T add the step: P + alpha (2 E Q - beta P).
        factor_two: 2 * E -> E
        residual_before_loop: for _ in range(steps):\n        E = R - P @ Q.T -> E = R - P @ Q.T\n    for _ in range(steps):
            The residual E is not computed anew in every step, and later steps follow an old one. It belongs in the loop.
        one_step_only: range(steps) -> range(1)
            It takes one step only. Is `return` in the loop, does each step start anew, or does a rule of its own stop it?
        one_step_too_few: range(steps) -> range(steps - 1)
        transposed: {1} -> ({1}).T
            Q comes back transposed: it should be (M, K), as it went in. If you keep a transposed Q, return its `.T`.
        penalty_sign: - beta -> + beta
        ignores_beta: beta -> 0.0
        penalty_on_one_factor: - beta * {P|Q} ->
            Only one of the two factors feels the penalty: both updates hold a term with `beta`.
        penalty_without_alpha: alpha * (2 * E @ Q - beta * P) -> alpha * 2 * E @ Q - beta * P ;; alpha * (2 * E.T @ P - beta * Q) -> alpha * 2 * E.T @ P - beta * Q
            The penalty is not multiplied by alpha, but the step is alpha times the whole gradient: put it in a bracket.
        one_factor_only: {P = P + alpha * (2 * E @ Q - beta * P)|Q = Q + alpha * (2 * E.T @ P - beta * Q)} -> pass
            Both factors have to be updated in every step, and both returned.
        ignores_alpha: alpha -> {0.002|0.01|0.001|0.0002}
            The step size should be the one asked for: multiply both updates by `alpha`.
        penalty_halved: - beta * -> - (beta / 2) *
        step_shrinks: E = R - P @ Q.T -> E = R - P @ Q.T\n        alpha = {0.99 * alpha|alpha / 2}
            | - beta * Q)\n -> - beta * Q)\n        alpha = alpha / 2\n
            The steps become smaller, so that it comes to rest before it has arrived. Leave `alpha` as it was given.
        penalty_doubled: - beta * -> - (2 * beta) *
        changes_arguments: P = P + -> P += ;; Q = Q + -> Q +=
        averaged: E = R - P @ Q.T -> E = (R - P @ Q.T) / {R.size|len(R)}
        gradient_cut: (2 * E @ Q - beta * P) -> np.clip(2 * E @ Q - beta * P, -1, 1) ;; (2 * E.T @ P - beta * Q) -> np.clip(2 * E.T @ P - beta * Q, -1, 1)
            | E = R - P @ Q.T -> E = np.sign(R - P @ Q.T)
            The gradient is cut, scaled, or replaced by its sign, as in Adam. Each entry moves by alpha times its slope.
        twice_as_far: {2 * E -> 4 * E|alpha * -> 2 * alpha *}
            A step, or the error's part of it, is twice as long as it should be. Is the 2 there twice, or one loop too many around it?
        ignores_steps: range(steps) -> range(100)
        only_a_part_moves: for _ -> given = P, Q\n    for _ ;; - beta * Q)\n -> - beta * Q)\n        {P[:, 0], Q[:, 0] = given[0][:, 0], given[1][:, 0]|P[:, -1], Q[:, -1] = given[0][:, -1], given[1][:, -1]}\n
            Only some rows or columns of P and Q move in a step. The whole residual counts, and moves every entry.
        stops_early: range(steps) -> range(min(steps, 50))
            It stops, or keeps an earlier pair, with a way still to go. No stop was asked for: go exactly `steps` rounds.
        every_second_round:
            Each factor moves in every second round only. One step moves both of them, and there are `steps` of these.
        momentum:
            The steps grow, as with momentum or a rising alpha. Here a step is alpha times its own gradient, no more.
        scaled_to_length_one: - beta * Q)\n -> - beta * Q)\n        {P = P / np.linalg.norm(P|Q = Q / np.linalg.norm(Q}, axis=0)\n
            The columns are scaled to length 1, and that changes P Q^T. Only the two updates should change P and Q.
        solved_at_once:
            That solves for the factors, by least squares or the SVD. Here they go downhill by `steps` steps of `alpha`.
        biases: E = R - P @ Q.T -> E = R - R.mean({|axis=1, keepdims=True|axis=0}) - P @ Q.T
            A mean, or a bias for each row and column, is taken off the data. Here the model is P Q^T alone.
        clipped: - beta * Q)\n -> - beta * Q)\n        {P = np.maximum(P|Q = np.maximum(Q|P, Q = np.maximum(P, 0), np.maximum(Q}, 0)\n
            Negative entries are cut off at zero. Here they may have either sign; notebook 4 is about those that may not.
        returns_the_product: return P, Q -> return P @ Q.T
        one_step_too_many: range(steps) -> range(steps + 1)
        defaults_changed:
            The cells below count on the first line as it was given: `steps=500, alpha=0.002, beta=0.02`.
        swapped: {} -> ({})[::-1]
        overflows:
            The steps are far too long: a step is alpha times the gradient. Is something summed twice, or multiplied again?
        nothing_moves: range(steps) -> range(0)
            Is the loop run at all, or ended at once by a rule of its own, and does what it computes go back into P and Q?
        error_times_beta: (2 * E @ Q - beta * P) -> (2 * beta * E @ Q) ;; (2 * E.T @ P - beta * Q) -> (2 * beta * E.T @ P)
            beta stands before the error, so that with beta = 0 nothing moves. It weighs the penalty alone: 2 E Q - beta P.
        own_start: for _ -> P, Q = 0 * P, 0 * Q\n    for _
            With alpha = 0 the P and Q given should come back, and do not. Begin with them; only the updates change them.
        shapes_do_not_fit: 2 * E{ @ Q - beta * P -> 2 * E @ Q - beta * Q|.T @ P - beta * Q -> 2 * E.T @ P - beta * P}
            A factor and what moves it have different shapes: P (N, K) moves by 2 E Q - beta P, and Q (M, K) by 2 E^T P - beta Q.
        step_alone: P = P + alpha -> P = alpha ;; Q = Q + alpha -> Q = alpha
            | P, Q = P + alpha * (2 * E @ Q - beta * P), Q + alpha -> P, Q = alpha * (2 * E @ Q - beta * P), alpha
            That is the step alone. Add it to the factor: P + alpha (2 E Q - beta P).
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
