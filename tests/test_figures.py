"""Every figure has a title, scales that tell the truth, and a text alternative with the numbers in it."""

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pytest

from lessons import figures

mpl.use("Agg")


@pytest.fixture
def shown(monkeypatch):
    """The figures shown, kept for a look."""
    kept = []
    monkeypatch.setattr(plt, "show", lambda: kept.append(plt.gcf()))
    return kept


def images_of(figure):
    return [image for axis in figure.axes for image in axis.images]


SIGNED = np.array([[[0.5, -2.0], [1.0, 0.0]], [[0.25, 0.5], [0.0, 0.0]]])
STEPS = {"plain": np.array([[0.5, 3.0], [1.0, 2.0]])}
CALLS = [
    lambda: figures.equation(("X", np.eye(2)), "=", ("D", np.ones((2, 1))), title="A title", rows=["a", "b"]),
    lambda: figures.tiles(np.abs(SIGNED), title="A title", labels=["one", "two"]),
    lambda: figures.recipe(SIGNED[0], SIGNED, np.array([1.0, 0.0]), title="A title"),
    lambda: figures.losses({"descent": np.array([8.0, 4.0, 3.5])}, title="A title", floor=3.0),
    lambda: figures.race({"hals": ([0.1, 0.2], [0.5, 0.25])}, title="A title", floor=0.1),
    lambda: figures.curve(np.array([1.0, 2, 4]), np.array([3.0, 1, 2]), "A title", "scale", "penalty"),
    lambda: figures.valley(1.0, STEPS, title="A title"),
    lambda: figures.shares(["a", "b"], {"first": [0.25, 0.75]}, title="A title"),
]


@pytest.mark.parametrize("call", CALLS)
def test_every_figure_has_a_title_and_says_in_words_what_it_shows(call, shown, capsys):
    call()
    figure = shown[0]
    titles = [figure.get_suptitle(), *(axis.get_title() for axis in figure.axes)]

    assert "A title" in titles
    assert capsys.readouterr().out.startswith("Figure. A title: ")
    assert not plt.get_fignums()


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

    assert shown[0].axes[3].get_title() == "=   mean + mixture"
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
    sheet = figures._sheet(atoms, columns=3)

    assert sheet.shape == (2 * 3 + 1, 3 * 3 + 2)
    assert set(sheet[np.isfinite(sheet)]) == {1, 2, 3, 4, 5}
    assert np.isfinite(sheet).sum() == atoms.size
