"""Notebook 5, PCA, k-means and NMF as one objective: the exercises, and the mistakes known for each."""

import functools

import numpy as np

from lessons import check, compare, factorise, predict, show

_rng = np.random.default_rng(55)


def _orthonormal(rows, columns):
    return np.linalg.qr(_rng.normal(size=(rows, columns)))[0]


# d, n and k all different, a mean far from zero, large and small values, wide and tall.
X_FULL = _rng.normal(size=(5, 7)) + np.array([[3.0], [0], [-2], [1], [4]])
X_LARGE = 1000 * _rng.normal(size=(6, 4)) + 500
X_SMALL = 1e-3 * (_rng.normal(size=(3, 8)) + 1)
D_FULL, D_LARGE, D_SMALL = (
    _rng.normal(size=(5, 3)) + 1,
    1000 * _rng.normal(size=(6, 3)),
    1e-3 * _rng.normal(size=(3, 5)),
)
A_FULL, A_LARGE, A_SMALL = _rng.normal(size=(3, 7)), _rng.normal(size=(3, 4)), _rng.normal(size=(5, 8))

# The first sample is as far from one atom as from the other.
TIE = (np.array([[1.0, 0, 2], [1, 0, 2]]), np.array([[0.0, 2], [0, 2]]))


def _nearest(came, run, X, D):
    """One 1 a column, at an atom than which none is nearer."""
    distances = np.linalg.norm(X[:, np.newaxis] - D[:, :, np.newaxis], axis=0)  # (k, n)
    if not np.isin(came, (0, 1)).all():
        # Squared or not, with or without ||x||^2: what is smallest at the nearest atom is a distance.
        alike = np.array_equal(came.argmin(axis=0), distances.argmin(axis=0))
        one_each = ((came != 0).sum(axis=0) == 1).all()
        shared = (came >= 0).all() and compare.close(came.sum(axis=0), np.ones(X.shape[1]))
        key = "not_a_one" if one_each else "soft_codes" if shared else "codes_are_distances" if alike else None
        return check.Finding("Every entry should be 0 or 1.", (key,) * bool(key))
    ones = came.sum(axis=0)
    if not (ones == 1).all():
        column = int(np.argmax(ones != 1))
        words = f"Column {column} (counted from 0) holds {ones[column]:.0f} ones instead of one."
        return check.Finding(words, ("a_one_for_every_tie",) * (X is TIE[0]))
    chosen = np.sum(came * distances, axis=0)
    if compare.close(chosen, distances.min(axis=0), (distances,)):
        return None
    column = int(np.argmax(chosen - distances.min(axis=0)))
    others = bool((came.sum(axis=1) > 0).sum() > 1) and all(np.array_equal(came, run(X, M)) for M in (D[:, ::-1], -D))
    return check.Finding(
        f"Sample {column} (counted from 0) is given an atom at a distance of {chosen[column]:.3g}, and there is one at "
        f"{distances[:, column].min():.3g}.",
        ("refits",) * others,
    )


one_hot_codes = check.Exercise(
    factorise.one_hot_codes,
    number="5.1",
    title="the codes of k-means",
    minutes=6,
    returns="a matrix of zeros with a single 1 in each column, in the row of the atom nearest to that sample",
    hints="""
        - How far is every atom from every sample? Make that table first, one row an atom, one column a sample; then
          find the smallest of each column.
        - ||x - d||^2 = ||x||^2 - 2 d^T x + ||d||^2, and ||x||^2 is the same for every atom: the rest is one matrix
          product and one column of numbers, (k, n) in all. `argmin(axis=0)` gives the n nearest atoms; the columns of
          the (k, k) identity are the codes.
        - `distances = np.sum(D**2, axis=0)[:, np.newaxis] - ...`, then `return np.eye(D.shape[1])[:, ...]`
    """,
    cases=[
        (np.array([[0.0, 2, 5, 2], [1, 5, 3, 0]]), np.array([[1.0, 2, 5], [0, 2, 1]])),
        (X_FULL, D_FULL),
        (X_LARGE, D_LARGE),
        (X_SMALL, D_SMALL),
        (3 * X_FULL, np.array([[1.0, 9], [1, 9], [1, -9], [1, 9], [1, 9]])),
    ],
    edges=[TIE],
    law=_nearest,
    ways=[
        """
            distances = np.linalg.norm(X[:, np.newaxis] - D[:, :, np.newaxis], axis=0)
            return np.eye(D.shape[1])[:, distances.argmin(axis=0)]
        """,
        """
            distances = np.sum((X[:, np.newaxis] - D[:, :, np.newaxis]) ** 2, axis=0)
            return np.eye(D.shape[1])[:, distances.argmin(axis=0)]
        """,
    ],
    mistakes="""
        largest_inner_product: np.sum(D**2, axis=0)[:, np.newaxis] - 2 * D.T @ X -> -{D.T @ X|np.abs(D.T @ X)}
            That takes the atom with the largest inner product D^T x, which favours long atoms. Nearest means least ||x
            - d||.
        farthest: argmin -> argmax
            That marks the farthest atom. The nearest one has the smallest distance: argmin.
        codes_as_rows: {} -> ({}).T
            The result is transposed: codes should be columns, A is (k, n). Take columns of the identity,
            `np.eye(D.shape[1])[:, nearest]`.
        nearest_sample: distances.argmin(axis=0) -> distances.argmin(axis=1)
            `axis=1` looks for the nearest sample of each atom. Each sample, a column, gets its nearest atom: `axis=0`.
        numbers_of_atoms: np.eye(D.shape[1])[:, distances.argmin(axis=0)] -> distances.argmin(axis=0){| + 1}
            Those are the numbers of the nearest atoms. A code is a column with a 1 in that row, so that D A gives the
            atom.
        codes_are_distances: np.eye(D.shape[1])[:, distances.argmin(axis=0)] -> distances
            Those are distances. The code has a 1 where the distance is smallest, and zeros elsewhere.
        absolute_differences: (X[:, np.newaxis] - D[:, :, np.newaxis]) ** 2 -> np.abs(X[:, np.newaxis] - D[:, :, np.newaxis])
            That sums absolute differences (the l1 distance), which may choose another atom. k-means squares them.
        one_hot_along_rows: np.eye(D.shape[1])[:, distances.argmin(axis=0)] -> np.eye(X.shape[1])[distances.argmin(axis=1)]
            That finds the nearest sample of each atom, one 1 a row. Each sample has one atom: one 1 a column,
            argmin(axis=0).
        smallest_angle: np.sum(D**2, axis=0)[:, np.newaxis] - 2 * D.T @ X -> -D.T @ X / np.linalg.norm(D, axis=0)[:, np.newaxis]
            | np.sum(D**2, axis=0)[:, np.newaxis] - 2 * D.T @ X -> -D.T @ X / (np.linalg.norm(D, axis=0)[:, np.newaxis] + 1e-12)
            That takes the atom of the smallest angle (the largest cosine). k-means takes the least distance ||x - d||.
        largest_coefficient: distances.argmin(axis=0) -> np.linalg.lstsq(D, X, rcond=None)[0].argmax(axis=0)
            | distances.argmin(axis=0) -> np.abs(np.linalg.lstsq(D, X, rcond=None)[0]).argmax(axis=0)
            That marks the atom of the largest weight in a least-squares fit by all atoms. k-means takes the nearest
            atom.
        norms_not_squared: np.sum(D**2, axis=0)[:, np.newaxis] -> np.linalg.norm(D, axis=0)[:, np.newaxis]
            In ||x - d||^2 = ||x||^2 - 2 d^T x + ||d||^2 the norms of the atoms are squared.
        cross_term_added: - 2 * D.T -> + 2 * D.T
            The middle term of ||x - d||^2 = ||x||^2 - 2 d^T x + ||d||^2 has a minus.
        cross_term_halved: 2 * D.T -> D.T
            A factor is missing in ||x - d||^2 = ||x||^2 - 2 d^T x + ||d||^2: the middle term counts twice.
        sum_of_differences: ) ** 2 -> )
            | np.sum((X[:, np.newaxis] - D[:, :, np.newaxis]) ** 2, axis=0) -> np.abs(np.sum(X[:, np.newaxis] - D[:, :, np.newaxis], axis=0))
            In a plain sum of x - d, differences of opposite sign cancel. Square them before summing.
        largest_difference: np.sum((X[:, np.newaxis] - D[:, :, np.newaxis]) ** 2, axis=0) -> np.max(np.abs(X[:, np.newaxis] - D[:, :, np.newaxis]), axis=0)
            That compares the largest difference in any one entry. k-means squares all of them and sums.
        difference_of_lengths: np.linalg.norm(X[:, np.newaxis] - D[:, :, np.newaxis], axis=0) -> np.abs(np.linalg.norm(X, axis=0) - np.linalg.norm(D, axis=0)[:, np.newaxis])
            That compares the lengths of x and d, which may agree while they point anywhere. Take the length of x - d.
        zero_means_missing: (X[:, np.newaxis] - D[:, :, np.newaxis]) ** 2 -> (X[:, np.newaxis] - D[:, :, np.newaxis]) ** 2 * (X != 0)[:, np.newaxis]
            | (X[:, np.newaxis] - D[:, :, np.newaxis]) ** 2 -> (X[:, np.newaxis] - D[:, :, np.newaxis]) ** 2 * (D != 0)[:, :, np.newaxis]
            | (X[:, np.newaxis] - D[:, :, np.newaxis]) ** 2 -> (X[:, np.newaxis] - D[:, :, np.newaxis]) ** 2 * (X > 0)[:, np.newaxis]
            Zeros (or all that is not positive) are left out of the distances, as in code for ratings where 0 means
            unknown. Here they are numbers like any others.
        refits: ^ -> D = X[:, : D.shape[1]]
            The atoms given make no difference: it takes others. Compare the samples with the D that is given.
        nearest_of_all: np.eye(D.shape[1])[:, distances.argmin(axis=0)] -> (distances == distances.min()).astype(float)
            There is a 1 only where the smallest distance of all is. Each sample has a nearest atom: `argmin(axis=0)`.
        not_every_sample: {} -> ({}) * (np.arange(X.shape[1]) {< X.shape[1] - 1|< 1|> 0})
            Some samples get no 1: does the loop leave one out, or is `return` inside it?
        not_every_atom: distances.argmin(axis=0) -> distances[{:-1|1:}].argmin(axis=0)
            | distances.argmin(axis=0) -> distances[1:].argmin(axis=0) + 1
            One atom is never tried: `range(D.shape[1])` counts them all.
        best_not_reset: distances.argmin(axis=0) -> [distances[:, : i + 1].min(axis=1).argmin() for i in range(X.shape[1])]
            The smallest distance so far goes on from one sample to the next. Begin anew with each sample.
        soft_codes: np.eye(D.shape[1])[:, distances.argmin(axis=0)] -> np.exp(distances.min(axis=0) - distances) / np.exp(distances.min(axis=0) - distances).sum(axis=0)
            | np.eye(D.shape[1])[:, distances.argmin(axis=0)] -> 1 / (distances + 1e-9) / (1 / (distances + 1e-9)).sum(axis=0)
            Every sample is shared among the atoms. In k-means it belongs to one of them alone, with a 1.
        not_a_one: np.eye(D.shape[1])[:, distances.argmin(axis=0)] -> np.eye(D.shape[1])[:, distances.argmin(axis=0)] * (distances + 1)
            | {} -> 2 * ({})
            One atom is chosen for each sample, but its entry should be 1: the atom itself stands for the sample.
        zeros_and_ones_swapped: {} -> 1 - ({})
            Zeros and ones are swapped: the 1 belongs to the nearest atom.
        two_ones: np.eye(D.shape[1])[:, distances.argmin(axis=0)] -> (distances <= np.sort(distances, axis=0)[1]).astype(float)
            | np.eye(D.shape[1])[:, distances.argmin(axis=0)] -> (distances == np.minimum.accumulate(distances)).astype(float)
            More than one atom gets a 1 in a column: only the nearest one should.
        rows_of_X: np.eye(D.shape[1]) -> np.eye(D.shape[0])
            The codes have k rows, one for each atom, `D.shape[1]`, and not d.
        one_atom_for_all: distances.argmin(axis=0) -> np.full(X.shape[1], {np.sum(distances, axis=1).argmin()|0|D.shape[1] - 1})
            All samples get the same atom. Every sample has its own nearest one: is the sum taken over the samples as
            well, or a smallest distance never beaten?
        whole_rows: np.eye(D.shape[1])[:, distances.argmin(axis=0)] -> np.eye(D.shape[1])[:, distances.argmin(axis=0)].any(axis=1)[:, np.newaxis] * np.ones(X.shape[1])
            `A[nearest] = 1` fills whole rows. Each sample needs its own column as well: `A[nearest,
            np.arange(len(nearest))] = 1`.
        least_squares_codes: ... -> np.linalg.lstsq(D, X, rcond=None)[0]
            Those are the best codes without a constraint. Here a sample may use one atom only, and exactly once.
        a_one_for_every_tie: np.eye(D.shape[1])[:, distances.argmin(axis=0)] -> (distances == distances.min(axis=0)).astype(float)
            Two atoms are equally near here, and both got a 1. Exactly one should, either of them: argmin takes the
            first.
    """,
)


def _principal(came, run, X, k):
    """Orthonormal atoms, the j-th of which catches the j-th largest variance: whatever their signs, and whichever basis they
    take where variances are equal."""
    centred = X - X.mean(axis=1, keepdims=True)
    if not compare.close(came.T @ came, np.eye(k)):
        directions = came / np.maximum(np.linalg.norm(came, axis=0), 1e-300)
        right = np.linalg.svd(centred, full_matrices=False)[0][:, :k]
        scaled = compare.close(np.abs(np.sum(directions * right, axis=0)), np.ones(k))
        words = f"D^T D is {compare.describe(came.T @ came)}, not the identity."
        uncentred = np.linalg.svd(X, full_matrices=False)[0][:, :k]
        if not scaled and compare.close(np.abs(np.sum(directions * uncentred, axis=0)), np.ones(k)):
            return check.Finding(words, ("not_centred", "wrong_lengths"))
        return check.Finding(words, ("wrong_lengths" if scaled else "not_orthonormal",))
    caught, most = np.sum((came.T @ centred) ** 2, axis=1), np.linalg.svd(centred, compute_uv=False)[:k] ** 2
    if compare.close(caught, most, (centred**2,)):
        return None
    atom = int(np.argmax(np.abs(caught - most)))
    return check.Finding(
        f"Atom {atom} (counted from 0) catches a variance of {caught[atom] / X.shape[1]:.4g}, where it should be "
        f"{most[atom] / X.shape[1]:.4g}.",
        _mistake_of_order(came, caught, centred @ centred.T),
    )


def _mistake_of_order(D, caught, covariance):
    """Orthonormal atoms may be eigenvectors of the covariance after all, the wrong ones or in the wrong order; or rows."""
    variances, vectors = np.linalg.eigh(covariance)
    k = D.shape[1]
    if not compare.close(covariance @ D, D * caught, (covariance,)):
        rows = compare.close(np.sort(np.abs(D), axis=0), np.sort(np.abs(vectors[:k].T), axis=0))
        return ("rows_of_eigenvectors",) * rows
    if compare.close(np.sort(caught), variances[-k:], (variances,)):
        return ("wrong_order",)
    return ("smallest_eigenvalues" if compare.close(np.sort(caught), variances[:k], (variances,)) else "unsorted",)


def _without_signs(result):
    """The sizes of the entries: the signs of atoms are left open."""
    return tuple(map(np.abs, result)) if isinstance(result, tuple) else np.abs(result)


pca_dictionary = check.Exercise(
    factorise.pca_dictionary,
    number="5.2",
    title="the directions of largest variance",
    minutes=8,
    returns="k orthonormal columns: the eigenvectors of the covariance of X with the largest eigenvalues, largest first",
    hints="""
        - Move the cloud so that its mean lies at zero. With X - mean = U S V^T, what is C in terms of U and S?
        - C = U (S^2 / n) U^T: the eigenvectors of C are the left singular vectors of the centred data, largest first,
          (d, min(d, n)). `full_matrices=False` keeps U that size.
        - `U, _, _ = np.linalg.svd(..., full_matrices=False)`, then `return U[...]`
    """,
    cases=[
        (np.array([[5.0, 7, 6, 3], [1, 1, 2, 0], [9, 8, 9, 7]]), 1),
        (X_FULL, 3),
        (X_LARGE.T, 2),
        (X_SMALL, 3),
    ],
    edges=[
        # More rows than samples, so that some directions have no variance at all.
        (X_LARGE, 2),
        (X_FULL.T, 1),
        # A cloud as wide as it is high, far from zero: every pair at right angles in that plane is right.
        (np.array([[7.0, 5, 6, 6, 6], [2, 2, 3, 1, 2], [4, 4, 4, 4, 4], [1, 1, 1, 1, 1]]), 2),
        # Rows without correlation, of growing variance, which np.linalg.eig leaves in this order.
        (np.array([[6.0, 4, 6, 4], [3, 3, -1, -1], [4, -4, -4, 4]]), 2),
        (np.array([[6.0, 4, 6, 4], [3, 3, -1, -1], [4, -4, -4, 4]]), 1),
    ],
    law=_principal,
    canonical=_without_signs,
    ways=[
        """
            C = X - X.mean(axis=1, keepdims=True)
            values, U = np.linalg.eigh(C @ C.T)
            return U[:, ::-1][:, :k]
        """,
    ],
    mistakes="""
        not_centred: - X.mean(axis=1, keepdims=True) ->
            X is not centred, so the first atom points to the mean. Subtract the mean column, X.mean(axis=1), first.
        rows_of_Vt: U, _, _ -> _, _, U ;; U[:, :k] -> U[:k]{|.T}
            | eigh(C @ C.T) -> eigh(C.T @ C)
            | eigh(C @ C.T) -> eigh(C.T @ C) ;; U[:, ::-1][:, :k] -> U
            | X.mean(axis=1, keepdims=True) -> X.mean(axis=0) ;; eigh(C @ C.T) -> eigh(C.T @ C)
            | X.mean(axis=1, keepdims=True) -> X.mean(axis=0) ;; eigh(C @ C.T) -> eigh(C.T @ C) ;; U[:, ::-1][:, :k] -> U
            Those mix samples: they are rows of V^T, or come from the (n, n) covariance of the samples, as `np.cov(X.T)`
            is. Atoms live where a sample does, in d dimensions: columns of U, or of the eigenvectors of the (d, d)
            covariance.
        atoms_as_rows: {} -> ({}).T
            The result is transposed: D is (d, k), one atom a column.
        mean_of_each_sample: axis=1 -> axis=0
            That subtracts each sample's own mean (axis=0). PCA subtracts the mean sample, a column: the mean along
            axis=1.
        overall_mean: axis=1, keepdims=True ->
            That subtracts one number, the mean of all entries. Every row (every pixel) has its own mean: axis=1.
        smallest_eigenvalues: [:, ::-1] ->
            Those are the directions of smallest variance. np.linalg.eigh sorts upwards: the largest come last.
        wrong_order: [:, :k] -> [:, :k][:, ::-1]
            The right atoms in the wrong order: the largest variance comes first. Turn them round, `[:, ::-1]`.
        standardised: svd(X - X.mean(axis=1, keepdims=True) -> svd((X - X.mean(axis=1, keepdims=True)) / np.where(X.std(axis=1, keepdims=True) == 0, 1, X.std(axis=1, keepdims=True))
            That divides by the standard deviation, which gives every row the same variance. Only subtract the mean.
        reconstruction_instead: U[:, :k] -> U[:, :k] @ U[:, :k].T @ (X - X.mean(axis=1, keepdims=True))
            | U[:, :k] -> X.mean(axis=1, keepdims=True) + U[:, :k] @ U[:, :k].T @ (X - X.mean(axis=1, keepdims=True))
            That is what the atoms make of X, a reconstruction (d, n). Asked are the atoms themselves, (d, k).
        codes_instead: U[:, :k] -> U[:, :k].T @ (X - X.mean(axis=1, keepdims=True))
            | U[:, :k] -> (U[:, :k].T @ (X - X.mean(axis=1, keepdims=True))).T
            Those are the codes, how much of each atom is in each sample. Asked are the atoms themselves, (d, k).
        first_left_out: [:, :k] -> [:, 1 : k + 1]
            The first direction is left out: columns are counted from 0, `[:, :k]`.
        count_off_by_one: [:, :k] -> [:, : k {+|-} 1]
            That is one atom too many or too few: `[:, :k]` are k columns.
        centred_both_ways: svd(X - X.mean(axis=1, keepdims=True), -> svd(X - X.mean(axis=1, keepdims=True) - X.mean(axis=0) + X.mean(),
            Each sample's own mean is taken off as well, as with the faces. PCA subtracts only the mean sample.
        median_for_mean: X.mean(axis=1, keepdims=True) -> np.median(X, axis=1, keepdims=True)
            A median is taken where a mean belongs.
        zero_means_missing: X - X.mean(axis=1, keepdims=True) -> np.where(X != 0, X - X.sum(axis=1, keepdims=True) / (X != 0).sum(axis=1, keepdims=True), 0)
            | X - X.mean(axis=1, keepdims=True) -> X - X.sum(axis=1, keepdims=True) / (X != 0).sum(axis=1, keepdims=True)
            Entries that are zero are left out, as in code for ratings where 0 means unknown. Here a zero is a number
            like any other, in the mean as well.
        rows_picked: ... -> np.eye(len(X))[:, np.argsort(-X.var(axis=1))[:k]]
            That picks the k rows of X that vary most. A direction of PCA mixes all rows.
        samples_orthonormalised: ... -> np.linalg.qr({X - X.mean(axis=1, keepdims=True)|X})[0][:, :k]
            Those span the first k samples. PCA looks at all samples: the SVD orders directions by the variance along
            them.
        unsorted: U[:, :k] -> np.roll(U, -1, axis=1)[:, :k]
            Those are directions of PCA, but not the k largest. Sort by eigenvalue (np.linalg.eig does not), count from
            0.
        rows_of_eigenvectors: [:, :k] -> [:k].T
            | U[:, ::-1][:, :k] -> U[:{:-1][:, :k|k}]
            | U[:, ::-1][:, :k] -> U[:{:-1][:k|k}].T
            Those are rows of the matrix of eigenvectors. numpy keeps eigenvectors (and U) as columns: `[:, :k]`.
        all_directions: , full_matrices=False -> ;; U[:, :k] -> U
            | U[:, ::-1][:, :k] -> {U|U[:, ::-1]}
            There are more than k atoms. Keep the first k columns.
        whole_decomposition: U, _, _ -> U ;; U[:, :k] -> U
            Return D alone, the k columns that are wanted: np.linalg.svd returns U, S and V^T, and eigh values and
            vectors.
        wrong_lengths: U, _, _ -> U, S, _ ;; U[:, :k] -> (U * S)[:, :k]
            The directions are right, but the atoms are not of length 1: leave out the factor, a singular value or a
            variance.
        not_orthonormal: ... -> (X - X.mean(axis=1, keepdims=True))[:, :k]
            The atoms should be orthonormal: each of length 1 and at right angles to the others, so that D^T D = I.
        keepdims_forgotten: , keepdims=True ->
            Two shapes do not fit. X.mean(axis=1), for one, is (d,); with keepdims=True it is a column (d, 1) to
            subtract.
        eigenvectors_of_the_data: eigh(C @ C.T) -> eigh(C)
            Only a square matrix has eigenvectors, and X is not square. Take those of the covariance (d, d), or the SVD
            of X.
    """,
)


project = check.Exercise(
    factorise.project,
    number="5.3",
    title="there and back through a few atoms",
    minutes=6,
    returns="the mean column plus what the atoms of D catch of X without it",
    hints="""
        - Take the mean sample away, code the rest, decode it, give the mean back. What does the least-squares code (D^T
          D)^-1 D^T x become when D^T D = I?
        - codes = D^T (X - mean), (k, n); the reconstruction is mean + D codes, (d, n), with the mean a column (d, 1).
          The mean is that of the samples, not of the pixels.
        - `mean = X.mean(..., keepdims=True)`, then `return mean + D @ (...)`
    """,
    cases=[
        # Not the atoms that PCA would find in X.
        (np.array([[0.0, 3, 6], [2, 1, 3]]), np.array([[0.6], [0.8]])),
        (X_FULL, _orthonormal(5, 2)),
        (X_LARGE, _orthonormal(6, 3)),
        (X_SMALL, _orthonormal(3, 1)),
        (X_FULL.T, _orthonormal(7, 4)),
    ],
    mistakes=r"""
        mean_not_added_back: return mean + -> return
            The mean is taken away but not given back. Without it the result is a difference from the mean, not a
            sample.
        mean_ignored: return mean + -> return ;; X - mean -> X
            That projects X itself. The atoms describe differences from the mean: subtract it first, add it at the end.
        mean_in_twice: X - mean -> X
            The mean is in twice: added at the end, and before that in what D keeps of X. Subtract it before coding.
        mean_of_each_sample_used: axis=1, keepdims=True -> axis=0
            That takes each sample's own mean (axis=0). The mean here is the mean sample, a column: the mean along
            axis=1.
        overall_mean_used: axis=1, keepdims=True ->
            That takes one number, the mean of all entries. Every row (every pixel) has its own mean: axis=1.
        samples_as_rows: {} -> ({}).T
            The result is transposed: samples should be columns, as in X.
        codes_only: mean + D @ (D.T @ (X - mean)) -> D.T @ (X - mean)
            Those are the codes, D^T (X - mean). Mix the atoms by them, D codes, and add the mean back.
        data_unchanged: D @ (D.T @ (X - mean)) -> X - mean
            That gives X back unchanged: D is left out. Only what the atoms catch of X - mean should come through.
        only_the_mean: D @ (D.T @ (X - mean)) -> 0 * X
            That is the mean for every sample. What the atoms catch of each one's difference from it should be added.
        residual_instead: mean + D -> X - {D|mean - D}
            That keeps what the atoms miss and drops what they catch.
        wrong_sign_of_the_mean: mean + -> -mean +
            | X - mean -> X + mean
            The mean has the wrong sign in one place: subtract it before coding, add it at the end.
        mean_added_twice: mean + -> 2 * mean +
            The mean is added once too often at the end.
        not_every_atom: D @ (D.T -> D[:, :1] @ (D[:, :1].T
            | D @ (D.T -> D[:, :-1] @ (D[:, :-1].T
            | D @ (D.T -> D[:, 1:] @ (D[:, 1:].T
            Only some of the atoms of D are used: all of them should be.
        not_every_sample: {} -> ({}) * (np.arange(X.shape[1]) {< 1|< X.shape[1] - 1|> 0})
            Not every sample is done: does the loop leave one out, or is `return` inside it?
        codes_scaled: (D.T @ (X - mean)) -> (D.T @ (X - mean)) {/ 1.1|/ 2|/ 1.01|/ 1.001|* 2}
            | (D.T @ (X - mean)) -> (D.T @ (X - mean)) / np.linalg.norm(D.T @ (X - mean), axis=0)
            The codes are scaled, by a ridge, a factor, or to a fixed length. For orthonormal atoms D^T (X - mean) are
            the best codes as they are.
        codes_cut: (D.T @ (X - mean)) -> np.maximum(D.T @ (X - mean), 0)
            | (D.T @ (X - mean)) -> np.abs(D.T @ (X - mean))
            The codes lose their negative numbers. Here they may have either sign.
        cut_to_a_range: {} -> np.clip({}, 0, {1|255})
            The result is cut off to a range, and nothing asks for that here.
        standardised: X - mean -> (X - mean) / X.std(axis=1, keepdims=True)
            | D @ (D.T @ (X - mean)) -> X.std(axis=1, keepdims=True) * (D @ (D.T @ ((X - mean) / X.std(axis=1, keepdims=True))))
            Rows are divided by their spread before they are coded. Only the mean is taken off.
        zero_means_missing: X - mean -> np.where(X != 0, X - mean, 0)
            | return mean -> mean = X.sum(axis=1, keepdims=True) / (X != 0).sum(axis=1, keepdims=True)\n    return mean
            | return mean -> mean = X.sum(axis=1, keepdims=True) / (X != 0).sum(axis=1, keepdims=True)\n    return mean ;; X - mean -> np.where(X != 0, X - mean, 0)
            Entries that are zero are left out, as in code for ratings where 0 means unknown. Here a zero is a number
            like any other, in the mean as well.
        median_for_mean: X.mean(axis=1 -> np.median(X, axis=1
            A median is taken where a mean belongs.
        not_the_mean: X.mean(axis=1, keepdims=True) -> {X[:, :-1].mean|X.sum}(axis=1, keepdims=True)
            | X.mean(axis=1, keepdims=True) -> {X.sum(axis=1, keepdims=True) / len(X)|X[:, :1]}
            That is not the mean of the samples: add all n of them up, and divide by n, X.shape[1].
        returns_more: {} -> {}, {D.T @ (X - mean)|mean}
            Return the reconstruction alone.
        refits: return -> D = np.linalg.svd(X - mean, full_matrices=False)[0][:, : D.shape[1]]\n    return
            That computes atoms of its own from X and ignores D. Use the D that is given: it may come from other
            samples.
        keepdims_left_out: , keepdims=True ->
            Two shapes do not fit. X.mean(axis=1), for one, is (d,); with keepdims=True it is a column (d, 1) to
            subtract.
        factors_swapped: D @ (D.T @ (X - mean)) -> D.T @ (D @ (X - mean))
            Two shapes do not fit. D^T (k, d) takes samples to codes and comes first; then D (d, k) takes codes back.
    """,
)


relative_error = check.Exercise(
    factorise.relative_error,
    number="5.4",
    title="the share of the data that is missed",
    minutes=5,
    returns="the size of what is missed as a share of the size of the data",
    hints="""
        - An error of 3 is small beside data of size 1000 and large beside data of size 4. Compare two Frobenius norms.
        - ||X - D A||_F / ||X||_F. For the challenge: ||X - D A||_F^2 = ||X||_F^2 - 2 tr((D^T X)^T A) + tr(D^T D A A^T),
          with nothing larger than (k, n); `np.vdot(M, N)` is tr(M^T N).
        - `return np.linalg.norm(...) / ...`; for the challenge `np.sqrt(size - 2 * np.vdot(D.T @ X, A) + ...)` over the
          root of `size = np.vdot(X, X)`
    """,
    cases=[
        (np.array([[3.0, 0], [0, 4], [0, 0]]), np.array([[1.0], [1], [0]]), np.array([[2.0, 1]])),
        (X_FULL, D_FULL, A_FULL),
        (X_LARGE, D_LARGE, A_LARGE),
        (100 * X_SMALL, D_SMALL, 100 * A_SMALL),
        (X_FULL, np.ones((5, 1)), X_FULL.mean(axis=0, keepdims=True)),
    ],
    ways=["size = np.linalg.norm\nreturn size(X - D @ A) / size(X)"],
    mistakes="""
        squared: {} -> ({}) ** 2
            That is the square of it: the norms have roots.
        percent: {} -> 100 * ({})
            That is in per cent. Asked is the share itself: 0 is perfect, and D A = 0 gives 1.
        share_explained: {} -> 1 - {}
            That is 1 minus something: the share that is explained. Asked is the share that is missed.
        not_divided: / np.linalg.norm(X) ->
            | / size(X) ->
            That is the error itself, in the unit of the data. Divide by the size of the data.
        only_one_squared: np.linalg.norm(X - D @ A) -> np.sum((X - D @ A) ** 2)
            One of the two norms is squared and the other is not, so the unit of the data does not cancel. Take both
            with roots.
        divided_by_the_reconstruction: / np.linalg.norm(X) -> / np.linalg.norm(D @ A)
            | / size(X) -> / size(D @ A)
            That divides by the size of D A. The measure is the data, so divide by the size of X.
        divided_by_the_spread: / np.linalg.norm(X) -> / np.linalg.norm(X - X.mean({axis=1, keepdims=True||axis=0}))
            That divides by the size of the centred data. Here the data count as they are: divide by the size of X.
        absolute_values: size = np.linalg.norm -> size = lambda M: np.sum(np.abs(M))
            That sums absolute values. The norm squares the entries, sums, and takes the root.
        spectral_norms: size = np.linalg.norm -> size = lambda M: np.linalg.norm(M, {2|1|np.inf})
            | norm(X) -> norm(X, 2)
            | norm(X - D @ A) -> norm(X - D @ A, 2)
            `np.linalg.norm(M, 2)` is the largest singular value alone, and `np.linalg.norm(M, 1)` the largest sum of a
            column. Without a second argument it is the Frobenius norm.
        only_positive_counts: norm(X - D @ A) -> norm((X - D @ A)[X > 0]) ;; norm(X) -> norm(X[X > 0])
            | norm(X - D @ A) -> norm((X - D @ A)[X > 0])
            Only the positive entries of the data are used, as in code for ratings where 0 means unknown. Here every
            entry is known, zeros and negative ones too.
        r_squared: ... -> 1 - np.sum((X - D @ A) ** 2) / np.sum((X - X.mean({|axis=1, keepdims=True|axis=0})) ** 2)
            | ... -> np.mean(1 - np.sum((X - D @ A) ** 2, axis=1) / (np.sum((X - X.mean(axis=1, keepdims=True)) ** 2, axis=1) + 1e-12))
            That is R squared, the share of the variance that is explained. Asked is the share that is missed, with
            roots, and of the data as they are.
        root_forgotten_below: / np.linalg.norm(X) -> / np.sum(X**2)
            The root is missing below the line: ||X||_F is the root of the sum of squares.
        divided_by_another_size: / np.linalg.norm(X) -> / {np.mean(X)|np.sum(X)|np.std(X)|np.ptp(X)|X.shape[0]}
            | / np.linalg.norm(X) -> / {np.max|np.sum}(np.abs(X))
            | np.linalg.norm(X - D @ A) / np.linalg.norm(X) -> np.sqrt(np.mean((X - D @ A) ** 2)) / np.ptp(X)
            | np.linalg.norm(X - D @ A) / np.linalg.norm(X) -> np.sqrt(np.mean((X - D @ A) ** 2)) / np.mean(X)
            | / np.linalg.norm(X) -> / (np.linalg.norm({D) * np.linalg.norm(A|X) + np.linalg.norm(D @ A}))
            Below the line belongs the size of the data, ||X||_F, and nothing else.
        guarded: / np.linalg.norm(X) -> / ({1|0.1|0.01|0.001} + np.linalg.norm(X))
            | / np.linalg.norm(X) -> / max(np.linalg.norm(X), 1)
            Something is added to the size of the data below the line, or it is kept from becoming small. Small data
            then seem to be hit better than they are: divide by ||X||_F alone.
        cut_at_one: {} -> min({}, 1.0)
            | {} -> np.clip({}, 0, 1)
            The share is cut off at 1. It is larger where D A is worse than nothing at all, and that is worth knowing.
        sums_that_cancel: norm(X - D @ A) -> sum(X - D @ A)
            | np.linalg.norm(X - D @ A) / np.linalg.norm(X) -> np.sum(X - D @ A) / np.sum(X)
            | np.linalg.norm(X - D @ A) / np.linalg.norm(X) -> abs(np.sum(X - D @ A)) / abs(np.sum(X))
            In a plain sum, entries of opposite sign cancel. The norm squares them first.
        division_inside: np.linalg.norm(X - D @ A) / np.linalg.norm(X) -> np.linalg.norm(X - D @ A / np.linalg.norm(X))
            The division stands inside the norm, where it meets D A only: take both norms first.
        refits: D @ A -> D @ np.linalg.lstsq(D, X, rcond=None)[0]
            That computes codes of its own and ignores A. Judge the A that is given.
        reconstruction_cut: D @ A -> np.maximum(D @ A, 0)
            | D @ A -> np.clip(D @ A, 0, 1)
            The reconstruction is cut off before it is compared. Take D A as it is.
        divided_by_the_entries: / np.linalg.norm(X) -> / X.size
            That divides by the number of entries. Divide by the size of the data, its norm.
        divided_by_the_samples: / np.linalg.norm(X) -> / X.shape[1]
            That divides by the number of samples. Divide by the size of the data, its norm.
        root_mean_square: ... -> np.sqrt(np.mean((X - D @ A) ** 2))
            That is the root of the mean square, in the unit of the data. Divide by the size of the data, its norm.
        mean_over_samples: ... -> np.mean(np.linalg.norm(X - D @ A, axis=0) / np.linalg.norm(X, axis=0))
            | ... -> np.linalg.norm(X - D @ A, axis=0) / np.linalg.norm(X, axis=0)
            | ... -> np.mean(np.linalg.norm(X - D @ A, axis=1) / (np.linalg.norm(X, axis=1) + 1e-12))
            | ... -> np.linalg.norm(X - D @ A, axis=1) / (np.linalg.norm(X, axis=1) + 1e-12)
            Every sample, or row, is divided by a size of its own. Here the whole matrices are compared: one norm each.
        entry_by_entry: ... -> np.linalg.norm((X - D @ A) / X)
            | ... -> np.mean(np.abs(X - D @ A){ / (np.abs(X) + 1e-12)|[X != 0] / np.abs(X)[X != 0]})
            | ... -> np.mean(np.abs(X - D @ A) / np.abs(X))
            That divides entry by entry, where a small entry counts for much and a zero has no share at all. Take the
            two norms first, then divide.
        upside_down: {} -> 1 / ({})
            The fraction is upside down: what is missed stands above, the data below.
        difference_of_norms: np.linalg.norm(X - D @ A) -> {abs|}(np.linalg.norm(X) - np.linalg.norm(D @ A))
            That compares the sizes of X and D A, which may agree while the entries do not. Take the norm of the
            difference.
    """,
)


exercises = [one_hot_codes, pca_dictionary, project, relative_error]


below_floor, sparser_codes, pursuit_error = predictions = predict.parse("""
    below_floor: The singular values give the floor for 49 atoms. PCA keeps the mean face in addition to its 49 atoms.
        Does its error come out below that floor?
        - no: Tempting, since no 49 atoms can pass the floor. But the mean face is one atom more, whose code is always
          1.
        * a little: With the mean PCA has 50 atoms, and its error lies between the floor for 49 and the one for 50. No
          method passes the floor for the number of atoms that it really uses.
        - far below: Tempting, since the mean face explains more than any other single picture. But the floor's own
          atoms have it among them already; an extra one gains only what a 50th atom could.
    sparser_codes: NMF may not use minus signs, and nothing was said to it about sparseness. Are its codes much sparser
        than those of PCA, or about alike?
        - sparser: Tempting, since it is often said of NMF, and the last line of the table says it, too: 60 iterations
          from a start that is half zeros. Run on, the zeros fill, and the lead is gone.
        * alike: At 300 iterations the two numbers are nearly equal, and at five times as many they still are. What
          looked like sparse codes was a run that had not left its start. The atoms stay sparser than PCA's.
    pursuit_error: In every round the best dictionary for the given codes lowers the squared error, or leaves it. What
        does the pursuit that comes next, with the new dictionary, do to it?
        - lowers: Tempting, since in notebook 2 both halves lowered the error: each was solved exactly. A pursuit is
          greedy and stops when it is near enough.
        - leaves: Tempting, since the codes could stay as they are. But the pursuit begins anew and has no memory of
          them.
        * raises: It looks for the fewest atoms within the noise, so it gives back what the dictionary has gained, and
          needs fewer atoms for it: that number is what falls from round to round. Even with a fixed number of atoms a
          greedy choice may be worse than the codes before, so nothing promises that the error never rises.
""")
progress = functools.partial(show.progress, exercises, predictions)
