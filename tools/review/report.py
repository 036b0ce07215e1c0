"""Writes the review down: a table for a spreadsheet, and a page for the eyes.

Everything here came from students. Names and messages are escaped for the page, and kept from being formulas in the table.
"""

import collections
import csv
import datetime
import hashlib
import re
from pathlib import Path

from jinja2 import Environment, FileSystemLoader
from markupsafe import Markup, escape

from lessons.show import COLOURS, WORDS
from tools.review.submissions import counted, lessons

# ---- The rows of a class ----


def identity(row):
    """What a student is known by: the number on a learning platform, or else the name."""
    return row["system"], row["number"] or row["student"]


def one_a_student(rows):
    """One row for each student and notebook, the latest of several attempts, which says so; and each file that is none."""
    attempts = collections.defaultdict(list)
    for row in rows:
        attempts[identity(row), row["lesson"] or row["file"]].append(row)
    for several in attempts.values():
        row = max(several, key=_order)
        said = []
        if len(several) > 1:
            number = f", number {row['attempt']}" if row["attempt"] else ""
            said = [f"the latest of {len(several)} attempts counts: {when(row['date'])}{number}"]
        yield {**row, "remarks": [*said, *row["remarks"]]}


def when(date):
    """A date, seconds since 1970, in words."""
    return datetime.datetime.fromtimestamp(date).isoformat(" ", "minutes")


def _order(row):
    # Canvas numbers attempts, and its zip holds the date of the download.
    return row["attempt"] if row["system"] == "Canvas" else 0, row["date"], row["attempt"], row["file"]


def anonymous(rows, everybody):
    """The rows with numbers for names, in an order that tells nothing; the same numbers for all rows of `everybody`."""
    people = sorted({identity(row) for row in everybody}, key=lambda each: hashlib.sha256(repr(each).encode()).digest())
    for row in sorted(rows, key=lambda row: people.index(identity(row))):
        name = f"student {people.index(identity(row)) + 1}"
        yield {**row, "student": name, "file": "", "system": "", "number": ""}


def with_sameness(rows):
    """The rows, with a remark where students' answers to an exercise are the same but for names and spaces."""
    same = collections.defaultdict(set)
    for row in rows:
        for number, fingerprint in row["prints"].items():
            same[number, fingerprint].add(row["student"])
    for row in rows:
        alike = []
        for number, fingerprint in row["prints"].items():
            others = sorted(same[number, fingerprint] - {row["student"]})
            if fingerprint and others:
                alike.append(f"{number}: the same as {', '.join(others[:4])}, but for names and spaces")
        yield {**row, "remarks": [*row["remarks"], *alike]}


def points(row, table):
    """The points of a row, and how many there are; `table` is {exercise's number: points}, the minutes where it is empty."""
    exercises = lessons()[row["lesson"]].exercises
    worth = {each.number: table.get(each.number, 0) if table else each.minutes for each in exercises}
    right = [number for number, answer in row["answers"].items() if answer["status"] == "correct"]
    return sum(map(worth.get, right)), sum(map(worth.get, row["answers"]))


def summary(rows):
    """The review in a sentence or two."""
    statuses = [answer["status"] for row in rows for answer in row["answers"].values()]
    unread = sum(bool(row["problem"]) for row in rows)
    people = counted(len({identity(row) for row in rows}), "student")
    text = f"{people}, {counted(len(rows) - unread, 'notebook')} reviewed"
    text += f", {counted(unread, 'file')} that could not be" if unread else ""
    return f"{text}. {statuses.count('correct')} of {len(statuses)} answers are correct."


# ---- The table ----


def write_table(path, table):
    """Write rows of cells as CSV, none of which a spreadsheet takes for a formula."""
    with open(path, "w", newline="", encoding="utf-8-sig", errors="replace") as file:  # the mark is for Excel
        csv.writer(file).writerows([map(_no_formula, row) for row in table])


def _no_formula(cell):
    # A spreadsheet may split at a semicolon or a tab, and takes the wide signs for the narrow ones.
    return re.sub(r"(^|[;\t\r\n])(\s*)([=+\-@＝＋－＠])", r"\1\2'\3", cell) if isinstance(cell, str) else cell


def write_csv(path, rows, worth):
    """Write one line a row; each exercise has a column for the verdict and one for the recognised mistakes."""
    used = sorted({row["lesson"] for row in rows if row["lesson"]})
    exercises = [exercise for name in used for exercise in _answered(name, rows)]
    columns = [f"{exercise}{what}" for exercise in exercises for what in ("", " mistakes")]
    about = ["student", "file", "notebook", "problem", "remarks", "points", "of", "isolation", "seconds"]
    table = [[*about, *columns]]
    for row in rows:
        answers = [row["answers"].get(exercise.number, {"status": "", "mistakes": []}) for exercise in exercises]
        got = points(row, worth) if row["lesson"] else ("", "")
        known = [row["student"], row["file"], row["lesson"] or "", row["problem"], "; ".join(row["remarks"])]
        verdicts = [cell for answer in answers for cell in (answer["status"], ", ".join(answer["mistakes"]))]
        table.append([*known, *got, row["isolation"], row["seconds"], *verdicts])
    write_table(path, table)


# ---- The page ----


def write_html(path, rows, title, seed=None, before=()):
    """Write a page that needs nothing but itself: for each notebook what to explain again, then a row a student.

    before: the rows of an earlier review, to say who moved on since.
    """
    notebooks = []
    for name in sorted({row["lesson"] for row in rows if row["lesson"]}):
        own = [row for row in rows if row["lesson"] == name]
        exercises = _answered(name, own)
        if exercises:
            since = list(_since(own, before)) if before else None
            questions = [
                (each, collections.Counter(row["predictions"].get(each.name) for row in own))
                for each in lessons()[name].predictions
            ]
            about = dict(mistakes=_mistakes(exercises, own), questions=questions, since=since)
            notebooks.append(dict(name=name, rows=own, exercises=exercises, **about))
    kinds = sorted({row["isolation"] for row in rows if not row["problem"]})
    about = dict(title=title, summary=summary(rows), kinds=kinds, seed=seed)
    write_page("review.html", path, **about, lessons=notebooks, unread=[row for row in rows if not row["lesson"]])


def write_page(name, path, **known):
    """Fill in one of the pages that stand in `pages`; nothing in it runs, and nothing is fetched."""
    path.write_text(PAGES.get_template(name).render(known), encoding="utf-8", errors="replace")


def _marked(text):
    """Text for a page, with `code` marked."""
    return Markup(re.sub(r"`([^`]+)`", r"<code>\1</code>", str(escape(text))))


PAGES = Environment(loader=FileSystemLoader(Path(__file__).parent / "pages"), autoescape=True, trim_blocks=True)
PAGES.globals.update(WORDS=WORDS, COLOURS=COLOURS)
PAGES.filters["marked"] = _marked


def _answered(name, rows):
    """The exercises of a notebook that were judged."""
    return [each for each in lessons()[name].exercises if any(each.number in row["answers"] for row in rows)]


def _mistakes(exercises, rows):
    """For each exercise how many have it, of how many, and the mistakes that were made most often."""
    for exercise in exercises:
        answers = [row["answers"][exercise.number] for row in rows if exercise.number in row["answers"]]
        correct = sum(answer["status"] == "correct" for answer in answers)
        mistakes = collections.Counter(key for answer in answers for key in answer["mistakes"])
        yield exercise, correct, len(answers), mistakes.most_common(3)


def _since(rows, before):
    """What has changed for each student of whom both reviews have this notebook: now correct, mistakes gone and new."""
    earlier = {(*identity(row), row["lesson"]): row["answers"] for row in before}
    for row in rows:
        old = earlier.get((*identity(row), row["lesson"]))
        if old is not None:
            both = [(number, old[number], now) for number, now in row["answers"].items() if number in old]
            moved = [number for number, was, now in both if now["status"] == "correct" != was["status"]]
            made = [f"{number} {key}" for number, was, _ in both for key in was["mistakes"]]
            makes = [f"{number} {key}" for number, _, now in both for key in now["mistakes"]]
            gone, new = [each for each in made if each not in makes], [each for each in makes if each not in made]
            yield row["student"], moved, gone, new
