"""Runs a student's answer against its exercise and says the verdict.

An exercise is a reference function, some cases to try an answer on, and the mistakes known for it. This module knows how
to run, compare and explain; what is right or wrong about one exercise stands in `lessons/exercises/`.
"""

import contextlib
import copy
import dis
import inspect
import io
import linecache
import re
import traceback
import warnings
from dataclasses import dataclass

import numpy as np

from lessons import show

# How far a number may be off, as a share of the largest number that should come out.
TOLERANCE = 1e-5
# Where nothing but rounding should come out, a share of the largest number that went in: squaring and taking the root
# again turns a zero into the root of the rounding.
ZERO, ZERO_TOLERANCE = 1e-9, 1e-7

progress = show.progress


class Wrong(Exception):
    """What a judge raises when an answer is not right: a sentence, and the key of the mistake where it is recognised."""

    def __init__(self, message, mistake=None):
        super().__init__(message)
        self.mistake = mistake


class _NotAttempted(Exception):
    """The answer is still the stub."""


class _Stopped(Exception):
    """The student's code raised; the message says what and where."""


@dataclass(frozen=True)
class Verdict:
    """What the check says of one answer.

    status is "correct", "wrong", "error", "not attempted" or "borrowed"; message is plain text; mistake is the key of
    the recognised mistake in the exercise's `mistakes`, or None.
    """

    exercise: "Exercise"
    status: str
    message: str
    mistake: str | None = None
    example = None

    @property
    def reason(self):
        return self.message

    def __repr__(self):
        return show.verdict_text(self)

    def _repr_html_(self):
        return show.verdict_card(self)


class Exercise:
    """One TODO of a notebook: its reference, the cases an answer is tried on, and the mistakes known for it.

    Parameters
    ----------
    reference : function
        The right answer, of `lessons.factorise`.
    number, title : str
    minutes : int
    returns : str
        What the function should give, in words; said when the values are not right.
    hints : sequence of three str
        The idea; the formula and the shapes; the line with a gap.
    cases : list of tuples
        Arguments to try, smallest first; the first on which an answer fails is shown to the student.
    judge : function of a Run, optional
        For algorithms that may go several ways: raises Wrong when something that must hold does not. Without one,
        the answer must give what the reference gives on every case. May return a remark, a sentence that a right
        answer is told: what its way costs.
    core : bool
        Whether the 40-minute class does it.
    """

    def __init__(self, reference, number, title, minutes, returns, hints, cases, judge=None, core=False):
        self.reference = reference
        self.name = reference.__name__
        self.number = number
        self.title = title
        self.minutes = minutes
        self.core = core
        self.returns = returns
        self.hints = hints
        self.cases = cases
        self.judge = judge or _same_as_reference
        self.mistakes = {}
        self.latest = None  # the latest verdict shown, for progress()
        self.rung = 0

    def __repr__(self):
        return f"{self.number} {self.name}"

    def mistake(self, function):
        """Decorator: a known wrong answer. Its name is the key and its docstring the sentence it triggers."""
        self.mistakes[function.__name__] = function
        return function

    def sentence(self, key):
        """What the check says when it recognises the mistake `key`."""
        if key in self.mistakes:
            return inspect.cleandoc(self.mistakes[key].__doc__).replace("\n", " ")
        return GENERAL_MISTAKES[key]

    def check(self, answer):
        """Show the verdict; return the answer if it is right, and the reference otherwise."""
        verdict = self.latest = self.verdict(answer)
        show.display(verdict)
        return answer if verdict.status == "correct" else self.reference

    def verdict(self, answer):
        """Judge an answer without showing anything; never raises for a wrong answer."""
        if answer is self.reference:
            return Verdict(
                self, "borrowed", "This is the reference. Run the cell with your own function, then check again."
            )
        run = Run(self, answer)
        try:
            if not callable(answer):
                raise Wrong(f"check takes the function itself, but got {describe(answer)}: write check({self.name}).")
            if is_stub(answer):
                raise _NotAttempted
            remark = self.judge(run)
            if run.changed:
                raise Wrong(f"It changed its argument `{run.changed}`.", "changes_arguments")
        except _NotAttempted:
            todo = (
                "Replace the `...` by your own code"
                if is_stub(answer)
                else "It still returns `...`: put your result there"
            )
            return Verdict(self, "not attempted", f"{todo}, run its cell, then check again.")
        except (_Stopped, Wrong) as finding:
            status = "error" if isinstance(finding, _Stopped) else "wrong"
            key = getattr(finding, "mistake", None) or self._recognise(answer)
            if key:
                explanation = self.sentence(key)
            else:
                explanation = f"It should return {self.returns}." if status == "wrong" else ""
                for name in sorted(unused_arguments(answer) - unused_arguments(inspect.unwrap(self.reference))):
                    explanation += f" It never uses its argument `{name}`. Is a variable of the notebook in its place?"
            if run.changed and key != "changes_arguments":
                explanation += f" It also changed its argument `{run.changed}`."
            return Verdict(self, status, f"{finding} {explanation}".strip(), key)
        return Verdict(self, "correct", remark or "")

    def hint(self):
        """Show the next rung of the ladder: the idea, then formula and shapes, then the line with a gap."""
        rung = min(self.rung, len(self.hints) - 1)
        self.rung = rung + 1
        more = "hint() again for more." if self.rung < len(self.hints) else "solution() shows the whole function."
        show.display(show.Note(f"{self}: hint {rung + 1} of {len(self.hints)}", f"{self.hints[rung]}\n\n{more}"))

    def solution(self):
        """Show the source of the reference."""
        lines = inspect.getsource(inspect.unwrap(self.reference)).splitlines()
        body = [line for line in lines if not line.startswith("@")]
        show.display(show.Note(f"{self}: one solution", "", "\n".join(body)))

    def _recognise(self, answer):
        """The key of a known mistake that does the same as the answer on every case, or None."""
        if not callable(answer):
            return None
        came = [_outcome(answer, case) for case in self.cases]
        matches = {}
        for key in [key for key in self.mistakes if key not in GENERAL_MISTAKES]:
            did = [_outcome(self.mistakes[key], case) for case in self.cases]
            pairs = list(zip(came, did))
            # Errors of one kind can have many causes: where nothing else comes, their words have to agree as well.
            telling = any(not isinstance(a, BaseException) for a in came) or all(
                _short(a) == _short(b) for a, b in pairs
            )
            if telling and all(_alike(a, b, case) for (a, b), case in zip(pairs, self.cases)):
                matches[key] = sum(_short(a) != _short(b) for a, b in pairs if isinstance(a, BaseException))
        return min(matches, key=matches.get, default=None)


# Mistakes that any exercise can meet; the sentences are said as they stand.
GENERAL_MISTAKES = {
    "changes_arguments": (
        "Whoever called your function still needs it as it was: make a new array instead of changing the old one in "
        "place, which `+=`, `*=` and `[...] =` do."
    ),
    "returns_nothing": (
        "Did you forget to `return` the result, or to do so on every way through an `if`? Printing only shows it."
    ),
    "returns_booleans": (
        "True and False calculate by rules of their own (`@` of them is an and-or): `.astype(float)` makes numbers of them."
    ),
}


class Run:
    """A student's function, ready to be called by a judge: on copies, watched, and its results looked at first."""

    def __init__(self, exercise, answer):
        self.exercise = exercise
        self.answer = answer
        self.changed = None  # the name of an argument the answer changed in place
        self.result = None  # the latest thing the answer returned, also when it was of the wrong kind

    def __call__(self, *args, like=None, **kwargs):
        """Call the answer on copies of the arguments.

        Checks the kind of thing returned, its shape and its numbers, against `like` or else against what the
        reference returns for the same arguments. Raises Wrong, or ends the judging when the student's code stopped.
        """
        if like is None:
            like = self.exercise.reference(*copy.deepcopy(args), **copy.deepcopy(kwargs))
        given, named = copy.deepcopy(args), copy.deepcopy(kwargs)
        try:
            # A judge calls many times: what a loop prints each time would bury the verdict.
            with quiet(), contextlib.redirect_stdout(io.StringIO()):
                result = self.result = self.answer(*given, **named)
        except NotImplementedError:
            raise _NotAttempted from None
        except (Exception, SystemExit) as error:
            raise _Stopped(self._explain(error, args, kwargs)) from error
        self._watch(args, given)
        if result is Ellipsis or (isinstance(result, tuple) and any(part is Ellipsis for part in result)):
            raise _NotAttempted
        problem, mistake = _unlike(result, like)
        if problem:
            raise Wrong(f"For {self.call_text(args, kwargs)} {problem}.", mistake)
        return result

    def call_text(self, args, kwargs=None):
        """The arguments in words: small arrays as numbers, others by their shape."""
        named = {**dict(zip(self.names(), args)), **(kwargs or {})}
        return ", ".join(f"{name} = {describe(value)}" for name, value in named.items())

    def names(self):
        return list(inspect.signature(self.exercise.reference).parameters)

    def _watch(self, args, given):
        for name, before, after in zip(self.names(), args, given):
            if isinstance(before, np.ndarray) and not np.array_equal(before, after, equal_nan=True):
                self.changed = name

    def _explain(self, error, args, kwargs):
        kind = f"{type(error).__name__}: {_short(error)}"
        # An answer that lives in another process (tools.review) brings the place along, since tracebacks stay behind.
        entered, where = getattr(error, "place", None) or place_of(error, self.answer)
        if not entered and isinstance(error, TypeError):
            wanted = f"{self.exercise.name}({', '.join(self.names())})"
            return f"It could not be called as {wanted}. {kind}."
        return f"{kind}{where}, called with {self.call_text(args, kwargs)}."


# What numpy says of arrays that do not fit, and what a student can do about it.
PLAINLY = {
    r"matmul: .*\(size (\d+) is different from (\d+)\)": (
        "the inner sizes of this product, {1} and {0}, should be equal. Is a `.T` missing, or are the two in the wrong order?"
    ),
    r"shapes .* not aligned: (\d+) \(dim \d\) != (\d+) \(dim \d\)": (
        "the inner sizes of this product, {0} and {1}, should be equal. Is a `.T` missing, or are the two in the wrong order?"
    ),
    r"operands could not be broadcast together with shapes (\(.*?\)) (\(.*?\)) ?": (
        "entry by entry, {0} and {1} do not fit. Is it a matrix product, `@`, or does one need `[:, np.newaxis]`?"
    ),
    r"The truth value of an array with more than one element is ambiguous.*": (
        "an `if` or `while` needs one True or False and got a whole array. Is a sum missing (`np.sum`; Python's own `sum` "
        "adds rows), or is each entry to be asked by itself?"
    ),
}


def _short(error):
    """What an error says, on one line and not at any length; numpy's words put plainly."""
    words = " ".join(str(error).split())
    for pattern, plainly in PLAINLY.items():
        found = re.fullmatch(pattern, words)
        if found:
            return plainly.format(*found.groups())
    return words if len(words) <= 200 else f"{words[:200]} ..."


def place_of(error, answer):
    """Whether an error came up inside the answer, rather than on the way in, and the answer's line in words."""
    frames = traceback.extract_tb(error.__traceback__)[1:]
    code = getattr(inspect.unwrap(answer), "__code__", None)
    own = [frame for frame in frames if code and frame.filename == code.co_filename]
    where = ""
    if own:
        line = (own[-1].line or linecache.getline(own[-1].filename, own[-1].lineno)).strip()
        where = f" in `{line}`" if line else f" in line {own[-1].lineno}"
    return bool(frames), where


def _same_as_reference(run):
    for case in run.exercise.cases:
        expected = run.exercise.reference(*copy.deepcopy(case))
        came = run(*case, like=expected)
        if not close(came, expected, case):
            raise Wrong(f"For {run.call_text(case)} it returned {describe(came)}{_first_off(came, expected, case)}.")


def _first_off(came, expected, case):
    """Where an array too large to be shown goes wrong first, in words."""
    if np.ndim(expected) == 0 or isinstance(expected, tuple) or describe(came)[0] == "[":
        return ""
    place = next(place for place in np.ndindex(came.shape) if not close(came[place], expected[place], (expected,)))
    return f", the right one, but from entry {list(place)} = {came[place]:.4g} on the values are off"


def close(a, b, scale=()):
    """Whether two results agree to 1e-5 of the largest number expected; pairs are compared part by part.

    Where the expected b is zero to rounding beside the numbers in `scale`, the arguments, so may a be.
    """
    if isinstance(b, (tuple, list)):
        return len(a) == len(b) and all(close(x, y, scale) for x, y in zip(a, b))
    if isinstance(b, (bool, np.bool_)):
        return bool(a) == bool(b)
    if np.iscomplexobj(a):
        return False
    a, b = np.asarray(a, dtype=float), np.asarray(b, dtype=float)
    if a.shape != b.shape:
        return False
    expected, given = _largest(b), max([0.0, *(_largest(part) for part in scale)])
    tolerance = TOLERANCE * expected if expected > ZERO * given else ZERO_TOLERANCE * given
    return bool(np.allclose(a, b, rtol=0, atol=tolerance, equal_nan=True))


def _largest(value):
    """The largest finite size of a number in an array; 0 for what is not one."""
    if not isinstance(value, (np.ndarray, float, np.floating)):
        return 0.0
    sizes = np.abs(np.asarray(value, dtype=float))
    return float(np.max(sizes, initial=0.0, where=np.isfinite(sizes)))


def describe(value):
    """A value in a few words: numbers where they are few, kind and shape where they are many."""
    if isinstance(value, (tuple, list)):
        inside = ", ".join(describe(part) for part in value[:4]) + (", ..." if len(value) > 4 else "")
        return f"({inside})" if isinstance(value, tuple) else f"[{inside}]"
    if isinstance(value, np.ndarray) and value.ndim:
        if value.size <= 16 and value.dtype.kind in "fiu":
            numbers = np.array2string(
                value, separator=", ", formatter={"float_kind": lambda number: f"{number + 0.0:.4g}"}
            )
            return re.sub(r"\s+", " ", numbers)
        return f"an array of shape {value.shape}"
    if isinstance(value, (float, np.floating, np.ndarray)) and np.asarray(value).dtype.kind == "f":
        return f"{float(value):.6g}"
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, (str, int, float, complex, type(None), type(...))) and len(repr(value)) <= 60:
        return repr(value)
    return f"a {type(value).__name__}"


def _unlike(result, like):
    """What is wrong with the kind, the shape or the numbers of a result, in words, and the mistake if it has a name."""
    if result is None:
        return "it returned None", "returns_nothing"
    if isinstance(like, tuple):
        if not isinstance(result, (tuple, list)) or len(result) != len(like):
            return f"it should return {len(like)} arrays, but returned {_kind(result)}", None
        for number, (part, part_like) in enumerate(zip(result, like), start=1):
            problem, mistake = _unlike(part, part_like)
            if problem:
                return f"the result number {number} of {len(like)} is off: {problem}", mistake
        return None, None
    if isinstance(like, (bool, np.bool_)):
        right = isinstance(result, (bool, np.bool_)) or (type(result) is np.ndarray and result.dtype == bool)
        right = right and np.ndim(result) == 0
        return (None, None) if right else (f"it should return True or False, but returned {_kind(result)}", None)
    wanted = "an array" if np.ndim(like) else "a single number"
    if isinstance(result, np.ndarray) and type(result) is not np.ndarray:
        # In np.matrix, say, `*` and `**` mean something else.
        return f"it should return a plain array, but returned a {type(result).__name__}: try np.asarray(...)", None
    if not isinstance(result, (np.ndarray, np.number, int, float)) or isinstance(result, bool):
        return f"it should return {wanted}, but returned {_kind(result)}", None
    if np.shape(result) != np.shape(like):
        shape = f"{wanted} of shape {np.shape(like)}" if np.ndim(like) else wanted
        return f"it should return {shape}, but returned {_kind(result)}", None
    if np.asarray(result).dtype.kind == "b":
        return "it should return numbers, but the entries are True and False", "returns_booleans"
    if np.asarray(result).dtype.kind not in "fiu":
        return f"it should return real numbers, but the entries are {np.asarray(result).dtype}", None
    broken = int(np.sum(~np.isfinite(result)))
    if broken:
        return f"it returned {describe(result)}, with {broken} of {np.size(result)} entries NaN or infinite", None
    return None, None


def _kind(value):
    if isinstance(value, (tuple, list)):
        return f"a {type(value).__name__} of {len(value)}"
    if isinstance(value, np.ndarray) and value.ndim:
        return f"an array of shape {value.shape}"
    return describe(value)


@contextlib.contextmanager
def quiet():
    """Silence numpy's warnings: what overflows or divides by zero shows in the result, and is named there."""
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        yield


def _outcome(function, case):
    """What a function does with one case: its result, or the error it raises."""
    try:
        with quiet(), contextlib.redirect_stdout(io.StringIO()):
            return function(*copy.deepcopy(case))
    except (Exception, SystemExit) as error:  # noqa: BLE001, a student's code may raise anything
        return error


def _alike(a, b, case):
    if a is None or b is None or isinstance(a, BaseException) or isinstance(b, BaseException):
        return type(a) is type(b)
    try:
        return close(a, b, case)
    except (TypeError, ValueError, OverflowError):
        return False


def is_stub(answer):
    """Whether the body is nothing but `pass`, a docstring, `...` or returning one of these."""
    code = getattr(answer, "__code__", None)
    if code is None:
        return False
    steps = [step for step in dis.get_instructions(code) if step.opname not in ("RESUME", "NOP")]
    empty = all(step.opname in ("LOAD_CONST", "RETURN_CONST", "RETURN_VALUE") for step in steps)
    return empty and all(step.argval in (None, Ellipsis) for step in steps if "CONST" in step.opname)


def unused_arguments(answer):
    """The names of the arguments that a function never looks at."""
    code = getattr(answer, "__code__", None)
    if code is None:
        # An answer that lives in another process (tools.review) brings the names along.
        return getattr(answer, "unused", set())
    loaded = [step.argval for step in dis.get_instructions(code) if "LOAD" in step.opname]
    # From Python 3.13 on, one instruction may load two.
    used = {name for names in loaded for name in (names if isinstance(names, tuple) else [names])}
    return set(code.co_varnames[: code.co_argcount]) - used
