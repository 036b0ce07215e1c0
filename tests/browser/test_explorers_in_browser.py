"""The explorers as people use them: JupyterLab and Notebook 7 in a headless Chromium, by keyboard and by mouse."""

import importlib.util
import io
import re
import shutil

import numpy as np
import pytest
from PIL import Image

from lessons import explore
from tools import browser

PICTURE = "img[alt^='Picture of the explorer']"
NOTEBOOKS = sorted((browser.ROOT / "solutions").glob("*.ipynb"))

pytestmark = [
    pytest.mark.skipif(not browser.chromium(), reason="no Chromium or Chrome is installed, so nothing runs in one"),
    pytest.mark.skipif(not importlib.util.find_spec("playwright"), reason="playwright, which drives it, is missing"),
]


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    folder = tmp_path_factory.mktemp("notebooks")
    for path in NOTEBOOKS:
        shutil.copy(path, folder)
    browser.write_notebook(
        folder / "explorers.ipynb", ["from lessons import explore", *(f"explore.{name}()" for name in explore.__all__)]
    )
    with browser.jupyter(folder, tmp_path_factory.mktemp("settings")) as address:
        yield address


@pytest.fixture(scope="module")
def page():
    with browser.browser() as page:
        yield page


@pytest.fixture(scope="module", params=["lab/tree", "notebooks"], ids=["JupyterLab", "Notebook"])
def explorers(request, site, page):
    """The page with all explorers, run in one of the two applications; gives the cell of one by its name."""
    cells = page.locator(".jp-Notebook .jp-CodeCell")

    def cell(name):
        found = cells.nth(1 + explore.__all__.index(name))
        found.scroll_into_view_if_needed()
        found.locator(PICTURE).wait_for()
        return found

    with browser.run_all(page, site(f"{request.param}/explorers.ipynb")):
        yield cell


def said(cell):
    return cell.locator("[role=status]").inner_text()


def source(cell):
    return cell.locator(PICTURE).get_attribute("src")


def picture(cell):
    return np.asarray(Image.open(io.BytesIO(cell.locator(PICTURE).screenshot())).convert("RGB")).astype(int)


def wait_for_change(page, cell, before):
    """Until both sentence and picture are others than those before."""
    page.wait_for_function(
        """([cell, said, source, PICTURE]) => cell.querySelector('[role=status]').innerText !== said
            && cell.querySelector(PICTURE).getAttribute('src') !== source
            && cell.querySelector(PICTURE).complete""",
        arg=[cell.element_handle(), *before, PICTURE],
    )


def state(cell):
    return said(cell), source(cell)


def errors(page):
    return page.locator(".jp-OutputArea-output[data-mime-type='application/vnd.jupyter.stderr']").all_inner_texts()


def box_of(cell, label):
    """The input, or list, with this name."""
    return cell.get_by_label(label, exact=True)


# A control of every explorer, and what is typed or chosen.
TYPED = {
    "lego": ("set 2", "2"),
    "dictionary_error": ("entry", "3.5"),
    "scaling": ("mixing angle in degrees", "30"),
    "valley": ("start d", "0.7"),
    "descent": ("number of atoms K", "1"),
    "rank": ("number of atoms K", "42"),
    "parts": ("start", "3"),
    "recipe": ("face", "123"),
    "hidden": ("face", "42"),
}


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_runs_without_errors_and_its_explorers_move(path, site, page):
    calls = len(re.findall(r"explore\.\w+\(\)", path.read_text(encoding="utf-8")))
    with browser.run_all(page, site(f"lab/tree/{path.name}")):
        assert errors(page) == []
        moved = page.locator(".jp-CodeCell").filter(has=page.locator(PICTURE))
        for number in range(calls):
            cell = moved.nth(number)
            cell.scroll_into_view_if_needed()
            before = state(cell)
            cell.locator(".noUi-handle").first.focus()
            # From the end of its range only one of the two moves it.
            for key in ("ArrowRight", "ArrowRight", "ArrowLeft"):
                page.keyboard.press(key)
            wait_for_change(page, cell, before)
        assert moved.count() == calls
        assert errors(page) == []


@pytest.mark.parametrize("name", TYPED)
def test_a_typed_number_moves_picture_sentence_and_slider_and_nothing_jumps(name, explorers, page):
    cell = explorers(name)
    label, value = TYPED[name]
    outline = cell.locator(".widget-vbox").first
    height, before = outline.bounding_box()["height"], state(cell)
    handles = cell.locator(".noUi-handle").evaluate_all("all => all.map(one => one.getAttribute('aria-valuenow'))")
    box_of(cell, label).focus()
    page.keyboard.press("Control+a")
    page.keyboard.type(value)
    page.keyboard.press("Enter")
    wait_for_change(page, cell, before)

    after = cell.locator(".noUi-handle").evaluate_all("all => all.map(one => one.getAttribute('aria-valuenow'))")
    assert sum(old != new for old, new in zip(handles, after)) == 1
    assert outline.bounding_box()["height"] == height
    assert errors(page) == []


@pytest.mark.parametrize("name", TYPED)
def test_every_control_is_reached_with_the_tab_key_and_has_a_name(name, explorers, page):
    cell = explorers(name)
    fields = cell.locator(".widget-vbox input, .widget-vbox select")
    fields.first.focus()
    reached = set()
    for _ in range(60):
        label = page.evaluate(
            "() => ['INPUT', 'SELECT'].includes(document.activeElement.tagName)"
            " && document.activeElement.closest('.jupyter-widgets').innerText.trim().split('\\n')[0]"
        )
        if label:
            reached.add(label)
        page.keyboard.press("Tab")
        if not cell.evaluate("cell => cell.contains(document.activeElement)"):
            break
    assert len(reached) == fields.count()
    # Cut off names end in an ellipsis that the browser draws: then the text is wider than its box.
    cut = cell.locator(".widget-label").evaluate_all(
        "all => all.filter(one => one.scrollWidth > one.clientWidth).map(one => one.innerText)"
    )
    assert cut == []


def test_arrow_keys_change_a_number_box(explorers, page):
    cell = explorers("rank")
    before, value = state(cell), int(box_of(cell, "number of atoms K").input_value())
    box_of(cell, "number of atoms K").focus()
    page.keyboard.press("ArrowUp")
    wait_for_change(page, cell, before)

    assert said(cell).startswith(f"K = {value + 1}:")


def test_scaling_changes_both_factors_and_not_their_product(explorers, page):
    cell = explorers("scaling")
    before, drawn = state(cell), picture(cell)
    width = drawn.shape[1]
    box_of(cell, "scale of set 1").focus()
    for key in ("Space", "ArrowDown", "Enter"):  # Jupyter takes arrow keys from a list that is closed
        page.keyboard.press(key)
    wait_for_change(page, cell, before)
    now = picture(cell)

    assert np.any(now[:, : int(0.14 * width)] != drawn[:, : int(0.14 * width)])  # D'
    assert np.any(now[:, int(0.17 * width) : int(0.4 * width)] != drawn[:, int(0.17 * width) : int(0.4 * width)])  # A'
    assert np.array_equal(
        now[:, int(0.44 * width) : int(0.66 * width)], drawn[:, int(0.44 * width) : int(0.66 * width)]
    )
    assert "||X − D'A'|| = 0.000" in said(cell)


def test_the_play_button_plays_and_stops(explorers, page):
    cell = explorers("parts")
    before = state(cell)
    play = cell.get_by_role("button", name="Play")
    play.focus()
    page.keyboard.press("Enter")
    wait_for_change(page, cell, before)
    wait_for_change(page, cell, state(cell))
    play.focus()
    page.keyboard.press("Enter")
    page.wait_for_timeout(1000)
    stopped = state(cell)
    page.wait_for_timeout(1000)

    assert state(cell) == stopped


def test_divergence_is_said_and_a_method_is_computed_once(explorers, page):
    cell = explorers("descent")
    before = state(cell)
    box_of(cell, "step size alpha").fill("0.006")
    page.keyboard.press("Enter")
    wait_for_change(page, cell, before)
    assert "This run diverges" in said(cell) or "K = 1" in said(cell)

    cell = explorers("recipe")
    before = state(cell)
    box_of(cell, "method").select_option("NMF")
    wait_for_change(page, cell, before)
    assert said(cell).startswith("NMF, face")
    assert "Negative weights: 0." in said(cell)


def test_a_drag_shows_pictures_on_the_way(explorers, page):
    cell = explorers("rank")
    handle, track = cell.locator(".noUi-handle").first, cell.locator(".noUi-target").first.bounding_box()
    box = handle.bounding_box()
    height = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + box["width"] / 2, height)
    page.mouse.down()
    seen = set()
    for share in np.linspace(0.1, 0.9, 9):
        before = state(cell)
        page.mouse.move(track["x"] + share * track["width"], height)
        wait_for_change(page, cell, before)
        seen.add(said(cell))
    page.mouse.up()

    assert len(seen) == 9


@pytest.mark.skipif(not importlib.util.find_spec("voila"), reason="voila, which serves the demo page, is missing")
def test_the_demo_page_shows_all_explorers_and_no_code(page, tmp_path, audit):
    page = browser.open_page(page.context.browser)  # on which no JupyterLab asks for anything any more
    with browser.demo(tmp_path) as address:
        refused = []
        page.on("requestfailed", lambda request: refused.append((request.url, request.failure)))
        outside = []
        page.on("response", lambda response: outside.append(response.url))
        page.goto(address)
        page.wait_for_function(
            "([picture, number]) => document.querySelectorAll(picture).length === number",
            arg=[PICTURE, len(explore.__all__)],
        )
        first = page.locator(".jp-Cell, .cell").filter(has=page.locator(PICTURE)).first
        before = state(first)
        first.locator(".noUi-handle").first.focus()
        page.keyboard.press("ArrowRight")
        wait_for_change(page, first, before)

        assert errors(page) == []
        assert page.get_by_text("from lessons import explore").count() == 0
        assert audit(page, "#rendered_cells")[0] == []
        # Nobody else is asked: what the page would fetch elsewhere, the browser refuses to ask for.
        assert [url for url in outside if not url.startswith((address, "data:", "blob:"))] == []
        assert {failure for url, failure in refused if not url.startswith(address)} <= {"csp"}
