"""Notebook 4, non-negative factorisation: the exercises, and the mistakes known for each."""

import functools

import numpy as np

from lessons import check, factorise

_rng = np.random.default_rng(41)


gradient_codes = check.Exercise(
    factorise.gradient_codes,
    number="4.1",
    title="the gradient for the codes",
    minutes=5,
    returns="how fast ||X - D A||_F^2 grows with each entry of A",
    hints=(
        "Write the squared norm as a trace and multiply out. One term has no A, one has it once, one has it twice; "
        "differentiate each.",
        "The term with A once, -2 tr(X^T D A), has the gradient -2 D^T X: D^T is (k, d) and X is (d, n), so it is (k, n), "
        "like A. The term with A twice, tr(A^T D^T D A), is differentiated at both places.",
        "`return -2 * D.T @ X + ...`",
    ),
    cases=[
        (np.array([[1.0, 2], [3, 4], [5, 0]]), np.array([[1.0], [2], [0]]), np.array([[1.0, 3]])),
        # All sizes equal, so that a forgotten transpose gives numbers instead of an error.
        (np.array([[1.0, 2], [3, 4]]), np.array([[1.0, 2], [0, 1]]), np.array([[1.0, 0], [2, 1]])),
        (_rng.normal(size=(6, 4)), _rng.normal(size=(6, 3)), _rng.normal(size=(3, 4))),
        (100 * _rng.random((3, 7)), _rng.random((3, 5)), _rng.random((5, 7))),
    ],
)


@gradient_codes.mistake
def without_the_two(X, D, A):
    """The factor 2 is missing: the derivative of a square is twice the thing squared times what is inside."""
    return D.T @ (D @ A - X)


@gradient_codes.mistake
def wrong_sign(X, D, A):
    """The sign is turned round: this points downhill. The gradient points uphill, and a descent then subtracts it."""
    return 2 * D.T @ (X - D @ A)


@gradient_codes.mistake
def no_transpose(X, D, A):
    """D stands where D^T belongs: X is (d, n) and the gradient is (k, n), so a (k, d) matrix has to come first."""
    return -2 * D @ X + 2 * D @ D @ A


@gradient_codes.mistake
def residual_times_dictionary(X, D, A):
    """The residual (d, n) has D on the wrong side: only D^T, from the left, makes a (k, n) matrix of it."""
    return -2 * (X - D @ A) @ D


@gradient_codes.mistake
def only_the_data_term(X, D, A):
    """That is the term with X alone. tr(A^T D^T D A) depends on A as well and gives the second term."""
    return -2 * D.T @ X


@gradient_codes.mistake
def only_the_model_term(X, D, A):
    """That is the term without X alone. -2 tr(X^T D A) depends on A as well and gives the other term."""
    return 2 * D.T @ D @ A


@gradient_codes.mistake
def square_counted_once(X, D, A):
    """In tr(A^T D^T D A) the codes stand twice, so its gradient is 2 D^T D A: the 2 belongs to both terms."""
    return -2 * D.T @ X + D.T @ D @ A


@gradient_codes.mistake
def cross_term_counted_once(X, D, A):
    """The product is multiplied out into two mixed terms, and they are equal: together they give -2 D^T X."""
    return -D.T @ X + 2 * D.T @ D @ A


@gradient_codes.mistake
def mean_over_samples(X, D, A):
    """That is divided by n, as for a mean over the samples. Here it is the gradient of the plain ||X - D A||_F^2."""
    return 2 * D.T @ (D @ A - X) / X.shape[1]


@gradient_codes.mistake
def gradient_of_the_dictionary(X, D, A):
    """That is the gradient for the dictionary D. Here D is fixed and the codes A move: the result has A's shape."""
    return 2 * (D @ A - X) @ A.T


@gradient_codes.mistake
def transposed_gradient(X, D, A):
    """The result is transposed: a gradient has the shape of what it is the gradient for, here (k, n) as A."""
    return 2 * (D @ A - X).T @ D


@gradient_codes.mistake
def plain_residual(X, D, A):
    """That is the residual itself. The chain rule brings D^T in front
    of it, which asks every atom how much it has in it.
    """
    return 2 * (D @ A - X)


def _ordinary_before_zero(ordinary, at_zero):
    """A judge of values for answers that may fail at zero as well: a mistake is recognised by the ordinary cases alone."""

    def judge(run):
        reference, mistakes = run.exercise.reference, run.exercise.mistakes
        came = [run(*case) for case in ordinary]
        for result, case in zip(came, ordinary):
            if not check.close(result, reference(*case), case):
                same = [key for key, wrong in mistakes.items() if _agrees(came, wrong, ordinary)]
                key = same[0] if same else None
                raise check.Wrong(f"For {run.call_text(case)} it returned {check.describe(result)}.", key)
        for case in at_zero:
            result = run(*case)
            if not check.close(result, reference(*case), case):
                raise check.Wrong(f"For {run.call_text(case)} it returned {check.describe(result)}.")

    return judge


def _agrees(came, wrong, cases):
    return all(check.close(result, wrong(*case), case) for result, case in zip(came, cases))


def _judge_step(run):
    for case in STEP_CASES:
        came = _pair(run, *case)
        right = _in_any_order(factorise.multiplicative_step, *case)[:2]
        if not any(check.close(came, pair, case) for pair in right):
            raise check.Wrong(
                f"For {run.call_text(case)} it returned {check.describe(came)}.", _step_mistake(came, case)
            )
    for R, P, Q, where in ZERO_CASES:
        _judge_zeros(run, R, P, Q, where)


def _judge_zeros(run, R, P, Q, where):
    """Several steps from a start with zeros. 0 / 0 may stay, become 0 or be lifted off zero, so the error is judged."""
    steps = factorise.multiplicative_step, _step_q_first
    expected = max(_loss(R, *_repeat(step, R, P, Q, ZERO_STEPS)) for step in steps)
    for number in range(1, ZERO_STEPS + 1):
        try:
            P, Q = run(R, P, Q, like=(P, Q))
        except check.Wrong:
            raise check.Wrong(f"With {where} it gave NaN or infinity in step {number}.", "nan_on_zeros") from None
    if _loss(R, P, Q) > 1.001 * expected:
        raise check.Wrong(
            f"With {where} the squared error is {_loss(R, P, Q):.4g} after {ZERO_STEPS} steps and should be {expected:.4g}: "
            "a zero stays zero, and everything else moves as if it were not there."
        )


def _step_mistake(came, case):
    """The key of the mistake that gives this pair, whichever factor is updated first, or None."""
    R, P, Q = case
    p_first, q_first, both_old = _in_any_order(factorise.multiplicative_step, *case)
    if check.close(came, both_old, case):
        return "old_partner"
    unchanged = [check.close(part, start, case) for part, start in zip(came, (P, Q))]
    if sum(unchanged) == 1:
        return "one_factor_only"
    with np.errstate(all="ignore"):
        for key in IN_ANY_ORDER:
            wrong = multiplicative_step.mistakes[key]
            if any(check.close(came, pair, case) for pair in (wrong(*case), *_in_any_order(wrong, *case))):
                return key
    downhill = R @ Q - P @ Q.T @ Q, R.T @ P - Q @ P.T @ P
    if any(_parallel(part - start, way) for part, start, way in zip(came, (P, Q), downhill)):
        return "gradient_step"
    if min(part.min() for part in came) < 0:
        return "negative_values"
    return None


def _pair(run, R, P, Q, *steps):
    """The pair (P, Q) that the answer returns; says so when the two are swapped or Q is transposed."""
    try:
        return run(R, P, Q, *steps, like=(P, Q))
    except check.Wrong as finding:
        for key, like in (("transposed", (P, Q.T)), ("swapped_pair", (Q, P))):
            if not finding.mistake and _returns(run, (R, P, Q, *steps), like):
                raise check.Wrong(str(finding), key) from None
        raise


def _returns(run, args, like):
    try:
        run(*args, like=like)
    except check.Wrong:
        return False
    return True


def _in_any_order(step, R, P, Q):
    """What a step gives with P first, with Q first, and with both from the old pair; `step` itself does P first."""
    new_P, new_Q = step(R, P, Q)[0], step(R.T, Q, P)[0]
    return (new_P, step(R.T, Q, new_P)[0]), (step(R, P, new_Q)[0], new_Q), (new_P, new_Q)


def _step_q_first(R, P, Q):
    return factorise.multiplicative_step(R.T, Q, P)[::-1]


def _repeat(step, R, P, Q, steps):
    for _ in range(steps):
        P, Q = step(R, P, Q)
    return P, Q


def _parallel(a, b):
    return np.sum(a * b) > 0.99 * np.linalg.norm(a) * np.linalg.norm(b) > 0


def _with_zeros(factor, rows=(), atoms=()):
    factor = factor.copy()
    factor[list(rows)] = 0
    factor[:, list(atoms)] = 0
    return factor


STEP_CASES = [
    (
        np.array([[1.0, 2, 0, 3], [4, 0, 5, 1], [2, 2, 1, 0]]),
        np.array([[1.0, 2], [2, 1], [1, 1]]),
        np.array([[1.0, 0.5], [2, 1], [1, 3], [0.5, 1]]),
    ),
    (10 * _rng.random((5, 9)), 0.1 + _rng.random((5, 3)), 0.1 + _rng.random((9, 3))),
    (255 * _rng.random((8, 4)), 0.1 + _rng.random((8, 2)), 0.1 + _rng.random((4, 2))),
]

ZERO_STEPS = 4
_R, _P, _Q = STEP_CASES[1]
ZERO_CASES = [
    (_R, _with_zeros(_P, rows=[1]), _Q, "a row of zeros in P"),
    (_R, _P, _with_zeros(_Q, rows=[0, 4]), "two rows of zeros in Q"),
    (_R, _with_zeros(_P, atoms=[2]), _Q, "a column of zeros in P"),
    (_R, _P, _with_zeros(_Q, atoms=[0]), "an atom of zeros (a column of Q)"),
    (_R, _with_zeros(_P, atoms=[1]), _with_zeros(_Q, atoms=[1]), "an atom of zeros that has codes of zeros"),
    (_with_zeros(_R, rows=[3], atoms=[2]), _P, _Q, "a row and a column of zeros in R"),
]

multiplicative_step = check.Exercise(
    factorise.multiplicative_step,
    number="4.2",
    title="one multiplicative update of both factors",
    minutes=9,
    core=True,
    returns="first P and then Q, each entry multiplied by its own ratio of what the data ask for to what the model gives",
    hints=(
        "Each entry is multiplied by a ratio: what the data ask for, over what the model already gives. "
        "Where the model gives too little the ratio is above 1. First one factor, then the other with the new first one.",
        "P_ij <- P_ij (R Q)_ij / (P Q^T Q)_ij and Q_ij <- Q_ij (R^T P)_ij / (Q P^T P)_ij. `*` and `/` work entry by entry, "
        "`@` is the matrix product; R @ Q is (N, K), like P. A tiny number in the denominator keeps 0 / 0 from being NaN.",
        "`P = P * (R @ Q) / (P @ (Q.T @ Q) + 1e-12)`, then `Q = Q * ... / (... + 1e-12)`, then return both",
    ),
    cases=[*STEP_CASES, *(case[:3] for case in ZERO_CASES)],
    judge=_judge_step,
)


@multiplicative_step.mistake
def upside_down(R, P, Q):
    """The ratio is upside down: what the data ask for, R Q, is divided by what the model gives, P Q^T Q."""
    P = P * (P @ Q.T @ Q) / (R @ Q)
    return P, Q * (Q @ P.T @ P) / (R.T @ P)


@multiplicative_step.mistake
def adds_the_ratio(R, P, Q):
    """The ratio was added. It is a factor: 1 means that nothing has to change, so multiply by it."""
    P = P + (R @ Q) / (P @ Q.T @ Q)
    return P, Q + (R.T @ P) / (Q @ P.T @ P)


@multiplicative_step.mistake
def adds_the_product(R, P, Q):
    """The old entry was added to the updated one. The update replaces it: `P = P * ratio`, not `P = P + P * ratio`."""
    P = P + P * (R @ Q) / (P @ Q.T @ Q)
    return P, Q + Q * (R.T @ P) / (Q @ P.T @ P)


@multiplicative_step.mistake
def ratio_alone(R, P, Q):
    """That is the ratio itself. It says by what factor to change each entry: multiply the old entry by it."""
    P = (R @ Q) / (P @ Q.T @ Q)
    return P, (R.T @ P) / (Q @ P.T @ P)


@multiplicative_step.mistake
def least_squares(R, P, Q):
    """Dividing by Q^T Q as a matrix gives the least-squares solution, which may be negative. `/` goes entry by entry."""
    P = R @ Q @ np.linalg.inv(Q.T @ Q)
    return P, R.T @ P @ np.linalg.inv(P.T @ P)


@multiplicative_step.mistake
def matrix_division(R, P, Q):
    """A matrix inverse is not meant here: each entry of R Q is divided by the same entry of P Q^T Q, with `/`."""
    P = P @ np.linalg.pinv(P @ Q.T @ Q) @ (R @ Q)
    return P, Q @ np.linalg.pinv(Q @ P.T @ P) @ (R.T @ P)


@multiplicative_step.mistake
def inverse_of_denominator(R, P, Q):
    """P Q^T Q is (N, K) and has no inverse, and none is needed: divide entry by entry, with `/`."""
    P = P * (R @ Q @ np.linalg.inv(P @ Q.T @ Q))
    return P, Q * (R.T @ P @ np.linalg.inv(Q @ P.T @ P))


@multiplicative_step.mistake
def matrix_product_with_ratio(R, P, Q):
    """`@` mixes the columns; the update multiplies each entry by its own ratio, with `*`."""
    P = P @ ((R @ Q) / (P @ Q.T @ Q))
    return P, Q @ ((R.T @ P) / (Q @ P.T @ P))


@multiplicative_step.mistake
def divergence_updates(R, P, Q):
    """These are the updates of the other objective in that paper, the
    divergence. For the squared error compare R Q with P Q^T Q.
    """
    P = P * ((R / (P @ Q.T)) @ Q) / Q.sum(axis=0)
    return P, Q * ((R / (P @ Q.T)).T @ P) / P.sum(axis=0)


@multiplicative_step.mistake
def divergence_with_normalised_factor(R, P, Q):
    """These are the updates of the 1999 paper, for the divergence, with
    normalised columns. For the squared error compare R Q with P Q^T Q.
    """
    P = P * ((R / (P @ Q.T)) @ Q)
    P = P / P.sum(axis=0)
    return P, Q * ((R / (P @ Q.T)).T @ P)


@multiplicative_step.mistake
def square_root_of_ratio(R, P, Q):
    """The root of the ratio takes only part of the step. The update multiplies by the whole ratio."""
    P = P * np.sqrt((R @ Q) / (P @ Q.T @ Q))
    return P, Q * np.sqrt((R.T @ P) / (Q @ P.T @ P))


@multiplicative_step.mistake
def data_not_transposed(R, P, Q):
    """For Q the data have to be turned round: R is (N, M) and Q has M rows, so it is R^T P, with R.T."""
    P = P * (R @ Q) / (P @ Q.T @ Q)
    Q = Q * (R @ P) / (Q @ P.T @ P)
    return P, Q


@multiplicative_step.mistake
def gradient_step(R, P, Q):
    """That is a gradient step with one step size for all entries, which can go
    below zero. Here each entry has its own, which makes it a product.
    """
    P = P + 0.01 * (R @ Q - P @ Q.T @ Q)
    return P, Q + 0.01 * (R.T @ P - Q @ P.T @ P)


@multiplicative_step.mistake
def negative_values(R, P, Q):
    """An entry came out negative. Non-negative times a ratio of
    non-negative numbers stays non-negative: divide, do not subtract.
    """
    P = P * (R @ Q - P @ Q.T @ Q)
    return P, Q * (R.T @ P - Q @ P.T @ P)


@multiplicative_step.mistake
def nan_on_zeros(R, P, Q):
    """Where an entry, or a whole atom, has become zero the ratio is 0 /
    0. Add a tiny number, such as 1e-12, to the denominator.
    """
    P = P * (R @ Q) / (P @ Q.T @ Q)
    return P, Q * (R.T @ P) / (Q @ P.T @ P)


# Mistakes that are looked for whichever factor goes first.
IN_ANY_ORDER = [
    "upside_down",
    "adds_the_ratio",
    "adds_the_product",
    "ratio_alone",
    "least_squares",
    "matrix_division",
    "divergence_updates",
    "divergence_with_normalised_factor",
    "square_root_of_ratio",
    "negative_values",
]


LOSSES = [
    (100.0, 99.0),
    (100.0, 99.9995),
    (2.0, 2.0),
    (1e-6, 5e-7),
    (1e8, 1e8 - 100),
    (1e8, 1e8 + 100),
    (1.0, 1.5),
    (1e-6, 2e-6),
    (100.0, 99.0, 0.1),
    (100.0, 99.9995, 1e-8),
]
# numpy's zeros divide to NaN, python's raise: a loss can be either.
LOSSES_OF_ZERO = [(np.float64(1.0), np.float64(0.0)), (np.float64(0.0), np.float64(0.0)), (0.0, 0.0)]
# Not among the cases, so that a mistake is known whether it divides by this zero or not.
FROM_ZERO = [(0.0, 1.0)]

has_settled = check.Exercise(
    factorise.has_settled,
    number="4.3",
    title="when to stop",
    minutes=4,
    returns="whether the loss changed, up or down, by no more than `tolerance` times the loss",
    hints=(
        "A change of 1 is nothing to a loss of a million and everything to a loss of 2. "
        "Compare the size of the change with the size of the loss.",
        "|previous - new| is the change, and |previous - new| / previous its share of the loss. Do not divide: a loss that "
        "stays at 0 has settled. What does the change have to be compared with instead?",
        "`return abs(previous_loss - loss) <= ...`",
    ),
    cases=LOSSES + LOSSES_OF_ZERO,
    judge=_ordinary_before_zero(LOSSES, LOSSES_OF_ZERO + FROM_ZERO),
)


@has_settled.mistake
def absolute_change(previous_loss, loss, tolerance=1e-4):
    """That looks at the change itself. What counts as small depends on the loss: divide the change by it."""
    return abs(previous_loss - loss) < tolerance


@has_settled.mistake
def absolute_and_signed(previous_loss, loss, tolerance=1e-4):
    """That is the change itself, with its sign. Take its size, `abs`, and compare it with the size of the loss."""
    return previous_loss - loss < tolerance


@has_settled.mistake
def signed_change(previous_loss, loss, tolerance=1e-4):
    """A loss that rises makes this difference negative, and that passes as small. Take the size of the change, `abs`."""
    return previous_loss - loss <= tolerance * previous_loss


@has_settled.mistake
def signed_the_other_way(previous_loss, loss, tolerance=1e-4):
    """A loss that falls makes this difference negative, however fast it falls. Take the size of the change, `abs`."""
    return loss - previous_loss <= tolerance * previous_loss


@has_settled.mistake
def division_by_zero(previous_loss, loss, tolerance=1e-4):
    """From 0 to 0 this divides by zero, but a loss that stays at 0 has
    settled. Multiply the tolerance by the loss instead of dividing.
    """
    return abs(previous_loss - loss) / previous_loss < tolerance


@has_settled.mistake
def strict_at_zero(previous_loss, loss, tolerance=1e-4):
    """From 0 to 0 the change is 0, and 0 < 0 is False, but a loss that stays at 0 has settled: use `<=`, for zero too."""
    return abs(previous_loss - loss) < tolerance * max(previous_loss, loss)


@has_settled.mistake
def the_other_way_round(previous_loss, loss, tolerance=1e-4):
    """That is true while the loss still moves. It should be true once the change is small."""
    return abs(previous_loss - loss) > tolerance * max(previous_loss, loss)


@has_settled.mistake
def ignores_tolerance(previous_loss, loss, tolerance=1e-4):
    """It does not use the tolerance it is given. The 1e-4 is only what it is when the caller gives none."""
    return abs(previous_loss - loss) <= 1e-4 * max(previous_loss, loss)


@has_settled.mistake
def small_loss(previous_loss, loss, tolerance=1e-4):
    """That asks whether the loss is small. A loss can settle far above zero: ask whether its change is small."""
    return loss < tolerance


@has_settled.mistake
def never_rises(previous_loss, loss, tolerance=1e-4):
    """That asks whether the loss has stopped falling. Near the end it still falls a little: that counts as settled too."""
    return loss >= previous_loss


@has_settled.mistake
def ratio_of_losses(previous_loss, loss, tolerance=1e-4):
    """The ratio of the two losses is near 1 when nothing changes. It is its distance from 1 that has to be small."""
    return loss <= tolerance * previous_loss


def _judge_update(run):
    for case in UPDATE_CASES:
        _judge_short_runs(run, case)
        _judge_long_run(run, case)
    return _cost_of_stopping(run)


def _judge_short_runs(run, case):
    """While the loss still falls fast no sound rule stops: these runs must be so many steps from the start given."""
    few, more = SHORT_RUNS
    paths = [_path(step, *case, more + 1) for step in (factorise.multiplicative_step, _step_q_first)]
    came = _pair(run, *case, few)
    text = f"For {run.call_text((*case, few))}"
    if min(part.min() for part in came) < 0:
        raise check.Wrong(f"{text} the smallest entry is {min(p.min() for p in came):.3g}.", "signed_factors")
    later = _pair(run, *case, more)
    taken = [_steps_taken(pair, paths, case) for pair in (came, later)]
    if taken == [few, more]:
        return
    if taken == [few - 1, more - 1]:
        raise check.Wrong(f"{text} it returned the pair that {few - 1} steps make.", "pair_before_last")
    if taken == [few + 1, more + 1]:
        raise check.Wrong(f"{text} it took {few + 1} steps.", "one_step_too_many")
    if None not in taken and taken[1] < more:
        key = "stops_at_once" if taken[1] < 2 else "stops_too_early"
        raise check.Wrong(f"With steps = {more} it took {taken[1]} of them, and the loss was still falling fast.", key)
    if any(check.close(part, start, case) for part, start in zip(came, case[1:])):
        raise check.Wrong(f"{text} one of the factors came back as it was.", "one_factor_only")
    if _ignores_the_start(run, case, few):
        raise check.Wrong(f"{text} the result does not follow from the P and Q given.", "start_of_its_own")
    if check.close(came, later, case):
        raise check.Wrong(f"It returned the same for steps = {few} and for steps = {more}.", "ignores_steps")
    if check.close(came, _repeat(multiplicative_step.mistakes["old_partner"], *case, few), case):
        raise check.Wrong(f"{text} the steps were not those of 4.2.", "old_partner")
    raise check.Wrong(f"{text} the result is not what {few} multiplicative steps make of the start.")


def _judge_long_run(run, case):
    R = case[0]
    P, Q = _pair(run, *case, LONG_RUN)
    fall = 1 - _loss(R, *factorise.multiplicative_step(R, P, Q)) / _loss(R, P, Q)
    if fall > 0.01:
        text = f"For {run.call_text((*case, LONG_RUN))}"
        raise check.Wrong(f"{text} one step more would still lower the loss by {fall:.0%}.", "stops_too_early")


def _cost_of_stopping(run):
    """What a right answer is told when its stopping rule fires too early on a larger matrix of smaller numbers."""
    R, P, Q = LARGE_CASE
    reached = np.sqrt(_loss(R, *_pair(run, R, P, Q, LARGE_RUN)) / np.sum(R**2))
    possible = np.sqrt(_loss(R, *_repeat(factorise.multiplicative_step, R, P, Q, LARGE_RUN)) / np.sum(R**2))
    if reached <= 1.1 * possible:
        return None
    return (
        f"Right, and see what your stopping rule costs: on a {R.shape[0]} x {R.shape[1]} matrix with entries from 0 to 1 "
        f"it ends at a relative error of {reached:.3f}, where {LARGE_RUN} steps reach {possible:.3f}. Too large a "
        "tolerance does that, and so does a change divided by the number of entries: it looks small when a matrix is large."
    )


def _path(step, R, P, Q, steps):
    path = [(P, Q)]
    for _ in range(steps):
        path.append(step(R, *path[-1]))
    return path


def _steps_taken(pair, paths, case):
    """How many steps lead from the start to this pair, whichever factor goes first, or None."""
    for path in paths:
        for number, there in enumerate(path):
            if check.close(pair, there, case[1:]):
                return number
    return None


def _ignores_the_start(run, case, steps):
    R, P, Q = case
    starts = (P, Q), (P, Q), (P[::-1] + 1, Q), (P, Q[::-1] + 1)
    first, again, *others = [run(R, *start, steps, like=(P, Q)) for start in starts]
    return not check.close(first, again, case) or any(check.close(first, other, case) for other in others)


def _loss(R, P, Q):
    return np.sum((R - P @ Q.T) ** 2)


def _mixture(N, M, K, noise, seed):
    """A non-negative R (N, M) of nearly rank K with entries from 0 to 1, and a random start P, Q."""
    rng = np.random.default_rng(seed)
    R = rng.random((N, K)) ** 2 @ rng.random((K, M)) ** 2 + noise * rng.random((N, M))
    return R / R.max(), rng.random((N, K)), rng.random((M, K))


# Small matrices of large values, on which the loss falls by more than 5 % in each of the first steps.
SHORT_RUNS = 3, 6
LONG_RUN = 400
UPDATE_CASES = [
    (scale * R, P, Q) for scale, (R, P, Q) in [(300, _mixture(12, 9, 3, 0.05, 39)), (5000, _mixture(8, 13, 2, 0.05, 8))]
]

LARGE_RUN = 200
LARGE_CASE = _mixture(60, 100, 2, 0.2, 2)

mf_multiplicative_update = check.Exercise(
    factorise.mf_multiplicative_update,
    number="4.4",
    title="the whole factorisation",
    minutes=7,
    core=True,
    returns="the pair (P, Q) after multiplicative steps from the start given, `steps` of them or until the loss has settled",
    hints=(
        "Take multiplicative steps in a loop. After each, compare the loss with the one before; when it has settled, stop.",
        "loss = ||R - P Q^T||_F^2, a number. In the loop: `multiplicative_step(R, P, Q)` gives the new pair, then the new "
        "loss, then `has_settled(previous_loss, loss, 1e-6)` says whether to `break`. P stays (N, K), Q stays (M, K).",
        "`P, Q = multiplicative_step(R, P, Q)`, then `previous_loss, loss = loss, ...`, then "
        "`if has_settled(...): break`; after the loop return both",
    ),
    cases=[(*case, steps) for case in UPDATE_CASES for steps in SHORT_RUNS],
    judge=_judge_update,
)


@mf_multiplicative_update.mistake
def stops_at_once(R, P, Q, steps=5000):
    """It stops at once. Is the new pair kept, `P, Q = ...`? Does a `return` stand inside the loop? Is the condition to
    stop true in the first round already: what is the previous loss then?
    """
    for _ in range(steps):
        P, Q = factorise.multiplicative_step(R, P, Q)
        return P, Q


@mf_multiplicative_update.mistake
def stops_too_early(R, P, Q, steps=5000):
    """The stopping rule gives up while there is still much to gain. Stop when the relative change of the loss is tiny."""
    for _ in range(steps):
        before = _loss(R, P, Q)
        P, Q = factorise.multiplicative_step(R, P, Q)
        if before - _loss(R, P, Q) < 0.05 * before:
            break
    return P, Q


@mf_multiplicative_update.mistake
def pair_before_last(R, P, Q, steps=5000):
    """It is one step behind: either the last pair is computed and then dropped, or the loop goes round once too few."""
    new_P, new_Q = P, Q
    for _ in range(steps):
        P, Q = new_P, new_Q
        new_P, new_Q = factorise.multiplicative_step(R, P, Q)
    return P, Q


@mf_multiplicative_update.mistake
def one_step_too_many(R, P, Q, steps=5000):
    """That is one step too many: `for _ in range(steps)` goes round exactly `steps` times."""
    for _ in range(steps + 1):
        P, Q = factorise.multiplicative_step(R, P, Q)
    return P, Q


@mf_multiplicative_update.mistake
def ignores_steps(R, P, Q, steps=5000):
    """It does not use `steps`, the most steps that the caller allows."""
    for _ in range(100):
        P, Q = factorise.multiplicative_step(R, P, Q)
    return P, Q


@mf_multiplicative_update.mistake
def signed_factors(R, P, Q, steps=5000):
    """A factor has negative entries. Start from the non-negative P and Q given and only multiply, as in 4.2."""
    for _ in range(steps):
        P = np.linalg.lstsq(Q, R.T, rcond=None)[0].T
        Q = np.linalg.lstsq(P, R, rcond=None)[0].T
    return P, Q


@mf_multiplicative_update.mistake
def start_of_its_own(R, P, Q, steps=5000):
    """It makes a start of its own. Go from the P and Q of the caller, who may want to compare starts."""
    rng = np.random.RandomState(0)
    P, Q = rng.rand(*P.shape), rng.rand(*Q.shape)
    for _ in range(steps):
        P, Q = factorise.multiplicative_step(R, P, Q)
    return P, Q


# What can go wrong in one step can go wrong in every step: these belong to 4.2 as well.


@multiplicative_step.mistake
@mf_multiplicative_update.mistake
def old_partner(R, P, Q, steps=1):
    """Q was updated with the old P. Then the loss may rise (on the faces it does in every second step): use the new P."""
    for _ in range(steps):
        P, Q = P * (R @ Q) / (P @ Q.T @ Q), Q * (R.T @ P) / (Q @ P.T @ P)
    return P, Q


@multiplicative_step.mistake
@mf_multiplicative_update.mistake
def one_factor_only(R, P, Q, steps=1):
    """Only one of the factors was updated. A step moves both, one after the other."""
    for _ in range(steps):
        P = P * (R @ Q) / (P @ Q.T @ Q)
    return P, Q


@multiplicative_step.mistake
@mf_multiplicative_update.mistake
def transposed(R, P, Q, steps=1):
    """Q came back transposed. It is (M, K), one atom a column, and the model is R ~ P Q^T."""
    P, Q = factorise.mf_multiplicative_update(R, P, Q, steps)
    return P, Q.T


@multiplicative_step.mistake
@mf_multiplicative_update.mistake
def swapped_pair(R, P, Q, steps=1):
    """The two came back in the wrong order: codes P first, then dictionary Q."""
    return factorise.mf_multiplicative_update(R, P, Q, steps)[::-1]


@multiplicative_step.mistake
@mf_multiplicative_update.mistake
def changes_arguments(R, P, Q, steps=1):
    """`P *= ratio` writes into the caller's array, who may still need it. Make a new one: `P = P * ratio`."""
    for _ in range(steps):
        P *= (R @ Q) / (P @ (Q.T @ Q) + 1e-12)
        Q *= (R.T @ P) / (Q @ (P.T @ P) + 1e-12)
    return P, Q


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
    hints=(
        "Compare two lengths of v: the sum of the sizes of its entries (l1) and its Euclidean length (l2). "
        "For one single entry they are equal; the more evenly the weight is spread, the larger l1 is beside l2.",
        "(sqrt(n) - l1 / l2) / (sqrt(n) - 1), where n is the number of entries, l1 = sum |v_i|, l2 = sqrt(sum v_i^2). "
        "v may be a matrix: count all its entries. A vector of zeros has no l1 / l2; call it 0.",
        "`return (np.sqrt(v.size) - ...) / (np.sqrt(v.size) - 1)`, after the case of l2 == 0",
    ),
    cases=VECTORS + VECTORS_OF_ZERO,
    judge=_ordinary_before_zero(VECTORS, VECTORS_OF_ZERO),
)


@sparseness.mistake
def swapped_norms(v):
    """The norms are swapped: it is l1, the sum of sizes, divided by l2, the Euclidean length."""
    l1, l2 = np.sum(np.abs(v)), np.sqrt(np.sum(v**2))
    return (np.sqrt(v.size) - l2 / l1) / (np.sqrt(v.size) - 1) if l1 else 0.0


@sparseness.mistake
def squared_length(v):
    """The root of the sum of squares is missing: l2 is the Euclidean length, not its square."""
    l1, squares = np.sum(np.abs(v)), np.sum(v**2)
    return (np.sqrt(v.size) - l1 / squares) / (np.sqrt(v.size) - 1) if squares else 0.0


@sparseness.mistake
def squared_ratio(v):
    """Both norms are squared here. Hoyer's measure takes them as they are."""
    l1, l2 = np.sum(np.abs(v)), np.sqrt(np.sum(v**2))
    return (np.sqrt(v.size) - (l1 / l2) ** 2) / (np.sqrt(v.size) - 1) if l2 else 0.0


@sparseness.mistake
def not_normalised(v):
    """Without the division by sqrt(n) - 1 the measure grows with the length of v. It should end at 1."""
    l1, l2 = np.sum(np.abs(v)), np.sqrt(np.sum(v**2))
    return np.sqrt(v.size) - l1 / l2 if l2 else 0.0


@sparseness.mistake
def ratio_of_norms(v):
    """That is l1 / l2 alone, which is large where the weight is spread out. Bring it to the range from 0 to 1."""
    l1, l2 = np.sum(np.abs(v)), np.sqrt(np.sum(v**2))
    return l1 / l2 if l2 else 0.0


@sparseness.mistake
def upside_down_measure(v):
    """That is 1 for an even vector and 0 for a single entry: it measures density. Turn it round."""
    l1, l2 = np.sum(np.abs(v)), np.sqrt(np.sum(v**2))
    return (l1 / l2 - 1) / (np.sqrt(v.size) - 1) if l2 else 0.0


@sparseness.mistake
def without_root_of_n(v):
    """The root of n is missing: l1 / l2 is at most sqrt(n), which is where an even vector has to give 0."""
    l1, l2 = np.sum(np.abs(v)), np.sqrt(np.sum(v**2))
    return (v.size - l1 / l2) / (v.size - 1) if l2 else 0.0


@sparseness.mistake
def signed_sum(v):
    """In a plain sum, entries of opposite sign cancel. l1 is the sum of their sizes, `np.abs`."""
    l1, l2 = np.sum(v), np.sqrt(np.sum(v**2))
    return (np.sqrt(v.size) - l1 / l2) / (np.sqrt(v.size) - 1) if l2 else 0.0


@sparseness.mistake
def rows_counted(v):
    """`len(v)` counts the rows when v is a matrix. n is the number of all its entries, `v.size`."""
    n, l1, l2 = len(v), np.sum(np.abs(v)), np.sqrt(np.sum(v**2))
    return (np.sqrt(n) - l1 / l2) / (np.sqrt(n) - 1) if l2 else 0.0


@sparseness.mistake
def matrix_norms(v):
    """For a matrix `np.linalg.norm(v, 1)` is the largest column sum, and `norm(v, 2)`
    the largest singular value. Flatten v first, `v.ravel()`.
    """
    l1, l2 = np.linalg.norm(v, 1), np.linalg.norm(v, 2)
    return (np.sqrt(v.size) - l1 / l2) / (np.sqrt(v.size) - 1) if l2 else 0.0


@sparseness.mistake
def largest_column_sum(v):
    """For a matrix `np.linalg.norm(v, 1)` is the largest column sum, not the sum of all entries. Flatten v first,
    `v.ravel()`.
    """
    l1, l2 = np.linalg.norm(v, 1), np.linalg.norm(v)
    return (np.sqrt(v.size) - l1 / l2) / (np.sqrt(v.size) - 1) if l2 else 0.0


@sparseness.mistake
def share_of_zeros(v):
    """That counts zeros. An entry of 1e-9 is as good as zero, and Hoyer's measure sees that: compare l1 with l2."""
    return np.mean(v == 0)


@sparseness.mistake
def zero_vector_forgotten(v):
    """For a vector of zeros l1 / l2 is 0 / 0. Return 0 there."""
    l1, l2 = np.sum(np.abs(v)), np.sqrt(np.sum(v**2))
    return (np.sqrt(v.size) - l1 / l2) / (np.sqrt(v.size) - 1)


exercises = [gradient_codes, multiplicative_step, has_settled, mf_multiplicative_update, sparseness]
progress = functools.partial(check.progress, exercises)


# ---- Predictions ----

from lessons.predict import Prediction  # noqa: E402

both_at_once = Prediction(
    name="both_at_once",
    question="The step updates P first and gives Q the new P. What does the error do if both are updated at once, from the "
    "old pair?",
    choices={
        "falls as before": "Tempting, since each update on its own lowers the error. But each does so while the other factor "
        "stands still, and here it does not.",
        "falls more slowly": "Tempting, since old values are only a little out of date, and at first the error does fall. But "
        "the curve is a saw, and its teeth stay.",
        "rises in every second step": "Both factors correct the same mistake at the same time, so the product overshoots, "
        "then undershoots. One after the other it never rises: Lee and Seung's proof draws a bowl over the loss that touches "
        "it at the present point, and the update goes to its bottom. The bowl is for one factor, the other held still.",
    },
    answer="rises in every second step",
)
centred = Prediction(
    name="centred",
    question="The multiplicative update starts from positive factors and runs on the centred faces. Where does a run end "
    "that does not break down?",
    choices={
        "non-negative parts": "Tempting, since on non-negative data nothing else can happen. But a negative ratio turns the "
        "sign of an entry round: about half of the entries end up negative.",
        "factors of zeros": "Tempting, since a zero stays zero and some method might cut negative entries off. This one does "
        "not: it multiplies by whatever the ratio is.",
        "PCA, with signs": "The proof of descent needs ratios of non-negative numbers. Without them the loss jumps over many "
        "powers of ten and some starts overflow, but runs that settle come to the squared error of the truncated SVD. "
        "The table that the tutorial printed under the name of NMF is that of the rank-2 truncated SVD: PCA in disguise.",
    },
    answer="PCA, with signs",
)
starts = Prediction(
    name="starts",
    question="Twenty random starts, ten atoms each, run until hardly anything moves any more. How many different "
    "dictionaries come out?",
    choices={
        "one": "Tempting, since the errors agree to a fraction of a per cent. But that small difference stays however long "
        "the runs are, and in the run least like the best hardly an atom comes back: there are several local minima.",
        "fewer than twenty": "After 40 steps no two runs agree, which looks like twenty answers. Most of that is impatience: "
        "run on, the errors draw together, the cosines rise, and dictionaries come back. A few real ones remain, so "
        "read only atoms that several starts find.",
        "twenty": "Tempting, and what the runs of 40 steps show. But those were not finished: run on, several starts arrive "
        "at the same dictionary.",
    },
    answer="fewer than twenty",
)
predictions = [both_at_once, centred, starts]
