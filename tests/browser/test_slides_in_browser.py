"""No slide is taller than the screen, and no picture is cut."""

import importlib.util
import shutil
from pathlib import Path

import pytest

from tools import browser, slides

SOLUTIONS = sorted((browser.ROOT / "solutions").glob("*.ipynb"))

pytestmark = [
    pytest.mark.skipif(not browser.chromium(), reason="no Chromium or Chrome is installed, so nothing runs in one"),
    pytest.mark.skipif(not importlib.util.find_spec("playwright"), reason="playwright, which drives it, is missing"),
    pytest.mark.skipif(not shutil.which("npm"), reason="npm, which fetches reveal.js, is missing"),
]


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("slides")
    slides.main(["--output", str(folder)])
    return folder


@pytest.fixture(scope="module")
def page():
    with browser.browser() as page:
        yield page


SETTLED = "() => new Promise(done => MathJax.Hub.Queue(() => setTimeout(() => requestAnimationFrame(done), 30)))"
MEASURE = """() => {
    const slide = [...document.querySelectorAll('.reveal section.present')].pop();
    const box = slide.getBoundingClientRect();
    const lost = [...slide.querySelectorAll('img')].map(one => one.getBoundingClientRect())
        .filter(one => one.top < 0 || one.bottom > innerHeight || one.right > innerWidth).length;
    return {place: location.hash, top: box.top, bottom: box.bottom, lost, zoom: Number(slide.style.zoom || 1),
            deep: Math.max(slide.scrollHeight - slide.clientHeight, 0), last: document.querySelector('.navigate-right.enabled') === null
            && document.querySelector('.navigate-down.enabled') === null};
}"""


def all_slides(page, path: Path, width, height):
    page.set_viewport_size({"width": width, "height": height})
    page.goto("about:blank")
    page.goto(path.as_uri())
    page.wait_for_function("() => document.querySelector('.reveal.ready') && window.MathJax?.Hub")
    while True:
        page.evaluate(SETTLED)
        slide = page.evaluate(MEASURE)
        yield slide
        if slide["last"]:
            return
        # Fragments first, then the next slide.
        for _ in range(20):
            page.keyboard.press("Space")
            if page.evaluate("() => location.hash").split("/")[:3] != slide["place"].split("/")[:3]:
                break


@pytest.mark.parametrize("size", [(1280, 720), (1920, 1080)], ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("path", SOLUTIONS, ids=lambda path: path.stem)
def test_no_slide_is_taller_than_the_screen(path, size, made, page):
    seen = list(all_slides(page, made / f"{path.stem}.html", *size))
    tall = [
        slide for slide in seen if slide["top"] < 0 or slide["bottom"] > size[1] or slide["lost"] or slide["deep"] > 2
    ]

    assert len(seen) > 10
    assert tall == []
    # What would have to be smaller asks for shorter texts, or for a slide of its own.
    assert min(slide["zoom"] for slide in seen) >= 0.6
