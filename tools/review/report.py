"""Writes the review down: a table for a spreadsheet, and a page for the eyes.

Everything here came from students. Names and messages are escaped for the page, and kept from being formulas in the table.
"""

import collections
import csv
import datetime
import hashlib
import html
import importlib
import re

from lessons.show import COLOURS, WORDS
from tools.review.submissions import lessons

STYLE = """
body { font: 1.1rem/1.5 system-ui, sans-serif; margin: 2rem auto; padding: 0 1rem; color: #1b1b1b; background: #fff; }
h1, h2 { line-height: 1.2; } h2 { margin-top: 2.5rem; }
.wide { overflow-x: auto; } .wide:focus-visible { outline: 3px solid #2f6db5; }
table { border-collapse: collapse; margin: 1rem 0; }
caption { text-align: left; font-weight: 600; padding-bottom: .4rem; }
th, td { border: 1px solid #c4c4c4; padding: .35rem .6rem; text-align: left; vertical-align: top; }
thead th { background: #f1f1f1; }
td.verdict { border-left: 5px solid var(--colour); min-width: 7rem; }
details { max-width: 26rem; } details p, pre { margin: .3rem 0; overflow-wrap: anywhere; white-space: pre-wrap; }
p { max-width: 50rem; } summary { cursor: pointer; } small { font-weight: 400; } ul { margin: 0; padding-left: 1.1rem; }
@media (prefers-color-scheme: dark) {
  body { color: #eee; background: #161616; } th, td { border-color: #555; } thead th { background: #2a2a2a; }
}
@media print { .wide { overflow: visible; } }
"""


def exercises_of(name):
    """The exercises of the lesson's notebook of this name."""
    return _module(name).exercises


def _module(name):
    module = {lesson.name: lesson.module for lesson in lessons()}[name]
    return importlib.import_module(f"lessons.exercises.{module}")


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
        others = {n: sorted(same[n, each] - {row["student"]}) for n, each in row["prints"].items() if each}
        alike = [
            f"{number}: the same as {', '.join(names[:4])}, but for names and spaces"
            for number, names in others.items()
            if names
        ]
        yield {**row, "remarks": [*row["remarks"], *alike]}


def points(row, table):
    """The points of a row, and how many there are; `table` is {exercise's number: points}, the minutes where it is empty."""
    worth = {each.number: table.get(each.number, 0) if table else each.minutes for each in exercises_of(row["lesson"])}
    return sum(worth[n] for n, each in row["answers"].items() if each["status"] == "correct"), sum(
        map(worth.get, row["answers"])
    )


def summary(rows):
    """The review in a sentence or two."""
    statuses = [answer["status"] for row in rows for answer in row["answers"].values()]
    unread = sum(bool(row["problem"]) for row in rows)
    people = len({identity(row) for row in rows})
    text = f"{people} student{'s' * (people != 1)}, {len(rows) - unread} notebook{'s' * (len(rows) - unread != 1)} reviewed"
    if unread:
        text += f", {unread} file{'s' * (unread != 1)} that could not be"
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


def write_html(path, rows, title, seed=None, before=None):
    """Write a page that needs nothing but itself: for each notebook what to explain again, then a row a student.

    before: the rows of an earlier review, to say who moved on since.
    """
    used = sorted({row["lesson"] for row in rows if row["lesson"]})
    body = [f"<p>{text_of(summary(rows))}</p>", _conditions(rows, seed)]
    for name in used:
        body += _lesson_section(name, [row for row in rows if row["lesson"] == name], before)
    unread = [row for row in rows if not row["lesson"]]
    if unread:
        cells = [tuple(text_of(row[key]) for key in ("student", "file", "problem")) for row in unread]
        body += [
            "<h2>Not reviewed</h2>",
            _table("Files that are no notebook of this lesson", ["student", "file", "why"], cells),
        ]
    path.write_text(page(title, "".join(body)), encoding="utf-8", errors="replace")


def page(title, body):
    """A page of HTML on which nothing runs and nothing is fetched."""
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>{html.escape(title)}</title>
<style>{STYLE}</style>
</head>
<body>
<main>
<h1>{text_of(title)}</h1>
{body}
</main>
</body>
</html>
"""


def _conditions(rows, seed):
    kinds = sorted({row["isolation"] for row in rows if not row["problem"]})
    if not kinds:
        return ""
    text = f"Isolation in force: {', '.join(kinds)}."
    if "none" in kinds:
        text += " Without isolation the students' code could read your files and use your network."
    return f"<p>{text_of(text)} Fresh cases of seed {seed}, the same for all.</p>"


def _lesson_section(name, rows, before):
    exercises = _answered(name, rows)
    if not exercises:
        return
    yield f"<h2>{text_of(name)}</h2>"
    yield _table("What to explain again", ["exercise", "correct", "commonest mistakes"], _mistakes(exercises, rows))
    predictions = list(_predictions(name, rows))
    if predictions:
        yield _table("What they predicted", ["question", "choices"], predictions)
    if before is not None:
        head = ["student", "now correct", "mistakes gone", "mistakes new"]
        yield _table("Who moved on since the earlier review", head, _since(rows, before))
    head = ["student", *map(str, exercises), "remarks"]
    yield _table("Who did what; open an entry to read what the check says", head, _students(exercises, rows))


def _answered(name, rows):
    """The exercises of a notebook that were judged."""
    return [each for each in exercises_of(name) if any(each.number in row["answers"] for row in rows)]


def _mistakes(exercises, rows):
    """For each exercise how many have it, and the mistakes that were made most often."""
    for exercise in exercises:
        answers = [row["answers"][exercise.number] for row in rows if exercise.number in row["answers"]]
        correct = sum(answer["status"] == "correct" for answer in answers)
        mistakes = collections.Counter(key for answer in answers for key in answer["mistakes"])
        words = _list(
            f"{count} of {len(answers)}: {_spoken(key)}. {exercise.sentence(key)}"
            for key, count in mistakes.most_common(3)
        )
        yield text_of(exercise), f"{correct} of {len(answers)}", words or "none"


def _predictions(name, rows):
    """For each question how many chose what."""
    for question in getattr(_module(name), "predictions", []):
        chosen = collections.Counter(row["predictions"].get(question.name) for row in rows)
        counts = [
            f"{chosen[each]}: {each}{' (so it is)' if each == question.answer else ''}" for each in question.choices
        ]
        yield text_of(question.question), _list([*counts, f"{chosen[None]}: no prediction"])


def _since(rows, before):
    """What has changed for each student of whom both reviews have this notebook."""
    earlier = {(*identity(row), row["lesson"]): row["answers"] for row in before}
    for row in rows:
        old = earlier.get((*identity(row), row["lesson"]))
        if old is not None:
            both = [(number, old[number], now) for number, now in row["answers"].items() if number in old]
            moved = [number for number, was, now in both if now["status"] == "correct" != was["status"]]
            gone = [
                f"{n} {_spoken(key)}" for n, was, now in both for key in was["mistakes"] if key not in now["mistakes"]
            ]
            new = [
                f"{n} {_spoken(key)}" for n, was, now in both for key in now["mistakes"] if key not in was["mistakes"]
            ]
            yield text_of(row["student"]), *(text_of(", ".join(each)) or "none" for each in (moved, gone, new))


def _students(exercises, rows):
    for row in rows:
        remarks = [row["problem"]] * bool(row["problem"]) + row["remarks"]
        yield (
            f"{text_of(row['student'])}{_file_text(row)}",
            *(_verdict(row["answers"].get(exercise.number)) for exercise in exercises),
            "<br>".join(map(text_of, remarks)) or "none",
        )


def _file_text(row):
    """The file's name, where it is not what one would expect."""
    file = row["file"].removeprefix(f"{row['student']}/")
    expected = file in (f"{row['lesson']}.ipynb", f"{row['student']}.ipynb")
    return "" if expected else f"<br><small>{text_of(file)}</small>"


def _verdict(answer):
    """A cell's colour and words; the words alone say everything."""
    if answer is None:
        return "none"
    words = WORDS[answer["status"]] + ": " * bool(answer["mistakes"]) + " and ".join(map(_spoken, answer["mistakes"]))
    if answer["message"]:
        words = f"<details><summary>{text_of(words)}</summary><p>{text_of(answer['message'])}</p></details>"
    return COLOURS[answer["status"]], words


def _table(caption, head, rows):
    """A table with a header row, and in each row a header cell; scrolled by keyboard where it is wide."""
    top = "".join(f"<th scope='col'>{text_of(name)}</th>" for name in head)
    body = "".join(f"<tr><th scope='row'>{first}</th>{''.join(map(_cell, others))}</tr>" for first, *others in rows)
    table = f"<table><caption>{text_of(caption)}</caption><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table>"
    return f"<div class='wide' tabindex='0' role='region' aria-label='{text_of(caption)}'>{table}</div>"


def _cell(content):
    if isinstance(content, tuple):
        colour, words = content
        return f"<td class='verdict' style='--colour: {colour}'>{words}</td>"
    return f"<td>{content}</td>"


def _list(texts):
    items = "".join(f"<li>{text_of(each)}</li>" for each in texts)
    return items and f"<ul>{items}</ul>"


def _spoken(key):
    return key.replace("_", " ")


def text_of(value):
    """Text for the page, with `code` marked."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", html.escape(str(value)))
