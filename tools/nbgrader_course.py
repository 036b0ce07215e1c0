"""Put the notebooks into an nbgrader course: ``python -m tools.nbgrader_course COURSE``.

Writes COURSE/source/NAME/NAME.ipynb for each solved notebook. nbgrader wants to know of each cell whether students write in
it and whether it gives points; the lesson's notebooks do not say, so these copies do: students write in the cells with a
solution, and after each check a new cell gives the exercise's minutes as points when the check has said "correct".
"""

import argparse
import re
from pathlib import Path

import nbformat

from tools import ROOT
from tools.generate import open_prediction
from tools.review.submissions import lessons

POINTS = 'assert todo.{name}.latest.status == "correct", todo.{name}.latest.message'


def source_notebook(path):
    """A copy of the solved notebook at `path` as nbgrader takes it for the source of an assignment."""
    notebook = nbformat.read(path, as_version=4)
    exercises = {each.name: each for each in lessons()[path.stem].exercises}
    cells = []
    for cell in notebook.cells:
        cells.append(cell)
        if cell.cell_type != "code":
            continue
        cell.outputs, cell.execution_count = [], None
        cell.source = open_prediction(cell.source)
        if "### BEGIN SOLUTION" in cell.source:
            _tell(cell, solution=True)
        checked = re.search(r"todo\.(\w+)\.check\(", cell.source)
        if checked:
            _tell(cell, locked=True)
            cells.append(_points(exercises[checked[1]]))
    notebook.cells = cells
    return notebook


def _points(exercise):
    name = f"{exercise.name}-points".replace("_", "-")
    cell = nbformat.v4.new_code_cell(POINTS.format(name=exercise.name), id=name)
    _tell(cell, grade=True, locked=True, points=exercise.minutes)
    return cell


def _tell(cell, grade=False, solution=False, locked=False, **more):
    cell.metadata["nbgrader"] = {
        "schema_version": 3,
        "grade_id": cell.id,
        "grade": grade,
        "solution": solution,
        "locked": locked,
        "task": False,
        **more,
    }


def main(argv=None):
    parser = argparse.ArgumentParser(prog="python -m tools.nbgrader_course", description=__doc__.partition("\n")[0])
    parser.add_argument("course", type=Path, help="the folder of the course, where nbgrader_config.py lies")
    course = parser.parse_args(argv).course
    for path in sorted((ROOT / "solutions").glob("*.ipynb")):
        target = course / "source" / path.stem / path.name
        target.parent.mkdir(parents=True, exist_ok=True)
        nbformat.write(source_notebook(path), target)
        print(target)


if __name__ == "__main__":
    main()
