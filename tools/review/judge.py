"""Judges one submission: asks the student's process for results, and says the verdicts where that process cannot reach.

The exercise's own `verdict` runs here and calls the student's function through `Answer`. What the student's code does to its
own copy of the lesson, or of numpy, changes what it answers, never how the answer is judged. Each submission is judged in a
process of its own, ``python -m tools.review.judge``, with limits: what a reply may still do to that costs one row.
"""

import collections
import contextlib
import ctypes
import dataclasses
import functools
import inspect
import json
import os
import pickle
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import psutil

from lessons.check import Verdict
from tools import ROOT, fresh
from tools.review import sandbox, submissions, wire
from tools.review.watch import Lost, Watch

START_SECONDS = 60  # to import the libraries
SUBMISSION_SECONDS = 120  # all cells, calls and new starts together
JUDGE_SECONDS = 60  # of computing, to judge a submission
JUDGE_MEMORY = 3 * 2**30  # bytes of addresses; the libraries take about one and a half of these
LONGEST_MESSAGE = 1000
LONGEST_CARD = 20_000
MOST_REMARKS = 20
MOST_CHECKS = 50  # in a cell


class ProcessEnded(Lost):
    """It is gone."""


class Nonsense(Lost):
    """It sent what no honest process would."""


class Process:
    """The student's process, as far as it can be asked."""

    def __init__(self, channel, watch, seconds):
        self.channel = channel
        self.watch = watch
        self.seconds = seconds  # for an answer to a message
        self.lost = None

    def ask(self, message, limit=None):
        """Send a message and wait for the answer to it. Raises Lost, from then on always."""
        if self.lost:
            raise self.lost
        try:
            with self.watch.waiting(limit or self.seconds):
                self.channel.send(message)
                return self.channel.receive()
        except EOFError:
            self.lost = self.watch.ended or ProcessEnded("it ended its own process")
        except ValueError as error:
            self.lost = Nonsense(str(error))
        raise self.lost

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
    """A student's function, living in the student's process; calling it sends the arguments over.

    What `lessons.answers` reads off a function that it has at hand comes along, and so does the signature.
    """

    def __init__(self, process, described):
        self.process = process
        self.number = described["function"]
        self.borrowed = False  # whether a call went through the reference of the exercise that is being judged
        self.unused, self.outside = _names(described.get("unused")), _names(described.get("outside"))
        for each in ("stub", "gap", "has_a_rule"):
            setattr(self, each, described.get(each) is True)
        defaults = described.get("defaults") if isinstance(described.get("defaults"), dict) else {}
        given = dict.fromkeys(_names(described.get("required")), inspect.Parameter.empty)
        given.update({name: process.decode(defaults.get(name)) for name in _names([*defaults])})
        if given:
            # These stand in any order.
            named = [inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=given[name]) for name in given]
            self.__signature__ = inspect.Signature(named)

    def __call__(self, *args, **kwargs):
        named = {key: wire.encode(value) for key, value in kwargs.items()}
        # The seed of `answers.same_chance` stands first in numpy's state.
        asked = {"call": self.number, "seed": int(np.random.get_state()[1][0]), "kwargs": named}
        reply = self.process.ask({**asked, "args": [wire.encode(value) for value in args]})
        self.borrowed |= reply.get("borrowed") is True
        after = reply.get("after")
        for array, value in zip(args, after if isinstance(after, list) else ()):
            changed = self.process.decode(value)
            if isinstance(array, np.ndarray) and isinstance(changed, np.ndarray):
                array.resize(changed.shape, refcheck=False)
                array[...] = changed
        for counter in (type(value) for value in args if hasattr(type(value), "products")):
            counter.products += reply["products"] if type(reply.get("products")) is int else 0
        if isinstance(reply.get("error"), dict):
            raise _error(reply["error"])
        return self.process.decode(reply.get("result"))


@functools.cache
def isolation(trust):
    """The kind of sandbox that works on this computer. Raises sandbox.Unavailable, unless the class is trusted."""
    try:
        sandbox.require()
    except sandbox.Unavailable:
        if not trust:
            raise
        return "none"
    return "bubblewrap"


@dataclasses.dataclass(frozen=True)
class Settings:
    """What holds for the whole class: trust, to go on without isolation; seed, of the fresh cases; only, the numbers of
    the exercises to judge, all where it is empty."""

    trust: bool = False
    seed: int = 0
    only: tuple = ()
    cell_seconds: int = 20  # a cell, and a call of a student's function


def row(submission, **known):
    """One row of the review, as plain data without characters that a page or a terminal would obey.

    What the submission says of itself, and "problem", what kept it from being run, or ""; "lesson", the notebook's name or
    None; "remarks", a list of str; "isolation"; "answers", {number: {"status", "mistakes", "message", "card", "text"}};
    "predictions", {name: choice}; "prints", {number: what the answer is apart from names and spaces}; "seconds".
    """
    empty = dict(problem="", lesson=None, remarks=[], isolation="", answers={}, predictions={}, prints={}, seconds=0.0)
    about = {name: value for name, value in vars(submission).items() if name != "content"}
    return submissions.printable({**about, "sha256": submission.sha256, **empty, **known})


def review(submission, settings):
    """Run and judge one submission in a process of its own; its row. Never raises for anything that a student can do."""
    if submission.problem:
        return row(submission, problem=submission.problem)
    kind, start = isolation(settings.trust), time.monotonic()
    try:
        env = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
        process = subprocess.run(
            [*_scope(), sys.executable, "-m", "tools.review.judge"],
            input=pickle.dumps((submission, vars(settings), kind)),
            cwd=ROOT,
            env=env,
            capture_output=True,
            timeout=10 * SUBMISSION_SECONDS,
        )
        return json.loads(process.stdout)
    except subprocess.TimeoutExpired:
        reason = "it never ended"
    except ValueError:
        said = process.stderr.decode("utf-8", "replace").strip()
        reason = said[-LONGEST_MESSAGE:] or f"status {process.returncode}"
        if process.returncode == -signal.SIGXCPU:
            reason = f"it took more than {JUDGE_SECONDS} s of computing"
    seconds = round(time.monotonic() - start, 2)
    return row(submission, problem=f"judging this file was ended: {reason}", isolation=kind, seconds=seconds)


@functools.cache
def _scope():
    """What to start a submission's processes with, so that the system itself bounds their memory, where systemd can."""
    user = ["--user"] * (os.geteuid() != 0)
    scope = ["systemd-run", *user, "--scope", "--quiet", f"--property=MemoryMax={2 * Watch.MEMORY}"]
    scope += ["--property=MemorySwapMax=0", "--"]
    try:
        return [] if subprocess.run([*scope, "true"], capture_output=True, timeout=10).returncode else scope
    except (OSError, subprocess.TimeoutExpired):
        return []


def main():
    """Judge the submission that stands on the standard input and write its row to the standard output.

    The input is the reviewer's own, from `review`: of a student's there are bytes and texts in it, which pickle does not
    obey. What comes from the student's process goes over `wire` alone.
    """
    import resource  # which Windows has not, where the review should still say that it cannot work there

    for name, limit in (("RLIMIT_CPU", JUDGE_SECONDS), ("RLIMIT_AS", JUDGE_MEMORY)):
        with contextlib.suppress(ValueError, OSError):  # macOS does not know both
            number = getattr(resource, name)
            resource.setrlimit(number, (limit, resource.getrlimit(number)[1]))
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(36, 1)  # PR_SET_CHILD_SUBREAPER: what a student's process leaves behind comes here
    submission, settings, kind = pickle.load(sys.stdin.buffer)
    print(json.dumps(_row(submission, Settings(**settings), kind)))
    for left_behind in psutil.Process().children(recursive=True):
        left_behind.kill()


def _row(submission, settings, kind):
    start, known = time.monotonic(), {"isolation": kind}
    try:
        notebook = submissions.notebook(submission)
        known["lesson"] = notebook.lesson.name
        trial = Trial(notebook, kind, settings)
        trial.run()
        remarks = [remark[:LONGEST_MESSAGE] for remark in (*notebook.remarks, *trial.remarks())]
        more = [f"and {len(remarks) - MOST_REMARKS} more"] * (len(remarks) > MOST_REMARKS)
        known["remarks"] = remarks[:MOST_REMARKS] + more
        known["answers"] = {verdict.exercise.number: _answer(verdict) for verdict in trial.all_verdicts()}
        known["predictions"] = trial.predictions
        known["prints"] = {each.number: _print(notebook, each) for each in trial.exercises}
    except submissions.Unreadable as reason:
        known["problem"] = str(reason)
    except Exception as error:  # noqa: BLE001, whatever one submission does to the reviewer, the others go on
        known["problem"] = f"the review of this file stopped: {type(error).__name__}: {error}"[:LONGEST_MESSAGE]
    return row(submission, **known, seconds=round(time.monotonic() - start, 2))


def _print(notebook, exercise):
    """What an answer is but for names and spaces; "" for one that is a known right way."""
    own = [source for number, source in enumerate(notebook.cells) if number not in notebook.ours]
    found = submissions.print_of(own, exercise.name)
    return "" if found in {submissions.print_of([way], "answer") for way in exercise.known.sources} else found


def _answer(verdict):
    card = verdict._repr_html_()
    return {
        "status": verdict.status,
        "mistakes": list(verdict.mistakes),
        "message": verdict.message[:LONGEST_MESSAGE],
        "card": card if len(card) <= LONGEST_CARD else "",
        "text": repr(verdict)[:LONGEST_CARD],
    }


class Trial:
    """Runs a notebook and judges its answers on the way.

    A cell that never ends, or ends the process, is left out and the notebook run again without it, so that it costs the
    student no more than itself.
    """

    def __init__(self, notebook, kind, settings):
        self.notebook = notebook
        self.kind = kind  # of isolation
        self.settings = settings
        exercises = notebook.lesson.exercises
        self.exercises = [each for each in exercises if each.number in (settings.only or [each.number])]
        self.predictions = {}
        self.left = SUBMISSION_SECONDS
        self.verdicts = {}
        self.left_out = {}  # cell -> why
        self.stopped = {}  # cell -> the error
        self._checks = collections.Counter()
        self._fatal = {}  # (exercise, how often it was checked before) -> verdict on what the process did not survive

    def run(self):
        notebook, costs = self.notebook, -1
        start = {"module": notebook.lesson.module, "cells": notebook.cells, "ours": notebook.ours}
        # Every new start must have learned what to avoid.
        while costs < len(self.left_out) + len(self._fatal) and self.left > 0:
            costs = len(self.left_out) + len(self._fatal)
            with sandbox.started(self.kind, SUBMISSION_SECONDS) as (box, channel), Watch(box.pid, self.left) as watch:
                process = Process(channel, watch, self.settings.cell_seconds)
                try:
                    todo = process.ask({**start, "files": _font_list()}, START_SECONDS)["run"]
                except Lost as lost:
                    raise RuntimeError(f"it could not be started: {lost}. {sandbox.last_words(box)}") from lost
                try:
                    self._go_through(process, todo)
                    return
                except Lost:
                    continue
                finally:
                    self.left -= watch.used

    def remarks(self):
        """What happened on the way, in words."""
        yield from (f"code cell {number + 1} was left out: {why}" for number, why in sorted(self.left_out.items()))
        yield from (f"code cell {number + 1} stopped: {error}" for number, error in sorted(self.stopped.items()))

    def all_verdicts(self):
        """A verdict for each exercise of the notebook, in order."""
        for exercise in self.exercises:
            yield self.verdicts.get(exercise.name) or self._verdict_on_nothing(exercise)

    def _verdict_on_nothing(self, exercise):
        """What to say of an exercise that has no function: what stopped the cell that would have made it."""
        for number, reason in {**self.stopped, **self.left_out}.items():
            if number not in self.notebook.ours and submissions.makes(self.notebook.cells[number], exercise.name):
                return Verdict(exercise, "error", f"Its cell did not get as far as the function: {reason}.")
        if self.left <= 0:
            return Verdict(exercise, "error", f"Not reached: the submission took longer than {SUBMISSION_SECONDS} s.")
        return Verdict(exercise, "not attempted", "The notebook makes no function of this name.")

    def _go_through(self, process, todo):
        self._checks.clear()
        self.stopped.clear()
        for number in todo:
            if number not in self.left_out:
                error = self._ask(process, {"run": number}).get("ran")
                if error:
                    self.stopped[number] = str(error)[:LONGEST_MESSAGE]
        chosen = self._ask(process, {"end": True}).get("predictions")
        for question in self.notebook.lesson.predictions if isinstance(chosen, dict) else ():
            if chosen.get(question.name) in list(question.choices):
                self.predictions[question.name] = chosen[question.name]

    def _ask(self, process, message):
        """Have a cell run, or the end come, and judge what is checked on the way; the reply to it. Raises Lost."""
        answer, reason = message, f"it checked {MOST_CHECKS} times"
        for _ in range(MOST_CHECKS):
            try:
                reply = process.ask(answer)
            except Lost as lost:
                reason = str(lost)
                break
            if "check" not in reply:
                return reply
            answer = {"correct": self._judge(process, reply)}
        if "run" in message:
            self.left_out[message["run"]] = reason
        raise process.nonsense(reason)

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
        if not isinstance(described, dict):
            raise process.nonsense("no answer")
        try:
            is_function = "function" in described
            answer = Answer(process, described) if is_function else process.decode(described.get("value"))
            verdict = exercise.verdict(answer)
            if verdict.status == "correct":
                # On cases that no table of answers knows, the same for the whole class.
                rng = np.random.default_rng([self.settings.seed, *map(int, exercise.number.split("."))])
                again = exercise.verdict(answer, cases=fresh.cases(exercise, rng))
                if again.status != "correct":
                    reason = f"Right on the lesson's own examples, but not on fresh ones. {again.reason}"
                    verdict = dataclasses.replace(again, reason=reason)
        except Exception as error:  # noqa: BLE001, neither nonsense nor a gap in a check may cost the other answers
            return Verdict(exercise, "error", f"The check could not judge it. {type(error).__name__}: {error}")
        if verdict.status == "correct" and answer.borrowed:
            return Verdict(exercise, "borrowed", "It calls the lesson's own function.")
        return verdict


def _names(found):
    """Names, and few of them, whatever came."""
    names = found[:10] if isinstance(found, list) else []
    return {name[:50] for name in names if isinstance(name, str) and name.isidentifier()}


def _error(described):
    """The error that a student's function stopped with, or one that reads the same."""
    name, module, text = (str(described.get(key))[: wire.LONGEST_TEXT] for key in ("type", "module", "text"))
    kind = getattr(sys.modules.get(module), name, None) if module.split(".")[0] in ("builtins", "numpy") else None
    # What is another's, or would end the review, only gets the same name.
    if not (isinstance(kind, type) and issubclass(kind, (Exception, SystemExit))) or name == "ExceptionGroup":
        kind = type(name if name.isidentifier() else "Exception", (Exception,), {})
    # The very kind wherever it can be, since known mistakes are told by it; but some are made of other things than a text.
    for each in (kind, type(kind.__name__, (kind,), {"__str__": lambda self: text})):
        error = each.__new__(each, text)
        with contextlib.suppress(Exception):
            if str(error) == text:
                break
    if isinstance(error, NameError) and isinstance(described.get("name"), str):
        error.name = described["name"][: wire.LONGEST_TEXT]
    entered, where = described["place"] if isinstance(described.get("place"), list) else (True, "")
    error.place = entered is True, str(where)[: wire.LONGEST_TEXT]
    return error


@functools.cache
def _font_list():
    """matplotlib's list of fonts, which takes a second to make and is the same for all."""
    import matplotlib.font_manager

    folder = Path(matplotlib.get_cachedir())
    return {path.name: path.read_text(encoding="utf-8") for path in folder.glob("fontlist*.json")}


if __name__ == "__main__":
    main()
