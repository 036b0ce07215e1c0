"""What a student sees in JupyterLab, in both themes: words whole, pictures described, nothing that axe-core finds of ours."""

import importlib.util

import pytest

from lessons import figures
from tools import browser

pytestmark = [
    pytest.mark.skipif(not browser.chromium(), reason="no Chromium or Chrome is installed, so nothing runs in one"),
    pytest.mark.skipif(not importlib.util.find_spec("playwright"), reason="playwright, which drives it, is missing"),
]

CELLS = {
    "matrix": """
import numpy as np
from lessons import explore, figures
from lessons.exercises import lego as todo
from lessons.exercises import scaling
X = np.array([[1.0, 2], [3, 4]])
figures.equation(("X", X), "=", ("D", X), "×", ("I", np.eye(2)), title="A product")""",
    "signed": "figures.tiles(np.random.default_rng(0).normal(size=(8, 16, 16)), title='Signed tiles', columns=4)",
    "shares": "figures.shares(['sport', 'technology'], {'Striker wins late': [0.8, 0.2]}, title='Shares')",
    "wrong": "objective = todo.objective.check(lambda X, D, A: np.mean((X - D @ A) ** 2))",
    "error": "code = todo.code.check(lambda x, D: D @ x)",
    "large": "update_codes = scaling.update_codes.check(lambda X, D: np.where(X[:2] == X[1, 3], 0, X[:2]))",
    "right": "reconstruct = todo.reconstruct.check(np.dot)",
    "hint": "todo.objective.hint()",
    "solution": "todo.objective.solution()",
    "progress": "todo.progress()",
    "lego": "explore.lego()",
    "valley": "explore.valley()",
    "recipe": "explore.recipe()",
}


@pytest.fixture(scope="module", params=["Light", "Dark"])
def site(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("notebooks")
    # Two pages of one notebook share its kernel, and then one of them may miss a widget of the other's.
    for name in ("page", "enlarged"):
        browser.write_notebook(folder / f"{name}.ipynb", list(CELLS.values()))
    with browser.jupyter(folder, tmp_path_factory.mktemp("settings"), request.param) as address:
        yield address


@pytest.fixture(scope="module")
def page(site):
    """A notebook of cards, figures and explorers that was run in JupyterLab, as on a small laptop."""
    with browser.browser(height=768, width=1366) as page, browser.run_all(page, site("lab/tree/page.ipynb")):
        page.locator("img[alt^='Picture of the explorer']").nth(2).wait_for()
        yield page


@pytest.fixture
def narrow(page):
    """The same page in a window of 900 pixels."""
    page.set_viewport_size({"width": 900, "height": 768})
    yield page
    page.set_viewport_size({"width": 1366, "height": 768})


def outputs(page, name):
    return page.locator(".jp-Notebook .jp-CodeCell").nth(list(CELLS).index(name)).locator(".jp-OutputArea")


def test_axe_finds_nothing_but_what_widgets_cannot_do(page, audit):
    details = page.locator(".jp-OutputArea details")
    details.evaluate_all("all => all.forEach(one => { one.open = true; })")
    ours, known = audit(page, ".jp-OutputArea")
    details.evaluate_all("all => all.forEach(one => { one.open = false; })")

    assert ours == []
    assert known  # when widgets have learnt it, the entry goes


def test_every_picture_says_what_it_shows(page):
    alts = page.locator(".jp-OutputArea img").evaluate_all("all => all.map(one => one.getAttribute('alt'))")

    assert len(alts) == 6
    assert all(alt and len(alt) > 40 for alt in alts)
    assert "A product: X [[1, 2], [3, 4]] = D" in alts[0]


def test_a_description_stands_once_on_the_page(page):
    for name in ("matrix", "signed", "shares"):
        assert outputs(page, name).inner_text().strip() == ""
    for name in ("lego", "valley", "recipe"):
        assert outputs(page, name).locator("[role=status]").count() == 1
        words = outputs(page, name).locator("[role=status]").inner_text()
        assert outputs(page, name).inner_text().count(words) == 1


# A word is cut in two where its letters stand at two heights.
CUT = """all => all.flatMap(one => {
    const words = [], walker = document.createTreeWalker(one, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
        for (const found of walker.currentNode.data.matchAll(/[^\\s]+/g)) {
            const range = document.createRange();
            range.setStart(walker.currentNode, found.index);
            range.setEnd(walker.currentNode, found.index + found[0].length);
            const heights = new Set([...range.getClientRects()].map(box => Math.round(box.top)));
            // After a hyphen, a dot or a bracket a browser may break: that cuts no word.
            if (heights.size > 1 && /^[\\w.]+$/.test(found[0])) words.push(found[0]);
        }
    }
    return words;
})"""


@pytest.mark.parametrize("width", [1366, 900])
def test_no_word_and_no_number_is_cut_in_two(width, page):
    page.set_viewport_size({"width": width, "height": 768})
    cut = page.locator(".jp-OutputArea").evaluate_all(CUT)
    page.set_viewport_size({"width": 1366, "height": 768})

    assert cut == []


def test_a_cut_word_is_noticed(page):
    page.evaluate(
        "() => document.body.insertAdjacentHTML('beforeend',"
        " '<p id=narrow style=\"width: 40px; word-break: break-all\">The floor is here</p>')"
    )
    cut = page.locator("#narrow").evaluate_all(CUT)
    page.evaluate("() => document.querySelector('#narrow').remove()")

    assert "floor" in cut


def test_text_in_a_picture_is_eleven_pixels_high_in_a_window_of_nine_hundred(narrow):
    for name in ("matrix", "signed", "shares"):
        shown = outputs(narrow, name).locator("img")
        share = (shown.bounding_box()["width"] - 2 * figures.RIM) / float(shown.get_attribute("width"))
        assert figures.LETTERS * share >= 10.99  # test_figures tests that no letters are smaller


def test_a_picture_has_a_light_ground_with_round_corners_in_both_themes(page):
    looks = page.locator(".jp-OutputArea img").evaluate_all(
        "all => all.map(one => [getComputedStyle(one).backgroundColor, getComputedStyle(one).borderRadius])"
    )

    assert {tuple(look) for look in looks} == {("rgb(255, 255, 255)", "6px")}


def test_an_atom_of_the_recipe_is_sixty_pixels_wide(page):
    shown = outputs(page, "recipe").locator("img")

    # The sheet of seven by seven takes 56 % of the picture.
    assert 0.56 * shown.bounding_box()["width"] / 7 > 60


def test_controls_and_picture_fit_on_a_page_enlarged_to_twice_its_size(site, page):
    enlarged = browser.open_page(page.context.browser, viewport={"width": 683, "height": 384})
    with browser.run_all(enlarged, site("notebooks/enlarged.ipynb")):
        enlarged.locator("img[alt^='Picture of the explorer']").nth(2).wait_for()
        room = 384 - 60  # Notebook's own line above
        for name in ("lego", "valley", "recipe"):
            controls = outputs(enlarged, name).locator(".widget-hbox > .widget-hbox").last.bounding_box()
            picture = outputs(enlarged, name).locator("img").bounding_box()
            assert picture["height"] >= 170
            assert picture["y"] + picture["height"] - controls["y"] <= room
    enlarged.close()


def test_the_example_opens_with_the_keyboard(page):
    card = outputs(page, "wrong")
    assert not card.locator("table").first.is_visible()
    card.locator("summary").focus()
    page.keyboard.press("Space")

    card.locator("table").first.wait_for(state="visible")


def test_the_play_button_has_a_name(page):
    assert outputs(page, "valley").get_by_role("button", name="Play").count() == 1
