"""Write the tutor's sheet, tutor/sheet.md, from the exercises: ``python -m tools.tutor_sheet``.

What the exercises know (minutes, idea, mistakes) is taken from them. Only what a tutor may ask stands here.
"""

import importlib
import re

from lessons.mistakes import FROM_OUTSIDE
from tools import ROOT

SHEET = ROOT / "tutor" / "sheet.md"

MODULES = ["lego", "scaling", "faces", "nmf", "one_objective", "how_many_atoms"]
OPTIONAL = [6]  # notebooks that neither the class nor the lab has time for

CLASS_REVIEW_MINUTES = 20
LAB_MINUTES = 120
# What a lab of two hours leaves for home: nothing later in the lesson is harder to follow without it.
HOMEWORK = ["2.2", "4.5", "5.3", "5.4"]

# For a student who is stuck: a question that leads on, and tells nothing that the student cannot find.
_QUESTIONS = """
1.1: Take the first column of A. What does it say about the first model, in packs and sets? And the second column?
1.2: Suppose you had the best code. What would the residual look like, seen from each atom? Could an atom still help?
1.3: If one entry is off by +3 and another by -3, how wrong is the mixture? What does your formula say of that?
1.4: What does your function give for a matrix with a single entry, -4? For [[3, 4]]? And should it matter whether that
    is a row or a column?
1.5: Copy every sample once, so that there are twice as many. Should the objective change? Does yours?
1.6: With k as large as the rank, what must the answer be? And with k = 0? Which singular values are left then?
2.1: You multiply all atoms by 2. What has to happen to the codes so that nobody notices? Which matrix does that, and on
    which side of A does it stand?
2.2: An atom of length 5 becomes one of length 1. Who makes up for the factor of 5, and which entries of A are that?
    What about an atom of length 0?
2.3: How would you code one column? Does anything in that sentence depend on the other columns?
2.4: Write X ~ D A and transpose both sides. What is the unknown now, and on which side does it stand?
2.5: After you have changed the codes, is the dictionary still the best one for them? What will you do about it, and how
    often?
3.1: What is the mean of a row of your result, and of a column? Which should be zero? Which mean did you take first, and
    of what did you take the second?
3.2: Make P twice as large and Q half as large. Which part of the loss stays, which one changes? How many times does the
    penalty count p_11?
3.3: How can you find out whether a gradient is right without knowing the formula? What happens to the loss when you
    nudge one entry of P by 0.0001?
3.4: Print the loss after every step. What do you expect to see, and what do you see? From which P is the residual that
    you use for Q?
4.1: Which shapes do D^T X and D^T D A have? If D A were equal to X, what should the gradient be?
4.2: When the model already fits, what should each entry be multiplied by? And when it gives too little? What does 0
    become?
4.3: The loss went from 1,000,000 to 999,999. Settled? And from 2 to 1? And from 2 to 3? Which number tells them apart?
4.4: Which pair does your function hold when the loop stops: the newest, or the one before? How would you see it if it
    stopped too soon?
4.5: Take a vector with one single entry, and one with four equal entries. What are l1 and l2 for each? Which of the two
    is sparse?
5.1: An atom ten times as long as the others: how often is it the one with the largest inner product? How often is it
    the nearest?
5.2: Draw a cloud of points far from the origin. Where does the first singular vector point? Where would you like it to
    point? What has to be done first?
5.3: Project a sample that is equal to the mean. What should come back? What does yours give?
5.4: Measure the faces in percent instead of shares, so that all numbers are 100 times as large. Should the relative
    error change? Does yours?
6.1: Change a number of R that is hidden. Which entries of your result may change? What stands below the line for a row
    of which only one entry was seen?
6.2: Suppose the model has learned every seen entry by heart and guesses zero everywhere else. What should your function
    say of it? What does it say?
6.3: Rename the groups of one run, 0 to 7 and 1 to 3. What should happen to the result? What should stand on its
    diagonal?
"""
QUESTIONS = dict(" ".join(each.split()).split(": ", 1) for each in re.split(r"\n(?=\d)", _QUESTIONS.strip()))


def sheet():
    """The text of the tutor's sheet."""
    notebooks = {number: importlib.import_module(f"lessons.exercises.{name}") for number, name in enumerate(MODULES, 1)}
    taught = {number: notebook for number, notebook in notebooks.items() if number not in OPTIONAL}
    parts = [
        "# The tutor's sheet\n\n<!-- Made by `python -m tools.tutor_sheet` from lessons/exercises; do not edit. -->",
        "For every exercise: the minutes it takes, the idea behind it, a question to ask instead of telling, and the "
        "mistakes that students make with the sentence that the check says to each. `python -m tools.review` counts which "
        "of them your class made.",
        "Predictions are not scored. Let everybody choose, count hands, let neighbours talk each other round, count again, "
        "and only then run the next cell. Why a choice is tempting is worth more than which one is right (here in bold).",
        _class_plan(taught),
        _lab_plan(taught),
        _for_later(notebooks),
        "## Mistakes in any exercise",
        _mistakes((key, mistake.sentence) for key, mistake in FROM_OUTSIDE.items()),
    ]
    for number, notebook in notebooks.items():
        parts += [f"## Notebook {number}: {_subject(notebook)}"]
        parts += [*map(_prediction, notebook.predictions), *map(_exercise, notebook.exercises)]
    return "\n\n".join(parts) + "\n"


def _class_plan(notebooks):
    core = {number: [each for each in notebook.exercises if each.core] for number, notebook in notebooks.items()}
    work = sum(_minutes(exercises) for exercises in core.values())
    review = CLASS_REVIEW_MINUTES // len(notebooks)
    table = _timetable((number, _subject(notebook), review, core[number]) for number, notebook in notebooks.items())
    return (
        f"## An hour: {review * len(notebooks)} minutes of review, {work} of exercises\n\n"
        "The core path. You present each notebook from its slides: in four minutes that is the opening question, "
        "one figure and the prediction that goes with it, and the rest of the deck is for the lab. Then the class does the "
        f"core exercises; everything else stays borrowed, so all cells run.\n\n{table}"
    )


def _lab_plan(notebooks):
    at_home = [each for notebook in notebooks.values() for each in notebook.exercises if each.number in HOMEWORK]
    everything = sum(_minutes(notebook.exercises) for notebook in notebooks.values())
    opening = (LAB_MINUTES - everything + _minutes(at_home)) // len(notebooks)
    table = _timetable(
        (number, _subject(notebook), opening, [each for each in notebook.exercises if each not in at_home])
        for number, notebook in notebooks.items()
    )
    return (
        "## A lab of two hours\n\n"
        f"All exercises together take {everything} minutes. To leave {opening} minutes of review for each notebook, "
        f"{_list(at_home)} ({_minutes(at_home)} minutes) stay borrowed and are done at home.\n\n{table}"
    )


def _for_later(notebooks):
    lines = ["## For whom is through early, for home, or for an afternoon\n"]
    for number in OPTIONAL:
        about = f"{_subject(notebooks[number])}: {_minutes(notebooks[number].exercises)} minutes of exercises"
        lines.append(f"- Notebook {number}, {about}. It needs 4.2 and 4.4, which it lends to those who have none.")
    return "\n".join(lines)


def _timetable(notebooks):
    """A table with the minutes from the start, for each notebook a line to open it and one for its exercises."""
    lines, now = ["| minute | what |", "| ---: | --- |"], 0
    for number, subject, opening, exercises in notebooks:
        lines.append(f"| {now} | review: notebook {number}, {subject} |")
        now += opening
        if exercises:
            lines.append(f"| {now} | exercises: {_list(exercises)} |")
        now += _minutes(exercises)
    return "\n".join([*lines, f"| {now} | end |"])


def _exercise(exercise):
    core = ", core" if exercise.core else ""
    questions = f"**Idea.** {exercise.hints[0]}\n\n**Ask.** {QUESTIONS[exercise.number]}"
    mistakes = _mistakes((key, exercise.sentence(key)) for key in exercise.mistakes)
    return f"### {exercise} ({exercise.minutes} minutes{core})\n\n{questions}\n\n**Mistakes**\n\n{mistakes}"


def _prediction(prediction):
    marked = {prediction.answer: f"**{prediction.answer}**"}
    choices = "\n".join(f"- {marked.get(choice, choice)}: {why}" for choice, why in prediction.choices.items())
    return f"### Prediction: {prediction.name.replace('_', ' ')}\n\n**Ask.** {prediction.question}\n\n{choices}"


def _mistakes(sentences):
    return "\n".join(f"- *{key.replace('_', ' ')}*: {sentence}" for key, sentence in sentences)


def _subject(notebook):
    """What a notebook is about, as the first line of its exercises says."""
    return notebook.__doc__.partition(", ")[2].partition(":")[0]


def _list(exercises):
    return ", ".join(map(str, exercises))


def _minutes(exercises):
    return sum(exercise.minutes for exercise in exercises)


def main():
    SHEET.write_bytes(sheet().encode("utf-8"))


if __name__ == "__main__":
    main()
