"""The pages of the site: a student's view of the solved notebooks, and explorers that show what the notebook's show."""

import base64
import io
import json
import re
from pathlib import Path

import numpy as np
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from PIL import Image

from lessons import explore
from tools.site import explorers, pages

SOLVED = "def twice(x):\n    ### BEGIN SOLUTION\n    return 2 * x\n    ### END SOLUTION\n"
TITLE = new_markdown_cell("# Title")


def page(*cells, repository=None):
    made = pages.page(new_notebook(cells=[TITLE, *cells]), "01_x", lambda name: f"<b>{name}</b>", repository)
    assert "../download/01_x.ipynb" in made.cells[1].source
    return made.cells[2:]


def code(source, *outputs, **name):
    return new_code_cell(source, outputs=list(outputs), **name)


def printed(text):
    return new_output("stream", text=text)


def test_a_solution_waits_behind_a_click_and_its_marks_are_gone():
    (cell,) = page(code(SOLVED))

    assert cell.source == "def twice(x):\n    return 2 * x\n"
    assert cell.metadata["tags"] == ["hide-input"]
    assert cell.metadata["mystnb"]["code_prompt_show"] == "One solution"


def test_a_prediction_is_asked_before_its_answer():
    source = '# "a" or "b"\n### BEGIN SOLUTION\nprediction = "b"\n### END SOLUTION\ntodo.x.predict(prediction)'
    asked, result, reveal, after = page(
        code(source, printed("You said b."), id="x-prediction"),
        code("run()", printed("It is b.")),
        code("todo.x.reveal()", printed("b, since"), id="x-reveal"),
        code("go_on()", printed("on")),
    )

    assert asked.source == '# "a" or "b"\nprediction = ...\ntodo.x.predict(prediction)'
    assert asked.outputs == []
    assert result.metadata["tags"] == reveal.metadata["tags"] == ["hide-output"]
    assert "tags" not in after.metadata


def test_a_picture_is_described_once_and_as_wide_as_it_should_be():
    data = {"image/png": "iVBORw0KGgo=", "text/html": "<img>", "text/plain": "Two atoms:\n1 and 2."}
    figure = new_output("display_data", data, metadata={"image/png": {"width": 300, "height": 100}})
    (cell,) = page(code("draw()", figure, printed("rank 2\n")))

    assert cell.metadata["mystnb"]["image"] == {"alt": "Two atoms: 1 and 2.", "width": "300px"}
    assert list(cell.outputs[0].data) == ["image/png"]
    assert cell.outputs[1].text == "rank 2\n"


def test_an_explorer_takes_the_place_of_the_widget():
    (cell,) = page(code("explore.lego()", printed("Explorer, at its start.")))
    assert [output.data for output in cell.outputs] == [{"text/html": "<b>lego</b>"}]


def test_binder_opens_the_notebook_where_the_repository_is_known():
    made = pages.page(new_notebook(cells=[TITLE]), "01_x", None, "anna/lesson")
    assert "https://mybinder.org/v2/gh/anna/lesson/HEAD?labpath=notebooks/01_x.ipynb" in made.cells[1].source


def sentences(html):
    return json.loads(re.search(r'<script type="application/json">(.*)</script>', html).group(1))


def test_frames_are_what_the_notebooks_explorer_shows(tmp_path):
    html = explorers.write("lego", tmp_path / "lego", "there")
    box = explore.lego()
    box.controls["set_1"].value, box.controls["set_2"].value = 2, 3
    frame = 4 * 2 + 3

    assert len(sentences(html)) == len(list((tmp_path / "lego").iterdir())) == 16
    assert sentences(html)[frame] in box.text.value
    assert np.array_equal(
        np.asarray(Image.open(tmp_path / "lego" / f"{frame}.webp").convert("RGB")),
        np.asarray(
            Image.open(io.BytesIO(base64.b64decode(box.picture.value.split('"')[1].partition(",")[2]))).convert("RGB")
        ),
    )


def test_the_page_starts_where_the_notebook_starts(tmp_path):
    html = explorers.write("lego", tmp_path / "lego", "there")

    assert 'src="there/4.webp"' in html and "1 × set 1 + 0 × set 2" in sentences(html)[4]
    assert re.findall(r'aria-valuetext="(\d+)" data-values="0 1 2 3"', html) == ["1", "0"]
    assert html.count("<label>") == 2 and "set 1</span>" in html


def test_an_explorer_that_is_not_offered_stands_still(tmp_path):
    html = explorers.write("valley", tmp_path / "valley", "there")

    assert len(list((tmp_path / "valley").iterdir())) == 1
    assert "<input" not in html and 'role="status"' in html


@pytest.mark.parametrize("name", explorers.OFFERED)
def test_every_offered_value_is_one_that_the_notebook_offers(name):
    box = getattr(explore, name)()
    for control, values in explorers.OFFERED[name].items():
        widget = box.controls[control]
        assert widget.value in list(values)
        if hasattr(widget, "options"):
            assert set(values) <= set(widget.options)
        elif hasattr(widget, "min"):
            assert widget.min <= min(values) and max(values) <= widget.max
            assert all((value - widget.min) % widget.step == 0 for value in values)


def test_the_script_is_short():
    script = Path(explorers.__file__).parent / "static" / "explorers.js"
    assert len(script.read_text(encoding="utf-8").splitlines()) <= 60
