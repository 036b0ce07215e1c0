"""Part of the check: what a student's function is, seen from outside, and what it does, called quietly and on copies."""

import ast
import contextlib
import copy
import dis
import inspect
import io
import itertools
import linecache
import logging
import re
import sys
import textwrap
import traceback
import warnings
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Outcome:
    """What a function did with some arguments: the value returned, or the error raised; and which argument it changed."""

    value: object = None
    error: BaseException | None = None
    changed: str | None = None


def outcome(function, names, args, kwargs=()):
    """Call a function on copies of the arguments."""
    given = [_copied(each) for each in args]
    value = error = None
    try:
        value = function(*given, **copy.deepcopy(dict(kwargs)) if kwargs else {})
    except KeyboardInterrupt:
        raise
    except BaseException as raised:  # noqa: BLE001, a student's code may raise anything
        error = raised
    changed = [name for name, *pair in zip(names, args, given) if isinstance(pair[0], np.ndarray) and not _equal(*pair)]
    return Outcome(value, error, changed[0] if changed else None)


def _copied(value):
    # With copy.deepcopy alone a first verdict would take a fifth longer.
    if isinstance(value, np.ndarray):
        return value.copy("K")
    return value if isinstance(value, (int, float)) else copy.deepcopy(value)


@contextlib.contextmanager
def same_chance(seed):
    """Let `np.random.rand` and its kin begin at a seed, and then go on in the notebook as if they had not been asked.

    So a start that is drawn anew, and what goes wrong after it, can be met again.
    """
    state = np.random.get_state()
    np.random.seed(seed)
    try:
        yield
    finally:
        np.random.set_state(state)


def _equal(before, after):
    return before.shape == after.shape and np.array_equal(before, after, equal_nan=True)


@contextlib.contextmanager
def quiet():
    """Let nothing of an answer reach the page: not what it prints, logs, warns or draws, nor its wish to leave.

    What overflows or divides by zero shows in the result, and is named there.
    """
    with contextlib.ExitStack() as stack:
        stack.enter_context(warnings.catch_warnings())
        warnings.simplefilter("ignore")
        stack.enter_context(np.errstate(all="ignore"))
        stack.enter_context(contextlib.redirect_stdout(io.StringIO()))
        stack.enter_context(contextlib.redirect_stderr(io.StringIO()))
        stack.callback(logging.disable, logging.root.manager.disable)
        logging.disable(logging.CRITICAL)
        if "IPython" in sys.modules:
            stack.enter_context(_page_untouched())
        yield


@contextlib.contextmanager
def _page_untouched():
    from IPython import get_ipython
    from IPython.utils.capture import capture_output

    shell, pyplot = get_ipython(), sys.modules.get("matplotlib.pyplot")
    if shell is None:
        yield
        return
    figures = set(pyplot.get_fignums()) if pyplot else set()
    leave, shell.ask_exit = shell.ask_exit, _refuse_to_leave
    try:
        with capture_output(stdout=False, stderr=False):
            yield
    finally:
        shell.ask_exit = leave
        for number in set(pyplot.get_fignums()) - figures if pyplot else ():
            pyplot.close(number)


def _refuse_to_leave():
    raise SystemExit("an answer should return, not leave")


def _steps(function):
    """The instructions of a Python function."""
    code = getattr(inspect.unwrap(function), "__code__", None)
    return list(dis.get_instructions(code)) if code else []


def is_stub(answer):
    """Whether the body is nothing but `pass`, a docstring, `...`, returning one of these, or `raise NotImplementedError`."""
    if hasattr(answer, "stub"):
        return answer.stub
    steps = [step for step in _steps(answer) if step.opname not in ("RESUME", "NOP", "PRECALL", "PUSH_NULL")]
    if not steps:
        return False
    if steps[0].argval == "NotImplementedError" and any(step.opname == "RAISE_VARARGS" for step in steps[:4]):
        return True
    empty = all(step.opname in ("LOAD_CONST", "RETURN_CONST", "RETURN_VALUE") for step in steps)
    return empty and all(step.argval in (None, Ellipsis) for step in steps if "CONST" in step.opname)


def has_gap(answer):
    """Whether a `...` that a hint left is still in the code, other than as an index such as `[..., 0]` or `[...] =`."""
    if hasattr(answer, "gap"):
        return answer.gap
    code = getattr(inspect.unwrap(answer), "__code__", None)
    if code is None or Ellipsis not in code.co_consts:
        return False
    tree = _tree(answer)
    if tree is None:
        return True
    indices = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Subscript):
            inside = node.slice.elts[:1] if isinstance(node.slice, ast.Tuple) else []
            stored = [node.slice] if isinstance(node.ctx, ast.Store) else []
            indices |= {id(part) for part in (*inside, *stored)}
    gaps = [node for node in ast.walk(tree) if isinstance(node, ast.Constant) and node.value is Ellipsis]
    # Without any it is the source of something else: Python 3.13 takes what stands behind `-c` for all code made from text.
    return not gaps or any(id(node) not in indices for node in gaps)


def holds_gap(result):
    """Whether a result, or a part of one, is `...` itself."""
    return any(part is Ellipsis for part in (result if isinstance(result, tuple) else (result,)))


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


def has_a_rule(answer):
    """Whether a loop of a function can end by what it has computed, and not by a count of its steps alone."""
    if hasattr(answer, "has_a_rule"):
        return answer.has_a_rule
    tree = _tree(answer)
    if tree is None:
        return any(step.argval == "has_settled" for step in _steps(answer))
    nodes = list(ast.walk(tree))
    counts = {"steps", "isnan", "isfinite"}
    for node in nodes:
        if isinstance(node, ast.Assign) and "steps" in _names(node.value):
            counts |= _names(*node.targets)
    loops = [node for node in nodes if isinstance(node, (ast.For, ast.While))]
    tests = [loop.test for loop in loops if isinstance(loop, ast.While)]
    for node in itertools.chain(*map(ast.walk, loops)):
        if isinstance(node, ast.If) and any(isinstance(each, (ast.Break, ast.Return)) for each in ast.walk(node)):
            tests.append(node.test)
    parts = itertools.chain(*(test.values if isinstance(test, ast.BoolOp) else [test] for test in tests))
    return any(names and not names & counts for names in map(_names, parts))


def _names(*nodes):
    """The names and attributes in some parts of a syntax tree."""
    inside = itertools.chain(*map(ast.walk, nodes))
    return {getattr(node, "id", None) or getattr(node, "attr", None) for node in inside} - {None}


def _tree(answer):
    """The syntax tree of a function, or None where its source is not at hand."""
    try:
        return ast.parse(textwrap.dedent(inspect.getsource(answer)))
    except (OSError, TypeError, SyntaxError):
        return None


def lacks_defaults(answer, reference):
    """Whether a function asks for an argument that the reference has a default for."""
    try:
        asked = inspect.signature(answer).parameters
    except (TypeError, ValueError):
        return False
    optional = [
        name for name, each in inspect.signature(reference).parameters.items() if each.default is not each.empty
    ]
    return any(name in asked and asked[name].default is asked[name].empty for name in optional)


def outside_data(answer):
    """The names of arrays and numbers of the notebook that a function uses."""
    code = getattr(answer, "__code__", None)
    if code is None:
        return getattr(answer, "outside", set())
    around = {
        **getattr(answer, "__globals__", {}),
        **dict(zip(code.co_freevars, (_cell(c) for c in answer.__closure__ or ()))),
    }
    names = {*code.co_names, *code.co_freevars}
    return {name for name in names if isinstance(around.get(name), (np.ndarray, int, float, list))}


def _cell(cell):
    try:
        return cell.cell_contents
    except ValueError:
        return None


# What numpy says of arrays that do not fit, and what a student can do about it. Sizes are short, so that no text of a
# student's makes these slow.
_SIZES = r"\([\d, ]{0,40}\)"
PLAINLY = {
    "numpy boolean subtract, .*": "True and False cannot be subtracted (`mask == 0` turns a mask round)",
    r"matmul: .{0,200}\(size (\d+) is different from (\d+)\)": (
        "the inner sizes of this product, {1} and {0}, should be equal. Is a `.T` missing or one too many, or are the two in the wrong order?"
    ),
    r"shapes .{0,80} not aligned: (\d+) \(dim \d\) != (\d+) \(dim \d\)": (
        "the inner sizes of this product, {0} and {1}, should be equal. Is a `.T` missing or one too many, or are the two in the wrong order?"
    ),
    rf"operands could not be broadcast together with shapes ({_SIZES}) ({_SIZES}) ?": (
        "entry by entry, {0} and {1} do not fit. Is it a matrix product, `@`, or does one need `[:, np.newaxis]`?"
    ),
    r"The truth value of an array with more than one element is ambiguous.{0,60}": (
        "an `if` or `while` needs one True or False and got a whole array. Is a sum missing (`np.sum`; Python's own `sum` "
        "adds rows), or is each entry to be asked by itself?"
    ),
}


def said(error):
    """What an error says, on one line and not at any length; numpy's words put plainly."""
    try:
        words = " ".join(str(error)[:1000].split())
    except Exception:  # noqa: BLE001, a student's own error may not know what to say
        return "it does not say what"
    for pattern, plainly in PLAINLY.items():
        found = re.fullmatch(pattern, words)
        if found:
            return plainly.format(*found.groups())
    return words if len(words) <= 200 else f"{words[:200]} ..."


def named(error):
    words = said(error)
    return f"{type(error).__name__}: {words}".removesuffix(": ").removesuffix(".")


def missing_name(error):
    """What to write instead of a name that the notebook does not have."""
    name = getattr(error, "name", None) if isinstance(error, NameError) else None
    if name == "math":
        return " numpy has these functions too: write `np.sqrt`, `np.exp` and so on."
    return f" Write `np.{name}`." if name and hasattr(np, name) else ""


def place_of(error, answer):
    """Whether an error came up inside the answer, rather than on the way in, and the answer's line in words."""
    frames = traceback.extract_tb(error.__traceback__)[1:]
    code = getattr(inspect.unwrap(answer), "__code__", None) if callable(answer) else None
    own = [frame for frame in frames if code and frame.filename == code.co_filename]
    where = ""
    if own:
        line = (own[-1].line or linecache.getline(own[-1].filename, own[-1].lineno)).strip()
        where = f" in `{line}`" if line else f" in line {own[-1].lineno}"
    return bool(own) or (code is None and bool(frames)), where
