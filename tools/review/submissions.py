"""Reads what students handed in, without believing any of it: finds the files, and says what each one is."""

import ast
import contextlib
import datetime
import hashlib
import importlib
import io
import json
import os
import re
import stat
import tokenize
import unicodedata
import zipfile
import zlib
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from tools import ROOT

LARGEST_FILE = 64 * 2**20  # bytes
LARGEST_ZIP = 512 * 2**20  # bytes, unpacked
MOST_FILES = 5000  # in a zip, with those in zips in it
DEEPEST_ZIP = 3

# What systems and programs leave among a class's files, and nobody handed in.
LITTER = re.compile(r"\.ipynb_checkpoints|__MACOSX|\.DS_Store|\._.*|Thumbs\.db|desktop\.ini|__pycache__")
# "Ann Lee_12_assignsubmission_file_..." and "leeann_LATE_12_345_...", as Moodle and Canvas call what they let a tutor download.
SYSTEMS = {
    "Moodle": re.compile(r"(?P<name>[^_]+)_(?P<number>\d{1,18})_assignsubmission_file(_.*)?"),
    "Canvas": re.compile(r"(?P<name>[^_]+)_(?:LATE_)?(?P<number>\d{1,18})_\d{1,18}_.+", re.IGNORECASE),
}
ATTEMPT = re.compile(r"(?:-(\d{1,3})| ?\((\d{1,3})\))$")
DATE = re.compile(r"(\d{4})-(\d\d)-(\d\d)[ T_-](\d\d)[:-](\d\d)(?:[:-](\d\d))?")


class Unreadable(Exception):
    """The file is not a notebook of this lesson; the message says what it is instead."""


@dataclass(frozen=True)
class Submission:
    """One file that was handed in.

    student is the name in the download, the folder it lay in, or the file's own name; file is its path below the class's
    folder, with the zip that it came in; content is its bytes, or None with the reason in problem. system and number are the
    learning platform and its number for the student, "" where the names tell neither; date (seconds since 1970) and attempt
    say which of several is the latest.
    """

    student: str
    file: str
    content: bytes | None
    problem: str = ""
    system: str = ""
    number: str = ""
    date: float = 0.0
    attempt: int = 0

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

    @property
    def exercises(self):
        return self._taught().exercises

    @property
    def predictions(self):
        return self._taught().predictions

    def _taught(self):
        return importlib.import_module(f"lessons.exercises.{self.module}")


@dataclass(frozen=True)
class Notebook:
    """A submitted notebook: the lesson it belongs to, its code cells, which of these are the lesson's own, and remarks."""

    lesson: Lesson
    cells: list
    ours: list
    remarks: list = field(default_factory=list)


def printable(value):
    """The value with all that a page, a table or a terminal would obey taken out of its texts: escapes, direction marks."""
    if isinstance(value, dict):
        return {printable(key): printable(part) for key, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [printable(part) for part in value]
    if not isinstance(value, str) or value.isprintable():
        return value
    obeyed = {letter for letter in value if unicodedata.category(letter)[0] == "C"} - {"\n", "\t"}
    return value.translate(dict.fromkeys(map(ord, obeyed), "\N{REPLACEMENT CHARACTER}"))


# ---- Files ----


def find(folder):
    """Every file below a folder, or in a zip, in order of name, as Submissions; litter is left out."""
    files = []
    for path in [folder] if folder.is_file() else sorted(folder.rglob("*")):
        if path.is_symlink() or not path.is_dir():
            found = _unpacked(PurePosixPath(path.relative_to(folder)), *_read(path), path.lstat().st_mtime)
            files += (each for each in found if not any(map(LITTER.fullmatch, each[0].parts)))
    # Of nbgrader: when the files beside it were handed in.
    stamps = {path.parent: content for path, content, _, _ in files if path.name == "timestamp.txt" and content}
    dates = {parent: _date(content[:100].decode("utf-8", "replace")) for parent, content in stamps.items()}
    alone = PurePosixPath(folder.name)  # is what a zip that could not itself be unpacked is called
    return [
        _submission(path if path.parts else alone, content, problem, _date(str(path)) or dates.get(path.parent) or date)
        for path, content, problem, date in files
        if path.name != "timestamp.txt"
    ]


def _read(path):
    """The bytes of an ordinary file, and what is wrong with it; a link or a pipe is not followed, opened or waited for."""
    try:
        with open(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK), "rb") as file:
            about = os.fstat(file.fileno())
            most = LARGEST_ZIP if path.suffix.lower() == ".zip" else LARGEST_FILE
            if not stat.S_ISREG(about.st_mode):
                return None, "not a file"
            if about.st_size > most:
                return None, f"larger than {most // 2**20} MB"
            return file.read(), ""
    except OSError as error:
        return None, "a link, which is not followed" if path.is_symlink() else f"cannot be read: {error.strerror}"


def _unpacked(path, content, problem, date, budget=None, depth=0):
    """Yield path, content, problem and date of a file, or of all files in it if it is a zip; budget: [bytes, files] left."""
    if path.suffix.lower() not in (".zip", ".ipynb", "") or not (content or b"").startswith(b"PK"):
        yield path, content, problem, date
        return
    budget = [LARGEST_ZIP, MOST_FILES] if budget is None else budget
    try:
        if depth == DEEPEST_ZIP:
            raise ValueError("a zip in a zip in a zip, and so on: pack it once")
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            infos = [info for info in packed.infolist() if not info.is_dir()]
            if not infos:
                raise ValueError("it is without a file")
            for info in infos:
                inside, found = path / info.filename.lstrip("/"), _from_zip(packed, info, budget)
                packed_on = _date("{}-{:02}-{:02} {:02}:{:02}:{:02}".format(*info.date_time))
                yield from _unpacked(inside, *found, packed_on or date, budget, depth + 1)
    except (ValueError, zipfile.BadZipFile, OSError, NotImplementedError, RuntimeError, EOFError, zlib.error) as error:
        yield path, None, f"a zip that cannot be unpacked: {error or type(error).__name__}", date


def _from_zip(packed, info, budget):
    """What `_read` gives, for a file in a zip. Never believes the size that the zip tells. Raises ValueError when it is too much."""
    budget[1] -= 1
    if budget[1] < 0:
        raise ValueError(f"it holds more than {MOST_FILES} files")
    if stat.S_ISLNK(info.external_attr >> 16):
        return None, "a link, which is not followed"
    with packed.open(info) as file:
        content = file.read(min(LARGEST_FILE, budget[0]) + 1)
    budget[0] -= len(content)
    if budget[0] < 0:
        raise ValueError(f"it unpacks to more than {LARGEST_ZIP // 2**20} MB")
    return (None, f"larger than {LARGEST_FILE // 2**20} MB") if len(content) > LARGEST_FILE else (content, "")


def _date(text):
    """The date in a text as seconds since 1970, or 0."""
    found = DATE.search(text)
    try:
        return datetime.datetime(*map(int, found.groups("0"))).timestamp() if found else 0.0
    except (ValueError, OverflowError, OSError):
        return 0.0


def _submission(path, content, problem, date):
    """What a file's name and first letters say of it; of what is no notebook only that is kept."""
    if content is not None and not problem:
        problem = _not_a_notebook(path, content)
    top = path.parts[0]
    inside = len(path.parts) > 1 and not top.lower().endswith(".zip")
    known = ((system, pattern.fullmatch(part)) for part in path.parts for system, pattern in SYSTEMS.items())
    system, found = next((pair for pair in known if pair[1]), ("", None))
    student, number = (found["name"], found["number"]) if found else (top if inside else Path(top).stem, "")
    again = ATTEMPT.search(path.stem)
    attempt = int(again[1] or again[2]) if again else 0
    told = (printable(text).replace("\n", "\N{REPLACEMENT CHARACTER}") for text in (student, str(path), problem))
    student, file, problem = told
    return Submission(student, file, None if problem else content, problem, system, number, date, attempt)


def _not_a_notebook(path, content):
    """Why a file can be no notebook, or ""."""
    if not content.strip():
        return "the file is empty"
    if path.suffix.lower() == ".py":
        return "a Python file: in Jupyter or Colab choose File > Download > .ipynb, and hand that in"
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return "not a notebook: not text"
    return "" if text.lstrip().startswith(("{", "[")) else "not a notebook: not JSON, or cut short"


# ---- Notebooks ----


@cache
def lessons():
    """The lesson's notebooks as students get them, in order, {name: Lesson}."""
    found = {}
    for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
        cells = [cell for cell in _cells(path.read_bytes()) if cell.source]
        code = {cell.id: cell.source for cell in cells if cell.kind == "code"}
        text = {cell.id: cell.source for cell in cells if cell.kind == "markdown"}
        found[path.stem] = Lesson(path.stem, _module(code.values()), code, text)
    return found


def notebook(submission):
    """The notebook in a submission, and in its remarks what is unusual about it. Raises Unreadable."""
    cells = _cells(submission.content)
    code = [cell for cell in cells if cell.kind == "code"]
    sources = [cell.source for cell in code]
    lesson = _lesson_of(sources)
    ours = [number for number, source in enumerate(sources) if source in lesson.code.values()]
    remarks = [] if Path(submission.file).stem == lesson.name else [f"renamed, it is {lesson.name}"]
    remarks += _about(cells, lesson)
    for number, source in enumerate(sources):
        if number not in ours:
            remarks += [f"code cell {number + 1} reaches for the lesson's answers: {line}" for line in reaches(source)]
    return Notebook(lesson, sources, ours, remarks)


class Cell(NamedTuple):
    """A cell of a notebook; the source of one that a tool has added is empty."""

    kind: str
    id: str | None
    source: str
    was_run: bool
    has_outputs: bool


def _cells(content):
    """The cells of a notebook file. Raises Unreadable."""
    try:
        data = json.loads(content.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        raise Unreadable("not a notebook: not JSON, or cut short") from None
    if isinstance(data, dict) and "worksheets" in data:
        raise Unreadable("a notebook of format 3, from before 2015: open it in Jupyter and save it again")
    cells = data.get("cells") if isinstance(data, dict) else None
    if not isinstance(cells, list):
        raise Unreadable("not a notebook: JSON without cells")
    kinds = ("code", "markdown", "raw")
    if not all(isinstance(cell, dict) and cell.get("cell_type") in kinds and "source" in cell for cell in cells):
        raise Unreadable("not a notebook: some of its cells are not cells")
    return [_cell(cell) for cell in cells]


def _cell(cell):
    source, metadata = cell["source"], cell.get("metadata")
    if isinstance(source, list):  # line by line
        source = "".join(line for line in source if isinstance(line, str))
    source = str(source).replace("\r\n", "\n").strip()
    # Colab keeps the id among the metadata.
    name = cell.get("id") or (metadata.get("id") if isinstance(metadata, dict) else None)
    # To unpack the lesson, perhaps an older one, beside a lone notebook; for nbgrader's points; for the glossary.
    marks = r"# @title Run this cell first|<details><summary>Glossary: |assert todo\.\w+\.latest\.status == \"correct\""
    if name in ("first-cell", "glossary") or re.match(marks, source):
        source = ""
    was_run = cell.get("execution_count") is not None
    return Cell(cell["cell_type"], name if isinstance(name, str) else None, source, was_run, bool(cell.get("outputs")))


def _module(sources):
    """The module of exercises that these cells import, or None."""
    pattern = r"(?:from\s+lessons\.exercises\s+import\s+|import\s+lessons\.exercises\.)(\w+)"
    found = re.search(pattern, "\n".join(sources))
    return found and found[1]


def _lesson_of(sources):
    """The lesson whose exercises the cells import, or else the one that most of them come from. Raises Unreadable."""
    module = _module(sources)
    shared = {name: set(sources) & set(each.code.values()) for name, each in lessons().items()}
    best = max(lessons().values(), key=lambda each: (each.module == module, len(shared[each.name])))
    if best.module != module and not shared[best.name]:
        raise Unreadable("a notebook, but of another lesson: none of its cells is ours")
    return best


def _about(cells, lesson):
    """What was run, and what is missing, new and different, compared with the notebook as students get it today."""
    code = [cell for cell in cells if cell.kind == "code"]
    if any(cell.has_outputs for cell in code):
        yield "saved with outputs"
    was_run = [cell.was_run for cell in code if cell.source]
    if not any(was_run):
        yield "saved without having been run"
    elif not all(was_run):
        yield f"half run: {sum(was_run)} of {len(was_run)} code cells"
    known = {**lesson.code, **lesson.text}
    ids, sources = {cell.id for cell in cells}, {cell.source for cell in cells}
    # Some editors give cells new ids, so that a filled-in cell is known only by the function in it.
    functions, ours = _functions("\n".join(sources)), _functions("\n".join(known.values()))
    missing = [name for name in known if name not in ids and known[name] not in sources]
    missing = [name for name in missing if not _functions(known[name]) & functions]
    others = [cell.source for cell in cells if cell.source and cell.id not in known]
    added = [source for source in others if source not in known.values() and not _functions(source) & ours]
    reworded = [cell.id for cell in cells if cell.id in lesson.text and cell.source != lesson.text[cell.id]]
    if missing:
        yield f"{counted(len(missing), 'cell')} deleted: {_some(missing)}"
    if added:
        yield f"{counted(len(added), 'cell')} added"
    if reworded:
        yield f"an older version of the notebook, or its text was edited: {_some(reworded)}"


def _functions(source):
    return set(re.findall(r"^def (\w+)", source, flags=re.MULTILINE))


def counted(number, what):
    """A number of things in words, such as "1 file" and "2 files"."""
    return f"{number} {what}{'s' * (number != 1)}"


def _some(names):
    return ", ".join(names[:4]) + (", ..." if len(names) > 4 else "")


# ---- Cells ----


def makes(source, name):
    """Whether a cell's text is where a function, or another value, of this name would come from."""
    return re.search(rf"^[ \t]*(def {name}\b|{name} *=(?!=))", source, flags=re.MULTILINE) is not None


# What holds the lesson's answers, as an attribute or by its name.
_ANSWERS = set("reference cases edges ways law known solution __globals__ __closure__".split())


def reaches(source):
    """The lines of a student's cell that reach for the lesson's answers; a comment does not."""
    lines, before = {}, ""
    with contextlib.suppress(tokenize.TokenError, SyntaxError, ValueError):  # the rest of a cell may be no Python
        for token in tokenize.generate_tokens(io.StringIO(source).readline):
            if token.type in (tokenize.NAME, tokenize.OP, tokenize.STRING):
                word, quoted = token.string.strip("\"'"), token.type == tokenize.STRING
                inside = word in _ANSWERS and (quoted or before == ".")
                module = word == "factorise" and before in (".", "import", ",")
                if inside or module or word in ("__wrapped__", "reload", "getsource") or quoted and "lessons" in word:
                    lines.setdefault(token.start[0], " ".join(token.line[:1000].split())[:200])
                before = word
    return list(lines.values())[:5]


def print_of(sources, name):
    """What the function `name` in some cells is but for names and spaces, as a short text; "" where that tells nothing."""
    found = ""
    for source in sources:
        with contextlib.suppress(SyntaxError, ValueError, RecursionError, MemoryError):
            for node in ast.parse(re.sub(r"^[%!].*$", "", source, flags=re.MULTILINE)).body:
                if isinstance(node, ast.FunctionDef) and node.name == name:
                    found = _print(node)
    return found


def _print(function):
    if ast.get_docstring(function) is not None:
        function.body.pop(0)
    function.decorator_list = []
    names, nodes = {}, list(ast.walk(function))
    for node in nodes:
        for part in {"id", "arg", "name"} & set(node._fields) if not isinstance(node, ast.keyword) else ():
            setattr(node, part, names.setdefault(getattr(node, part), f"n{len(names)}"))
    # Short answers are alike by themselves.
    return hashlib.sha256(ast.dump(function).encode()).hexdigest()[:16] if len(nodes) > 40 else ""
