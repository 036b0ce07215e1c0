"""Notebooks 4 and 6, multiplicative steps: the law that one has to keep, and the mistakes that can be made in it."""

from functools import partial

import numpy as np

from lessons import check, compare

# The steps that a factor with zeros is judged by.
ZERO_STEPS = 4

# What goes wrong in one step goes wrong in many (4.4), and in a step that sees only some entries (6.1): edits of a `half`
# that multiplies P by what the data ask for and divides it by what the model gives.
MISTAKES = """
    upside_down: asked / (given -> given / (asked
        The ratio is upside down: what the data ask for belongs above the line, what the model gives below it.
    large_epsilon: 1e-12 -> {1e-3|0.01|0.1|1}
        | asked / (given + 1e-12) -> (asked + 0.01) / (given + 0.01)
        What is added below the line against 0 / 0 is so large that it changes the step. 1e-12 is enough.
    adds_the_ratio: P * asked -> P + asked
        The ratio was added. It is a factor: 1 means that nothing has to change, so multiply by it.
    adds_the_product: P * asked -> P + P * asked
        The old entry was added to the updated one, which replaces it: `P = P * ratio`, not `P = P + P * ratio`.
    ratio_alone: P * ->
        That is the ratio itself. It says by what factor to change each entry: multiply the old entry by it.
    matrix_division: P * asked / (given + 1e-12) -> P @ np.linalg.pinv(given) @ asked
        A matrix inverse is not meant here: each entry above the line is divided by the same entry below it, with `/`.
    inverse_of_denominator: P * asked / (given + 1e-12) -> P * (asked @ np.linalg.inv(given))
        What stands below the line is (N, K) and has no inverse, and none is needed: divide entry by entry, with `/`.
    matrix_product_with_ratio: P * asked / (given + 1e-12) -> P @ (asked / (given + 1e-12))
        A product does not fit: `*` stands between P and its ratio, `@` in R Q and in P Q^T Q (for Q: R^T P, Q P^T P).
    square_root_of_ratio: P * asked / (given + 1e-12) -> P * np.sqrt(asked / (given + 1e-12))
        The root of the ratio takes only part of the step. The update multiplies by the whole ratio.
    gradient_step: P * asked / (given + 1e-12) -> P + 0.01 * (asked - given)
        That is a gradient step, one step size for all entries. Here each has its own factor, and so none goes below zero.
    negative_values: P * asked / (given + 1e-12) -> P * (asked - given)
        An entry came out negative. Times a ratio of non-negative numbers it cannot: divide, do not subtract.
    old_partner: P = half -> old = P; P = half ;; , Q, P) -> , Q, old)
        Q was updated with the old P. Then the loss may rise (on the faces of notebook 4 in every second step): use the new P.
    one_factor_only: {P|Q} = half -> _ = half
        Only one of the factors was updated. A step moves both, one after the other.
    transposed: {1} -> ({1}).T
        Q came back transposed. It should be (M, K), one atom a column: the model is R ~ P Q^T.
    swapped_pair: {} -> ({})[::-1]
        The two came back in the wrong order: codes P first, then dictionary Q.
    changes_arguments: P = half -> P[:] = half ;; Q = half -> Q[:] = half
    data_not_transposed: half(R.T, -> half(R,
        For Q the data have to be turned round: R is (N, M) and Q has M rows, so it is R^T P, with `R.T`.
    start_of_its_own: ^ -> P, Q = {np.ones(P.shape), np.ones(Q.shape)|np.full(P.shape, 0.5), np.full(Q.shape, 0.5)}
        The result does not depend on both P and Q as given. Is there a start or a solution of its own, or does one cancel?
    returns_the_product: {} -> ({})[0] @ ({})[1].T
    divergence_updates: P * asked / (given + 1e-12) -> P * ((R / (P @ Q.T{)) @ Q) / Q.sum(axis=0)| + 1e-12)) @ Q) / (Q.sum(axis=0) + 1e-12)}
        These are the updates for the divergence. For the squared error compare R Q with P Q^T Q.
    with_a_penalty: (given + -> (given + {0.1 * P|0.02 * P|0.01 * P|P} +
    ratio_squared: asked / (given + 1e-12) -> (asked / (given + 1e-12)) ** 2
        The ratio is squared, which goes too far. The update multiplies by the ratio itself.
    half_the_way: P * asked / (given + 1e-12) -> P * (0.5 + 0.5 * asked / (given + 1e-12))
        The step goes only a part of the way. The update multiplies by the whole ratio.
    normalised_at_the_end: {0} -> ({0}) / ({|1e-12 + }{np.linalg.norm|np.sum}({0}, axis=0))
        | {1} -> ({1}) / ({|1e-12 + }{np.linalg.norm|np.sum}({1}, axis=0))
    not_divided: P * asked / (given + 1e-12) -> P * asked
        Only what the data ask for is there. Each entry is multiplied by a ratio: divide by what the model gives.
    numerator_missing: P * asked -> P
        Only what the model gives is there. Multiply by what the data ask for, R Q for P and R^T P for Q.
    lifted_off_zero: {both} -> np.maximum({both}, {0.01|0.1|1})
        Small entries are raised, also where they should be small. What prevents 0 / 0 is added below the line alone.
    not_every_atom: P * asked / (given + 1e-12) -> np.where(np.arange(P.shape[1]) {< P.shape[1] - 1|< 1}, P * asked / (given + 1e-12), P)
    factor_on_one_side: P * asked -> {2|0.5} * P * asked
        The update is twice or half as large. In the ratio every 2 cancels.
"""
# What shows in one step; in many it does not, or it looks like another mistake.
IN_ONE_STEP = """
    least_squares: P * asked / (given + 1e-12) -> asked @ np.linalg.inv(Q.T @ Q)
        Dividing by Q^T Q as a matrix gives a least-squares solution, which may be negative. `/` goes entry by entry.
    nan_on_zeros: + 1e-12 ->
        Where a whole row or atom is zero there is a zero below the line too. Add a tiny number there, say 1e-12.
"""


def either_order(step):
    """A step that updates P first, and the same with Q first; both take the data (matrices of the shape of R) and P and Q."""

    def q_first(*case):
        *data, P, Q = case
        return step(*(each.T for each in data), Q, P)[::-1]

    return step, q_first


def repeat(step, steps, *case):
    """The pairs from a start on: the start itself, and what each of so many steps makes of it."""
    *data, P, Q = case
    path = [(P, Q)]
    for _ in range(steps):
        path.append(step(*data, *path[-1]))
    return path


def loss(R, P, Q, seen=True):
    with np.errstate(all="ignore"):  # of a run gone wrong
        return np.sum(np.where(seen, R - P @ Q.T, 0) ** 2)


def one_step(came, run, *case):
    """Either factor may go first; beside zeros and gaps some steps more keep the error down, without NaN.

    Exercise 6.1 has this law too: there a mask stands between R and P.
    """
    *data, P, Q = case
    R, seen = data[0], np.not_equal(data[1], 0) if len(data) == 2 else np.ones(data[0].shape, dtype=bool)
    steps = either_order(run.exercise.reference)
    if np.all(P) and np.all(Q) and seen.any(axis=0).all() and seen.any(axis=1).all():
        if any(compare.close(came, step(*case), (P, Q)) for step in steps):
            return None
        if not all(map(np.any, came)):
            return check.Finding("A factor came out as nothing but zeros.")
        if keys := _line_by_line(run):
            return check.Finding("", keys)
        others = run(*data, P[::-1] + 1, Q), run(*data, P, Q[::-1] + 1), run.anew(*case)
        if compare.close(came, others[0]) or compare.close(came, others[1]) or not compare.close(came, others[2]):
            return check.Finding("The result does not follow from the P and Q given.", ("start_of_its_own",))
        if any(compare.close(came, pair, (P, Q)) for step in steps for pair in repeat(step, 200, *case)[1:]):
            return check.Finding("", ("several_steps",))
        missed = np.where(seen, R - P @ Q.T, 0)
        if any(_parallel(part - start, way) for part, start, way in zip(came, (P, Q), (missed @ Q, missed.T @ P))):
            return check.Finding("", ("gradient_step",))
        return check.Finding("", ("negative_values",) * bool(min(part.min() for part in came) < 0))
    # 0 / 0 may stay, become 0 or be lifted off zero, so the error is judged.
    expected = max(loss(R, *repeat(step, ZERO_STEPS, *case)[-1], seen) for step in steps)
    P, Q = repeat(run, ZERO_STEPS, *case)[-1]
    if not compare.finite((P, Q)):
        return check.Finding(f"After {ZERO_STEPS} steps there were NaN or infinite entries.", ("nan_on_zeros",))
    if loss(R, P, Q, seen) > 1.001 * expected:
        return check.Finding(
            f"After {ZERO_STEPS} steps the squared error is {loss(R, P, Q, seen):.4g} and should be {expected:.4g}: a zero "
            "stays zero, and everything else moves as if it were not there."
        )
    return None


def _line_by_line(run):
    """The keys of what is wrong in the update of each factor, Q's seen from the P that came, or from the old one; () if one
    has no reason, or there are more than two. Where the other has one, a factor may have two."""
    known = run.exercise.known
    cases = [case for case in run.exercise.cases if compare.finite(case)]
    came = [run.outcome(case).value for case in cases]
    if not all(isinstance(pair, tuple) and len(pair) == 2 for pair in came):
        return ()
    singles = [((), known.sources[0]), *known.singles]

    def reason(part, lines, sources):
        def fits(source, pair, line):
            its = known.result(source, line).value
            return isinstance(its, tuple) and compare.close(pair[part], its[0], line[-2:])

        return next((keys for keys, source in sources if all(map(partial(fits, source), came, lines))), None)

    turned = [(*(each.T for each in data), Q) for *data, _, Q in cases]
    for_Q = [(*line, P) for line, (P, _) in zip(turned, came)]
    for_old = [(*line, case[-2]) for line, case in zip(turned, cases)]
    of_P, of_Q = reason(0, cases, singles), reason(1, for_Q, singles)
    if of_Q is None and (of_old := reason(1, for_old, singles)) is not None:
        of_Q = (*of_old, "old_partner")
    if (of_P is None) != (of_Q is None):
        pairs = list(known.pairs(known.result(known.sources[0], cases[0])))
        of_P = reason(0, cases, pairs) if of_P is None else of_P
        of_Q = reason(1, for_Q, pairs) if of_Q is None else of_Q
    keys = () if None in (of_P, of_Q) else tuple(dict.fromkeys(of_P + of_Q))
    return keys if len(keys) <= 2 else ()


def _parallel(a, b):
    with np.errstate(all="ignore"):
        return np.sum(a * b) > 0.99 * np.linalg.norm(a) * np.linalg.norm(b) > 0


def with_zeros(factor, rows=(), columns=()):
    """A copy with zeros in some rows and some columns."""
    factor = factor.copy()
    factor[list(rows)] = 0
    factor[:, list(columns)] = 0
    return factor
