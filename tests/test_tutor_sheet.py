"""The tutor's sheet says what the exercises say."""

import importlib
import re

import pytest

from lessons.exercises import lego
from tools import tutor_sheet

EXERCISES = [
    exercise
    for name in tutor_sheet.MODULES
    for exercise in importlib.import_module(f"lessons.exercises.{name}").exercises
]
TEXT = tutor_sheet.sheet()


def timetable(heading):
    """The minutes and the entries of the table under a heading."""
    section = TEXT.partition(f"## {heading}")[2].partition("\n## ")[0]
    return [(int(minute), entry) for minute, entry in re.findall(r"^\| (\d+) \| (.*) \|$", section, flags=re.MULTILINE)]


def test_the_stored_sheet_is_what_the_exercises_make():
    assert tutor_sheet.SHEET.read_bytes() == TEXT.encode("utf-8"), "run python -m tools.tutor_sheet"


def test_there_is_a_question_for_every_exercise_and_none_without_one():
    assert list(tutor_sheet.QUESTIONS) == [exercise.number for exercise in EXERCISES]
    assert all(question.endswith("?") for question in tutor_sheet.QUESTIONS.values())


@pytest.mark.parametrize("exercise", EXERCISES, ids=str)
def test_an_exercise_has_its_minutes_idea_question_and_every_mistake(exercise):
    section = TEXT.partition(f"### {exercise} (")[2].partition("\n#")[0]

    assert section.startswith(f"{exercise.minutes} minutes{', core' * exercise.core})")
    assert exercise.hints[0] in section
    assert tutor_sheet.QUESTIONS[exercise.number] in section
    for key in exercise.mistakes:
        assert exercise.sentence(key) in section


def test_a_prediction_has_its_question_its_choices_and_the_right_one_in_bold():
    for prediction in lego.predictions:
        section = TEXT.partition(f"### Prediction: {prediction.name.replace('_', ' ')}\n")[2].partition("\n#")[0]

        assert prediction.question in section
        assert all(sentence in section for sentence in prediction.choices.values())
        assert re.findall(r"^- \*\*(.*)\*\*: ", section, flags=re.MULTILINE) == [prediction.answer]


@pytest.mark.parametrize("exercise", EXERCISES, ids=str)
def test_a_question_does_not_tell_the_solution(exercise):
    answer = exercise.hints[-1]
    for code in re.findall(r"`([^`]{6,})`", answer):
        assert code not in tutor_sheet.QUESTIONS[exercise.number]


def test_the_hour_is_20_minutes_of_review_and_40_of_the_core_path():
    plan = timetable("An hour: 20 minutes of review, 40 of exercises")
    done = ", ".join(entry.partition(": ")[2] for _, entry in plan if entry.startswith("exercises"))

    assert plan[0][0] == 0 and plan[-1] == (60, "end")
    assert done == ", ".join(str(exercise) for exercise in EXERCISES if exercise.core)
    lengths = [(entry, later - minute) for (minute, entry), (later, _) in zip(plan, plan[1:])]
    assert sum(length for entry, length in lengths if entry.startswith("review")) == 20
    assert sum(length for entry, length in lengths if entry.startswith("exercises")) == 40


def test_the_lab_fills_two_hours_and_what_is_left_out_is_not_core():
    plan = timetable("A lab of two hours")
    done = ", ".join(entry.partition(": ")[2] for _, entry in plan if entry.startswith("exercises"))

    assert plan[-1] == (120, "end")
    later = [*tutor_sheet.HOMEWORK, *(each.number for each in EXERCISES if int(each.number[0]) in tutor_sheet.OPTIONAL)]
    assert done == ", ".join(str(each) for each in EXERCISES if each.number not in later)
    assert not [each for each in EXERCISES if each.core and each.number in tutor_sheet.HOMEWORK]
    assert all(later > minute for (minute, _), (later, _) in zip(plan, plan[1:]))


def test_what_is_optional_is_neither_core_nor_forgotten():
    section = TEXT.partition("## For whom is through early")[2].partition("\n## ")[0]

    for number in tutor_sheet.OPTIONAL:
        exercises = [each for each in EXERCISES if each.number.startswith(f"{number}.")]
        assert not any(each.core for each in exercises)
        assert f"Notebook {number}, " in section
        assert f"{sum(each.minutes for each in exercises)} minutes of exercises" in section
