"""A course that grades with nbgrader can take the notebooks: the steps of tutor/README.md, on one of them."""

import os
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

pytest.importorskip("nbgrader")

from nbgrader.api import Gradebook  # noqa: E402

from lessons.exercises import lego  # noqa: E402
from tools import ROOT, nbgrader_course  # noqa: E402

NAME = "01_lego_dictionary"
RIGHT = "def reconstruct(D, A):\n    return D @ A"
WRONG = "def code(x, D):\n    return D.T @ x"


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """A course with the notebook as an assignment, released."""
    folder = tmp_path_factory.mktemp("course")
    (folder / "nbgrader_config.py").write_text(
        "c = get_config()\nc.ClearSolutions.code_stub = {'python': '# your code here\\nreturn ...'}\n"
    )
    nbgrader_course.main([str(folder)])
    nbgrader(folder, "generate_assignment", NAME)
    return folder


def nbgrader(course, *command):
    """Run an nbgrader command in a course, with the lesson where the notebooks' kernel finds it."""
    # nbgrader calls other programs of its environment, as if that were activated.
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    environment = {**os.environ, "PATH": path, "PYTHONPATH": str(ROOT), "HOME": str(course)}
    run = subprocess.run(
        [sys.executable, "-m", "nbgrader", *command], cwd=course, env=environment, capture_output=True, encoding="utf-8"
    )
    assert run.returncode == 0, run.stdout + run.stderr


def released(course):
    return nbformat.read(course / "release" / NAME / f"{NAME}.ipynb", as_version=4)


def hand_in(course, student, notebook):
    folder = course / "submitted" / student / NAME
    folder.mkdir(parents=True)
    nbformat.write(notebook, folder / f"{NAME}.ipynb")


def test_the_released_notebook_has_stubs_and_no_solutions(course):
    sources = [cell.source for cell in released(course).cells]
    stubs = [source for source in sources if "return ..." in source]

    assert [stub.split("(")[0] for stub in stubs] == [f"def {exercise.name}" for exercise in lego.exercises]
    assert not [source for source in sources if "SOLUTION" in source]
    assert sum("\nprediction = ...\n" in source for source in sources) == len(lego.predictions)


def test_points_go_to_what_the_check_calls_correct(course):
    notebook = released(course)
    for cell in notebook.cells:
        for answer in (RIGHT, WRONG):
            if cell.source.startswith(answer.split("\n")[0]):
                cell.source = answer
        if cell.id == "frobenius-norm-check":
            cell.source = ""  # a student's doing: the cell is locked, and nbgrader puts it back
    hand_in(course, "anna", notebook)
    hand_in(course, "ben", released(course))
    nbgrader(course, "autograde", NAME, "--create")

    with Gradebook(f"sqlite:///{course / 'gradebook.db'}") as gradebook:
        points = {
            student: {
                grade.name: grade.score for grade in gradebook.find_submission_notebook(NAME, NAME, student).grades
            }
            for student in ("anna", "ben")
        }
        possible = gradebook.find_assignment(NAME).max_score
    assert possible == sum(exercise.minutes for exercise in lego.exercises) == 20
    assert set(points["ben"].values()) == {0}
    assert points["anna"] == {**points["ben"], "reconstruct-points": lego.reconstruct.minutes}
