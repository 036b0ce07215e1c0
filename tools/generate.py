"""Make the student notebooks from the solved ones: ``python -m tools.generate``.

What stands between ``### BEGIN SOLUTION`` and ``### END SOLUTION`` becomes a stub, and outputs go. The result depends on
the solved notebook alone, not on who ran it or with which Python: the same bytes every time.
"""

from pathlib import Path

import nbformat
from nbconvert.exporters import NotebookExporter
from nbconvert.preprocessors import ClearOutputPreprocessor
from nbgrader.preprocessors import ClearSolutions

ROOT = Path(__file__).resolve().parent.parent

STUB = "# your code here\nreturn ..."

# What every notebook says of itself. A run would add the version of the Python that ran it.
METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}


def student_notebook(path):
    """The text of the student notebook that belongs to the solved notebook at `path`."""
    notebook = nbformat.read(path, as_version=4)
    notebook.metadata = nbformat.from_dict(METADATA)
    exporter = NotebookExporter()
    # Our cells need none of the metadata that nbgrader asks for when it grades.
    exporter.register_preprocessor(ClearSolutions(enforce_metadata=False, code_stub={"python": STUB}), enabled=True)
    exporter.register_preprocessor(ClearOutputPreprocessor(), enabled=True)
    text, _ = exporter.from_notebook_node(notebook)
    return text


def main():
    for path in sorted((ROOT / "solutions").glob("*.ipynb")):
        # As bytes, so that Windows does not turn line ends into its own.
        (ROOT / "notebooks" / path.name).write_bytes(student_notebook(path).encode("utf-8"))


if __name__ == "__main__":
    main()
