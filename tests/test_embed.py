"""The first cell of a student notebook brings the lesson's package along."""

import base64
import bz2
import hashlib
import os
import re
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

import lessons
from tools import ROOT
from tools.generate import student_notebook

SOLUTIONS = sorted((ROOT / "solutions").glob("*.ipynb"))
every_notebook = pytest.mark.parametrize("path", SOLUTIONS, ids=lambda path: path.stem)


def first_cell(path):
    return nbformat.reads(student_notebook(path), as_version=4).cells[1]


def run(source, folder, path=""):
    """Run the cell's code in a new interpreter, in an empty folder, with only `path` to import from."""
    environment = {**os.environ, "PYTHONPATH": str(path), "TMPDIR": str(folder), "TMP": str(folder)}
    # -S and a path of our own: the lesson that is installed here must not be found.
    program = f"import sys; sys.path += {[entry for entry in sys.path if 'site-packages' in entry]!r}\n{source}"
    command = [sys.executable, "-S", "-c", program]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, encoding="utf-8")


@every_notebook
def test_the_cell_is_small_and_out_of_sight(path):
    cell = first_cell(path)

    assert cell.id == "first-cell"
    assert cell.metadata == {"cellView": "form", "jupyter": {"source_hidden": True}}
    assert cell.source.startswith("# @title ")
    assert len(cell.source) < 85_000
    assert len(cell.source.splitlines()) < 40


@every_notebook
def test_the_payload_is_what_the_repository_holds(path):
    payload = base64.b85decode(re.search(r'PACKAGE = "(.*)"', first_cell(path).source)[1])
    files = (file.partition("\n") for file in bz2.decompress(payload).decode().split("\0"))
    texts = {name: text for name, _, text in files}

    assert hashlib.sha256(payload).hexdigest() in first_cell(path).source
    assert {"lessons/check.py", "lessons/factorise.py", "data/lego.csv"} <= set(texts)
    for name, text in texts.items():
        assert text == (ROOT / name).read_text(encoding="utf-8")


def test_alone_it_unpacks_and_what_follows_can_be_imported(tmp_path):
    done = run(first_cell(SOLUTIONS[0]).source + "\nfrom lessons.exercises import lego\nprint(lego.__file__)", tmp_path)

    assert done.returncode == 0, done.stderr
    said, *_, where = done.stdout.splitlines()
    assert said.startswith(f"Unpacked the lesson, version {lessons.__version__}, for this session.")
    assert Path(where).is_relative_to(tmp_path)


@every_notebook
def test_every_exercise_has_a_name_from_this_cell_on(path, tmp_path):
    """Where a student's cell cannot run, for a missing bracket say, its check and the cells below still can."""
    source = first_cell(path).source
    module = re.search(r"from lessons\.exercises import (\w+)", source)[1]
    names = f"print([each.name for each in {module}.exercises if globals()[each.name] is not each.reference])"
    done = run(f"{source}\n{names}", tmp_path, path=ROOT)

    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "[]"


def test_beside_the_same_version_it_does_nothing(tmp_path):
    done = run(first_cell(SOLUTIONS[0]).source, tmp_path, path=ROOT)

    assert (done.returncode, done.stdout) == (0, ""), done.stderr
    assert not list(tmp_path.glob("lessons-*"))


def test_beside_another_version_its_own_takes_over(tmp_path):
    older = tmp_path / "older" / "lessons"
    older.mkdir(parents=True)
    (older / "__init__.py").write_text('__version__ = "0.0.1"\n')
    done = run(first_cell(SOLUTIONS[0]).source + "\nimport lessons\nprint(lessons.__version__)", tmp_path, older.parent)

    assert done.stdout.splitlines()[-1] == lessons.__version__, done.stderr


def test_a_damaged_payload_is_refused(tmp_path):
    source = re.sub(
        r'PACKAGE = "(.)',
        lambda found: 'PACKAGE = "' + ("A" if found[1] != "A" else "B"),
        first_cell(SOLUTIONS[0]).source,
    )
    done = run(source, tmp_path)

    assert "Upload the notebook anew" in done.stderr


def test_a_checkout_with_other_line_ends_makes_the_same_cell(tmp_path, monkeypatch):
    from tools import embed

    for name in ("lessons", "data"):
        for path in (ROOT / name).rglob("*"):
            if path.suffix in (".py", ".csv", ".json"):
                copy = tmp_path / path.relative_to(ROOT)
                copy.parent.mkdir(parents=True, exist_ok=True)
                copy.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    notebook = nbformat.read(SOLUTIONS[0], as_version=4)
    here = embed.first_cell(notebook).source
    monkeypatch.setattr(embed, "ROOT", tmp_path)

    assert embed.first_cell(notebook).source == here
