"""Reads what students handed in, without believing any of it: finds the files, and says what each one is."""

import hashlib
import json
import os
import re
import stat
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from tools import ROOT

LARGEST_FILE = 64 * 2**20  # bytes


class Unreadable(Exception):
    """The file is not a notebook of this lesson; the message says what it is instead."""


@dataclass(frozen=True)
class Submission:
    """One file that was handed in.

    student is the folder it lay in, or the file's own name; file is its path below the class's folder; content is its
    bytes, or None with the reason in problem.
    """

    student: str
    file: str
    content: bytes | None
    problem: str = ""

    @property
    def sha256(self):
        return hashlib.sha256(self.content or b"").hexdigest()


@dataclass(frozen=True)
class Lesson:
    """A notebook as students get it: its name, its exercises' module, and its cells by id."""

    name: str
    module: str
    code: dict
    text: dict


@dataclass(frozen=True)
class Notebook:
    """A submitted notebook: the lesson it belongs to, its code cells, which of these are the lesson's own, and remarks."""

    lesson: Lesson
    cells: list
    ours: list
    remarks: list = field(default_factory=list)


def find(folder):
    """Every file below a folder, in order of name, as Submissions; a copy that Jupyter keeps for itself is left out."""
    found = []
    for path in sorted(Path(folder).rglob("*")):
        if ".ipynb_checkpoints" in path.parts or (path.is_dir() and not path.is_symlink()):
            continue
        place = path.relative_to(folder)
        student = place.parts[0] if len(place.parts) > 1 else place.stem
        content, problem = _read(path)
        found.append(Submission(_printable(student), _printable(str(place)), content, problem))
    return found


def _read(path):
    """The bytes of an ordinary file, and what is wrong with it; a link or a pipe is not followed, opened or waited for."""
    try:
        with open(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK), "rb") as file:
            about = os.fstat(file.fileno())
            if not stat.S_ISREG(about.st_mode):
                return None, "not a file"
            if about.st_size > LARGEST_FILE:
                return None, f"larger than {LARGEST_FILE // 2**20} MB"
            return file.read(), ""
    except OSError as error:
        return None, "a link, which is not followed" if path.is_symlink() else f"cannot be read: {error.strerror}"


def _printable(name):
    return "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in name)


@cache
def lessons():
    """The lesson's notebooks as students get them."""
    found = []
    for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
        cells = [cell for cell in json.loads(path.read_text(encoding="utf-8"))["cells"] if not _brings_the_lesson(cell)]
        code = {cell["id"]: _source(cell) for cell in cells if cell["cell_type"] == "code"}
        text = {cell["id"]: _source(cell) for cell in cells if cell["cell_type"] == "markdown"}
        found.append(Lesson(path.stem, _modules(code.values())[0], code, text))
    return found


def notebook(submission):
    """The notebook in a submission, and in its remarks what is unusual about it. Raises Unreadable."""
    if submission.problem:
        raise Unreadable(submission.problem)
    cells = _cells(submission.content)
    code = [cell for cell in cells if cell["cell_type"] == "code"]
    lesson = _lesson_of([_source(cell) for cell in code])
    own = set(lesson.code.values())
    ours = [number for number, cell in enumerate(code) if _source(cell) in own]
    remarks = [*_about_name(submission, lesson), *_about_run(code), *_about_cells(cells, lesson)]
    # The lesson is there already; an older notebook would unpack an older one over it.
    sources = ["" if _brings_the_lesson(cell) else _source(cell) for cell in code]
    return Notebook(lesson, sources, ours, remarks)


def _cells(content):
    """The cells of a notebook file, each a dict with a type and a source."""
    if not content.strip():
        raise Unreadable("the file is empty")
    try:
        data = json.loads(content.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise Unreadable("not a notebook: not text") from None
    except (ValueError, RecursionError):
        raise Unreadable("not a notebook: not JSON, or cut short") from None
    if isinstance(data, dict) and "worksheets" in data:
        raise Unreadable("a notebook of format 3, from before 2015: open it in Jupyter and save it again")
    cells = data.get("cells") if isinstance(data, dict) else None
    if not isinstance(cells, list):
        raise Unreadable("not a notebook: JSON without cells")
    kinds = {"code", "markdown", "raw"}
    if not all(isinstance(cell, dict) and cell.get("cell_type") in kinds and "source" in cell for cell in cells):
        raise Unreadable("not a notebook: some of its cells are not cells")
    return cells


def _source(cell):
    """A cell's text, whether it is stored as one string or line by line, and on whatever system."""
    source = cell["source"]
    if isinstance(source, list):
        source = "".join(line for line in source if isinstance(line, str))
    return str(source).replace("\r\n", "\n").strip()


def _brings_the_lesson(cell):
    """Whether this is the cell that unpacks the lesson where a notebook was uploaded alone."""
    return _id(cell) == "first-cell" or _source(cell).startswith("# @title Run this cell first")


def _id(cell):
    # Colab keeps the id among the metadata.
    metadata = cell.get("metadata")
    return cell.get("id") or (metadata.get("id") if isinstance(metadata, dict) else None)


def _modules(sources):
    """The modules of exercises that these cells import."""
    pattern = r"from\s+lessons\.exercises\s+import\s+(\w+)|import\s+lessons\.exercises\.(\w+)"
    return ["".join(match) for source in sources for match in re.findall(pattern, source)]


def _lesson_of(sources):
    """The lesson whose exercises the cells import, or else the one that most of them come from. Raises Unreadable."""
    modules = _modules(sources)
    for lesson in lessons():
        if lesson.module in modules[:1]:
            return lesson
    shared = {lesson.name: len(set(sources) & set(lesson.code.values())) for lesson in lessons()}
    best = max(lessons(), key=lambda lesson: shared[lesson.name])
    if not shared[best.name]:
        raise Unreadable("a notebook, but of another lesson: none of its cells is ours")
    return best


def _about_name(submission, lesson):
    stem = Path(submission.file).stem
    return [] if stem == lesson.name else [f"renamed, it is {lesson.name}"]


def _about_run(code):
    remarks = ["saved with outputs"] if any(cell.get("outputs") for cell in code) else []
    written = [cell for cell in code if _source(cell)]
    run = sum(cell.get("execution_count") is not None for cell in written)
    if not run:
        remarks.append("saved without having been run")
    elif run < len(written):
        remarks.append(f"half run: {run} of {len(written)} code cells")
    return remarks


def _about_cells(cells, lesson):
    """What is missing, new and different, compared with the notebook as students get it today."""
    known = {**lesson.code, **lesson.text}
    cells = [cell for cell in cells if not _brings_the_lesson(cell)]
    ids, sources = {_id(cell) for cell in cells}, {_source(cell) for cell in cells}
    functions = set(re.findall(r"^def (\w+)", "\n".join(sources), flags=re.MULTILINE))

    def is_there(name, source):
        # Some editors give cells new ids, so that a filled-in cell is known only by the function in it.
        return name in ids or source in sources or set(re.findall(r"^def (\w+)", source)) & functions

    missing = [name for name, source in known.items() if not is_there(name, source)]
    added = [cell for cell in cells if _source(cell) and _id(cell) not in known and not _is_known(cell, known.values())]
    reworded = [_id(cell) for cell in cells if _id(cell) in lesson.text and _source(cell) != lesson.text[_id(cell)]]
    remarks = []
    if missing:
        remarks.append(f"{_cells_text(len(missing))} deleted: {_some(missing)}")
    if added:
        remarks.append(f"{_cells_text(len(added))} added")
    if reworded:
        remarks.append(f"an older version of the notebook, or its text was edited: {_some(reworded)}")
    return remarks


def _is_known(cell, sources):
    functions = set(re.findall(r"^def (\w+)", _source(cell), flags=re.MULTILINE))
    return any(
        _source(cell) == source or functions & set(re.findall(r"^def (\w+)", source, flags=re.MULTILINE))
        for source in sources
    )


def _cells_text(count):
    return f"{count} cell{'s' * (count != 1)}"


def _some(names):
    return ", ".join(names[:4]) + (", ..." if len(names) > 4 else "")
