"""Judges one submission: asks the student's process for results, and says the verdicts where that process cannot reach.

The exercise's own `verdict` runs here, in the reviewer's process, and calls the student's function through `Answer`, which
sends the arguments over and brings plain data back. What the student's code does to its own copy of the lesson, or of
numpy, therefore changes what it answers, never how the answer is judged.
"""

import collections
import dataclasses
import functools
import importlib
import multiprocessing
import os
import select
import sys
import threading
import time
from pathlib import Path

import numpy as np

from lessons.check import Verdict
from tools.review import sandbox, submissions, wire

# Of the processor's time, so that a right answer is right on a busy computer too.
START_SECONDS = 60  # to import the libraries
CELL_SECONDS = 20  # a cell, and a call of a student's function
SUBMISSION_SECONDS = 120  # all cells, calls and new starts together
PATIENCE = 5  # by the clock, for what waits instead of computing, everything may take so many times as long
LOOK_SECONDS = 0.5  # how often to look at the processor's time of what has not answered yet
LONGEST_MESSAGE = 1000


class Lost(Exception):
    """The student's process can no longer be asked."""

    place = True, ""


class TimeLimit(Lost):
    """It took too long."""


class ProcessEnded(Lost):
    """It is gone."""


class Nonsense(Lost):
    """It sent what no honest process would."""


_USED_UP = f"the {SUBMISSION_SECONDS} s for one submission were used up"


def _left(until):
    left = until - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


class Process:
    """The student's process, as far as it can be asked."""

    def __init__(self, box, deadline, spent=0):
        self.box = box
        self.deadline = deadline  # by the clock
        self.spent = spent  # of the processor's time, by earlier starts
        self.lost = None
        self.borrowed = False  # whether a call went through the reference of the exercise that is being judged

    def ask(self, message, limit=None):
        """Send a message and wait for the answer to it. Raises Lost, from then on always."""
        if self.lost:
            raise self.lost
        limit = limit or CELL_SECONDS
        until = min(time.monotonic() + PATIENCE * limit, self.deadline)
        try:
            self.box.channel.send(message, _left(until))
            self._wait(limit, until)
            return self.box.channel.receive(_left(until))
        except TimeLimit as error:
            self.lost = error
        except TimeoutError:
            self.lost = TimeLimit(
                _USED_UP if until == self.deadline else f"it had not ended after {PATIENCE * limit} s"
            )
        except EOFError:
            self.lost = ProcessEnded("it ended its own process")
        except ValueError as error:
            self.lost = Nonsense(str(error))
        raise self.lost

    def _wait(self, limit, until):
        """Wait for the reply. Raises TimeLimit, or TimeoutError when it is late by the clock."""
        before = None
        while not select.select([self.box.channel.connection], [], [], min(LOOK_SECONDS, _left(until)))[0]:
            used = self.box.processor_seconds()
            before = used if before is None else before
            if used - before > limit:
                raise TimeLimit(f"it ran longer than {limit} s")
            if self.spent + used > SUBMISSION_SECONDS:
                raise TimeLimit(_USED_UP)

    def decode(self, data):
        try:
            return wire.decode(data)
        except ValueError as error:
            raise self.nonsense(str(error)) from error

    def nonsense(self, what):
        """The error to raise for a reply that no honest process would give; nothing is asked any more."""
        self.lost = Nonsense(what)
        return self.lost


class Answer:
    """A student's function, living in the student's process; calling it sends the arguments over."""

    def __init__(self, process, number, unused):
        self.process = process
        self.number = number
        # What the check reads off a function that it has at hand. Names, and few of them, whatever came.
        names = unused if isinstance(unused, list) else []
        self.unused = {name[:50] for name in names[:10] if isinstance(name, str) and name.isidentifier()}

    def __call__(self, *args, **kwargs):
        named = {key: wire.encode(value) for key, value in kwargs.items()}
        reply = self.process.ask({"call": self.number, "args": [wire.encode(value) for value in args], "kwargs": named})
        self.process.borrowed |= reply.get("borrowed") is True
        for position, value in _items(reply.get("changed")):
            if position.isdecimal() and int(position) < len(args):
                _change(args[int(position)], self.process.decode(value))
        if isinstance(reply.get("error"), dict):
            raise _error(reply["error"], self.process)
        return self.process.decode(reply.get("result"))


def row(submission, **known):
    """One row of the review, as plain data.

    "student", "file", "sha256"; "problem", what kept it from being run, or ""; "lesson", the notebook's name or None;
    "remarks", a list of str; "isolation"; "answers", {number: [status, mistake, message]}; "seconds".
    """
    empty = {"problem": "", "lesson": None, "remarks": [], "isolation": "", "answers": {}, "seconds": 0.0}
    return {"student": submission.student, "file": submission.file, "sha256": submission.sha256, **empty, **known}


@functools.cache
def isolation(trust):
    """The kind of sandbox that works on this computer. Raises sandbox.Unavailable, unless the class is trusted."""
    try:
        sandbox.require()
    except sandbox.Unavailable:
        if trust:
            return "none"
        raise
    return "bubblewrap"


def end_with_the_review():
    """See to it that this worker, and with it its sandbox, does not stay when the process that started it is killed."""
    review = multiprocessing.parent_process()
    threading.Thread(target=lambda: (review.join(), os._exit(1)), daemon=True).start()


def review(submission, trust=False):
    """Run and judge one submission; its row. Never raises for anything that a student can do."""
    start = time.monotonic()
    known = {"isolation": isolation(trust)}
    try:
        notebook = submissions.notebook(submission)
        known["lesson"] = notebook.lesson.name
        trial = Trial(notebook, known["isolation"])
        trial.run()
        known["remarks"] = [remark[:LONGEST_MESSAGE] for remark in (*notebook.remarks, *trial.remarks())]
        known["answers"] = {
            verdict.exercise.number: [verdict.status, verdict.mistake, verdict.message[:LONGEST_MESSAGE]]
            for verdict in trial.all_verdicts()
        }
    except submissions.Unreadable as reason:
        known["problem"] = str(reason)
    except Exception as error:  # noqa: BLE001, whatever one submission does to the reviewer, the others go on
        known["problem"] = f"the review of this file stopped: {type(error).__name__}: {error}"[:LONGEST_MESSAGE]
    return row(submission, **known, seconds=round(time.monotonic() - start, 2))


class Trial:
    """Runs a notebook from top to bottom and judges its answers on the way.

    A cell that never ends, or ends the process, is left out and the notebook run again without it, so that it costs the
    student no more than itself.
    """

    def __init__(self, notebook, isolation):
        self.notebook = notebook
        self.isolation = isolation
        self.deadline = time.monotonic() + PATIENCE * SUBMISSION_SECONDS
        self.spent = 0  # of the processor's time
        self.exercises = importlib.import_module(f"lessons.exercises.{notebook.lesson.module}").exercises
        self.verdicts = {}
        self.left_out = {}  # cell -> why
        self.stopped = {}  # cell -> the error
        self._checks = collections.Counter()
        self._fatal = {}  # (exercise, how often it was checked before) -> verdict on what the process did not survive

    def run(self):
        costs = -1
        # Every new start must have learned what to avoid.
        while costs < len(self.left_out) + len(self._fatal) and not self._used_up():
            costs = len(self.left_out) + len(self._fatal)
            with sandbox.Sandbox(self.isolation, SUBMISSION_SECONDS) as box:
                process = Process(box, self.deadline, self.spent)
                try:
                    todo = process.ask(self._start(), START_SECONDS)["run"]
                except Lost as lost:
                    raise RuntimeError(f"it could not be started: {lost}. {box.last_words()}") from lost
                try:
                    self._go_through(process, todo)
                    return
                except Lost:
                    self.spent += box.processor_seconds()

    def _used_up(self):
        return self.spent > SUBMISSION_SECONDS or time.monotonic() >= self.deadline

    def remarks(self):
        """What happened on the way, in words."""
        yield from (
            f"code cell {number + 1} was left out: {reason}" for number, reason in sorted(self.left_out.items())
        )
        yield from (f"code cell {number + 1} stopped: {error}" for number, error in sorted(self.stopped.items()))

    def all_verdicts(self):
        """A verdict for each exercise of the notebook, in order."""
        late = self._used_up()
        for exercise in self.exercises:
            if exercise.name in self.verdicts:
                yield self.verdicts[exercise.name]
            elif late:
                yield Verdict(exercise, "error", f"Not reached: the submission ran longer than {SUBMISSION_SECONDS} s.")
            else:
                yield Verdict(exercise, "not attempted", "The notebook makes no function of this name.")

    def _start(self):
        return {
            "module": self.notebook.lesson.module,
            "cells": self.notebook.cells,
            "ours": self.notebook.ours,
            "files": _font_list(),
        }

    def _go_through(self, process, todo):
        self._checks.clear()
        self.stopped.clear()
        for number in todo:
            if number not in self.left_out:
                error = self._run(process, number)
                if error:
                    self.stopped[number] = str(error)
        unchecked = process.ask({"unchecked": True}).get("unchecked")
        if not isinstance(unchecked, list) or not all(isinstance(reply, dict) for reply in unchecked):
            raise process.nonsense("no list of functions")
        for reply in unchecked:
            self._judge(process, reply)

    def _run(self, process, number):
        """Run a cell, judging what it checks; the error that stopped it, or None. Raises Lost."""
        try:
            reply = process.ask({"run": number})
        except Lost as lost:
            self.left_out[number] = str(lost)
            raise
        while "check" in reply:
            answer = {"correct": self._judge(process, reply)}
            try:
                reply = process.ask(answer)
            except Lost as lost:
                self.left_out[number] = str(lost)
                raise
        return reply.get("ran")

    def _judge(self, process, reply):
        """Judge the answer that a check was given; whether it is right. Raises Lost when that cost the process its life."""
        exercise = next((each for each in self.exercises if each.name == reply.get("check")), None)
        if exercise is None:
            return False
        attempt = exercise.name, self._checks[exercise.name]
        self._checks[exercise.name] += 1
        verdict = self._fatal.get(attempt) or self._verdict(exercise, reply.get("answer"), process)
        # Checking again what was borrowed says nothing of the student's own.
        if verdict.status != "borrowed" or exercise.name not in self.verdicts:
            self.verdicts[exercise.name] = verdict
        if process.lost:
            self._fatal[attempt] = verdict
            raise process.lost
        return verdict.status == "correct"

    def _verdict(self, exercise, described, process):
        process.borrowed = False
        try:
            verdict = exercise.verdict(self._answer(exercise, described, process))
        except Exception as error:  # noqa: BLE001, neither nonsense nor a gap in a check may cost the other answers
            return Verdict(exercise, "error", f"The check could not judge it. {type(error).__name__}: {error}")
        if verdict.status == "correct" and process.borrowed:
            return dataclasses.replace(verdict, status="borrowed", message="It calls the lesson's own function.")
        return verdict

    def _answer(self, exercise, described, process):
        """What stands here for an answer in the student's process."""
        if not isinstance(described, dict):
            raise process.nonsense("no answer")
        if described.get("borrowed") is True:
            return exercise.reference
        if described.get("stub") is True:
            return _stub
        if "function" in described:
            return Answer(process, described["function"], described.get("unused"))
        return process.decode(described.get("value"))


def _stub(*args, **kwargs):
    return ...


def _items(changed):
    return changed.items() if isinstance(changed, dict) else ()


def _change(array, new):
    """Do to the reviewer's copy of an argument what the student's function did to its own."""
    if isinstance(array, np.ndarray) and isinstance(new, np.ndarray):
        array.resize(new.shape, refcheck=False)
        array[...] = new


def _error(described, process):
    """The error that a student's function stopped with, or one that reads the same."""
    name, text = str(described.get("type")), str(described.get("text"))
    kind = _known_error(str(described.get("module")), name)
    # An error made from what it was made from there; the text alone is not enough for KeyError and some of numpy's.
    for args in (process.decode(described.get("args")), (text,)):
        try:
            error = kind.__new__(kind)
            error.args = args
            if str(error) == text:
                break
        except Exception:  # noqa: BLE001, S112, some errors can only be made of other things
            continue
    else:
        error = type(name if name.isidentifier() else "Exception", (Exception,), {})(text)
    entered, where = described.get("place")
    error.place = entered is True, str(where)
    return error


def _known_error(module, name):
    """The class of an error of Python or numpy; Exception for what is another's, or would end the review."""
    kind = getattr(sys.modules.get(module), name, None) if module.split(".")[0] in ("builtins", "numpy") else None
    known = isinstance(kind, type) and issubclass(kind, (Exception, SystemExit))
    return kind if known else type(name if name.isidentifier() else "Exception", (Exception,), {})


@functools.cache
def _font_list():
    """matplotlib's list of fonts, which takes a second to make and is the same for all."""
    import matplotlib.font_manager

    return {
        path.name: path.read_text(encoding="utf-8") for path in Path(matplotlib.get_cachedir()).glob("fontlist*.json")
    }
