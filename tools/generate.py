"""Make the student notebooks from the solved ones: ``python -m tools.generate``.

What stands between ``### BEGIN SOLUTION`` and ``### END SOLUTION`` becomes a stub, outputs go, a first cell brings the
lesson's package along and the last one the glossary, so that the one file works where nothing else is. The result depends
on the repository alone, not on who ran it or with which Python: the same bytes every time.

``python -m tools.generate --solved FOLDER`` writes the solved notebooks, with that first cell, into FOLDER: for a tutor
who demonstrates on Colab.
"""

import argparse
import re
from pathlib import Path

import nbformat
from nbconvert.exporters import NotebookExporter
from nbconvert.preprocessors import ClearOutputPreprocessor
from nbgrader.preprocessors import ClearSolutions

from tools import ROOT
from tools.embed import first_cell

STUB = "# your code here\nreturn ..."

# After a restart the name `todo` is gone, and the error that says so shows this line.
PROGRESS = "# A NameError? Run the cells above first: in JupyterLab, Run > Run All Above Selected Cell\n"

# What every notebook says of itself. A run would add the version of the Python that ran it.
METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}


def student_notebook(path):
    """The text of the student notebook that belongs to the solved notebook at `path`."""
    notebook = _single_file(path)
    for cell in notebook.cells:
        cell.source = open_prediction(cell.source)
    exporter = NotebookExporter()
    # Our cells need none of the metadata that nbgrader asks for when it grades.
    exporter.register_preprocessor(ClearSolutions(enforce_metadata=False, code_stub={"python": STUB}), enabled=True)
    exporter.register_preprocessor(ClearOutputPreprocessor(), enabled=True)
    text, _ = exporter.from_notebook_node(notebook)
    return text


def open_prediction(source):
    """A cell's source with the choice of a prediction taken out; nbgrader's one stub, a `return`, is for functions."""
    return re.sub(r'### BEGIN SOLUTION\nprediction = ".*"\n### END SOLUTION', "prediction = ...", source)


def _single_file(path):
    notebook = nbformat.read(path, as_version=4)
    for cell in notebook.cells:
        if cell.id == "glossary":
            cell.source = folded_glossary()
    notebook.metadata = nbformat.from_dict(METADATA)
    # Below the title, which should be what a student sees first.
    notebook.cells.insert(1, first_cell(notebook))
    for cell in notebook.cells:
        if cell.cell_type == "code" and cell.source == "todo.progress()":
            cell.source = PROGRESS + cell.source
    return notebook


def folded_glossary():
    """The text of GLOSSARY.md for a cell: a link to the file would lead nowhere from a notebook that stands alone."""
    text = (ROOT / "GLOSSARY.md").read_text(encoding="utf-8").strip()
    title, _, body = text.partition("\n\n")
    return f"<details><summary>{title.removeprefix('# ')}</summary>\n\n{body}\n\n</details>"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--solved", type=Path, metavar="FOLDER", help="write solved single files there instead")
    folder = parser.parse_args().solved
    if folder:
        folder.mkdir(parents=True, exist_ok=True)
    for path in sorted((ROOT / "solutions").glob("*.ipynb")):
        text = nbformat.writes(_single_file(path)) + "\n" if folder else student_notebook(path)
        # As bytes, so that Windows does not turn line ends into its own.
        ((folder or ROOT / "notebooks") / path.name).write_bytes(text.encode("utf-8"))


if __name__ == "__main__":
    main()
