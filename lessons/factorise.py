"""The mathematics: the algorithms of the lesson, one plain function each.

Two notations, one model. Notebooks 1, 2 and 5 keep samples as columns: data X (d, n), dictionary D (d, k), codes A (k, n),
X ~ D A. Notebooks 3, 4 and 6 keep samples as rows: data R = X^T (N, M), codes P (N, K), dictionary Q (M, K), R ~ P Q^T.

Every function of matrices refuses what it cannot work with: TypeError for what is not an array of numbers, ValueError for
a shape that does not fit, a NaN or an infinity, a rank beyond the matrix, or negative data where the method needs none.
"""

import numpy as np

from lessons.expects import expects

# ---- 1. What a dictionary is ----


@expects(D="d k", A="k n|k")
def reconstruct(D, A):
    """Mix the atoms D (d, k) by the codes A (k, n), or by a single code (k,): X' = D A."""
    return D @ A


@expects(x="d", D="d k")
def code(x, D):
    """The code (k,) of a sample x (d,): argmin over alpha of ||x - D alpha||^2, the shortest one if there are several."""
    return np.linalg.lstsq(D, x, rcond=None)[0]


@expects(x="d", D="d k", alpha="k")
def sample_error(x, D, alpha):
    """The distance ||x - D alpha|| between a sample (d,) and its reconstruction from the code alpha (k,)."""
    return np.sqrt(np.sum((x - D @ alpha) ** 2))


@expects(M="d n, or none")
def frobenius_norm(M):
    """||M||_F = sqrt(trace(M^T M)), the root of the sum of all squared entries of M (d, n); 0 if there are none."""
    return np.sqrt(np.sum(M**2))


@expects(X="d n", D="d k", A="k n")
def objective(X, D, A):
    """The mean squared error of the samples, (1/n) ||X - D A||_F^2, of X (d, n), D (d, k) and A (k, n)."""
    return np.sum((X - D @ A) ** 2) / X.shape[1]


@expects(X="d n", k="rank X")
def smallest_error(X, k):
    """The least ||X - D A||_F that any k atoms can reach, k from 0 to min(d, n): what the other singular values leave.

    Source: Eckart and Young, The approximation of one matrix by another of lower rank, Psychometrika 1936.
    """
    singular_values = np.linalg.svd(X, compute_uv=False)
    return np.sqrt(np.sum(singular_values[k:] ** 2))


# ---- 2. Why the answer is not unique ----


@expects(D="d k", A="k n", Q="k k")
def rescale(D, A, Q):
    """Another pair with the product of D (d, k) and A (k, n): (D Q, Q^-1 A), for an invertible Q (k, k).

    Raises numpy.linalg.LinAlgError where Q has no inverse.
    """
    return D @ Q, np.linalg.solve(Q, A)


@expects(D="d k", A="k n")
def normalise_atoms(D, A):
    """(D', A') with atoms of unit length and D' A' = D A, of D (d, k) and A (k, n); an atom of zeros stays as it is."""
    lengths = np.sqrt(np.sum(D**2, axis=0))
    lengths[lengths == 0] = 1
    return D / lengths, A * lengths[:, np.newaxis]


@expects(X="d n", D="d k")
def update_codes(X, D):
    """The best codes for a fixed dictionary: argmin over A of ||X - D A||_F, shape (k, n)."""
    return np.linalg.lstsq(D, X, rcond=None)[0]


@expects(X="d n", A="k n")
def update_dictionary(X, A):
    """The best dictionary for fixed codes: argmin over D of ||X - D A||_F, shape (d, k).

    Source: method of optimal directions, Engan, Aase and Husoy, ICASSP 1999.
    """
    return np.linalg.lstsq(A.T, X.T, rcond=None)[0].T


@expects(X="d n", D="d k", steps="from 1", k="rank X")
def alternate(X, D, steps):
    """Alternating least squares: best codes for the dictionary, best dictionary for the codes, again and again.

    Begins with D (d, k); returns (D, A), arrays (d, k) and (k, n), after `steps` rounds, at least 1.
    """
    for _ in range(steps):
        A = update_codes(X, D)
        D = update_dictionary(X, A)
    return D, A


# ---- 3. Gradient descent on the faces ----


@expects(faces="N M")
def centre(faces):
    """Subtract each pixel's mean over the faces (N, M), one a row (global), then each face's own mean (local)."""
    faces = faces - faces.mean(axis=0)
    return faces - faces.mean(axis=1, keepdims=True)


@expects(R="N M", P="N K", Q="M K")
def regularised_loss(R, P, Q, beta):
    """||R - P Q^T||_F^2 + (beta / 2) (||P||_F^2 + ||Q||_F^2), of R (N, M), P (N, K) and Q (M, K)."""
    return np.sum((R - P @ Q.T) ** 2) + beta / 2 * (np.sum(P**2) + np.sum(Q**2))


@expects(R="N M", P="N K", Q="M K")
def gradients(R, P, Q, beta):
    """The gradients of `regularised_loss` with respect to P (N, K) and Q (M, K), in the shapes of P and Q."""
    E = R - P @ Q.T
    return -2 * E @ Q + beta * P, -2 * E.T @ P + beta * Q


@expects(R="N M", P="N K", Q="M K", K="rank R", steps="from 0")
def matrix_factorization(R, P, Q, K, steps=500, alpha=0.002, beta=0.02):
    """Gradient descent on `regularised_loss`; P first, then Q with the new P and the residual of the step's start.

    Returns P (N, K) and Q (M, K) after `steps` steps of size `alpha`; K is their number of atoms.
    Source: the run of the COMP4328/5328/8328 tutorial on matrix factorisation, semester 2, 2025.
    """
    for _ in range(steps):
        E = R - P @ Q.T
        P = P + alpha * (2 * E @ Q - beta * P)
        Q = Q + alpha * (2 * E.T @ P - beta * Q)
    return P, Q


@expects(R="N M", P="N K", Q="M K")
def entrywise_step(R, P, Q, alpha=0.002, beta=0.02):
    """One step of `matrix_factorization` over the entries r_ij, one after the other; the penalty acts once an entry."""
    P, Q = P.copy(), Q.copy()
    for i, j in np.ndindex(R.shape):
        e = R[i, j] - P[i] @ Q[j]
        P[i], Q[j] = P[i] + alpha * (2 * e * Q[j] - beta * P[i]), Q[j] + alpha * (2 * e * P[i] - beta * Q[j])
    return P, Q


def numerical_gradient(loss, M, h=1e-6):
    """The gradient of loss(M), a float, by central differences (loss(M + h) - loss(M - h)) / 2h, entry by entry of M."""
    gradient = np.empty(M.shape)
    for entry in np.ndindex(M.shape):
        nudge = np.zeros(M.shape)
        nudge[entry] = h
        gradient[entry] = (loss(M + nudge) - loss(M - nudge)) / (2 * h)
    return gradient


@expects(R="N M", K="rank R")
def truncated_svd(R, K):
    """The best P (N, K) and Q (M, K) there are, without a constraint: the first K singular triplets, scale in P.

    Source: Eckart and Young, Psychometrika 1936.
    """
    U, singular_values, Vt = np.linalg.svd(R, full_matrices=False)
    return U[:, :K] * singular_values[:K], Vt[:K].T


def track(step, R, P, Q, steps):
    """Repeat step(P, Q) -> (P, Q) and keep the squared error ||R - P Q^T||_F^2 before it and after every step.

    Returns (P, Q, losses), the last an array of steps + 1 errors, fewer when the error stops being a finite number.
    """
    losses = [np.sum((R - P @ Q.T) ** 2)]
    # A diverging run ends in one inf or NaN, which the caller reports, not in a warning for every operation.
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        while len(losses) <= steps and np.isfinite(losses[-1]):
            P, Q = step(P, Q)
            losses.append(np.sum((R - P @ Q.T) ** 2))
    return P, Q, np.array(losses)


# ---- 4. Non-negative factorisation ----


@expects(X="d n", D="d k", A="k n")
def gradient_codes(X, D, A):
    """The gradient of ||X - D A||_F^2 with respect to the codes A: -2 D^T X + 2 D^T D A, shape (k, n)."""
    return -2 * D.T @ X + 2 * D.T @ D @ A


@expects(R="N M", P="N K", Q="M K")
def multiplicative_step(R, P, Q):
    """One multiplicative update of P (N, K), then one of Q (M, K) with the new P, for the squared error.

    They stay non-negative and the error never rises if R (N, M) has no negative entry. Notebook 4 shows what comes of one.
    Source: Lee and Seung, Algorithms for non-negative matrix factorization, NIPS 2000, Theorem 1 (equation 4).
    """
    tiny = 1e-12  # keeps 0 / 0 from becoming NaN
    P = P * (R @ Q) / (P @ (Q.T @ Q) + tiny)
    Q = Q * (R.T @ P) / (Q @ (P.T @ P) + tiny)
    return P, Q


def has_settled(previous_loss, loss, tolerance=1e-4):
    """Whether the loss changed by no more than `tolerance` of itself; from 0 to 0 it has settled."""
    return abs(previous_loss - loss) <= tolerance * min(previous_loss, loss)


@expects(R="N M, nonnegative", P="N K, nonnegative", Q="M K, nonnegative", steps="from 0", K="rank R")
def mf_multiplicative_update(R, P, Q, steps=5000):
    """Non-negative P (N, K) and Q (M, K): multiplicative steps until the loss has settled, `steps` at the most."""
    loss = np.sum((R - P @ Q.T) ** 2)
    for _ in range(steps):
        P, Q = multiplicative_step(R, P, Q)
        previous_loss, loss = loss, np.sum((R - P @ Q.T) ** 2)
        # Multiplicative updates creep: where a step gains 1e-4, thousands of steps may still gain some per cent.
        if has_settled(previous_loss, loss, tolerance=1e-6):
            break
    return P, Q


@expects(R="N M, nonnegative", P="N K, nonnegative", Q="M K, nonnegative", steps="from 0", sweeps="from 1", K="rank R")
def hals(R, P, Q, steps, sweeps=4):
    """Non-negative factorisation as practitioners run it: hierarchical alternating least squares, extrapolated.

    One column of a factor at a time has an exact best value; `sweeps` over the columns share one pair of large products.
    Between steps both factors go on a little in the direction they came, as long as the error falls.
    Source: Cichocki, Zdunek and Amari, Hierarchical ALS algorithms for nonnegative matrix and 3D tensor factorization,
    ICA 2007; the sweeps: Gillis and Glineur, Accelerated multiplicative updates and hierarchical ALS algorithms for
    nonnegative matrix factorization, Neural Computation 2012; the extrapolation: Ang and Gillis, Accelerating
    nonnegative matrix factorization algorithms using extrapolation, Neural Computation 2019.

    Returns non-negative P (N, K) and Q (M, K); more steps never give a larger error.
    """
    P, Q = P.T.copy(), Q.T.copy()  # atoms as rows, each in one piece of memory
    ahead, streak, lowest = Q, 0, np.inf
    for _ in range(steps):
        momentum = streak / (streak + 3)
        new_P = _sweep(P, ahead @ ahead.T, ahead @ R.T, sweeps)
        new_P = np.maximum(new_P + momentum * (new_P - P), 0)
        gram, target = new_P @ new_P.T, new_P @ R
        new_Q = _sweep(ahead, gram, target, sweeps)
        loss = np.vdot(gram, new_Q @ new_Q.T) - 2 * np.vdot(target, new_Q)  # ||R - P Q^T||^2 - ||R||^2
        if loss > lowest:  # too far: go on from the best pair, without momentum
            ahead, streak = Q, 0
        else:
            ahead = np.maximum(new_Q + momentum * (new_Q - Q), 0)
            P, Q, lowest, streak = new_P, new_Q, loss, streak + 1
    return P.T, Q.T


def _sweep(factor, gram, target, sweeps):
    """Give each row of a factor (K, n) in turn its best non-negative value, the other rows held fixed."""
    factor, others = factor.copy(), gram - np.diag(gram.diagonal())
    for _ in range(sweeps):
        for k in np.flatnonzero(gram.diagonal()):  # beside an atom of zeros any value is as good
            factor[k] = np.maximum(target[k] - others[k] @ factor, 0) / gram[k, k]
    return factor


@expects(v="")
def sparseness(v):
    """How few entries carry the weight: 0 when all have the same size, 1 when a single one is not zero.

    (sqrt(n) - ||v||_1 / ||v||_2) / (sqrt(n) - 1), and 0 for zeros; v is an array of any shape with n >= 2 entries.
    Source: Hoyer, Non-negative matrix factorization with sparseness constraints, JMLR 2004, section 3.1.
    """
    l1, l2 = np.sum(np.abs(v)), np.sqrt(np.sum(v**2))
    if l2 == 0:
        return 0.0
    return (np.sqrt(v.size) - l1 / l2) / (np.sqrt(v.size) - 1)


# ---- 5. One objective ----


@expects(X="d n", D="d k")
def one_hot_codes(X, D):
    """The codes of k-means, (k, n): a single 1 in each column, at the atom of D (d, k) nearest to that sample of X (d, n).

    Source: Lloyd, Least squares quantization in PCM, IEEE Transactions on Information Theory 1982.
    """
    # ||x - d||^2 = ||x||^2 - 2 d^T x + ||d||^2, and ||x||^2 is the same for every atom.
    distances = np.sum(D**2, axis=0)[:, np.newaxis] - 2 * D.T @ X
    return np.eye(D.shape[1])[:, distances.argmin(axis=0)]


@expects(X="d n", k="rank X")
def pca_dictionary(X, k):
    """The k directions of largest variance: leading left singular vectors of X (d, n) less its mean column.

    Returns an array (d, k) with orthonormal columns, largest variance first; k is from 0 to min(d, n).
    Source: Hotelling, Analysis of a complex of statistical variables into principal components, 1933.
    """
    U, _, _ = np.linalg.svd(X - X.mean(axis=1, keepdims=True), full_matrices=False)
    return U[:, :k]


@expects(X="d n", D="d k")
def project(X, D):
    """Reconstruct X (d, n) from an orthonormal D (d, k): code X less its mean column, decode, add the mean back."""
    mean = X.mean(axis=1, keepdims=True)
    return mean + D @ (D.T @ (X - mean))


@expects(X="d n", D="d k", A="k n")
def relative_error(X, D, A):
    """||X - D A||_F / ||X||_F: the share of the data's size that the reconstruction misses."""
    return np.linalg.norm(X - D @ A) / np.linalg.norm(X)


# ---- 6. How many atoms ----


@expects(seen="N M, mask", R="N M, where seen", P="N K", Q="M K")
def masked_step(R, seen, P, Q):
    """One `multiplicative_step` of P (N, K) and Q (M, K) for the squared error of the entries that were seen.

    `seen` (N, M) is True, or 1, where an entry of R (N, M) is known; what is hidden may hold anything, NaN too.
    Source: Blondel, Ho and Van Dooren, Algorithms for weighted non-negative matrix factorization, 2007; weights 1 and 0.
    """
    tiny = 1e-12  # keeps 0 / 0 from becoming NaN
    R = np.where(seen, R, 0)  # 0 * NaN would be NaN
    P = P * (R @ Q) / ((seen * (P @ Q.T)) @ Q + tiny)
    Q = Q * (R.T @ P) / ((seen * (P @ Q.T)).T @ P + tiny)
    return P, Q


@expects(R="N M", seen="N M, mask, some hidden", P="N K", Q="M K")
def hidden_error(R, seen, P, Q):
    """||R - P Q^T|| / ||R||, both over the entries of R (N, M) where `seen` (N, M) is False or 0: how well they are guessed."""
    hidden = seen == 0
    return np.linalg.norm((R - P @ Q.T)[hidden]) / np.linalg.norm(R[hidden])


@expects(labels="runs n")
def consensus(labels):
    """In what share of the runs each two samples carry the same label, as an array (n, n) with ones on the diagonal.

    `labels` (runs, n) are numbers; those of one run say nothing about those of another.
    Source: Monti, Tamayo, Mesirov and Golub, Consensus clustering, Machine Learning 2003; for factorisations Brunet,
    Tamayo, Golub and Mesirov, Metagenes and molecular pattern discovery using matrix factorization, PNAS 2004.
    """
    same = labels[:, :, np.newaxis] == labels[:, np.newaxis, :]
    return same.mean(axis=0)
