"""Review a class: ``python -m tools.review SUBMISSIONS``.

SUBMISSIONS is a folder of notebooks, or of folders of notebooks, one a student; or what Moodle, Canvas or nbgrader gave you,
unpacked or as a zip. Writes review.csv and review.html, and the points where the names of the files tell who is who.
Interrupted, the same command goes on where it stopped: what is finished stands in review.jsonl.
"""

import argparse
import concurrent.futures
import contextlib
import csv
import dataclasses
import hashlib
import json
import os
import platform
import secrets
import sys
import time
import zipfile
from pathlib import Path

import numpy
import psutil
from tqdm import tqdm

from tools import ROOT
from tools.review import handback, judge, report, sandbox, submissions


def main(argv=None):
    options = _options(argv)
    folder, output = options.submissions, options.output
    _refuse_or(folder, output)
    worth = _worth(options.points) if options.points else {}
    before = _earlier(options.since) if options.since else []
    handed_in = submissions.find(folder)
    if not handed_in:
        sys.exit(f"There are no files in {folder}.")
    output.mkdir(parents=True, exist_ok=True)
    start = time.monotonic()
    kept = output / "review.jsonl"
    seed = options.seed if options.seed is not None else _seed(kept)
    settings = judge.Settings(options.trust, seed, tuple(options.only))
    with _workers(options) as executor, Finished(kept, settings) as finished:
        pending = [each for each in handed_in if each not in finished]
        if len(pending) < len(handed_in):
            print(f"{len(handed_in) - len(pending)} of {len(handed_in)} were reviewed before.")
        try:
            with contextlib.closing(review_all(pending, executor, settings)) as rows:
                # The mean of all so far, so that the time left does not jump.
                for row in tqdm(rows, total=len(pending), unit="file", smoothing=0):
                    finished.add(row)
        except KeyboardInterrupt:
            # Each judges a submission, and Ctrl-C in a terminal has reached it as well. With a scheduler there are none:
            # what its workers have begun ends by itself.
            for process in psutil.Process().children():
                with contextlib.suppress(psutil.NoSuchProcess):
                    process.kill()
            sys.exit("Interrupted. What is finished is kept: the same command goes on from there.")
        rows = list(report.one_a_student(finished.rows[each.file, each.sha256] for each in handed_in))
    if options.anonymous:
        everybody = [*rows, *before]
        rows, before = (list(report.anonymous(each, everybody)) for each in (rows, before))
    rows = list(report.with_sameness(rows))
    report.write_csv(output / "review.csv", rows, worth)
    report.write_html(output / "review.html", rows, f"Review of {folder.resolve().name}", seed, before)
    handback.write_gradebooks(output, rows, worth)
    if options.feedback:
        handback.write_feedback(output / "feedback", rows)
    print(f"{report.summary(rows)} {time.monotonic() - start:.0f} s. See {output / 'review.html'} and review.csv.")


def _options(argv):
    parser = argparse.ArgumentParser(prog="python -m tools.review", description=__doc__)
    add = parser.add_argument
    add("submissions", type=Path, help="the folder, or the zip, with what students handed in; it is not changed")
    add("--output", type=Path, default=Path(), help="where to write (default: here)")
    add("--feedback", action="store_true", help="write a page for each student, to hand back")
    add("--points", type=Path, metavar="TABLE", help="a CSV of exercise,points (default: an exercise's minutes)")
    add("--only", nargs="+", default=[], metavar="NUMBER", help="judge these exercises alone, such as 4.2 4.4")
    add("--since", type=Path, metavar="REVIEW", help="the folder of an earlier review, to say who moved on")
    add("--anonymous", action="store_true", help="numbers for names in all that is written but review.jsonl")
    add("--seed", type=int, help="of the fresh cases (default: by chance, kept for the class)")
    add("--jobs", type=int, default=_cores(), help="how many at a time (default: one a core, %(default)s)")
    add("--scheduler", metavar="ADDRESS", help="use the workers of this Dask scheduler instead")
    add("--trust", action="store_true", help="go on where bubblewrap does not keep students' code from your files")
    options = parser.parse_args(argv)
    known = {each.number for lesson in submissions.lessons().values() for each in lesson.exercises}
    unknown = ", ".join(sorted(set(options.only) - known))
    if unknown:
        parser.error(f"--only takes exercises' numbers, such as 4.2, not {unknown}")
    return options


def _cores():
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()


def _refuse_or(folder, output):
    """Leave, with the reason, where a review would not be possible or not be safe."""
    if os.name == "nt":
        sys.exit("Windows cannot keep students' code from the rest: use the Windows Subsystem for Linux.")
    if not folder.is_dir() and not zipfile.is_zipfile(folder):
        sys.exit(f"{folder} is not a folder, nor a zip.")
    seen = next((path for path in sandbox.readable() if folder.resolve().is_relative_to(path)), None)
    if seen:
        sys.exit(f"Students' code has to read {seen}, so it would see all of {folder}. Put the submissions elsewhere.")
    if output.resolve().is_relative_to(folder.resolve()):
        sys.exit("The review would lie among the submissions. Run it from another folder, or name one: --output FOLDER")


def _worth(path):
    """The points of a tutor's table, {exercise's number: points}."""
    try:
        with open(path, encoding="utf-8-sig", newline="") as file:
            return {row["exercise"].split()[0]: float(row["points"]) for row in csv.DictReader(file)}
    except (OSError, KeyError, ValueError, IndexError, TypeError, AttributeError) as error:
        wanted = "a first line exercise,points and lines such as 4.2,10"
        sys.exit(f"{path} is not a table of points ({error}). It needs {wanted}")


def _earlier(folder):
    """The rows of an earlier review, one a student and notebook."""
    try:
        rows = list(report.one_a_student(entry["row"] for entry in _entries(folder / "review.jsonl")))
    except (OSError, ValueError, KeyError, TypeError) as error:
        sys.exit(f"{folder} does not hold an earlier review: {error}")
    return rows or sys.exit(f"{folder} does not hold an earlier review: no file was reviewed")


def _entries(path):
    """What a file of finished rows holds; the last line of an interrupted run may be cut off. Raises ValueError."""
    *lines, last = path.read_text(encoding="utf-8").splitlines() or [""]
    entries = [json.loads(line) for line in lines]
    with contextlib.suppress(ValueError):
        entries.append(json.loads(last))
    return [entry for entry in entries if isinstance(entry, dict)]


def _seed(path):
    """The seed of the review that is to go on, or a new one, which no student knows."""
    with contextlib.suppress(OSError, ValueError, KeyError, IndexError):
        return _entries(path)[0]["seed"]
    return secrets.randbelow(2**32)


@contextlib.contextmanager
def _workers(options):
    """An executor: threads that each wait for a process of this machine, or the workers of a Dask cluster."""
    client = None
    with contextlib.ExitStack() as stack:
        if options.scheduler:
            from distributed import Client

            client = stack.enter_context(Client(options.scheduler, timeout=20))
            if set(client.nthreads().values()) != {1}:
                start = "`dask worker ADDRESS --nthreads 1`"
                sys.exit(f"Reviewing needs workers with one thread each: start them with {start}.")
            if set(client.run(version).values()) != {version()}:
                sys.exit("The workers have another version of the lesson, of numpy or of Python than this computer.")
        try:
            trust = options.trust
            kinds = client.run(judge.isolation, trust).values() if client else [judge.isolation(trust)]
        except sandbox.Unavailable as reason:
            sys.exit(str(reason))
        print(f"Isolation: {', '.join(sorted(set(kinds)))}.")
        executor = client.get_executor() if client else concurrent.futures.ThreadPoolExecutor(options.jobs)
        yield stack.enter_context(executor)


def review_all(pending, executor, settings):
    """Yield a row for each submission, in the order in which they finish."""
    futures = {executor.submit(judge.review, each, settings): each for each in pending}
    try:
        for future in concurrent.futures.as_completed(futures):
            try:
                yield future.result()
            except Exception as error:  # noqa: BLE001, a cluster has its own ways to lose a worker
                problem = f"the worker that reviewed this file died: {type(error).__name__}"
                yield judge.row(futures[future], problem=problem)
    finally:
        for future in futures:
            future.cancel()


class Finished(contextlib.AbstractContextManager):
    """The rows that are finished, kept in a file from one run to the next as long as nothing that made them has changed."""

    def __init__(self, path, settings):
        try:
            earlier = _entries(path) if path.exists() else []
        except ValueError as error:  # it is left as it is, in case it is somebody's
            sys.exit(f"{path} is damaged ({error}). Move it away, and every file is reviewed anew.")
        self.known = {"version": version(), **dataclasses.asdict(settings), "only": list(settings.only)}
        self.rows = {}
        self.file = open(path, "w", encoding="utf-8")  # noqa: SIM115
        for entry in earlier:
            if entry == {**self.known, "row": entry.get("row")}:
                self.add(entry["row"])

    def __exit__(self, *_):
        self.file.close()

    def __contains__(self, submission):
        return (submission.file, submission.sha256) in self.rows

    def add(self, row):
        self.rows[row["file"], row["sha256"]] = row
        self.file.write(json.dumps({**self.known, "row": row}) + "\n")
        self.file.flush()


def version():
    """A fingerprint of all that a verdict depends on, apart from the submission."""
    digest = hashlib.sha256(f"{platform.python_version()} {numpy.__version__}".encode())
    for pattern in ("lessons/**/*.py", "data/*.csv", "notebooks/*.ipynb", "tools/review/*.py"):
        for path in sorted(ROOT.glob(pattern)):
            digest.update(path.read_bytes())
    return digest.hexdigest()


if __name__ == "__main__":
    main()
