"""Reviewing a class: the verdicts of the notebook, come what may from the submissions."""

import concurrent.futures
import contextlib
import csv
import glob
import hashlib
import importlib
import json
import os
import pickle
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import psutil
import pytest

pytest.importorskip("resource", reason="the review needs Linux or macOS")

import pty  # noqa: E402

from lessons.mistakes import compiled  # noqa: E402
from tools import ROOT  # noqa: E402
from tools.review import __main__ as command  # noqa: E402
from tools.review import judge, report, sandbox, student, submissions, wire  # noqa: E402

LESSON = "01_lego_dictionary"
NAMES = ["reconstruct", "code", "sample_error", "frobenius_norm", "objective", "smallest_error"]
NUMBERS = ["1.1", "1.2", "1.3", "1.4", "1.5", "1.6"]
WRONG = "def reconstruct(D, A):\n    return (D @ A).T"


@pytest.fixture(scope="module")
def any_kind():
    """The isolation that a review would use here."""
    try:
        sandbox.require()
    except sandbox.Unavailable as reason:
        missing = "bubblewrap is not installed" if not shutil.which("bwrap") else str(reason)
        pytest.skip(f"no student's code was run in a sandbox: {missing}")
    return "bubblewrap"


def solved():
    """The solved notebook 1 without outputs, as plain data."""
    notebook = json.loads((ROOT / "solutions" / f"{LESSON}.ipynb").read_text(encoding="utf-8"))
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            cell.update(outputs=[], execution_count=None)
    return notebook


def code_cell(source):
    return {"cell_type": "code", "source": source, "metadata": {}, "outputs": [], "execution_count": None}


def hand_in(*added, file=f"{LESSON}.ipynb", **answers):
    """The solved notebook with some answers replaced, and with code cells added after the imports."""
    notebook = solved()
    cells = notebook["cells"]
    for cell in cells:
        for name, source in answers.items():
            if f"def {name}(" in "".join(cell["source"]):
                cell["source"] = source
    imports = next(i for i, cell in enumerate(cells) if cell["id"] == "imports")
    cells[imports + 1 : imports + 1] = [code_cell(source) for source in added]
    return submissions.Submission("anna", file, json.dumps(notebook).encode("utf-8"))


def run(submission, kind, seconds=20):
    """The verdicts and remarks on a submission that can be run."""
    notebook = submissions.notebook(submission)
    trial = judge.Trial(notebook, kind, judge.Settings(cell_seconds=seconds))
    trial.run()
    verdicts = {verdict.exercise.number: verdict for verdict in trial.all_verdicts()}
    assert list(verdicts) == NUMBERS
    return verdicts, [*notebook.remarks, *trial.remarks()]


def statuses(verdicts):
    return {number: verdict.status for number, verdict in verdicts.items()}


ALL_CORRECT = dict.fromkeys(NUMBERS, "correct")


# What a student's `reconstruct` may do.
BODIES = [
    "return None",
    "return [[1.0, 2.0], [3.0, 4.0]]",
    "return (D, A)",
    "return np.linalg.svd(D)",
    "return np.dot(D, A).astype(np.float32)",
    "return np.matrix(D @ A)",
    "return np.ma.array(D @ A)",
    "return np.float32(3)",
    "return True",
    "return 'a text'",
    "return 10**400",
    "return 3 + 4j",
    "return {1: 2}",
    "return (x for x in D)",
    "return np.full(D.shape, None)",
    "return (D @ A).astype('U8')",
    "return (D @ A) * np.nan",
    "return ...",
    "return (..., D)",
    "pass",
    "raise NotImplementedError",
    "D += 1\n    return D @ A",
    "D -= 1\n    D += 1\n    return D @ A",
    "import sys\n    sys.exit('bye')",
    "return {}['missing']",
    "return np.reshape(D, 17)",
    "return D @ A[:, :, 0]",
    "return np.linalg.inv(D)",
    "return np.sum(D, axis=5)",
    "D += 1j\n    return D",
    "return helper(D)",
    "return sqrt(D)",
]


def checked(module, prepare, answers, kind):
    """The verdicts on answers, pairs of an exercise's name and a cell's source, checked one after the other."""
    sources = [f"from lessons.exercises import {module} as todo\n{prepare}"]
    sources += [f"{source}\n\ntodo.{name}.check({name})" for name, source in answers]
    lesson = submissions.Lesson("trial", module, {}, {})
    trial = judge.Trial(submissions.Notebook(lesson, sources, []), kind, judge.Settings())
    came = []
    trial._verdict = lambda *args: came.append(judge.Trial._verdict(trial, *args)) or came[-1]
    trial.run()
    assert not trial.stopped and not trial.left_out
    return came


def told(verdicts):
    """What verdicts tell, to compare."""
    return [(each.status, each.reason, each.mistakes, each.message) for each in verdicts]


class TestVerdicts:
    """What the review says is what the check says in the notebook."""

    @pytest.mark.parametrize("module", ["lego", "scaling", "faces", "nmf", "one_objective", "how_many_atoms"])
    def test_known_mistakes_get_the_verdict_of_the_notebook(self, module, any_kind):
        for exercise in importlib.import_module(f"lessons.exercises.{module}").exercises:
            made = {keys: source for keys, source in exercise.known.singles if keys[0] in exercise.mistakes}
            cells = [(exercise.name, f"{exercise.name} = compiled({source!r})") for source in made.values()]
            came = checked(module, "from lessons.mistakes import compiled", cells, any_kind)

            assert told(came) == told(exercise.verdict(compiled(source)) for source in made.values())

    def test_solved_notebooks_are_correct_and_student_notebooks_not_attempted(self, any_kind):
        for folder, status in (("solutions", "correct"), ("notebooks", "not attempted")):
            for path in sorted((ROOT / folder).glob("*.ipynb")):
                row = judge.review(submissions.Submission("anna", path.name, path.read_bytes()), judge.Settings())
                assert not row["problem"]
                assert {answer["status"] for answer in row["answers"].values()} == {status}, path.name

    def test_whatever_comes_back_gets_the_verdict_of_the_notebook(self, any_kind, tmp_path):
        helper = "def helper(D):\n    return D.no_such_thing"
        answers = [f"def reconstruct(D, A):\n    {body}" for body in BODIES]
        named = [("reconstruct", answer) for answer in answers]
        came = checked("lego", f"import numpy as np\n{helper}", named, any_kind)
        here = []
        for number, source in enumerate(answers):
            path = tmp_path / f"{number}.py"  # a file, so that the notebook's verdict knows the line as well
            path.write_text(source)
            scope = {"np": np}
            exec(helper, scope)
            exec(compile(source, path, "exec"), scope)
            here.append(importlib.import_module("lessons.exercises.lego").reconstruct.verdict(scope["reconstruct"]))

        assert told(came) == told(here)
        assert {verdict.status for verdict in came} == {"wrong", "error", "not attempted", "correct"}

    def test_a_function_of_other_arguments_is_told_the_signature(self, any_kind):
        verdicts, _ = run(hand_in(reconstruct="def reconstruct(D):\n    return D"), any_kind)

        assert "It could not be called as `reconstruct(D, A)`." in verdicts["1.1"].message

    def test_something_that_is_no_function_is_told_so(self, any_kind):
        verdicts, _ = run(hand_in(reconstruct="def reconstruct(D, A): ...\n\nreconstruct = np.ones((2, 2))"), any_kind)

        assert verdicts["1.1"].status == "wrong"
        assert "check takes the function itself" in verdicts["1.1"].message

    def test_a_function_without_the_defaults_of_the_first_line_is_told_so(self, any_kind):
        body = "    return abs(previous_loss - loss) <= tolerance * min(previous_loss, loss)"
        lines = ["tolerance=1e-4", "tolerance"]
        answers = [("has_settled", f"def has_settled(previous_loss, loss, {line}):\n{body}") for line in lines]
        came = checked("nmf", "", answers, any_kind)
        assert [verdict.mistakes for verdict in came] == [(), ("defaults_missing",)]

        body = "    for _ in range(steps):\n        E = R - P @ Q.T\n"
        body += (
            "        P, Q = P + alpha * (2 * E @ Q - beta * P), Q + alpha * (2 * E.T @ P - beta * Q)\n    return P, Q"
        )
        first = "def matrix_factorization(R, P, Q, K"
        lines = ["steps=500, alpha=0.002, beta=0.02", "steps=9, alpha=0.002, beta=0.02", "steps, alpha, beta"]
        answers = [("matrix_factorization", f"{first}, {line}):\n{body}") for line in lines]
        came = checked("faces", "", answers, any_kind)
        assert [verdict.mistakes for verdict in came] == [(), ("defaults_changed",), ("defaults_missing",)]

    def test_an_interrupt_in_a_function_does_not_interrupt_the_review(self, any_kind):
        verdicts, _ = run(hand_in(reconstruct="def reconstruct(D, A):\n    raise KeyboardInterrupt"), any_kind)

        assert statuses(verdicts) == {**ALL_CORRECT, "1.1": "error"}
        assert "KeyboardInterrupt" in verdicts["1.1"].message

    def test_any_callable_may_answer(self, any_kind):
        verdicts, _ = run(hand_in(reconstruct="def reconstruct(D, A): ...\n\nreconstruct = np.dot"), any_kind)

        assert statuses(verdicts) == ALL_CORRECT

    def test_a_later_attempt_counts(self, any_kind):
        notebook = solved()
        notebook["cells"] += [code_cell(WRONG), code_cell("reconstruct = todo.reconstruct.check(reconstruct)")]
        content = json.dumps(notebook).encode()
        verdicts, _ = run(submissions.Submission("anna", "a.ipynb", content), any_kind)

        assert (verdicts["1.1"].status, verdicts["1.1"].mistake) == ("wrong", "transposed")

    def test_checking_again_what_was_borrowed_does_not_hide_the_mistake(self, any_kind):
        again = "reconstruct = todo.reconstruct.check(reconstruct)\n" * 2
        verdicts, _ = run(hand_in(reconstruct=f"{WRONG}\n\n{again}"), any_kind)

        assert (verdicts["1.1"].status, verdicts["1.1"].mistake) == ("wrong", "transposed")

    def test_an_answer_that_checks_itself_is_judged_all_the_same(self, any_kind):
        source = "def reconstruct(D, A):\n    todo.reconstruct.check(reconstruct)\n    return D @ A"
        verdicts, _ = run(hand_in(reconstruct=source), any_kind)

        assert statuses(verdicts) == ALL_CORRECT

    def test_magics_commands_and_display_do_what_they_do_in_a_notebook(self, any_kind):
        added = [
            "%matplotlib inline\n%time n = 3\n!echo hello\n%pip install no-such-package\ndisplay(np.eye(n))",
            "%%time\nassert n == 3",
            "await __import__('asyncio').sleep(0)",
            "!test -t 1\nassert _exit_code == 0, 'no terminal'",
            "!python -c 'import numpy'\nassert _exit_code == 0, 'another Python'",
            "%%bash\necho $((1 + 2)) > three",
            "assert open('three').read() == '3\\n'",
            "import os, pty\nos.write(pty.openpty()[0], b'hello')",
            "import os, tempfile\nos.mkdir(os.path.join('/tmp', 'notes'))\ntempfile.mkstemp()",
            "import matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.show()",
            "import multiprocessing\nmultiprocessing.Lock()",
        ]
        verdicts, remarks = run(hand_in(*added), any_kind)

        assert statuses(verdicts) == ALL_CORRECT
        assert not [remark for remark in remarks if "code cell" in remark]

    def test_a_helper_in_another_cell_is_found(self, any_kind):
        verdicts, _ = run(
            hand_in("def mix(D, A):\n    return D @ A", reconstruct="def reconstruct(D, A):\n    return mix(D, A)"),
            any_kind,
        )

        assert statuses(verdicts) == ALL_CORRECT


BORROWED = {
    "a new name": "from lessons import factorise\ndef reconstruct(D, A): ...\n\nreconstruct = factorise.reconstruct",
    "its exercise": "def reconstruct(D, A): ...\n\nreconstruct = todo.reconstruct.reference",
    "a wrapper": "from lessons import factorise\ndef reconstruct(D, A):\n    return factorise.reconstruct(D, A)",
    "what check returned": (
        "lent = todo.reconstruct.check(lambda D, A: ...)\ndef reconstruct(D, A):\n    return lent(D, A)"
    ),
    "a partial": (
        "import functools\nfrom lessons import factorise\ndef reconstruct(D, A): ...\n\n"
        "reconstruct = functools.partial(factorise.reconstruct)"
    ),
}


def test_the_lessons_own_function_is_borrowed_whatever_it_is_called(any_kind):
    came = checked("lego", "", [("reconstruct", source) for source in BORROWED.values()], any_kind)
    # Between the verdicts on the answers is one on the empty answer that gets a reference lent.
    found = [verdict.status for verdict in came]

    assert found == ["borrowed"] * 3 + ["not attempted"] + ["borrowed"] * 2


def test_another_copy_of_the_lesson_in_the_notebook_does_not_make_borrowed_answers_correct(any_kind):
    """Notebooks carry a copy of the lesson, perhaps an older one, for where they are uploaded alone."""
    fresh = "import sys\nfor name in [name for name in sys.modules if name.startswith('lessons')]:\n    del sys.modules[name]"
    again = "from lessons.exercises import lego as todo"
    verdicts, _ = run(hand_in(fresh, again, reconstruct=WRONG), any_kind)
    assert verdicts["1.1"].status == "borrowed"

    unpacks = f"# @title Run this cell first: it brings along what the notebook needs\n{fresh}\n{again}"
    verdicts, remarks = run(hand_in(unpacks, reconstruct=WRONG), any_kind)
    assert statuses(verdicts) == {**ALL_CORRECT, "1.1": "wrong"}
    assert not [remark for remark in remarks if "code cell" in remark]


# Cells and answers that try to fake a pass; in each the answer to 1.1 is the elementwise product.
FAKES = {
    "patches the verdict": [
        "from lessons import check\nfake = lambda self, answer: check.Verdict(self, 'correct', '')\n"
        "check.Exercise.verdict = check.Exercise.check = fake"
    ],
    "patches the comparison": [
        "from lessons import check\ncheck.close = check._alike = lambda *args: True\ncheck.TOLERANCE = float('inf')",
        "np.allclose = np.array_equal = lambda *args, **kwargs: True",
    ],
    "replaces modules": [
        "import sys, types\nfor name in [name for name in sys.modules if name.startswith(('lessons', 'tools'))]:\n"
        "    sys.modules[name] = types.ModuleType(name)",
    ],
    "moves the goal": ["todo.reconstruct.reference = lambda D, A: D * A\ntodo.reconstruct.cases.clear()"],
    "patches what talks to the reviewer": [
        "from tools.review import wire\nwire.encode = lambda value: {'correct': True, 'borrowed': False}"
    ],
    "talks to the reviewer itself": [
        "import gc\nfrom tools.review import wire\n"
        "channel = next(each for each in gc.get_objects() if type(each) is wire.Channel)\n"
        "channel.send({'check': 'reconstruct', 'answer': {'status': 'correct', 'correct': True}})\nchannel.receive()\n"
        "channel.send({'ran': None, 'unchecked': [], 'correct': True, 'verdict': 'correct'})",
    ],
    "compares equal to everything": [
        "class Same(np.ndarray):\n    __eq__ = __lt__ = __le__ = lambda *args: True\n"
        "    def __array_function__(self, *args): return True",
        "product = lambda D, A: (np.resize(D, (len(D), A.shape[1])) * 0).view(Same)",
    ],
}


@pytest.mark.parametrize("cells", FAKES.values(), ids=FAKES)
def test_a_pass_cannot_be_faked(cells, any_kind):
    wrong = "product = globals().get('product', lambda D, A: D * A)\ndef reconstruct(D, A):\n    return product(D, A)"
    verdicts, _ = run(hand_in(*cells, reconstruct=wrong), any_kind, seconds=3)

    assert verdicts["1.1"].status in ("wrong", "error", "not attempted")


class Liar(judge.Process):
    """A student's process that gives the same reply to everything."""

    def __init__(self, reply):
        super().__init__(None, None, 20)
        self.reply = reply

    def ask(self, message, limit=None):
        if self.lost:
            raise self.lost
        return self.reply


@pytest.mark.parametrize(
    "reply",
    [
        {},
        {"check": "reconstruct"},
        {"check": ["reconstruct"], "answer": {"function": 0}},
        {"check": "reconstruct", "answer": 3},
        {"check": "reconstruct", "answer": {}},
        {"check": "reconstruct", "answer": {"value": {"array": 3}}},
        {"check": "reconstruct", "answer": {"stub": "yes", "borrowed": 1, "function": {"0": []}}},
        {"predictions": [3]},
        {"predictions": {"chip_maker": ["x"]}, "ran": 3},
        {"check": "reconstruct", "answer": {"function": 0}, "error": 3},
        {"check": "reconstruct", "answer": {"function": 0}, "error": {"place": 3}},
        {"check": "reconstruct", "answer": {"function": 0}, "result": True, "after": {"x": 1, "9": 2}},
        {"check": "reconstruct", "answer": {"function": 0}, "result": {"other": 3}, "after": [{}]},
        {"check": "reconstruct", "answer": {"function": 0, "required": 3, "defaults": {"class": 1, "D": {}}}},
    ],
    ids=json.dumps,
)
def test_no_reply_confuses_the_judge(reply):
    lesson = submissions.lessons()[LESSON]
    trial = judge.Trial(submissions.Notebook(lesson, [], []), "none", judge.Settings())
    try:
        trial._judge(Liar({**reply, "check": None}), reply)
        trial._go_through(Liar(reply), [])
    except judge.Lost:
        pass
    assert "correct" not in [verdict.status for verdict in trial.all_verdicts()]


ENDS = {
    "os._exit": "import os\nos._exit(0)",
    "kills its own process": "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)",
    "an endless loop that will not be interrupted": "while True:\n    try:\n        while True: pass\n    except: pass",
    "closes every file": "import os\nos.closerange(0, 100)",
}


def test_cells_that_end_or_block_the_process_cost_only_themselves(any_kind):
    verdicts, remarks = run(hand_in(*ENDS.values()), any_kind, seconds=3)

    assert statuses(verdicts) == ALL_CORRECT
    left_out = [remark for remark in remarks if "left out" in remark]
    assert [remark.split(": ")[0] for remark in left_out] == [
        f"code cell {2 + i} was left out" for i in range(len(ENDS))
    ]
    reasons = {remark.split(": ")[1] for remark in left_out}
    assert reasons == {"it ended its own process", "it took longer than 3 s"}


def test_answers_that_end_or_block_the_process_cost_only_themselves(any_kind):
    answers = {}
    for name, source in zip(NAMES, ENDS.values()):
        body = "\n".join(f"    {line}" for line in source.splitlines())
        answers[name] = f"def {name}(*args):\n{body}\n    return 0"
    verdicts, _ = run(hand_in(**answers), any_kind, seconds=3)

    assert statuses(verdicts) == {**ALL_CORRECT, **dict.fromkeys(NUMBERS[: len(ENDS)], "error")}
    for number in NUMBERS[: len(ENDS)]:
        assert re.match("(TimeLimit: it took longer than 3 s|ProcessEnded: it ended)", verdicts[number].message)


TOO_MUCH = {
    "np.ones(100 * 2**30 // 8)": "Unable to allocate 100. GiB",
    "while True: print('x' * 1000)": "File too large",
    "with open('huge', 'wb') as file:\n    while True: file.write(bytes(2**20))": "File too large",
    "for i in range(1000):\n    with open(f'{i}', 'wb') as file: file.write(bytes(2**20))": "No space left on device",
    "def down(): down()\ndown()": "RecursionError",
}


def test_memory_output_and_files_are_limited(any_kind):
    verdicts, remarks = run(hand_in(*TOO_MUCH), any_kind)
    stopped = [remark for remark in remarks if " stopped: " in remark]

    assert statuses(verdicts) == ALL_CORRECT
    for number, (remark, error) in enumerate(zip(stopped, TOO_MUCH.values()), start=2):
        assert remark.startswith(f"code cell {number} stopped: ") and error in remark
    assert len(stopped) == len(TOO_MUCH)


def test_an_answer_that_takes_too_much_is_an_error(any_kind):
    answers = {
        "reconstruct": "def reconstruct(D, A):\n    return np.ones(100 * 2**30 // 8)",
        "code": "def code(x, D):\n    while True: print('x' * 1000)",
    }
    verdicts, _ = run(hand_in(**answers), any_kind)

    assert statuses(verdicts) == {**ALL_CORRECT, "1.1": "error", "1.2": "error"}
    assert "Unable to allocate 100. GiB" in verdicts["1.1"].message
    assert "File too large" in verdicts["1.2"].message


def test_processes_are_limited_and_end_with_the_review(any_kind):
    # Kept small: twice as many as are allowed, each gone after a while.
    name = f"{10_000 + time.time() % 1000:.6f}"
    forks = (
        "import os\nfor i in range(%d):\n    if os.fork() == 0:\n        os.setsid()\n"
        "        os.execvp('sleep', ['sleep', '%s'])"
    )
    verdicts, remarks = run(hand_in(forks % (2 * student.PROCESSES, name)), any_kind)

    assert statuses(verdicts) == ALL_CORRECT
    assert [remark for remark in remarks if "code cell 2 stopped: BlockingIOError" in remark]
    _wait_until(lambda: not _running(name))  # the system takes a moment to end them


def _running(word):
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            found += [path] * (word.encode() in path.read_bytes())
        except OSError:
            continue
    return found


def test_nothing_of_the_reviewers_can_be_read_or_reached(any_kind, tmp_path, monkeypatch):
    """Whatever the notebook finds out it puts into an error, where it would be seen."""
    monkeypatch.setenv("REVIEWERS_TOKEN", "token-of-the-reviewer")
    (tmp_path / "ben.ipynb").write_text("answers-of-ben")
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.1)
        read = f"raise ValueError(open({str(tmp_path / 'ben.ipynb')!r}).read())"
        verdicts, remarks = run(
            hand_in(
                read,
                "import os\nraise ValueError(dict(os.environ))",
                f"import glob\nraise ValueError(sorted(glob.glob({glob.escape(str(Path.home())) + '/*'!r})))",
                "import glob\nraise ValueError(glob.glob('/proc/[0-9]*/environ'))",
                f"import socket\nsocket.create_connection(('127.0.0.1', {server.getsockname()[1]}), 5)",
                f"import os\nos.kill({os.getpid()}, 0)",
            ),
            any_kind,
        )
        with pytest.raises(TimeoutError):
            server.accept()
    said = "\n".join(remarks)

    assert statuses(verdicts) == ALL_CORRECT
    assert "answers-of-ben" not in said and "FileNotFoundError" in said
    assert "token-of-the-reviewer" not in said and "ValueError: {" in said
    # Of the home no more than where the lesson and its Python lie there.
    there = [*sandbox.readable(), *(link for link, _ in sandbox._links_to_python())]
    inside = [Path(path).relative_to(Path.home()) for path in there if Path(path).is_relative_to(Path.home())]
    names = {path.parts[0] for path in inside if not path.parts[0].startswith(".")}
    assert f"code cell 4 stopped: ValueError: {sorted(str(Path.home() / name) for name in names)}" in said
    assert "code cell 5 stopped: ValueError: []" in said
    assert "code cell 6 stopped: " in said
    assert "code cell 7 stopped: ProcessLookupError" in said


def test_nothing_can_be_written_outside_the_own_folder(any_kind, tmp_path):
    places = [tmp_path / "x", ROOT / "x", ROOT / "lessons" / "x", Path(sys.prefix, "x"), "/x", "/usr/x", "/home/x"]
    cells = [f"open({str(place)!r}, 'w')" for place in places]
    cells += [f"import os\nos.remove({str(ROOT / 'lessons' / 'check.py')!r})", "open('x', 'w').close()"]
    cells += ["import subprocess\nsubprocess.run(['mount', '-o', 'remount,rw', '/usr'], check=True)"]
    verdicts, remarks = run(hand_in(*cells), any_kind)
    stopped = [remark for remark in remarks if " stopped: " in remark]

    assert statuses(verdicts) == ALL_CORRECT
    assert len(stopped) == len(cells) - 1  # all but the file in the own folder
    assert not [place for place in places if Path(place).exists()]


def test_no_user_of_its_own_can_be_made(any_kind):
    if not sandbox._no_more_users(shutil.which("bwrap")):
        pytest.skip("this bubblewrap cannot forbid it")
    verdicts, remarks = run(
        hand_in("import subprocess\nsubprocess.run(['unshare', '--user', 'true'], check=True)"), any_kind
    )

    assert statuses(verdicts) == ALL_CORRECT
    assert [remark for remark in remarks if "code cell 2 stopped: CalledProcessError" in remark]


def test_an_isolation_that_does_not_hold_is_not_used(monkeypatch):
    monkeypatch.setattr(sandbox, "command", lambda kind, argv: argv)
    monkeypatch.setattr(sandbox.shutil, "which", lambda name: name)

    assert sandbox.problem_here() == "it can read the reviewer's files"
    with pytest.raises(sandbox.Unavailable, match="it can read the reviewer's files"):
        sandbox.require()


def test_an_isolation_that_hides_the_lesson_is_not_used(any_kind, tmp_path, monkeypatch):
    """As when root reviews, and only root may read the lesson."""
    monkeypatch.setattr(sandbox, "ROOT", tmp_path / "nothing")

    assert sandbox.problem_here().startswith("it cannot read the lesson: ")


def test_the_bubblewrap_that_was_found_is_the_one_that_is_started(any_kind, tmp_path, monkeypatch):
    own = tmp_path / "bwrap"
    own.write_text(f'#!/bin/sh\ntouch {shlex.quote(str(tmp_path))}/started\nexec {shutil.which("bwrap")} "$@"\n')
    own.chmod(0o755)
    tmp_path.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    verdicts, _ = run(hand_in(), any_kind)

    assert (tmp_path / "started").exists()
    assert statuses(verdicts) == ALL_CORRECT


def test_a_python_that_is_found_by_way_of_links_is_found_in_there_too(any_kind, tmp_path, monkeypatch):
    """As when an environment was made with a link in ~/.local/bin."""
    (tmp_path / "first").symlink_to("second")
    (tmp_path / "second").symlink_to(sys.executable)
    monkeypatch.setattr(sys, "executable", str(tmp_path / "first"))

    assert sandbox.problem_here() is None


def test_the_reviewers_name_may_be_student(any_kind, monkeypatch):
    monkeypatch.setattr(sandbox, "HOME", str(ROOT.parent))
    verdicts, _ = run(hand_in(), any_kind)

    assert statuses(verdicts) == ALL_CORRECT


def test_computing_and_waiting_count_and_a_busy_computer_does_not(any_kind):
    with contextlib.ExitStack() as stack:
        for _ in range(4):  # so that the notebook has to wait for its turn
            busy = subprocess.Popen([sys.executable, "-c", "while True: pass"])
            stack.callback(busy.wait)
            stack.callback(busy.kill)
        start = time.monotonic()
        cells = ["sum(i for i in range(10_000_000))", "while True: pass", "import time\ntime.sleep(1000)"]
        verdicts, remarks = run(hand_in(*cells), any_kind, seconds=4)
        seconds = time.monotonic() - start

    assert statuses(verdicts) == ALL_CORRECT
    assert [remark for remark in remarks if "code cell" in remark] == [
        f"code cell {number} was left out: it took longer than 4 s" for number in (3, 4)
    ]
    assert seconds > 8


def test_the_time_of_all_starts_together_is_limited(any_kind, monkeypatch):
    monkeypatch.setattr(judge, "SUBMISSION_SECONDS", 5)
    verdicts, remarks = run(hand_in("while True: pass", "while True: 1"), any_kind, seconds=4)

    assert set(statuses(verdicts).values()) == {"error"}
    assert "the submission took longer than 5 s" in verdicts["1.1"].message


# A cell that starts a process which would stay for ever, and then waits for ever itself.
STAYS = "import subprocess, time\nsubprocess.Popen(['sleep', '{0}'], start_new_session=True)\ntime.sleep({0})"


def end_by_interrupt(review, terminal):
    os.write(terminal, b"\x03")  # Ctrl-C


def end_by_closing_the_terminal(review, terminal):
    os.close(terminal)


def end_by_killing_its_workers(review, terminal):
    for worker in review.children():
        worker.kill()


def end_by_killing_it(review, terminal):
    review.kill()


@pytest.mark.parametrize(
    "end", [end_by_interrupt, end_by_closing_the_terminal, end_by_killing_its_workers, end_by_killing_it]
)
def test_nothing_survives_a_review_that_ends_too_soon(end, tmp_path, any_kind):
    word = f"{10_000 + time.time() % 1000:.6f}"
    (tmp_path / "class").mkdir()
    (tmp_path / "class" / f"{LESSON}.ipynb").write_bytes(hand_in(STAYS.format(word)).content)
    arguments = [sys.executable, "-m", "tools.review", str(tmp_path / "class"), "--output", str(tmp_path / "review")]
    pid, terminal = pty.fork()
    if not pid:
        with contextlib.suppress(OSError):
            os.chdir(ROOT)
            os.execv("/bin/sh", ["sh", "-c", '"$@"; sleep 300', "sh", *arguments])  # as in a terminal, below a shell
        os._exit(1)
    try:
        _wait_until(lambda: _running(word))
        (review,) = psutil.Process(pid).children()
        started = review.children(recursive=True)
        end(review, terminal)
        gone, alive = psutil.wait_procs(started, timeout=60)
    finally:
        with contextlib.suppress(OSError):
            os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        with contextlib.suppress(OSError):
            os.close(terminal)

    assert len(gone) >= 4  # the worker, bubblewrap, the notebook's process and the one that it started
    assert not alive
    _wait_until(lambda: not _running(word))


def _wait_until(condition, seconds=60):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.1)


class TestSubmissions:
    """Every file gets a row, and what is unusual about it is said."""

    def remarks(self, notebook, file=f"{LESSON}.ipynb"):
        content = json.dumps(notebook).encode("utf-8")
        return submissions.notebook(submissions.Submission("anna", file, content)).remarks

    def student(self, **changes):
        notebook = json.loads((ROOT / "notebooks" / f"{LESSON}.ipynb").read_text(encoding="utf-8"))
        for cell in notebook["cells"]:
            if cell["cell_type"] == "code":
                cell["execution_count"] = 1
        return notebook

    def test_an_ordinary_one_needs_no_remark(self):
        assert self.remarks(self.student()) == []

    def test_renamed(self):
        assert self.remarks(self.student(), "week 1 (2).ipynb") == [f"renamed, it is {LESSON}"]

    def test_saved_with_outputs(self):
        notebook = self.student()
        notebook["cells"][1]["outputs"] = [{"output_type": "stream", "name": "stdout", "text": "hello"}]
        assert self.remarks(notebook) == ["saved with outputs"]

    def test_half_run_or_not_at_all(self):
        notebook = self.student()
        code = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
        for cell in code[5:]:
            cell["execution_count"] = None
        written = len(submissions.lessons()[LESSON].code)
        assert self.remarks(notebook) == [f"half run: {5 - (len(code) - written)} of {written} code cells"]
        for cell in code:
            cell["execution_count"] = None
        assert self.remarks(notebook) == ["saved without having been run"]

    def test_cells_deleted_and_added(self):
        notebook = self.student()
        gone = ("code", "code-check")
        notebook["cells"] = [cell for cell in notebook["cells"] if cell["id"] not in gone]
        notebook["cells"].append({**code_cell("1 + 1"), "execution_count": 1})
        assert self.remarks(notebook) == ["2 cells deleted: code, code-check", "1 cell added"]

    def test_an_older_version(self):
        notebook = self.student()
        notebook["cells"][0]["source"] = "# 1. What a dictionary was"
        assert self.remarks(notebook) == ["an older version of the notebook, or its text was edited: title"]

    def test_cells_in_another_order_need_no_remark_of_their_own(self):
        notebook = self.student()
        notebook["cells"].reverse()
        assert self.remarks(notebook) == []

    def test_a_notebook_of_an_nbgrader_course_needs_no_remark(self, any_kind):
        nbformat = pytest.importorskip("nbformat")
        from tools import nbgrader_course

        course = nbgrader_course.source_notebook(ROOT / "solutions" / f"{LESSON}.ipynb")
        content = nbformat.writes(course).encode()
        row = judge.review(submissions.Submission("anna", f"{LESSON}.ipynb", content), judge.Settings())

        assert row["remarks"] == ["saved without having been run"]
        assert {answer["status"] for answer in row["answers"].values()} == {"correct"}

    def test_new_ids_do_not_make_new_cells(self):
        notebook = self.student()
        for number, cell in enumerate(notebook["cells"]):
            cell["metadata"] = {"id": f"aB-{number}"}
            del cell["id"]
            if "def reconstruct" in "".join(cell["source"]):
                cell["source"] = "def reconstruct(D, A):\n    return D @ A"
        assert self.remarks(notebook) == []

    @pytest.mark.parametrize(
        ("content", "reason"),
        [
            (b"", "the file is empty"),
            (b" \n", "the file is empty"),
            (b"%PDF-1.5 \xff\xfe", "not a notebook: not text"),
            (b'{"cells": [', "not a notebook: not JSON, or cut short"),
            (b"[" * 200_000, "not a notebook: not JSON, or cut short"),
            (b"[1, 2]", "not a notebook: JSON without cells"),
            (b'{"cells": 3}', "not a notebook: JSON without cells"),
            (b'{"cells": [3]}', "not a notebook: some of its cells are not cells"),
            (b'{"worksheets": []}', "a notebook of format 3"),
            (b'{"cells": []}', "of another lesson"),
            (b'{"cells": [{"cell_type": "code", "source": "1 + 1"}]}', "of another lesson"),
        ],
    )
    def test_what_is_no_notebook_says_what_it_is(self, content, reason, any_kind, tmp_path):
        path = tmp_path / "a.ipynb"
        path.write_bytes(content)
        (submission,) = submissions.find(tmp_path)
        row = judge.review(submission, judge.Settings())

        assert reason in row["problem"]
        assert row["answers"] == {}

    def test_cells_of_the_wrong_kind_do_not_stop_the_review(self, any_kind):
        notebook = self.student()
        notebook["cells"][1].update(source=None, metadata=None, outputs=3, execution_count="x")
        notebook["cells"][3].update(source=[1, 2], id=["x"])
        row = judge.review(submissions.Submission("anna", "a.ipynb", json.dumps(notebook).encode()), judge.Settings())
        assert row["answers"] or row["problem"]

    def test_every_file_is_found_and_none_is_followed(self, tmp_path):
        (tmp_path / "anna").mkdir()
        (tmp_path / "anna" / ".ipynb_checkpoints").mkdir()
        (tmp_path / "anna" / ".ipynb_checkpoints" / "a-checkpoint.ipynb").write_text("{}")
        (tmp_path / "anna" / "a.ipynb").write_text("{}")
        (tmp_path / "ben.ipynb").write_text("{}")
        (tmp_path / "link.ipynb").symlink_to(ROOT / "README.md")
        (tmp_path / "folder").symlink_to(ROOT)
        os.mkfifo(tmp_path / "pipe.ipynb")
        (tmp_path / "caf\u00e9\n=1+1.txt").write_text("hello")
        found = [(each.student, each.file, each.content, each.problem) for each in submissions.find(tmp_path)]

        assert found == [
            ("anna", "anna/a.ipynb", b"{}", ""),
            ("ben", "ben.ipynb", b"{}", ""),
            ("caf\u00e9\ufffd=1+1", "caf\u00e9\ufffd=1+1.txt", None, "not a notebook: not JSON, or cut short"),
            ("folder", "folder", None, "a link, which is not followed"),
            ("link", "link.ipynb", None, "a link, which is not followed"),
            ("pipe", "pipe.ipynb", None, "not a file"),
        ]


class TestCellsToRun:
    def test_the_students_cells_and_what_they_build_on(self):
        sources = [
            "import numpy as np",
            "X = np.ones((2, 2))",
            "picture(X)",
            "def f(x):\n    Y = x\n    return Y + X",
            "Y = slow()",
            "X[0] = 2",
        ]
        assert student.cells_to_run(sources, {0, 1, 2, 4, 5}) == [0, 1, 3, 5]

    def test_checks_are_always_run(self):
        assert student.cells_to_run(["import t", "f = t.f.check(f)", "t.progress()"], {0, 1, 2}) == [0, 1]

    def test_a_cell_that_cannot_be_read_needs_nothing(self):
        assert student.cells_to_run(["import numpy", "def (", "\0"], {0}) == [1, 2]


class TestWire:
    @pytest.mark.parametrize(
        "value",
        [
            None,
            True,
            3,
            -0.1,
            float("inf"),
            "text",
            ...,
            2 - 1j,
            (1, [2.0, None]),
            np.float32(1.5),
            np.bool_(True),
            np.arange(6).reshape(2, 3),
            np.array(2.5),
            np.zeros((0, 3)),
            np.asfortranarray(np.eye(2, 3)),
            np.array(["a", "bc"]),
            np.array([1, 2], dtype=">i2"),
        ],
        ids=repr,
    )
    def test_values_arrive_as_they_were_sent(self, value):
        came = wire.decode(json.loads(json.dumps(wire.encode(value))))
        assert type(came) is type(value)
        assert getattr(came, "dtype", None) == getattr(value, "dtype", None)
        assert came.tolist() == value.tolist() if isinstance(value, np.ndarray) else came == value

    def test_not_a_number_arrives(self):
        assert np.isnan(wire.decode(json.loads(json.dumps(wire.encode(float("nan"))))))

    def test_what_cannot_be_sent_arrives_by_name(self):
        came = wire.decode(wire.encode({1: 2}))
        assert (type(came).__name__, repr(came)) == ("dict", "{1: 2}")
        endless = []
        endless.append(endless)
        assert repr(wire.decode(wire.encode(endless))) == "[[...]]"

    def test_an_array_of_another_type_arrives_by_its_name(self):
        came = wire.decode(wire.encode(np.matrix([[1.0, 2.0]])))
        assert type(came).__name__ == "matrix" and isinstance(came, np.ndarray) and came.tolist() == [[1.0, 2.0]]

    def test_a_large_array_arrives_as_its_shape_alone(self):
        came = wire.decode(wire.encode(np.ones((3000, 3000))))
        assert type(came).__name__ == "large array of shape (3000, 3000)"

    @pytest.mark.parametrize(
        "data",
        [
            [],
            {},
            {"array": "|O", "shape": [1], "data": "AAAAAAAAAAA="},
            {"array": "V8", "shape": [1], "data": "AAAAAAAAAAA="},
            {"array": "<f8", "shape": [2], "data": "AAAAAAAAAAA="},
            {"array": "<f8", "shape": [-1], "data": "AAAAAAAAAAA="},
            {"array": "<f8", "shape": [True], "data": "AAAAAAAAAAA="},
            {"array": "<f8", "shape": [10**10]},
            {"array": "<U0", "shape": [10**8], "data": ""},
            {"array": "<f8", "shape": [1], "data": "!"},
            {"array": "<f8"},
            {"array": 3, "shape": []},
            {"scalar": 3},
            {"complex": ["a"]},
            {"complex": [1, 2, 3]},
            {"tuple": 3},
            {"nothing": 1},
        ],
        ids=json.dumps,
    )
    def test_nonsense_is_refused(self, data):
        with pytest.raises(ValueError):
            wire.decode(data)

    @pytest.mark.parametrize("sent", [b"\xff" * 8, b"\0" * 7 + b"\x02[]", b"\0" * 7 + b"\x02{,", b"\0" * 8])
    def test_a_message_that_is_none_is_refused(self, sent):
        ours, theirs = socket.socketpair()
        with ours, theirs:
            theirs.sendall(sent)
            with pytest.raises(ValueError):
                wire.Channel(ours).receive()

    @pytest.mark.parametrize(
        "message", ['{"a": [' + "[],[{}]," * 30_000 + "1]}", "[" * 300_000, '{"a": "' + "x" * 2**23]
    )
    def test_a_message_is_measured_before_it_is_read(self, message):
        ours, theirs = socket.socketpair()
        with ours, theirs:
            sender = threading.Thread(target=self._send, args=(theirs, message.encode()))
            sender.start()
            with pytest.raises(ValueError):
                wire.Channel(ours).receive()
            ours.close()
            sender.join()

    def _send(self, connection, data):
        with contextlib.suppress(OSError):
            connection.sendall(len(data).to_bytes(8, "big") + data)


@pytest.fixture
def a_class(tmp_path):
    """A small class: right, wrong, half done, hostile in name and deed, and files that are no notebooks."""
    folder = tmp_path / "class"
    for name, content in {
        "anna/01_lego_dictionary.ipynb": hand_in().content,
        "ben/01_lego_dictionary.ipynb": hand_in(reconstruct=WRONG).content,
        "carl/my try.ipynb": hand_in("import os\nos._exit(0)", reconstruct=WRONG).content,
        "dora/01_lego_dictionary.ipynb": (ROOT / "notebooks" / f"{LESSON}.ipynb").read_bytes(),
        "=cmd()/<b>.ipynb": hand_in(reconstruct="def reconstruct(D, A):\n    raise ValueError('<script>')").content,
        "eve.ipynb": b"",
        "notes.txt": b"hello",
        "ben/.ipynb_checkpoints/01_lego_dictionary-checkpoint.ipynb": b"{}",
    }.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return folder


def fingerprints(folder):
    """What every file below a folder holds, and when it was last changed."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    return {path: (hashlib.sha256(path.read_bytes()).hexdigest(), path.stat().st_mtime_ns) for path in files}


def table(path):
    with open(path, encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_a_class_is_reviewed_written_down_and_left_as_it_was(a_class, tmp_path, capfd, any_kind):
    before = fingerprints(a_class)
    command.main([str(a_class), "--output", str(tmp_path / "review"), "--jobs", "2"])
    printed = capfd.readouterr()
    rows = {row["file"]: row for row in table(tmp_path / "review" / "review.csv")}

    assert fingerprints(a_class) == before
    assert f"Isolation: {any_kind}." in printed.out
    assert "7 students, 5 notebooks reviewed, 2 files that could not be. 21 of 30 answers are correct." in printed.out
    assert "7/7" in printed.err  # the progress bar
    assert list(rows) == [each.file if each.file[0] != "=" else f"'{each.file}" for each in submissions.find(a_class)]
    assert [rows[f"anna/{LESSON}.ipynb"][f"{number} {name}"] for number, name in zip(NUMBERS, NAMES)] == ["correct"] * 6
    ben = rows[f"ben/{LESSON}.ipynb"]
    assert (ben["student"], ben["notebook"]) == ("ben", LESSON)
    assert (ben["1.1 reconstruct"], ben["1.1 reconstruct mistakes"]) == ("wrong", "transposed")
    assert "renamed" in rows["carl/my try.ipynb"]["remarks"]
    assert "left out: it ended its own process" in rows["carl/my try.ipynb"]["remarks"]
    assert rows["carl/my try.ipynb"]["1.6 smallest_error"] == "correct"
    assert rows[f"dora/{LESSON}.ipynb"]["1.1 reconstruct"] == "not attempted"
    assert rows["eve.ipynb"]["problem"] == "the file is empty"
    assert rows["notes.txt"]["problem"].startswith("not a notebook")
    assert rows["'=cmd()/<b>.ipynb"]["student"] == "'=cmd()"


class Page(HTMLParser):
    """What a page is made of: its tags, and its text."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.attributes, self.words = [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += attrs

    def handle_data(self, data):
        self.words.append(data)


def test_the_page_says_in_words_what_to_explain_again_and_needs_nothing_else(a_class, tmp_path, any_kind):
    command.main([str(a_class), "--output", str(tmp_path), "--jobs", "2"])
    page = Page((tmp_path / "review.html").read_text(encoding="utf-8"))
    text = " ".join(page.words)

    assert not {"script", "img", "link", "iframe", "b"} & set(page.tags)
    assert not [value for name, value in page.attributes if name in ("src", "href")]
    assert ("lang", "en") in page.attributes and page.tags.count("caption") == 4
    assert ("scope", "row") in page.attributes and ("scope", "col") in page.attributes
    assert "2 of 5" in text  # of 1.1 are correct
    assert "2 of 5: transposed. The result is transposed" in text
    assert "not yet: transposed" in text
    assert "ValueError: <script>" in text
    assert f"Isolation in force: {any_kind}." in text


def test_an_interrupted_review_goes_on_where_it_stopped(a_class, tmp_path, capfd, monkeypatch, any_kind):
    arguments = [str(a_class), "--output", str(tmp_path / "review"), "--jobs", "1"]
    monkeypatch.setattr(command, "version", lambda: "this one")
    once = []

    def interrupt(*args):
        if len(once) == 3:
            raise KeyboardInterrupt
        once.append(keep(*args))

    def gone(process):  # as when Ctrl-C has ended it, and the thread that waits for it was faster
        kill(process)
        raise psutil.NoSuchProcess(process.pid)

    keep, kill = command.Finished.add, psutil.Process.kill
    monkeypatch.setattr(command.Finished, "add", interrupt)
    monkeypatch.setattr(psutil.Process, "kill", gone)
    with pytest.raises(SystemExit, match="the same command goes on from there"):
        command.main(arguments)
    monkeypatch.setattr(command.Finished, "add", keep)
    monkeypatch.setattr(psutil.Process, "kill", kill)
    with open(tmp_path / "review" / "review.jsonl", "a", encoding="utf-8") as file:
        file.write('{"version": "cut o')
    (a_class / "eve.ipynb").write_bytes(b"handed in again")
    capfd.readouterr()
    command.main(arguments)
    printed = capfd.readouterr()

    assert re.search(r"[23] of 7 were reviewed before\.", printed.out)  # eve's may have been among the three
    assert len(table(tmp_path / "review" / "review.csv")) == 7
    command.main(arguments)
    assert "7 of 7 were reviewed before." in capfd.readouterr().out


def test_a_review_by_another_version_is_not_taken_over(tmp_path, monkeypatch):
    submission = submissions.Submission("anna", "a.ipynb", b"1")
    with command.Finished(tmp_path / "review.jsonl", judge.Settings()) as finished:
        finished.add(judge.row(submission))
    with command.Finished(tmp_path / "review.jsonl", judge.Settings()) as finished:
        assert submission in finished
    monkeypatch.setattr(command, "version", lambda: "another")
    with command.Finished(tmp_path / "review.jsonl", judge.Settings()) as finished:
        assert submission not in finished


def test_without_isolation_it_refuses_unless_told_to_trust(a_class, tmp_path, monkeypatch, capfd):
    judge.isolation.cache_clear()
    monkeypatch.setenv("PATH", str(tmp_path))  # also for the worker processes
    try:
        with pytest.raises(SystemExit, match="bubblewrap.*not installed.*Debian.*Fedora.*Arch.*conda.*--trust"):
            command.main([str(a_class), "--output", str(tmp_path / "review")])
        assert not (tmp_path / "review" / "review.csv").exists()
        command.main([str(a_class), "--output", str(tmp_path / "review"), "--jobs", "2", "--trust"])
    finally:
        judge.isolation.cache_clear()
    page = (tmp_path / "review" / "review.html").read_text(encoding="utf-8")

    assert "Isolation: none." in capfd.readouterr().out
    assert "Isolation in force: none. Without isolation" in page
    assert table(tmp_path / "review" / "review.csv")[1]["1.1 reconstruct"] == "correct"


def test_with_trust_nothing_of_a_submission_outlives_its_review(any_kind):
    if sys.platform != "linux":
        pytest.skip("only Linux gives the orphans back")
    word = f"{10_000 + time.time() % 1000:.6f}"
    leaves = f"import os\nif os.fork() == 0:\n    os.setsid()\n    if os.fork() == 0: os.execvp('sleep', ['sleep', '{word}'])\n    os._exit(0)"
    process = subprocess.run(
        [sys.executable, "-m", "tools.review.judge"],
        cwd=ROOT,
        input=pickle.dumps((hand_in(leaves), {"trust": True}, "none")),
        capture_output=True,
    )

    assert {answer["status"] for answer in json.loads(process.stdout)["answers"].values()} == {"correct"}
    _wait_until(lambda: not _running(word), 20)


def test_the_review_is_not_written_among_the_submissions(a_class):
    with pytest.raises(SystemExit, match="--output"):
        command.main([str(a_class), "--output", str(a_class / "review")])
    assert not (a_class / "review").exists()


def test_submissions_that_students_code_could_read_are_refused(monkeypatch, a_class, tmp_path):
    monkeypatch.setattr(sys, "prefix", str(tmp_path))  # an environment made in the folder that holds the class
    with pytest.raises(SystemExit, match="Put the submissions elsewhere"):
        command.main([str(a_class), "--output", str(tmp_path / "review")])


def test_a_worker_that_dies_costs_one_row():
    """On a cluster; a submission is not known to do so."""

    class Executor:
        def submit(self, function, submission, settings):
            future = concurrent.futures.Future()
            if submission.student == "carl":
                future.set_exception(RuntimeError("the worker died"))
            else:
                future.set_result(judge.row(submission))
            return future

    handed_in = [submissions.Submission(name, f"{name}.ipynb", b"") for name in ("ben", "anna", "carl")]
    rows = {row["student"]: row["problem"] for row in command.review_all(handed_in, Executor(), judge.Settings())}

    assert rows["anna"] == rows["ben"] == ""
    assert "died" in rows["carl"]


def test_the_sandbox_says_why_it_could_not_start(monkeypatch):
    monkeypatch.setattr(sandbox, "command", lambda *args: ["sh", "-c", "echo no such sandbox >&2; exit 3"])
    row = judge._row(hand_in(), judge.Settings(), "none")

    assert "it could not be started" in row["problem"] and "no such sandbox" in row["problem"]


@pytest.fixture
def cluster(tmp_path):
    """The address of a scheduler with two workers, started by the commands that tutor/README.md gives, on loopback."""
    pytest.importorskip("distributed")
    file = tmp_path / "scheduler.json"
    dask = [sys.executable, "-m", "dask"]
    where = ["--host", "127.0.0.1", "--no-dashboard"]
    quiet = {"cwd": ROOT, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    started = [subprocess.Popen([*dask, "scheduler", *where, "--port", "0", "--scheduler-file", str(file)], **quiet)]
    try:
        address = _address(file)
        for number in range(2):
            folder = ["--local-directory", str(tmp_path / f"worker {number}")]
            started.append(subprocess.Popen([*dask, "worker", address, "--nthreads", "1", *where, *folder], **quiet))
        yield address, started[1:]
    finally:
        for process in reversed(started):
            process.terminate()
        for process in started:
            process.wait(timeout=30)


def _address(file):
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            return json.loads(file.read_text(encoding="utf-8"))["address"]
        except (FileNotFoundError, ValueError):
            time.sleep(0.1)
    raise TimeoutError("the scheduler did not start")


def test_a_cluster_gives_the_same_review_also_when_a_worker_dies(
    a_class, tmp_path, cluster, monkeypatch, any_kind, capfd
):
    from distributed import Client

    address, workers = cluster
    command.main([str(a_class), "--output", str(tmp_path / "here"), "--jobs", "2"])
    with Client(address) as client:
        client.wait_for_workers(2, timeout=60)
    monkeypatch.setattr(command.concurrent.futures, "ThreadPoolExecutor", None)  # nothing is done on this side
    keep, killed = command.Finished.add, []

    def add(finished, row):
        if not killed:
            killed.extend([*psutil.Process(workers[0].pid).children(recursive=True), psutil.Process(workers[0].pid)])
            for process in reversed(killed):
                process.kill()
        keep(finished, row)

    monkeypatch.setattr(command.Finished, "add", add)
    command.main([str(a_class), "--output", str(tmp_path / "there"), "--scheduler", address])
    here, there = (
        [{**row, "seconds": ""} for row in table(tmp_path / side / "review.csv")] for side in ("here", "there")
    )

    assert killed and not psutil.wait_procs(killed[:-1], timeout=20)[1]
    assert there == here
    assert f"Isolation: {any_kind}." in capfd.readouterr().out


def test_a_report_of_nothing_can_be_written(tmp_path):
    report.write_html(tmp_path / "review.html", [], "Nothing")
    report.write_csv(tmp_path / "review.csv", [], {})
    assert "0 students" in (tmp_path / "review.html").read_text(encoding="utf-8")
    assert table(tmp_path / "review.csv") == []


def test_the_command_explains_itself():
    run = subprocess.run([sys.executable, "-m", "tools.review", "--help"], cwd=ROOT, capture_output=True, text=True)
    assert run.returncode == 0 and "--scheduler" in run.stdout and "--trust" in run.stdout
