"""Notebook 3, gradient descent on the faces: the exercises, and the mistakes known for each."""

import functools

import numpy as np

from lessons import check, factorise

_rng = np.random.default_rng(31)

# N, M and K all different, so that a sum over the wrong axis shows; square ones as well, where a shape error would not.
FACES_SMALL = np.array([[0.0, 1, 5], [4, 2, 3]])
FACES_SQUARE = _rng.uniform(size=(4, 4))
FACES_TALL = 255 * _rng.uniform(size=(7, 3))

SMALLEST = (np.array([[1.0, 2, 3], [4, 5, 7]]), np.array([[1.0], [2]]), np.array([[1.0], [2], [2]]), 0.5)
WIDE = (_rng.normal(size=(5, 8)), _rng.normal(size=(5, 3)), _rng.normal(size=(8, 3)), 0.02)
TALL = (_rng.normal(size=(9, 4)), _rng.normal(size=(9, 2)), _rng.normal(size=(4, 2)), 3.0)
LARGE = (50 * _rng.normal(size=(6, 7)), 5 * _rng.normal(size=(6, 4)), 5 * _rng.normal(size=(7, 4)), 40.0)


def _judge_centre(run):
    for (faces,) in run.exercise.cases:
        came = run(faces)
        if not check.close(came, factorise.centre(faces), (faces,)):
            # What is divided by a spread no longer notices the unit of the data.
            unitless = np.any(came) and check.close(run(10 * faces), came)
            message = f"For {run.call_text((faces,))} it returned {check.describe(came)}."
            raise check.Wrong(message, "divides_by_spread" if unitless else None)


centre = check.Exercise(
    factorise.centre,
    number="3.1",
    title="take both means away",
    minutes=5,
    returns="the faces less each pixel's mean over all faces, and then less each face's own mean",
    hints=(
        "Two means, one after the other: first the average face is taken off every face, then from each face what is "
        "left of its brightness.",
        "`faces.mean(axis=0)` is the mean over the faces, (M,), one number a pixel. `.mean(axis=1, keepdims=True)` is "
        "the mean of each face, (N, 1). The second is taken of what the first has left.",
        "`faces = faces - faces.mean(axis=0)`, then `return faces - faces.mean(axis=..., keepdims=...)`",
    ),
    cases=[(FACES_SMALL,), (FACES_TALL,), (FACES_SQUARE,)],
    judge=_judge_centre,
)


@centre.mistake
def only_global(faces):
    """Only each pixel's mean has gone, or it went twice: the second time it is zero already. Each face, a row, still has
    a mean of its own."""
    return faces - faces.mean(axis=0)


@centre.mistake
def only_local(faces):
    """Only each face's own mean has gone, or it went twice: the second time it is zero already. Each pixel, a column,
    still has a mean over the faces."""
    return faces - faces.mean(axis=1, keepdims=True)


@centre.mistake
def overall_mean(faces):
    """That takes off one number, the mean of all entries. There is a mean for each pixel and a mean for each face."""
    return faces - faces.mean()


@centre.mistake
def both_from_the_original(faces):
    """Both means were taken from the original faces, so that the overall mean went twice. Take the second one from what
    the first has left, or add the overall mean back."""
    return faces - faces.mean(axis=0) - faces.mean(axis=1, keepdims=True)


@centre.mistake
def axes_swapped(faces):
    """The two axes are swapped: `axis=0` runs over the faces and gives a mean for each pixel, `axis=1` runs over the
    pixels and gives a mean for each face."""
    faces = faces - faces.mean(axis=1)
    return faces - faces.mean(axis=0)[:, np.newaxis]


@centre.mistake
def means_of_faces_as_a_row(faces):
    """A face's own mean has to go from its row, but an array of shape (N,) is laid along the columns. `keepdims=True`
    makes it (N, 1)."""
    faces = faces - faces.mean(axis=0)
    return faces - faces.mean(axis=1)


@centre.mistake
def divides_by_spread(faces):
    """It divides by the standard deviation, or another measure of spread. Centring only subtracts: the photographs ten
    times as bright should come out ten times as large."""
    return factorise.centre(faces) / faces.std(axis=0)


@centre.mistake
def transposed(faces):
    """The result is transposed: a face should stay a row."""
    return factorise.centre(faces).T


@centre.mistake
def changes_arguments(faces):
    """`faces -= ...` changes the caller's own photographs. Make a new array: `faces = faces - ...`."""
    faces -= faces.mean(axis=0)
    faces -= faces.mean(axis=1, keepdims=True)
    return faces


regularised_loss = check.Exercise(
    factorise.regularised_loss,
    number="3.2",
    title="the error and a price for size",
    minutes=6,
    returns="the squared error and the penalty on both factors, added up to one number",
    hints=(
        "Two parts: how wrong the product is, and how large the factors are. Both are sums of squared entries.",
        "||R - P Q^T||_F^2 + (beta / 2) (||P||_F^2 + ||Q||_F^2). P Q^T is (N, M) like R; the result is one number.",
        "`return np.sum((R - P @ Q.T) ** 2) + beta / 2 * (np.sum(...) + np.sum(...))`",
    ),
    cases=[SMALLEST, WIDE, TALL, LARGE, (*WIDE[:3], 0.0)],
)


def _square(M):
    return np.sum(M**2)


@regularised_loss.mistake
def whole_beta(R, P, Q, beta):
    """The penalty has weight beta / 2, not beta: the half goes when it is differentiated."""
    return _square(R - P @ Q.T) + beta * (_square(P) + _square(Q))


@regularised_loss.mistake
def penalty_per_entry(R, P, Q, beta):
    """That adds the penalty once for every entry r_ij, so that each row of P pays M times and each row of Q pays N times:
    (beta / 2) (M ||P||^2 + N ||Q||^2). It is what descent entry by entry minimises. Here the penalty counts once."""
    N, M = R.shape
    return _square(R - P @ Q.T) + beta / 2 * (M * _square(P) + N * _square(Q))


@regularised_loss.mistake
def penalty_for_all_entries(R, P, Q, beta):
    """That adds the whole penalty once for each of the N M entries. Here it counts once."""
    return _square(R - P @ Q.T) + beta / 2 * R.size * (_square(P) + _square(Q))


@regularised_loss.mistake
def penalty_norms_not_squared(R, P, Q, beta):
    """The norms in the penalty have to be squared: sums of squared entries, without a root."""
    return _square(R - P @ Q.T) + beta / 2 * (np.linalg.norm(P) + np.linalg.norm(Q))


@regularised_loss.mistake
def error_norm_not_squared(R, P, Q, beta):
    """The norm of R - P Q^T has to be squared: the sum of squared entries, without a root."""
    return np.linalg.norm(R - P @ Q.T) + beta / 2 * (_square(P) + _square(Q))


@regularised_loss.mistake
def no_norm_squared(R, P, Q, beta):
    """None of the three norms is squared. `np.linalg.norm` gives the root of the sum of squares; the loss has no root."""
    return np.linalg.norm(R - P @ Q.T) + beta / 2 * (np.linalg.norm(P) + np.linalg.norm(Q))


@regularised_loss.mistake
def root_of_it(R, P, Q, beta):
    """The root is one step too many: the loss is a sum of squares."""
    return np.sqrt(factorise.regularised_loss(R, P, Q, beta))


@regularised_loss.mistake
def mean_of_squares(R, P, Q, beta):
    """The squared error is a sum over all entries, not their mean."""
    return np.mean((R - P @ Q.T) ** 2) + beta / 2 * (_square(P) + _square(Q))


@regularised_loss.mistake
def means_everywhere(R, P, Q, beta):
    """The squared error and the penalty are sums over all entries, not means."""
    return np.mean((R - P @ Q.T) ** 2) + beta / 2 * (np.mean(P**2) + np.mean(Q**2))


@regularised_loss.mistake
def mean_over_samples(R, P, Q, beta):
    """The squared error is summed over the N samples here, not averaged over them."""
    return _square(R - P @ Q.T) / len(R) + beta / 2 * (_square(P) + _square(Q))


@regularised_loss.mistake
def half_the_error(R, P, Q, beta):
    """The squared error counts in full; only the penalty is halved."""
    return _square(R - P @ Q.T) / 2 + beta / 2 * (_square(P) + _square(Q))


@regularised_loss.mistake
def no_penalty(R, P, Q, beta):
    """That is the squared error alone: the penalty on the size of P and Q is missing."""
    return _square(R - P @ Q.T)


@regularised_loss.mistake
def penalty_on_P_only(R, P, Q, beta):
    """The penalty on Q is missing, or stands outside the bracket that beta / 2 multiplies."""
    return _square(R - P @ Q.T) + beta / 2 * _square(P)


@regularised_loss.mistake
def penalty_on_Q_only(R, P, Q, beta):
    """The penalty on P is missing."""
    return _square(R - P @ Q.T) + beta / 2 * _square(Q)


@regularised_loss.mistake
def bracket_missing(R, P, Q, beta):
    """beta / 2 multiplies only ||P||^2: put ||P||^2 + ||Q||^2 into a bracket."""
    return _square(R - P @ Q.T) + beta / 2 * _square(P) + _square(Q)


@regularised_loss.mistake
def penalty_subtracted(R, P, Q, beta):
    """The penalty has the wrong sign: large factors should cost something."""
    return _square(R - P @ Q.T) - beta / 2 * (_square(P) + _square(Q))


@regularised_loss.mistake
def absolute_values(R, P, Q, beta):
    """The error of an entry is squared, not taken as an absolute value."""
    return np.sum(np.abs(R - P @ Q.T)) + beta / 2 * (_square(P) + _square(Q))


@regularised_loss.mistake
def spectral_norm(R, P, Q, beta):
    """`np.linalg.norm(E, 2)` is the largest singular value of a matrix. Without the 2 it is the Frobenius norm."""
    return np.linalg.norm(R - P @ Q.T, 2) ** 2 + beta / 2 * (np.linalg.norm(P, 2) ** 2 + np.linalg.norm(Q, 2) ** 2)


def _judge_gradients(run):
    for case in run.exercise.cases:
        for name, came, expected in zip(("dP", "dQ"), run(*case), factorise.gradients(*case)):
            if not check.close(came, expected, case):
                message = f"For {run.call_text(case)} the {name} returned was {check.describe(came)}."
                raise check.Wrong(message, _gradient_mistake(name, *run(*TALL)))


def _gradient_mistake(name, dP, dQ):
    """Which mistake explains dP or dQ on the case TALL, by the shares of E Q and beta P in it (E^T P and beta Q)."""
    R, P, Q, beta = TALL
    E = R - P @ Q.T
    came, pull, factor, count = (dP, E @ Q, P, R.shape[1]) if name == "dP" else (dQ, E.T @ P, Q, R.shape[0])
    shares, fits = _shares(came, pull, beta * factor)
    # Right are -2 and 1.
    known = {
        "minus_the_gradient": (2, -1),
        "error_sign": (2, 1),
        "factor_two": (-1, 1),
        "factor_two_twice": (-4, 1),
        "half_of_it": (-1, 0.5),
        "penalty_missing": (-2, 0),
        "penalty_doubled": (-2, 2),
        "penalty_halved": (-2, 0.5),
        "penalty_sign": (-2, -1),
        "penalty_per_entry": (-2, count),
        "averaged": (-2 / R.size, 1),
    }
    return next(
        (key for key, wrong in known.items() if fits and np.allclose(shares, wrong, rtol=1e-3, atol=1e-3)), None
    )


def _shares(moved, *parts):
    """The weights whose mixture of `parts` comes nearest to `moved`, and whether it comes within 2 %."""
    D = np.column_stack([part.ravel() for part in parts])
    weights = factorise.code(moved.ravel(), D)
    return weights, np.linalg.norm(moved.ravel() - D @ weights) <= 0.02 * np.linalg.norm(moved)


gradients = check.Exercise(
    factorise.gradients,
    number="3.3",
    title="which way is down",
    minutes=9,
    returns="the pair (dP, dQ), where an entry says how fast the loss grows when that entry of P or Q grows",
    hints=(
        "Nudge p_ik a little: e_ij changes by -q_jk times the nudge for every j, so the squared errors change by "
        "-2 e_ij q_jk each, and the penalty by beta p_ik. Add up over j, then write it for all i and k at once.",
        "With E = R - P Q^T, (N, M): dP = -2 E Q + beta P is (N, K). For dQ the roles swap and E is transposed, "
        "so that it comes out (M, K).",
        "`E = R - P @ Q.T`, then `return -2 * E @ Q + beta * P, -2 * ... @ P + beta * ...`",
    ),
    cases=[SMALLEST, WIDE, TALL, LARGE, (*WIDE[:3], 0.0)],
    judge=_judge_gradients,
)


@gradients.mistake
def minus_the_gradient(R, P, Q, beta):
    """The sign is turned round: that is the way down, minus the gradient. The gradient itself points uphill."""
    E = R - P @ Q.T
    return 2 * E @ Q - beta * P, 2 * E.T @ P - beta * Q


@gradients.mistake
def error_sign(R, P, Q, beta):
    """The part from the squared error has the wrong sign: P Q^T is subtracted in E = R - P Q^T, which brings a minus."""
    E = R - P @ Q.T
    return 2 * E @ Q + beta * P, 2 * E.T @ P + beta * Q


@gradients.mistake
def factor_two(R, P, Q, beta):
    """The factor 2 from differentiating the square is missing."""
    E = R - P @ Q.T
    return -E @ Q + beta * P, -E.T @ P + beta * Q


@gradients.mistake
def factor_two_twice(R, P, Q, beta):
    """The part from the squared error is twice as large as it should be: differentiating the square brings one 2."""
    E = R - P @ Q.T
    return -4 * E @ Q + beta * P, -4 * E.T @ P + beta * Q


@gradients.mistake
def half_of_it(R, P, Q, beta):
    """That is half the gradient: it belongs to half the loss."""
    E = R - P @ Q.T
    return -E @ Q + beta / 2 * P, -E.T @ P + beta / 2 * Q


@gradients.mistake
def penalty_missing(R, P, Q, beta):
    """The part from the penalty is missing: (beta / 2) p^2 grows with slope beta p."""
    E = R - P @ Q.T
    return -2 * E @ Q, -2 * E.T @ P


@gradients.mistake
def penalty_doubled(R, P, Q, beta):
    """The part from the penalty is twice as large as it should be: (beta / 2) p^2 has slope beta p, not 2 beta p."""
    E = R - P @ Q.T
    return -2 * E @ Q + 2 * beta * P, -2 * E.T @ P + 2 * beta * Q


@gradients.mistake
def penalty_halved(R, P, Q, beta):
    """The part from the penalty is half as large as it should be: (beta / 2) p^2 has slope beta p."""
    E = R - P @ Q.T
    return -2 * E @ Q + beta / 2 * P, -2 * E.T @ P + beta / 2 * Q


@gradients.mistake
def penalty_sign(R, P, Q, beta):
    """The part from the penalty has the wrong sign: it grows with the size of an entry, so its slope is plus beta p."""
    E = R - P @ Q.T
    return -2 * E @ Q - beta * P, -2 * E.T @ P - beta * Q


@gradients.mistake
def penalty_per_entry(R, P, Q, beta):
    """That is the gradient of the penalty once for every entry, M times for P and N times for Q. In `regularised_loss`
    it counts once."""
    N, M = R.shape
    E = R - P @ Q.T
    return -2 * E @ Q + M * beta * P, -2 * E.T @ P + N * beta * Q


@gradients.mistake
def averaged(R, P, Q, beta):
    """The squared error is averaged over the entries here; in `regularised_loss` it is a sum."""
    E = R - P @ Q.T
    return -2 * E @ Q / R.size + beta * P, -2 * E.T @ P / R.size + beta * Q


@gradients.mistake
def transposed(R, P, Q, beta):
    """dQ is transposed: it has the shape of Q, (M, K). E^T P has it, P^T E does not."""
    dP, dQ = factorise.gradients(R, P, Q, beta)
    return dP, dQ.T


@gradients.mistake
def swapped(R, P, Q, beta):
    """The two gradients come in the wrong order: dP first, then dQ."""
    return factorise.gradients(R, P, Q, beta)[::-1]


def _start(N, M, K, seed):
    """A matrix (N, M) with K clear directions and a little of the others, and a small signed start for K atoms."""
    rng = np.random.default_rng(seed)
    U, _, Vt = np.linalg.svd(rng.normal(size=(N, M)), full_matrices=False)
    sizes = np.where(np.arange(min(N, M)) < K, 3 - 0.5 * np.arange(min(N, M)), 0.5)
    return (U * sizes) @ Vt, 0.5 * rng.normal(size=(N, K)), 0.5 * rng.normal(size=(M, K))


STARTS = [_start(12, 9, 3, seed=4), _start(7, 10, 2, seed=1)]
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


def _judge_descent(run):
    once_per_entry = []
    for start in STARTS:
        R, P, Q = start
        moved = _descend(run, start, FEW, TINY)
        priced = _descend(run, start, FEW, TINY, BETA)
        _judge_settings(run, start, moved, priced)
        # The problem for Q is the problem for P with R transposed.
        once_per_entry.append(_judge_direction("P", "2 E Q", R, P, Q, moved[0], priced[0]))
        once_per_entry.append(_judge_direction("Q", "2 E^T P", R.T, Q, P, moved[1], priced[1]))
        _judge_distance(run, start)
    return ENTRY_BY_ENTRY if all(once_per_entry) else None


def _descend(run, start, steps, alpha, beta=0.0):
    """The answer's P and Q, finite or not; Wrong for anything but a pair of the right shapes."""
    R, P, Q = start
    try:
        return run(R, P, Q, P.shape[1], steps=steps, alpha=alpha, beta=beta, like=(P, Q))
    except check.Wrong as finding:
        key = _wrong_pair(run.result, R, P, Q)
        if key == "overflows":
            return run.result
        raise check.Wrong(str(finding), key or finding.mistake) from None


def _wrong_pair(result, R, P, Q):
    if getattr(result, "shape", None) == R.shape:
        return "returns_the_product"
    parts = result if isinstance(result, (tuple, list)) else []
    shapes = [getattr(part, "shape", None) for part in parts]
    if shapes == [P.shape, Q.shape] and all(part.dtype.kind == "f" for part in parts):
        return "overflows"
    if shapes == [P.shape, Q.T.shape]:
        return "transposed"
    if shapes == [Q.shape, P.shape]:
        return "swapped"
    return "returns_more" if len(shapes) > 2 and shapes[:2] == [P.shape, Q.shape] else None


def _judge_settings(run, start, moved, priced):
    """Both factors move and stay finite, and steps, alpha and beta make a difference."""
    still = [name for name, before, after in zip("PQ", start[1:], moved) if np.array_equal(before, after)]
    if still:
        message = f"After {FEW} steps {' and '.join(still)} came back as given."
        raise check.Wrong(message, "nothing_moves" if len(still) == 2 else "one_factor_only")
    # Two steps, because with an alpha of 1 a few more overflow, and then there is nothing left to compare.
    if _same(_descend(run, start, 2, TINY), _descend(run, start, 2, 2 * TINY)):
        raise check.Wrong(f"alpha = {TINY:g} and alpha = {2 * TINY:g} gave the same P and Q.", "ignores_alpha")
    if not all(np.isfinite(part).all() for part in (*moved, *priced)):
        raise check.Wrong(f"After {FEW} steps with alpha = {TINY:g} there were NaN or infinite entries.", "overflows")
    further = _descend(run, start, 2 * FEW, TINY)
    R, P, Q = start
    if _same(moved, further):
        one_step = _near(np.linalg.norm(moved[0] - P), TINY * np.linalg.norm(2 * (R - P @ Q.T) @ Q))
        key = "one_step_only" if one_step else "ignores_steps"
        raise check.Wrong(f"{FEW} and {2 * FEW} steps gave the same P and Q.", key)
    downhill = TINY * 2 * (R - P @ Q.T) @ Q
    taken = [np.sum((part - P) * downhill) / np.sum(downhill**2) for part in (moved[0], further[0])]
    for key, more in (("one_step_too_few", -1), ("one_step_too_many", 1)):
        # Twice, since with 5 steps alone one more step looks like an alpha 1.2 times as large.
        if np.allclose(taken, [FEW + more, 2 * FEW + more], rtol=0.01):
            raise check.Wrong(f"Asked for {FEW} and {2 * FEW} steps it took {FEW + more} and {2 * FEW + more}.", key)
    if _same(moved, priced):
        raise check.Wrong(f"beta = 0 and beta = {BETA} gave the same P and Q.", "ignores_beta")


def _same(pair, other):
    return all(np.array_equal(a, b) for a, b in zip(pair, other))


def _judge_direction(name, downhill, R, P, Q, moved, priced):
    """Whether P moved along 2 E Q by the right amount, and the penalty pulled it back by the right amount.

    Returns whether the penalty acted once an entry, rather than once a step.
    """
    E = R - P @ Q.T
    travelled = (moved - P) / (FEW * TINY)
    where = f"In {FEW} steps with alpha = {TINY:g} and beta = "
    (share,), along = _shares(travelled, 2 * E @ Q)
    if np.linalg.norm(moved - P) > 0.5 * np.linalg.norm(P):
        clipped = np.linalg.norm(moved - np.maximum(P, 0)) < 0.1 * np.linalg.norm(P)
        key = "overflows" if along else "clipped" if clipped else "own_start"
        raise check.Wrong(f"{where}0, {name} went far from the {name} given.", key)
    if not along:
        _, along_positive = _shares(travelled, np.where(R > 0, E, 0) @ Q)
        message = f"{where}0, {name} did not move along {downhill}."
        raise check.Wrong(message, "skips_entries" if along_positive else None)
    if not _near(share, 1):
        known = {"factor_two": _near(share, 0.5), "averaged": _near(share, 1 / R.size), "overflows": share > 4}
        key = "ascends" if share < 0 else next((key for key, matches in known.items() if matches), None)
        raise check.Wrong(f"{where}0, {name} moved {share:.3g} times as far along {downhill} as it should.", key)
    (weight,), _ = _shares((moved - priced) / (FEW * TINY), BETA * P)
    # The penalty acts once a step, or once an entry: on a row of P as often as R has columns.
    if not _near(weight, 1) and not _near(weight, R.shape[1]):
        known = {"penalty_sign": -1, "penalty_halved": 0.5, "penalty_doubled": 2}
        key = next((key for key, w in known.items() if _near(weight, w) or _near(weight, w * R.shape[1])), None)
        if abs(weight) < 0.05:  # not in both, or beta would have made no difference
            key = "penalty_on_one_factor"
        message = f"{where}{BETA}, the penalty pulled {name} back {weight:.3g} times as much as it should."
        raise check.Wrong(message, key)
    return _near(weight, R.shape[1])


def _near(value, wanted):
    # Right answers come within 1e-4, those in float32 within a few percent.
    return abs(value - wanted) <= 0.05 * abs(wanted)


def _judge_distance(run, start):
    """A long calm run ends near the floor of the truncated SVD."""
    R, P, Q = start
    before, floor = np.sum((R - P @ Q.T) ** 2), factorise.smallest_error(R, P.shape[1]) ** 2
    last_P, last_Q = _descend(run, start, LONG, CALM)
    error = np.sum((R - last_P @ last_Q.T) ** 2)
    if error <= 1.05 * floor:
        return
    where = f"On a matrix of shape {R.shape} with K = {P.shape[1]}, {LONG} steps, alpha = {CALM} and beta = 0"
    came = f"the squared error went from {before:.4g} to {error:.4g}, where {floor:.4g} can be reached."
    # Where R = P Q^T the first residual is zero, and with only that one nothing but the penalty acts: P just shrinks.
    shrunk, _ = _descend(run, (P @ Q.T, P, Q), LONG, CALM, beta=1.0)
    if np.isfinite(shrunk).all() and _shares(shrunk, P)[1]:
        raise check.Wrong(f"{where}, {came}", "residual_before_loop")
    raise check.Wrong(f"{where}, {came}", None if np.isfinite(error) else "overflows")


matrix_factorization = check.Exercise(
    factorise.matrix_factorization,
    number="3.4",
    title="gradient descent",
    minutes=10,
    core=True,
    returns="the pair (P, Q) after `steps` steps downhill from the P and Q given",
    hints=(
        "A step goes a little way downhill: each factor minus alpha times its gradient. Take the residual anew in every "
        "step, because P and Q have changed.",
        "In each step E = R - P Q^T, then P <- P + alpha (2 E Q - beta P) and Q <- Q + alpha (2 E^T P - beta Q). "
        "P stays (N, K), Q stays (M, K).",
        "`for _ in range(steps):`, inside it `E = R - P @ Q.T`, `P = P + alpha * (2 * E @ Q - beta * P)`, `Q = ...`; "
        "after it return both",
    ),
    cases=[(*start, start[1].shape[1], 20, 0.01, 0.1) for start in STARTS],
    judge=_judge_descent,
)


@matrix_factorization.mistake
def ascends(R, P, Q, K, steps=500, alpha=0.002, beta=0.02):
    """That is uphill, or the wrong way for one factor. With E = R - P Q^T the step is added: P + alpha (2 E Q - beta P)."""
    for _ in range(steps):
        E = R - P @ Q.T
        P, Q = P - alpha * (2 * E @ Q - beta * P), Q - alpha * (2 * E.T @ P - beta * Q)
    return P, Q


@matrix_factorization.mistake
def factor_two(R, P, Q, K, steps=500, alpha=0.002, beta=0.02):
    """The factor 2 from differentiating the square is missing."""
    for _ in range(steps):
        E = R - P @ Q.T
        P = P + alpha * (E @ Q - beta * P)
        Q = Q + alpha * (E.T @ P - beta * Q)
    return P, Q


@matrix_factorization.mistake
def averaged(R, P, Q, K, steps=500, alpha=0.002, beta=0.02):
    """The step is divided by the number of entries. The loss is a sum over the entries, not a mean."""
    for _ in range(steps):
        E = (R - P @ Q.T) / R.size
        P = P + alpha * (2 * E @ Q - beta * P)
        Q = Q + alpha * (2 * E.T @ P - beta * Q)
    return P, Q


@matrix_factorization.mistake
def overflows(R, P, Q, K, steps=500, alpha=0.002, beta=0.02):
    """The steps are far too long, and such a run overflows. A step moves by alpha times the gradient, once: the matrix
    form already sums over all entries, so it does not belong inside a loop over them."""
    for _ in range(steps):
        E = R - P @ Q.T
        for _ in range(R.size):
            P = P + alpha * (2 * E @ Q - beta * P)
            Q = Q + alpha * (2 * E.T @ P - beta * Q)
    return P, Q


@matrix_factorization.mistake
def residual_before_loop(R, P, Q, K, steps=500, alpha=0.002, beta=0.02):
    """The residual E is computed only once, before the loop, so that later steps follow an error long gone. Compute it
    anew in every step."""
    E = R - P @ Q.T
    for _ in range(steps):
        P, Q = P + alpha * (2 * E @ Q - beta * P), Q + alpha * (2 * E.T @ P - beta * Q)
    return P, Q


@matrix_factorization.mistake
def one_factor_only(R, P, Q, K, steps=500, alpha=0.002, beta=0.02):
    """Both factors have to be updated in every step, and both returned."""
    for _ in range(steps):
        P = P + alpha * (2 * (R - P @ Q.T) @ Q - beta * P)
    return P, Q


@matrix_factorization.mistake
def nothing_moves(R, P, Q, K, steps=500, alpha=0.002, beta=0.02):
    """Is the loop run at all, and does what it computes go back into P and Q?"""
    return P, Q


@matrix_factorization.mistake
def one_step_only(R, P, Q, K, steps=500, alpha=0.002, beta=0.02):
    """However many are asked for, it takes one step: is `return` inside the loop, or does every step start from the
    first P and Q again?"""
    E = R - P @ Q.T
    return P + alpha * (2 * E @ Q - beta * P), Q + alpha * (2 * E.T @ P - beta * Q)


@matrix_factorization.mistake
def ignores_steps(R, P, Q, K, steps=500, alpha=0.002, beta=0.02):
    """The number of steps should be the one asked for: `range(steps)`."""
    return factorise.matrix_factorization(R, P, Q, K, 100, alpha, beta)


@matrix_factorization.mistake
def one_step_too_few(R, P, Q, K, steps=500, alpha=0.002, beta=0.02):
    """That is one step short: `range(steps)` counts exactly `steps` rounds."""
    return factorise.matrix_factorization(R, P, Q, K, steps - 1, alpha, beta)


@matrix_factorization.mistake
def one_step_too_many(R, P, Q, K, steps=500, alpha=0.002, beta=0.02):
    """That is one step too many: `range(steps)` counts exactly `steps` rounds."""
    return factorise.matrix_factorization(R, P, Q, K, steps + 1, alpha, beta)


@matrix_factorization.mistake
def ignores_alpha(R, P, Q, K, steps=500, alpha=0.002, beta=0.02):
    """The step size should be the one asked for: multiply both updates by `alpha`."""
    return factorise.matrix_factorization(R, P, Q, K, steps, 0.002, beta)


@matrix_factorization.mistake
def ignores_beta(R, P, Q, K, steps=500, alpha=0.002, beta=0.02):
    """The penalty should have the weight asked for: both updates hold a term with `beta`."""
    return factorise.matrix_factorization(R, P, Q, K, steps, alpha, 0.0)


@matrix_factorization.mistake
def penalty_sign(R, P, Q, K, steps=500, alpha=0.002, beta=0.02):
    """The penalty has the wrong sign: it should shrink the factors, not grow them."""
    return factorise.matrix_factorization(R, P, Q, K, steps, alpha, -beta)


@matrix_factorization.mistake
def penalty_halved(R, P, Q, K, steps=500, alpha=0.002, beta=0.02):
    """The half goes when the penalty is differentiated: (beta / 2) p^2 has slope beta p."""
    return factorise.matrix_factorization(R, P, Q, K, steps, alpha, beta / 2)


@matrix_factorization.mistake
def penalty_doubled(R, P, Q, K, steps=500, alpha=0.002, beta=0.02):
    """The 2 of the update belongs to the error alone: the penalty (beta / 2) p^2 has slope beta p, not 2 beta p."""
    return factorise.matrix_factorization(R, P, Q, K, steps, alpha, 2 * beta)


@matrix_factorization.mistake
def penalty_on_one_factor(R, P, Q, K, steps=500, alpha=0.002, beta=0.02):
    """Only one of the two factors feels the penalty: both updates hold a term with `beta`."""
    for _ in range(steps):
        E = R - P @ Q.T
        P = P + alpha * (2 * E @ Q - beta * P)
        Q = Q + alpha * 2 * E.T @ P
    return P, Q


@matrix_factorization.mistake
def skips_entries(R, P, Q, K, steps=500, alpha=0.002, beta=0.02):
    """Only the positive entries of R are used, as in code for ratings where 0 means unknown (`if R[i][j] > 0`). Here
    every entry is known, and centred faces have negative ones."""
    for _ in range(steps):
        E = np.where(R > 0, R - P @ Q.T, 0)
        P = P + alpha * (2 * E @ Q - beta * P)
        Q = Q + alpha * (2 * E.T @ P - beta * Q)
    return P, Q


@matrix_factorization.mistake
def own_start(R, P, Q, K, steps=500, alpha=0.002, beta=0.02):
    """It starts from a P and Q of its own. Start from those given, so that a run can be repeated."""
    rng = np.random.RandomState(0)
    return factorise.matrix_factorization(R, rng.rand(*P.shape), rng.rand(*Q.shape), K, steps, alpha, beta)


@matrix_factorization.mistake
def clipped(R, P, Q, K, steps=500, alpha=0.002, beta=0.02):
    """Negative entries of the factors are cut off at zero. Here they may have either sign; notebook 4 is about factors
    that may not."""
    for _ in range(steps):
        P, Q = factorise.matrix_factorization(R, P, Q, K, 1, alpha, beta)
        P, Q = np.maximum(P, 0), np.maximum(Q, 0)
    return P, Q


@matrix_factorization.mistake
def transposed(R, P, Q, K, steps=500, alpha=0.002, beta=0.02):
    """Q comes back transposed: it should be (M, K), as it went in. If you keep a transposed Q inside, return its `.T`."""
    P, Q = factorise.matrix_factorization(R, P, Q, K, steps, alpha, beta)
    return P, Q.T


@matrix_factorization.mistake
def swapped(R, P, Q, K, steps=500, alpha=0.002, beta=0.02):
    """The two factors come back in the wrong order: P first, then Q."""
    return factorise.matrix_factorization(R, P, Q, K, steps, alpha, beta)[::-1]


@matrix_factorization.mistake
def returns_the_product(R, P, Q, K, steps=500, alpha=0.002, beta=0.02):
    """That is a matrix of the shape of R. Return the two factors themselves."""
    P, Q = factorise.matrix_factorization(R, P, Q, K, steps, alpha, beta)
    return P @ Q.T


@matrix_factorization.mistake
def returns_more(R, P, Q, K, steps=500, alpha=0.002, beta=0.02):
    """Return only P and Q; what else you would like to see can be computed from them."""
    P, Q = factorise.matrix_factorization(R, P, Q, K, steps, alpha, beta)
    return P, Q, factorise.regularised_loss(R, P, Q, beta)


@matrix_factorization.mistake
def changes_arguments(R, P, Q, K, steps=500, alpha=0.002, beta=0.02):
    """Whoever called it may want to start again from the same place. Make new arrays, `P = P + ...`, or work on copies,
    `P.copy()`; a transposed array, `Q.T`, is no copy."""
    for _ in range(steps):
        E = R - P @ Q.T
        P += alpha * (2 * E @ Q - beta * P)
        Q += alpha * (2 * E.T @ P - beta * Q)
    return P, Q


exercises = [centre, regularised_loss, gradients, matrix_factorization]
progress = functools.partial(check.progress, exercises)


# ---- Predictions ----

from lessons.predict import Prediction  # noqa: E402

descent_curve = Prediction(
    name="descent_curve",
    question="What will the curve of the squared error look like, from the random start on?",
    choices={
        "one slope": "Tempting, since every step goes downhill and steps become smaller near the bottom. It never rises, "
        "but it does not slow down once: it nearly stops twice, far above the floor, and gets going again.",
        "terraces": "It rests near the floor for no atom, then for more than a thousand steps near the floor for one "
        "atom, and only then reaches the one for two. Who stops on a terrace believes that the descent has converged.",
        "up and down": "Tempting, since two factors are changed at once and could get in each other's way. With a small "
        "enough step size they do not: the curve never rises.",
    },
    answer="terraces",
)

step_size = Prediction(
    name="step_size",
    question="The tutorial's alpha is 0.002. What happens from the same start with 0.0045, a little more than twice that?",
    choices={
        "faster": "Tempting, since twice the step size was fine. But between fine and fatal there is hardly anything.",
        "back and forth": "Tempting, and that is how it begins: a step too long lands higher on the other side of the "
        "valley. From there the slope is larger, so the next step is longer still, and it does not come back.",
        "overflow": "It overshoots the valley, lands higher on the other side, overshoots more, and within a few "
        "steps the numbers are beyond what a computer can hold. If a run gives you `nan`, make alpha smaller first.",
    },
    answer="overflow",
)

best_beta = Prediction(
    name="best_beta",
    question="Which beta ends nearest to the floor after 5000 steps?",
    choices={
        "0": "Tempting, since a penalty can only pull away from the best fit. At the end that is true, and after 25000 steps "
        "it is the nearest. After 5000 it is the farthest: Q is large and P small, and the step in Q is proportional to P.",
        "0.02": "Tempting, since it is the tutorial's. It is on its way to balancing the two factors, and not there yet.",
        "0.2": "It has brought P and Q to nearly the same size, where descent is fast, and costs next to nothing. "
        "What looked like the price of a small penalty was a gain in time: the order at the end is the other way round.",
        "2": "Tempting once one knows that a penalty helps. It balances the factors at once, but it takes half of beta off "
        "each singular value of the product, and that does cost accuracy.",
    },
    answer="0.2",
)

predictions = [descent_curve, step_size, best_beta]
