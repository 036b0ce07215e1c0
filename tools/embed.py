"""The first cell of a student notebook: it carries the lesson's package, so that one uploaded file is enough."""

import base64
import bz2
import hashlib
import re

import nbformat

import lessons
from lessons import explore
from tools import ROOT

# Kept short to look at: the payload stands on one line, and JupyterLab and Colab show the title only.
CELL = """\
# @title Run this cell first: it brings along what the notebook needs {{ display-mode: "form" }}
import base64
import bz2
import hashlib
import pathlib
import sys
import tempfile

VERSION, SHA256 = "{version}", "{sha256}"
PACKAGE = "{payload}"
try:
    import lessons
except ImportError:
    lessons = None
if getattr(lessons, "__version__", None) != VERSION:
    packed = base64.b85decode(PACKAGE)
    if hashlib.sha256(packed).hexdigest() != SHA256:
        raise RuntimeError("This cell should carry the lesson, but it was changed. Upload the notebook anew.")
    folder = pathlib.Path(tempfile.mkdtemp(prefix="lessons-"))
    for file in bz2.decompress(packed).split(b"\\0"):
        name, _, text = file.partition(b"\\n")
        path = folder / name.decode()
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text)
    for name in [name for name in sys.modules if name.split(".")[0] == "lessons"]:
        del sys.modules[name]
    sys.path.insert(0, str(folder))
    print(f"Unpacked the lesson, version {{VERSION}}, for this session.")
"""
# So that a cell that cannot run, for a missing bracket say, leaves a notebook whose other cells can.
NAMES = """
from lessons.exercises import {module}

globals().update({{each.name: each.reference for each in {module}.exercises}})  # until your own takes its place
"""
FACES = """
    from lessons import datasets

    print(datasets.find_photographs())
"""


def first_cell(notebook):
    """The cell for one notebook, with the modules and the data that this notebook uses and no others."""
    source = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "code")
    module = re.search(r"from lessons\.exercises import (\w+) as todo", source)[1]
    paths = [
        *(ROOT / "lessons").glob("*.py"),
        ROOT / "lessons" / "exercises" / "__init__.py",
        *_imported("exercises", [module]),
        ROOT / "data" / "lego.csv",
    ]
    if "datasets.headlines(" in source:
        paths.append(ROOT / "data" / "headlines.csv")
    shows_faces = "datasets.faces(" in source
    if shows_faces:
        paths += [ROOT / "data" / "olivetti_eyes.csv", ROOT / "data" / "tutorial_numbers.json"]
    paths += _imported("explore", ["__init__", *(explore.HOMES[name] for name in explorers_in(source))])
    payload = _pack(sorted(paths))
    code = CELL.format(
        version=lessons.__version__,
        sha256=hashlib.sha256(payload).hexdigest(),
        payload=base64.b85encode(payload).decode("ascii"),
    )
    cell = nbformat.v4.new_code_cell((code + FACES * shows_faces + NAMES.format(module=module)).rstrip())
    cell.id = "first-cell"
    cell.metadata = nbformat.from_dict({"cellView": "form", "jupyter": {"source_hidden": True}})
    return cell


def explorers_in(source):
    """The names of the explorers that some code shows."""
    return re.findall(r"\bexplore\.(\w+)\(", source)


def _imported(folder, names):
    """The files of some modules of lessons/`folder`, and of those that they import in turn."""
    paths = set()
    for name in names:
        path = ROOT / "lessons" / folder / f"{name}.py"
        further = re.findall(
            rf"^from lessons\.{folder}(?: import |\.)(\w+)", path.read_text(encoding="utf-8"), re.MULTILINE
        )
        paths |= {path} | _imported(folder, further)
    return paths


def _pack(paths):
    # read_text turns the line ends of any checkout into \n. Of the standard library, bzip2 packs this text smallest, and
    # into the same bytes with every Python.
    files = (f"{path.relative_to(ROOT).as_posix()}\n{path.read_text(encoding='utf-8')}" for path in paths)
    return bz2.compress("\0".join(files).encode("utf-8"))
