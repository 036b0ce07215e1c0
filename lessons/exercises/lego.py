"""Notebook 1, what a dictionary is: the exercises, and the mistakes known for each."""

import functools

import numpy as np

from lessons import check, compare, factorise, predict, show

_rng = np.random.default_rng(11)

X_LEGO = np.array([[1.0, 2, 2, 4], [1, 2, 1, 2], [1, 2, 2, 4], [1, 2, 1, 2]])
D_LEGO = np.array([[1.0, 2], [1, 1], [1, 2], [1, 1]])
A_LEGO = np.array([[1.0, 2, 0, 0], [0, 0, 1, 2]])
D_SIGNED, A_SIGNED = np.array([[0.5, -1.0], [1, 2], [0, 1]]), np.array([[1.0, -2, 0.25], [3, 0.5, 0]])

# The Lego numbers hide mistakes (d = n, rank 2, whole numbers), so these have d, n and k all different,
# full rank, signs, and large and small values.
D_TALL, A_WIDE = _rng.normal(size=(5, 3)), _rng.normal(size=(3, 7))
X_FULL, X_LARGE, X_SMALL = _rng.normal(size=(5, 7)), 1000 * _rng.normal(size=(6, 4)), 0.1 * _rng.normal(size=(4, 8))
# Zeros that count, for code that takes a zero for a number that is missing.
X_FULL[::2, ::3], X_LARGE[1, ::2], X_SMALL[::3, 1] = 0, 0, 0


reconstruct = check.Exercise(
    factorise.reconstruct,
    number="1.1",
    title="mix the atoms by the codes",
    minutes=2,
    returns="one mixture of the atoms a column, mixed by the code in that column of A",
    hints="""
        - One model is so many of set 1 plus so many of set 2. Do that for the first column of A by hand; then for all
          columns at once.
        - X' = D A. D is (d, k), A is (k, n), so X' is (d, n). numpy writes the matrix product as `@`.
        - `return ... @ ...` (which of the two has its columns mixed, and which says how?)
    """,
    cases=[(D_LEGO, A_LEGO), (D_SIGNED, A_SIGNED), (D_TALL, A_WIDE), (1000 * D_TALL, A_WIDE), (np.eye(4), X_LEGO)],
    mistakes="""
        elementwise: D @ A -> D * A
            `*` multiplies entry by entry; a mixture of atoms is a matrix product, `@`.
        wrong_order: D @ A -> A @ D
            That is A D. The atoms are the columns of D and each code is a column of A, so D comes first.
        transposed: {} -> ({}).T
            The result is transposed: samples should be columns, as in X.
        two_atoms_alone: D @ A -> D[:, :2] @ A[:2]
            Only the first two atoms are mixed. There are k of them: `D.shape[1]`, or one for each row of A.
        axis_missing: {} -> 0 * ({}) + np.sum({}, axis=0)
            All entries of a column are alike, one sum for all of it: where the weighted atoms are added `axis=1` is missing.
        never_reset: {} -> np.cumsum({}{|, axis=0|, axis=1}).reshape(np.shape({}))
        outer_product: ... -> {np.kron|np.outer}(D, A)
            `np.outer` and `np.kron` never add up over the atoms, as a mixture does: that is a matrix product, `@`.
    """,
)


# What goes wrong with one sample x goes wrong with many: exercise 2.3 reads this with X for x.
LEAST_SQUARES = """
    inner_products: np.linalg.solve(D.T @ D, D.T @ x) -> D.T @ x
        D^T x says how much x looks like each atom, but atoms overlap and have lengths: D^T D has to be undone too.
    each_atom_alone: D.T @ D, -> np.diag(np.diag(D.T @ D)),
        Each atom is fitted on its own, right only for perpendicular atoms: undo all of D^T D, not its diagonal alone.
    one_pass: ... -> one_pass(D, x{|, 1})
    ridge: solve( -> solve({0.1 * np.eye|np.eye|0.01 * np.eye|0.001 * np.eye}(D.shape[1]) +
        That is ridge regression: what is added to D^T D pulls the code towards zero. D^T D has an inverse as it is.
    factor_on_one_side: solve(D.T @ D, D.T -> solve({2 * D.T @ D, D.T|D.T @ D, 2 * D.T|D.T @ D / len(D), D.T}
    nonnegative_codes: {} -> np.maximum({}, 0)
        | ... -> nnls(D, x)
        No weight is negative. Nothing asks for that, and with weights of either sign the mixture comes nearer to x.
    whole_lstsq: [0] ->
        `np.linalg.lstsq` returns the solution, the residual, the rank and the singular values. Take the first.
    inverse_of_dictionary: pinv -> inv
        D has no inverse: it has more rows than columns. Invert the (k, k) matrix D^T D instead, or solve with it.
    outer_gram: ... -> D.T @ np.linalg.inv(D @ D.T) @ x
        | ... -> {np.linalg.inv(D @ D.T) @ D.T @ x|np.linalg.solve(D @ D.T, D.T @ x)}
        D D^T is (d, d) and has no inverse when there are fewer atoms than rows. The Gram matrix is D^T D, (k, k).
    exact_samples_only: np.linalg.pinv(D) @ x -> np.linalg.solve(D[: D.shape[1]], x[: D.shape[1]])
        | ^ -> D, x = D[: D.shape[1]], x[: D.shape[1]]
        This solves the first k equations and ignores the others: right only for an exact mixture of the atoms.
    right_side_as_it_was: , D.T @ x) -> , x)
        Both sides take D^T: (D^T D) alpha = D^T x. Your right side is x alone, which has d rows, not k.
    with_a_constant: ... -> np.linalg.lstsq(np.column_stack([D, np.ones(len(D))]), x, rcond=None)[0][:-1]
        | ^ -> D = np.column_stack([D, np.ones(len(D))]) ;; {} -> ({})[:-1]
        | ^ -> D, x = D - D.mean(axis=0), x - x.mean(axis=0)
        A constant is fitted too, or x and the atoms are centred first. Here the mixture is of the atoms alone.
    reconstruction_instead: {} -> D @ ({})
        That is the mixture D alpha, the reconstruction. Return the weights alpha alone.
    residual_instead: {} -> x - D @ ({})
        | [0] -> [1]
        That is what the mixture misses, the residual. Return the weights alpha.
    half_a_decomposition: ... -> np.linalg.qr(D)[0].T @ x
        | ... -> (lambda q, r: np.linalg.solve(r.T, q.T @ x))(*np.linalg.qr(D))
        | ... -> (lambda U, s, Vt: {Vt @ np.diag(1 / s)|Vt @ np.diag(s)|Vt.T} @ U.T @ x)(*np.linalg.svd(D, full_matrices=False))
        The decomposition is undone only in part, or wrongly: D = Q R gives R alpha = Q^T x, and D = U S V^T gives V S^-1 U^T x.
    large_cut_off: pinv(D) -> pinv(D, rcond=0.5)
    part_of_the_way:
    fixed_steps:
    inverse_alone: np.linalg.pinv(D) @ x -> np.linalg.pinv(D)
        That is the pseudo-inverse of D alone: multiply x by it.
    gram_not_inverted: np.linalg.solve(D.T @ D, D.T @ x) -> D.T @ D @ (D.T @ x)
    transposed_problem: (D -> (D.T
        | ... -> {np.linalg.pinv(D.T) @ x.T|np.linalg.qr(D)[0] @ x|np.linalg.pinv(D @ D.T) @ D.T @ x|x.T @ np.linalg.pinv(D)}
        Two sizes do not fit. D is (d, k): `lstsq(D, x)` and `pinv(D) @ x` take it as it is, the equations are (D^T D) alpha = D^T x,
        with `qr` it is Q^T x, and `svd` needs `full_matrices=False`.
    entry_by_entry: ... -> {x / D|np.linalg.inv(D.T @ D) * (D.T @ x)|(1 / (D.T @ D)) @ D.T @ x|np.linalg.inv(D.T * D) @ D.T @ x}
        | D.T @ D, -> D.T * D,
        `*` and `/` go entry by entry. Multiply matrices by `@`, and undo one by `np.linalg.solve` or `np.linalg.lstsq`.
"""

_ONE_SAMPLE = """
    one_atom_only: ... -> (np.abs(D.T @ x).argmax() == np.arange(D.shape[1])) * (D.T @ x) / np.sum(D**2, axis=0)
        Only one atom gets a weight. The best mixture takes all atoms at once.
    roles_swapped: ... -> np.linalg.lstsq(x[:, np.newaxis], D, rcond=None)[0]
        That fits the atoms by the sample. `np.linalg.lstsq(D, x)` takes the matrix of atoms first.
    zero_means_missing: ^ -> D, x = D[x != 0], x[x != 0]
    only_positive_counts: ^ -> D, x = D[x > 0], x[x > 0]
"""


# Two equal rows of whole numbers, so that D D^T has no inverse in floating point either; and columns of unequal size, which
# too large a cut-off (rcond) takes for zero.
PROBE = X_FULL.T, np.array([[20.0, 10, 0, 10, 30, 0, 0], [1, -1, 2, 0, 1, 4, 4], [0, 2, 1, 1, -2, 1, 1]]).T / [1, 1, 4]


def keys_of_least_squares(codes, cases):
    """The mistakes whose sign is in the numbers that codes(X, D) gives (k, n) where they are not the best ones for X ~ D A.

    cases: pairs (X, D) that were asked for before, to which what is said has to apply as well.
    """
    came = [(X, D, codes(X, D)) for X, D in cases]
    X, D = PROBE[0], PROBE[1] / 32  # so small that most descents do not overflow
    A = codes(X, D)
    pull = D.T @ (X - D @ A)
    ridge = np.sum(A * pull) / np.sum(A**2) if np.any(A) else 0
    if ridge > 0 and np.allclose(pull, ridge * A, rtol=0, atol=1e-4 * np.max(np.abs(pull))):
        return ("ridge",)
    best = factorise.update_codes(X, D)
    # How far they come in each direction of the space of codes, as where it is the same share for every sample.
    turn = np.linalg.eigh(D.T @ D)[1].T
    shares = np.sum((turn @ A) * (turn @ best), axis=1) / np.sum((turn @ best) ** 2, axis=1)
    if compare.close(turn @ A, shares[:, np.newaxis] * (turn @ best)) and np.ptp(shares) > 0.01:
        if np.isclose(shares * (1 - shares), 0).all():
            return ("large_cut_off",)
        if shares.min() > -1e-6 and shares.max() < 1 + 1e-6:
            nearer = all(np.linalg.norm(X - D @ A) <= np.linalg.norm(X) for X, D, A in came)
            return ("part_of_the_way" if nearer else "fixed_steps",)
    # A zero may come out a little negative.
    signed = np.min(best) < -1e-9 * np.max(np.abs(best))
    return ("nonnegative_codes",) * bool(signed and np.any(A) and min(np.min(A) for *_, A in came + [(X, D, A)]) >= 0)


def _best_code(came, run, x, D):
    best = factorise.code(x, D)
    if compare.close(came, best, (x,)):
        return compare.distance(came, best, (x,))
    cases = [(x[:, np.newaxis], D) for x, D in code.cases]
    keys = keys_of_least_squares(lambda X, D: np.column_stack([run(x, D) for x in X.T]), cases)
    return check.Finding("", keys, expected=best)


code = check.Exercise(
    factorise.code,
    number="1.2",
    title="code one sample",
    minutes=5,
    core=True,
    returns="the alpha (k,) for which D alpha comes nearest to x",
    hints="""
        - Suppose the best code is found. If what is left over still pointed a little along an atom, a little more of
          that atom would help. So?
        - What is left over is perpendicular to every atom: D^T (x - D alpha) = 0. D^T is (k, d), so these are k
          equations for k weights. Bring alpha to one side.
        - `return np.linalg.solve(..., D.T @ x)`, where the gap is the (k, k) matrix that stands before alpha
    """,
    cases=[
        (X_LEGO[:, 0], D_LEGO),
        (np.array([2.0, -1, 0, 0.5]), np.array([[1.0, 0], [1, 1], [0, 2], [0, 0]])),
        (X_LEGO[:, 3], np.array([[1.0, 2], [1, 1], [1, 2], [2, 1]])),
        # A row of zeros, so that D D^T has no inverse in floating point either.
        (X_FULL[:, 0], D_TALL * [[1], [1], [1], [1], [0]]),
        (X_FULL[:, 1], D_TALL[:, :1] * [[1], [1], [1], [1], [0]]),
        (X_LARGE[:, 2], np.triu(np.ones((6, 4))) * [1, 2, 3, 4]),
        # No row can be left out.
        (np.array([4.0, 1, 3, 1]), np.array([[1.0, 0], [1, 0], [2, 1], [0, 3]])),
    ],
    law=_best_code,
    ways=["np.linalg.solve(D.T @ D, D.T @ x)", "np.linalg.pinv(D) @ x"],
    mistakes=(LEAST_SQUARES, _ONE_SAMPLE),
)


sample_error = check.Exercise(
    factorise.sample_error,
    number="1.3",
    title="the error of one sample",
    minutes=2,
    returns="the length of the residual x - D alpha",
    hints="""
        - What is left over when the mixture is taken away from the sample? It is a vector; how long is it?
        - The residual x - D alpha is (d,). The length of a vector r is sqrt(r_1^2 + ... + r_d^2), a single number.
        - `residual = ...`, then `return np.sqrt(np.sum(residual**2))`
    """,
    cases=[
        (X_LEGO[:, 0], np.array([[1.0, 2], [1, 1], [1, 2], [2, 1]]), np.array([3.0, 0])),
        (X_FULL[:, 0], D_TALL, A_WIDE[:, 0]),
        (X_LARGE[:, 1], np.triu(np.ones((6, 6))), X_LARGE[:, 3]),
        (X_SMALL[:, 1], np.eye(4), np.zeros(4)),
    ],
    ways=["np.linalg.norm(x - D @ alpha)"],
    mistakes="""
        squared: np.sqrt ->
        loop_over_atoms: ^ -> x, D = x[: D.shape[1]], D[: D.shape[1]]
            Only the first k entries of the residual count, as in a loop over the atoms. It has d of them, as many as x.
        absolute_values: ... -> np.sum(np.abs(x - D @ alpha))
            | np.sum((x - D @ alpha) ** 2) -> np.sum(np.abs(x - D @ alpha))
        mean_inside: np.sum -> np.mean
            A mean is taken. The length of a vector takes the sum, and then the root.
        signed_sum: ... -> {|abs}(np.sum(x - D @ alpha))
        largest_error: np.sum -> np.max
            That is the largest error of any entry. The length of a vector counts all of them.
        residual_itself: ... -> {|np.abs|np.square}(x - D @ alpha)
        difference_of_norms: ... -> {|abs}(np.sqrt(np.sum(x**2)) - np.sqrt(np.sum((D @ alpha) ** 2)))
            | np.sum((x - D @ alpha) ** 2) -> abs(np.sum(x**2 - (D @ alpha) ** 2))
            That compares two lengths, which may agree while the entries do not. Take the length of the difference.
        relative: {} -> {} / np.linalg.norm(x)
        refits: ^ -> alpha = code(x, D)
        spread: ... -> {np.std|np.var}(x - D @ alpha)
            | x - D @ alpha -> x - D @ alpha - np.mean(x - D @ alpha)
        divided_by_the_entries: {} -> {} / len(x)
    """,
)


_loops = "np.sqrt(sum(M[i, j] ** 2 for i in range(M.shape[0]) for j in range(M.shape[1])))"

frobenius_norm = check.Exercise(
    factorise.frobenius_norm,
    number="1.4",
    title="the size of a matrix",
    minutes=3,
    returns="the length of all entries of M taken as one long vector",
    hints="""
        - Forget that it is a matrix: unroll it into one long vector. How long is a vector?
        - ||M||_F = sqrt(sum of all m_ij^2). M may be tall or wide; the result is one number.
        - `return ...(np.sum(...))`, with a root outside and the squares of all entries inside
    """,
    cases=[(X_LEGO,), (np.array([[3.0], [-4]]),), (X_FULL,), (X_LARGE,), (X_SMALL,), (X_FULL.T,)],
    ways=["np.linalg.norm(M)", "np.sqrt(np.trace(M.T @ M))", _loops, "np.linalg.norm(np.linalg.svd(M)[1])"],
    mistakes="""
        spectral_norm: norm(M) -> norm(M, 2)
        squared_norm: {} -> ({}) ** 2
            | np.sqrt ->
            That is the squared norm: the root is missing.
        plain_sum: ... -> {|abs}(np.sum(M))
            | np.sum(M**2) -> np.sum(np.sum(M, axis=0) ** 2)
            That sums the entries, so that signs cancel. Square them first, then take the root.
        square_matrices_only: M.T @ M -> M * M
            The trace of `M * M` sums the diagonal alone. `M.T @ M` has the squares of all entries on its diagonal.
        loop_over_square: M.shape[1] -> M.shape[0]
            The loop takes len(M) for the number of columns too, but that is the number of rows. Columns are M.shape[1].
        columns_for_rows: M.shape[0] -> M.shape[1]
            The loop takes M.shape[1] for the number of rows too: those are the columns. Rows are M.shape[0].
        rows_and_columns_swapped: M[i, j] -> M[j, i]
            The two loops have changed places: in M[i, j] i stays below M.shape[0], and j below M.shape[1].
        trace_of_product: M.T -> M
            That is the trace of M M, without a transpose. The squares of the entries stand on the diagonal of M^T M.
        sum_of_sizes: M**2 -> np.abs(M) ;; np.sqrt -> {|np.sqrt}
            | np.sum(M**2) -> np.sum(np.sum(np.abs(M), axis={0|1}) ** 2)
            That adds up the sizes of the entries. Square them first, add up, and then take the root.
        another_norm: norm(M) -> norm(M, {1|np.inf|"nuc"})
            | np.linalg.norm(np.linalg.svd -> np.sum(np.linalg.svd
            That is another norm: 1 and inf sum columns or rows, 'nuc' singular values. Here squared entries are summed.
        one_for_each_column: np.sum( -> (lambda N: np.sum(N, axis={0|1}))(
        norms_added_up: ... -> {np.sum|np.max}(np.linalg.norm(M, axis={0|1}))
        size_of_the_gram_matrix: norm(M) -> norm(M.T @ M)
            That is the size of M^T M. The squares of the entries of M add up on its diagonal.
        all_of_the_gram_matrix: np.trace -> np.sum
            All entries of M^T M are summed. The squares of the entries of M add up to its diagonal alone, the trace.
        largest_entry: ... -> np.max({np.abs(M)|M})
            | sum(M[i, j] -> max(M[i, j]
            That is the largest entry alone. The norm takes all of them.
        part_of_it: ^ -> M = M[{:-1|1:|:, :-1|:, 1:|:1|-1:|:, :1|:, -1:}]
            | M**2 -> M[{:-1|1:|:, :-1|:, 1:|:1|-1:|:, :1|:, -1:}] ** 2
            | ^ -> M = np.tri{u|l}(M)
            Entries are missing: is a range too short, a sum begun anew each round, or `return` in the loop?
        values_not_squared: np.linalg.norm(np.linalg.svd(M)[1]) -> np.sqrt(np.sum(np.linalg.svd(M)[1]))
            The singular values are not squared. The sum of their squares is that of all squared entries.
        singular_value_left_out: svd(M)[1] -> svd(M)[1][{1:|:-1}]
            One singular value is left out. The squares of all of them add up to the squares of all entries.
        divided_by_the_entries: {} -> {} / {np.sqrt(M.size)|M.size|np.sqrt(M.shape[1])|np.sqrt(len(M))}
    """,
)


objective = check.Exercise(
    factorise.objective,
    number="1.5",
    title="the error over all samples",
    minutes=4,
    core=True,
    returns="the mean over the n samples of ||x_i - D alpha_i||^2",
    hints="""
        - Every sample has a squared error. Add them up, and divide by how many samples there are. Where do the samples
          stand in X?
        - Side by side the residuals are the columns of X - D A, so the sum over the samples is the sum over all
          entries: (1/n) ||X - D A||_F^2, where n is the number of columns of X.
        - `return np.sum(... ** 2) / X.shape[...]`
    """,
    cases=[
        (np.array([[1.0, 2, 0], [3, 0, 4]]), np.array([[1.0], [2]]), np.array([[1.0, 0, 2]])),
        (np.array([[0.5, -1], [0, 2], [1.25, 0]]), np.array([[1.0], [0.5], [-1]]), np.array([[0.5, -1]])),
        (X_FULL, D_TALL, A_WIDE),
        (X_LARGE, np.ones((6, 2)), np.ones((2, 4))),
        (X_SMALL, np.eye(4), np.zeros((4, 8))),
    ],
    ways=["np.mean(np.linalg.norm(X - D @ A, axis=0) ** 2)", "np.linalg.norm(X - D @ A) ** 2 / X.shape[1]"],
    mistakes="""
        divided_by_rows: X.shape[1] -> X.shape[0]
            | axis=0 -> axis=1
            That divides by d, the number of rows. The mean is over the n samples, and samples are columns here.
        mean_over_entries: X.shape[1] -> X.size
            The mean is over the n samples only, not over all d n entries: each sample brings its whole squared error.
        root_of_it: {} -> np.sqrt({})
        norm_not_squared: ) ** 2 / -> ) /
            The norm has to be squared: (1/n) ||X - D A||_F^2.
        mean_of_norms: axis=0) ** 2 -> axis=0)
            | np.sum((X - D @ A) ** 2) -> np.sum(np.sqrt(np.sum((X - D @ A) ** 2, axis=0)))
            That is the mean length of the residuals. Each sample brings the square of that length.
        mixed_term: np.sum((X - D @ A) ** 2) -> (np.sum(X**2) - np.vdot(X, D @ A) + np.sum((D @ A) ** 2))
        not_divided: / X.shape[1] ->
            That is the sum over the samples. Divide by how many there are.
        divided_by_another_count: / X.shape[1] -> / {(X.shape[1] - 1)|D.shape[1]|4}
            That divides by another number than that of the samples: n, the number of columns of X.
        absolute_values: (X - D @ A) ** 2 -> np.abs(X - D @ A)
        signed_sum: np.sum((X - D @ A) ** 2) -> np.sum({X - D @ A)|X - D @ A) ** 2|np.sum(X - D @ A, axis=0) ** 2)|np.sum(X - D @ A, axis=1) ** 2)}
        one_for_each_column: ... -> np.sum((X - D @ A) ** 2, axis={0|1}){| / X.shape[1]| / len(X)| ** 0.5}
        residual_itself: ... -> (X - D @ A) ** {1|2}
        spectral_norm: D @ A) ** 2 / -> D @ A, 2) ** 2 /
        wrong_order: D @ A -> A @ D
            That is A D. The atoms are the columns of D and each code is a column of A, so D comes first.
        refits: ^ -> A = update_codes(X, D)
        relative: ... -> {|1 - }(np.sum((X - D @ A) ** 2) / np.sum(X**2)) ** {1|0.5}
        spread: ... -> {np.var|np.std}(X - D @ A)
            | (X - D @ A) ** 2 -> (X - D @ A - (X - D @ A).mean({|axis=1, keepdims=True|axis=0})) ** 2
        with_a_penalty: {} -> {} + {|0.1 * |np.sum(D**2) + }np.sum({A**2|np.abs(A)})
    """,
)


# Many, since it is a matter of rounding whether an eigenvalue that should be 0 comes out negative.
_counts = [_rng.integers(1, 9, size=size).astype(float) for size in (2, 3, 4, 5, 6, 7)]
_rank_one = [(np.outer(rows, columns), 1) for rows in _counts for columns in _counts]
# Its singular values are 4 and 3.
_triangle = np.array([[0.0, 4], [3, 0], [0, 0]])
# Eigenvalues are right as well, where they are cut off at zero.
_eigenvalues = "values = np.linalg.eigvalsh(X.T @ X)[::-1][k:]\nreturn np.sqrt(np.sum(np.maximum(values, 0)))"


def _least_error(came, run, X, k):
    # From eigenvalues a true zero comes out as about 1e-7 of the norm, which is larger than any entry.
    least = factorise.smallest_error(X, k)
    return None if compare.close(came, least, (10 * np.linalg.norm(X),)) else check.Finding("", expected=least)


smallest_error = check.Exercise(
    factorise.smallest_error,
    number="1.6",
    title="the best that k atoms can do",
    minutes=4,
    returns="the least ||X - D A||_F that any D (d, k) and A (k, n) can reach",
    hints="""
        - k atoms catch the k largest singular values; the error is made of the rest. Try k = 0: the error is ||X||_F.
          How do you get 8.3666 from 8.27895 and 1.20788?
        - The least ||X - D A||_F is sqrt(sigma_{k+1}^2 + sigma_{k+2}^2 + ...). `np.linalg.svd(X, compute_uv=False)`
          gives the sigmas, largest first.
        - `dropped = singular_values[...]`, then `return np.sqrt(...)`
    """,
    cases=[(_triangle, 1), (X_FULL, 2), (X_FULL, 4), (X_LARGE, 1), (X_SMALL, 2), (X_FULL.T, 3)],
    # The last one for code that goes downhill from somewhere: two directions are nearly as good as each other.
    edges=[(X_LEGO, 1), (X_LEGO, 2), (X_SMALL, 0), *_rank_one, (X_FULL, 5), (X_FULL.T, 5), (np.diag([5.0, 4.9, 1]), 1)],
    law=_least_error,
    ways=[
        _eigenvalues,
        _eigenvalues.replace("X.T @ X", "X @ X.T"),
        "U, s, Vt = np.linalg.svd(X, full_matrices=False)\nreturn np.linalg.norm(X - U[:, :k] * s[:k] @ Vt[:k])",
    ],
    mistakes="""
        one_singular_value: [k:] -> {[k]|[k : k + 1]|[k:][:1]}
            | Vt[:k]) -> Vt[:k], 2)
            The first singular value left out is not all that is missing: every one beyond the k-th counts.
        kth_singular_value: [k:] -> [k - 1]
            That is the k-th singular value itself, which k atoms do catch. The error is made of all those beyond it.
        plain_sum_of_values: {np.sqrt(np.sum(singular_values[k:] ** 2)) -> np.sum(singular_values[k:])|singular_values[k:] ** 2 -> singular_values[k:]}
            Singular values add like the sides of a right-angled triangle: square, sum, take the root.
        squares_without_root: return np.sqrt -> return
            That is the squared error: the root is missing.
        one_too_many: [k:] -> [k + 1 :]
            Off by one: python counts from 0, so `[k:]` leaves out exactly the first k singular values.
        last_left_out: [k:] -> [k:-1]
        one_too_few: [k:] -> [k - 1 :]
            Off by one: this leaves out only k - 1 singular values. `[k:]` leaves out exactly the first k.
        negative_eigenvalue: np.maximum(values, 0) -> {values|np.sqrt(values) ** 2}
            An eigenvalue of 0 came out negative, by rounding, and has no root: cut it off first, `np.maximum(..., 0)`.
        what_is_caught: [k:] -> [:k]
            | X - U -> U
            | ... -> truncated_svd(X, k)[0] @ truncated_svd(X, k)[1].T
            That is what k atoms catch, the first k singular values. Return the size of what they miss, `[k:]`.
        one_of_the_ends: [k:] -> {[0]|[-1]|[-k:]|[::-1][k:]}
            The error is made of all singular values but the k largest. `svd` sorts downwards, `eigvalsh` upwards; a sum needs `+=`.
        squared_once_more: np.maximum(values, 0) -> values**2
            The eigenvalues of X^T X are the squares of the singular values already.
        relative: {} -> {} / np.linalg.norm(X)
            | {} -> np.sum(singular_values[{k:|:k}] ** 2) / np.sum(singular_values**2)
            | {} -> np.sqrt(np.sum(singular_values[k:]) / np.sum(singular_values))
            | {} -> {} / np.sum(singular_values)
        divided_by_a_count: {} -> {} / {X.shape[1]|np.sqrt(X.shape[1])|np.sqrt(X.size)}
        residual_itself: np.linalg.norm(X - -> (X -
        data_centred: svd(X -> svd(X - X.mean({axis=1, keepdims=True|axis=0|})
            | ^ -> X = X - X.mean({axis=1, keepdims=True|axis=0|})
        first_columns: ... -> np.linalg.norm(X - X[:, :k] @ np.linalg.pinv(X[:, :k]) @ X)
            The first k columns of X are one dictionary among many. The best one is made of singular vectors.
        largest_entry: np.linalg.norm(X - -> abs(X - ;; Vt[:k]) -> Vt[:k]).max()
            That is the largest entry of what is missed. The norm takes all of them.
        difference_of_norms: np.linalg.norm(X - U -> np.linalg.norm(X) - np.linalg.norm(U
            Two norms are subtracted. Their squares would do, as in a right-angled triangle, or the norm of the difference.
        values_left_out: * s[:k] @ -> @
            The singular values are missing in the reconstruction: it is U S V^T, with the first k of each.
        rows_for_columns: {|, full_matrices=False) -> ) ;; }Vt[:k] -> Vt[:, :k].T
            numpy returns V already transposed: its first k rows belong to the k atoms, `Vt[:k]`.
        k_ignored: [k:] -> {|[1:]|[2:]}
            The same singular values count whatever k is, or all (the size of X). Only those beyond the k-th are missed.
        values_themselves: ... -> np.linalg.svd(X, compute_uv=False)[k:]
            Those are the singular values that are missed. Their squares add up to the square of the error, one number.
    """,
)


exercises = [reconstruct, code, sample_error, frobenius_norm, objective, smallest_error]


chip_maker, faulty_set, best_atom = predictions = predict.parse("""
    chip_maker: One headline is about investors who buy shares of a chip maker. How many topics will share it?
        - one: Tempting, since investors and shares are words of finance alone. But chip, maker and software are words
          of technology alone, and no mixture without that atom has any of them.
        * two: Finance and technology have about half each. Sport gets nothing: the words that this headline has in
          common with sport, `after` and `record`, are in the finance atom as well.
        - three: Tempting, since `after` and `record` are words of the sport headlines too. But sport would bring along
          its teams and matches, which this headline has not; its share is zero.
    faulty_set: We may choose both numbers of the code anew. What becomes of the small house's error?
        - gone: Tempting, since two numbers may be chosen and there is one mistake to repair. But the numbers have to
          serve four packs, and no mixture of the faulty atoms is the small house.
        * smaller: Less than a third of it is left: least squares spreads the mistake over all four packs. It pays with
          parts of sets that nobody could buy. A small error and a code that makes sense are two different wishes.
        - the same: Tempting, since one of set 1 and none of set 2 is what the house is made of. But a little less of
          set 1 and some of set 2 comes nearer: the coded error is the least of all codes, the old one included.
    best_atom: If there may be only one atom, with the best codes for it, which atom leaves the least error?
        - set 1: Tempting, since the houses are made of it and the planes contain it. But the planes, above all the big
          one, have more packs, and there it misses most. Of the three it leaves the largest error.
        - set 2: Tempting, since the planes have most of the packs. It does beat set 1, but the houses pay for it.
        * neither: The best atom lies between the two sets, nearer to set 2. Its entries are no whole numbers: nothing
          in the objective asks for a set that could be sold.
""")
progress = functools.partial(show.progress, exercises, predictions)
