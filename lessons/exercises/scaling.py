"""Notebook 2, why the answer is not unique: the exercises, and the mistakes known for each."""

import functools

import numpy as np

from lessons import check, compare, factorise, show
from lessons.exercises import lego
from lessons.exercises.lego import A_LEGO, A_WIDE, D_LEGO, D_TALL, X_FULL, X_LARGE, X_LEGO, X_SMALL

_rng = np.random.default_rng(22)


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
    ways=[
        "D @ Q, np.linalg.inv(Q) @ A",
    ],
    mistakes="""
        wrong_pair: D @ Q, np.linalg.solve(Q, A) -> D @ np.linalg.inv(Q), Q @ A
            Q and its inverse have changed places: the product is the same, but Q should mix the atoms, D' = D Q.
        codes_unchanged: np.linalg.solve(Q, A) -> A
            The codes are as they were, so the product has changed. What Q does to the atoms, Q^-1 must undo in A.
        codes_mixed_too: np.linalg.solve(Q, A) -> Q @ A
            That applies Q to both. The codes need its inverse, or the product changes.
        transpose_for_inverse: np.linalg.inv(Q) -> Q.T
            Q^T is not Q^-1 (they agree only for rotations, permutations and the like). The codes need the inverse.
        entrywise_inverse: np.linalg.inv(Q) -> (1 / Q)
            `1 / Q` and `Q ** -1` invert entry by entry. The inverse matrix is np.linalg.inv(Q), or better: solve with Q.
        diagonal_only: D @ Q, np.linalg.solve(Q, A) -> D * np.diag(Q), A / np.diag(Q)[:, np.newaxis]
            This uses only the diagonal of Q: right when Q only scales, wrong as soon as Q mixes or reorders atoms.
        inverse_of_diagonal: np.linalg.inv(Q) -> np.diag(1 / np.diag(Q))
            `np.diag(1 / np.diag(Q))` inverts the diagonal alone: right when Q only scales, wrong as soon as Q mixes or
            reorders atoms. The codes need the inverse of the whole Q.
        pair_swapped: {} -> ({})[::-1]
            The two are in the wrong order: return D' first, then A'.
        elementwise: D @ Q, np.linalg.inv(Q) @ A -> D * Q, np.linalg.inv(Q) * A
            `*` and `/` work entry by entry. Mixing the atoms is a matrix product, `@`, and solving with Q undoes it.
        left_of_dictionary: D @ Q -> Q @ D
            That is Q D, which mixes rows. The atoms are the columns of D, and columns are mixed from the right: D Q.
        right_of_codes: np.linalg.inv(Q) @ A -> A @ np.linalg.inv(Q)
            That is A Q^-1, which mixes samples. Q^-1 must stand right beside the Q that it undoes: (D Q)(Q^-1 A).
    """,
)


# One atom of zeros.
ZERO_ATOM = (np.array([[3.0, 0], [4, 0]]), np.array([[1.0, 2, 3], [4, 5, 6]]))


def _first_entries_positive(pair):
    """The pair with the signs of its atoms chosen, since unit length leaves them open: the largest entry is positive."""
    D, A = pair
    signs = np.where(D[np.abs(D).argmax(axis=0), np.arange(D.shape[1])] < 0, -1, 1)
    return D * signs, A * signs[:, np.newaxis]


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
    edges=[ZERO_ATOM],
    canonical=_first_entries_positive,
    mistakes="""
        zero_atom: lengths[lengths == 0] = 1 -> pass
            An atom of zeros has length 0 and cannot be divided by it: leave it, and its row of A, as they are.
        rows_instead_of_columns: axis=0 -> axis=1 ;; D / lengths, A * lengths[:, np.newaxis] -> D / lengths[:, np.newaxis], A
            That normalises the rows of D. An atom is a column, so sum down the columns: axis=0.
        l1_length: np.sqrt(np.sum(D**2, axis=0)) -> np.sum(np.abs(D), axis=0)
            That makes the absolute values sum to 1 (the l1 norm). The length is the root of the sum of squares.
        plain_sums: np.sqrt(np.sum(D**2, axis=0)) -> np.sum(D, axis=0)
            That makes the entries of each atom sum to 1. The length is the root of the sum of squares.
        root_forgotten: np.sqrt ->
            That divides by the squared length: the root is missing.
        largest_entry: np.sqrt(np.sum(D**2, axis=0)) -> np.max(np.abs(D), axis=0)
            That makes the largest entry of each atom 1. The length is the root of the sum of squares.
        whole_matrix: np.sqrt(np.sum(D**2, axis=0)) -> np.full(D.shape[1], np.linalg.norm(D))
            That divides by one number, the norm of the whole matrix. Every atom has its own length: `axis=0`.
        codes_not_compensated: A * lengths[:, np.newaxis] -> A
            The atoms are right, but the codes are as they were, so the product has changed: row j of A takes what atom j
            lost.
        codes_divided_too: A * lengths -> A / lengths
            The codes are divided by the lengths as well. What an atom loses its codes must gain: multiply.
        codes_normalised_too: A * lengths[:, np.newaxis] -> A / np.linalg.norm(A, axis=1, keepdims=True)
            That gives the codes unit length as well, which changes the product. Only the atoms get it; the codes
            compensate.
        changes_arguments: return D / lengths, A * lengths[:, np.newaxis] -> D /= lengths; A *= lengths[:, np.newaxis]; return D, A
            `/=` and `*=` change the caller's array in place: write `D / lengths`, which makes a new one.
    """,
)


def _best_codes(came, run, X, D):
    best = update_codes.reference(X, D)
    if compare.close(came, best, (X,)):
        return None
    return check.Finding("", lego.keys_of_least_squares(X, D, came))


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
    law=_best_codes,
    ways=[
        "np.linalg.solve(D.T @ D, D.T @ X)",
        "np.linalg.pinv(D) @ X",
    ],
    mistakes="""
        inner_products: np.linalg.solve(D.T @ D, D.T @ X) -> D.T @ X
            Inner products D^T x say how much x looks like each atom, but atoms overlap and have lengths: the Gram matrix
            D^T D has to be undone too.
        each_atom_alone: D.T @ D, -> np.diag(np.diag(D.T @ D)),
            That fits each atom on its own, as if the others were not there: right only when the atoms are perpendicular.
            Where they overlap the whole (k, k) matrix D^T D has to be undone, not its diagonal alone.
        whole_lstsq: [0] ->
            np.linalg.lstsq returns four things: the solution, the residual, the rank and the singular values. Take the
            first.
        inverse_of_dictionary: pinv -> inv
            D has no inverse: it has more rows than columns. Invert the (k, k) matrix D^T D instead, or solve with it.
        outer_gram: ... -> D.T @ np.linalg.inv(D @ D.T) @ X
            D D^T is (d, d) and has no inverse when there are fewer atoms than rows. The Gram matrix is D^T D, (k, k).
        exact_samples_only: np.linalg.pinv(D) @ X -> np.linalg.solve(D[: D.shape[1]], X[: D.shape[1]])
            This solves the first k equations and ignores the others: right only for an exact mixture of the atoms.
        roles_swapped: lstsq(D, X -> lstsq(X, D
            That codes the atoms by the samples. `np.linalg.lstsq(D, X)` takes the matrix of atoms first.
        transposed_problem: D, X, -> D.T, X.T,
            Nothing has to be transposed here: X ~ D A already has the unknown on the right, as `np.linalg.lstsq(D, X)`
            wants.
        codes_as_rows: {} -> ({}).T
            The result is transposed: codes should be columns, A is (k, n).
        nonnegative_codes: {} -> np.maximum({}, 0)
            No code is negative, but nothing asks for that here, and with codes of either sign D A comes nearer to X.
    """,
)


# Codes with a row of zeros.
UNUSED_ATOM = (X_LEGO, np.array([[1.0, 2, 1, 2], [0, 0, 0, 0]]))


def _best_dictionary(came, run, X, A):
    # An atom that no sample uses is arbitrary, the product is not.
    if compare.close(came @ A, update_dictionary.reference(X, A) @ A, (X,)):
        return None
    return check.Finding("", lego.keys_of_least_squares(X.T, A.T, came.T))


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
    edges=[UNUSED_ATOM],
    law=_best_dictionary,
    ways=[
        "X @ A.T @ np.linalg.pinv(A @ A.T)",
        "X @ np.linalg.pinv(A)",
    ],
    mistakes="""
        gram_forgotten: @ np.linalg.pinv(A @ A.T) ->
            That is X A^T, without (A A^T)^-1: the rows of A overlap and have lengths, and that has to be undone.
        atoms_as_rows: [0].T -> [0]
            | {} -> ({}).T
            The result is transposed: solving for X^T ~ A^T D^T gives D^T, (k, d). Transpose it back.
        codes_on_the_wrong_side: lstsq(A.T, X.T, rcond=None)[0].T -> lstsq(A, X, rcond=None)[0]
            `np.linalg.lstsq(A, X)` looks for A D ~ X. Here the unknown D stands left of A: turn to X^T ~ A^T D^T.
        whole_lstsq_result: [0].T ->
            np.linalg.lstsq returns four things. The first is the solution, and here it is D^T.
        inverse_of_codes: pinv(A) -> inv(A)
            A has no inverse: it has more columns than rows. The matrix to undo is A A^T, (k, k).
        gram_of_columns: np.linalg.pinv(A) -> np.linalg.inv(A.T @ A) @ A.T
            A^T A is (n, n) and has no inverse when there are fewer atoms than samples. The Gram matrix here is A A^T, (k,
            k).
        first_samples_only: ... -> X[:, : len(A)] @ np.linalg.inv(A[:, : len(A)])
            This uses the first k samples and ignores the others: right only when all samples fit exactly.
        needs_every_atom_used: pinv(A @ A.T) -> inv(A @ A.T)
            When no sample uses an atom, A has a row of zeros and A A^T no inverse. `lstsq` or `pinv` copes with that.
    """,
)


def _on_course(came, run, X, D, steps):
    """Both factors must be where so many steps lead; whether the codes are solved for once more at the end is left open."""
    start, pairs = D, []
    for _ in range(steps + 1):
        A = factorise.update_codes(X, D)
        pairs.append((D, A))
        D = factorise.update_dictionary(X, A)
        pairs.append((D, A))
    unit = factorise.normalise_atoms(*came)
    same = [compare.close(unit, factorise.normalise_atoms(*pair), (X,)) for pair in pairs]
    if same[2 * steps - 1] or same[2 * steps]:
        return None
    if any(same):
        place = same.index(True)
        taken = f"Of {steps} steps it took {place / 2:g}."
        return check.Finding(
            taken, ("half_a_step_short" if place == 2 * steps - 2 else "stops_early",) * (place < 2 * steps)
        )
    if compare.close(np.matmul(*run(X, start, 2 * steps)), came[0] @ came[1], (X,)):
        return check.Finding("", ("ignores_steps",))
    once, again, elsewhere = (np.matmul(*run(X, begin, steps)) for begin in (start, start, start[::-1]))
    # Its own start gives the same from everywhere or, when drawn anew, not even the same from the same place.
    if compare.close(once, elsewhere) or not compare.close(once, again):
        return check.Finding("", ("own_start",))
    directions = [(_unit(D.T), _unit(A)) for D, A in [(came[0], came[1]), *pairs]]
    met = [any(compare.close(directions[0][part], other[part]) for other in directions[1:]) for part in (0, 1)]
    return check.Finding("", ("pair_apart",) * all(met))


def _unit(rows):
    return rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-300)


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
    # So small that a loop which stops at an error of its own choice never goes round.
    edges=[(1e-6 * X_FULL, _rng.normal(size=(5, 2)), 6)],
    law=_on_course,
    ways=[
        """
            for _ in range(steps):
                A = update_codes(X, D)
                D = update_dictionary(X, A)
            return D, update_codes(X, D)
        """,
        """
            A = update_codes(X, D)
            for _ in range(steps):
                D = update_dictionary(X, A)
                A = update_codes(X, D)
            return D, A
        """,
    ],
    mistakes=r"""
        dictionary_never_updated: D = update_dictionary(X, A) -> pass
            The dictionary comes back as it went in: each step has to solve for D too, and keep the result.
        only_one_step: range(steps) -> range(1)
            That is what one step gives. Is `return` inside the loop, or do the steps never see the new D or the new A?
        half_a_step_short: D = update_dictionary(X, A) -> used, D = D, update_dictionary(X, A) ;; return D -> return used
            The last dictionary is missing: a step solves for the codes and then for the dictionary, and with one step D would
            come back as it went in.
        stops_early: D = update_dictionary(X, A) -> D = update_dictionary(X, A)\n        if np.sum((X - D @ A) ** 2) < 1e-2: break
            It stops before the steps are used up. What counts as a small error depends on the data, and no stop was asked
            for: go round exactly `steps` times.
        clipped_steps: A = update_codes(X, D) -> A = np.maximum(update_codes(X, D), 0)
            | D = update_dictionary(X, A) -> D = np.maximum(update_dictionary(X, A), 0)
            | A = update_codes(X, D) -> A = np.maximum(update_codes(X, D), 0) ;; D = update_dictionary(X, A) -> D = np.maximum(update_dictionary(X, A), 0)
            Negative entries are cut off at zero in every step. Nothing asks for that here, and then neither factor is the best
            one for the other.
        both_from_the_old_pair: for -> A = update_codes(X, D)\n    for ;; A = update_codes(X, D)\n        D = update_dictionary(X, A) -> D, A = update_dictionary(X, A), update_codes(X, D)
            Both updates use the old partner, which does half the work. Solve for D with the A that was just computed.
        one_step_too_few: for _ in range(steps) -> A = update_codes(X, D)\n    for _ in range(steps - 1)
            That is one step short: `range(steps)` counts exactly `steps` rounds.
        one_step_too_many: range(steps) -> range(steps + 1)
            That is one step too many: `range(steps)` counts exactly `steps` rounds.
        ignores_steps: range(steps) -> range(50)
            It gives the same for any number of steps: loop over `range(steps)`.
        own_start: for -> D = np.random.default_rng(0).normal(size=D.shape)\n    for
            The result does not depend on the D that was given: begin with that one, not with one of your own.
        pair_apart: for -> first = update_codes(X, D)\n    for ;; return D, A -> return D, first
            The two do not belong together: return the newest D and the newest A, and leave both as they were solved for.
        pair_swapped: return D, A -> return A, D
            The two are in the wrong order: return D first, then A.
        changes_arguments: D = update -> D[:] = update
            `D[:] = ...` writes into the caller's array. Give the new dictionary the name D instead: `D = ...`.
    """,
)


exercises = [rescale, normalise_atoms, update_codes, update_dictionary, alternate]
progress = functools.partial(show.progress, exercises)
