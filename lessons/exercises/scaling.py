"""Notebook 2, why the answer is not unique: the exercises, and the mistakes known for each."""

import functools
import re

import numpy as np

from lessons import check, compare, factorise, predict, show
from lessons.exercises import lego
from lessons.exercises.lego import A_LEGO, A_WIDE, D_LEGO, D_TALL, PROBE, X_FULL, X_LARGE, X_LEGO, X_SMALL

_rng = np.random.default_rng(22)


rescale = check.Exercise(
    factorise.rescale,
    number="2.1",
    title="another pair with the same product",
    minutes=5,
    core=True,
    returns="the atoms mixed by Q, and the codes with that mixing undone, so that the product stays what it was",
    hints="""
        - Nobody may notice: what you do to the atoms has to be undone in the codes. Where in D A can you put Q Q^-1?
        - D Q Q^-1 A = (D Q)(Q^-1 A). D' = D Q is (d, k), A' = Q^-1 A is (k, n). `np.linalg.solve(Q, A)` is Q^-1 A
          without an inverse.
        - `return D @ Q, ...`
    """,
    cases=[
        # Square, so that even a product in the wrong order has a value.
        (np.array([[1.0, 2], [3, 4]]), np.array([[1.0, 3], [2, 1]]), np.array([[1.0, 1], [2, 4]])),
        (D_LEGO, A_LEGO, np.diag([2.0, 0.5])),
        (D_LEGO, A_LEGO, np.array([[0.0, 1], [-1, 0]])),
        (D_TALL, 1000 * A_WIDE, _rng.normal(size=(3, 3))),
        (X_LARGE[:, :1], X_SMALL[:1], np.array([[-4.0]])),
    ],
    ways=["D @ Q, np.linalg.inv(Q) @ A"],
    mistakes="""
        wrong_pair: ... -> D @ np.linalg.inv(Q), Q @ A
            Q and its inverse have changed places: the product is the same, but Q should mix the atoms, D' = D Q.
        dictionary_with_inverse: D @ Q -> D @ np.linalg.inv(Q)
            The atoms are mixed by Q^-1. They are mixed by Q itself, D' = D Q, and the codes undo that with Q^-1.
        codes_unchanged: np.linalg.solve(Q, A) -> A
            The codes are as they were, so the product has changed. What Q does to the atoms, Q^-1 must undo in A.
        codes_mixed_too: np.linalg.solve(Q, A) -> Q @ A
            That applies Q to both. The codes need its inverse, or the product changes.
        transpose_for_inverse: np.linalg.inv(Q) -> Q.T
            Q^T is not Q^-1 (they agree only for rotations, permutations and the like). The codes need the inverse.
        entrywise_inverse: np.linalg.inv(Q) -> (1 / Q)
        diagonal_only: ... -> D * np.diag(Q), A / np.diag(Q)[:, np.newaxis]
            | ^ -> Q = np.diag(np.diag(Q))
            This uses only the diagonal of Q: right when Q only scales, wrong as soon as Q mixes or reorders atoms.
        inverse_of_diagonal: np.linalg.inv(Q) -> np.diag(1 / np.diag(Q))
            That inverts the diagonal of Q alone: right when Q only scales, wrong as soon as it mixes or reorders atoms.
        pair_swapped: {} -> ({})[::-1]
        elementwise: D @ Q, np.linalg.inv(Q) @ A -> D {* Q, np.linalg.inv(Q) *|@ Q, np.linalg.inv(Q) *|* Q, np.linalg.inv(Q) @} A
            `*` goes entry by entry. Both D Q and Q^-1 A are matrix products, `@`.
        left_of_dictionary: D @ Q -> Q @ D
            That is Q D, which mixes rows. The atoms are the columns of D, and columns are mixed from the right: D Q.
        right_of_codes: np.linalg.inv(Q) @ A -> A @ np.linalg.inv(Q)
            That is A Q^-1, which mixes samples. Q^-1 must stand right beside the Q that it undoes: (D Q)(Q^-1 A).
        dictionary_unchanged: D @ Q -> D
            The atoms are as they were. Q mixes them, D' = D Q, and the codes undo that.
        dictionary_with_transpose: D @ Q -> D @ Q.T
            The atoms are mixed by Q^T. Column j of D Q is D times column j of Q, which is Q as it stands.
        inverse_transposed: np.linalg.inv(Q) -> np.linalg.inv(Q).T
            The inverse is transposed. What undoes a matrix is its inverse as it stands.
        solved_the_wrong_way: np.linalg.solve(Q, A) -> np.linalg.solve(A, Q)
            `np.linalg.solve(Q, A)` solves Q ? = A: the matrix that is undone comes first.
        ridge: inv(Q) -> {inv(Q + {1|0.1|0.01} * np.eye(len(Q)))|inv(Q.T @ Q + 0.1 * np.eye(len(Q))) @ Q.T}
        divided_by_a_number: np.linalg.solve(Q, A) -> A / {np.linalg.det|np.linalg.norm|np.sum}(Q)
            | inv(Q) -> inv(Q) / np.linalg.det(Q)
            A number cannot undo what a matrix mixed, and none is needed beside Q^-1: the codes need that alone.
        q_normalised: ^ -> Q = {Q / np.linalg.norm(Q, axis=0)|Q / np.where(Q.sum(axis=0) == 0, 1, Q.sum(axis=0))|Q / np.linalg.norm(Q)|np.linalg.qr(Q)[0]}
            Q is scaled or made orthogonal first. The atoms should be mixed by Q as it is.
        unit_atoms: {0} -> ({0}) / np.linalg.norm({0}, axis=0)
        returns_the_product: ... -> D @ A
        dictionary_only: {} -> ({})[0]
        returns_more: {} -> {}, {D @ A|Q}
    """,
)


def _first_entries_positive(pair):
    # Unit length leaves the signs open: the largest entry of each atom is made positive.
    D, A = pair
    signs = np.where(D[np.abs(D).argmax(axis=0), np.arange(D.shape[1])] < 0, -1, 1)
    return D * signs, A * signs[:, np.newaxis]


normalise_atoms = check.Exercise(
    factorise.normalise_atoms,
    number="2.2",
    title="atoms of unit length",
    minutes=4,
    returns="each atom divided by its length, and codes that make up for it; an atom of zeros and its codes as they were",
    hints="""
        - An atom twice as long needs codes half as large. How long is each column of D, and which row of A belongs to
          it?
        - length_j = ||d_j||, one number for each of the k columns. D' = D / lengths is (d, k); row j of A' is row j of
          A times length_j. Where a length is 0, use 1.
        - `lengths = np.sqrt(np.sum(D**2, axis=...))`, then `return D / lengths, A * ...`: (k,) has to become a column
          of shape (k, 1)
    """,
    cases=[
        (np.array([[3.0, 0], [-4, 2]]), np.array([[1.0, 2, 3], [4, 5, 6]])),
        (D_LEGO, A_LEGO),
        (D_TALL, A_WIDE),
        (X_LARGE[:, :3], A_WIDE),
        (X_SMALL[:, :2], 1000 * A_WIDE[:2]),
    ],
    # An atom of zeros.
    edges=[(np.array([[3.0, 0], [4, 0]]), np.array([[1.0, 2, 3], [4, 5, 6]]))],
    canonical=_first_entries_positive,
    mistakes=r"""
        zero_atom: lengths[lengths == 0] = 1 -> pass
            | lengths[lengths == 0] = 1 -> ones = np.where(lengths == 0, 1, lengths) ;; D / lengths -> D / ones
            An atom of zeros has length 0 and cannot be divided by it: leave it, and its row of A, as they are.
        rows_instead_of_columns: axis=0 -> axis=1 ;; D / lengths -> D / lengths{[:, np.newaxis]|}
            | D / lengths -> D / np.linalg.norm(D, axis=1, keepdims=True)
            That normalises the rows of D. An atom is a column, so sum down the columns: axis=0.
        l1_length: np.sqrt(np.sum(D**2, axis=0)) -> np.sum(np.abs(D), axis=0)
            That makes the absolute values sum to 1 (the l1 norm). The length is the root of the sum of squares.
        plain_sums: np.sqrt(np.sum(D**2, axis=0)) -> np.sum(D, axis=0)
            That makes the entries of each atom sum to 1. The length is the root of the sum of squares.
        root_forgotten: np.sqrt ->
            | lengths[:, np.newaxis] -> lengths[:, np.newaxis] ** 2
            A squared length is taken: the root is missing.
        largest_entry: np.sqrt(np.sum(D**2, axis=0)) -> np.max(np.abs(D), axis=0)
            That makes the largest entry of each atom 1. The length is the root of the sum of squares.
        codes_normalised: ... -> D * np.linalg.norm(A, axis=1), A / np.linalg.norm(A, axis=1)[:, np.newaxis]
            That gives each row of the codes length 1, and the atoms make up for it. It is the atoms that get length 1.
        whole_matrix: np.sqrt(np.sum(D**2, axis=0)) -> np.full(D.shape[1], np.linalg.norm(D{)|, axis=0).max()})
            That divides by one number for the whole matrix. Every atom has a length of its own: `axis=0`.
        codes_not_compensated: A * lengths[:, np.newaxis] -> A
            The codes are as they were, so the product has changed: row j of A takes what atom j lost.
        lengths_as_a_row: A * lengths[:, np.newaxis] -> A * {lengths|np.append(lengths, np.ones(99))[: A.shape[1]]}
            Row j of A takes length j, but here the columns are scaled, as `A * lengths` does. `lengths[:, np.newaxis]`, (k, 1), scales rows.
        codes_divided_too: A * -> A /
            The codes are divided by the lengths. What an atom loses its codes must gain: multiply.
        codes_normalised_too: A * lengths[:, np.newaxis] -> A / np.linalg.norm(A, axis=1, keepdims=True)
            The codes get unit length as well, and the product changes. Only the atoms do; the codes make up for it.
        changes_arguments: return D / lengths, -> D /= lengths; return D,
        large_guard: lengths[lengths == 0] = 1 -> guard = {0.1|0.01|0.001} ;; D / lengths -> D / (lengths + guard){| ;; A * lengths -> A * (lengths + guard)}
            What is added to the lengths against a division by zero is so large that no atom has length 1.
        only_long_ones: lengths[lengths == 0] = 1 -> lengths[lengths {< 1|> 1}] = 1
            Only long atoms, or only short ones, are scaled. Every atom gets length 1, except an atom of zeros.
        centred_too: D / lengths -> (D - D.mean(axis=0)) / {lengths|np.where(D.std(axis=0) == 0, 1, D.std(axis=0))}
            | ^ -> D = D - D.mean(axis=0)
            The mean of each atom is taken away as well, and then it is another atom.
        spread_for_length: np.sqrt(np.sum(D**2, axis=0)) -> {D.std(axis=0)|np.sqrt(np.mean(D**2, axis=0))}
            A standard deviation or a root mean square divides by the number of entries. A length does not.
        lengths_of_the_codes: np.sum(D**2, axis=0) -> np.sum(A**2, axis=1)
            Those are the lengths of the rows of A. It is the atoms, the columns of D, that get length 1.
        orthonormalised: ... -> np.linalg.qr(D)[0], np.linalg.qr(D)[1] @ A
            That makes the atoms perpendicular to each other as well. Each is only divided by its own length.
        dictionary_only: {} -> ({})[0]
        atoms_scaled: ^ -> D = D / np.linalg.norm(D)
            D was scaled before its lengths were taken, and the codes do not make up for that.
        lengths_returned: A * lengths[:, np.newaxis] -> lengths
            The lengths came back in the place of A'. Multiply row j of A by length j.
        sorted_by_length: return -> order = np.argsort(-lengths); D, A, lengths = D[:, order], A[order], lengths[order]\n    return
            The atoms come in another order than they were given in.
        last_left_out: return -> lengths[{-1|0}] = 1\n    return
            The first or the last atom is left as it was: `range(k)` begins at 0 and already ends at k - 1.
        not_divided: D / lengths, -> D{| * lengths},
            The atoms are not divided by their lengths, and nothing else makes each length 1.
    """,
)


def _best_codes(came, run, X, D):
    best = update_codes.reference(X, D)
    if compare.close(came, best, (X,)):
        return compare.distance(came, best, (X,))
    return check.Finding("", lego.keys_of_least_squares(run, update_codes.cases), expected=best)


update_codes = check.Exercise(
    factorise.update_codes,
    number="2.3",
    title="the best codes for a dictionary",
    minutes=3,
    returns="the A (k, n) for which D A comes nearest to X",
    hints="""
        - In 1.2 one residual was perpendicular to every atom. Now every column of X - D A has to be.
        - All conditions at once: D^T (X - D A) = 0, a (k, n) matrix of zeros. Bring A to one side: (D^T D) A = D^T X.
          `np.linalg.solve` takes a whole matrix on the right.
        - `return np.linalg.solve(D.T @ D, ...)`: what takes the place of D^T x when all samples are asked at once?
    """,
    cases=[
        (np.array([[1.0, 2], [2, 0], [0, 1]]), np.array([[1.0], [2], [0]])),
        (X_LEGO, D_LEGO),
        PROBE,
        (X_LARGE, np.array([[1.0, 2], [2, 1], [-1, 3], [0, 1], [2, 5], [2, 5]])),
        (0.1 * X_FULL, np.array([[1.0, 0, 2], [1, 0, 2], [3, 1, 0], [0, 2, -1], [1, 1, 1]])),
    ],
    law=_best_codes,
    ways=["np.linalg.solve(D.T @ D, D.T @ X)", "np.linalg.pinv(D) @ X"],
    mistakes=(
        re.sub(r"\bx\b", "X", lego.LEAST_SQUARES.replace("alpha", "A")).replace(
            "nnls(D, X)", "np.column_stack([nnls(D, x) for x in X.T])"
        ),
        """
        roles_swapped: lstsq(D, X -> lstsq(X, D
            | ... -> np.linalg.pinv(X) @ D
        codes_as_rows: {} -> ({}).T
        rows_for_samples: ... -> np.stack([np.linalg.{lstsq(D, x, rcond=None)[0]|solve(D.T @ D, D.T @ x)} for x in X]){|.T}
            The rows of X are taken for samples. They are its columns: `for x in X.T`.
        right_of_the_data: np.linalg.pinv(D) @ X -> X @ np.linalg.pinv(D)
            The inverse stands on the wrong side: in X ~ D A, D stands left of A and is undone from the left.
        zero_means_missing: ... -> np.column_stack([(lambda D, x: np.linalg.{lstsq(D, x, rcond=None)[0]|solve(D.T @ D, D.T @ x)})(D[x != 0], x[x != 0]) for x in X.T])
        only_positive_counts: ... -> np.column_stack([np.linalg.lstsq(D[x > 0], x[x > 0], rcond=None)[0] for x in X.T])
        one_hot: ... -> one_hot_codes(X, D)
            Each sample gets one atom alone, as in k-means. Here a sample is a mixture of all atoms.
        multiplicative: ... -> (D.T @ X) / (D.T @ D @ np.ones((D.shape[1], X.shape[1])))
            That is one multiplicative step of non-negative factorisation. Return the best codes, of either sign.
    """,
    ),
)


def _best_dictionary(came, run, X, A):
    # An atom that no sample uses is arbitrary, the product is not.
    product, best = came @ A, update_dictionary.reference(X, A) @ A
    if compare.close(product, best, (X,)):
        return compare.distance(product, best, (X,))
    return check.Finding("", lego.keys_of_least_squares(lambda X, D: run(X.T, D.T).T, update_codes.cases))


update_dictionary = check.Exercise(
    factorise.update_dictionary,
    number="2.4",
    title="the best dictionary for the codes",
    minutes=3,
    returns="the D (d, k) for which D A comes nearest to X, also when one atom is not used by any sample",
    hints="""
        - Your 2.3 finds the right factor of a product when the left one is known. Here the left one is missing. What
          swaps left and right?
        - X ~ D A says the same as X^T ~ A^T D^T, a least-squares problem for D^T. Where the inverse exists, D = X A^T
          (A A^T)^-1, with X A^T (d, k) and A A^T (k, k). When an atom is not used it does not: `np.linalg.lstsq` or
          `np.linalg.pinv` copes.
        - `return np.linalg.lstsq(..., ..., rcond=None)[0].T`
    """,
    # X ~ D A on its side.
    cases=[(X.T, D.T) for X, D in update_codes.cases],
    # An atom that no sample uses.
    edges=[(X_FULL[:, :4], np.array([[1.0, 2, 1, 2], [0, 0, 0, 0]]))],
    law=_best_dictionary,
    ways=["X @ A.T @ np.linalg.pinv(A @ A.T)", "X @ np.linalg.pinv(A)"],
    mistakes="""
        gram_forgotten: @ np.linalg.pinv(A @ A.T) ->
            That is X A^T, without (A A^T)^-1: the rows of A overlap and have lengths, and that has to be undone.
        atoms_as_rows: {} -> ({}).T
        left_of_the_data: X @ np.linalg.pinv(A) -> np.linalg.pinv(A) @ X
            The inverse stands on the wrong side: in X ~ D A, A stands right of D and is undone from the right.
        data_not_transposed: X.T, -> X,
            X has to be turned round like A: the transposed problem is X^T ~ A^T D^T.
        codes_on_the_wrong_side: lstsq(A.T, X.T, rcond=None)[0].T -> lstsq(A, X, rcond=None)[0]
            `np.linalg.lstsq(M, N)` looks for M ? ~ N. Here the unknown D stands left of A: turn to A^T D^T ~ X^T.
        whole_lstsq_result: [0].T ->
            np.linalg.lstsq returns four things. The first is the solution, and here it is D^T.
        inverse_of_codes: pinv(A) -> inv(A)
            A has no inverse: it has more columns than rows. The matrix to undo is A A^T, (k, k).
        gram_of_columns: np.linalg.pinv(A) -> np.linalg.inv(A.T @ A) @ A.T
            A^T A is (n, n), without an inverse when there are fewer atoms than samples. Undo A A^T, (k, k).
        first_samples_only: ... -> X[:, : len(A)] @ np.linalg.inv(A[:, : len(A)])
            | ^ -> X, A = X[:, : len(A)], A[:, : len(A)]
            This uses the first k samples and ignores the others: right only when all samples fit exactly.
        needs_every_atom_used: pinv(A @ A.T) -> inv(A @ A.T)
            When no sample uses an atom, A has a row of zeros and A A^T no inverse. `lstsq` or `pinv` copes with that.
        ridge: pinv(A @ A.T) -> inv(A @ A.T + {1|0.1|0.01|0.001} * np.eye(len(A)))
            A ridge on A A^T pulls the atoms towards zero. `lstsq` and `pinv` cope with an unused atom without one.
        nonnegative_codes: {} -> np.maximum({}, 0)
            | ... -> np.stack([nnls(A.T, row) for row in X])
            No entry is negative. Nothing asks for that, and entries of either sign bring the mixture nearer to the data.
        factor_on_one_side: pinv(A @ A.T) -> pinv({2 * A @ A.T|A @ A.T / X.shape[1]})
        each_row_alone: @ np.linalg.pinv(A @ A.T) -> / np.maximum(np.sum({A**2|A}, axis=1), 1e-300)
            That fits each atom on its own, as k-means does: right only when no sample uses two. Undo the whole A A^T.
        unit_atoms: {} -> ({}) / np.linalg.norm({}, axis=0)
        zero_means_missing: ... -> np.stack([(lambda X, A: X @ A.T @ np.linalg.pinv(A @ A.T))(x[x != 0], A[:, x != 0]) for x in X])
        only_positive_counts: ... -> np.stack([np.linalg.lstsq(A[:, x > 0].T, x[x > 0], rcond=None)[0] for x in X])
        sample_left_out: ^ -> X, A = {X[:, -1:], A[:, -1:]|X[:, :1], A[:, :1]|X[:, :-1], A[:, :-1]|X[:, 1:], A[:, 1:]}
            Only one sample counts, or one is left out: does a sum begin anew with each, or a range end too early?
        one_pass: ... -> one_pass(A.T, X.T).T
        product_instead: {} -> ({}) @ A
            That is the product D A. Return the dictionary alone.
        inverse_transposed: pinv(A) -> pinv(A.T)
            What multiplies X from the right is (n, k): A^T (A A^T)^-1, or the pseudo-inverse of A, not of A^T.
        entrywise_inverse: np.linalg.pinv(A @ A.T) -> (1 / (A @ A.T))
            | X @ np.linalg.pinv(A) -> X @ (1 / A.T)
        large_cut_off: pinv(A) -> pinv(A, rcond={0.1|0.4})
        part_of_the_way:
        fixed_steps:
        gram_not_inverted: np.linalg.pinv(A @ A.T) -> (A @ A.T)
        data_left_out: X @ np.linalg.pinv(A) -> np.linalg.pinv(A)
            That is the pseudo-inverse of A alone: X has to stand before it.
        roles_swapped: lstsq(A.T, X.T, rcond=None)[0].T -> lstsq(X.T, A.T, rcond=None)[0]{|.T}
            | X @ np.linalg.pinv(A) -> np.linalg.pinv(X) @ A
    """,
)


MANY_SAMPLES = np.random.default_rng(5).normal(size=(20, 30)), np.random.default_rng(6).normal(size=(20, 6))


def _on_course(came, run, X, D, steps):
    # Both factors must be where so many steps lead; whether the codes are solved for once more at the end is left open.
    pairs = [(D, factorise.update_codes(X, D))]
    for count in range(1, steps + 2):
        newest, codes = factorise.alternate(X, D, count)
        pairs += (newest, codes), (newest, factorise.update_codes(X, newest))

    def same(one, other):
        return compare.close(np.matmul(*one), np.matmul(*other), (X,))

    normalised = factorise.normalise_atoms
    met = [compare.close(normalised(*came), normalised(*pair), (X,)) for pair in pairs]
    if met[2 * steps - 1] or met[2 * steps]:
        return None
    if any(met):
        return check.Finding("", ("stops_early" if any(met[: 2 * steps]) else "one_step_too_many",))
    # Its own start gives the same from everywhere (as does the end, which all ways lead to) or, when drawn anew, not even the same
    # from the same place.
    P, Q = factorise.truncated_svd(X, D.shape[1])
    at_the_end = same((P, Q.T), came)
    from_another, anew = same(run(X, D[::-1], steps), came), not same(run.anew(X, D, steps), came)
    if anew and not from_another and same(run(X, D, steps), came):
        return check.Finding("", ("random_numbers",))
    # What has come to rest on a small table may not have on a larger one.
    X_more, D_more, first = *MANY_SAMPLES, run(*MANY_SAMPLES, steps)
    from_another = from_another and same(run(X_more, D_more[::-1], steps), first)
    own_start = (from_another and not at_the_end) or anew
    ignores_steps = same(run(X, D, 2 * steps), came) and same(run(X_more, D_more, 2 * steps), first)
    if own_start or ignores_steps:
        return check.Finding("", ("own_start",) * own_start + ("ignores_steps",) * ignores_steps)
    parts = zip(*((normalised(D, A)[0], normalised(A.T, D.T)[0]) for D, A in [came, *pairs]))
    apart = all(any(compare.close(mine, other) for other in others) for mine, *others in parts)
    return check.Finding("", ("pair_apart",) * apart)


alternate = check.Exercise(
    factorise.alternate,
    number="2.5",
    title="alternating least squares",
    minutes=5,
    returns="the pair (D, A) after so many steps, each of which solves for the codes and then for the dictionary",
    hints="""
        - You have both halves: the best codes for a dictionary, the best dictionary for codes. Take turns, each with
          the newest of the other.
        - One step: A (k, n) from X and the newest D, then D (d, k) from X and the newest A. After the last step return
          (D, A).
        - `for _ in range(steps):`, in it `A = ...` and `D = ...`, and after the loop `return D, A`
    """,
    # More than k patterns in X, or one step would already be exact; 4 steps, at which the mistakes differ most.
    cases=[
        (_rng.normal(size=(9, 6)), _rng.normal(size=(9, 2)), 4),
        (1000 * _rng.normal(size=(7, 5)), _rng.normal(size=(7, 3)), 4),
        (_rng.normal(size=(4, 3)), _rng.normal(size=(4, 1)), 1),
        (X_SMALL, _rng.normal(size=(4, 2)), 2),
    ],
    edges=[
        # So small that a loop which stops at an error of its own choice never goes round.
        (1e-6 * X_FULL, _rng.normal(size=(5, 2)), 6),
        # From the directions of the smaller singular values: for some steps hardly anything changes, and then everything does.
        (
            np.diag([16.0, 8, 4, 2, 1]),
            np.array([[0.0, 0], [0, 0], [1, 0], [0, 1], [0, 0]]) + 1e-6 * _rng.normal(size=(5, 2)),
            10,
        ),
    ],
    law=_on_course,
    canonical=lambda pair: factorise.normalise_atoms(*pair),
    ways=[
        """
            for _ in range(steps):
                A = update_codes(X, D)
                D = update_dictionary(X, A)
            return D, update_codes(X, D)
        """,
    ],
    mistakes=r"""
        dictionary_never_updated: D = update_dictionary(X, A) -> pass
            The dictionary comes back as it went in: each step has to solve for D too, and keep the result.
        only_one_step: range(steps) -> range(1)
            That is what one step gives. Is `return` inside the loop, or do the steps never see the new D or the new A?
        half_a_step_short: D = update_dictionary(X, A) -> used, D = D, update_dictionary(X, A) ;; return D -> return used
            The last dictionary is missing: a step solves for the codes and then for the dictionary.
        stops_early: D = update_dictionary(X, A) -> D = update_dictionary(X, A)\n        if np.sum((X - D @ A) ** 2) < 1e-2: break
            | range(steps) -> range(steps // 2)
            | A = update_codes(X, D)\n        D = update_dictionary(X, A) -> A, D = (A, update_dictionary(X, A)) if _ % 2 else (update_codes(X, D), D)
            Not all steps are taken. Is the loop too short, are half steps counted (or is the old partner used), or does a rule of
            its own stop it? A small error, or a small change, can come before the end.
        ridge: for -> I = {1|0.1|0.01} * np.eye(D.shape[1])\n    for ;; update_codes(X, D) -> np.linalg.solve(D.T @ D + I, D.T @ X){| ;; update_dictionary(X, A) -> np.linalg.solve(A @ A.T + I, A @ X.T).T}
            | for -> I = {1|0.1|0.01} * np.eye(D.shape[1])\n    for ;; A = update_codes(X, D) -> A = np.linalg.solve(D.T @ D + I, D.T @ X){| ;; update_dictionary(X, A) -> np.linalg.solve(A @ A.T + I, A @ X.T).T}
        gram_forgotten: {update_dictionary(X, A) -> X @ A.T|A = update_codes(X, D) -> A = D.T @ X|update_codes(X, D) -> D.T @ X}
            A step does not undo the newest Gram matrix, D^T D or A A^T: atoms, and codes, overlap and have lengths.
        clipped_steps: X, D) -> X, D).clip(0){| ;; X, A) -> X, A).clip(0)}
            | A = update_codes(X, D) -> A = update_codes(X, D).clip(0){| ;; X, A) -> X, A).clip(0)}
            | X, A) -> X, A).clip(0)
            Negative entries are cut off at zero in every step. Nothing asks for that, and the best factors have some.
        both_from_the_old_pair: for -> A = update_codes(X, D)\n    for ;; A = update_codes(X, D)\n        D = update_dictionary(X, A) -> D, A = update_dictionary(X, A), update_codes(X, D)
            Both updates use the old partner, which does half the work. Solve for D with the A that was just computed.
        one_step_too_few: for _ in range(steps) -> {|A = update_codes(X, D)\n    |A = 0 * update_codes(X, D)\n    }for _ in range(steps - 1)
        one_step_too_many: range(steps) -> range(steps + 1)
        ignores_steps: range(steps) -> range(50)
            It gives the same for any number of steps: begin with the D given, and loop over `range(steps)`.
        own_start: for -> D = np.random.default_rng(0).normal(size=D.shape)\n    for
            The result does not depend on the start that was given: begin with that one, not with one of your own.
        random_numbers:
            Random numbers change the result, even from the same start. Each half of a step has one best answer: solve for it.
        pair_apart: for -> first = update_codes(X, D)\n    for ;; return D, A -> return D, first
            | {0} -> ({0}) / np.linalg.norm({0}, axis=0)
            | X, A)\n -> X, A)\n        D = D / np.linalg.norm(D, axis=0)\n
            The two do not belong together: return the newest D and the newest A, both as they were solved for.
        half_the_way: D = update_dictionary(X, A) -> D = (D + update_dictionary(X, A)) / 2
            The dictionary goes only a part of the way. Each half of a step takes the best one there is.
        pair_swapped: {} -> ({})[::-1]
        changes_arguments: D = update -> D[:] = update
    """,
)


exercises = [rescale, normalise_atoms, update_codes, update_dictionary, alternate]


survivors, nonnegative, rotation = predictions = predict.parse("""
    survivors: After which of the changes (scale, order, sign, mixing) does normalising bring back the same atoms?
        * scale: Only the length of an atom is settled. Order and sign could be by two more conventions (sort the atoms;
          make the largest entry positive). For mixing no convention is natural.
        - scale and sign: Tempting, since a sign looks like a kind of scale, a factor of -1. But a length is positive:
          the negative set divided by its length is still negative.
        - all but mixing: Tempting, since order and sign are the same sets to a reader. To the computer they are
          different matrices, and dividing by lengths changes neither the order nor the sign.
        - all: Tempting, since the product is the same each time. But a mixed atom points elsewhere, and no length turns
          it back.
    nonnegative: Scale and order aside: how many pairs of two atoms and their codes, with no negative entry, build the
        Lego matrix exactly?
        - one: Tempting, since the mixing above was caught by its negative codes. That rules out some mixtures. Others
          keep every entry at zero or above, as long as not more is taken out of set 2 than is in it.
        - two: Tempting, since both ends of the range are easy to read: our set 2, and a set of A and C alone. But
          everything between the two is allowed as well.
        * a whole range: Any share of set 1, from nothing to all of it, can be taken out of set 2, and the codes make up
          for it by adding. No sign does not mean no choice.
    rotation: A rotation of the atoms is a mixing too. What will it cost in the penalty?
        - more: Tempting, since the mixing above costs more. That one makes the numbers larger; a rotation does not.
        * the same: A rotation keeps the lengths of all vectors, so both sizes stay. The penalty rules out wild
          mixtures, but whatever pair it likes best, all rotations of that pair it likes as much.
        - less: Tempting, since our two sets are not the cheapest pair. That one mixes in another way, and it can be
          rotated at no cost either.
""")
progress = functools.partial(show.progress, exercises, predictions)
