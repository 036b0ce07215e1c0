"""Every figure has a title, scales that tell the truth, and a text alternative with the numbers in it."""

import base64
import html
import io
import re

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.colors import to_rgb
from matplotlib.text import Text
from PIL import Image

from lessons import figures, show

mpl.use("Agg")


@pytest.fixture
def shown(monkeypatch):
    """The figures shown, kept for a look instead of being closed."""
    kept = []
    monkeypatch.setattr(plt, "close", kept.append)
    yield kept
    monkeypatch.undo()
    plt.close("all")


@pytest.fixture
def displayed(monkeypatch):
    """What a page would be given."""
    kept = []
    monkeypatch.setattr(show, "display", kept.append)
    return kept


def images_of(figure):
    return [image for axis in figure.axes for image in axis.images]


SIGNED = np.array([[[0.5, -2.0], [1.0, 0.0]], [[0.25, 0.5], [0.0, 0.0]]])
STEPS = {"plain": np.array([[0.5, 3.0], [1.0, 2.0]])}
ERRORS = np.array([[0.3, 0.1, 0.2], [0.3, 0.16, 0.1]])
TOGETHER = np.array([[1, 0, 0.75], [0, 1, 0.25], [0.75, 0.25, 1]])
CALLS = [
    lambda: figures.equation(("X", np.eye(2)), "=", ("D", np.ones((2, 1))), title="A title", rows=["a", "b"]),
    lambda: figures.tiles(np.abs(SIGNED), title="A title", labels=["one", "two"]),
    lambda: figures.recipe(SIGNED[0], SIGNED, np.array([1.0, 0.0]), title="A title"),
    lambda: figures.losses({"descent": np.array([8.0, 4.0, 3.5])}, title="A title", floor=3.0),
    lambda: figures.curve(np.array([1.0, 2, 4]), np.array([3.0, 1, 2]), "A title", "scale", "penalty", mark=(2, 1)),
    lambda: figures.valley(1.0, STEPS, title="A title"),
    lambda: figures.shares(["a", "b"], {"first": [0.25, 0.75]}, title="A title"),
    lambda: figures.errors_over_K([1, 2, 4], ERRORS / 2, ERRORS, title="A title", without_atoms=0.2),
    lambda: figures.consensus({"K = 2": TOGETHER}, ["a", "b", "a"], title="A title"),
    lambda: figures.heaviest({"atom 1": np.array([0.5, 2.0])}, ["one", "two"], title="A title"),
]


@pytest.mark.parametrize("call", CALLS)
def test_every_figure_has_a_title_and_says_in_words_what_it_shows(call, shown, capsys):
    call()
    figure = shown[0]
    titles = [figure.get_suptitle(), *(axis.get_title() for axis in figure.axes)]

    assert "A title" in titles
    assert capsys.readouterr().out.startswith("A title: ")


@pytest.mark.parametrize("call", CALLS)
def test_a_page_gets_one_picture_whose_words_go_with_it(call, displayed):
    call()
    (shown,) = displayed
    page = shown._repr_html_()
    png, size = shown._repr_png_()
    alt = html.unescape(re.search('alt="([^"]*)"', page)[1])

    assert page.count("<img") == 1
    assert alt.startswith("A title: ") and alt.split() == repr(shown).split()
    assert max(map(len, repr(shown).splitlines())) <= show.WIDTH
    assert base64.b64encode(png).decode() in page
    # Twice the pixels that it is given on the page, to a half.
    assert np.subtract(Image.open(io.BytesIO(png)).size, (2 * size["width"], 2 * size["height"])).max() <= 1
    assert not plt.get_fignums()


@pytest.mark.parametrize("call", CALLS)
def test_no_picture_is_wider_than_its_text_can_be_read(call, shown):
    """On a page of 720 pixels, what a laptop's window of 900 leaves, text is 11 pixels high or more."""
    call()
    texts = [text for text in shown[0].findobj(Text) if text.get_text() and text.get_visible()]

    assert shown[0].get_figwidth() * figures.PIXELS <= 800
    assert min(text.get_fontsize() for text in texts) >= figures.LETTERS


@pytest.mark.parametrize("colour", figures.COLOURS)
def test_text_on_a_colour_has_contrast_enough(colour):
    def luminance(name):
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in to_rgb(name)]
        return np.dot(linear, (0.2126, 0.7152, 0.0722)) + 0.05

    light, dark = sorted([luminance(colour), luminance(figures.readable_on(colour)[0])], reverse=True)
    assert light / dark >= 4.5


def test_shares_are_told_apart_by_name_and_hatch_as_well(shown):
    figures.shares(["a", "b", "c"], {"first": [0.25, 0.65, 0.1], "second": [0.02, 0.98, 0]}, title="shares")
    axis = shown[0].axes[0]

    assert {text.get_text() for text in axis.texts} == {"a\n25%", "b\n65%", "10%", "b\n98%", ""}
    assert len({bar.get_hatch() for bar in axis.patches}) == 3


def test_paths_are_told_apart_by_dash_and_marker_as_well(shown):
    figures.valley(1.0, {"one": STEPS["plain"], "two": 0.5 * STEPS["plain"]}, title="A title")
    paths = [line for line in shown[0].axes[1].lines if line.get_label() in ("one", "two")]

    assert len({line.get_marker() for line in paths}) == len({line.get_linestyle() for line in paths}) == 2
    assert all(line.get_path_effects() for line in paths)


def grey(figure):
    figure.canvas.draw()
    return np.asarray(figure.canvas.buffer_rgba())[..., :3] @ (0.3, 0.6, 0.1)


def test_signs_can_be_told_apart_without_colours(shown):
    ramp = np.linspace(0.5, 1, 16).reshape(1, 4, 4)
    figures.tiles(np.concatenate([ramp, -ramp]), title="two signs")
    left, right = (
        grey(shown[0])[::-1][int(box.y0) : int(box.y1), int(box.x0) : int(box.x1)]
        for box in (axis.get_window_extent() for axis in shown[0].axes[:2])
    )

    assert len(np.unique(right.round())) > len(np.unique(left.round()))  # the hatch


def test_the_negative_weights_of_a_long_code_carry_a_minus(shown):
    code = np.array([1.0, -1.0] * 5)
    figures.recipe(SIGNED[0], np.tile(SIGNED, (5, 1, 1)), code, title="ten atoms")

    assert [text.get_text() for text in shown[0].axes[2].texts] == ["−"] * 5


def test_an_atom_of_a_sheet_of_seven_by_seven_is_sixty_pixels_wide(shown):
    figures.recipe(np.ones((64, 64)), np.ones((49, 64, 64)), np.ones(49), title="49 atoms")
    shown[0].draw_without_rendering()
    box = shown[0].axes[1].get_window_extent()

    assert box.width / shown[0].dpi * figures.PIXELS / 7 > 60


def test_signed_values_get_a_diverging_map_centred_on_zero_and_one_scale(shown):
    figures.tiles(SIGNED, title="atoms")

    for image in images_of(shown[0])[: len(SIGNED)]:
        assert image.get_cmap().name == figures.SIGNED
        assert image.get_clim() == (-2.0, 2.0)


def test_non_negative_values_get_a_sequential_map_from_zero(shown):
    figures.tiles(np.abs(SIGNED), title="parts")

    for image in images_of(shown[0])[: len(SIGNED)]:
        assert image.get_cmap().name == figures.PHOTO
        assert image.get_clim() == (0, 2.0)


def test_a_sample_and_its_mixture_share_a_scale(shown, capsys):
    figures.recipe(SIGNED[0], SIGNED, np.array([0.5, 0.0]), title="half")
    sample, _, _, mixture = images_of(shown[0])[:4]

    assert sample.get_clim() == mixture.get_clim()
    np.testing.assert_allclose(mixture.get_array(), SIGNED[0] / 2)
    assert "relative error 0.500" in capsys.readouterr().out


def test_a_few_extreme_pixels_do_not_make_the_atoms_pale_and_the_scale_says_so(shown):
    atoms = np.tile(SIGNED / 2, (100, 2, 2)).astype(float)
    atoms[0, 0, 0] = 50.0
    figures.recipe(SIGNED[0].repeat(2, 0).repeat(2, 1), atoms, np.ones(200), title="one bright pixel")
    sheet = images_of(shown[0])[1]

    assert sheet.get_clim() == (-1.0, 1.0)
    assert sheet.colorbar.extend == "both"
    assert np.nanmax(sheet.get_array()) == 50.0


def test_what_is_added_to_a_mixture_is_named(shown):
    figures.recipe(SIGNED[0], SIGNED, np.array([0.5, 0.0]), title="half", offset=np.ones((2, 2)))

    assert shown[0].axes[3].get_title() == "=  mean + mixture\nrelative error 1.052"
    np.testing.assert_allclose(images_of(shown[0])[3].get_array(), 1 + SIGNED[0] / 2)


def test_losses_are_on_a_log_axis_with_the_floor_drawn_in(shown, capsys):
    figures.losses({"descent": np.array([8.0, 4.0, 3.5])}, title="run", floor=3.0)
    axis = shown[0].axes[0]

    assert axis.get_yscale() == "log"
    assert any(set(line.get_ydata()) == {3.0} for line in axis.lines)
    assert "descent from 8 to 3.5 in 2 steps. The floor is 3." in capsys.readouterr().out


def test_the_text_alternative_of_a_small_matrix_holds_its_entries(shown, capsys):
    figures.equation(("E", np.array([[0.0, -1.25]])), title="residual")

    assert "E [[0, -1.25]]" in capsys.readouterr().out


def test_a_sheet_of_tiles_keeps_every_image(shown):
    atoms = np.arange(1.0, 6.0)[:, np.newaxis, np.newaxis] * np.ones((5, 3, 3))
    sheet = figures.sheet(atoms, columns=3)

    assert sheet.shape == (2 * 3 + 1, 3 * 3 + 2)
    assert set(sheet[np.isfinite(sheet)]) == {1, 2, 3, 4, 5}
    assert np.isfinite(sheet).sum() == atoms.size


def test_the_lowest_hidden_error_is_marked_and_every_mask_drawn(shown, capsys):
    figures.errors_over_K([1, 2, 4], ERRORS / 2, ERRORS, title="over K", without_atoms=0.2)
    axis = shown[0].axes[0]

    star = next(line for line in axis.lines if line.get_marker() == "*")
    assert star.get_xydata().tolist() == [[2, pytest.approx(0.13)]]
    assert sum(len(line.get_xdata()) == 3 for line in axis.lines) == 2 * (len(ERRORS) + 1)
    text = " ".join(capsys.readouterr().out.split())
    assert "K = 1: 0.150 and 0.300; K = 2: 0.065 and 0.130; K = 4: 0.075 and 0.150" in text
    assert "lowest at K = 2; the means alone give 0.200" in text


def test_samples_that_fall_together_stand_together_with_their_known_kinds_beside_them(shown, capsys):
    figures.consensus({"K = 2": TOGETHER}, ["a", "b", "a"], title="runs")
    axis = shown[0].axes[0]
    (image,) = axis.images

    assert image.get_clim() == (0, 1)
    assert image.get_array()[1, 1] == 1 and 0.75 in image.get_array()[[0, 1], [1, 2]]
    kinds = {line.get_label(): line for line in axis.lines}
    assert set(kinds) == {"a", "b"}
    assert kinds["a"].get_marker() != kinds["b"].get_marker()
    assert sorted(kinds["a"].get_ydata()) in ([0, 1], [1, 2])
    text = " ".join(capsys.readouterr().out.split())
    assert "44% of the entries are neither 0 nor 1; always together are none." in text


def test_groups_that_every_run_agrees_on_are_said_with_what_is_known_of_them(shown, capsys):
    together = np.kron(np.eye(2), np.ones((3, 3)))[:5, :5]
    figures.consensus({"K = 2": together}, ["a", "a", "b", "b", "b"], title="runs")
    figures.consensus({"K = 2": together}, None, title="runs")

    assert "always together are 2 a + 1 b, 2 b." in " ".join(capsys.readouterr().out.split())
    assert [len(axis.lines) for figure in shown for axis in figure.axes if axis.images] == [2, 0]


def test_the_heaviest_entries_come_first_and_with_their_names(shown, capsys):
    names = ["small", "a very long name " * 5, "large"]
    figures.heaviest({"one": np.array([1.0, 2, 3]), "two": np.array([3.0, 0, 1])}, names, title="atoms")
    first, second = shown[0].axes

    assert [label.get_text() for label in second.get_yticklabels()][:2] == ["small", "large"]
    assert [bar.get_width() for bar in first.patches] == [3, 2, 1]
    assert "one: large 3, a very long name" in capsys.readouterr().out


def test_what_is_hidden_has_a_colour_of_its_own_and_stays_out_of_the_numbers(shown, capsys):
    figures.tiles(np.array([[[0.5, np.nan]], [[0.25, 1.0]]]), title="half")

    (image, *_) = images_of(shown[0])
    assert image.get_clim() == (0, 1)
    red, green, blue, _ = image.to_rgba(np.nan)
    assert red < green < blue
    assert "Values from 0.25 to 1." in capsys.readouterr().out
