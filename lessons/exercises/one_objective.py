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
D_FULL, D_LARGE = _rng.normal(size=(5, 3)) + 1, 1000 * _rng.normal(size=(6, 3))
D_SMALL = 1e-3 * _rng.normal(size=(3, 5))
A_FULL, A_LARGE, A_SMALL = _rng.normal(size=(3, 7)), _rng.normal(size=(3, 4)), _rng.normal(size=(5, 8))

# A cloud as wide as it is high, far from zero: every pair at right angles in that plane is right.
ROUND = np.array([[7.0, 5, 6, 6, 6], [2, 2, 3, 1, 2], [4.5, 4.5, 3.5, 3.5, 4], [1.1, 1.1, 1.1, 1.1, 0.6]])
# Rows of growing variance without correlation, which np.linalg.eig leaves in this order.
UNCORRELATED = np.array([[6.0, 4, 6, 4], [3, 3, -1, -1], [4, -4, -4, 4]])


def _nearest(came, run, X, D):
    """One 1 a column, at an atom than which none is nearer."""
    distances = np.linalg.norm(X[:, np.newaxis] - D[:, :, np.newaxis], axis=0)  # (k, n)
    least = distances.min(axis=0)
    if not np.isin(came, (0, 1)).all():
        # Squared or not, with or without ||x||^2: what is smallest at the nearest atom is a distance.
        alike = np.array_equal(came.argmin(axis=0), distances.argmin(axis=0))
        one_each = ((came != 0).sum(axis=0) <= 1).all()
        shared = (came >= 0).all() and compare.close(came.sum(axis=0), np.ones(X.shape[1]))
        key = "not_a_one" if one_each else "soft_codes" if shared else "codes_are_distances" if alike else None
        form = ("not_a_one", lambda codes: 1.0 * (codes != 0)) if one_each else ()
        return check.Finding("Every entry should be 0 or 1.", (key,) * bool(key), form=form)
    ones = came.sum(axis=0)
    if not (ones == 1).all():
        i = int(np.argmax(ones != 1))
        return check.Finding(f"Column {i} (counted from 0) holds {ones[i]:.0f} ones instead of one.")
    chosen = np.sum(came * distances, axis=0)
    if compare.close(chosen, least, (distances,)):
        return None
    i = int(np.argmax(chosen - least))
    words = f"Sample {i} (counted from 0) is given an atom {chosen[i]:.3g} away, and another is {least[i]:.3g} away."
    others = bool((came.sum(axis=1) > 0).sum() > 1) and all(
        np.array_equal(came, run(X, M)) for M in (D[:, ::-1], -D, D[::-1] + 1)
    )
    return check.Finding(words, ("refits",) * others)


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
        (_rng.normal(size=(4, 15)), 2 * _rng.random((4, 6))),
    ],
    # The first sample is as far from one atom as from the other.
    edges=[(np.array([[1.0, 0, 2], [1, 0, 2]]), np.array([[0.0, 2], [0, 2]]))],
    law=_nearest,
    ways=[
        "differences = X[:, np.newaxis] - D[:, :, np.newaxis]\ndistances = np.linalg.norm(differences, axis=0)\n"
        "return np.eye(D.shape[1])[:, distances.argmin(axis=0)]"
    ],
    mistakes="""
        largest_inner_product: np.sum(D**2, axis=0)[:, np.newaxis] - 2 * D.T @ X -> -{D.T @ X|np.abs(D.T @ X)}
            That goes by how large the inner product D^T x is, which favours long atoms. Nearest: least ||x - d||.
        smallest_inner_product: np.sum(D**2, axis=0)[:, np.newaxis] - 2 * D.T @ X -> {D.T @ X|np.abs(D.T @ X)}
            That takes the smallest inner product D^T x, of an atom that may point anywhere. Nearest: least ||x - d||.
        farthest: argmin -> argmax
            That marks the farthest atom. The nearest one has the smallest distance: `argmin`.
        codes_as_rows: {} -> ({}).T
        nearest_sample: argmin(axis=0) -> argmin(axis=1)
            That finds the nearest sample of each atom. Each sample gets its nearest atom: the least along the atoms.
        numbers_of_atoms: {} -> distances.argmin(axis=0){| + 1}
            Those are indices: which atom is nearest. A code is a column with a 1 in that row, so that D A gives the atom.
        codes_are_distances: {} -> distances{|**2|.min(axis=0)|.min(axis=0) ** 2}
            Those are distances. The code has a 1 where the distance is smallest, and zeros elsewhere.
        distances_along_the_atoms: differences, axis=0 -> differences, axis=1
            What is added up goes along the atoms. A distance adds up the d entries of a sample's difference from one atom.
        absolute_differences: np.linalg.norm(differences -> np.sum(np.abs(differences)
            That sums absolute differences (the l1 distance), which may choose another atom. k-means squares them.
        one_hot_along_rows: {} -> np.eye(X.shape[1])[distances.argmin(axis=1)]
            That puts one 1 in each row, one sample for each atom. Each sample has one atom, which is a 1 in each column.
        smallest_angle: ^ -> D = D / (np.linalg.norm(D, axis=0){| + 1e-12})
            That takes the atom of the smallest angle (the largest cosine). k-means takes the least ||x - d||.
        largest_coefficient: distances.argmin -> {np.abs|}(np.linalg.pinv(D) @ X).argmax
            That marks the largest weight of a least-squares fit by all atoms. k-means takes the nearest atom.
        norms_not_squared: np.sum(D**2, axis=0) -> np.linalg.norm(D, axis=0)
            In ||x - d||^2 = ||x||^2 - 2 d^T x + ||d||^2 the norms of the atoms are squared.
        cross_term_added: - 2 -> + 2
            | np.sum(D**2, axis=0)[:, np.newaxis] - 2 -> np.sum(X**2, axis=0) + np.sum(D**2, axis=0)[:, np.newaxis] + 2
            The middle term of ||x - d||^2 = ||x||^2 - 2 d^T x + ||d||^2 has a minus.
        cross_term_halved: 2 * D.T -> D.T
            A factor is missing in ||x - d||^2 = ||x||^2 - 2 d^T x + ||d||^2: the middle term counts twice.
        sum_of_differences: np.linalg.norm(differences, axis=0) -> {np.abs||-}(np.sum(differences, axis=0))
            In a plain sum of x - d, differences of opposite sign cancel. Square them before summing.
        largest_difference: np.linalg.norm(differences -> np.max(np.abs(differences)
            That compares the largest difference in any one entry. k-means squares all of them and sums.
        difference_of_lengths: ^ -> X, D = (np.linalg.norm(M, axis=0, keepdims=True) for M in (X, D))
            That compares the lengths of x and d, which may agree while they point anywhere. Take the length of x - d.
        zero_means_missing: (differences -> (differences * ({X != 0)[|X > 0)[|D != 0)[:, }:, np.newaxis]
            Zeros (or negative numbers too) are left out, as if they were unknown. Here they are numbers like any other.
        refits: ^ -> D = X[:, : D.shape[1]]
        nearest_of_all: {} -> 1.0 * ({distances == distances.min()|np.arange(distances.size).reshape(distances.shape) == distances.argmin()})
            There is a 1 only where the smallest distance of all is. Each sample has a nearest atom: `argmin(axis=0)`.
        not_every_sample: {} -> {} * (np.arange(X.shape[1]) {< X.shape[1] - 1|< 1|> 0})
        not_every_atom: return -> distances[{-1|0}] = np.inf; return
            | distances.argmin -> distances[1:].argmin
        best_not_reset: return -> distances = np.minimum.accumulate(distances, axis=1); return
            | return -> distances = np.where(distances < np.append(np.inf, np.minimum.accumulate(distances.min(axis=0))[:-1]), distances, np.inf); return
            The smallest distance so far goes on from one sample to the next. Begin anew with each sample.
        soft_codes: {} -> (lambda w: w / sum(w))({np.exp(distances.min(axis=0) - distances)|1 / (distances + 1e-9)})
            Every sample is shared among the atoms. In k-means it belongs to one of them alone, with a 1.
        not_a_one: {} -> {2|distances|distances**2|(D.T @ X)} * {}
            One atom is chosen for each sample, but its entry should be 1: the atom itself stands for the sample.
        zeros_and_ones_swapped: {} -> 1 - {}
            Zeros and ones are swapped: the 1 belongs to the nearest atom.
        two_ones: {} -> 1.0 * (distances {<= np.sort(distances, axis=0)[1]|== np.minimum.accumulate(distances)})
            More than one atom gets a 1 in a column: only the nearest one should.
        rows_of_X: np.eye(D.shape[1]) -> np.eye(D.shape[0])
            The codes have k rows, one for each atom, `D.shape[1]`, and not d.
        counted_from_one: distances.argmin(axis=0) -> (distances.argmin(axis=0) {-|+} 1) % len(distances)
            The 1 stands one row too high or too low. Rows are counted from 0, as `argmin` counts them.
        one_atom_for_all: distances.argmin(axis=0) -> np.full(X.shape[1], {distances.sum(axis=1).argmin()|0|-1})
            All samples get the same atom. Is the sum over the samples too, or is the smallest distance never replaced?
        whole_rows: {} -> {}.any(axis=1)[:, np.newaxis] * np.ones(X.shape[1])
            `A[nearest] = 1` fills whole rows. Each sample has a column: `A[nearest, np.arange(X.shape[1])] = 1`.
        least_squares_codes: ... -> np.linalg.pinv(D) @ X
            Those are the best codes without a constraint. Here a sample uses one atom alone, and exactly once.
        a_one_for_every_tie: {} -> 1.0 * (distances == distances.min(axis=0))
            Two atoms are equally near here, and both got a 1. Exactly one should: `argmin` takes the first.
    """,
)


def _unit_length(D):
    return D / np.maximum(np.linalg.norm(D, axis=0), 1e-300)


def _principal(came, run, X, k):
    """Orthonormal atoms, the j-th of which catches the j-th largest variance; signs and equal variances are free."""
    centred = X - X.mean(axis=1, keepdims=True)
    if not compare.close(came.T @ came, np.eye(k)):
        words, unit = f"D^T D is {compare.describe(came.T @ came)}, not the identity.", _unit_length(came)
        form = ("wrong_lengths", _unit_length) if compare.close(unit.T @ unit, np.eye(k)) else ()
        return check.Finding(words, ("not_orthonormal",), form=form)
    covariance = centred @ centred.T / X.shape[1]
    variances, vectors = np.linalg.eigh(covariance)
    caught, most = np.sum(came * (covariance @ came), axis=0), variances[::-1][:k]
    if compare.close(caught, most, (covariance,)):
        return None
    # Eigenvectors of the covariance after all, the wrong ones or in the wrong order; or rows of the matrix of them.
    some = np.sort(caught)
    kinds = {"wrong_order": variances[-k:], "smallest_eigenvalues": variances[:k], "unsorted": some}
    keys = [key for key, each in kinds.items() if compare.close(some, each, (variances,))]
    if not compare.close(covariance @ came, came * caught, (covariance,)):
        rows = compare.close(np.sort(np.abs(came), axis=0), np.sort(np.abs(vectors[:k].T), axis=0))
        keys = ["rows_of_eigenvectors"] * rows
    i = int(np.argmax(np.abs(caught - most)))
    words = f"Atom {i} (counted from 0) catches a variance of {caught[i]:.4g}, where it should be {most[i]:.4g}."
    return check.Finding(words, tuple(keys[:1]))


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
    cases=[(np.array([[5.0, 7, 6, 3], [1, 1, 2, 0], [9, 8, 9, 7]]), 1), (X_FULL, 3), (X_LARGE.T, 2), (X_SMALL, 2)],
    # At first more rows than samples, so that some directions have no variance at all.
    edges=[(X_LARGE, 2), (X_SMALL, 3), (X_FULL.T, 1), (ROUND, 2), (UNCORRELATED, 2), (UNCORRELATED, 1)],
    law=_principal,
    canonical=np.abs,  # the signs of atoms are left open
    without="({})[:] /",  # length 1 is what is asked for
    ways=["C = X - X.mean(axis=1, keepdims=True)\nvalues, U = np.linalg.eigh(C @ C.T)\nreturn U[:, ::-1][:, :k]"],
    mistakes="""
        not_centred: - X.mean(axis=1, keepdims=True) ->
            X is not centred, so the first atom points to the mean. Subtract the mean column, X.mean(axis=1), first.
        rows_of_Vt: U, _, _ -> _, _, U ;; U[:, :k] -> U[:k]{|.T}
            | C @ C.T -> C.T @ C{| ;; [:, ::-1][:, :k] ->}
            | ... -> np.linalg.{svd(X - X.mean(axis=1, keepdims=True))[2]|svd(X - X.mean(axis=1, keepdims=True))[2].T|eigh(np.cov(X.T))[1]}
            Those mix samples: they are rows of V^T, or come from the (n, n) covariance of the samples, as `np.cov(X.T)`
            is. Atoms live in d dimensions, as samples do: columns of U, or eigenvectors of the (d, d) covariance.
        atoms_as_rows: {} -> ({}).T
        mean_of_each_sample: axis=1 -> axis=0
            That subtracts each sample's own mean. PCA subtracts the mean sample, a column: the mean along `axis=1`.
        overall_mean: axis=1, keepdims=True ->
            That subtracts one number, the mean of all entries. Every row (every pixel) has its own: `axis=1`.
        smallest_eigenvalues: [:, ::-1] ->
            | U[:, :k] -> U[:, {-k:|::-1][:, :k}]
            | [:, ::-1][:, :k] -> [:, :k][:, ::-1]
            Those are the directions of smallest variance. `np.linalg.eigh` sorts upwards, the largest last; `svd` downwards.
        wrong_order: [:, :k] -> [:, :k][:, ::-1]
            The right atoms in the wrong order: the largest variance should come first. Reverse them, `[:, ::-1]`.
        standardised: ^ -> X = X / np.where(X.std(axis=1, keepdims=True) > 0, X.std(axis=1, keepdims=True), 1)
        reconstruction_instead: {} -> {|X.mean(axis=1, keepdims=True) + }{} @ {}.T @ (X - X.mean(axis=1, keepdims=True))
            That is what the atoms make of X, a reconstruction (d, n). Return the atoms themselves, (d, k).
        codes_instead: {} -> {}.T @ (X - X.mean(axis=1, keepdims=True))
            | {} -> (X - X.mean(axis=1, keepdims=True)).T @ {}
            Those are the codes, how much of each atom is in each sample. Return the atoms themselves, (d, k).
        first_left_out: [:, :k] -> [:, 1 : k + 1]
            The first direction is left out: columns are counted from 0, `[:, :k]`.
        count_off_by_one: [:, :k] -> [:, : k {+|-} 1]
            That is one atom too many or too few: `[:, :k]` are k columns.
        centred_both_ways: X - X.mean(axis=1 -> X - X.mean(axis=0) + X.mean() - X.mean(axis=1
            Each sample's own mean is taken off as well, as with the faces. PCA subtracts only the mean sample.
        median_for_mean: X.mean(axis=1 -> np.median(X, axis=1
        zero_means_missing: keepdims=True) -> keepdims=True) / (X != 0).mean(axis=1, keepdims=True){| * (X != 0)}
        rows_picked: ... -> np.eye(len(X))[:, np.argsort(-X.var(axis=1))[:k]]
            That picks the k rows of X that vary most. A direction of PCA mixes all rows.
        samples_orthonormalised: ... -> np.linalg.qr({X - X.mean(axis=1, keepdims=True)|X})[0][:, :k]
            Those span the first k samples. PCA looks at all: its directions are ordered by the variance along them.
        unsorted: U[:, :k] -> np.roll(U, 1, axis=1)[:, :k]
            Those are directions of PCA, but not the k largest: sort by eigenvalue, which `np.linalg.eig` does not do.
        rows_of_eigenvectors: [:, :k] -> [:k]{.T|}
            | [:, ::-1][:, :k] -> [{::-1][:, :k]|:k]|::-1][:k].T}
            Rows of the matrix of eigenvectors are taken, or sorted. numpy keeps eigenvectors (and U) as columns: `[:, :k]`; V^T has rows, `Vt[:k].T`.
        not_deflated: [:, :k] -> [:, [0] * k]
            All atoms are the first direction. Before the next one is looked for, what the first catches has to be taken out.
        all_directions: {|[:, ::-1]}[:, :k] ->
            There are more than k atoms. Keep the first k columns.
        whole_decomposition: U, _, _ -> U ;; [:, :k] ->
            | ... -> np.linalg.{eigh(X @ X.T)|eigh(np.cov(X))|svd(X - X.mean(axis=1, keepdims=True))}
            Return the k columns of D alone: `np.linalg.svd` gives U, S and V^T, and `eigh` values and vectors.
        wrong_lengths: U, _, _ -> U, S, _ ;; U[:, :k] -> (U * S)[:, :k]
            | {} -> ({}) / np.linalg.norm({})
            The atoms are not of length 1: leave out the factor, a singular value or a variance. One norm for each column takes `axis=0`.
        not_orthonormal: ... -> {X|(X - X.mean(axis=1, keepdims=True))}[:, :k]
            The atoms should be orthonormal: each of length 1 and at right angles to the others, so that D^T D = I.
        keepdims_forgotten: , keepdims=True ->
            Two shapes do not fit. X.mean(axis=1), for one, is (d,); with keepdims=True it is a column (d, 1).
        eigenvectors_of_the_data: C @ C.T -> C
            Only a square matrix has eigenvectors. Take those of the covariance, (d, d), or the SVD of the centred X.
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
        *((X, _orthonormal(len(X), k)) for X, k in [(X_FULL, 2), (X_LARGE, 3), (X_SMALL, 1), (X_FULL.T, 4)]),
    ],
    mistakes="""
        mean_not_added_back: return mean + -> return
            The mean is taken away but not given back: the result is a difference from the mean, not a sample.
        mean_ignored: return mean + -> return ;; X - mean -> X
            That projects X itself. The atoms describe differences from the mean: subtract it first, add it at the end.
        mean_in_twice: X - mean -> X
            X is coded with its mean still in it, so that what D keeps of X holds the mean too. Subtract it before coding.
        mean_of_each_sample_used: axis=1, keepdims=True -> axis=0
            | return mean + -> return X.mean(axis=0) +
            That takes each sample's own mean. The mean here is the mean sample, a column: the mean along `axis=1`.
        data_centred: ^ -> X = X - X.mean({|axis=0})
            A mean is taken off and not given back. Only the mean sample goes, along `axis=1`, and it comes back at the end.
        overall_mean_used: axis=1, keepdims=True ->
            | mean + D -> X.mean() + D
            That takes one number, the mean of all entries. Every row (every pixel) has its own mean: `axis=1`.
        samples_as_rows: {} -> ({}).T
            The result is transposed: samples should be columns, as in X.
        codes_only: mean + D @ (D.T @ (X - mean)) -> D.T @ (X - mean)
            Those are codes. They are D^T (X - mean): mix the atoms by them, D codes, and add the mean back.
        data_unchanged: D @ (D.T @ (X - mean)) -> X - mean
            That gives X back unchanged: D is left out. Only what the atoms catch of X - mean should come through.
        only_the_mean: D @ (D.T @ (X - mean)) -> 0 * X
            | ... -> X.mean(axis=1, keepdims=True)
            That is the mean for every sample. Add what the atoms catch of each one's difference from it.
        residual_instead: mean + D -> X - {D|mean - D}
            That keeps what the atoms miss and drops what they catch.
        wrong_sign_of_the_mean: {mean + -> -mean +|X - mean -> X + mean}
            The mean has the wrong sign in one place: subtract it before coding, add it at the end.
        codes_negated: mean + D -> mean - D
            The codes have the wrong sign: they are D^T (X - mean), and what D makes of them is added.
        mean_added_twice: mean + -> {2|D.shape[1]|(D.shape[1] + 1)|(D.shape[1] - 1)} * mean +
            The mean is not added exactly once at the end: it belongs outside a loop over the atoms.
        not_every_atom: D @ (D.T -> D[:, {:1] @ (D[:, :1].T|-1:] @ (D[:, -1:].T|:-1] @ (D[:, :-1].T|1:] @ (D[:, 1:].T}
        not_every_sample: {} -> ({}) * (np.arange(X.shape[1]) {< 1|< X.shape[1] - 1|> 0})
        codes_scaled: X - mean) -> X - mean) {/ X.shape[1]|/ 1.1|/ 2|/ 1.01|/ 1.001|* 2|/ np.linalg.norm(D.T @ (X - mean), axis=0)|/ np.std(D.T @ (X - mean), axis=1)[:, None]}
            The codes are scaled, by a ridge, a factor or their length. With orthonormal atoms D^T (X - mean) is best.
        codes_cut: D.T @ (X - mean) -> {np.maximum(0, |np.abs(}D.T @ (X - mean))
            The codes lose their negative numbers. Here they may have either sign.
        cut_to_a_range: {} -> np.clip({}, 0, {1|255})
            The result is cut off to a range, and nothing asks for that here.
        standardised: X - mean -> (X - mean) / X.std(axis=1)[:, None]{| ;; + D -> + X.std(axis=1)[:, None] * D}
        zero_means_missing: X - mean -> X - mean * (X != 0)
            | X.mean(axis=1 -> 1 / (X != 0).mean(axis=1)[:, None] * X.mean(axis=1{| ;; X - mean -> X - mean * (X != 0)}
        median_for_mean: X.mean(axis=1 -> np.median(X, axis=1
        not_the_mean: X.mean -> {X[:, :1].mean|X[:, :-1].mean|X.sum|1 / len(X) * X.sum}
            That is not the mean of the samples: add all n of them up, and divide by n, X.shape[1].
        returns_more: {} -> {}, {D.T @ (X - mean)|mean}
        refits: ^ -> D = np.linalg.svd(X - X.mean(axis=1, keepdims=True), full_matrices=False)[0][:, : D.shape[1]]
        keepdims_left_out: , keepdims=True ->
            Two shapes do not fit. X.mean(axis=1), for one, is (d,); with keepdims=True it is a column (d, 1).
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
    ways=[
        "size = np.linalg.norm\nmissed, data = X - D @ A, X\nreturn size(missed) / size(data)",
        "size = np.sum(X**2)\nmissed = abs(size - 2 * np.vdot(D.T @ X, A) + np.vdot(D.T @ D @ A, A))\nreturn np.sqrt(missed) / np.sqrt(size)",
    ],
    mistakes="""
        squared: {} -> ({}) ** 2
            | = np.linalg.norm -> = lambda M, axis=None: np.sum(M**2, axis=axis)
        mixed_term: - 2 * np.vdot -> {-|+} np.vdot
        norms_added_up: = np.linalg.norm -> = lambda M: np.sum(np.linalg.norm(M, axis={0|1}))
            | size(missed) -> np.sum(size(missed, axis={0|1}))
        not_divided: / size(data) ->
            | / np.sqrt(size) ->
            That is the error itself, in the unit of the data. Divide by the size of the data.
        only_one_squared: size(missed) -> size(missed) ** 2
            | np.sqrt(missed) -> missed
        averaged_above: size(missed) -> size(missed) / {np.sqrt(X.shape[1])|np.sqrt(X.size)}
        divided_by_the_reconstruction: D @ A, X -> D @ A, D @ A
            | / np.sqrt(size) -> / np.linalg.norm(D @ A)
            That divides by the size of D A. The measure is the data, so divide by the size of X.
        divided_by_the_spread: D @ A, X -> D @ A, X - X.mean({axis=1, keepdims=True||axis=0})
            | ... -> np.mean(np.mean((X - D @ A) ** 2, axis=1) / (X.var(axis=1) + 1e-12))
        absolute_values: = np.linalg.norm -> = lambda M: np.sum(np.abs(M))
        spectral_norms: = np.linalg.norm -> = lambda M: np.linalg.norm(M, {2|1|np.inf})
            | size({data) -> size(data, 2)|missed) -> size(missed, 2)}
            That is the largest singular value (or sum of a column or row) alone. `np.linalg.norm(M)` takes every entry.
        only_positive_counts: size(missed) / size(data) -> size(missed[X > 0]) / size(data{|[X > 0]})
        reconstruction_cut: D @ A -> np.{maximum(D @ A, 0)|clip(D @ A, 0, 1)}
            The reconstruction is cut off before it is compared. Take D A as it is.
        difference_of_norms: size(missed) -> {abs|}(size(X) - size(D @ A))
            That compares two sizes, which may agree where the entries do not. Take the size of the difference.
        refits: ^ -> A = np.linalg.pinv(D) @ X
        divided_by_another_size: / size(data) -> / ({|np.sqrt(X.size) * }np.{mean|ptp}(X))
            | / size(data) -> / ({X.sum()|X.std()|len(X)|abs(X).max()|abs(X).sum()|size(D) * size(A)|size(X) + size(D @ A)})
            Below the line belongs the size of the data, ||X||_F, and nothing else.
        root_forgotten_below: / size(data) -> / size(data) ** 2
            | / np.sqrt(size) -> / size
            The root is missing below the line: ||X||_F is the root of the sum of squares.
        sums_that_cancel: size(missed) -> {size(missed.sum(axis=0))|size(missed.sum(axis=1))|missed.sum()|missed.sum() ;; size(data) -> data.sum()|np.sqrt(missed.sum()) ;; size(data) -> np.sqrt(data.sum())|np.sqrt(abs(missed.sum())) ;; size(data) -> np.sqrt(abs(data.sum()))|abs(missed.sum()) ;; size(data) -> abs(data.sum())}
            In a plain sum, entries of opposite sign cancel. The norm squares them first.
        division_inside: size(missed) / size(data) -> size(X - D @ A / size(X))
            The division stands inside the norm, where it meets D A only: take both norms first.
        divided_by_the_entries: / size(data) -> / X.size
            That divides by the number of entries. Divide by the size of the data, its norm.
        divided_by_the_samples: / size(data) -> / X.shape[1]
            That divides by the number of samples. Divide by the size of the data, its norm.
        root_mean_square: / size(data) -> / np.sqrt(X.size)
        mean_over_samples: size(missed) / size(data) -> {np.mean|}(size(missed, axis=0) / size(data, axis=0))
            | size(missed) / size(data) -> {np.mean|}(size(missed, axis=1) / (size(data, axis=1) + 1e-12))
        entry_by_entry: size(missed) / size(data) -> size(missed / data)
            | size(missed) / size(data) -> np.mean(np.abs(missed / {data)|(data + 1e-12))|data)[data != 0]})
            That divides entry by entry: a small entry counts for much, and a zero has no share. Take both norms first.
        r_squared: ... -> 1 - np.mean((X - D @ A) ** 2) / np.mean(X.var({|axis=0|axis=1}))
            | ... -> np.mean(1 - np.mean((X - D @ A) ** 2, axis=1) / (X.var(axis=1) + 1e-12))
            That is R squared, the share of the variance explained. Return the share of the data missed, with roots.
        guarded: / size(data) -> / {max(1, |(1 + |(0.1 + |(0.01 + |(0.001 + }size(data))
            Something more stands below the line, so that small data seem to be fitted better. Divide by ||X||_F alone.
        share_explained: {} -> 1 - {}
        upside_down: {} -> 1 / ({})
            The fraction is upside down: what is missed stands above, what it is measured by below.
        cut_at_one: {} -> np.minimum({}, 1)
            The share is cut off at 1. It is larger where D A is worse than nothing, and that is worth knowing.
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
