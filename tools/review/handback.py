"""What goes back to the students and into the gradebook: a page for each student, and the points as Moodle and Canvas take them.

Moodle's "Upload multiple feedback files in a zip" and its grading worksheet know a student by the number in the names of the
download; so does the import of Canvas's gradebook.
"""

import collections
import re

from tools.review.report import identity, points, write_page, write_table
from tools.review.submissions import lessons


def write_feedback(folder, rows):
    """Write FOLDER/STUDENT/feedback.html and feedback.txt, which say the same; nothing of anyone else is in them."""
    students = collections.defaultdict(list)
    for row in rows:
        students[identity(row)].append(row)
    taken = set()
    for own in students.values():
        place = folder / _folder_name(own[0], taken)
        place.mkdir(parents=True, exist_ok=True)
        title = f"Feedback for {own[0]['student']}"
        parts = [part for row in own for part in _feedback(row)]
        write_page("feedback.html", place / "feedback.html", title=title, parts=parts)
        text = "\n\n".join([title, *(text for _, text, _ in parts)])
        place.joinpath("feedback.txt").write_text(text + "\n", encoding="utf-8", errors="replace")


def _folder_name(row, taken):
    """A name of a folder for a student, as in the download of a learning platform; never one that is taken."""
    names = {"Moodle": "{student}_{number}_assignsubmission_file", "Canvas": "{student}_{number}"}
    name = names.get(row["system"], "{student}").format(**row)
    name = re.sub(r'[\\/:*?"<>|\ufffd]', "_", name).strip(". ")[:100] or "student"
    free, number = name, 1
    while free.casefold() in taken:
        number += 1
        free = f"{name} ({number})"
    taken.add(free.casefold())
    return free


def _feedback(row):
    """What a student is told of one notebook: the tag for the page, the text, and where there is one the check's card."""
    yield "h2", row["lesson"] or row["file"], ""
    if row["problem"]:
        yield "p", f"It could not be reviewed: {row['problem']}.", ""
    exercises = {each.number: each for each in lessons()[row["lesson"]].exercises} if row["lesson"] else {}
    right = [exercises[number] for number, answer in row["answers"].items() if answer["status"] == "correct"]
    if right:
        yield "p", "Right: " + "; ".join(f"{each}, {each.title}" for each in right) + ".", ""
    for number, answer in row["answers"].items():
        if answer["status"] != "correct" or answer["message"]:
            yield "pre", answer["text"], answer["card"]
        if answer["status"] != "correct":
            yield "p", f"Next step: {exercises[number].hints[0]}", ""


def write_gradebooks(folder, rows, worth):
    """Write the points where students are known by number: moodle-NOTEBOOK.csv for each notebook, canvas.csv for all.

    worth: {exercise's number: points}; the minutes where it is empty.
    """
    graded = [row for row in rows if row["lesson"] and not row["problem"]]
    moodle, canvas = ([row for row in graded if row["system"] == system] for system in ("Moodle", "Canvas"))
    for name in sorted({row["lesson"] for row in moodle}):
        table = [["Identifier", "Full name", "Grade", "Maximum Grade", "Last modified (grade)"]]
        own = [row for row in moodle if row["lesson"] == name]
        table += [[f"Participant {row['number']}", row["student"], *points(row, worth), ""] for row in own]
        write_table(folder / f"moodle-{name}.csv", table)
    names = sorted({row["lesson"] for row in canvas})
    most = [max(points(row, worth)[1] for row in canvas if row["lesson"] == name) for name in names]
    table = [
        ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", *names],
        ["Points Possible", "", "", "", "", *most],
    ]
    for number, student in sorted({(row["number"], row["student"]) for row in canvas}):
        got = {row["lesson"]: points(row, worth)[0] for row in canvas if row["number"] == number}
        table.append([student, number, "", "", "", *(got.get(name, "") for name in names)])
    if canvas:
        write_table(folder / "canvas.csv", table)
