"""Runs a student's answer against its exercise and says the verdict.

An exercise says what is right: a reference and other right ways, cases to try an answer on, and perhaps a law for what may
come out differently. It also says what is known to go wrong, as edits of the right ways. This module runs an answer, looks
at what came, and finds the reason; `mistakes` knows how edits are made, `show` how a verdict looks.
"""

import contextlib
import copy
import functools
import inspect
import operator
import re
import sys
import threading
from dataclasses import dataclass, field, replace

import numpy as np

from lessons import show
from lessons.answers import (
    has_gap,
    holds_gap,
    is_stub,
    lacks_defaults,
    missing_name,
    named,
    outcome,
    outside_data,
    place_of,
    quiet,
    same_chance,
    unused_arguments,
)
from lessons.compare import close, describe, distance, finite, first_off, unlike
from lessons.mistakes import FROM_OUTSIDE, SENTENCES, Known, alike, parse

# From here on a right answer is told how far it is off, and up to there a wrong one is told that it is nearly right.
NOTICED, NEARLY = 2e-6, 1e-2
# Seconds after which check says which example still runs.
PATIENCE = 5


@dataclass(frozen=True)
class Example:
    """The smallest example on which an answer failed.

    arguments: {name: value}; came: what the answer returned, or a str such as "ValueError: ..." where it stopped; expected:
    what should have come, or None where more than one result is right.
    """

    arguments: dict
    came: object
    expected: object = None


@dataclass(frozen=True)
class Verdict:
    """What the check says of one answer.

    status is "correct", "wrong", "error", "not attempted" or "borrowed"; reason is plain text, what is wrong and why;
    mistakes are the keys of the recognised mistakes, at most two; example is where it shows, or None.
    """

    exercise: "Exercise"
    status: str
    reason: str = ""
    mistakes: tuple[str, ...] = ()
    example: Example | None = None

    @property
    def mistake(self):
        """The first recognised mistake, or None."""
        return self.mistakes[0] if self.mistakes else None

    @property
    def message(self):
        """The reason and the example in one short paragraph."""
        if self.example is None:
            return self.reason
        called = ", ".join(f"{name} = {describe(value)}" for name, value in self.example.arguments.items())
        if self.status == "error":
            stopped = "" if self.example.came in self.reason else f" {self.example.came}"
            return f"{self.reason}{stopped} It was called with {called}."
        came, expected = self.example.came, self.example.expected
        return f"{self.reason} For {called} it returned {describe(came)}{first_off(came, expected)}."

    def __repr__(self):
        return show.verdict_text(self)

    def _repr_html_(self):
        return show.verdict_card(self)


@dataclass(eq=False)
class Exercise:
    """One TODO of a notebook: what is right, and what is known to go wrong.

    Parameters
    ----------
    reference : function
        A right answer, of `lessons.factorise`.
    number, title : str
    minutes : int
    returns : str
        What the function should give, in words; said when no better reason is found.
    hints : str
        The idea, the formula and the shapes, the line with a gap, each behind a `- `; kept as a tuple.
    cases : list of tuples
        Arguments on which an answer is compared, smallest first.
    edges : list of tuples
        Arguments that only decide between right and wrong: zeros, ties, atoms that nobody uses.
    ways : list of str
        Other right ways to write the answer, as an expression or a body; mistakes are made in them as well.
    mistakes : str or tuple of str
        The known mistakes, a table or several, as `mistakes.parse` reads them; kept as {key: Mistake}.
    law : function (came, run, *case) -> Finding, str or None, optional
        What must hold where several results are right; `run(...)` calls the answer again. Without one, a result is right if
        one of the ways gives it. A str is a remark: right, and what it costs.
    canonical : function (result) -> result, optional
        Brings results that differ only in what is left open (a sign) to the same form.
    core : bool
        Whether the 40-minute class does it.
    without : str, optional
        What any exercise can meet is not looked for in this expression.
    """

    reference: object
    number: str
    title: str
    minutes: int
    returns: str
    hints: object
    cases: list
    edges: list = field(default_factory=list)
    ways: list = field(default_factory=list)
    mistakes: object = ""
    law: object = None
    canonical: object = staticmethod(lambda result: result)
    core: bool = False
    without: str | None = None

    def __post_init__(self):
        self.name = self.reference.__name__
        self.hints = tuple(" ".join(hint.split()) for hint in re.split(r"\n *- ", self.hints)[1:])
        self.mistakes = parse(*self.mistakes) if isinstance(self.mistakes, tuple) else parse(self.mistakes)
        self.known = Known(self)
        self.latest = None  # the latest verdict shown
        self.rung = 0  # of the ladder of hints

    def __repr__(self):
        return f"{self.number} {self.name}"

    @functools.cached_property
    def names(self):
        """The names of the arguments."""
        return list(inspect.signature(self.reference).parameters)

    def sentence(self, key):
        """What is said of the mistake `key`."""
        return self.known.mistakes[key].sentence if key in self.known.mistakes else SENTENCES[key]

    def verdict(self, answer, cases=None):
        """Judge an answer without showing anything; never raises for a wrong answer. `cases` stand in for the known ones."""
        return judged(self, Run(self, answer), cases)

    def check(self, answer):
        """Show the verdict; return the answer if it is right, and the reference otherwise."""
        run = Run(self, answer)
        with run.told_when_slow():
            try:
                self.latest = judged(self, run)
            except KeyboardInterrupt as stop:
                where = place_of(stop, answer)[1]
                reason = f"You interrupted the check while your function ran{where}. Run this cell again to check it."
                self.latest = Verdict(self, "error", reason, (), run.example())
        show.display(self.latest)
        return answer if self.latest.status == "correct" else self.reference

    def hint(self):
        """Show the next rung of the ladder: the idea, then formula and shapes, then the line with a gap."""
        rung = min(self.rung, len(self.hints) - 1)
        self.rung = rung + 1
        name, more = f"todo.{self.name}", self.rung < len(self.hints)
        after = f"`{name}.hint()` gives more." if more else f"`{name}.solution()` shows one solution."
        show.display(show.Note(f"{self}: hint {rung + 1} of {len(self.hints)}", f"{self.hints[rung]}\n\n{after}"))

    def solution(self):
        """Show the source of the reference."""
        lines = inspect.getsource(inspect.unwrap(self.reference)).splitlines()
        body = [line for line in lines if not line.startswith("@")]
        show.display(show.Note(f"{self}: one solution", "", "\n".join(body)))

    def example(self):
        """The arguments on which the latest answer failed, {name: copy}, to try by hand; those of the first case before."""
        if self.latest and self.latest.example:
            return copy.deepcopy(self.latest.example.arguments)
        return copy.deepcopy(dict(zip(self.names, self.cases[0])))


@dataclass(frozen=True)
class Finding:
    """What is not right, in words (perhaps none), with the mistakes behind it where they are known.

    form: where one slip shows in the form of the result alone, its key and the function that puts a result right, so that a
    second slip can be looked for behind it. further: what else is wrong, seen on other numbers than those of the cases.
    expected: what a law would have had, where only one result is right.
    """

    words: str
    mistakes: tuple[str, ...] = ()
    example: Example | None = None
    status: str = "wrong"
    form: tuple = ()
    further: tuple[str, ...] = ()
    expected: object = None


class _Stopped(Exception):
    """A call within a law found something; ends the judging."""

    def __init__(self, finding):
        self.finding = finding


class Run:
    """A student's function on its way through a judgement: what it did with each case, and what it changed."""

    def __init__(self, exercise, answer):
        self.exercise = exercise
        self.answer = answer
        self.changed = self.changing = None  # the first argument that was changed, and where
        self.arguments = None  # of the latest call
        self.outcomes = {}

    def outcome(self, case):
        """What the answer does with one case; asked once."""
        if id(case) not in self.outcomes:
            self.outcomes[id(case)] = case, self._ask(case)
        return self.outcomes[id(case)][1]

    def __call__(self, *args, **kwargs):
        """For a law: the answer's result for other arguments, of the right kind; ends the judging where there is none."""
        return self._result(args, kwargs)

    def anew(self, *args):
        """The same where `np.random` gives other numbers."""
        return self._result(args, seed=1)

    def _result(self, args, kwargs=(), seed=0):
        came = self._ask(args, kwargs, seed)
        like = self.exercise.known.right(args, kwargs)
        finding = self.problem(came, like, args, kwargs, finite=False)
        if finding:
            raise _Stopped(finding)
        return came.value

    def problem(self, came, like, args, kwargs=(), finite=True):
        """What is wrong with an outcome before its numbers are looked at, as a Finding, or None."""
        if came.error is not None:
            words, key = self._explain(came.error)
            return Finding(words, (key,) * bool(key), self.example(words), "error")
        words, key = unlike(came.value, like, finite)
        return Finding(words, (key,) * bool(key), self.example(came.value, like)) if words else None

    def example(self, came=None, expected=None):
        return Example(copy.deepcopy(self.arguments or {}), came, expected)

    @contextlib.contextmanager
    def told_when_slow(self):
        """A context that says after some seconds which example still runs."""
        page = sys.stdout

        def tell():
            named = ", ".join(f"{name} = {describe(value)}" for name, value in (self.arguments or {}).items())
            print(f"{self.exercise}: your function still runs, on {named}. Stop it with the square above.", file=page)

        timer = threading.Timer(PATIENCE, tell)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()

    def _ask(self, args, kwargs=(), seed=0):
        self.arguments = {**dict(zip(self.exercise.names, args)), **dict(kwargs)}
        with quiet(), same_chance(seed):
            came = outcome(self.answer, self.exercise.names, args, kwargs)
        if came.changed and not self.changed:
            self.changed, self.changing = came.changed, self.example(came.value)
        return came

    def _explain(self, error):
        """An error in words, and what it is a sign of."""
        # An answer that lives in another process (tools.review) brings the place along, since tracebacks stay behind.
        entered, where = getattr(error, "place", None) or place_of(error, self.answer)
        if not entered and isinstance(error, TypeError):
            wanted = f"{self.exercise.name}({', '.join(self.exercise.names)})"
            left_out = len(self.arguments) < len(self.exercise.names) and "required positional argument" in str(error)
            key = "defaults_missing" if left_out else "other_arguments"
            return f"It could not be called as `{wanted}`. {named(error)}.", key
        kinds = {UnboundLocalError: "no_value_yet", NameError: "unknown_name", SystemExit: "leaves"}
        key = next((key for kind, key in kinds.items() if isinstance(error, kind)), None)
        return f"{named(error)}{where}.{missing_name(error)}", key


def judged(exercise, run, cases=None):
    """The verdict on an answer: first what kind of thing it is, then what it does, then why."""
    answer = run.answer
    if answer is exercise.reference:
        return Verdict(exercise, "borrowed", "This is the reference: the cell above did not run, or holds no function of "
                       "your own yet. Run it, then check again.")  # fmt: skip
    if not callable(answer):
        got = f"check takes the function itself, but got {describe(answer)}: write `check({exercise.name})`."
        return Verdict(exercise, "wrong", got)
    if is_stub(answer):
        todo = "Replace the `...` by your own code, run its cell, then check again."
        return Verdict(exercise, "not attempted", todo)
    finding, remark = judge(exercise, run, cases)
    if finding is None and run.changed is None:
        return Verdict(exercise, "correct", remark)
    if finding is not None and (has_gap(answer) or any(holds_gap(came.value) for _, came in run.outcomes.values())):
        return Verdict(exercise, "not attempted", "One gap is still open: replace the `...` by your own code, run its cell, "
                       "then check again.")  # fmt: skip
    return explained(exercise, run, finding)


def judge(exercise, run, cases=None):
    """What is wrong with the answer, as a Finding or None, and a remark for one that is right."""
    remark, off = "", 0.0
    try:
        for case in [*(exercise.cases if cases is None else cases), *(exercise.edges if cases is None else ())]:
            finding = look(exercise, run, case)
            if isinstance(finding, Finding):
                return finding, ""
            if isinstance(finding, str):
                remark = remark or finding
            elif finding is not None:
                off = max(off, finding)
    except _Stopped as stopped:
        return stopped.finding, ""
    if lacks_defaults(run.answer, exercise.reference):
        return Finding("", ("defaults_missing",)), ""
    if not remark and off > NOTICED:
        remark = (
            f"Right, and off by up to {off:.0e} of the largest number, as rounding or a small constant makes it. "
            "That is little enough here."
        )
    return None, remark


def look(exercise, run, case):
    """What is wrong with the answer for one case: a Finding; or None, a remark, or how far a right result is off."""
    came, rights = run.outcome(case), exercise.known.rights(case)
    run.arguments = dict(zip(exercise.names, case))
    finding = run.problem(came, rights[0], case)
    if finding:
        return finding
    if exercise.law:
        example = run.example(came.value)
        with quiet():
            finding = exercise.law(came.value, run, *case)
        if isinstance(finding, Finding):
            return replace(finding, example=replace(example, expected=finding.expected))
        return finding
    value = exercise.canonical(came.value)
    if any(close(value, right, case) for right in map(exercise.canonical, rights)):
        return distance(value, exercise.canonical(rights[0]), case) if len(rights) == 1 else None
    return Finding("", (), run.example(came.value, rights[0]))


def explained(exercise, run, finding):
    """The verdict on an answer that is not right, with the reason where one is found."""
    changed = ("changes_arguments",) * (run.changed is not None)
    keys = ()
    if finding is not None:
        keys = tuple(key for key in finding.mistakes if key in FROM_OUTSIDE)
        keys = keys or recognised(exercise, run)
        if exercise.law and len(keys) == 1 and keys[0] in exercise.known.forms:
            keys = with_what_is_behind(exercise, run, keys[0], exercise.known.forms[keys[0]]) or keys
        if not keys and SENTENCES["notebooks_own_data"] not in _outside(exercise, run.answer):
            keys = in_another_form(exercise, run, finding) or finding.mistakes
        keys += finding.further
    if keys and "other_arguments" not in keys and lacks_defaults(run.answer, exercise.reference):
        keys += ("defaults_missing",)
    keys = tuple(dict.fromkeys([*keys, *changed]))[:2]
    sentences = [exercise.sentence(key) for key in keys]
    if run.changed and "changes_arguments" in keys:
        place = keys.index("changes_arguments")
        sentences[place] = f"It changed its argument `{run.changed}`. {sentences[place]}"
    if len(sentences) == 2:
        reason = f"Two slips at once. First: {sentences[0]} Second: {sentences[1]}"
    elif sentences:
        reason = sentences[0]
    else:
        reason = unexplained(exercise, run, finding)
        keys = ("notebooks_own_data",) * (SENTENCES["notebooks_own_data"] in reason)
    example = finding.example if finding else run.changing
    reason += _right_part(exercise, example) if finding else ""
    return Verdict(exercise, finding.status if finding else "wrong", reason, keys, example)


def _right_part(exercise, example):
    """A sentence on which of two results is right where only one is: what is said of a mistake may speak of both."""
    if not example or not isinstance(example.expected, tuple) or unlike(example.came, example.expected)[0]:
        return ""
    pairs, scale = map(exercise.canonical, (example.came, example.expected)), tuple(example.arguments.values())
    right = [close(came, like, scale) for came, like in zip(*pairs)]
    if right[0] == right[1]:
        return ""
    return f" In the example the {'first' if right[0] else 'second'} result is right and the other is not."


def recognised(exercise, run):
    """The keys of the known mistakes that do the same as the answer, or ()."""

    def at(edge, other):
        came = other.outcome(edge)
        if came.error is not None or not finite(came.value):
            return "broken"
        with contextlib.suppress(_Stopped):
            if not isinstance(look(exercise, other, edge), Finding):
                return "right"
        return "off" if alike(came, run.outcome(edge), edge, exercise.canonical) else "off in another way"

    came = [run.outcome(case) for case in exercise.cases]
    at_edges = [at(edge, run) for edge in exercise.edges]
    return exercise.known.recognise(came, at_edges, lambda known, edge: at(edge, Run(exercise, known)))


def in_another_form(exercise, run, finding):
    """Where several results are right: the mistake that shows in the form of the result, and the first one behind it, which shows
    once the form is put right; or ()."""
    came, like = finding.example.came, finding.example.expected
    if finding.form:
        return with_what_is_behind(exercise, run, *finding.form)
    if not exercise.law or like is None or not unlike(came, like)[0]:
        return ()
    parts = [slice(2), *range(len(came))] if isinstance(came, tuple) else []
    only = [("returns_more", operator.itemgetter(part)) for part in parts]
    for key, form in [*exercise.known.forms.items(), *only]:
        fits = False
        with contextlib.suppress(Exception):  # of what is no array, or no pair of them
            fits = unlike(form(came), like)[0] is None
        if fits:
            return with_what_is_behind(exercise, run, key, form) or (key,) * isinstance(like, tuple)
    return ()


def with_what_is_behind(exercise, run, key, form):
    """The key of a slip in the form of the result, and that of what is wrong once it is put right; () if that has no name."""
    other = Run(exercise, lambda *args, **kwargs: form(run.answer(*args, **kwargs)))
    behind = judge(exercise, other)[0]
    second = recognised(exercise, other) or behind.mistakes if behind else ()
    return (key, *second)[:2] if second or not behind else ()


def unexplained(exercise, run, finding):
    """What can be said where no known mistake does the same: what came, what was asked for, and what is seen from outside."""
    if finding.status == "error":
        return f"{finding.words}{_outside(exercise, run.answer)}"
    words = finding.words
    example = finding.example
    if not words and example.expected is not None and not isinstance(example.expected, (bool, np.bool_)):
        off = distance(
            exercise.canonical(example.came), exercise.canonical(example.expected), tuple(example.arguments.values())
        )
        if off <= NEARLY:
            words = (
                f"Nearly right: no number is off by more than {off:.1g} of the largest one. Is something rounded, or a small "
                "constant added?"
            )
    words = words or f"It should return {exercise.returns}."
    return f"{words[0].upper()}{words[1:]}{'' if words[-1] in '.?' else '.'}{_outside(exercise, run.answer)}"


def _outside(exercise, answer):
    """A sentence on arguments that are never used, and on what may stand in their place."""
    unused = sorted(unused_arguments(answer) - unused_arguments(inspect.unwrap(exercise.reference)))
    if not unused:
        return ""
    listed = " and ".join(f"`{name}`" for name in unused)
    own = f" It never uses its argument{'s' * (len(unused) > 1)} {listed}."
    foreign = sorted(outside_data(answer))
    return own + (f" Is it `{foreign[0]}` instead? {SENTENCES['notebooks_own_data']}" if foreign else "")
