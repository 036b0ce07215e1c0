"""Notebook 2, why the answer is not unique: the exercises, and the mistakes known for each."""

import contextlib
import copy
import functools

import numpy as np

from lessons import check, factorise
from lessons.exercises import lego
from lessons.exercises.lego import A_LEGO, A_WIDE, D_LEGO, D_TALL, X_FULL, X_LARGE, X_LEGO, X_SMALL
from lessons.factorise import update_codes as best_codes
from lessons.factorise import update_dictionary as best_dictionary

_rng = np.random.default_rng(22)


def _compare_pair(run, case, came, right):
    """Raise Wrong for the first part of the pair that is off, with the known mistake that makes the same of that part."""
    for part, name in enumerate(("D'", "A'")):
        if not check.close(came[part], right[part], case):
            key = _key_up_to(part, run.exercise, came, case)
            raise check.Wrong(f"For {run.call_text(case)} it returned {name} = {check.describe(came[part])}.", key)


def _key_up_to(part, exercise, came, case):
    for key, wrong in exercise.mistakes.items():
        # A mistake may not be able to work on every shape.
        with contextlib.suppress(ValueError), np.errstate(all="ignore"):
            did = wrong(*copy.deepcopy(case))
            if check.close(did[: part + 1], came[: part + 1], case):
                return key
    return None


def _judge_rescale(run):
    for case in run.exercise.cases:
        _compare_pair(run, case, run(*case), factorise.rescale(*case))


rescale = check.Exercise(
    factorise.rescale,
    number="2.1",
    title="another pair with the same product",
    minutes=5,
    core=True,
    returns="the atoms mixed by Q, and the codes with that mixing undone, so that the product stays what it was",
    hints=(
        "Put Q and its inverse between the two factors: D A = D (Q Q^-1) A. Then set the brackets differently.",
        "(D Q)(Q^-1 A) = D A. D' = D Q is (d, k), A' = Q^-1 A is (k, n). `np.linalg.solve(Q, A)` is Q^-1 A.",
        "`return D @ Q, np.linalg.solve(Q, ...)`",
    ),
    cases=[
        # Square, so that even a product in the wrong order has a value.
        (np.array([[1.0, 2], [3, 4]]), np.array([[1.0, 3], [2, 1]]), np.array([[1.0, 1], [2, 4]])),
        (D_LEGO, A_LEGO, np.diag([2.0, 0.5])),
        (D_LEGO, A_LEGO, np.array([[0.0, 1], [-1, 0]])),
        (D_TALL, 1000 * A_WIDE, _rng.normal(size=(3, 3))),
        (X_LARGE[:, :1], X_SMALL[:1], np.array([[-4.0]])),
    ],
    judge=_judge_rescale,
)


@rescale.mistake
def wrong_pair(D, A, Q):
    """Q and its inverse have changed places: the product is the same, but Q should mix the atoms, D' = D Q."""
    return D @ np.linalg.inv(Q), Q @ A


@rescale.mistake
def codes_unchanged(D, A, Q):
    """The codes are as they were, so the product has changed. What Q does to the atoms, Q^-1 must undo in A."""
    return D @ Q, A


@rescale.mistake
def codes_mixed_too(D, A, Q):
    """That applies Q to both. The codes need its inverse, or the product changes."""
    return D @ Q, Q @ A


@rescale.mistake
def transpose_for_inverse(D, A, Q):
    """Q^T is not Q^-1 (they agree only for rotations, permutations and the like). The codes need the inverse."""
    return D @ Q, Q.T @ A


@rescale.mistake
def entrywise_inverse(D, A, Q):
    """`1 / Q` and `Q ** -1` invert entry by entry. The inverse matrix is np.linalg.inv(Q), or better: solve with Q."""
    return D @ Q, (1 / Q) @ A


@rescale.mistake
def diagonal_only(D, A, Q):
    """This uses only the diagonal of Q: right when Q only scales, wrong as soon as Q mixes or reorders atoms."""
    return D * np.diag(Q), A / np.diag(Q)[:, np.newaxis]


@rescale.mistake
def inverse_of_diagonal(D, A, Q):
    """`np.diag(1 / np.diag(Q))` inverts the diagonal alone: right when Q only scales, wrong as soon as Q mixes or reorders
    atoms. The codes need the inverse of the whole Q."""
    return D @ Q, np.diag(1 / np.diag(Q)) @ A


@rescale.mistake
def pair_swapped(D, A, Q):
    """The two are in the wrong order: return D' first, then A'."""
    return np.linalg.solve(Q, A), D @ Q


@rescale.mistake
def elementwise(D, A, Q):
    """`*` and `/` work entry by entry. Mixing the atoms is a matrix product, `@`, and solving with Q undoes it."""
    return D * Q, np.linalg.inv(Q) * A


@rescale.mistake
def left_of_dictionary(D, A, Q):
    """That is Q D, which mixes rows. The atoms are the columns of D, and columns are mixed from the right: D Q."""
    return Q @ D, np.linalg.solve(Q, A)


@rescale.mistake
def right_of_codes(D, A, Q):
    """That is A Q^-1, which mixes samples. Q^-1 must stand right beside the Q that it undoes: (D Q)(Q^-1 A)."""
    return D @ Q, A @ np.linalg.inv(Q)


# One atom of zeros. Not among the cases, so that every way of stumbling over it counts as the same mistake.
ZERO_ATOM = (np.array([[3.0, 0], [4, 0]]), np.array([[1.0, 2, 3], [4, 5, 6]]))


def _judge_normalise_atoms(run):
    for case in [*run.exercise.cases, ZERO_ATOM]:
        D, A = run(*case)
        right = factorise.normalise_atoms(*case)
        # Unit length leaves the sign of an atom open.
        signs = np.where(np.sum(D * right[0], axis=0) < 0, -1, 1)
        _compare_pair(run, case, (D, A), (right[0] * signs, right[1] * signs[:, np.newaxis]))


normalise_atoms = check.Exercise(
    factorise.normalise_atoms,
    number="2.2",
    title="atoms of unit length",
    minutes=4,
    returns="each atom divided by its length, and codes that make up for it; an atom of zeros and its codes as they were",
    hints=(
        "An atom twice as long needs codes half as large. How long is each column of D, and which row of A belongs to it?",
        "length_j = ||d_j||, one number for each of the k columns. D' = D / lengths is (d, k); "
        "A' has row j of A times length_j, (k, n). Replace a length of 0 by 1.",
        "`return D / lengths, A * lengths[...]`, with `lengths = np.sqrt(np.sum(D**2, axis=...))`",
    ),
    cases=[
        (np.array([[3.0, 0], [-4, 2]]), np.array([[1.0, 2, 3], [4, 5, 6]])),
        (D_LEGO, A_LEGO),
        (D_TALL, A_WIDE),
        (X_LARGE[:, :3], A_WIDE),
        (X_SMALL[:, :2], 1000 * A_WIDE[:2]),
    ],
    judge=_judge_normalise_atoms,
)


@normalise_atoms.mistake
def zero_atom(D, A):
    """An atom of zeros has length 0 and cannot be divided by it: leave it, and its row of A, as they are."""
    lengths = np.linalg.norm(D, axis=0)
    return D / lengths, A * lengths[:, np.newaxis]


@normalise_atoms.mistake
def rows_instead_of_columns(D, A):
    """That normalises the rows of D. An atom is a column, so sum down the columns: axis=0."""
    return D / np.linalg.norm(D, axis=1, keepdims=True), A


@normalise_atoms.mistake
def l1_length(D, A):
    """That makes the absolute values sum to 1 (the l1 norm). The length is the root of the sum of squares."""
    lengths = np.sum(np.abs(D), axis=0)
    return D / lengths, A * lengths[:, np.newaxis]


@normalise_atoms.mistake
def plain_sums(D, A):
    """That makes the entries of each atom sum to 1. The length is the root of the sum of squares."""
    sums = np.sum(D, axis=0)
    return D / sums, A * sums[:, np.newaxis]


@normalise_atoms.mistake
def root_forgotten(D, A):
    """That divides by the squared length: the root is missing."""
    squares = np.sum(D**2, axis=0)
    return D / squares, A * squares[:, np.newaxis]


@normalise_atoms.mistake
def largest_entry(D, A):
    """That makes the largest entry of each atom 1. The length is the root of the sum of squares."""
    largest = np.max(np.abs(D), axis=0)
    return D / largest, A * largest[:, np.newaxis]


@normalise_atoms.mistake
def whole_matrix(D, A):
    """That divides by one number, the norm of the whole matrix. Every atom has its own length: `axis=0`."""
    return D / np.linalg.norm(D), A * np.linalg.norm(D)


@normalise_atoms.mistake
def codes_not_compensated(D, A):
    """The atoms are right, but the codes are as they were, so the product has changed: row j of A takes what atom j lost."""
    return D / np.linalg.norm(D, axis=0), A


@normalise_atoms.mistake
def codes_divided_too(D, A):
    """The codes are divided by the lengths as well. What an atom loses its codes must gain: multiply."""
    lengths = np.linalg.norm(D, axis=0)
    return D / lengths, A / lengths[:, np.newaxis]


@normalise_atoms.mistake
def codes_normalised_too(D, A):
    """That gives the codes unit length as well, which changes the product. Only the atoms get it; the codes compensate."""
    return D / np.linalg.norm(D, axis=0), A / np.linalg.norm(A, axis=1, keepdims=True)


@normalise_atoms.mistake
def changes_arguments(D, A):
    """`/=` and `*=` change the caller's array in place: write `D / lengths`, which makes a new one."""
    lengths = np.linalg.norm(D, axis=0)
    lengths[lengths == 0] = 1
    D /= lengths
    A *= lengths[:, np.newaxis]
    return D, A


def _judge_update_codes(run):
    for X, D in run.exercise.cases:
        A = run(X, D)
        best = best_codes(X, D)
        if not check.close(D @ A, D @ best, (X,)):
            # A zero may come out a little negative.
            signed = np.min(best) < -1e-9 * np.max(np.abs(best))
            key = "nonnegative_codes" if signed and np.min(A) >= 0 else None
            raise check.Wrong(f"For {run.call_text((X, D))} it returned {check.describe(A)}.", key)


update_codes = check.Exercise(
    factorise.update_codes,
    number="2.3",
    title="the best codes for a dictionary",
    minutes=3,
    returns="the A (k, n) for which D A comes nearest to X",
    hints=(
        "Each column of X is a sample with its own code: this is `code` of notebook 1, for all columns at once.",
        "(D^T D) A = D^T X, where D^T D is (k, k) and D^T X is (k, n). `np.linalg.lstsq(D, X)` takes a whole matrix X.",
        "`return np.linalg.solve(D.T @ D, ...)`, or the first part of what `np.linalg.lstsq(D, X)` returns",
    ),
    cases=[
        (np.array([[1.0, 2], [2, 0], [0, 1]]), np.array([[1.0], [2], [0]])),
        (X_LEGO, D_LEGO),
        # Two equal rows of whole numbers, so that D D^T has no inverse in floating point either.
        (X_FULL, np.array([[2.0, 1, 0], [1, -1, 3], [0, 2, 1], [4, 1, -2], [4, 1, -2]])),
        (X_LARGE, np.array([[1.0, 2], [2, 1], [-1, 3], [0, 1], [2, 5], [2, 5]])),
        (X_SMALL, np.array([[1.0, 0, 2], [1, 0, 2], [3, 1, 0], [0, 2, -1]])),
    ],
    judge=_judge_update_codes,
)


# What goes wrong with one sample goes wrong with many.
for wrong_code in lego.code.mistakes.values():
    update_codes.mistake(wrong_code)


@update_codes.mistake
def roles_swapped(X, D):
    """That codes the atoms by the samples. `np.linalg.lstsq(D, X)` takes the matrix of atoms first."""
    return np.linalg.lstsq(X, D, rcond=None)[0]


@update_codes.mistake
def transposed_problem(X, D):
    """Nothing has to be transposed here: X ~ D A already has the unknown on the right, as `np.linalg.lstsq(D, X)` wants."""
    return np.linalg.lstsq(D.T, X.T, rcond=None)[0]


@update_codes.mistake
def codes_as_rows(X, D):
    """The result is transposed: codes should be columns, A is (k, n)."""
    return np.linalg.lstsq(D, X, rcond=None)[0].T


@update_codes.mistake
def nonnegative_codes(X, D):
    """No code is negative, but nothing asks for that here, and with codes of either sign D A comes nearer to X."""
    return np.maximum(np.linalg.lstsq(D, X, rcond=None)[0], 0)


# Codes with a row of zeros. Not among the cases, so that every way of stumbling over it counts as the same mistake.
UNUSED_ATOM = (X_LEGO, np.array([[1.0, 2, 1, 2], [0, 0, 0, 0]]))


def _judge_update_dictionary(run):
    for X, A in [*run.exercise.cases, UNUSED_ATOM]:
        D = run(X, A)
        # An atom that no sample uses is arbitrary, the product is not.
        if not check.close(D @ A, best_dictionary(X, A) @ A, (X,)):
            raise check.Wrong(f"For {run.call_text((X, A))} it returned {check.describe(D)}.")


update_dictionary = check.Exercise(
    factorise.update_dictionary,
    number="2.4",
    title="the best dictionary for the codes",
    minutes=3,
    returns="the D (d, k) for which D A comes nearest to X, also when one atom is not used by any sample",
    hints=(
        "Turn the problem round: X ~ D A says the same as X^T ~ A^T D^T, and that is a least-squares problem for D^T.",
        "D = X A^T (A A^T)^-1, where X A^T is (d, k) and A A^T is (k, k). When an atom is not used A A^T has no inverse: "
        "`np.linalg.lstsq(A.T, X.T)` or `np.linalg.pinv` copes.",
        "`return np.linalg.lstsq(A.T, ..., rcond=None)[0].T`",
    ),
    cases=[
        (np.array([[1.0, 2, 0], [0, 1, 1]]), np.array([[1.0, 1, 0]])),
        (X_LEGO, A_LEGO),
        # Two equal columns of whole numbers, so that A^T A has no inverse in floating point either.
        (X_FULL, np.array([[2.0, 1, 0, 1, 3, 0, 0], [1, -1, 2, 0, 1, 4, 4], [0, 3, 1, 1, -2, 1, 1]])),
        (X_LARGE, np.array([[1.0, 2, 0, 0], [3, -1, 2, 2]])),
        (X_SMALL, np.array([[1.0, 2, 0, 1, 0, 1, 2, 2], [0, 1, 1, -1, 2, 0, 3, 3]])),
    ],
    judge=_judge_update_dictionary,
)


@update_dictionary.mistake
def gram_forgotten(X, A):
    """That is X A^T, without (A A^T)^-1: the rows of A overlap and have lengths, and that has to be undone."""
    return X @ A.T


@update_dictionary.mistake
def atoms_as_rows(X, A):
    """The result is transposed: solving for X^T ~ A^T D^T gives D^T, (k, d). Transpose it back."""
    return np.linalg.lstsq(A.T, X.T, rcond=None)[0]


@update_dictionary.mistake
def codes_on_the_wrong_side(X, A):
    """`np.linalg.lstsq(A, X)` looks for A D ~ X. Here the unknown D stands left of A: turn to X^T ~ A^T D^T."""
    return np.linalg.lstsq(A, X, rcond=None)[0]


@update_dictionary.mistake
def whole_lstsq_result(X, A):
    """np.linalg.lstsq returns four things. The first is the solution, and here it is D^T."""
    return np.linalg.lstsq(A.T, X.T, rcond=None)


@update_dictionary.mistake
def inverse_of_codes(X, A):
    """A has no inverse: it has more columns than rows. The matrix to undo is A A^T, (k, k)."""
    return X @ np.linalg.inv(A)


@update_dictionary.mistake
def gram_of_columns(X, A):
    """A^T A is (n, n) and has no inverse when there are fewer atoms than samples. The Gram matrix here is A A^T, (k, k)."""
    return X @ np.linalg.inv(A.T @ A) @ A.T


@update_dictionary.mistake
def first_samples_only(X, A):
    """This uses the first k samples and ignores the others: right only when all samples fit exactly."""
    k = len(A)
    return X[:, :k] @ np.linalg.inv(A[:, :k])


@update_dictionary.mistake
def needs_every_atom_used(X, A):
    """When no sample uses an atom, A has a row of zeros and A A^T no inverse. `lstsq` or `pinv` copes with that."""
    return X @ A.T @ np.linalg.inv(A @ A.T)


def _squared_error(X, D, A):
    return np.sum((X - D @ A) ** 2)


def _half_step_errors(X, D, steps):
    """The squared error after every half step: after each coding (even places) and each new dictionary (odd places)."""
    errors = []
    for _ in range(steps):
        A = best_codes(X, D)
        errors.append(_squared_error(X, D, A))
        D = best_dictionary(X, A)
        errors.append(_squared_error(X, D, A))
    return errors


def _judge_alternate(run):
    for X, D, steps in run.exercise.cases:
        D_new, A_new = run(X, D, steps)
        error, near = _squared_error(X, D_new, A_new), 1e-5 * np.sum(X**2)
        call = f"For {run.call_text((X, D, steps))}"
        better_D = _squared_error(X, best_dictionary(X, A_new), A_new)
        better_A = _squared_error(X, D_new, best_codes(X, D_new))
        if error - near > max(better_D, better_A):
            raise check.Wrong(
                f"{call} the pair leaves a squared error of {error:.4g}. Yet the best dictionary for that A leaves "
                f"{better_D:.4g}, and the best codes for that D leave {better_A:.4g}.",
                "pair_apart",
            )
        # Whether the codes or the dictionary came last is a matter of taste, so half a step less or more is as good.
        errors = _half_step_errors(X, D, steps + 1)
        full = 2 * steps - 1
        if not np.any(np.abs(np.subtract(errors[full - 1 : full + 2], error)) <= near):
            taken = "1 full step leaves" if steps == 1 else f"{steps} full steps leave"
            raise check.Wrong(
                f"{call} the pair leaves a squared error of {error:.4g}. From this D, {taken} {errors[full]:.4g}.",
                _why_off_course(run, X, D, steps, error, near),
            )


def _why_off_course(run, X, D, steps, error, near):
    """The mistake behind an error that belongs to another number of steps, or to another start; None if unknown."""
    names = {
        0: "dictionary_never_updated",
        1: "only_one_step",
        2: "only_one_step",
        steps: "both_from_the_old_pair",
        2 * steps - 3: "one_step_too_few",
        2 * steps + 1: "one_step_too_many",
    }
    for place, known in enumerate(_half_step_errors(X, D, steps + 1)):
        if abs(error - known) <= near:
            return names.get(place)
    if abs(_squared_error(X, *run(X, D, 2 * steps)) - error) <= near:
        return "ignores_steps"
    once, again, elsewhere = (np.matmul(*run(X, start, steps)) for start in (D, D, D[::-1]))
    # Its own start gives the same from everywhere or, when drawn anew, not even the same from the same place.
    return "own_start" if check.close(once, elsewhere) or not check.close(once, again) else None


alternate = check.Exercise(
    factorise.alternate,
    number="2.5",
    title="alternating least squares",
    minutes=5,
    returns="the pair (D, A) after so many steps, each of which solves for the codes and then for the dictionary",
    hints=(
        "You have both halves: the best codes for a dictionary, and the best dictionary for codes. Take turns.",
        "One step: A (k, n) from X and the newest D, then D (d, k) from X and the newest A. "
        "After the last of the steps return (D, A).",
        "`for _ in range(steps):`, in it `A = update_codes(X, D)` and `D = ...`, and after the loop `return D, A`",
    ),
    # More than k patterns in X, or one step would already be exact; 4 steps, at which the mistakes differ most.
    cases=[
        (_rng.normal(size=(9, 6)), _rng.normal(size=(9, 2)), 4),
        (1000 * _rng.normal(size=(7, 5)), _rng.normal(size=(7, 3)), 4),
        (_rng.normal(size=(4, 3)), _rng.normal(size=(4, 1)), 1),
        (X_SMALL, _rng.normal(size=(4, 2)), 2),
    ],
    judge=_judge_alternate,
)


@alternate.mistake
def dictionary_never_updated(X, D, steps):
    """The dictionary comes back as it went in: each step has to solve for D too, and keep the result."""
    for _ in range(steps):
        A = best_codes(X, D)
    return D, A


@alternate.mistake
def only_one_step(X, D, steps):
    """That is what one step gives. Is `return` inside the loop, or do the steps never see the new D or the new A?"""
    A = best_codes(X, D)
    for _ in range(steps):
        D = best_dictionary(X, A)
    return D, A


@alternate.mistake
def both_from_the_old_pair(X, D, steps):
    """Both updates use the old partner, which does half the work. Solve for D with the A that was just computed."""
    A = best_codes(X, D)
    for _ in range(steps):
        D, A = best_dictionary(X, A), best_codes(X, D)
    return D, A


@alternate.mistake
def one_step_too_few(X, D, steps):
    """That is one step short: `range(steps)` counts exactly `steps` rounds."""
    A = best_codes(X, D)
    for _ in range(1, steps):
        A = best_codes(X, D)
        D = best_dictionary(X, A)
    return D, A


@alternate.mistake
def one_step_too_many(X, D, steps):
    """That is one step too many: `range(steps)` counts exactly `steps` rounds."""
    for _ in range(steps + 1):
        A = best_codes(X, D)
        D = best_dictionary(X, A)
    return D, A


@alternate.mistake
def ignores_steps(X, D, steps):
    """It gives the same for any number of steps: loop over `range(steps)`."""
    for _ in range(50):
        A = best_codes(X, D)
        D = best_dictionary(X, A)
    return D, A


@alternate.mistake
def own_start(X, D, steps):
    """The result does not depend on the D that was given: begin with that one, not with one of your own."""
    D = np.random.default_rng(0).normal(size=D.shape)
    for _ in range(steps):
        A = best_codes(X, D)
        D = best_dictionary(X, A)
    return D, A


@alternate.mistake
def pair_apart(X, D, steps):
    """The two do not belong together: return the newest D and the newest A, and leave both as they were solved for."""
    first = best_codes(X, D)
    for _ in range(steps):
        A = best_codes(X, D)
        D = best_dictionary(X, A)
    return D, first


@alternate.mistake
def pair_swapped(X, D, steps):
    """The two are in the wrong order: return D first, then A."""
    for _ in range(steps):
        A = best_codes(X, D)
        D = best_dictionary(X, A)
    return A, D


@alternate.mistake
def changes_arguments(X, D, steps):
    """`D[:] = ...` writes into the caller's array. Give the new dictionary the name D instead: `D = ...`."""
    for _ in range(steps):
        A = best_codes(X, D)
        D[:] = best_dictionary(X, A)
    return D, A


exercises = [rescale, normalise_atoms, update_codes, update_dictionary, alternate]
progress = functools.partial(check.progress, exercises)


# ---- Predictions ----

from lessons.predict import Prediction  # noqa: E402

survivors = Prediction(
    name="survivors",
    question="After which of the changes (scale, order, sign, mixing) does normalising bring back the same atoms?",
    choices={
        "scale": "Only the length of an atom is settled. Order and sign could be by two more conventions (sort the "
        "atoms; make the largest entry positive). For mixing no convention is natural.",
        "scale and sign": "Tempting, since a sign looks like a kind of scale, a factor of -1. But a length is positive: "
        "the negative set divided by its length is still negative.",
        "all but mixing": "Tempting, since order and sign are the same sets to a reader. To the computer they are "
        "different matrices, and dividing by lengths changes neither the order nor the sign.",
        "all": "Tempting, since the product is the same each time. But a mixed atom points elsewhere, and no length "
        "turns it back.",
    },
    answer="scale",
)

nonnegative = Prediction(
    name="nonnegative",
    question="Scale and order aside: how many pairs of two atoms and their codes, with no negative entry, build the Lego "
    "matrix exactly?",
    choices={
        "one": "Tempting, since the mixing above was caught by its negative codes. That rules out some mixtures. Others "
        "keep every entry at zero or above, as long as not more is taken out of set 2 than is in it.",
        "two": "Tempting, since both ends of the range are easy to read: our set 2, and a set of A and C alone. But "
        "everything between the two is allowed as well.",
        "a whole range": "Any share of set 1, from nothing to all of it, can be taken out of set 2, and the codes make "
        "up for it by adding. No sign does not mean no choice.",
    },
    answer="a whole range",
)

rotation = Prediction(
    name="rotation",
    question="A rotation of the atoms is a mixing too. What will it cost in the penalty?",
    choices={
        "more": "Tempting, since the mixing above costs more. That one makes the numbers larger; a rotation does not.",
        "the same": "A rotation keeps the lengths of all vectors, so both sizes stay. The penalty rules out wild mixtures, "
        "but whatever pair it likes best, all rotations of that pair it likes as much.",
        "less": "Tempting, since our two sets are not the cheapest pair. That one mixes in another way, and it can be "
        "rotated at no cost either.",
    },
    answer="the same",
)

predictions = [survivors, nonnegative, rotation]
