"""Notebook 4, non-negative factorisation: the exercises, and the mistakes known for each."""

import functools
from dataclasses import replace

import numpy as np

from lessons import answers, check, compare, factorise, predict, show
from lessons.exercises import multiplicative
from lessons.exercises.multiplicative import loss, repeat, with_zeros

_rng = np.random.default_rng(41)


gradient_codes = check.Exercise(
    factorise.gradient_codes,
    number="4.1",
    title="the gradient for the codes",
    minutes=5,
    returns="how fast ||X - D A||_F^2 grows with each entry of A",
    hints="""
        - The squared norm is multiplied out above: one term has no A, one has it once, one has it twice. Differentiate
          each by itself with the two rules.
        - The term with A once is -2 tr(X^T D A) = tr(B^T A) with B = -2 D^T X, so its gradient is B, (k, n) like A. The
          term with A twice is tr(A^T H A): which H is that, and is it symmetric?
        - `return -2 * D.T @ X + ...`, where `...` is 2 H A
    """,
    cases=[
        (np.array([[1.0, 2], [3, 0], [5, 4]]), np.array([[1.0], [2], [0]]), np.array([[1.0, 3]])),
        # All sizes equal, so that a forgotten transpose gives numbers instead of an error.
        (np.array([[1.0, 2], [3, 4]]), np.array([[1.0, 2], [0, 1]]), np.array([[1.0, 0], [2, 1]])),
        (np.array([[1.0, 2, 0], [3, 4, 1]]), np.array([[1.0, 2], [0, 1]]), np.array([[1.0, 0, 1], [2, 1, 0]])),
        (_rng.normal(size=(6, 4)), _rng.normal(size=(6, 3)), _rng.normal(size=(3, 4))),
        (100 * _rng.random((3, 7)), _rng.random((3, 5)), _rng.random((5, 7))),
    ],
    ways=["2 * D.T @ (D @ A - X)"],
    mistakes="""
        without_the_two: {} -> ({}) / 2
            The factor 2 is missing: u^2 has the slope 2 u, times the slope of u.
        wrong_sign: {} -> -({})
            The sign is turned round: this points downhill. The gradient points uphill, and a descent subtracts it.
        no_transpose: D.T @ X + 2 * D.T -> D @ X + 2 * D
            | + 2 * D.T @ D @ A -> + 2 * D @ A
            | -2 * D.T @ X -> -2 * D @ X
            D stands where D^T belongs, in one term or in both: X is (d, n), and only a (k, d) matrix makes it (k, n).
        residual_times_dictionary: 2 * D.T @ (D @ A - X) -> 2 * (D @ A - X) @ D
            The residual (d, n) has D on the wrong side: only D^T, from the left, makes a (k, n) matrix of it.
        only_the_data_term: + 2 * D.T @ D @ A ->
            That is the term with X alone. tr(A^T D^T D A) depends on A as well and gives the second term.
        only_the_model_term: -2 * D.T @ X + ->
            That is the term without X alone. -2 tr(X^T D A) depends on A as well and gives the other term.
        square_counted_once: 2 * D.T @ D -> D.T @ D
            In tr(A^T D^T D A) the codes stand twice, so its gradient is 2 D^T D A: the 2 belongs to both terms.
        cross_term_counted_once: 2 * D.T @ X -> D.T @ X
            The product is multiplied out into two mixed terms, and they are equal: together they give -2 D^T X.
        mean_over_samples: {} -> ({}) / {X.shape[1]|X.shape[0]|X.size}
            That is divided by a count, as for a mean over samples or entries. Return the gradient of the plain ||X - D A||_F^2.
        gradient_of_the_dictionary: 2 * D.T @ (D @ A - X) -> 2 * (D @ A - X) @ A.T
            That is the gradient for the dictionary D. Here D is fixed and the codes A move: the result has A's shape.
        transposed_gradient: {} -> ({}).T
            The result is transposed: a gradient has the shape of what it is the gradient for, here (k, n) as A.
        plain_residual: D.T @ (D @ A - X) -> (D @ A - X)
            That is the residual alone, (d, n). The chain rule brings D^T in front of it, which makes it (k, n).
        model_term_doubled: 2 * D.T @ D -> 4 * D.T @ D
            The term with D^T D is twice as large as it should be: A stands twice in tr(A^T H A), and that makes 2 H A.
        data_transposed: {D.T @ X -> D.T @ X.T|A - X) -> A - X.T)}
            X is turned round. It fits as it is: D^T is (k, d), and X is (d, n).
        gram_forgotten: D.T @ D @ A -> A
            D^T D is missing before the codes: it says how the atoms overlap and how long they are.
        each_atom_alone: D.T @ D @ A -> np.diag(np.diag(D.T @ D)) @ A
            Only the diagonal of D^T D is there, as if the atoms did not overlap. The whole (k, k) matrix counts.
        outer_gram: D.T @ D @ A -> D @ D.T @ A
            D D^T is (d, d) and does not fit: the term with A twice gives 2 H A with H = D^T D, (k, k).
        both_terms_added: return -2 -> return 2
            | D @ A - X -> D @ A + X
            Both terms come with a plus. X is subtracted in X - D A, so the term with X has a minus.
        both_terms_subtracted: X + -> X -
            Both terms come with a minus. D A stands twice in the square, so the term with D^T D A has a plus.
        with_a_penalty: {} -> {} + {A|2 * A|0.1 * A|0.02 * A|0.01 * A}
        zero_means_missing: (D @ A - X) -> ((D @ A - X) * (X != 0))
        only_positive_counts: (D @ A - X) -> ((D @ A - X) * (X > 0))
        still_squared: 2 * D.T @ (D @ A - X) -> {2|-2} * D.T @ (D @ A - X) ** 2
        term_left_out: D.T @ (D @ A - X) -> D[{:-1].T @ (D @ A - X)[:-1]|1:].T @ (D @ A - X)[1:]}
        overwritten: D.T @ (D @ A - X) -> D[{-1:].T @ (D @ A - X)[-1:]|:1].T @ (D @ A - X)[:1]}
            Only one term of each sum is kept. A loop adds up with `+=` and not `=`, and `return` stands behind its end.
        signs_of_the_residual: (D @ A - X) -> np.sign(D @ A - X)
            That takes the signs of the residual, as for absolute errors. The slope of a square grows with the error.
        of_the_norm: {} -> ({}) / {|2 / }np.linalg.norm(X - D @ A)
            That is the gradient of the norm. Here the norm is squared, which leaves no root to differentiate.
        already_a_step: {} -> A - {0.01 * |0.1 * |0.001 * ||0.05 * |0.005 * |0.5 * |0.002 * |0.0005 * }({})
            That is already a step downhill. Return the gradient itself, which a step is then made of.
        only_where_codes_are: {} -> ({}) * {(A > 0)|A}
            The slope was multiplied by the code, or set to 0 where the code is 0. A code of 0 has a slope like any other.
        the_loss: ... -> {np.sum((X - D @ A) ** 2)|np.linalg.norm(X - D @ A)}
            That is the loss, one number. Its gradient has a slope for each entry of A.
        both_gradients: {} -> {}, 2 * (D @ A - X) @ A.T
            | {} -> 2 * (D @ A - X) @ A.T, {}
            Return the gradient for the codes A alone: D is fixed here.
        pair_of_terms: ... -> -2 * D.T @ X, 2 * D.T @ D @ A
            Those are the two terms. The gradient is their sum, one array.
        ratio_of_the_terms: ... -> {|A * }(D.T @ X) / (D.T @ D @ A)
            | ... -> (D.T @ D @ A) / (D.T @ X)
            That is a ratio, as in a multiplicative step. In the gradient the two terms are added, with their signs.
    """,
)


STEP_CASES = [
    (
        np.array([[1.0, 2, 0, 3], [4, 0, 5, 1], [2, 2, 1, 0]]),
        np.array([[1.0, 2], [2, 1], [1, 1]]),
        np.array([[1.0, 0.5], [2, 1], [1, 3], [0.5, 1]]),
    ),
    (10 * _rng.random((5, 9)), 0.1 + _rng.random((5, 3)), 0.1 + _rng.random((9, 3))),
    (255 * _rng.random((8, 4)), 0.1 + _rng.random((8, 2)), 0.1 + _rng.random((4, 2))),
]

_R, _P, _Q = STEP_CASES[1]
ZERO_CASES = [
    (_R, with_zeros(_P, rows=[1]), _Q),
    (_R, _P, with_zeros(_Q, rows=[0, 4])),
    (_R, with_zeros(_P, columns=[2]), _Q),
    (_R, _P, with_zeros(_Q, columns=[0])),
    (_R, with_zeros(_P, columns=[1]), with_zeros(_Q, columns=[1])),
    (with_zeros(_R, rows=[3], columns=[2]), _P, _Q),
]

# For a model that every entry is compared with.
_WHOLE_MODEL = r"""
    divergence_with_normalised_factor: P * asked / (given + 1e-12) -> P * ((R / (P @ Q.T)) @ Q) ;; Q = half -> P = P / P.sum(axis=0); Q = half
        These are the updates of the 1999 paper, for the divergence. For the squared error compare R Q with P Q^T Q.
    overwritten: return P * asked / (given + 1e-12) -> P = P.copy()\n        for k in range(P.shape[1]): P[:, k] *= asked[:, k] / (P @ (Q.T @ Q)[:, k] + 1e-12)\n        return P
        A factor is overwritten while the ratios of other entries still need the old one.
    least_squares_clipped: P * asked / (given + 1e-12) -> {np.maximum(asked @ np.linalg.pinv(Q.T @ Q), 0)|_sweep(P.T, Q.T @ Q, asked.T, 1).T}
        That solves for a factor, or for each column in turn (HALS), cut off at zero. Here each entry is multiplied by its ratio.
    one_product_for_both: half(R, P, Q): -> half(R, P, Q, old=None): ;; (P @ Q.T) @ -> (P @ (Q if old is None else old).T) @ ;; P = half -> before = P; P = half ;; Q, P) -> Q, P, before)
        The product P Q^T was computed once, before P changed, and used for both. Q needs the product of the new P.
    zero_means_missing: (P @ Q.T) @ Q -> ((P @ Q.T) * (R != 0)) @ Q
    brackets_missing: / (given + 1e-12) -> / P @ {(Q.T @ Q) + 1e-12|Q.T @ Q|(Q.T @ Q + 1e-12)}
        Without a bracket below the line only P divides, and Q^T and Q multiply. Write `/ (P @ Q.T @ Q + 1e-12)`.
    model_below_the_line: (P @ Q.T) @ Q -> P @ Q.T
        Entry by entry only (N, K) fits P: below the line P Q^T Q, and not P Q^T alone; above it R Q in brackets, or P meets R.
    other_gram_matrix: (P @ Q.T) @ Q -> P @ (P.T @ P)
        The Gram matrix of the wrong factor stands below the line: for P it is Q^T Q, for Q it is P^T P.
    entries_below_the_line: (P @ Q.T) @ Q -> {P * (Q.T @ Q).sum(axis=0)|P * Q.sum(axis=0)|P * np.sum(Q**2, axis=0)|Q.sum(axis=0)}
        Below the line stands a matrix product, P (Q^T Q), and not a sum for each atom alone.
"""
_HALF = """
    def half(R, P, Q):
        asked, given = R @ Q, (P @ Q.T) @ Q
        return P * asked / (given + 1e-12)
"""

multiplicative_step = check.Exercise(
    factorise.multiplicative_step,
    number="4.2",
    title="one multiplicative update of both factors",
    minutes=9,
    core=True,
    returns="first P and then Q, each entry multiplied by its own ratio of what the data ask for to what the model gives",
    hints="""
        - Transpose the update of A: with P = A^T, Q = D and R = X^T, what do D^T X and D^T D A become? For Q it is the
          same update on the transposed problem: swap the roles of P and Q and turn R round.
        - P_ij <- P_ij (R Q)_ij / (P Q^T Q)_ij, entry by entry with `*` and `/`; `@` is the matrix product, and R @ Q is
          (N, K) like P. Q has the same update with R^T, the new P and itself. Something tiny keeps 0 / 0 from being
          NaN.
        - `P = P * (R @ Q) / (... + 1e-12)`, then the same line for `Q`, with the new `P`: `Q = ...`, then return both
    """,
    cases=STEP_CASES,
    edges=ZERO_CASES,
    law=multiplicative.one_step,
    ways=[
        _HALF + "    P = half(R, P, Q)\n    Q = half(R.T, Q, P)\n    return P, Q",
        _HALF + "    Q = half(R.T, Q, P)\n    P = half(R, P, Q)\n    return P, Q",
    ],
    mistakes=(
        multiplicative.MISTAKES,
        multiplicative.IN_ONE_STEP,
        _WHOLE_MODEL,
        """
        several_steps: return P, Q -> P = half(R, P, Q); Q = half(R.T, Q, P); return P, Q
            | P = half -> P = half(R, P, Q); P = half
            | Q = half -> Q = half(R.T, Q, P); Q = half
        """,
    ),
)


# Changes a little below and above the tolerance, up and down, of losses large and small.
LOSSES = [
    (100.0, 99.0),
    (100.0, 99.9995),
    (2.0, 2.0),
    (1e-6, 5e-7),
    (1e8, 1e8 - 100),
    (1e8, 1e8 + 100),
    (1.0, 1.5),
    (1.0, 3.5),
    (1e8, 1e8 + 0.5),
    (1e-6, 2e-6),
    (100.0, 98.0, 0.1),
    (100.0, 99.9995, 1e-8),
    (3e-10, 1e-10),
    (1.0, 1.0005, 0.03),
    (1.0, 1e-6, 0.5),
    *((size, size * (1 + sign * off * 1e-4)) for size in (5.0, 3e7, 1e-3) for sign in (1, -1) for off in (0.92, 1.08)),
    *((size, size * (1 + off * 1e-4)) for size in (5.0, 3e7, 1e-3) for off in (1.5, 4, 30, 300)),
    *((40.0, 40 * (1 + sign * off * 1e-6), 1e-6) for sign in (1, -1) for off in (0.92, 1.08)),
    *((0.3, 0.3 * (1 + sign * off * 1e-2), 1e-2) for sign in (1, -1) for off in (0.9, 1.1)),
]
# numpy's zeros divide to NaN, python's raise: a loss can be either.
LOSSES_OF_ZERO = [(np.float64(1.0), np.float64(0.0)), (np.float64(0.0), np.float64(0.0)), (0.0, 0.0), (0.0, 1.0)]

has_settled = check.Exercise(
    factorise.has_settled,
    number="4.3",
    title="when to stop",
    minutes=4,
    returns="whether the loss changed, up or down, by no more than `tolerance` times the loss",
    hints="""
        - A change of 1 is nothing to a loss of a million and everything to a loss of 2. Compare the size of the change
          with the size of the loss.
        - |previous - new| is the change, and |previous - new| / previous its share of the loss. Do not divide: a loss
          that stays at 0 has settled. What does the change have to be compared with instead?
        - `return abs(previous_loss - loss) <= ...`
    """,
    cases=LOSSES,
    edges=LOSSES_OF_ZERO,
    ways=[
        "abs(previous_loss - loss) <= tolerance * previous_loss",
    ],
    mistakes="""
        absolute_change: * min(previous_loss, loss) ->
            That is the change itself. What is small depends on the loss: compare it with the tolerance times the loss.
        signed_change: abs ->
            A loss that rises makes this difference negative, which passes as small. Take its size, `abs`.
        signed_the_other_way: abs(previous_loss - loss) -> loss - previous_loss
            A loss that falls makes this difference negative, however fast it falls. Take its size, `abs`.
        division_by_zero: ... -> abs(previous_loss - loss) / {previous_loss <=|previous_loss <|loss <|max(previous_loss, loss) <} tolerance
            From 0 to 0 this divides by zero, but that has settled. Multiply the tolerance by the loss instead.
        strict_at_zero: <= -> <
            | {} -> bool(previous_loss) and {}
            From 0 to 0 this says False, as 0 < 0 and a comparison with NaN (0 / 0) are, but that has settled. Let the change be
            `<=` the tolerance times the loss.
        the_other_way_round: <= -> {>|>=}
            That is true while the loss still moves. It should be true once the change is small.
        ignores_tolerance: tolerance -> 1e-{4|6|3|5|2|7|8}
            It does not use the tolerance it is given. The 1e-4 is only what it is when the caller gives none.
        small_loss: ... -> loss < tolerance
            That asks whether the loss is small. A loss can settle far above zero: ask whether its change is small.
        never_rises: ... -> loss >= previous_loss
            That asks whether the loss has stopped falling. A loss that still falls a little has settled too.
        ratio_of_losses: abs(previous_loss - loss) -> loss
            A loss, a ratio or a sum of losses is compared, which stays when nothing changes. Compare their difference.
        another_default: ^ -> tolerance = 1e-{3|6|5} if tolerance == 1e-4 else tolerance
            The default of the tolerance was changed. It is 1e-4, as in the first line of the cell.
        another_power: abs(previous_loss - loss) <= -> abs(previous_loss - loss) ** {2|0.5} <=
            | <= tolerance * -> <= tolerance ** {2|0.5} *
            | ... -> abs(previous_loss - loss) <= tolerance ** 0.5 * {loss|max(previous_loss, loss)}
            A square or a root of the change or the tolerance is taken, and then it means another share. Take both as they are.
        absolute_too: {} -> {} or abs(previous_loss - loss) < {1e-8|1e-9|1e-6|tolerance}
            | {} -> {} and abs(previous_loss - loss) < tolerance
            | * previous_loss -> * {max(previous_loss, loss, 1)|(previous_loss + 1)}
            | ... -> np.isclose(previous_loss, {loss, rtol=tolerance|loss, atol=tolerance|loss})
            The change counts as it stands as well, as in `np.isclose` without `atol=0`. What is small depends on the loss.
        tolerance_scaled: <= tolerance * -> <= {10|0.1|100|0.01|2|0.5} * tolerance *
            | ... -> abs(previous_loss - loss) <= {previous_loss|loss} / tolerance
            | ^ -> previous_loss, loss = previous_loss**0.5, loss**0.5
            The change is compared with more, or less, than the tolerance times the loss.
            Is there a factor too many, a sum of both losses, or a square or root of them?
        exact_equality: ... -> previous_loss == loss
            That asks whether the loss stays the same to the last digit. A change small beside the loss counts too.
        the_change_itself: ... -> abs(previous_loss - loss){| / previous_loss}
            | ... -> previous_loss - loss
            That is the change. Say whether it is small: compare it, and return True or False.
        whole_division: ... -> abs(previous_loss - loss) // {previous_loss|(previous_loss + 1e-12)} <= tolerance
            `//` cuts the quotient down to a whole number, so that every change smaller than the loss counts as none.
        always_the_same: ... -> {True|False}
            It gives the same answer to every question.
        settled_at_zero: {} -> {previous_loss|loss} == 0 or {}
            From 0 to anything else, or to 0 from anything else, a loss has not settled: it has to stay at 0.
        only_rises: tolerance * -> (loss {>=|<=} previous_loss) * tolerance *
            That is true for a small change in one direction only. A loss has settled that falls or rises a little.
    """,
)


def _mixture(N, M, K, noise, seed):
    """A non-negative R (N, M) of nearly rank K with entries from 0 to 1, and a random start P, Q."""
    rng = np.random.default_rng(seed)
    R = rng.random((N, K)) ** 2 @ rng.random((K, M)) ** 2 + noise * rng.random((N, M))
    R[0, 0] = 0  # a number like any other
    return R / R.max(), rng.random((N, K)), rng.random((M, K))


STEPS = multiplicative.either_order(factorise.multiplicative_step)
# Small matrices of large values, on which the loss falls by more than 5 % in each of the first steps.
SHORT_RUNS = 3, 6
LONG_RUN = 400
UPDATE_CASES = [
    (scale * R, P, Q) for scale, (R, P, Q) in [(300, _mixture(12, 9, 3, 0.05, 39)), (5000, _mixture(8, 13, 2, 0.05, 8))]
]
# From here a step changes the loss by less than a millionth, and yet some thousand of them change the factors.
_R, _P, _Q = _mixture(9, 7, 2, 0.3, 5)
SETTLED = (_R, *repeat(factorise.multiplicative_step, 150, _R, _P, _Q)[-1])
MOST_STEPS = 600
LARGE_RUN = 470
LARGE_CASE = _mixture(60, 100, 3, 0.02, 2)


def _whole_run(came, run, R, P, Q, steps):
    """Steps of 4.2 from the start given: all of them while the loss falls fast, none or few where it has settled."""
    paths = [repeat(step, steps + 1, R, P, Q) for step in STEPS]
    taken = _steps_taken(came, paths, (P, Q))
    if taken == steps:
        last = steps == SHORT_RUNS[-1] and R.shape == UPDATE_CASES[-1][0].shape
        return _rule_to_stop(run, R, P, Q, steps, taken) if last else None
    if taken is None and min(part.min() for part in came) < 0:
        return check.Finding(f"The smallest entry is {min(part.min() for part in came):.3g}.", ("signed_factors",))
    more = run(R, P, Q, steps + 3)
    if taken is not None:
        taken_more = _steps_taken(more, [repeat(step, steps + 4, R, P, Q) for step in STEPS], (P, Q))
        known = {steps - 1: "pair_before_last", steps + 1: "one_step_too_many"} if taken_more == taken + 3 else {}
        early = "stops_at_once" if taken < 2 else "stops_too_early"
        key = known.get(taken) or (early if taken < steps and taken_more == taken else None)
        rule = _rule_to_stop(run, R, P, Q, steps, taken) if taken in known else None
        further = rule.mistakes if isinstance(rule, check.Finding) else ()
        words = f"Asked for {steps} steps it took {taken}{', and the loss was still falling fast' * (taken < steps)}."
        return check.Finding(words, (key,) * bool(key), further=further)
    if any(compare.close(part, start, (P, Q)) for part, start in zip(came, (P, Q))):
        return check.Finding("One of the factors came back as it was.", ("one_factor_only",))
    if _ignores_the_start(run, R, P, Q, steps):
        keys = ("start_of_its_own", *_from_its_own_start(came, run, R, P, Q, steps))
        return check.Finding("The result does not follow from the P and Q given.", tuple(dict.fromkeys(keys)))
    if compare.close(came, more, (P, Q)):
        return check.Finding(
            f"It returned the same for steps = {steps} and for steps = {steps + 3}.",
            ("ignores_steps",),
            further=("not_relative",) * _stops_in_small_numbers(run, R, P, Q, steps, steps),
        )
    return check.Finding(f"The result is not what {steps} multiplicative steps make of the start.")


def _rule_to_stop(run, R, P, Q, steps, taken):
    """What is wrong with when an answer stops that, asked for some steps, has taken so many; or a remark, or None."""
    later, fixed = _later(run, R, P, Q), _stops_in_small_numbers(run, R, P, Q, steps, taken)
    if isinstance(later, check.Finding):
        return later
    never = _stops(run, fixed)
    if never or later:
        return replace(never, mistakes=("not_relative",)) if never and fixed else never or later
    spreads = not compare.finite(run.outcome((with_zeros(_R, rows=[1]), with_zeros(_P, rows=[1]), _Q, steps)).value)
    but = fixed * run.exercise.sentence("not_relative") or spreads * multiplicative_step.sentence("nan_on_zeros")
    return but and f"Right for these numbers, but not for all. {but}"


def _from_its_own_start(came, run, R, P, Q, steps):
    """The keys of what else is wrong with an answer that makes a start of its own, which comes back after no steps; or ()."""
    if compare.close(came, run(R, P, Q, steps + 3)):
        return ("ignores_steps",)
    start = run.outcome((R, P, Q, 0)).value
    if compare.unlike(start, (P, Q))[0] is not None or compare.close(start, (P, Q)):
        return ()
    again = run.outcome((R, *start, 0)).value  # the same, unless it changes the start given rather than making one
    if compare.unlike(again, start)[0] is not None or not compare.close(start, again):
        return ()
    found = _whole_run(came, run, R, *start, steps)
    return found.mistakes if isinstance(found, check.Finding) else ()


def _stops_in_small_numbers(run, R, P, Q, steps, taken):
    """Whether the rule looks at the loss as it stands, or at its change: then it stops at once where the numbers are small.

    taken: how many steps it takes otherwise when asked for `steps`.
    """
    scale = 1e-4 / R.max()
    start = scale**0.5 * P, scale**0.5 * Q
    early = [repeat(step, taken - 1, scale * R, *start) for step in STEPS]
    return _steps_taken(run(scale * R, *start, steps), early, start) is not None


def _later(run, R, P, Q):
    """A long run ends where little is left to gain; a rule that stops too early for a larger matrix is told what it costs."""
    P, Q = run(R, P, Q, LONG_RUN)
    fall = 1 - loss(R, *factorise.multiplicative_step(R, P, Q)) / loss(R, P, Q)
    if fall > 0.01:
        words = f"With steps = {LONG_RUN}, one step more would still lower the loss by {fall:.0%}."
        return check.Finding(words, ("stops_too_early",))
    R, P, Q = LARGE_CASE
    P, Q = run(R, P, Q, LARGE_RUN)
    reached, possible = factorise.relative_error(R, P, Q.T), _possible()
    if reached <= 1.002 * possible:
        return None
    return (
        f"Right, and see what your stopping rule costs: on a {R.shape[0]} x {R.shape[1]} matrix with entries from 0 to 1 "
        f"it ends at a relative error of {reached:.4f}, where a tolerance of 1e-6 reaches {possible:.4f}. Too large a "
        "tolerance does that, and so does a change divided by the number of entries: it looks small when a matrix is large."
    )


@functools.cache
def _possible():
    """The relative error that a tolerance of 1e-6 reaches on the large case."""
    P, Q = factorise.mf_multiplicative_update(*LARGE_CASE, LARGE_RUN)
    return factorise.relative_error(LARGE_CASE[0], P, Q.T)


@functools.cache
def _at_rest():
    """A start from which a step changes the loss by less than 1e-8 of it, and the sum of the residual by much more."""
    R, P, Q = _mixture(12, 9, 3, 0.3, 2)
    return R, *repeat(factorise.multiplicative_step, 6000, R, P, Q)[-1]


@functools.cache
def _for_good():
    """A start of one atom, from which nothing moves any more."""
    R, P, Q = _mixture(4, 3, 1, 0.3, 2)
    return R, *repeat(factorise.multiplicative_step, 300, R, P, Q)[-1]


@functools.cache
def _on_and_on():
    """Where all steps lead from the settled start, whichever factor goes first."""
    return [repeat(step, MOST_STEPS, *SETTLED)[-1] for step in STEPS]


class _Counted(np.ndarray):
    """An array that counts the matrix products that it takes part in, and otherwise is the array it was made from."""

    products = 0

    def __array_ufunc__(self, ufunc, method, *inputs, **kwargs):
        _Counted.products += ufunc is np.matmul
        return getattr(ufunc, method)(*map(np.asarray, inputs), **kwargs)


def _stops(run, fixed):
    """A rule has to stop where the loss has settled; an answer without one goes on, and may. fixed: whether it is seen to stop."""
    # Without any rule a hundred steps take more products than a few, even where nothing moves. Other products are not counted.
    few, more = (_products(run, *UPDATE_CASES[-1], SHORT_RUNS[-1] + further) for further in (0, 3))
    rests = _products(run, *_for_good(), 100) < few
    if not (fixed or rests or answers.has_a_rule(run.answer)):
        return None

    if few:
        all_of_them = few + (more - few) / 3 * (MOST_STEPS - SHORT_RUNS[-1])
        goes_on = any(_products(run, *start, MOST_STEPS) >= all_of_them for start in (SETTLED, _at_rest()))
    else:
        goes_on = any(compare.close(run(*SETTLED, MOST_STEPS), pair) for pair in _on_and_on())
    return check.Finding("", ("never_stops",)) if goes_on else None


def _products(run, R, P, Q, steps):
    """How many matrix products an answer makes."""
    _Counted.products = 0
    run.outcome((R.view(_Counted), P, Q, steps))
    return _Counted.products


def _steps_taken(pair, paths, start):
    """How many steps lead from the start to this pair, whichever factor goes first, or None."""
    for path in paths:
        for number, there in enumerate(path):
            if compare.close(pair, there, start):
                return number
    return None


def _ignores_the_start(run, R, P, Q, steps):
    starts = (P, Q), (P[::-1] + 1, Q), (P, Q[::-1] + 1)
    again, (first, *others) = run.anew(R, P, Q, steps), [run(R, *start, steps) for start in starts]
    return not compare.close(first, again) or any(compare.close(first, other) for other in others)


mf_multiplicative_update = check.Exercise(
    factorise.mf_multiplicative_update,
    number="4.4",
    title="the whole factorisation",
    minutes=7,
    core=True,
    returns="the pair (P, Q) after multiplicative steps from the start given, `steps` of them or until the loss has settled",
    hints="""
        - Take multiplicative steps in a loop. After each, compare the loss with the one before; when it has settled,
          stop.
        - Keep two losses, the one before the step and the one after it, and ask `has_settled` about the two with the
          tolerance 1e-6. Which loss is there before the first step?
        - `loss = np.sum(...)` before the loop; in it `P, Q = ...`, then `previous_loss, loss = loss, ...`, then `if
          has_settled(...): break`; after the loop return both
    """,
    cases=[(*case, steps) for case in UPDATE_CASES for steps in SHORT_RUNS],
    law=_whole_run,
    without="P @ Q.T",  # it stands in the rule to stop alone, where it hardly shows
    ways=[
        _HALF + "    for _ in range(steps):\n        P = half(R, P, Q)\n        Q = half(R.T, Q, P)\n    return P, Q",
        """
            for _ in range(steps):
                Q, P = multiplicative_step(R.T, Q, P)
            return P, Q
        """,
    ],
    mistakes=(
        multiplicative.MISTAKES,
        _WHOLE_MODEL,
        r"""
        Q_not_transposed: np.sum((R - P @ Q.T) -> np.sum((R - P @ Q)
            P Q does not fit: P is (N, K) and Q is (M, K), so that the model is P Q^T. In the loss its `.T` is missing.
        stops_at_once: range(steps) -> range(1)
            | P, Q = mult -> mult
            It stops at once. Is the new pair kept, `P, Q = ...`? Does a `return` stand inside the loop? Is the condition
            to stop true in the first round already: what is the previous loss then?
        never_stops: previous_loss, loss = loss, -> previous_loss, loss = np.inf,
            | previous_loss, loss = loss, np.sum((R - P @ Q.T) ** 2) -> previous_loss, loss = loss, np.sum(R - P @ Q.T) ** 2
            Where the loss hardly changes any more the rule to stop does not come true, or far too late. Is the previous loss
            replaced in every round, and are the errors squared before they are summed, so that the loss cannot cancel?
        stops_too_early: 1e-6 -> 0.05
            The stopping rule gives up while there is much to gain. Stop when the relative change of the loss is tiny.
        not_relative: has_settled(previous_loss, loss, tolerance=1e-6) -> loss < {0.001|0.01|1e-4}
            The rule to stop compares the loss, or its change, with a fixed number: true at once for small numbers, for
            large ones perhaps never. Ask whether the change is small beside the loss, as `has_settled` does.
        pair_before_last: P, Q = mult -> old = P, Q; P, Q = mult ;; return P, Q -> return old
            | range(steps) -> range(steps - 1)
            It is one step behind: the last pair is computed and then dropped, or the loop is one round too short.
        one_step_too_many: range(steps) -> range(steps + 1)
        ignores_steps: range(steps) -> range(100)
            It does not end after `steps` rounds, the most that the caller allows.
        signed_factors: P, Q = multiplicative_step(R, P, Q) -> P = np.linalg.lstsq(Q, R.T, rcond=None)[0].T; Q = np.linalg.lstsq(P, R, rcond=None)[0].T
            A factor has negative entries. Start from the non-negative P and Q given and only multiply, as in 4.2.
        """,
    ),
)


VECTORS = [
    (np.array([3.0, 4.0]),),
    (np.array([0.0, 0, 2, 0]),),
    (np.array([1.0, 1, 1]),),
    (np.array([2.0, -1, 0, 0.5, -0.5]),),
    (np.array([2.0, -1, -1, 0]),),
    (np.array([[0.5, 0.2, 0], [0.1, 0, 0.9]]),),
    (_rng.random((4, 3, 2)) ** 3,),
]
VECTORS_OF_ZERO = [(np.array([0.0, 0, 0]),), (np.zeros((2, 3)),)]

sparseness = check.Exercise(
    factorise.sparseness,
    number="4.5",
    title="how sparse an atom is",
    minutes=5,
    returns="0 when all entries have the same size, 1 when a single one is not zero, and Hoyer's measure in between",
    hints="""
        - l1 / l2 is 1 for a single entry and sqrt(n) for n equal ones. You want a straight line through (1, 1) and
          (sqrt(n), 0).
        - A line that falls from 1 to 0 while the ratio goes from 1 to sqrt(n): (sqrt(n) - ratio) over (sqrt(n) - 1). n
          counts all entries of v, also of a matrix; a vector of zeros has no ratio, call it 0.
        - `return (np.sqrt(v.size) - ...) / (...)`, after the case of l2 == 0
    """,
    cases=VECTORS,
    edges=VECTORS_OF_ZERO,
    ways=[
        """
            def measure(v):
                l1, l2 = np.sum(np.abs(v)), np.sqrt(np.sum(v**2))
                return (np.sqrt(v.size) - l1 / l2) / (np.sqrt(v.size) - 1) if l2 else 0.0
            return measure(v)
        """
    ],
    mistakes="""
        swapped_norms: l1 / l2 -> l2 / l1
            The norms are swapped: it is l1, the sum of sizes, divided by l2, the Euclidean length.
        squared_length: np.sqrt(np.sum(v**2)) -> np.sum(v**2)
            The root of the sum of squares is missing: l2 is the Euclidean length, not its square.
        root_mean_square: np.sum(v**2) -> np.mean(v**2)
            l2 is the root of the sum of squares, not of their mean.
        large_guard: l1 / l2 -> l1 / (l2 + {0.1|0.01|0.001})
            What is added to l2 against a division by zero is so large that it shows.
        mean_of_sizes: np.sum(np.abs(v)) -> np.mean(np.abs(v))
            l1 is the sum of the sizes of all entries, not their mean.
        brackets_missing: (np.sqrt(v.size) - l1 / l2) -> np.sqrt(v.size) - l1 / l2
            The difference above the line needs a bracket: without one only l1 / l2 is divided.
        squared_ratio: l1 / l2 -> (l1 / l2) ** 2
            Both norms are squared here. Hoyer's measure takes them as they are.
        not_normalised: / (np.sqrt(v.size) - 1) ->
            Without the division by sqrt(n) - 1 the measure grows with the number of entries. It should end at 1.
        ratio_of_norms: (np.sqrt(v.size) - l1 / l2) / (np.sqrt(v.size) - 1) -> l1 / l2
            That is l1 / l2 alone, which is large where the weight is spread out. Bring it to the range from 0 to 1.
        upside_down_measure: np.sqrt(v.size) - l1 / l2 -> l1 / l2 - 1
            That is 1 for an even vector and 0 for a single entry: it measures density. Turn it round.
        without_root_of_n: np.sqrt(v.size) -> v.size
            | (np.sqrt(v.size) - l1 / l2) -> (v.size - l1 / l2)
            The root of n is missing: l1 / l2 is at most sqrt(n), which is where an even vector has to give 0.
        signed_sum: np.abs ->
            In a plain sum, entries of opposite sign cancel. l1 is the sum of their sizes, `np.abs`.
        rows_counted: v.size -> len(v)
            `len(v)` counts the rows when v is a matrix. n is the number of all its entries, `v.size`.
        matrix_norms: np.sum(np.abs(v)), np.sqrt(np.sum(v**2)) -> np.linalg.norm(v, 1), np.linalg.norm(v, 2)
            Of a matrix `norm(v, 1)` is the largest column sum, `norm(v, 2)` the largest singular value. Flatten v first.
        largest_column_sum: np.sum(np.abs(v)) -> np.linalg.norm(v, 1)
            Of a matrix `np.linalg.norm(v, 1)` is the largest column sum. Flatten v first, `v.ravel()`.
        share_of_zeros: ... -> np.mean(v == 0)
            That counts zeros. An entry of 1e-9 is as good as zero, and Hoyer's measure sees that: compare l1 with l2.
        zero_vector_forgotten: if l2 == 0: -> if False:
            A vector of zeros has no ratio l1 / l2. Return 0 there.
        another_divisor: / (np.sqrt(v.size) - 1) -> {/ np.sqrt(v.size)|/ np.sqrt(v.size - 1)|- 1|/ v.size}
            | / (np.sqrt(v.size) - 1) -> / {(v.size - 1)|np.sqrt(v.size) - 1|(np.sqrt(v.size) + 1)}
            Below the line stands sqrt(n) - 1, in a bracket of its own: it brings a single entry to exactly 1.
        column_by_column: return measure(v) -> return np.{apply_along_axis(measure, 0, v)|mean(np.apply_along_axis(measure, 0, v))|mean([measure(c) for c in np.atleast_2d(v.T)])}
            That takes each column by itself. Return one number for all entries of v.
        changed_first: ^ -> v = {v - v.mean()|np.maximum(v, 0)|v[v != 0]|v[v > 0]|v[v != 0] if np.sum(v != 0) > 1 else v}
            | v.size -> np.count_nonzero(v)
            | np.abs(v) -> np.maximum(v, 0)
            The vector is changed first: a mean taken off, or entries dropped. All entries count as they are.
        another_measure: ... -> {np.max(np.abs(v)) / (np.sum(np.abs(v)) or 1)|np.mean(v**4) / (np.mean(v**2) ** 2 or 1)|np.mean(np.abs(v) < 1e-3)}
            That is another measure of how uneven the entries are. Hoyer's compares l1 with l2.
        zero_gives_one: return 0.0 -> return {1.0|np.sqrt(v.size) / (np.sqrt(v.size) - 1)}
            A vector of zeros has nothing that stands out: call its sparseness 0, as the exercise asks.
    """,
)


exercises = [gradient_codes, multiplicative_step, has_settled, mf_multiplicative_update, sparseness]


both_at_once, centred, starts = predictions = predict.parse("""
    both_at_once: The step updates P first and gives Q the new P. What does the error do if both are updated at once,
        from the old pair? It falls as before, creeps down, or rises in between.
        - falls: Tempting, since each update on its own lowers the error. But each does so while the other factor stands
          still, and here it does not.
        - creeps: Tempting, since old values are only a little out of date, and at first the error does fall. But the
          curve is a saw, and its teeth stay.
        * rises: In every second step: both factors correct the same mistake at once, so the product overshoots, then
          undershoots. One after the other it never rises: Lee and Seung's proof draws a bowl over the loss that touches
          it at the present point, and the update goes to its bottom. The bowl is for one factor, the other held still.
    centred: The multiplicative update starts from positive factors and runs on the centred faces. Where does a run end
        that does not break down? In non-negative parts, in factors of zeros, or in those of PCA.
        - parts: Tempting, since on non-negative data nothing else can happen. But a negative ratio turns the sign of an
          entry round: about half of the entries end up negative.
        - zeros: Tempting, since a zero stays zero and some method might cut negative entries off. This one does not: it
          multiplies by whatever the ratio is.
        * PCA: The proof of descent needs ratios of non-negative numbers. Without them the loss jumps over many powers
          of ten and some starts overflow, but runs that settle come to the squared error of the truncated SVD. The
          table that the tutorial printed under the name of NMF is that of the rank-2 truncated SVD: PCA in disguise.
    starts: Twenty random starts, ten atoms each, run until hardly anything moves any more. How many different
        dictionaries come out? One, fewer than twenty, or twenty.
        - one: Tempting, since the errors agree to a fraction of a per cent. But that small difference stays however
          long the runs are, and in the run least like the best hardly an atom comes back: there are several local
          minima.
        * fewer: After 40 steps no two runs agree, which looks like twenty answers. Most of that is impatience: run on,
          the errors draw together, the cosines rise, and dictionaries come back. A few real ones remain, so read only
          atoms that several starts find.
        - twenty: Tempting, and what the runs of 40 steps show. But those were not finished: run on, several starts
          arrive at the same dictionary.
""")
progress = functools.partial(show.progress, exercises, predictions)
