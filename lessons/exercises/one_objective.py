"""Notebook 5, PCA, k-means and NMF as one objective: the exercises, and the mistakes known for each."""

import functools

import numpy as np

from lessons import check, factorise

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

# The first sample is as far from one atom as from the other. Not among the cases, so that a mistake is known
# whichever of the two it takes.
TIE = (np.array([[1.0, 0, 2], [1, 0, 2]]), np.array([[0.0, 2], [0, 2]]))


def _judge_one_hot_codes(run):
    for X, D in [*run.exercise.cases, TIE]:
        A = run(X, D)
        distances = np.linalg.norm(X[:, np.newaxis] - D[:, :, np.newaxis], axis=0)  # (k, n)
        came = f"For {run.call_text((X, D))} it returned {check.describe(A)}"
        if not np.isin(A, (0, 1)).all():
            # Squared or not, with or without ||x||^2: what is smallest at the nearest atom is a distance.
            alike = np.array_equal(A.argmin(axis=0), distances.argmin(axis=0))
            raise check.Wrong(f"{came}, where every entry should be 0 or 1.", "codes_are_distances" if alike else None)
        ones = A.sum(axis=0)
        if not (ones == 1).all():
            column = int(np.argmax(ones != 1))
            raise check.Wrong(
                f"{came}: column {column} (counted from 0) holds {ones[column]:.0f} ones instead of one.",
                "a_one_for_every_tie" if X is TIE[0] else None,
            )
        chosen = np.sum(A * distances, axis=0)
        if not check.close(chosen, distances.min(axis=0), (distances,)):
            column = int(np.argmax(chosen - distances.min(axis=0)))
            raise check.Wrong(
                f"{came}: sample {column} (counted from 0) is given an atom at a distance of {chosen[column]:.3g}, "
                f"and there is one at {distances[:, column].min():.3g}."
            )


one_hot_codes = check.Exercise(
    factorise.one_hot_codes,
    number="5.1",
    title="the codes of k-means",
    minutes=6,
    returns="a matrix of zeros with a single 1 in each column, in the row of the atom nearest to that sample",
    hints=(
        "Measure how far every atom is from every sample, find the nearest atom of each sample, put a 1 there.",
        "distance_ji = ||x_i - d_j||, one row for each atom and one column for each sample, (k, n). "
        "`argmin(axis=0)` gives the n nearest atoms; the columns of the (k, k) identity are the codes.",
        "`distances[j] = np.linalg.norm(X - D[:, [j]], axis=0)` in a loop over the atoms j (start from "
        "`np.zeros((D.shape[1], X.shape[1]))`), then `return np.eye(D.shape[1])[:, ...]`",
    ),
    cases=[
        (np.array([[0.0, 2, 4, 1], [1, 3, 0, 1]]), np.array([[1.0, 2, 5], [0, 2, 1]])),
        (X_FULL, D_FULL),
        (X_LARGE, D_LARGE),
        (X_SMALL, D_SMALL),
        (3 * X_FULL, np.array([[1.0, 9], [1, 9], [1, -9], [1, 9], [1, 9]])),
    ],
    judge=_judge_one_hot_codes,
)


def _distances(X, D):
    return np.linalg.norm(X[:, np.newaxis] - D[:, :, np.newaxis], axis=0)


def _one_hot(chosen, k):
    return np.eye(k)[:, chosen]


@one_hot_codes.mistake
def largest_inner_product(X, D):
    """That takes the atom with the largest inner product D^T x, which favours long atoms. Nearest means least ||x - d||."""
    return _one_hot((D.T @ X).argmax(axis=0), D.shape[1])


@one_hot_codes.mistake
def smallest_angle(X, D):
    """That takes the atom of the smallest angle (the largest cosine). k-means takes the least distance ||x - d||."""
    return _one_hot((D.T @ X / np.linalg.norm(D, axis=0)[:, np.newaxis]).argmax(axis=0), D.shape[1])


@one_hot_codes.mistake
def cross_term_halved(X, D):
    """A factor is missing in ||x - d||^2 = ||x||^2 - 2 d^T x + ||d||^2: the middle term counts twice."""
    return _one_hot((np.sum(D**2, axis=0)[:, np.newaxis] - D.T @ X).argmin(axis=0), D.shape[1])


@one_hot_codes.mistake
def farthest(X, D):
    """That marks the farthest atom. The nearest one has the smallest distance: argmin."""
    return _one_hot(_distances(X, D).argmax(axis=0), D.shape[1])


@one_hot_codes.mistake
def sum_of_differences(X, D):
    """In a plain sum of x - d, differences of opposite sign cancel. Square them before summing."""
    return _one_hot(np.sum(X[:, np.newaxis] - D[:, :, np.newaxis], axis=0).argmin(axis=0), D.shape[1])


@one_hot_codes.mistake
def absolute_differences(X, D):
    """That sums absolute differences (the l1 distance), which may choose another atom. k-means squares them."""
    return _one_hot(np.abs(X[:, np.newaxis] - D[:, :, np.newaxis]).sum(axis=0).argmin(axis=0), D.shape[1])


@one_hot_codes.mistake
def one_atom_for_all(X, D):
    """All samples get the same atom. Every sample has its own nearest one: sum over the d rows only, not over the samples."""
    totals = np.sum(_distances(X, D) ** 2, axis=1)
    return _one_hot(np.full(X.shape[1], totals.argmin()), D.shape[1])


@one_hot_codes.mistake
def one_hot_along_rows(X, D):
    """That finds the nearest sample of each atom, one 1 a row. Each sample has one atom: one 1 a column, argmin(axis=0)."""
    A = np.zeros((D.shape[1], X.shape[1]))
    A[np.arange(D.shape[1]), _distances(X, D).argmin(axis=1)] = 1
    return A


@one_hot_codes.mistake
def whole_rows(X, D):
    """`A[nearest] = 1` fills whole rows. Each sample needs its own column as well: `A[nearest, np.arange(len(nearest))] = 1`."""
    A = np.zeros((D.shape[1], X.shape[1]))
    A[_distances(X, D).argmin(axis=0)] = 1
    return A


@one_hot_codes.mistake
def codes_as_rows(X, D):
    """The result is transposed: codes should be columns, A is (k, n). Take columns of the identity, `np.eye(D.shape[1])[:, nearest]`."""
    return _one_hot(_distances(X, D).argmin(axis=0), D.shape[1]).T


@one_hot_codes.mistake
def numbers_of_atoms(X, D):
    """Those are the numbers of the nearest atoms. A code is a column with a 1 in that row, so that D A gives the atom."""
    return _distances(X, D).argmin(axis=0)


@one_hot_codes.mistake
def codes_are_distances(X, D):
    """Those are distances. The code has a 1 where the distance is smallest, and zeros elsewhere."""
    return _distances(X, D)


@one_hot_codes.mistake
def least_squares_codes(X, D):
    """Those are the best codes without a constraint. Here a sample may use one atom only, and exactly once."""
    return np.linalg.lstsq(D, X, rcond=None)[0]


@one_hot_codes.mistake
def a_one_for_every_tie(X, D):
    """Two atoms are equally near here, and both got a 1. Exactly one should, either of them: argmin takes the first."""
    distances = _distances(X, D)
    return (distances == distances.min(axis=0)).astype(float)


def _judge_pca_dictionary(run):
    for X, k in run.exercise.cases:
        try:
            D = run(X, k)
        except check.Wrong as finding:
            raise check.Wrong(str(finding), finding.mistake or _mistake_by_shape(run.result, X, k)) from None
        came = f"For {run.call_text((X, k))}"
        if not check.close(D.T @ D, np.eye(k)):
            raise check.Wrong(
                f"{came}, D^T D is {check.describe(D.T @ D)}, not the identity.", _mistake_of_length(run.exercise, D, X)
            )
        centred = _centred(X)
        # An orthonormal D whose j-th atom catches the j-th largest variance is a right one, whatever its signs, and
        # whichever basis it takes where variances are equal.
        caught, most = np.sum((D.T @ centred) ** 2, axis=1), np.linalg.svd(centred, compute_uv=False)[:k] ** 2
        if not check.close(caught, most, (centred**2,)):
            atom = int(np.argmax(np.abs(caught - most)))
            raise check.Wrong(
                f"{came}, atom {atom} (counted from 0) catches a variance of {caught[atom] / X.shape[1]:.4g}, "
                f"where it should be {most[atom] / X.shape[1]:.4g}.",
                _mistake_of_order(D, centred) or _mistake_by_direction(run.exercise, D, X),
            )


def _mistake_by_shape(result, X, k):
    """The mistake that shows in the kind or the shape of what came, or None."""
    d, n = X.shape
    shape = np.shape(result) if isinstance(result, np.ndarray) else ()
    if isinstance(result, tuple):
        return "whole_decomposition"
    if shape == (k, d):
        return "rows_of_eigenvectors" if _are_rows(result.T, X) else "atoms_as_rows"
    if shape in ((k, n), (n, k), (n, n)):
        return "rows_of_Vt"
    return "all_directions" if len(shape) == 2 and shape[0] == d and shape[1] > k else None


def _mistake_of_length(exercise, D, X):
    """The mistake of atoms (d, k) that are not orthonormal."""
    lengths = np.linalg.norm(D, axis=0)
    directions = D / np.where(lengths == 0, 1, lengths)
    right = _directions(_centred(X))[:, : D.shape[1]]
    if check.close(np.abs(np.sum(directions * right, axis=0)), np.ones(D.shape[1])):
        return "wrong_lengths"
    return _mistake_by_direction(exercise, directions, X) or "not_orthonormal"


def _mistake_of_order(D, centred):
    """Whether orthonormal atoms are eigenvectors of the covariance after all, the wrong ones or in the wrong order."""
    covariance = centred @ centred.T
    caught = np.sum((D.T @ centred) ** 2, axis=1)
    if not check.close(covariance @ D, D * caught, (covariance,)):
        return None
    variances, k = np.linalg.eigvalsh(covariance), D.shape[1]
    if check.close(np.sort(caught), variances[-k:], (variances,)):
        return "wrong_order"
    return "smallest_eigenvalues" if check.close(np.sort(caught), variances[:k], (variances,)) else "unsorted"


def _mistake_by_direction(exercise, D, X):
    """The known mistake whose atoms point the same way as the unit atoms D (d, k), up to signs; or None."""
    for key in ("not_centred", "mean_of_each_sample", "overall_mean", "standardised"):
        atoms = exercise.mistakes[key](X, D.shape[1])
        if check.close(np.abs(np.sum(D * atoms, axis=0)), np.ones(D.shape[1])):
            return key
    return "rows_of_eigenvectors" if _are_rows(D, X) else None


def _are_rows(D, X):
    """Whether the columns of D are rows of the matrix of eigenvectors, whatever their signs and order."""
    eigenvectors = np.linalg.eigh(_centred(X) @ _centred(X).T)[1]
    rows = eigenvectors[: D.shape[1]].T
    return check.close(np.sort(np.abs(D), axis=0), np.sort(np.abs(rows), axis=0))


def _directions(M):
    """The left singular vectors of M."""
    return np.linalg.svd(M, full_matrices=False)[0]


def _centred(X):
    return X - X.mean(axis=1, keepdims=True)


pca_dictionary = check.Exercise(
    factorise.pca_dictionary,
    number="5.2",
    title="the directions of largest variance",
    minutes=8,
    returns="k orthonormal columns: the eigenvectors of the covariance of X with the largest eigenvalues, largest first",
    hints=(
        "Move the cloud of samples so that its mean lies at zero. In which direction is it longest? "
        "And at right angles to that? The singular value decomposition answers.",
        "With the mean column subtracted, X - mean = U S V^T, and the covariance is U (S^2 / n) U^T. "
        "U is (d, min(d, n)), largest first; D is its first k columns.",
        "`U, S, Vt = np.linalg.svd(X - X.mean(axis=1, keepdims=True), full_matrices=False)`, then `return U[...]`",
    ),
    cases=[
        (np.array([[5.0, 7, 6, 3], [1, 1, 2, 0], [9, 8, 9, 7]]), 1),
        (X_FULL, 3),
        (X_LARGE, 2),
        (X_SMALL, 3),
        (X_FULL.T, 1),
        # A cloud as wide as it is high, far from zero: every pair at right angles in that plane is right.
        (np.array([[7.0, 5, 6, 6, 6], [2, 2, 3, 1, 2], [4, 4, 4, 4, 4], [1, 1, 1, 1, 1]]), 2),
    ],
    judge=_judge_pca_dictionary,
)


@pca_dictionary.mistake
def not_centred(X, k):
    """X is not centred, so the first atom points to the mean. Subtract the mean column, X.mean(axis=1), first."""
    return _directions(X)[:, :k]


@pca_dictionary.mistake
def mean_of_each_sample(X, k):
    """That subtracts each sample's own mean (axis=0). PCA subtracts the mean sample, a column: the mean along axis=1."""
    return _directions(X - X.mean(axis=0))[:, :k]


@pca_dictionary.mistake
def overall_mean(X, k):
    """That subtracts one number, the mean of all entries. Every row (every pixel) has its own mean: axis=1."""
    return _directions(X - X.mean())[:, :k]


@pca_dictionary.mistake
def standardised(X, k):
    """That divides by the standard deviation, which gives every row the same variance. Only subtract the mean."""
    spread = X.std(axis=1, keepdims=True)
    return _directions(_centred(X) / np.where(spread == 0, 1, spread))[:, :k]


@pca_dictionary.mistake
def smallest_eigenvalues(X, k):
    """Those are the directions of smallest variance. np.linalg.eigh sorts upwards: the largest come last."""
    return np.linalg.eigh(_centred(X) @ _centred(X).T)[1][:, :k]


@pca_dictionary.mistake
def wrong_order(X, k):
    """The right atoms in the wrong order: the largest variance comes first. Turn them round, `[:, ::-1]`."""
    return _directions(_centred(X))[:, :k][:, ::-1]


@pca_dictionary.mistake
def unsorted(X, k):
    """Those are directions of PCA, but not the k largest. Sort by eigenvalue (np.linalg.eig does not), count from 0."""
    return np.roll(_directions(_centred(X)), -1, axis=1)[:, :k]


@pca_dictionary.mistake
def rows_of_Vt(X, k):
    """Those come from V (n, n), which mixes samples. Atoms live where a sample does, in d dimensions: columns of U."""
    return np.linalg.svd(_centred(X), full_matrices=False)[2][:k]


@pca_dictionary.mistake
def atoms_as_rows(X, k):
    """The result is transposed: D is (d, k), one atom a column."""
    return _directions(_centred(X))[:, :k].T


@pca_dictionary.mistake
def rows_of_eigenvectors(X, k):
    """Those are rows of the matrix of eigenvectors. numpy keeps eigenvectors (and U) as columns: `[:, :k]`."""
    return np.linalg.eigh(_centred(X) @ _centred(X).T)[1][:, ::-1][:k].T


@pca_dictionary.mistake
def all_directions(X, k):
    """There are more than k atoms. Keep the first k columns."""
    return np.linalg.svd(_centred(X))[0]


@pca_dictionary.mistake
def whole_decomposition(X, k):
    """np.linalg.svd returns U, S and V^T, and eigh the values and the vectors. Take the k columns that are wanted."""
    return np.linalg.svd(_centred(X), full_matrices=False)


@pca_dictionary.mistake
def wrong_lengths(X, k):
    """The directions are right, but the atoms are not of length 1: leave out the factor, a singular value or a variance."""
    U, S, _ = np.linalg.svd(_centred(X), full_matrices=False)
    return (U * S)[:, :k]


@pca_dictionary.mistake
def not_orthonormal(X, k):
    """The atoms should be orthonormal: each of length 1 and at right angles to the others, so that D^T D = I."""
    return _centred(X)[:, :k]


@pca_dictionary.mistake
def keepdims_forgotten(X, k):
    """Two shapes do not fit. X.mean(axis=1), for one, is (d,); with keepdims=True it is a column (d, 1) to subtract."""
    return _directions(X - X.mean(axis=1))[:, :k]


@pca_dictionary.mistake
def eigenvectors_of_the_data(X, k):
    """Only a square matrix has eigenvectors, and X is not square. Take those of the covariance (d, d), or the SVD of X."""
    return np.linalg.eigh(_centred(X))[1][:, :k]


project = check.Exercise(
    factorise.project,
    number="5.3",
    title="there and back through a few atoms",
    minutes=6,
    returns="the mean column plus what the atoms of D catch of X without it",
    hints=(
        "Take the mean sample away, ask the atoms what they see of the rest, build that up again, give the mean back.",
        "codes = D^T (X - mean) are (k, n), because for orthonormal atoms D^T D is the identity. "
        "The result is mean + D codes, (d, n), with the mean a column (d, 1).",
        "`mean = X.mean(axis=1, keepdims=True)`, then `return mean + D @ (...)`",
    ),
    cases=[
        # Not the atoms that PCA would find in X.
        (np.array([[1.0, 3, 5], [2, 1, 3]]), np.array([[0.6], [0.8]])),
        (X_FULL, _orthonormal(5, 2)),
        (X_LARGE, _orthonormal(6, 3)),
        (X_SMALL, _orthonormal(3, 1)),
        (X_FULL.T, _orthonormal(7, 4)),
    ],
)


@project.mistake
def mean_not_added_back(X, D):
    """The mean is taken away but not given back. Without it the result is a difference from the mean, not a sample."""
    return D @ D.T @ _centred(X)


@project.mistake
def mean_ignored(X, D):
    """That projects X itself. The atoms describe differences from the mean: subtract it first, add it at the end."""
    return D @ D.T @ X


@project.mistake
def mean_in_twice(X, D):
    """The mean is in twice: added at the end, and before that in what D keeps of X. Subtract it before coding."""
    return X.mean(axis=1, keepdims=True) + D @ D.T @ X


@project.mistake
def codes_only(X, D):
    """Those are the codes, D^T (X - mean). Mix the atoms by them, D codes, and add the mean back."""
    return D.T @ _centred(X)


@project.mistake
def data_unchanged(X, D):
    """That gives X back unchanged: D is left out. Only what the atoms catch of X - mean should come through."""
    return X


@project.mistake
def only_the_mean(X, D):
    """That is the mean for every sample. What the atoms catch of each one's difference from it should be added."""
    return np.repeat(X.mean(axis=1, keepdims=True), X.shape[1], axis=1)


@project.mistake
def residual_instead(X, D):
    """That keeps what the atoms miss and drops what they catch."""
    return X - D @ D.T @ _centred(X)


@project.mistake
def mean_of_each_sample_used(X, D):
    """That takes each sample's own mean (axis=0). The mean here is the mean sample, a column: the mean along axis=1."""
    mean = X.mean(axis=0)
    return mean + D @ D.T @ (X - mean)


@project.mistake
def overall_mean_used(X, D):
    """That takes one number, the mean of all entries. Every row (every pixel) has its own mean: axis=1."""
    return X.mean() + D @ D.T @ (X - X.mean())


@project.mistake
def samples_as_rows(X, D):
    """The result is transposed: samples should be columns, as in X."""
    mean = X.mean(axis=1, keepdims=True)
    return (mean + D @ D.T @ (X - mean)).T


@project.mistake
def refits(X, D):
    """That computes atoms of its own from X and ignores D. Use the D that is given: it may come from other samples."""
    own = _directions(_centred(X))[:, : D.shape[1]]
    return X.mean(axis=1, keepdims=True) + own @ own.T @ _centred(X)


@project.mistake
def keepdims_left_out(X, D):
    """Two shapes do not fit. X.mean(axis=1), for one, is (d,); with keepdims=True it is a column (d, 1) to subtract."""
    mean = X.mean(axis=1)
    return mean + D @ D.T @ (X - mean)


@project.mistake
def factors_swapped(X, D):
    """Two shapes do not fit. D^T (k, d) takes samples to codes and comes first; then D (d, k) takes codes back."""
    return X.mean(axis=1, keepdims=True) + D.T @ D @ _centred(X)


relative_error = check.Exercise(
    factorise.relative_error,
    number="5.4",
    title="the share of the data that is missed",
    minutes=5,
    returns="the size of what is missed as a share of the size of the data",
    hints=(
        "An error of 3 is small beside data of size 1000 and large beside data of size 4. Compare the two sizes.",
        "||X - D A||_F / ||X||_F, one number without a unit: 0 is perfect, and D A = 0 gives 1.",
        "`return np.linalg.norm(X - D @ A) / ...`",
    ),
    cases=[
        (np.array([[3.0, 0], [0, 4], [0, 0]]), np.array([[1.0], [1], [0]]), np.array([[2.0, 1]])),
        (X_FULL, D_FULL, A_FULL),
        (X_LARGE, D_LARGE, A_LARGE),
        (X_SMALL, D_SMALL, A_SMALL),
        (X_FULL, np.ones((5, 1)), X_FULL.mean(axis=0, keepdims=True)),
    ],
)


@relative_error.mistake
def squared(X, D, A):
    """That is the square of it: the norms have roots."""
    return np.sum((X - D @ A) ** 2) / np.sum(X**2)


@relative_error.mistake
def not_divided(X, D, A):
    """That is the error itself, in the unit of the data. Divide by the size of the data."""
    return np.linalg.norm(X - D @ A)


@relative_error.mistake
def only_one_squared(X, D, A):
    """One of the two norms is squared and the other is not, so the unit of the data does not cancel. Take both with roots."""
    return np.sum((X - D @ A) ** 2) / np.linalg.norm(X)


@relative_error.mistake
def root_forgotten_below(X, D, A):
    """The root is missing below the line: ||X||_F is the root of the sum of squares."""
    return np.linalg.norm(X - D @ A) / np.sum(X**2)


@relative_error.mistake
def divided_by_the_reconstruction(X, D, A):
    """That divides by the size of D A. The measure is the data, so divide by the size of X."""
    return np.linalg.norm(X - D @ A) / np.linalg.norm(D @ A)


@relative_error.mistake
def divided_by_the_spread(X, D, A):
    """That divides by the size of the centred data. Here the data count as they are: divide by the size of X."""
    return np.linalg.norm(X - D @ A) / np.linalg.norm(_centred(X))


@relative_error.mistake
def divided_by_the_entries(X, D, A):
    """That divides by the number of entries. Divide by the size of the data, its norm."""
    return np.linalg.norm(X - D @ A) / X.size


@relative_error.mistake
def divided_by_the_samples(X, D, A):
    """That divides by the number of samples. Divide by the size of the data, its norm."""
    return np.linalg.norm(X - D @ A) / X.shape[1]


@relative_error.mistake
def root_mean_square(X, D, A):
    """That is the root of the mean square, in the unit of the data. Divide by the size of the data, its norm."""
    return np.sqrt(np.mean((X - D @ A) ** 2))


@relative_error.mistake
def spectral_norms(X, D, A):
    """Those are spectral norms, `np.linalg.norm(M, 2)`, the largest singular value alone. The Frobenius norm is the default."""
    return np.linalg.norm(X - D @ A, 2) / np.linalg.norm(X, 2)


@relative_error.mistake
def absolute_values(X, D, A):
    """That sums absolute values. The norm squares the entries, sums, and takes the root."""
    return np.sum(np.abs(X - D @ A)) / np.sum(np.abs(X))


@relative_error.mistake
def mean_over_samples(X, D, A):
    """That is the mean of every sample's own relative error. Here the whole matrices are compared: one norm each."""
    return np.mean(np.linalg.norm(X - D @ A, axis=0) / np.linalg.norm(X, axis=0))


@relative_error.mistake
def entry_by_entry(X, D, A):
    """That divides entry by entry, and a zero or a small entry blows up. Take the two norms first, then divide."""
    return np.linalg.norm((X - D @ A) / X)


@relative_error.mistake
def upside_down(X, D, A):
    """The fraction is upside down: what is missed stands above, the data below."""
    return np.linalg.norm(X) / np.linalg.norm(X - D @ A)


@relative_error.mistake
def share_explained(X, D, A):
    """That is 1 minus something: the share that is explained. Asked is the share that is missed."""
    return 1 - np.linalg.norm(X - D @ A) / np.linalg.norm(X)


@relative_error.mistake
def difference_of_norms(X, D, A):
    """That compares the sizes of X and D A, which may agree while the entries do not. Take the norm of the difference."""
    return abs(np.linalg.norm(X) - np.linalg.norm(D @ A)) / np.linalg.norm(X)


exercises = [one_hot_codes, pca_dictionary, project, relative_error]
progress = functools.partial(check.progress, exercises)


# ---- Predictions ----

from lessons.predict import Prediction  # noqa: E402

below_floor = Prediction(
    name="below_floor",
    question="The singular values give the floor for 49 atoms. PCA keeps the mean face in addition to its 49 atoms. Does its "
    "error come out below that floor?",
    choices={
        "no": "Tempting, since no 49 atoms can pass the floor. But the mean face is one atom more, whose code is always 1.",
        "a little": "With the mean PCA has 50 atoms, and its error lies between the floor for 49 and the one for 50. No method "
        "passes the floor for the number of atoms that it really uses.",
        "far below": "Tempting, since the mean face explains more than any other single picture. But the floor's own atoms "
        "have it among them already; an extra one gains only what a 50th atom could.",
    },
    answer="a little",
)
sparser_codes = Prediction(
    name="sparser_codes",
    question="NMF may not use minus signs, and nothing was said to it about sparseness. Are its codes sparser than those of "
    "PCA?",
    choices={
        "much sparser": "Tempting, since it is often said of NMF, and the last line of the table says it, too: 60 iterations "
        "from a start that is half zeros. Run on, the zeros fill, and the lead is gone.",
        "hardly different": "At 300 iterations the two numbers are nearly equal, and at five times as many they still are. "
        "What looked like sparse codes was a run that had not left its start. The atoms stay sparser than PCA's.",
    },
    answer="hardly different",
)
pursuit_error = Prediction(
    name="pursuit_error",
    question="In every round the best dictionary for the given codes lowers the squared error, or leaves it. What does the "
    "pursuit that comes next, with the new dictionary, do to it?",
    choices={
        "lowers it": "Tempting, since in notebook 2 both halves lowered the error: each was solved exactly. A pursuit is greedy "
        "and stops when it is near enough.",
        "leaves it": "Tempting, since the codes could stay as they are. But the pursuit begins anew and has no memory of them.",
        "raises it": "It looks for the fewest atoms within the noise, so it gives back what the dictionary has gained, and "
        "needs fewer atoms for it: that number is what falls from round to round. Even with a fixed number of "
        "atoms a greedy choice may be worse than the codes before, so nothing promises that the error never rises.",
    },
    answer="raises it",
)
predictions = [below_floor, sparser_codes, pursuit_error]
