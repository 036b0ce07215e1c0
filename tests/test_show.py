"""What the check shows, of a stand-in for a verdict: as HTML and as plain text."""

import html
import re
from types import SimpleNamespace

import numpy as np
import pytest

from lessons import show

WHY = "`Q` was updated with the old `P`: take the newest value of the other factor, or the loss may rise."


class Trial:
    """An exercise as far as a verdict shows it."""

    name, title, minutes, core = "double", "twice the vector", 1, True
    hints, rung, latest = ("think", "2 x", "`return ... * x`"), 0, None

    def __repr__(self):
        return "0.1 double"


def verdict_of(status="wrong", reason=WHY, example=None, rung=0):
    exercise = Trial()
    exercise.rung = rung
    return SimpleNamespace(exercise=exercise, status=status, reason=reason, example=example)


def example_of(came, expected, **arguments):
    return SimpleNamespace(arguments=arguments, came=came, expected=expected)


def shown(example):
    verdict = verdict_of(example=example)
    return show.verdict_card(verdict), show.verdict_text(verdict)


def words(page):
    """What one reads of HTML, on one line."""
    spaced = re.sub("<(?!/?code)[^>]+>", " ", page)
    return " ".join(html.unescape(re.sub("<[^>]+>", "", spaced)).split())


def test_the_reason_comes_first_then_the_example_then_what_helps():
    example = example_of(np.array([1.0, 4]), np.array([2.0, 4]), x=np.array([1.0, 2]))
    card, text = shown(example)
    order = [
        "0.1 double: not yet",
        "was updated",
        show.EXAMPLE,
        "it returned",
        "it should return",
        "hint()",
        "Borrowed",
    ]

    assert [text.index(word) for word in order] == sorted(text.index(word) for word in order)
    assert [card.index(word) for word in order] == sorted(card.index(word) for word in order)


def test_the_example_is_behind_a_click():
    card, _ = shown(example_of(np.array([1.0, 4]), np.array([2.0, 4]), x=np.array([1.0, 2])))
    behind = card[card.index("<details") : card.index("</details>")]

    assert behind.count("<table") == card.count("<table") == 3
    assert "open" not in behind.split(">")[0]


def test_page_and_text_say_the_same_words():
    card, text = shown(example_of(np.array([1.0, 4]), np.array([2.0, 4]), x=np.array([1.0, 2]), steps=3))

    for sign, word in (("`", ""), ("1*", "1 ✗"), ("(* is off)", ""), (f"{show.EXAMPLE}:", show.EXAMPLE)):
        text = text.replace(sign, word)

    assert sorted(words(card).split()) == sorted(text.split())


def test_what_is_off_is_marked_by_a_sign_and_in_bold_and_nothing_else_is():
    card, text = shown(example_of(np.array([[1.0, 5], [3, 4]]), np.array([[1.0, 2], [3, 4]]), x=2.0))

    assert card.count('aria-label="is off"') == card.count("font-weight: bold") == 1
    assert re.search(r'font-weight: bold[^>]*>5 <span role="img" aria-label="is off">', card)
    assert text.count("*") == 2  # the entry and what the star means
    assert "5*" in text


def test_a_difference_of_rounding_is_not_marked():
    card, text = shown(example_of(np.array([1e-9, 5.0]), np.array([0.0, 7.0]), x=np.array([3.0])))

    assert card.count("is off") == 1
    assert "5*" in text and "1e-09*" not in text


@pytest.mark.parametrize(
    ("came", "expected", "digits"),
    [
        (1e8, 1e8 + 100, ("100000000", "100000100")),
        (0.123456, 0.123412, ("0.1235", "0.1234")),
        (1 / 3, 0.5, ("0.333", "0.5")),
        (100.04, 100.0, ("100.04", "100")),
        (12345.678, 54321.0, ("12346", "54321")),
        (1.5e-7, 2e-7, ("1.5e-07", "2e-07")),
        (np.nan, 2, ("nan", "2")),
        (-0.0, 2, ("0", "2")),
        (np.float32(0.1), np.float32(0.25), ("0.1", "0.25")),
        (np.array([True]), np.array([False]), ("True", "False")),
    ],
)
def test_numbers_have_as_few_digits_as_tell_them_apart(came, expected, digits):
    _, text = shown(example_of(came, expected, x=1))

    assert f"{digits[0]}*" in text
    assert re.search(rf"(?<![\d.]){re.escape(digits[1])}(?![\d.])", text)


def test_a_large_array_is_shown_around_the_first_entry_that_is_off():
    expected = np.arange(600.0).reshape(20, 30)
    came = expected.copy()
    came[11, 17] = -1
    card, text = shown(example_of(came, expected, X=expected))

    assert "it returned (20 × 30)" in card and "it returned (20 × 30)" in text
    assert all(f"[{index}]" in text for index in (9, 11, 15, 17, 21))
    assert "[8]" not in text and "[22]" not in text
    assert "-1*" in text
    assert card.count("<td") <= 3 * (7 * 7 + 1)
    assert max(map(len, text.splitlines())) <= show.WIDTH


def test_the_last_entry_of_a_long_vector_is_shown():
    expected = np.arange(50.0)
    _, text = shown(example_of(np.append(expected[:-1], 7), expected, x=expected))

    assert "[49]" in text and "7*" in text


def test_the_parts_of_a_pair_are_compared_one_by_one():
    pair = (np.array([[1.0, 2]]), np.array([[3.0], [4]]))
    card, text = shown(example_of((pair[0], pair[1] + 1), pair, P=pair[0], Q=pair[1]))

    assert "it returned, 1 of 2 (1 × 2)" in text and "it should return, 2 of 2 (2 × 1)" in text
    assert card.count("is off") == 2 and "4*" in text and "5*" in text


def test_nothing_is_marked_where_several_results_are_right():
    card, text = shown(example_of((np.array([1.0]), np.array([2.0])), None, x=1))

    assert "it should return" not in card + text
    assert "is off" not in card + text


@pytest.mark.parametrize(
    ("came", "said"),
    [
        (None, "None"),
        ((1, 2), "a tuple of 2"),
        ([2, 4], "a list of 2"),
        (object(), "a object"),
        (np.array(["a"]), "an array of <U1 of shape (1,)"),
        (np.zeros((2, 2, 2)), "an array of float64 of shape (2, 2, 2)"),
        (1 + 2j, "(1+2j)"),
    ],
)
def test_what_is_no_table_is_said_in_words_and_marked(came, said):
    card, text = shown(example_of(came, np.array([2.0, 4]), x=1))

    assert html.escape(said) in card and f"{said} *" in text


def test_a_result_of_another_shape_is_marked_as_a_whole():
    card, text = shown(example_of(np.array([[2.0], [4]]), np.array([2.0, 4]), x=1))

    assert "it returned (2 × 1)" in text and "it should return (2)" in text
    assert card.count("is off") == 2


def test_an_error_is_told_instead_of_a_result_and_cut_between_words():
    error = "ValueError: the inner sizes of this product, 2 and 3, should be equal. " * 3
    card, text = shown(example_of(error, np.array([2.0]), x=1))

    assert "it stopped with" in card and "it stopped with" in text
    assert max(map(len, text.splitlines())) <= show.WIDTH


def test_an_error_that_the_reason_tells_is_told_once():
    error = "ValueError: the inner sizes of this product, 2 and 3, should be equal."
    verdict = verdict_of("error", f"{error} Is a `.T` missing?", example_of(error, None, x=np.array([1.0, 2])))

    assert "it stopped with" not in show.verdict_card(verdict) + show.verdict_text(verdict)
    assert "x (2)" in show.verdict_card(verdict) and "x (2)" in show.verdict_text(verdict)


def test_text_is_broken_at_words_only():
    text = show.verdict_text(verdict_of(reason="Supercalifragilisticexpialidocious non-negative factors " * 9))

    assert max(map(len, text.splitlines())) <= show.WIDTH
    assert not [line for line in text.splitlines() if line.endswith("-")]
    assert text.count("Supercalifragilisticexpialidocious") == 9


def test_the_solution_is_offered_after_the_last_hint_only():
    before, after = show.verdict_text(verdict_of(rung=2)), show.verdict_text(verdict_of(rung=3))

    assert "todo.double.hint()" in before and "solution()" not in before
    assert "todo.double.solution()" in after and "hint()" not in after


def test_example_is_offered_where_there_is_one():
    assert "example()" not in show.verdict_text(verdict_of())
    assert "todo.double.example()" in shown(example_of(1.0, 2.0, x=1))[1]


def test_correct_has_a_mark_and_nothing_that_would_help():
    verdict = verdict_of("correct", "")

    assert show.verdict_text(verdict) == "✓ 0.1 double: correct"
    assert words(show.verdict_card(verdict)) == "✓ 0.1 double: correct"


def test_every_status_has_a_word_a_mark_and_a_colour():
    assert set(show.WORDS) == set(show.MARKS) == set(show.COLOURS)


def test_what_a_student_wrote_is_escaped():
    card, _ = shown(example_of("ValueError: <script>", np.array([2.0]), x="<b>"))
    reason = show.verdict_card(verdict_of(reason="<script> & `<i>`"))

    assert "<script>" not in card + reason and "<b>" not in card and "<i>" not in reason
    assert "<code>&lt;i&gt;</code>" in reason


def test_a_note_keeps_the_words_of_its_code():
    note = show.Note("0.1 double: one solution", "", "def double(x):\n    return 2 * x < 3")

    assert "white-space: pre-wrap; word-break: normal" in note._repr_html_()
    assert "2 * x &lt; 3" in note._repr_html_() and "2 * x < 3" in repr(note)


def test_progress_has_a_mark_beside_the_word_and_lies_left():
    exercise = Trial()
    exercise.latest = verdict_of("correct", "")
    made, open_one = SimpleNamespace(name="terraces", choice="rises"), SimpleNamespace(name="floor", choice=None)
    table = show.Progress([exercise, Trial()], [made, open_one])

    assert repr(table).splitlines() == [
        "0.1 double  twice the vector  1 min  core  ✓ correct",
        "0.1 double  twice the vector  1 min  core    not checked",
        "1 of 2 correct",
        'predicted  terraces: "rises"',
        "predicted  floor: not yet",
    ]
    assert words(table._repr_html_()).endswith('not checked predicted terraces: "rises" predicted floor: not yet')
    assert table._repr_html_().count("text-align: left") == 16
