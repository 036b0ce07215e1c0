"""What every exercise of every notebook owes its students."""

import functools
import importlib
import inspect
import re

import numpy as np
import pytest
import student_answers

from lessons import answers, factorise, mistakes
from lessons.exercises import faces, lego, scaling

NOTEBOOKS = ["lego", "scaling", "faces", "nmf", "one_objective", "how_many_atoms"]
MODULES = [importlib.import_module(f"lessons.exercises.{name}") for name in NOTEBOOKS]
EXERCISES = [exercise for module in MODULES for exercise in module.exercises]
MISTAKES = [(exercise, key) for exercise in EXERCISES for key in exercise.mistakes]
# Each notebook's own tests hold its answers as students write them.
ANSWERS = [importlib.import_module(f"test_exercises_{module.__name__.rpartition('.')[2]}") for module in MODULES]
ACCEPTED = [row for module in ANSWERS for row in module.ACCEPTED]
RECOGNISED = [row for module in ANSWERS for row in module.RECOGNISED]
COLLECTED = [answer for notebook in student_answers.NOTEBOOKS for answer in student_answers.read(notebook)]


def name_of(value):
    return value if isinstance(value, str) else getattr(value, "name", None) or getattr(value, "__name__", None)


@pytest.mark.parametrize("exercise", EXERCISES, ids=name_of)
def test_the_reference_in_a_students_hands_is_correct(exercise):
    own = functools.wraps(exercise.reference)(lambda *args, **kwargs: exercise.reference(*args, **kwargs))

    verdict = exercise.verdict(own)

    assert (verdict.status, verdict.mistake) == ("correct", None), verdict.message


@pytest.mark.parametrize("exercise", EXERCISES, ids=name_of)
def test_the_reference_itself_is_borrowed(exercise):
    assert exercise.verdict(exercise.reference).status == "borrowed"


@pytest.mark.parametrize(("exercise", "key"), MISTAKES, ids=name_of)
def test_every_edit_of_a_known_mistake_applies_and_is_recognised_by_name(exercise, key):
    known = exercise.known
    for edit in exercise.mistakes[key].edits:
        made = [source for way in known.sources if (source := mistakes.apply(edit, way)) not in (None, way)]
        answers = [answer for source in made if (answer := mistakes.compiled(source))]
        verdicts = [exercise.verdict(answer) for answer in answers]

        assert any(key in verdict.mistakes for verdict in verdicts), (edit, [verdict.mistakes for verdict in verdicts])
        assert any(exercise.sentence(key) in verdict.reason for verdict in verdicts)


@pytest.mark.parametrize("exercise", EXERCISES, ids=name_of)
def test_no_two_known_mistakes_do_the_same(exercise):
    @answers.quiet()
    def does(source):
        outcomes = [exercise.known.result(source, case) for case in [*exercise.cases, *exercise.edges]]
        return [(answers.said(came.error), came.changed, repr(came.value)) for came in outcomes]

    known = exercise.known
    for way in known.sources:
        seen = {}
        for key, mistake in exercise.mistakes.items():
            for source in {mistakes.apply(edit, way) for edit in mistake.edits} - {None, way}:
                # What shows in the cases; a law may tell apart what does not.
                if mistakes.compiled(source) and does(source) != does(way):
                    assert seen.setdefault(str(does(source)), key) == key


@pytest.mark.parametrize(("exercise", "answer"), ACCEPTED, ids=name_of)
def test_right_answers_are_accepted_in_any_style(exercise, answer):
    verdict = exercise.verdict(answer)

    assert verdict.status == "correct", verdict.message


@pytest.mark.parametrize(("exercise", "answer", "mistake"), RECOGNISED, ids=name_of)
def test_mistakes_are_recognised_in_any_wording(exercise, answer, mistake):
    verdict = exercise.verdict(answer)

    # A second slip beside it makes the verdict finer.
    assert mistake in (verdict.mistakes or (None,)), verdict.message
    assert verdict.status in ("wrong", "error")


@pytest.mark.parametrize("exercise", EXERCISES, ids=name_of)
def test_every_known_mistake_is_also_tried_in_another_wording(exercise):
    tried = [(other, mistake) for other, _, mistake in RECOGNISED]
    tried += [(answer.exercise, key) for answer in COLLECTED for key in answer.recorded.split(", ")]
    # What two exercises share needs trying in one of them.
    known = {other.mistakes.get(key) for other, key in tried}

    assert [key for key, mistake in exercise.mistakes.items() if mistake not in known] == []


@pytest.mark.parametrize("exercise", EXERCISES, ids=name_of)
def test_whatever_is_returned_gets_a_verdict(exercise):
    right = exercise.reference(*exercise.example().values())
    array = np.asarray(right[0] if isinstance(right, tuple) else right)
    for value in (array > 0, np.ones((3, 4), bool), array.astype(int), array[np.newaxis], (), (array,), (array, None),
                  (array, array, array), [], {}, "text", np.nan, 1j * array, np.array([None]), object()):  # fmt: skip
        verdict = exercise.verdict(lambda *args, value=value, **kwargs: value)

        assert verdict.status == "wrong" or np.array_equal(value, right), value
        assert verdict._repr_html_() and repr(verdict) and verdict.message


@pytest.mark.parametrize("exercise", [lego.code, lego.smallest_error, scaling.update_codes, faces.centre], ids=name_of)
def test_a_law_with_one_right_result_says_what_should_have_come(exercise):
    verdict = exercise.verdict(lambda *case: 1.5 * exercise.reference(*case))

    assert np.allclose(verdict.example.expected, exercise.reference(*verdict.example.arguments.values()))


@pytest.mark.parametrize("exercise", EXERCISES, ids=name_of)
def test_an_untouched_stub_is_not_attempted(exercise):
    assert exercise.verdict(lambda *args, **kwargs: ...).status == "not attempted"


@pytest.mark.parametrize("exercise", EXERCISES, ids=name_of)
def test_a_forgotten_return_is_named(exercise):
    def forgets(*args, **kwargs):
        exercise.reference(*args, **kwargs)

    verdict = exercise.verdict(forgets)

    assert (verdict.status, verdict.mistake) == ("wrong", "returns_nothing")


@pytest.mark.parametrize("exercise", EXERCISES, ids=name_of)
def test_changing_an_argument_in_place_is_named(exercise):
    arrays = [name for name, spec in inspect.signature(exercise.reference).parameters.items() if name.isupper()]
    if not arrays:
        pytest.skip("takes no array by a capital letter")

    def changes(*args, **kwargs):
        result = exercise.reference(*args, **kwargs)
        inspect.signature(exercise.reference).bind(*args, **kwargs).arguments[arrays[0]][...] = 7.5
        return result

    verdict = exercise.verdict(changes)

    assert (verdict.status, verdict.mistake) == ("wrong", "changes_arguments")
    assert f"`{arrays[0]}`" in verdict.message


@pytest.mark.parametrize("exercise", EXERCISES, ids=name_of)
def test_an_exception_is_shown_as_the_students_own(exercise):
    def fails(*args, **kwargs):
        raise ZeroDivisionError("my own doing")

    verdict = exercise.verdict(fails)

    assert verdict.status == "error"
    assert 'in `raise ZeroDivisionError("my own doing")`' in verdict.message


@pytest.mark.parametrize("exercise", EXERCISES, ids=name_of)
def test_the_message_is_one_paragraph_and_never_the_reference(exercise):
    source = inspect.getsource(inspect.unwrap(exercise.reference)).strip().splitlines()[-1].strip()
    for mistake in exercise.known.mistakes.values():
        assert "\n" not in mistake.sentence
        assert len(mistake.sentence) < 350, mistake.sentence
        assert source not in mistake.sentence


@pytest.mark.parametrize("exercise", EXERCISES, ids=name_of)
def test_the_third_hint_typed_with_its_gap_is_told_so(exercise):
    spans = [span for span in re.findall(r"`([^`]+)`", exercise.hints[2]) if re.match(r"for |return|.*= ", span)]
    pair = "return D, A" if "D" in exercise.names else "return P, Q"
    if spans[0].startswith("for"):
        body = "\n        ".join([f"    {spans[0]}", *(span for span in spans[1:] if "= " in span)]) + f"\n    {pair}"
    else:
        # A challenge may stand behind the last line.
        last = next((place for place, span in enumerate(spans) if span.startswith("return")), len(spans))
        body = "\n".join(f"    {span}" for span in (*spans[: last + 1], *([pair] if last == len(spans) else [])))
    scope = {"np": np, **vars(factorise)}
    exec(f"def {exercise.name}({', '.join(exercise.names)}):\n{body}", scope)

    verdict = exercise.verdict(scope[exercise.name])

    assert verdict.status == "not attempted"
    assert "gap is still open" in verdict.reason


@pytest.mark.parametrize("exercise", EXERCISES, ids=name_of)
def test_the_ladder_has_three_rungs_and_ends_in_a_gap(exercise):
    assert len(exercise.hints) == 3
    assert "..." in exercise.hints[2]


def test_exercises_are_numbered_in_order_and_refer_to_factorise():
    for module in MODULES:
        chapter = NOTEBOOKS.index(module.__name__.rpartition(".")[2]) + 1
        numbers = [exercise.number for exercise in module.exercises]

        assert numbers == [f"{chapter}.{i}" for i in range(1, len(numbers) + 1)]
        assert all(getattr(factorise, exercise.name) is exercise.reference for exercise in module.exercises)
        assert all(getattr(module, exercise.name) is exercise for exercise in module.exercises)


def test_the_core_path_fits_a_class_of_40_minutes():
    core = {exercise.number: exercise.minutes for exercise in EXERCISES if exercise.core}

    assert sorted(core) == ["1.2", "1.5", "2.1", "3.4", "4.2", "4.4"]
    assert sum(core.values()) == 40
