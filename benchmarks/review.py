"""How long a class waits for its review, and what the time goes into."""

import collections
import concurrent.futures
import json
import os
import random
import time

from tools import ROOT
from tools.review import __main__ as command
from tools.review import judge, report, submissions

SUBMISSIONS = 300


def run():
    handed_in = list(generated(SUBMISSIONS))
    jobs = len(os.sched_getaffinity(0))
    start = time.perf_counter()
    with concurrent.futures.ThreadPoolExecutor(jobs) as executor:
        rows = list(command.review_all(handed_in, executor, judge.Settings(seed=6)))
    minutes = (time.perf_counter() - start) / 60
    print(f"\n{len(rows)} generated submissions over {len(submissions.lessons())} notebooks, {jobs} at a time,")
    print(f"isolation {rows[0]['isolation']}, on the known cases and fresh ones:")
    print(f"{60 * minutes:.0f} s, {len(rows) / minutes:.0f} a minute")
    print(f"  {report.summary(rows)}")
    for name in submissions.lessons():
        seconds = sorted(row["seconds"] for row in rows if row["lesson"] == name)
        print(f"  {name:34} median {seconds[len(seconds) // 2]:5.2f} s, slowest {seconds[-1]:5.2f} s")
    where_the_time_goes(handed_in[:20])


def generated(count):
    """Submissions as a class might hand them in: each answer right, one of the known mistakes, or not attempted."""
    rng = random.Random(6)
    lessons = list(submissions.lessons().values())
    made = {
        exercise.name: [source for keys, source in exercise.known.singles if keys[0] in exercise.mistakes]
        for lesson in lessons
        for exercise in lesson.exercises
    }
    for number in range(count):
        lesson = lessons[number % len(lessons)]
        folder = ROOT / ("notebooks" if rng.random() < 0.1 else "solutions")
        notebook = json.loads((folder / f"{lesson.name}.ipynb").read_text(encoding="utf-8"))
        for exercise in lesson.exercises:
            for cell in notebook["cells"]:
                if cell["cell_type"] == "code" and f"def {exercise.name}(" in "".join(cell["source"]):
                    if rng.random() < 0.3:
                        source = rng.choice(made[exercise.name])
                        cell["source"] = (
                            f"from lessons.mistakes import compiled\n{exercise.name} = compiled({source!r})"
                        )
        content = json.dumps(notebook).encode("utf-8")
        yield submissions.Submission(f"student {number}", f"student {number}/{lesson.name}.ipynb", content)


def where_the_time_goes(handed_in):
    """Review a few, one after the other, and print the mean seconds of each part."""
    spent = collections.Counter()
    ask, end = judge.Process.ask, judge.sandbox.end
    parts = {
        "module": "start the process, import the libraries",
        "run": "run cells until they end or ask for a verdict",
        "correct": "run cells until they end or ask for a verdict",
        "call": "call the students' functions",
        "end": "run cells until they end or ask for a verdict",
    }

    def timed(name, function):
        def wrapper(*args, **kwargs):
            start = time.perf_counter()
            try:
                return function(*args, **kwargs)
            finally:
                spent[name(args)] += time.perf_counter() - start

        return wrapper

    judge.Process.ask = timed(lambda args: parts[next(iter(args[1]))], ask)
    judge.sandbox.end = timed(lambda args: "end the process", end)
    try:
        start = time.perf_counter()
        for each in handed_in:
            judge._row(each, judge.Settings(seed=6), "bubblewrap")
        total = time.perf_counter() - start
    finally:
        judge.Process.ask, judge.sandbox.end = ask, end
    spent["judge: references, cases, known mistakes, fresh cases"] = total - sum(spent.values())
    print(f"\nWhere the time of one submission goes (mean of {len(handed_in)}, one at a time)")
    for name, seconds in spent.most_common():
        print(f"  {name:48} {seconds / len(handed_in):7.3f} s  {100 * seconds / total:3.0f} %")
