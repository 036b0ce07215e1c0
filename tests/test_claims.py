"""What the notebooks say holds: at five times the steps, with unit atoms, and from several starts.

The sentences stand in the prose, the numbers in the stored outputs. Everything is computed anew here, by the lesson's own
functions; what takes long is marked slow and runs with ``pytest tests/test_claims.py --slow``.
"""

import functools
import itertools
import re

import nbformat
import numpy as np
import pytest
from scipy.optimize import linear_sum_assignment, nnls
from skimage.data import camera
from sklearn.decomposition import NMF
from sklearn.feature_extraction.image import extract_patches_2d, reconstruct_from_patches_2d
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import orthogonal_mp_gram

from lessons import datasets, factorise
from tools import ROOT

SOLUTIONS = ROOT / "solutions"
STARTS = (1, 2, 3, 4, 5)


@functools.cache
def cells(number):
    """The cells of a solved notebook by their names."""
    (path,) = SOLUTIONS.glob(f"{number}_*.ipynb")
    return {cell.id: cell for cell in nbformat.read(path, as_version=4).cells}


def printed(number, name):
    """What a cell of a solved notebook has shown, as text."""
    outputs = cells(number)[name].outputs
    return "\n".join(output.get("text") or output.get("data", {}).get("text/plain", "") for output in outputs)


def numbers(text):
    """The numbers in a text, in order."""
    return [float(found) for found in re.findall(r"(?<![\w.])-?\d+(?:\.\d+)?(?:e-?\d+)?", text)]


def defined(number, name, **scope):
    """The names that a cell of a solved notebook defines when it runs with the names in `scope`."""
    exec(cells(number)[name].source, scope)
    return scope


def test_numbers_are_read_as_they_are_printed():
    assert numbers("k = 2: error -1.5 of [ 0.25 -3], 1e-10, x2 and 0.1 %") == [2, -1.5, 0.25, -3, 1e-10, 0.1]


# ---- Notebook 1 ----

LEGO = datasets.lego()
SETS = np.array([[1.0, 2], [1, 1], [1, 2], [1, 1]])
SETS_CODES = np.array([[1.0, 2, 0, 0], [0, 0, 1, 2]])


@pytest.mark.parametrize("length", [np.ones_like, np.linalg.norm, np.sum], ids=["as counted", "unit", "sum to 1"])
def test_the_chip_maker_is_half_finance_half_technology_whatever_the_length_of_the_atoms(length):
    rows = datasets.headlines()
    counts = CountVectorizer().fit_transform(row["text"] for row in rows).T.toarray()
    topic = np.array([row["topic"] for row in rows])
    atoms = np.stack([counts[:, topic == name].mean(axis=1) for name in ("finance", "sport", "technology")], axis=1)
    (chip_maker,) = [number for number, row in enumerate(rows) if "chip maker" in row["text"]]

    weights, _ = nnls(np.stack([atom / np.max(length(atom)) for atom in atoms.T], axis=1), counts[:, chip_maker])
    finance, sport, technology = weights / weights.sum()

    assert sport == 0 and abs(finance - 0.5) < 0.06 and abs(technology - 0.5) < 0.06
    said = numbers(printed("01", "headlines-codes").split("software sales: ")[1].split(";")[0].replace("%", ""))
    assert sum(said) == 100 and said[1] == 0 and abs(said[0] - 50) < 6


def test_three_words_without_a_topic_make_nearly_all_of_the_match_reports_technology():
    shares = numbers(printed("01", "headlines-new").replace("%", ""))

    assert shares[0] > 15 and shares[1] < 0.6 * shares[0] and shares[2] < 2


def test_a_faulty_set_coded_anew_leaves_less_than_a_third_but_not_nothing():
    faulty = SETS + [[0, 0], [0, 0], [0, 0], [1, 0]]
    kept = factorise.sample_error(LEGO[:, 0], faulty, np.array([1.0, 0]))
    anew = factorise.sample_error(LEGO[:, 0], faulty, factorise.code(LEGO[:, 0], faulty))

    assert kept == 1 and 0 < anew < 1 / 3
    assert numbers(printed("01", "sample-error-shown"))[-1] == round(anew, 4)


def test_the_best_atom_is_neither_set_but_nearer_to_set_2():
    best = abs(np.linalg.svd(LEGO)[0][:, 0])
    unit = factorise.normalise_atoms(SETS, SETS_CODES)[0]
    errors = [
        np.linalg.norm(LEGO - atom @ factorise.update_codes(LEGO, atom))
        for atom in (SETS[:, :1], SETS[:, 1:], best[:, None])
    ]

    assert errors[0] > errors[1] > errors[2] > 0
    assert errors[2] == pytest.approx(factorise.smallest_error(LEGO, 1))
    assert numbers(printed("01", "best-atom").split("error with")[1].replace("set 1", "").replace("set 2", "")) == [
        round(error, 5) for error in errors
    ]
    assert unit[:, 0] @ best < unit[:, 1] @ best < 1
    assert SETS[0, 0] / SETS[1, 0] < best[0] / best[1] < SETS[0, 1] / SETS[1, 1]


# ---- Notebook 2 ----

CHANGES = {
    "scale": np.diag([2, 0.5]),
    "order": np.array([[0.0, 1], [1, 0]]),
    "sign": np.diag([1.0, -1]),
    "mixing": np.array([[1.0, 1], [0, 1]]),
}


def test_unit_length_undoes_scale_and_nothing_else():
    unit = factorise.normalise_atoms(SETS, SETS_CODES)[0]
    undone = [
        name
        for name, Q in CHANGES.items()
        if np.allclose(factorise.normalise_atoms(*factorise.rescale(SETS, SETS_CODES, Q))[0], unit)
    ]

    assert undone == ["scale"]


def test_without_negative_entries_a_whole_range_of_dictionaries_is_left_and_some_mixing_is_not():
    def smallest_entry(t):
        D, A = factorise.rescale(SETS, SETS_CODES, np.array([[1.0, -t], [0, 1]]))
        np.testing.assert_allclose(D @ A, LEGO, atol=1e-12)
        return min(D.min(), A.min())

    assert all(smallest_entry(t) >= 0 for t in np.linspace(0, 1, 101))
    assert all(smallest_entry(t) < 0 for t in (-1, -0.01, 1.01, 2))


@pytest.mark.parametrize("starts", [3, pytest.param(20, marks=pytest.mark.slow)])
def test_nonnegative_factorisation_finds_another_exact_dictionary_from_every_start(starts):
    found = []
    for seed in range(starts):
        rng = np.random.default_rng(seed)
        P, Q = factorise.hals(LEGO.T, rng.random((4, 2)), rng.random((4, 2)), steps=5000)
        assert np.linalg.norm(LEGO.T - P @ Q.T) < 1e-6
        unit = factorise.normalise_atoms(Q, P.T)[0]
        found.append(unit[:, np.argsort(unit[0])])

    assert all(abs(one - other).max() > 0.005 for one, other in itertools.combinations(found, 2))


def penalty(D, A):
    return (np.sum(D**2) + np.sum(A**2)) / 2


def test_the_penalty_settles_the_scale_prefers_singular_vectors_and_leaves_every_rotation():
    scale = (np.sum(SETS_CODES**2) / np.sum(SETS**2)) ** 0.25
    balanced = scale * SETS, SETS_CODES / scale
    U, sigma, Vt = np.linalg.svd(LEGO)
    best = U[:, :2] * np.sqrt(sigma[:2]), np.sqrt(sigma[:2, np.newaxis]) * Vt[:2]
    rng = np.random.default_rng(0)

    assert all(penalty(c * SETS, SETS_CODES / c) >= penalty(*balanced) for c in np.geomspace(0.1, 10, 101))
    assert np.sum(balanced[0] ** 2) == pytest.approx(np.sum(balanced[1] ** 2))
    assert penalty(*best) == pytest.approx(sigma.sum())
    for Q in [*CHANGES.values(), *rng.normal(size=(200, 2, 2))]:
        assert penalty(*factorise.rescale(*balanced, Q)) > sigma.sum() - 1e-9
    for pair, turn in itertools.product((balanced, best), np.linspace(0, 2 * np.pi, 25)):
        rotation = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
        assert penalty(*factorise.rescale(*pair, rotation)) == pytest.approx(penalty(*pair))
    lines = printed("02", "penalty-rotation").splitlines()
    assert [numbers(line)[0] for line in lines] == [
        round(penalty(*balanced), 3),
        round(sigma.sum(), 3),
        round(sigma.sum(), 3),
    ]
    assert numbers(lines[0])[1] > numbers(lines[0])[0] == numbers(lines[0])[2]


@pytest.mark.parametrize("start", [(2.2, 1.8), (0.3, 0.6), (1.0, 2.0), (0.5, 0.1)])
def test_in_the_valley_starts_end_apart_without_the_penalty_and_together_with_it(start):
    alternating = defined("02", "alternating-path", np=np)["alternating_path"]
    descent = defined("02", "descent-path", np=np)["descent_path"]
    ends = [alternating(1.0, *start, beta=0, rounds=25)[-1], descent(1.0, *start, beta=0, moves=300)[-1]]
    tilted = [alternating(1.0, *start, beta=0.2, rounds=100)[-1], descent(1.0, *start, beta=0.2, moves=2000)[-1]]

    assert [d * a for d, a in ends] == pytest.approx([1, 1], abs=1e-6)
    assert abs(ends[0] - ends[1]).max() > 0.05
    assert len(np.unique(alternating(1.0, *start, beta=0, rounds=25)[1:].round(12), axis=0)) == 1  # a single move
    np.testing.assert_allclose(tilted, np.sqrt(0.9), atol=1e-5)


def test_halfway_between_two_orders_is_worse():
    D, A = factorise.rescale(SETS, SETS_CODES, CHANGES["order"])
    halfway = factorise.objective(LEGO, (SETS + D) / 2, (SETS_CODES + A) / 2)

    assert numbers(printed("02", "convex-halfway")) == [0, 0, round(halfway, 3)]
    assert halfway > 0


def test_alternating_least_squares_reaches_the_floor_from_any_start_and_finds_other_sets_each_time():
    unit = factorise.normalise_atoms(SETS, SETS_CODES)[0]
    found = [unit]
    for seed in range(10):
        start = np.random.default_rng(seed).random((4, 2))
        for steps in (1, 10, 50):
            D, A = factorise.alternate(LEGO, start, steps)
            assert np.linalg.norm(LEGO - D @ A) < 1e-10
        found.append(factorise.normalise_atoms(D, A)[0])
        D, A = factorise.alternate(LEGO, start[:, :1], 50)
        assert np.linalg.norm(LEGO - D @ A) == pytest.approx(factorise.smallest_error(LEGO, 1), abs=1e-9)

    assert all(abs(abs(one) - abs(other)).max() > 0.01 for one, other in itertools.combinations(found, 2))
    assert numbers(printed("02", "alternate-shown"))[-1] == round(factorise.smallest_error(LEGO, 1), 8)


# ---- Notebook 3 ----

K = 2


@functools.cache
def faces():
    return factorise.centre(datasets.faces(count=100, size=16).reshape(100, -1).astype(float))


@functools.cache
def face_floor(atoms=K):
    return factorise.smallest_error(faces(), atoms) ** 2


def face_start(seed):
    rng = np.random.RandomState(seed)
    return rng.rand(100, K), rng.rand(256, K)


@functools.cache
def descent(seed, alpha=0.002, beta=0.02, steps=8000):
    """The end of a run of gradient descent, and its squared error before it and after every step."""

    def step(P, Q):
        return factorise.matrix_factorization.__wrapped__(faces(), P, Q, K, steps=1, alpha=alpha, beta=beta)

    return factorise.track(step, faces(), *face_start(seed), steps=steps)


def first_near_floor(losses):
    return int(np.argmax(losses <= 1.001 * face_floor())) if losses[-1] <= 1.001 * face_floor() else np.inf


any_start = pytest.mark.parametrize("seed", [1, *(pytest.param(seed, marks=pytest.mark.slow) for seed in STARTS[1:])])


@any_start
def test_descent_rests_on_two_terraces_and_never_rises(seed):
    losses = descent(seed)[2]

    assert (np.diff(losses) <= 1e-9 * losses[:-1]).all()
    assert np.sum(abs(losses / face_floor(0) - 1) < 0.03) > 25
    assert np.sum(abs(losses / face_floor(1) - 1) < 0.03) > 1000
    assert first_near_floor(losses) < 8000


def test_the_steps_that_are_printed_are_those_of_the_first_start():
    assert f"floor after {first_near_floor(descent(1)[2])} steps" in printed("03", "track")


@any_start
def test_alternating_least_squares_takes_hundreds_of_times_fewer_steps(seed):
    def step(P, Q):
        D, A = factorise.alternate(faces().T, Q, steps=1)
        return A.T, D

    few = first_near_floor(factorise.track(step, faces(), *face_start(seed), steps=60)[2])

    assert few <= 12
    assert first_near_floor(descent(seed)[2]) > 300 * few


@any_start
def test_twice_the_step_size_is_stable_and_three_times_is_not(seed):
    stable, broken = descent(seed, alpha=0.004, steps=2500)[2], descent(seed, alpha=0.006, steps=500)[2]

    assert stable[-1] < stable[500] < 200
    assert not np.isfinite(broken[-1]) and len(broken) < 50


def test_a_little_more_than_twice_overflows_from_the_notebooks_start():
    losses = descent(1, alpha=0.0045, steps=2500)[2]

    assert not np.isfinite(losses[-1])
    assert f"diverged in step {len(losses) - 1}" in printed("03", "alpha")


def test_the_steps_and_the_end_of_each_beta_are_as_printed():
    rows = [numbers(line.replace("%", "")) for line in printed("03", "beta").splitlines()[2:6]]
    early, late = np.array(rows)[:, 1], np.array(rows)[:, 2]

    assert [row[0] for row in rows] == [0, 0.02, 0.2, 2]
    assert early.argmin() == 2 and early.argmax() == 0
    assert (np.diff(late) > 0).all()


@pytest.mark.slow
@pytest.mark.parametrize("seed", STARTS)
def test_a_small_penalty_speeds_descent_up_and_only_the_end_shows_its_price(seed):
    runs = {beta: descent(seed, beta=beta, steps=25000) for beta in (0, 0.02, 0.2, 2)}
    ends = [losses[-1] / face_floor() - 1 for _, _, losses in runs.values()]
    top = np.linalg.norm(faces(), 2)

    assert first_near_floor(runs[0][2]) > first_near_floor(runs[0.02][2]) > first_near_floor(runs[0.2][2])
    assert first_near_floor(runs[2][2]) == np.inf
    assert (np.diff(ends) > 0).all() and ends[2] < 0.001 < ends[3]
    for beta in (0.2, 2):
        P, Q, _ = runs[beta]
        assert np.linalg.norm(P @ Q.T, 2) == pytest.approx(top - beta / 2, abs=1e-3)
        assert np.linalg.norm(P) == pytest.approx(np.linalg.norm(Q), rel=1e-3)


@any_start
@pytest.mark.parametrize("steps", [5000, pytest.param(25000, marks=pytest.mark.slow)])
def test_the_atoms_cancel_and_mix_into_something_like_the_singular_vectors(seed, steps):
    P, Q = factorise.matrix_factorization(faces(), *face_start(seed), K, steps=steps, alpha=0.002, beta=0.02)
    residual = faces() - P @ Q.T
    errors = np.linalg.norm(residual, axis=1) / np.linalg.norm(faces(), axis=1)
    band = Q.T.reshape(K, 16, 16)[:, 6:9, 4:12].mean(axis=(1, 2))
    taken = P[errors.argmin()] * band
    mixed = factorise.normalise_atoms(Q @ np.array([[1.0, 1], [-1, 1]]), np.eye(K))[0]

    assert band[0] * band[1] > 0 and taken[0] * taken[1] < 0  # both dark, or both bright; one added, one taken away
    assert abs(taken.sum()) < 0.4 * abs(taken).min()
    assert (abs(np.sum(mixed * factorise.truncated_svd(faces(), K)[1], axis=0)) > 0.9).all()
    assert 0.4 < np.mean(Q < 0) < 0.6 and 0.4 < np.mean(P < 0) < 0.6
    assert 0.7 < np.linalg.norm(residual) / np.linalg.norm(faces()) < 0.73


@pytest.mark.slow
@pytest.mark.parametrize("seed", [3, 4, 5])
def test_entry_by_entry_the_same_beta_weighs_as_much_as_the_root_of_n_m_times_it(seed):
    rng = np.random.RandomState(seed)
    S, P, Q = rng.randn(12, 9), rng.randn(12, 3), rng.randn(9, 3)

    def step(P, Q):
        return factorise.entrywise_step.__wrapped__(S, P, Q, alpha=0.005, beta=0.2)

    entries = factorise.track(step, S, P, Q, steps=2500)[2][-1]
    same, scaled = (
        np.sum(
            (S - np.matmul(*(lambda P, Q: (P, Q.T))(*factorise.matrix_factorization(S, P, Q, 3, 10000, 0.005, beta))))
            ** 2
        )
        for beta in (0.2, 0.2 * np.sqrt(S.size))
    )

    assert abs(entries - scaled) < 0.02 * scaled < abs(entries - same)


# ---- Notebook 4 ----


@functools.cache
def plain_faces():
    return datasets.faces(count=100, size=16).reshape(100, -1).astype(float)


def plain_start(atoms, seed, R=None):
    R = plain_faces() if R is None else R
    rng = np.random.RandomState(seed)
    return rng.rand(R.shape[0], atoms), rng.rand(R.shape[1], atoms)


def row_error(R, P, Q):
    return factorise.relative_error(R, P, Q.T)


@functools.cache
def multiplicative_losses(atoms, seed, steps):
    R = plain_faces()
    return factorise.track(lambda P, Q: factorise.multiplicative_step(R, P, Q), R, *plain_start(atoms, seed), steps)[2]


def first_settled(losses, tolerance):
    changes = zip(losses, losses[1:])
    return next(i for i, pair in enumerate(changes, start=1) if factorise.has_settled(*pair, tolerance))


@pytest.mark.parametrize("atoms", [2, 8])
@pytest.mark.parametrize("seed", STARTS)
def test_both_factors_at_once_rise_in_every_second_step_and_in_turn_never(atoms, seed):
    R = plain_faces()

    def at_once(P, Q):
        return factorise.multiplicative_step(R, P, Q)[0], factorise.multiplicative_step(R.T, Q, P)[0]

    saw = np.diff(factorise.track(at_once, R, *plain_start(atoms, seed), 200)[2])[10:]
    in_turn = multiplicative_losses(atoms, seed, 200)

    assert (saw[1:] * saw[:-1] < 0).all()
    assert (np.diff(in_turn) <= 1e-9 * in_turn[:-1]).all()


@pytest.mark.parametrize("seed", STARTS)
def test_eight_atoms_form_late_while_the_loss_looks_flat(seed):
    losses = multiplicative_losses(8, seed, 1000)
    one_atom = factorise.smallest_error(plain_faces(), 1) ** 2

    assert losses[1] < 0.02 * losses[0] and losses[10] > one_atom > 2 * losses[1000]


def test_the_rule_leaves_as_much_as_is_printed_and_a_better_answer_shows_it():
    R = plain_faces()
    losses = multiplicative_losses(4, 1, 3000)
    better = min(row_error(R, *factorise.hals(R, *plain_start(4, seed), 3000)) for seed in STARTS)
    errors = np.sqrt(losses) / np.linalg.norm(R)
    above = {tolerance: errors[first_settled(losses, tolerance)] / better - 1 for tolerance in (1e-3, 1e-4, 1e-5, 1e-6)}

    rows = [numbers(line.replace("%", "")) for line in printed("04", "tolerance").splitlines()]
    assert [row[2] for row in rows] == [pytest.approx(100 * each, abs=0.011) for each in above.values()]
    assert above[1e-4] > 0.01 > above[1e-6] > 0.001


@pytest.mark.slow
def test_sixteen_atoms_have_not_settled_when_the_limit_stops_them():
    losses = multiplicative_losses(16, 1, 15000)

    assert first_settled(losses, 1e-6) > 3 * 3000
    assert "K = 16" in printed("04", "factorised") and "settled: False" in printed("04", "factorised")


@pytest.mark.parametrize("atoms", [2, 4, 16])
@pytest.mark.parametrize("seed", STARTS)
def test_the_tutorials_rule_stops_within_a_few_updates_worse_than_a_single_atom(atoms, seed):
    R = plain_faces()
    loop = defined("04", "tutorial-loop", np=np, multiplicative_step=factorise.multiplicative_step)["tutorial_loop"]
    left, taken_over, step = loop(R, *plain_start(atoms, seed))

    assert step < 10
    assert row_error(R, *left) > row_error(R, *taken_over) > factorise.smallest_error(R, 1) / np.linalg.norm(R)


def test_the_truncated_svd_of_the_centred_faces_stays_put_and_is_the_tutorials_table():
    tables = datasets.tutorial_residuals()
    P, Q = factorise.truncated_svd(faces(), 2)
    P_next, Q_next = factorise.multiplicative_step(faces(), P, Q)

    np.testing.assert_allclose(P_next @ Q_next.T, P @ Q.T, atol=1e-8)
    corners = (faces() - P @ Q.T)[np.ix_(tables["corners"], tables["corners"])]
    assert abs(corners - tables["nmf"]).max() < 2e-4


@pytest.mark.parametrize(
    ("seed", "steps"), [(1, 300), *(pytest.param(seed, 1500, marks=pytest.mark.slow) for seed in STARTS)]
)
def test_with_unit_atoms_codes_are_hardly_sparser_beyond_nine_atoms_and_the_svds_atoms_as_sparse(seed, steps):
    R = plain_faces()
    table = []
    for atoms in (2, 4, 9, 16, 25):
        P, Q = factorise.hals(R, *plain_start(atoms, seed), steps)
        D, A = factorise.normalise_atoms(Q, P.T)
        vectors = D, A, factorise.truncated_svd(R, atoms)[1]
        table.append([np.mean([factorise.sparseness(v) for v in each.T]) for each in vectors])
        assert row_error(R, P, Q) < 1.05 * factorise.smallest_error(R, atoms) / np.linalg.norm(R)
    ours, codes, svd = np.transpose(table)

    assert codes[0] < codes[1] < codes[2] - 0.05 and abs(np.diff(codes[2:])).max() < 0.09
    assert (svd[:3] > ours[:3]).all() and abs(svd - ours)[3:].max() < 0.04
    assert ours[-1] > ours[0]


def same_dictionary(D, other):
    cosines = D.T @ other
    return cosines[linear_sum_assignment(-cosines)].min() > 0.99


@pytest.mark.slow
@pytest.mark.parametrize(("first", "steps"), [(0, 600), (0, 3000), (20, 3000)])
def test_finished_runs_repeat_themselves_and_a_few_local_minima_remain(first, steps):
    R = plain_faces()
    runs = [factorise.hals(R, *plain_start(10, seed), steps) for seed in range(first, first + 20)]
    errors = [row_error(R, *run) for run in runs]
    different = []
    for P, Q in runs:
        D = factorise.normalise_atoms(Q, P.T)[0]
        if not any(same_dictionary(D, other) for other in different):
            different.append(D)

    assert 0.001 < max(errors) / min(errors) - 1 < 0.003
    assert 3 < len(different) < 14


@pytest.mark.parametrize("steps", [1000, pytest.param(5000, marks=pytest.mark.slow)])
@pytest.mark.filterwarnings("ignore:The multiplicative update")
def test_zeros_in_the_start_hold_multiplicative_updates_back_and_no_other(steps):
    R = plain_faces()

    def ends(init, solver):
        model = NMF(10, init=init, solver=solver, tol=0, max_iter=steps, random_state=0)
        return row_error(R, model.fit_transform(R), model.components_.T)

    assert ends("nndsvd", "mu") > 1.3 * ends("random", "mu")
    assert ends("nndsvd", "cd") < 1.01 * ends("random", "cd")
    assert max(ends("nndsvda", "mu"), ends("nndsvdar", "mu")) < 1.05 * ends("random", "mu")


@functools.cache
def all_faces():
    return datasets.faces().reshape(400, -1)


@pytest.mark.slow
@pytest.mark.parametrize("seed", STARTS)
def test_a_step_of_hals_is_worth_dozens_of_multiplicative_ones(seed):
    R = all_faces().astype(float)
    P, Q = plain_start(49, seed, R)
    losses = factorise.track(lambda P, Q: factorise.multiplicative_step(R, P, Q), R, P, Q, 80)[2]
    one, two = (np.sum((R - np.matmul(P, Q.T)) ** 2) for P, Q in (factorise.hals(R, P, Q, steps) for steps in (1, 2)))

    assert losses[20] > one and losses[80] > two


# ---- Notebook 5 ----


def mean_sparseness(M):
    return np.mean([factorise.sparseness(column) for column in M.T])


def face_nmf(iterations, weight=0, init="nndsvd", seed=0, data=None):
    """Atoms of unit length that some face uses, and their codes."""
    model = NMF(49, init=init, tol=0, max_iter=iterations, random_state=seed, alpha_W=weight, l1_ratio=1)
    A = model.fit_transform(all_faces() if data is None else data).T
    used = model.components_.any(axis=1) & A.any(axis=1)
    return factorise.normalise_atoms(model.components_[used].T, A[used])


def test_pca_with_the_mean_lies_between_two_floors():
    X = all_faces().T
    floors = [factorise.smallest_error(X, k) / np.linalg.norm(X) for k in (49, 50)]
    missed = factorise.relative_error(X, np.eye(4096), factorise.project(X, factorise.pca_dictionary(X, 49)))

    assert floors[1] < missed < floors[0]


def test_the_table_says_what_the_prose_says():
    rows = [numbers(re.sub(r"^.{18}", "", line).replace("%", "")) for line in printed("05", "table").splitlines()[2:7]]
    errors, _, atoms, codes, *_ = np.transpose(rows)

    assert errors[0] < errors[2] < errors[3] < errors[1]  # PCA, NMF, sparse dictionary, k-means
    assert 1.05 < errors[2] / errors[0] < 1.07
    assert abs(codes[2] - codes[0]) < 0.05 < codes[4] - codes[0] and min(atoms[2], atoms[4]) > 1.5 * atoms[0]


@pytest.mark.slow
@pytest.mark.parametrize(("init", "seed"), [("nndsvd", 0), ("random", 0), ("random", 1)])
def test_nmfs_codes_are_no_sparser_than_pcas_when_the_run_is_finished(init, seed):
    D, A = face_nmf(1500, init=init, seed=seed)
    X = all_faces().T
    directions = factorise.pca_dictionary(X, 49)
    codes = directions.T @ (X - X.mean(axis=1, keepdims=True))
    price = factorise.relative_error(X, D, A) * np.linalg.norm(X) / factorise.smallest_error(X, 49)

    assert abs(mean_sparseness(A) - mean_sparseness(codes)) < 0.04
    assert mean_sparseness(D) > 1.5 * mean_sparseness(directions)
    assert 1.04 < price < 1.065


@pytest.mark.slow
@pytest.mark.parametrize(("init", "seed"), [("nndsvd", 0), ("random", 1)])
def test_faces_prepared_as_in_1999_have_sparser_atoms(init, seed):
    faces = all_faces()
    scaled = 0.25 + 0.25 * (faces - faces.mean(axis=1, keepdims=True)) / faces.std(axis=1, keepdims=True)
    plain, prepared = (face_nmf(750, init=init, seed=seed, data=data)[0] for data in (faces, np.clip(scaled, 0, 1)))

    assert mean_sparseness(prepared) > mean_sparseness(plain) + 0.1


@pytest.mark.slow
@pytest.mark.parametrize(("init", "seed"), [("nndsvd", 0), ("random", 1)])
def test_a_penalty_buys_sparse_atoms_with_error_and_leaves_the_mean_face_to_one_atom(init, seed):
    X = all_faces().T
    mean = X.mean(axis=1) / np.linalg.norm(X.mean(axis=1))
    table = []
    for weight in (0, 3e-4, 1e-3):
        D, A = face_nmf(750, weight, init, seed)
        energy = np.sum(A**2, axis=1)
        rest = np.delete(A, energy.argmax(), axis=0)
        likeness, share = D[:, energy.argmax()] @ mean, energy.max() / energy.sum()
        table.append((factorise.relative_error(X, D, A), mean_sparseness(D), len(A), likeness, share))
        codes, codes_of_rest = mean_sparseness(A), mean_sparseness(rest)
        assert weight == 0 or (likeness > 0.95 and share > 0.8 and codes_of_rest < codes - 0.15)
    errors, sparse, used, _, share = np.transpose(table)

    assert (np.diff(errors) > 0).all() and (np.diff(sparse) > 0).all()
    assert used[1] == 49 and used[2] < 49 / 2 and share[0] < 0.2


def test_an_atom_that_no_face_uses_is_not_counted():
    count = int(numbers(printed("05", "penalty-table").splitlines()[4])[1])

    assert count < 20  # scikit-learn leaves some twenty more with stale rows


@pytest.mark.parametrize("seed", STARTS)
def test_headlines_without_labels_have_the_topics_and_the_same_shares_from_every_start(seed):
    rows = datasets.headlines()
    counts = CountVectorizer().fit_transform(row["text"] for row in rows).toarray().astype(float)
    topic = np.array([row["topic"] for row in rows])
    model = NMF(3, init="random", max_iter=5000, tol=1e-8, random_state=seed)
    A = model.fit_transform(counts) * model.components_.sum(axis=1)
    names = [topic[(A.argmax(axis=1) == k) & (topic != "")] for k in range(3)]
    (chip_maker,) = [number for number, row in enumerate(rows) if "chip maker" in row["text"]]
    shares = {group[0]: share for group, share in zip(names, A[chip_maker] / A[chip_maker].sum())}

    assert [len(group) for group in names] == [8, 8, 8] and all(len(set(group)) == 1 for group in names)
    said = numbers(printed("05", "headlines-mix").split("software sales: ")[1].split(";")[0].replace("%", ""))
    assert said == [round(100 * shares[name]) for name in ("finance", "sport", "technology")]


@pytest.mark.parametrize(
    ("corner", "seed", "rounds"),
    [((128, 128), 0, 10), *(pytest.param((y, 128), 1, 50, marks=pytest.mark.slow) for y in (0, 64, 128))],
)
def test_a_pursuit_raises_the_error_with_fewer_atoms_and_takes_more_noise_off_than_pca(corner, seed, rounds):
    noise, (y, x) = 25 / 255, corner
    clean = camera()[y : y + 256 : 2, x : x + 256 : 2] / 255
    rng = np.random.RandomState(seed)
    noisy = clean + noise * rng.randn(*clean.shape)
    patches = extract_patches_2d(noisy, (8, 8)).reshape(-1, 64).T
    brightness = patches.mean(axis=0)
    patches = patches - brightness
    some = patches[:, rng.choice(patches.shape[1], 2000, replace=False)]
    D = some[:, :96] / np.linalg.norm(some[:, :96], axis=0)

    def pursuit(X):
        near = 64 * (1.15 * noise) ** 2
        return orthogonal_mp_gram(D.T @ D, D.T @ X, tol=near, norms_squared=np.sum(X**2, axis=0))

    def decibels(approximation):
        rebuilt = reconstruct_from_patches_2d((approximation + brightness).T.reshape(-1, 8, 8), clean.shape)
        return -10 * np.log10(np.mean((rebuilt - clean) ** 2))

    before, after, atoms = [], [], []
    for _ in range(rounds):
        A = pursuit(some)
        D_new = factorise.update_dictionary(some, A)
        before.append(np.sum((some - D @ A) ** 2))
        after.append(np.sum((some - D_new @ A) ** 2))
        atoms.append(np.count_nonzero(A))
        D, _ = factorise.normalise_atoms(D_new, A)

    assert (np.array(after) <= before).all() and (np.array(before)[1:10] > after[:9]).all()
    assert (np.diff(atoms[:10]) < 0).all() and atoms[-1] <= 1.01 * min(atoms)
    directions = factorise.pca_dictionary(patches, 32)
    by_pca = max(decibels(factorise.project(patches, directions[:, :count])) for count in range(4, 33, 4))
    assert decibels(patches) + 2 < by_pca < decibels(D @ pursuit(patches)) - 2


# ---- Notebook 6 ----

K_TRIED = (1, 2, 4, 6, 8, 12, 16, 32)


def brightness():
    return datasets.faces(100, 16).reshape(100, -1).astype(float)


def random_start(R, K, seed):
    rng = np.random.RandomState(seed)
    return rng.rand(len(R), K), rng.rand(R.shape[1], K)


def learned(R, seen, K, steps, seed=1):
    P, Q = random_start(R, K, seed)
    for _ in range(steps):
        P, Q = factorise.masked_step.__wrapped__(R, seen, P, Q)
    return P, Q


def error_of_means(R, seen):
    columns, rows = ((R * seen).sum(axis=axis) / seen.sum(axis=axis) for axis in (0, 1))
    missed = R - columns - rows[:, np.newaxis] + R[seen].mean()
    return np.linalg.norm(missed[~seen]) / np.linalg.norm(R[~seen])


@pytest.mark.parametrize(
    ("mask", "seed", "steps"),
    [(0, 1, 500), (3, 2, 500), *(pytest.param(m, s, 2500, marks=pytest.mark.slow) for m in range(3) for s in (1, 2))],
)
def test_the_hidden_error_is_lowest_from_4_to_8_and_flat_there_and_32_atoms_do_worse_than_the_means(mask, seed, steps):
    R = brightness()
    seen = np.random.RandomState(mask).rand(*R.shape) >= 0.7
    pairs = {K: learned(R, seen, K, steps, seed) for K in K_TRIED}
    hidden = {K: factorise.hidden_error(R, seen, *pair) for K, pair in pairs.items()}
    on_seen = [factorise.hidden_error(R, ~seen, *pair) for pair in pairs.values()]

    assert min(hidden, key=hidden.get) in (4, 6, 8)
    assert max(hidden[K] for K in (4, 6, 8)) < 1.15 * min(hidden.values())
    assert hidden[32] > error_of_means(R, seen) > hidden[2]
    assert (np.diff(on_seen) < 0).all()


@pytest.mark.parametrize("K", [1, 8, 32])
def test_zeros_in_the_gaps_are_a_disaster_for_any_number_of_atoms(K):
    R = brightness()
    seen = np.random.RandomState(0).rand(*R.shape) >= 0.7
    P, Q = random_start(R, K, 1)
    for _ in range(500):
        P, Q = factorise.multiplicative_step.__wrapped__(R * seen, P, Q)

    assert factorise.hidden_error(R, seen, P, Q) > 0.6 > 3 * error_of_means(R, seen)


@pytest.mark.parametrize("steps", [500, pytest.param(2500, marks=pytest.mark.slow)])
def test_the_more_is_seen_the_more_atoms_pay(steps):
    R, best = brightness(), []
    for share in (0.9, 0.7, 0.5, 0.3, 0.1):
        seen = np.random.RandomState(0).rand(*R.shape) >= share
        errors = [factorise.hidden_error(R, seen, *learned(R, seen, K, steps)) for K in (1, 2, 4, 6, 8, 12, 16, 24, 32)]
        best.append((1, 2, 4, 6, 8, 12, 16, 24, 32)[np.argmin(errors)])

    assert best == sorted(best) and best[0] == 1 and best[-1] == 32
    if steps == 500:
        text = cells("06")["hidden-play-answer"].source
        assert f"half of the pixels hidden the lowest point is at {best[2]}, with 30 % at {best[3]}" in text


def groups_of(P, Q):
    return factorise.normalise_atoms(Q, P.T)[1].argmax(axis=0)


def undecided_pairs(labels):
    shares = factorise.consensus(np.array(labels))[np.triu_indices(labels[0].size, 1)]
    return np.mean((shares > 0) & (shares < 1))


def with_their_kind(labels, kinds):
    names = list(dict.fromkeys(kinds))
    return max(
        np.sum(kinds == np.array(order)[labels]) for order in itertools.permutations(names) if labels.max() < len(order)
    )


@pytest.mark.parametrize(
    ("K", "first", "steps"),
    [(2, 0, 500), (3, 0, 500), *(pytest.param(K, 100, 2500, marks=pytest.mark.slow) for K in (2, 3))],
)
def test_twelve_runs_of_the_patients_agree_for_2_and_3_groups(K, first, steps):
    R, kinds, _ = datasets.leukaemia()
    found = []
    for seed in range(first, first + 12):
        P, Q = random_start(R, K, seed)
        for _ in range(steps):
            P, Q = factorise.multiplicative_step.__wrapped__(R, P, Q)
        found.append(groups_of(P, Q))

    assert undecided_pairs(found) == 0
    if K == 3:
        assert [with_their_kind(labels, kinds) for labels in found] == [37] * 12


@pytest.mark.parametrize(("first", "steps"), [(0, 50), pytest.param(100, 250, marks=pytest.mark.slow)])
def test_run_further_2_3_and_5_groups_agree_4_have_two_answers_and_6_do_not_settle(first, steps):
    R, _, _ = datasets.leukaemia()
    undecided, of_the_best, errors = {}, {}, {}
    for K in (2, 3, 4, 5, 6):
        ends = [factorise.hals(R, *random_start(R, K, seed), steps) for seed in range(first, first + 12)]
        found = [groups_of(*pair) for pair in ends]
        errors[K] = np.array([np.linalg.norm(R - P @ Q.T) for P, Q in ends])
        best = np.flatnonzero(errors[K] < 1.01 * errors[K].min())
        undecided[K], of_the_best[K] = undecided_pairs(found), undecided_pairs([found[run] for run in best])

    assert undecided[2] == undecided[3] == undecided[5] == of_the_best[4] == 0
    assert undecided[4] > 0.1 and errors[4].max() > 1.03 * errors[4].min()
    assert of_the_best[6] > 0.05


def test_another_ruler_moves_a_patient_and_k_means_moves_more():
    rulers = numbers(printed("06", "rulers"))[::2]
    nmf, k_means = (numbers(line.split(": ")[1]) for line in printed("06", "kinds").strip().splitlines()[-2:])

    assert set(rulers) == {36, 37}
    assert nmf == [37] * 12
    assert np.median(k_means) < 35


@pytest.mark.parametrize("seed", [0, 5, 100])
def test_the_atoms_of_the_patients_are_led_by_the_genes_that_the_text_names(seed):
    R, kinds, genes = datasets.leukaemia()
    P, Q = factorise.hals(R, *random_start(R, 3, seed), 100)
    unit = factorise.normalise_atoms(Q, P.T)[0]
    leading = {}
    for k in range(3):
        names, counts = np.unique(kinds[groups_of(P, Q) == k], return_counts=True)
        more = unit[:, k] - np.delete(unit, k, axis=1).max(axis=1)
        leading[names[counts.argmax()]] = " ".join(genes[np.argsort(-more)[:6]])

    assert "T-cell receptor" in leading["T-cell ALL"] and "T3-delta" in leading["T-cell ALL"]
    assert "Immunoglobulin mu" in leading["B-cell ALL"] and "HLA CLASS II" in leading["B-cell ALL"]
    assert "INTERLEUKIN-8" in leading["AML"] and "Lysozyme" in leading["AML"]


@pytest.mark.parametrize(("first", "steps"), [(0, 5000), pytest.param(100, 25000, marks=pytest.mark.slow)])
def test_the_lego_matrix_leaves_room_that_two_more_models_take_away(first, steps):
    more = np.column_stack([LEGO, [1, 0, 1, 0], [0, 1, 0, 1]])
    pairs = {}
    for name, data in (("four", LEGO.T), ("six", more.T)):
        ends = [
            factorise.mf_multiplicative_update(data, *random_start(data, 2, seed), steps)
            for seed in range(first, first + 20)
        ]
        pairs[name] = np.sort([Q[0] / Q[1] for _, Q in ends])
        for P, Q in ends:
            assert np.linalg.norm(data - P @ Q.T) < 2e-3 * np.linalg.norm(data)
            np.testing.assert_allclose(Q[:2] / Q[:2].sum(axis=0), Q[2:] / Q[2:].sum(axis=0), atol=1e-2)

    low, high = pairs["four"].T
    assert (low < 1.001).all() and (high > 1.999).all()
    assert np.ptp(low) > 0.5 and np.ptp(high) > 5
    assert len({(round(a, 2), round(b, 1)) for a, b in pairs["four"]}) == 20
    assert (pairs["six"][:, 0] < 0.01).all() and (pairs["six"][:, 1] > 100).all()
