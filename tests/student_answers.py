"""A collection of answers as students and published code write them, in tests/answers/*.txt, one file a notebook.

`# name(signature)` begins an exercise. An entry begins with a line that says what it is, and code follows, the body of the
function unless it defines the function itself:

    + why                           right
    - why => key                    wrong
    2 one slip; another => key, key two slips
    ? why => correct                the plan leaves open whether it is right

Behind `=>` stands what the check says of it: the keys of the recognised mistakes, "correct", or nothing where it is
rejected and no reason is found. `python -m tests.student_answers` writes these anew; read the difference before you
commit it.
"""

import functools
import importlib
import inspect
import linecache
import re
import sys
import textwrap
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from lessons import factorise

FOLDER = Path(__file__).parent / "answers"
ENTRY = r"([-+2?]) (.*?)(?: => (.*))?"
NOTEBOOKS = [path.stem for path in sorted(FOLDER.glob("*.txt"))]


@dataclass(frozen=True)
class Answer:
    """One entry: kind is "+", "-", "2" or "?"; recorded is what stands behind `=>`; line is where it stands."""

    notebook: str
    name: str
    signature: str
    kind: str
    why: str
    recorded: str
    code: str
    line: int

    def __str__(self):
        return f"tests/answers/{self.notebook}.txt:{self.line}: {self.why}"

    @property
    def exercise(self):
        return getattr(importlib.import_module(f"lessons.exercises.{self.notebook}"), self.name)

    @functools.cached_property
    def verdict(self):
        return self.exercise.verdict(self.function())

    @property
    def said(self):
        """What the check says, as it is recorded."""
        return "correct" if self.verdict.status == "correct" else ", ".join(self.verdict.mistakes)

    def function(self):
        """The function that a cell with this code defines; its source is found, as in a notebook."""
        code = self.code
        if not re.search(rf"^(def {self.name}\b|{self.name} *=|class {self.name}\b)", code, re.M):
            code = f"def {self.name}({self.signature}):\n" + textwrap.indent(code, "    ")
        cell = f"<tests/answers/{self.notebook}.txt:{self.line}>"
        linecache.cache[cell] = (len(code), None, code.splitlines(True), cell)
        names = variables_of_a_notebook()
        exec(compile(code, cell, "exec"), names)
        return names[self.name]


def variables_of_a_notebook():
    """What an answer finds around it, besides its arguments."""
    functions = {name: value for name, value in vars(factorise).items() if inspect.isfunction(value)}
    rng = np.random.default_rng(1)
    lego = {
        "X": np.array([[1.0, 2, 2, 4], [1, 2, 1, 2], [1, 2, 2, 4], [1, 2, 1, 2]]),
        "D": np.array([[1.0, 2], [1, 1], [1, 2], [1, 1]]),
        "A": np.array([[1.0, 2, 0, 0], [0, 0, 1, 2]]),
    }
    faces = {"R": rng.random((100, 256)), "P": rng.random((100, 2)), "Q": rng.random((256, 2)), "K": 2}
    return {"np": np, "__name__": "__main__", **functions, **lego, **faces}


@functools.cache
def read(notebook):
    """The answers of one file, in their order."""
    answers, name, signature = [], None, None
    for number, line in enumerate((FOLDER / f"{notebook}.txt").read_text().splitlines(), start=1):
        if match := re.fullmatch(r"# (\w+)\((.*)\)", line):
            name, signature = match.groups()
        elif match := re.fullmatch(ENTRY, line):
            answers.append(Answer(notebook, name, signature, *match.groups(""), "", number))
        else:
            answers[-1] = replace(answers[-1], code=answers[-1].code + line + "\n")
    return answers


def record(notebook):
    """Write behind each entry what the check says of it."""
    path = FOLDER / f"{notebook}.txt"
    lines = path.read_text().splitlines()
    for answer in read(notebook):
        if answer.kind != "+":
            lines[answer.line - 1] = f"{answer.kind} {answer.why}" + f" => {answer.said}" * bool(answer.said)
    path.write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    for name in sys.argv[1:] or NOTEBOOKS:
        record(name)
