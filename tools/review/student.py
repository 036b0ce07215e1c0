"""The process that a submission runs in: ``python -m tools.review.student SOCKET``, started by `sandbox`.

Everything here shares a process with the student's code and can be changed by it, so nothing here decides anything: the
worst that a hostile notebook can make of it is a wrong value in its own answer.
"""

import ast
import contextlib
import ctypes
import dis
import importlib
import inspect
import os
import resource
import signal
import socket
import sys
import traceback
import types
from pathlib import Path

import numpy as np

from lessons import answers, check
from tools.review import wire

MEMORY = 4 * 2**30  # bytes of addresses a process; the libraries of the lesson alone take about one and a half of these
OUTPUT = 8 * 2**20  # bytes a cell may print, and that a file may hold
PROCESSES = 32  # at a time; the lesson needs one
OPEN_FILES = 256


def main():
    connection = socket.socket(fileno=int(sys.argv[1]))
    connection.set_inheritable(False)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG: end with the judge, also where nothing isolates
    # Limits that this process and its children cannot raise again.
    limits = {"RLIMIT_AS": MEMORY, "RLIMIT_FSIZE": OUTPUT, "RLIMIT_NPROC": PROCESSES, "RLIMIT_NOFILE": OPEN_FILES}
    for name, value in {**limits, "RLIMIT_CPU": int(sys.argv[2]), "RLIMIT_CORE": 0}.items():
        # macOS does not know all of them, and where the system allows less already, that stays.
        with contextlib.suppress(AttributeError, ValueError, OSError):
            resource.setrlimit(getattr(resource, name), (value, value))
    # From here on nothing is printed to whoever started the review, and the limit on the size of files holds for prints.
    printed = os.open("printed.txt", os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600)
    os.dup2(printed, 1)
    os.dup2(printed, 2)
    channel = wire.Channel(connection)
    Student(channel, channel.receive()).obey()


class Student:
    """A notebook's cells and functions, at the reviewer's command.

    start is the first message: "module", the exercises' module; "cells", the sources of the code cells; "ours", the numbers
    of those that are the lesson's own, unchanged; "files", what to put into the working folder.
    """

    def __init__(self, channel, start):
        self.channel = channel
        self.cells = start["cells"]
        for name, text in start["files"].items():
            Path(name).write_text(text, encoding="utf-8")
        self.shell = _shell()
        self.lesson = importlib.import_module(f"lessons.exercises.{start['module']}")
        self.functions = []  # what the reviewer may call, with the exercise it answers
        self.checked = {}  # exercise name -> the answer last checked, and what the check gave back
        self._called = False
        check.Exercise.check = lambda exercise, answer: self.check(exercise, answer)
        sources = [self.shell.transform_cell(source) for source in self.cells]
        self.channel.send({"run": cells_to_run(sources, set(start["ours"]))})

    def obey(self):
        """Run the cells that the reviewer names; at the end check what is left and tell what was predicted."""
        while "run" in (message := self._next()):
            self.channel.send({"ran": self._run(message["run"])})
        if "end" in message:
            self._check_the_rest()
            chosen = {each.name: wire.encode(each.choice) for each in self.lesson.predictions}
            self.channel.send({"predictions": chosen})

    def check(self, exercise, answer):
        """What `todo.NAME.check(answer)` does here: the reviewer judges, and the notebook goes on as in class."""
        if self._called:  # by a function that is being judged, perhaps this one
            return exercise.reference
        self.channel.send({"check": exercise.name, "answer": self._introduce(exercise, answer)})
        correct = self._next().get("correct")
        result = answer if correct else exercise.reference
        self.checked[exercise.name] = (answer, result)
        return result

    def _next(self):
        """The next message that is not a call; calls are answered on the way."""
        while True:
            message = self.channel.receive()
            if "call" not in message:
                return message
            self.channel.send(self._call(message))

    def _introduce(self, exercise, answer):
        """What the reviewer has to know of an answer before calling it."""
        if not callable(answer):
            return {"value": wire.encode(answer)}
        self.functions.append((answer, exercise.name))
        return {
            "function": len(self.functions) - 1,
            "stub": answers.is_stub(answer),
            "gap": answers.has_gap(answer),
            "has_a_rule": answers.has_a_rule(answer),
            "unused": sorted(answers.unused_arguments(answer)),
            "outside": sorted(answers.outside_data(answer)),
            **_asks(answer),
        }

    def _call(self, message):
        function, name = self.functions[message["call"]]
        args = [self._counting(wire.decode(value)) for value in message["args"]]
        counters = [type(value) for value in args if hasattr(type(value), "products")]
        for counter in counters:
            counter.products = 0
        kwargs = {key: wire.decode(value) for key, value in message["kwargs"].items()}
        self._called = True
        with answers.quiet(), answers.same_chance(message["seed"]), self._printing(), _noticed(name) as borrowed:
            try:
                reply = {"result": wire.encode(function(*args, **kwargs))}
            except BaseException as error:  # noqa: BLE001, whatever a student's function raises is told
                reply = {"error": _describe_error(error, function)}
        self._called = False
        products = sum(counter.products for counter in counters)
        after = [wire.encode(value) for value in args]
        return {**reply, "after": after, "borrowed": bool(borrowed), "products": products}

    def _counting(self, value):
        """An argument as the exercise's own kind of array, which counts what is done with it, where it has that kind's name."""
        kind = getattr(self.lesson, type(value).__name__, None)
        return value.view(kind) if isinstance(kind, type) and issubclass(kind, np.ndarray) else value

    def _run(self, number):
        """Run a cell; the error that stopped it in words, or None."""
        with self._printing():
            result = self.shell.run_cell(self.cells[number], silent=True)
            if "matplotlib.pyplot" in sys.modules:
                sys.modules["matplotlib.pyplot"].close("all")
        error = result.error_before_exec or result.error_in_exec
        # From Python 3.13 on a bracket that is left open is a kind of SyntaxError with a name for Python alone.
        kind = type(error).__name__.replace("_IncompleteInputError", "SyntaxError")
        return f"{kind}: {_text(error)}{_line(error)}" if error else None

    def _check_the_rest(self):
        """Functions of the exercises' names that no check has seen, because its cell is gone or came too early."""
        for exercise in self.lesson.exercises:
            answer = self.shell.user_ns.get(exercise.name)
            if callable(answer) and not any(answer is each for each in self.checked.get(exercise.name, ())):
                self.check(exercise, answer)

    @contextlib.contextmanager
    def _printing(self):
        """Let code print into the file that stands for the screen, and empty that afterwards."""
        sys.stdout = sys.stderr = open(1, "w", encoding="utf-8", errors="replace", closefd=False)  # noqa: SIM115
        try:
            yield
        finally:
            with contextlib.suppress(OSError, ValueError):
                sys.stdout.flush()
            os.ftruncate(1, 0)
            os.lseek(1, 0, os.SEEK_SET)


@contextlib.contextmanager
def _noticed(name):
    """A list that is filled when the lesson's own function `name` runs, by whatever way the student's code came to it."""
    found, own = [], os.path.join("lessons", "factorise.py")

    def notice(frame, event, _):
        if event == "call" and frame.f_code.co_name == name and frame.f_code.co_filename.endswith(own):
            found.append(name)

    sys.setprofile(notice)
    try:
        yield found
    finally:
        sys.setprofile(None)


def cells_to_run(sources, ours):
    """Which cells to run, of their sources in plain Python: all that are not the lesson's own (those with the numbers
    `ours`), and of these what the others build on, since drawing every picture of a class again takes most of the time."""
    names = [_names(source) for source in sources]
    run = {number for number, source in enumerate(sources) if number not in ours or ".check(" in source}
    while True:
        needed = set().union(*(names[number][1] for number in run))
        more = {number for number in ours - run if names[number][0] & needed}
        if not more:
            return sorted(run)
        run |= more


def _names(source):
    """The names that a cell defines or changes, and the global names that it uses, also inside its functions."""
    try:
        tree = ast.parse(source)
        codes = [compile(tree, "cell", "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)]
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return set(), set()
    defines, uses = set(), set()
    for node in ast.walk(tree):  # X[0] = 1 and X.shape = 2, 2 change X
        if isinstance(node, (ast.Subscript, ast.Attribute)) and isinstance(node.ctx, ast.Store):
            if isinstance(node.value, ast.Name):
                defines.add(node.value.id)
    for code in codes:  # which grows
        codes += [each for each in code.co_consts if isinstance(each, types.CodeType)]
        for step in dis.get_instructions(code):
            if step.opname in ("STORE_NAME", "STORE_GLOBAL"):
                defines.add(step.argval)
            elif step.opname in ("LOAD_NAME", "LOAD_GLOBAL"):
                uses.add(step.argval)
    return defines, uses


def _shell():
    """IPython's shell, so that magics, `!commands` and `display` do what they do in a notebook; nothing is kept."""
    from IPython.core.history import HistoryManager
    from IPython.core.interactiveshell import InteractiveShell

    HistoryManager.enabled = False
    shell = InteractiveShell.instance()
    shell.showtraceback = shell.showsyntaxerror = lambda *args, **kwargs: None
    shell.ask_exit = lambda: None  # a notebook's shell has this
    shell.enable_matplotlib = lambda gui=None: (gui, "agg")  # nobody looks at the pictures
    return shell


def _asks(answer):
    """The names of the arguments that a function must be given, and the defaults of the others."""
    try:
        given = {name: each.default for name, each in inspect.signature(answer).parameters.items()}
    except (TypeError, ValueError):  # not written in Python
        return {}
    required = [name for name, default in given.items() if default is inspect.Parameter.empty]
    return {"required": required, "defaults": {n: wire.encode(each) for n, each in given.items() if n not in required}}


def _text(error):
    try:
        return str(error.msg if isinstance(error, SyntaxError) else error)[: wire.LONGEST_TEXT]
    except Exception:  # noqa: BLE001, a student's exception may do anything in its __str__
        return ""


def _line(error):
    """The student's line that an error stopped a cell in, in words."""
    if isinstance(error, SyntaxError):
        line = error.text
    else:
        frames = traceback.extract_tb(error.__traceback__)
        line = next((frame.line for frame in reversed(frames) if frame.filename.startswith("<ipython")), "")
    return f" in `{line.strip()[:200]}`" if line and line.strip() else ""


def _describe_error(error, function):
    try:
        entered, where = answers.place_of(error, function)
    except Exception:  # noqa: BLE001, the traceback may lead anywhere
        entered, where = True, ""
    return {
        "type": type(error).__name__,
        "module": type(error).__module__,
        "text": _text(error),
        "name": error.name if isinstance(error, NameError) else None,
        "place": [entered, where[: wire.LONGEST_TEXT]],
    }


if __name__ == "__main__":
    main()
