"""Every explorer shows, in picture and sentence, what the mathematics says for the setting it is moved to."""

import base64
import functools
import html
import io
import re

import ipywidgets as widgets
import numpy as np
import pytest
from PIL import Image
from threadpoolctl import threadpool_info, threadpool_limits

from lessons import datasets, explore, factorise, figures, show
from lessons.explore import _hidden, _lego, _nmf, _one_objective, _panel, _runs

pytestmark = pytest.mark.filterwarnings("error::RuntimeWarning")

# For every explorer, every control and a value to move it to.
MOVES = {
    "lego": {"set_1": 2, "set_2": 3},
    "dictionary_error": {"pack": 1, "atom": 1, "value": 3.5, "codes": "chosen anew"},
    "scaling": {"scale_1": 4, "scale_2": 0.25, "angle": 30, "swap": True},
    "valley": {
        "method": "gradient descent",
        "step": 0,
        "d_start": 0.5,
        "a_start": 0.5,
        "beta": 0.2,
        "alpha": 0.02,
    },
    "descent": {"step": 50, "alpha": 0.001, "beta": 0.2, "K": 3},
    "rank": {"K": 50, "face": 7},
    "parts": {"step": 10, "K": 4, "seed": 3, "is_centred": True},
    "recipe": {"method": "k-means", "face": 42, "count": 5, "off": (1, 2)},
    "hidden": {"K": 32, "face": 7, "share": 50},
}


@pytest.fixture
def boxes():
    """Explorers as they are first shown, made anew for every test."""
    return lambda name: getattr(explore, name)()


def said(box):
    return html.unescape(re.sub("<[^>]*>", "", box.text.value))


def pixels(box):
    png = base64.b64decode(re.search('base64,([^"]*)', box.picture.value)[1])
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGB")).astype(int)


def number_after(words, sentence):
    """The number that follows some words."""
    return float(re.search(re.escape(words) + r"\s*(-?[\d.]+(?:e[+-]?\d+)?)", sentence).group(1).rstrip("."))


def everything(widget):
    yield widget
    for child in getattr(widget, "children", ()):
        yield from everything(child)


def test_every_explorer_of_the_package_is_tested():
    assert set(MOVES) == set(explore.__all__)


@pytest.mark.parametrize("name", MOVES)
def test_the_sentence_is_said_once_with_numbers_and_stays_in_a_saved_notebook(name, boxes, capsys):
    box = boxes(name)
    stored = box._repr_mimebundle_()["text/plain"]

    assert capsys.readouterr().out == ""
    assert said(box) in " ".join(stored.split())
    assert max(map(len, stored.splitlines())) <= show.WIDTH
    assert re.search(r"\d", said(box))
    assert box.text.value.count('role="status"') == 1
    assert re.search('<img [^>]*alt="[^"]+"', box.picture.value)


@pytest.mark.parametrize(("name", "control"), [(name, control) for name in MOVES for control in MOVES[name]])
def test_a_moved_control_changes_the_picture_and_the_sentence(name, control, boxes):
    box = boxes(name)
    if (name, control) in {("valley", "alpha")}:
        box.controls["method"].value = "gradient descent"  # alternating has no step size
    before = said(box), pixels(box)
    box.controls[control].value = MOVES[name][control]

    assert said(box) != before[0]
    assert pixels(box).shape == before[1].shape  # or the page would jump
    assert np.any(pixels(box) != before[1])


@pytest.mark.parametrize("name", MOVES)
def test_there_and_back_is_the_same_picture(name, boxes):
    box = boxes(name)
    before = said(box), box.picture.value
    for control, value in MOVES[name].items():
        start = box.controls[control].value
        box.controls[control].value = value
        box.controls[control].value = start

    assert (said(box), box.picture.value) == before


@pytest.mark.parametrize("name", MOVES)
def test_every_control_is_named_and_every_slider_has_a_box_for_typing(name, boxes):
    box = boxes(name)
    assert list(box.controls) == list(MOVES[name])
    sliders = widgets.IntSlider, widgets.FloatSlider, widgets.SelectionSlider
    for row in box.children[0].children:
        named, *others = row.children
        assert named.description
        assert not isinstance(named, sliders)
        for other in others:
            assert isinstance(other, (*sliders, widgets.Play, widgets.ToggleButton))
            if isinstance(other, widgets.ToggleButton):
                assert other.description == "Play"
                continue
            low, high = (named.min, named.max) if hasattr(named, "min") else (0, len(named.options) - 1)
            if not isinstance(other, widgets.SelectionSlider):
                assert (other.min, other.max) == (low, high)
            else:
                assert other.options == named.options
    assert {control for control in everything(box.children[0])} >= set(box.controls.values())


def test_only_widgets_that_ipywidgets_7_has(boxes):
    """Colab has 7.7.1; these came with 8."""
    newer = {"TagsInput", "ColorsInput", "FloatsInput", "IntsInput", "Stack", "DatetimePicker", "TimePicker"}
    used = {type(widget).__name__ for name in MOVES for widget in everything(boxes(name))}
    assert not used & newer


@pytest.mark.parametrize("set_1", range(4))
@pytest.mark.parametrize("set_2", range(4))
def test_lego_counts_packs_and_knows_the_models(set_1, set_2, boxes):
    box = boxes("lego")
    box.controls["set_1"].value, box.controls["set_2"].value = set_1, set_2
    packs = _lego.SETS @ [set_1, set_2]
    models = {(1, 0): "small house", (2, 0): "big house", (0, 1): "small plane", (0, 2): "big plane"}

    assert f"takes {packs.sum():.0f} packs" in said(box)
    assert ", ".join(f"{count:.0f} of {pack}" for pack, count in zip("ABCD", packs)) in said(box)
    assert f"That is {'the ' + models[set_1, set_2] if (set_1, set_2) in models else 'none'}" in said(box)


def test_dictionary_error_says_the_norm_and_every_model_s_error(boxes):
    box = boxes("dictionary_error")
    box.controls["value"].value = 2.0
    X = datasets.lego()
    D = _lego.SETS.copy()
    D[3, 0] = 2.0
    assert number_after("||E||_F =", said(box)) == pytest.approx(np.linalg.norm(X - D @ _lego.CODES), abs=6e-4)
    assert number_after("small house", said(box)) == 1

    box.controls["codes"].value = "chosen anew"
    E = X - D @ factorise.update_codes(X, D)
    assert number_after("||E||_F =", said(box)) == pytest.approx(np.linalg.norm(E), abs=6e-4)
    assert number_after("small house", said(box)) == pytest.approx(np.linalg.norm(E[:, 0]), abs=6e-4)


def region(box, column_from, column_to):
    """The part of the picture between two shares of its width."""
    image = pixels(box)
    return image[:, int(column_from * image.shape[1]) : int(column_to * image.shape[1])]


@pytest.mark.parametrize(("control", "value"), MOVES["scaling"].items())
def test_scaling_changes_both_factors_and_not_their_product(control, value, boxes):
    box = boxes("scaling")
    factors, product = region(box, 0, 0.4), region(box, 0.44, 0.66)
    box.controls[control].value = value

    assert np.any(region(box, 0, 0.4) != factors)
    assert np.array_equal(region(box, 0.44, 0.66), product)
    assert "||X − D'A'|| = 0.000" in said(box)


def test_scaling_counts_what_turns_negative_and_says_the_penalty(boxes):
    box = boxes("scaling")
    assert "Negative entries: 0 of 8 in D', 0 of 8 in A'" in said(box)
    before = number_after("Penalty", said(box))
    box.controls["angle"].value = 30
    cos, sin = np.cos(np.pi / 6), np.sin(np.pi / 6)
    D, A = factorise.rescale(_lego.SETS, _lego.CODES, np.diag([2, 0.5]) @ np.array([[cos, -sin], [sin, cos]]))

    assert f"Negative entries: {np.sum(D < 0)} of 8 in D', {np.sum(A < 0)} of 8 in A'" in said(box)
    assert np.sum(D < 0) + np.sum(A < 0) > 0
    assert number_after("Penalty", said(box)) == pytest.approx((np.sum(D**2) + np.sum(A**2)) / 2, abs=6e-3)
    assert number_after("Penalty", said(box)) == before  # a rotation keeps lengths


def test_valley_alternating_needs_one_move_and_zigzags_under_a_penalty(boxes):
    box = boxes("valley")
    box.controls["step"].value = 1
    assert number_after("d a =", said(box)) == 1
    assert "d = 2.200" in said(box)

    box.controls["beta"].value = 0.2
    products = []
    for step in range(1, 6):
        box.controls["step"].value = step
        products.append((number_after("d =", said(box)), number_after(" a =", said(box))))
    d, a = np.transpose(products)
    assert np.all(np.diff(d)[1::2] == 0) and np.all(np.diff(a)[::2] == 0)  # one at a time
    assert np.all(np.diff(d)[::2] < 0) and np.all(np.diff(a)[1::2] > 0)  # towards equal sizes


def test_valley_descends_and_says_when_it_diverges(boxes):
    box = boxes("valley")
    box.controls["method"].value = "gradient descent"
    values = []
    for step in (0, 5, 20, 60):
        box.controls["step"].value = step
        values.append(number_after("f =", said(box)))
    assert values == sorted(values, reverse=True) and values[-1] < 1e-6
    assert "diverges" not in said(box)

    box.controls["alpha"].value = 0.2
    box.controls["a_start"].value = 2.9
    assert "The run diverges" in said(box)


def test_descent_ends_where_the_algorithm_ends(boxes):
    box = boxes("descent")
    box.controls["step"].value = 5000
    R = _runs.centred()
    P, Q = factorise.matrix_factorization(R, *_runs.start(R, 2, seed=1), 2, steps=5000)

    assert number_after("squared error", said(box)) == pytest.approx(np.sum((R - P @ Q.T) ** 2), rel=1e-3)
    assert f"entries {np.mean(Q < 0):.0%} are negative" in said(box)
    assert number_after("floor", said(box)) == pytest.approx(factorise.smallest_error(R, 2) ** 2, abs=6e-3)


def test_descent_shows_divergence_as_such(boxes):
    box = boxes("descent")
    box.controls["alpha"].value = 0.0045
    assert "This run diverges: its error overflows in step 9" in said(box)
    assert "was never reached" in said(box)
    diverged = pixels(box)

    box.controls["step"].value = 2  # before the overflow there are atoms to see
    assert "was never reached" not in said(box)
    assert "This run diverges" in said(box)
    assert np.any(pixels(box) != diverged)


@pytest.mark.parametrize("K", [0, 1, 2, 30, 100])
def test_rank_says_the_floor(K, boxes):
    box = boxes("rank")
    box.controls["K"].value, box.controls["face"].value = K, 5
    R = _runs.centred()
    P, Q = factorise.truncated_svd(R, K)
    residual = (R - P @ Q.T)[5]

    floor = factorise.smallest_error(R, K) / np.linalg.norm(R)
    assert number_after("relative error of", said(box)) == pytest.approx(floor, abs=6e-4)
    assert f"and {np.linalg.norm(residual) / np.linalg.norm(R[5]):.3f} of face 5" in said(box)


def test_parts_stay_non_negative_on_non_negative_faces_only(boxes):
    box = boxes("parts")
    losses = []
    for step in (0, 1, 10, 100, 1000):
        box.controls["step"].value = step
        assert "entries 0% are negative" in said(box)
        losses.append(number_after("squared error", said(box)))
    assert losses == sorted(losses, reverse=True)
    assert losses[-1] >= number_after("floor", said(box))
    assert "rises in 0 of 1000 steps" in said(box)

    box.controls["step"].value = 5
    box.controls["is_centred"].value = True
    assert number_after("entries", said(box)) > 10
    assert number_after("rises in", said(box)) > 0


@pytest.mark.parametrize("method", _one_objective.METHODS)
def test_recipe_adds_the_atoms_that_are_on(method, boxes):
    box = boxes("recipe")
    box.controls["method"].value, box.controls["face"].value = method, 17
    D, A, offset = _one_objective._dictionary(method)
    x = _one_objective.photographs()[:, 17]

    def error(on):
        return np.linalg.norm(x - offset[:, 0] - D[:, on] @ A[on, 17]) / np.linalg.norm(x)

    everything_on = np.ones(49, dtype=bool)
    assert number_after("relative error", said(box)) == pytest.approx(error(everything_on), abs=6e-4)
    assert error(everything_on) < 0.2

    heaviest = np.argmax(np.abs(A[:, 17]) * np.linalg.norm(D, axis=0))
    box.controls["off"].value = (heaviest + 1,)
    assert "48 of 49 atoms are on" in said(box)
    assert number_after("relative error", said(box)) == pytest.approx(error(np.arange(49) != heaviest), abs=6e-4)

    box.controls["off"].value = ()
    box.controls["count"].value = 0
    assert "Heaviest: none" in said(box)
    assert number_after("relative error", said(box)) == pytest.approx(error(~everything_on), abs=6e-4)


def test_codes_of_the_methods_are_what_the_methods_promise():
    for method in _one_objective.METHODS:
        D, A, _ = _one_objective._dictionary(method)
        assert D.shape == (4096, 49) and A.shape == (49, 400)
        if method == "k-means":
            assert np.array_equal(np.sort(A, axis=0)[-2:], np.tile([[0], [1]], 400))
        elif method == "NMF":
            assert D.min() >= 0 and A.min() >= 0
        elif method == "PCA":
            np.testing.assert_allclose(D.T @ D, np.eye(49), atol=1e-9)
        else:
            assert np.mean(A == 0) > 0.5


@pytest.mark.parametrize(("share", "K"), [(70, 8), (30, 1)])
def test_hidden_says_the_errors_of_seen_and_of_hidden_pixels(share, K, boxes):
    box = boxes("hidden")
    box.controls["share"].value, box.controls["K"].value, box.controls["face"].value = share, K, 3
    R = _runs.photographs()
    seen = np.random.RandomState(0).rand(*R.shape) >= share / 100
    P, Q = _runs.start(R, K, seed=1)
    for _ in range(500):
        P, Q = factorise.masked_step(np.where(seen, R, np.nan), seen, P, Q)

    assert number_after("relative error", said(box)) == pytest.approx(factorise.hidden_error(R, ~seen, P, Q), abs=6e-4)
    assert number_after("of the seen and", said(box)) == pytest.approx(factorise.hidden_error(R, seen, P, Q), abs=6e-4)
    own = np.linalg.norm((R - P @ Q.T)[3][~seen[3]]) / np.linalg.norm(R[3][~seen[3]])
    assert "of face 3, " in said(box) and f" and {own:.3f}. Of the K tried" in said(box)


def test_hidden_the_more_is_seen_the_more_atoms_pay(boxes):
    box = boxes("hidden")
    best = []
    for share in _hidden.SHARES[::-1]:
        box.controls["share"].value = share
        best.append(number_after("lowest at K =", said(box)))
    assert best == sorted(best) and best[0] < best[-1]


def test_hidden_computes_a_share_once_with_a_bar_that_moves_meanwhile(boxes, monkeypatch):
    monkeypatch.setattr(_hidden, "_run", functools.cache(_hidden._run.__wrapped__))
    monkeypatch.setattr(_hidden, "STEPS", 2)
    original, seen = factorise.masked_step, []
    box = boxes("hidden")
    bar = next(widget for widget in everything(box) if isinstance(widget, widgets.IntProgress))

    def watched(*args):
        seen.append((bar.layout.visibility, bar.value))
        return original(*args)

    monkeypatch.setattr(factorise, "masked_step", watched)
    box.controls["share"].value = 50
    assert seen == [("visible", number) for number in range(len(_hidden.ATOMS)) for _ in range(2)]
    assert bar.layout.visibility == "hidden"

    seen.clear()
    box.controls["K"].value, box.controls["face"].value = 32, 50
    box.controls["share"].value = 70
    assert not seen


def test_a_run_is_computed_once_with_a_bar_that_moves_meanwhile(boxes, monkeypatch):
    monkeypatch.setattr(_nmf, "_run", functools.cache(_nmf._run.__wrapped__))
    original, seen = factorise.track, []
    box = boxes("parts")
    bar = next(widget for widget in everything(box) if isinstance(widget, widgets.IntProgress))
    assert bar.layout.visibility == "hidden"

    def watched(*args):
        seen.append((bar.layout.visibility, bar.value))
        return original(*args)

    monkeypatch.setattr(factorise, "track", watched)
    box.controls["seed"].value = 7
    assert {visibility for visibility, _ in seen} == {"visible"}
    assert [value for _, value in seen] == sorted({value for _, value in seen})
    assert bar.layout.visibility == "hidden"

    seen.clear()
    box.controls["seed"].value = 1
    box.controls["seed"].value = 7
    assert not seen


def test_small_products_are_left_to_one_thread():
    seen = []

    def draw(x):
        seen.extend(each["num_threads"] for each in threadpool_info() if each["user_api"] == "blas")
        return "words"

    with threadpool_limits(2, "blas"):
        _panel.explorer(_panel.Picture(1), [], {"x": _panel.number("x", 0, 0, 1, 1)}, draw)

    assert set(seen) == {1}


def test_the_palette_is_close_to_the_colour_maps_and_keeps_white(boxes):
    picture = _panel.Picture(2, figures.PHOTO, figures.SIGNED)
    left, right = picture.figure.subplots(1, 2)
    values = np.linspace(-1, 1, 64).reshape(8, 8)
    images = [
        left.imshow(values, cmap=figures.SIGNED, vmin=-1, vmax=1),
        right.imshow(np.where(values < 0, np.nan, values), cmap=figures.PHOTO, vmin=0, vmax=1),
    ]
    drawn = np.asarray(Image.open(io.BytesIO(picture.png(*images))).convert("RGB")).astype(int)

    assert np.all(drawn[0, 0] == 255)
    for image in images:
        box = image.get_window_extent()
        rows = np.linspace(len(drawn) - box.y1, len(drawn) - box.y0, 17)[1::2].astype(int)
        columns = np.linspace(box.x0, box.x1, 17)[1::2].astype(int)
        expected = image.to_rgba(image.get_array(), bytes=True).astype(int)
        expected[expected[..., 3] == 0] = 255
        assert np.abs(drawn[rows[:, np.newaxis], columns] - expected[..., :3]).max() <= 8
