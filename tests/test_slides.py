"""Slides show what a notebook shows, without code, and need nothing but themselves."""

import json
import re
import shutil
import subprocess
from html.parser import HTMLParser

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from tools import ROOT, slides

SOLUTIONS = sorted((ROOT / "solutions").glob("*.ipynb"))
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")

PICTURE = new_output("display_data", data={"image/png": "iVBORw0KGgo="}, metadata={})


def printed(text):
    return new_output("stream", name="stdout", text=text)


def places(*cells):
    """Where each cell goes, and the deck."""
    deck = slides.deck(new_notebook(cells=list(cells)))
    return [cell.metadata["slideshow"]["slide_type"] for cell in deck.cells], deck


def test_sections_go_to_the_right_and_what_belongs_to_them_down():
    came, _ = places(
        new_markdown_cell("# 1. Title"),
        new_code_cell("import numpy"),
        new_markdown_cell("## Section"),
        new_code_cell("draw()", outputs=[PICTURE]),
        new_code_cell("draw()", outputs=[PICTURE]),
        new_markdown_cell("More of it."),
        new_code_cell("print(1)", outputs=[printed("1")]),
        new_markdown_cell("Much more. " * 50),
        new_code_cell("draw()", outputs=[PICTURE]),
    )
    assert came == ["slide", "skip", "slide", "-", "subslide", "subslide", "-", "subslide", "subslide"]


def test_an_answer_waits_for_a_key_and_a_solution_does_not_come():
    came, _ = places(
        new_markdown_cell("Predict: what comes?"),
        new_code_cell("print(1)", outputs=[printed("1")]),
        new_markdown_cell("### 1.1 reconstruct (2 minutes)"),
        new_code_cell("def reconstruct(D, A):\n    return D @ A"),
        new_code_cell("reconstruct = todo.reconstruct.check(reconstruct)", outputs=[printed("correct")]),
        new_code_cell("draw()", outputs=[PICTURE]),
    )
    assert came == ["subslide", "fragment", "subslide", "skip", "skip", "fragment"]


def test_a_prediction_is_made_by_hand_and_what_comes_of_it_waits_for_a_key():
    card = [new_output("execute_result", data={"text/plain": "You said: rises."}, metadata={})]
    came, _ = places(
        new_markdown_cell("**Predict.** What comes?"),
        new_code_cell("todo.terraces.predict(prediction)", outputs=card),
        new_code_cell("draw()", outputs=[PICTURE]),
        new_code_cell("todo.terraces.reveal()", outputs=card),
    )
    # The picture fills the slide, so the reasons have one of their own.
    assert came == ["subslide", "skip", "fragment", "subslide"]


def test_a_picture_is_shown_once_with_its_words_and_what_its_cell_prints():
    picture = new_output(
        "display_data",
        data={"image/png": "iVBORw0KGgo=", "text/html": "<img>", "text/plain": "A 2 × 2\nmatrix."},
        metadata={"image/png": {"width": 300}},
    )
    _, deck = places(new_code_cell("draw()", outputs=[picture, printed("It is square.\n")]))
    (output,) = deck.cells[0].outputs

    assert list(output.data) == ["image/png"]
    assert output.metadata["image/png"] == {"width": 300, "alt": "A 2 × 2 matrix. It is square."}


def test_the_notebook_itself_stays_as_it_was():
    notebook = nbformat.read(SOLUTIONS[0], as_version=4)
    before = json.dumps(notebook)
    slides.deck(notebook)
    assert json.dumps(notebook) == before


class Page(HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.loaded, self.images, self.sections = [], [], 0
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        if tag in ("script", "link", "img", "iframe"):
            self.loaded += [attrs[name] for name in ("src", "href") if name in attrs]
        self.images += [attrs.get("alt", "")] * (tag == "img")
        self.sections += tag == "section"


@pytest.mark.parametrize("path", SOLUTIONS, ids=lambda path: path.stem)
def test_slides_load_nothing_from_elsewhere_and_show_every_picture_but_no_code(path):
    text = slides.slides(path, "scripts")
    page = Page(text)
    notebook = nbformat.read(path, as_version=4)
    pictures = sum(
        "image/png" in output.get("data", {}) for cell in notebook.cells for output in cell.get("outputs", [])
    )

    assert all(each.startswith(("scripts/", "data:")) for each in page.loaded)
    assert not re.search(r"(@import|url\()\s*[\"']?https?:|from ['\"]https?:", text)
    assert len(page.images) == pictures > 0 and all(alt and "No description" not in alt for alt in page.images)
    assert page.sections > 5
    assert "BEGIN SOLUTION" not in text and ".check(" not in text


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A folder with the slides of all notebooks."""
    if not shutil.which("npm"):
        pytest.skip("npm is not installed")
    folder = tmp_path_factory.mktemp("slides")
    slides.main(["--output", str(folder)])
    return folder


def test_every_script_and_font_that_a_page_names_lies_beside_it(made):
    for path in SOLUTIONS:
        page = Page((made / f"{path.stem}.html").read_text(encoding="utf-8"))
        for name in page.loaded:
            assert name.startswith("data:") or (made / name.partition("?")[0]).is_file()
    for name in ("reveal.css", "white.css"):
        (style,) = (made / "scripts").rglob(name)
        assert not re.search(r"(@import|url\()\s*(url\()?[\"']?(https?:)?//", style.read_text(encoding="utf-8"))


def test_making_them_again_fetches_nothing(made, monkeypatch):
    monkeypatch.setattr(slides.subprocess, "run", None)
    slides.main(["--output", str(made)])


def test_without_npm_it_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", "")
    with pytest.raises(SystemExit, match="npm"):
        slides.main(["--output", str(tmp_path)])


@pytest.mark.skipif(not CHROMIUM, reason="no Chromium to look at the slides with")
def test_formulas_are_set_without_a_network(made, tmp_path):
    """A slide in the middle of a deck, as after a reload in class, in a browser that can resolve no name."""
    flags = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"]
    flags += ["--disable-background-networking", "--disable-component-update", f"--user-data-dir={tmp_path}"]
    flags += ["--host-resolver-rules=MAP * ~NOTFOUND", "--virtual-time-budget=30000", "--dump-dom"]
    page = f"{(made / SOLUTIONS[0].name).with_suffix('.html').as_uri()}#/3"
    run = subprocess.run([CHROMIUM, *flags, page], capture_output=True, encoding="utf-8", timeout=120)
    formulas = run.stdout.count('<script type="math/tex')

    assert "reveal-viewport" in run.stdout and 'class="present"' in run.stdout  # reveal.js is at work
    assert formulas > 10
    assert len(re.findall(r'class="mjx-math"', run.stdout)) == formulas  # each once
    assert "$X" not in re.sub(r"<script.*?</script>", "", run.stdout, flags=re.DOTALL)
