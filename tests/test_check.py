"""The check itself, on a small exercise of its own."""

import logging
import runpy
import sys
import time

import numpy as np
import pytest

from lessons import check, show
from lessons.exercises import scaling


def double(x, times=2):
    """Twice x."""
    return times * x


def square(x):
    return x**2


def zero(x):
    return np.sum(x - x)


def total(x):
    return np.sum(x)


def quotient_and_rest(a, b):
    return a // b, a % b


def exercise_of(reference, cases, **more):
    return check.Exercise(
        reference, "0.1", "a trial", 1, "twice the vector", """\n- think\n- 2 x\n- `return ... * x`""", cases, **more
    )


@pytest.fixture
def twice():
    return exercise_of(
        double,
        [(np.array([1.0, 2, 3]),), (np.array([-1.0, 0.5]),)],
        mistakes="""
            squares: ... -> x**2
                That is the square.
            reshapes: ... -> x.reshape(17)
                That reshapes.
            five_columns: ... -> np.ones((4, 5)) @ x
                That has five columns.
        """,
    )


@pytest.mark.parametrize(
    ("answer", "came"),
    [
        (lambda x: 2 * x[:, None, None], "array of shape (3, 1, 1)"),
        (lambda x: (2 * x, 1), "a tuple of 2"),
        (lambda x: 2 * x * np.nan, "NaN"),
        (lambda x: (2 * x).astype(str), "entries are <U"),
        (lambda x: 7, "7"),
        (lambda x: 2 * x + 0.01, "[2.01, 4.01, 6.01]"),
    ],
)
def test_a_wrong_answer_is_told_what_came(twice, answer, came):
    verdict = twice.verdict(answer)

    assert (verdict.status, verdict.mistake) == ("wrong", None)
    assert came in verdict.message
    assert "x = [1, 2, 3]" in verdict.message


@pytest.mark.parametrize(
    ("answer", "key"),
    [
        (lambda x: print(x), "returns_nothing"),
        (lambda x: list(2 * x), "returns_a_list"),
        (lambda x: 2 * x + 1j, "complex_numbers"),
        (lambda x: x > 0, "returns_booleans"),
    ],
)
def test_what_shows_from_outside_has_a_name(twice, answer, key):
    verdict = twice.verdict(answer)

    assert (verdict.status, verdict.mistakes) == ("wrong", (key,))
    assert verdict.reason == check.SENTENCES[key]


def test_kind_is_looked_at_before_shape_and_shape_before_numbers(twice):
    assert "It should return an array" in twice.verdict(lambda x: (np.nan,)).message
    assert "of shape (3,)" in twice.verdict(lambda x: np.full((2, 2), np.nan)).message


def test_what_was_expected_is_said_in_words_but_not_in_numbers(twice):
    message = twice.verdict(lambda x: x + 10).message

    assert "It should return twice the vector." in message
    assert "[2, 4, 6]" not in message


def test_a_small_slip_within_rounding_passes_and_a_larger_one_does_not(twice):
    assert twice.verdict(lambda x: 2 * x + 1e-7).status == "correct"
    assert twice.verdict(lambda x: 2 * x + 1e-3).status == "wrong"


def test_the_tolerance_follows_what_should_come_out_not_what_goes_in():
    tiny = exercise_of(square, [(np.array([1e-3, 2e-3]),)])

    assert tiny.verdict(lambda x: x**2 * 1.0000001).status == "correct"
    assert tiny.verdict(lambda x: x * 0).status == "wrong"


def test_a_zero_may_come_out_as_the_root_of_rounding():
    nothing = exercise_of(zero, [(np.array([1000.0, 3]),)])

    assert nothing.verdict(lambda x: 1e-5).status == "correct"
    assert nothing.verdict(lambda x: 1e-2).status == "wrong"


class Broken:
    """Nothing can be asked of it."""

    def __repr__(self):
        raise ValueError("no words")

    def __array__(self, *args, **kwargs):
        raise ValueError("no numbers")


@pytest.mark.parametrize("kind", [np.matrix, np.ma.array, lambda x: Broken()])
def test_what_only_looks_like_an_array_is_refused_by_name(twice, kind):
    verdict = twice.verdict(lambda x: kind(2 * x))

    assert verdict.status == "wrong"
    assert verdict.mistake == "another_kind_of_array" or "Broken" in verdict.message


def test_an_error_is_not_taken_for_another_of_the_same_kind(twice):
    def raises(x):
        raise ValueError("something else")

    assert twice.verdict(lambda x: np.reshape(x, 17)).mistake == "reshapes"
    assert twice.verdict(raises).mistake is None


def test_what_the_answer_prints_does_not_bury_the_verdict(twice, capsys):
    twice.verdict(lambda x: print("debugging") or 2 * x)

    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    ("product", "plainly"),
    [
        (lambda x: np.ones((4, 2)) @ x, "the inner sizes of this product, 2 and 3, should be equal"),
        (lambda x: np.ones((4, 2)).dot(x), "the inner sizes of this product, 2 and 3, should be equal"),
        (lambda x: np.ones((4, 2)) * x, "entry by entry, (4,2) and (3,) do not fit"),
        (lambda x: 2 * x if x > 0 else x, "needs one True or False and got a whole array"),
    ],
)
def test_numpys_words_on_shapes_are_put_plainly(twice, product, plainly):
    assert plainly in twice.verdict(product).message


def test_a_large_result_is_told_where_it_goes_wrong_first():
    many = exercise_of(square, [(np.arange(30.0).reshape(5, 6),)])
    message = many.verdict(lambda x: np.where(x == 8, 0, x**2)).message

    assert "an array of shape (5, 6), the right one, but from entry [1, 2] = 0 on the values are off" in message


def test_an_argument_that_is_never_used_is_named(twice):
    x = np.array([5.0, 6, 7])

    wrong = twice.verdict(lambda y: 2 * x)
    error = twice.verdict(lambda y: 2 * x.reshape(17))
    used = [
        twice.verdict(lambda y: y + x),
        twice.verdict(lambda y: np.array([[k * each for each in x] for k in y])),
        twice.verdict(lambda *args: 3 * args[0]),
    ]

    assert (wrong.status, error.status) == ("wrong", "error")
    assert "never uses its argument `y`" in wrong.message
    assert "never uses its argument `y`" in error.message
    assert all(verdict.status == "wrong" and "never uses" not in verdict.message for verdict in used)


def test_a_long_error_is_cut(twice):
    def fails(x):
        raise ValueError(np.zeros((99, 99)))

    assert len(twice.verdict(fails).message) < 400


def test_numpy_scalars_and_0d_arrays_are_numbers():
    adding = exercise_of(total, [(np.array([1.0, 2]),)])

    for kind in (float, np.float32, np.array):
        assert adding.verdict(lambda x, kind=kind: kind(np.sum(x))).status == "correct"
    assert adding.verdict(lambda x: np.array([np.sum(x)])).status == "wrong"


@pytest.mark.parametrize(
    "source", ["pass", '"""Only a docstring."""', "...", "return ...", "raise NotImplementedError"]
)
def test_an_empty_body_is_not_attempted(twice, source, tmp_path):
    path = tmp_path / "stub.py"
    path.write_text(f"def double(x):\n    {source}")
    scope = runpy.run_path(path)

    assert twice.verdict(scope["double"]).status == "not attempted"


def test_a_half_filled_pair_is_not_attempted():
    pair = exercise_of(quotient_and_rest, [(np.array([7.0]), np.array([2.0]))])
    verdict = pair.verdict(lambda a, b: (a // b, ...))

    assert verdict.status == "not attempted"
    assert "One gap is still open" in verdict.message


def test_a_change_in_place_is_told_beside_a_wrong_result(twice):
    def halves(x):
        x /= 2
        return x

    verdict = twice.verdict(halves)

    assert verdict.status == "wrong"
    assert "It changed its argument `x`." in verdict.message


def test_errors_of_one_kind_with_other_sizes_are_not_the_same_mistake(twice):
    assert twice.verdict(lambda x: np.ones((4, 5)).dot(x)).mistake == "five_columns"
    assert twice.verdict(lambda x: np.ones((4, 6)) @ x).mistake is None


def test_an_error_names_the_line_and_the_arguments(twice):
    def fails(x):
        y = x.reshape(17)
        return y

    verdict = twice.verdict(fails)

    assert verdict.status == "error"
    assert "ValueError" in verdict.message
    assert "`y = x.reshape(17)`" in verdict.message
    assert "x = [1, 2, 3]" in verdict.message
    assert "Traceback" not in verdict.message


def test_a_function_of_other_arguments_is_told_the_signature(twice):
    assert "It could not be called as `double(x, times)`." in twice.verdict(lambda: 3).message


def test_something_that_is_no_function_is_told_so(twice):
    verdict = twice.verdict(np.array([2.0, 4, 6]))

    assert verdict.status == "wrong"
    assert "check(double)" in verdict.message


def test_leaving_the_process_is_an_error_of_the_answer(twice):
    assert twice.verdict(lambda x: sys.exit(3)).status == "error"


def test_an_interrupt_passes_through(twice):
    def interrupted(x):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        twice.verdict(interrupted)


def test_a_changed_argument_is_named_even_when_the_value_is_right(twice):
    def in_place(x):
        x *= 2
        return x

    verdict = twice.verdict(in_place)

    assert (verdict.status, verdict.mistake) == ("wrong", "changes_arguments")
    assert "argument `x`" in verdict.message


def test_warnings_of_the_answer_do_not_reach_the_notebook(twice, recwarn):
    twice.verdict(lambda x: x / np.zeros(len(x)))

    assert not recwarn.list


def test_check_returns_the_answer_only_when_it_is_right(twice, capsys):
    def own(x):
        return x + x

    assert twice.check(own) is own
    assert twice.check(lambda x: x**2) is twice.reference
    assert twice.check(twice.reference) is twice.reference
    assert capsys.readouterr().out.splitlines()[0] == "✓ 0.1 double: correct"


def test_the_reason_comes_first_and_then_the_example(twice):
    verdict = twice.verdict(lambda x: x**2)

    assert verdict.reason == "That is the square."
    assert verdict.message == "That is the square. For x = [1, 2, 3] it returned [1, 4, 9]."
    assert repr(verdict).index("That is the square.") < repr(verdict).index("it returned")
    assert verdict.example.arguments["x"].tolist() == [1, 2, 3]
    assert verdict.example.expected.tolist() == [2, 4, 6]


def test_the_example_can_be_tried_by_hand(twice):
    before = twice.example()
    twice.check(lambda x: np.where(x < 0, 0, 2 * x))
    given = twice.example()
    given["x"] += 1

    assert before["x"].tolist() == [1, 2, 3]
    assert twice.example()["x"].tolist() == [-1, 0.5]


def test_two_slips_at_once_are_both_named(twice):
    verdict = twice.verdict(lambda x: -(x**2))

    assert verdict.mistakes == ("squares", "negated")
    assert verdict.reason.startswith("Two slips at once. First: That is the square. Second: ")


def test_what_is_nearly_right_is_told_how_far_it_is_off(twice):
    assert (
        "Nearly right: no number is off by more than 0.0002 of the largest one"
        in twice.verdict(lambda x: 2 * x + 1e-3).reason
    )
    assert "off by up to 3e-06" in twice.verdict(lambda x: 2 * x + 5e-6).reason


def test_a_gap_in_an_index_is_told_and_an_ellipsis_that_belongs_is_not(twice):
    assert "gap is still open" in twice.verdict(lambda x: 2 + x[...]).reason
    assert twice.verdict(lambda x: 2 * x[..., 0:]).status == "correct"
    assert "gap" not in twice.verdict(lambda x: 3 * x[..., 0:]).reason


def test_a_missing_name_is_told_what_to_write(twice):
    assert "Write `np.sqrt`." in twice.verdict(lambda x: sqrt(x)).message  # noqa: F821
    assert "write `np.sqrt`" in twice.verdict(lambda x: math.sqrt(x)).message  # noqa: F821


def test_an_error_that_does_not_know_its_words_is_the_answers_own(twice):
    class Speechless(BaseException):
        def __str__(self):
            raise RuntimeError

    def fails(x):
        raise Speechless

    assert twice.verdict(fails).status == "error"
    assert "Speechless" in twice.verdict(fails).message


def test_an_interrupt_leaves_the_reference_and_says_so(twice, capsys):
    def interrupted(x):
        raise KeyboardInterrupt

    assert twice.check(interrupted) is twice.reference
    assert "You interrupted the check while your function ran in `raise KeyboardInterrupt`" in " ".join(
        capsys.readouterr().out.split()
    )


def test_an_answer_that_takes_long_is_said_to_run_still(twice, capsys, monkeypatch):
    monkeypatch.setattr(check, "PATIENCE", 0.01)

    twice.check(lambda x: time.sleep(0.1) or 2 * x)

    assert "your function still runs, on x = [1, 2, 3]" in capsys.readouterr().out


@pytest.mark.parametrize("where", ["stdout", "stderr"])
def test_nothing_an_answer_writes_reaches_the_page(twice, capsys, where):
    def noisy(x):
        print("debugging", file=getattr(sys, where))
        logging.getLogger("mine").warning("careful")
        return 2 * x

    twice.verdict(noisy)

    assert capsys.readouterr() == ("", "")
    assert not logging.root.manager.disable


def test_html_in_a_message_is_escaped(twice):
    def fails(x):
        raise ValueError("<script>")

    assert "<script>" not in twice.verdict(fails)._repr_html_()


def test_hints_climb_and_the_solution_shows_the_source(twice, capsys):
    for _ in range(4):
        twice.hint()
    twice.solution()
    shown = capsys.readouterr().out

    assert shown.count("hint 1 of 3\nthink") == 1
    assert shown.count("hint 3 of 3") == 2
    assert "return times * x" in shown


def test_progress_follows_the_latest_check(twice, capsys):
    rows = [repr(show.Progress([twice]))]
    for answer in (lambda x: ..., lambda x: x**2, lambda x: 2 * x, twice.reference):
        twice.check(answer)
        rows.append(repr(show.Progress([twice])))

    words = ["not checked", "borrowed", "not yet (borrowed)", "correct", "borrowed"]
    assert [row.splitlines()[0].split("1 min")[1].strip(" ✓✗–") for row in rows] == words
    assert rows[3].endswith("1 of 1 correct")
    capsys.readouterr()
    show.progress([twice])
    assert capsys.readouterr().out.strip() == rows[-1]


def test_of_two_results_the_right_one_is_told():
    def squared_lengths_for_the_codes(D, A):
        lengths = np.maximum(np.linalg.norm(D, axis=0), 1e-9)
        return D / lengths, A * lengths[:, np.newaxis] ** 2

    assert "the first result is right" in scaling.normalise_atoms.verdict(squared_lengths_for_the_codes).reason
    assert "result is right" not in scaling.normalise_atoms.verdict(lambda D, A: (2 * D, A)).reason
