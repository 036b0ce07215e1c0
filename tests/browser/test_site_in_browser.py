"""The site as people read it, in a Chromium without a network: laptop, phone and dark, by mouse and by keyboard."""

import importlib.util
import shutil
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

import lessons
from tools import browser

pytestmark = [
    pytest.mark.skipif(not browser.chromium(), reason="no Chromium or Chrome is installed, so nothing runs in one"),
    pytest.mark.skipif(not importlib.util.find_spec("playwright"), reason="playwright, which drives it, is missing"),
    pytest.mark.skipif(not importlib.util.find_spec("myst_nb"), reason="myst-nb, which builds the site, is missing"),
    pytest.mark.skipif(not shutil.which("npm"), reason="npm, which fetches MathJax and axe-core, is not installed"),
]

NOTEBOOKS = [path.stem for path in sorted((browser.ROOT / "solutions").glob("*.ipynb"))]
MOVED = {"lego": 1, "scaling": 2, "rank": 3, "parts": 4, "hidden": 6}  # the notebook of each explorer that moves
# What the theme makes of every page, and nothing of ours can change: its two side bars have no names.
OF_THE_THEME = {"landmark-unique"}
MOST = 2_000_000  # bytes, of a page and its pictures


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    from tools.site.__main__ import build

    folder = tmp_path_factory.mktemp("site") / "site"
    assert build(folder) == 0  # no warning
    return folder


@pytest.fixture(scope="module")
def chrome():
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        # It can resolve no name and reach no address: only files.
        flags = [*browser.FLAGS, "--host-resolver-rules=MAP * ~NOTFOUND"]
        chrome = playwright.chromium.launch(executable_path=browser.chromium(), args=flags)
        yield chrome
        chrome.close()


@pytest.fixture
def visit(chrome, site):
    """Open a page; gives it with `.loaded`, the addresses that it has asked for, and `.complaints`."""

    def visit(name, width=1366, height=768, scheme="light"):
        page = browser.open_page(chrome, viewport={"width": width, "height": height}, color_scheme=scheme)
        page.loaded, page.complaints = [], []
        page.on("request", lambda request: page.loaded.append(request.url))
        page.on("requestfailed", lambda request: page.complaints.append(request.url))
        page.on("pageerror", lambda error: page.complaints.append(str(error)))
        page.goto((site / f"{name}.html").as_uri())
        if page.locator(".math").count():
            page.wait_for_function("() => window.MathJax?.startup?.promise")
            page.evaluate("() => MathJax.startup.promise")
        return page

    yield visit
    for context in chrome.contexts:
        context.close()


def notebook_of(explorer):
    return next(name for name in NOTEBOOKS if name.startswith(f"{MOVED[explorer]:02}"))


def explorer(page, name):
    return page.locator(".explorer", has=page.locator(f"img[src*='/{name}/']"))


def file_of(url):
    return Path(unquote(urlsplit(url).path))


@pytest.mark.parametrize("name", ["index", *(f"notebooks/{name}" for name in NOTEBOOKS), "tutor/README", "search"])
def test_a_page_loads_only_what_lies_beside_it_and_is_light(name, visit, site):
    if name == "search":
        page = visit(name)
    else:
        page = visit(name, width=390, height=844)
        assert page.evaluate("() => document.documentElement.scrollWidth") <= 390  # nothing to scroll sideways

    assert page.complaints == []
    assert all(file_of(url).is_relative_to(site) for url in page.loaded if not url.startswith("data:"))
    own = [file_of(url) for url in page.loaded if "/_static/" not in url and not url.startswith("data:")]
    images = page.locator("img").evaluate_all("all => all.map(one => one.src)")
    weight = sum(path.stat().st_size for path in {*own, *map(file_of, images)})
    assert weight <= MOST


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_every_picture_has_words_and_every_formula_is_set(name, visit):
    page = visit(f"notebooks/{name}")

    assert page.locator("img:not([alt]), img[alt=''], img[alt^='<Figure']").count() == 0
    assert page.locator(".math").count() > 0
    assert page.locator(".math:not(:has(mjx-container))").count() == 0
    assert page.locator("mjx-merror").count() == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", ["index", *(f"notebooks/{name}" for name in NOTEBOOKS), "tutor/sheet"])
def test_axe_finds_nothing_of_ours(name, scheme, visit, audit):
    found, known = audit(visit(name, scheme=scheme), "html")

    assert [each for each in found if each[0] not in OF_THE_THEME] == []
    assert not known


def test_the_site_says_its_version(visit):
    assert lessons.__version__ in visit("index").locator(".sidebar-brand").inner_text()


def test_what_is_downloaded_is_the_students_notebook(visit, site):
    for name in NOTEBOOKS:
        link = visit(f"notebooks/{name}").get_by_role("link", name="download this notebook").get_attribute("href")
        offered = (site / "notebooks" / link).resolve().read_bytes()
        assert offered == (browser.ROOT / "notebooks" / f"{name}.ipynb").read_bytes()


def test_a_solution_opens_with_a_click(visit):
    page = visit("notebooks/01_lego_dictionary")
    solution = page.locator("details", has_text="return D @ A").first
    assert not solution.get_by_text("return").first.is_visible()
    solution.locator("summary").click()

    assert solution.get_by_text("return").first.is_visible()


def test_search_finds_a_word_without_a_network(visit):
    page = visit("index")
    page.locator(".sidebar-search").fill("sparseness")
    page.keyboard.press("Enter")
    page.locator("#search-results li a").first.wait_for()

    assert "Parts you can read" in page.locator("#search-results").inner_text()


@pytest.mark.parametrize("name", MOVED)
def test_an_explorer_moves_by_keyboard_and_loads_its_frames_only_then(name, visit):
    page = visit(f"notebooks/{notebook_of(name)}")
    box = explorer(page, name)
    slider, picture, said = box.locator("input[type=range]").first, box.locator("img"), box.locator("[role=status]")
    frames = [url for url in page.loaded if f"/{name}/" in url]
    before = picture.get_attribute("src"), said.inner_text(), slider.get_attribute("aria-valuetext")
    node = said.element_handle()
    slider.focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Shift+Tab")
    assert len({*frames}) == 1 and len([url for url in page.loaded if f"/{name}/" in url]) == 1

    page.keyboard.press("Home")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    after = picture.get_attribute("src"), said.inner_text(), slider.get_attribute("aria-valuetext")
    assert all(old != new for old, new in zip(before, after))
    assert after[2] == box.locator("output").first.inner_text()
    assert said.evaluate("(now, node) => now === node", node)  # one live region, whose text changes
    page.wait_for_function("image => image.complete && image.naturalWidth > 0", arg=picture.element_handle())
    assert page.complaints == []


def test_a_box_and_a_drag_move_the_picture(visit):
    page = visit(f"notebooks/{notebook_of('scaling')}")
    box = explorer(page, "scaling")
    box.get_by_label("swap the two atoms").check()
    assert "swapped" in box.locator("[role=status]").inner_text()

    slider = box.locator("input[type=range]").first
    slider.scroll_into_view_if_needed()
    at = slider.bounding_box()
    page.mouse.move(at["x"] + 2, at["y"] + at["height"] / 2)
    page.mouse.down()
    said = set()
    for share in (0.1, 0.3, 0.5, 0.7, 0.9):
        page.mouse.move(at["x"] + share * at["width"], at["y"] + at["height"] / 2)
        said.add(box.locator("[role=status]").inner_text())
    page.mouse.up()
    assert len(said) >= 4
    assert page.complaints == []
