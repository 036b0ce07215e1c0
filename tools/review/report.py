"""Writes the review down: a table for a spreadsheet, and a page for the eyes.

Everything here came from students. Names and messages are escaped for the page, and kept from being formulas in the table.
"""

import collections
import csv
import html
import importlib

from lessons.show import COLOURS, WORDS
from tools.review.submissions import lessons

_STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; margin: 2rem auto; padding: 0 1rem; color: #1b1b1b; background: #fff; }
h1, h2 { line-height: 1.2; } h2 { margin-top: 2.5rem; }
.wide { overflow-x: auto; } .wide:focus-visible { outline: 3px solid #2f6db5; }
table { border-collapse: collapse; margin: 1rem 0; }
caption { text-align: left; font-weight: 600; padding-bottom: .4rem; }
th, td { border: 1px solid #c4c4c4; padding: .35rem .6rem; text-align: left; vertical-align: top; }
thead th { background: #f1f1f1; }
td.verdict { border-left: 5px solid var(--colour); min-width: 7rem; }
details { max-width: 26rem; } details p { margin: .3rem 0; overflow-wrap: anywhere; }
summary { cursor: pointer; } small { font-weight: 400; } ul { margin: 0; padding-left: 1.1rem; }
@media (prefers-color-scheme: dark) {
  body { color: #eee; background: #161616; } th, td { border-color: #555; } thead th { background: #2a2a2a; }
}
@media print { .wide { overflow: visible; } }
"""


def exercises_of(name):
    """The exercises of the lesson's notebook of this name."""
    module = {lesson.name: lesson.module for lesson in lessons()}[name]
    return importlib.import_module(f"lessons.exercises.{module}").exercises


def write_csv(path, rows):
    """Write one line a submission; each exercise has a column for the verdict and one for the recognised mistake."""
    used = sorted({row["lesson"] for row in rows if row["lesson"]})
    exercises = [exercise for name in used for exercise in exercises_of(name)]
    columns = [f"{exercise}{what}" for exercise in exercises for what in ("", " mistake")]
    with open(path, "w", newline="", encoding="utf-8-sig", errors="replace") as file:  # the mark is for Excel
        table = csv.writer(file)
        table.writerow(["student", "file", "notebook", "problem", "remarks", "isolation", "seconds", *columns])
        for row in rows:
            answers = (row["answers"].get(exercise.number, ("", "", "")) for exercise in exercises)
            known = [row["student"], row["file"], row["lesson"] or "", row["problem"], "; ".join(row["remarks"])]
            verdicts = [cell or "" for status, mistake, _ in answers for cell in (status, mistake)]
            table.writerow([_no_formula(cell) for cell in (*known, row["isolation"], row["seconds"], *verdicts)])


def write_html(path, rows, title):
    """Write a page that needs nothing but itself: for each notebook what to explain again, then a row a submission."""
    used = sorted({row["lesson"] for row in rows if row["lesson"]})
    body = [f"<h1>{_text(title)}</h1>", f"<p>{_text(summary(rows))}</p>", _isolation(rows)]
    for name in used:
        body += _lesson_section(name, [row for row in rows if row["lesson"] == name])
    body += _unread_section([row for row in rows if not row["lesson"]])
    page = f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>{_text(title)}</title>
<style>{_STYLE}</style>
</head>
<body>
<main>
{"".join(body)}
</main>
</body>
</html>
"""
    path.write_text(page, encoding="utf-8", errors="replace")


def summary(rows):
    """The review in a sentence or two."""
    statuses = [status for row in rows for status, _, _ in row["answers"].values()]
    unread = sum(bool(row["problem"]) for row in rows)
    text = f"{len(rows)} submission{'s' * (len(rows) != 1)}, {len(rows) - unread} reviewed"
    if unread:
        text += f", {unread} that could not be"
    return f"{text}. {statuses.count('correct')} of {len(statuses)} answers are correct."


def _isolation(rows):
    kinds = sorted({row["isolation"] for row in rows if not row["problem"]})
    if not kinds:
        return ""
    text = f"Isolation in force: {', '.join(kinds)}."
    if "none" in kinds:
        text += " Without isolation the students' code could read your files and use your network."
    return f"<p>{_text(text)}</p>"


def _lesson_section(name, rows):
    exercises = exercises_of(name)
    yield f"<h2>{_text(name)}</h2>"
    yield _table("What to explain again", ["exercise", "correct", "commonest mistakes"], _mistakes(exercises, rows))
    head = ["student", *map(str, exercises), "remarks"]
    yield _table("Who did what; open an entry to read what the check says", head, _students(exercises, rows))


def _mistakes(exercises, rows):
    """For each exercise how many have it, and the mistakes that were made most often."""
    for exercise in exercises:
        answers = [row["answers"][exercise.number] for row in rows if exercise.number in row["answers"]]
        correct = sum(status == "correct" for status, _, _ in answers)
        mistakes = collections.Counter(mistake for _, mistake, _ in answers if mistake)
        words = "".join(
            f"<li>{count} of {len(answers)}: {_text(_spoken(key))}. {_text(exercise.sentence(key))}</li>"
            for key, count in mistakes.most_common(3)
        )
        yield _text(f"{exercise}"), _text(f"{correct} of {len(answers)}"), f"<ul>{words}</ul>" if words else "none"


def _students(exercises, rows):
    for row in rows:
        remarks = [row["problem"]] * bool(row["problem"]) + row["remarks"]
        yield (
            f"{_text(row['student'])}{_file_text(row)}",
            *(_verdict(row["answers"].get(exercise.number)) for exercise in exercises),
            "<br>".join(map(_text, remarks)) or "none",
        )


def _file_text(row):
    """The file's name, where it is not what one would expect."""
    file = row["file"].removeprefix(f"{row['student']}/")
    expected = file in (f"{row['lesson']}.ipynb", f"{row['student']}.ipynb")
    return "" if expected else f"<br><small>{_text(file)}</small>"


def _verdict(answer):
    """A cell's colour and words; the words alone say everything."""
    if answer is None:
        return "none"
    status, mistake, message = answer
    words = WORDS[status] + (f": {_spoken(mistake)}" if mistake else "")
    if message:
        words = f"<details><summary>{_text(words)}</summary><p>{_text(message)}</p></details>"
    return COLOURS[status], words


def _unread_section(rows):
    if rows:
        yield "<h2>Not reviewed</h2>"
        head = ["student", "file", "why"]
        cells = [tuple(_text(row[key]) for key in ("student", "file", "problem")) for row in rows]
        yield _table("Files that are no notebook of this lesson", head, cells)


def _table(caption, head, rows):
    """A table with a header row, and in each row a header cell; scrolled by keyboard where it is wide."""
    top = "".join(f"<th scope='col'>{_text(name)}</th>" for name in head)
    body = "".join(f"<tr><th scope='row'>{first}</th>{''.join(map(_cell, others))}</tr>" for first, *others in rows)
    table = f"<table><caption>{_text(caption)}</caption><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table>"
    return f"<div class='wide' tabindex='0' role='region' aria-label='{_text(caption)}'>{table}</div>"


def _cell(content):
    if isinstance(content, tuple):
        colour, words = content
        return f"<td class='verdict' style='--colour: {colour}'>{words}</td>"
    return f"<td>{content}</td>"


def _spoken(key):
    return key.replace("_", " ")


def _text(text):
    return html.escape(str(text))


def _no_formula(cell):
    """Text that a spreadsheet would take for a formula gets an apostrophe in front."""
    return f"'{cell}" if isinstance(cell, str) and cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell
