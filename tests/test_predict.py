"""Predictions commit, remind once, never raise, and afterwards say what each choice gets right."""

import importlib
import re

import nbformat
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lessons.predict import Prediction, parse
from tools import ROOT
from tools.generate import open_prediction

SOLUTIONS = sorted((ROOT / "solutions").glob("*.ipynb"))


@pytest.fixture
def slope():
    return Prediction(
        name="slope",
        question="Where does it go?",
        choices={"up": "Tempting, but no.", "down": "Yes, it falls.", "level": "Only at the end."},
        answer="down",
    )


def test_predictions_are_read_from_a_table(slope):
    read, other = parse("""
        slope: Where does
            it go?
            - up: Tempting,
              but no.
            * down: Yes, it falls.
            - level: Only at the end.
        other: Which?
            - this: No.
            * that: Yes: that.
    """)

    assert (read.name, read.question, read.choices, read.answer) == (
        slope.name, slope.question, slope.choices, slope.answer
    )  # fmt: skip
    assert other.choices["that"] == "Yes: that." and other.answer == "that"


def test_a_choice_is_committed_and_said(slope):
    card = slope.predict("up")

    assert slope.choice == "up"
    assert "up" in repr(card) and "up" in card._repr_html_()


def test_case_and_spaces_around_do_not_matter(slope):
    slope.predict("  Down ")

    assert slope.choice == "down"


def test_a_number_without_quotes_is_its_text():
    prediction = Prediction("beta", "Which?", {"0": "No.", "0.2": "Yes."}, "0.2")

    prediction.predict(0.2)

    assert prediction.choice == "0.2"


def test_a_mind_may_change_until_the_answer_is_shown(slope):
    slope.predict("up")
    slope.predict("level")
    slope.reveal()
    late = slope.predict("down")

    assert slope.choice == "level"
    assert "level" in late.heading


def test_a_missing_one_is_noted_once(slope):
    first, second = slope.predict(...), slope.predict(...)

    assert '"up"' in repr(first) and '"down"' in repr(first) and '"level"' in repr(first)
    assert second is None
    assert slope.choice is None


def test_the_stub_run_again_keeps_what_was_chosen(slope):
    slope.predict("up")

    assert slope.predict(...) is None
    assert slope.choice == "up"


class Unprintable:
    def __repr__(self):
        raise RuntimeError("no text")


@given(
    st.one_of(st.text(), st.none(), st.integers(), st.floats(), st.lists(st.text()), st.builds(object))
    | st.sampled_from([np.arange(100000), Unprintable(), len, 10**5000, "x" * 10**6])
)
def test_whatever_is_typed_nothing_raises_and_the_choices_are_said(value):
    prediction = Prediction("slope", "Where?", {"up": "No.", "down": "Yes."}, "down")

    card = prediction.predict(value)

    assert prediction.choice is None
    assert '"up"' in card.text and '"down"' in card.text and len(card.text) < 300


def test_reveal_tells_the_own_choice_first_then_the_answer_then_the_rest(slope):
    slope.predict("level")
    card = slope.reveal()

    assert "level" in card.heading and "down" in card.heading
    assert [part.split(":")[0] for part in card.text.split("\n\n")] == ["`level`", "`down`", "`up`"]
    assert all(sentence in card.text for sentence in slope.choices.values())


def test_reveal_without_a_choice_begins_with_the_answer(slope):
    card = slope.reveal()

    assert "predicted" not in card.heading
    assert card.text.startswith("`down`: ")


def test_a_stub_is_left_where_a_choice_stood():
    solved = (
        '# "up" or "down"\n### BEGIN SOLUTION\nprediction = "down"\n### END SOLUTION\ntodo.slope.predict(prediction)'
    )

    assert open_prediction(solved) == '# "up" or "down"\nprediction = ...\ntodo.slope.predict(prediction)'


@pytest.mark.parametrize("path", SOLUTIONS, ids=lambda path: path.stem)
class TestNotebook:
    """What a notebook asks is what its module knows."""

    def parts(self, path):
        """The notebook's module of exercises, and its cells by their names."""
        notebook = nbformat.read(path, as_version=4)
        cells = {cell.id: cell for cell in notebook.cells}
        code = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "code")
        module = re.search(r"from lessons\.exercises import (\w+) as todo", code)[1]
        module = importlib.import_module(f"lessons.exercises.{module}")
        if not hasattr(module, "predictions"):
            pytest.skip("asks for no predictions yet")
        return module, cells

    def test_has_two_or_three_in_the_order_of_its_module(self, path):
        module, cells = self.parts(path)
        asked = [re.search(r"todo\.(\w+)\.predict\(", cell.source) for cell in cells.values()]

        assert [found[1] for found in asked if found] == [each.name for each in module.predictions]
        assert 2 <= len(module.predictions) <= 3
        assert all(getattr(module, each.name) is each for each in module.predictions)

    def test_asks_the_question_offers_the_choices_and_tells_afterwards(self, path):
        module, cells = self.parts(path)
        order = list(cells)
        for each in module.predictions:
            name = each.name.replace("_", "-")
            question, cell = cells[f"{name}-question"].source, cells[f"{name}-prediction"].source
            place = order.index(f"{name}-prediction")

            assert " ".join(f"**Predict.** {each.question}".split()) in " ".join(question.split())
            assert order[place - 1] == f"{name}-question"
            assert re.findall(r'"(.*?)"', cell.splitlines()[0]) == list(each.choices)
            assert cells[f"{name}-reveal"].source == f"todo.{each.name}.reveal()"
            assert order.index(f"{name}-reveal") > place + 1, "a result should stand between"

    def test_the_solved_notebook_predicts_right(self, path):
        module, cells = self.parts(path)
        for each in module.predictions:
            cell = cells[f"{each.name.replace('_', '-')}-prediction"].source
            stub = '### BEGIN SOLUTION\nprediction = "{}"\n### END SOLUTION\ntodo.{}.predict(prediction)'

            assert cell.partition("\n")[2] == stub.format(each.answer, each.name)
            assert each.answer in each.choices and 2 <= len(each.choices) <= 4
