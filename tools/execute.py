"""Run the solved notebooks again and keep their new outputs: ``python -m tools.execute``."""

import os

import nbformat
from nbclient import NotebookClient

from tools import ROOT
from tools.generate import METADATA

SECONDS_A_CELL = 120


def execute(path):
    """Run the notebook at `path` from its first cell to its last, and write it back with what came out."""
    notebook = nbformat.read(path, as_version=4)
    NotebookClient(
        notebook,
        timeout=SECONDS_A_CELL,
        resources={"metadata": {"path": path.parent}},
        coalesce_streams=True,
        # Times, versions and the random names of widgets would make every run a new file.
        record_timing=False,
        store_widget_state=False,
    ).execute()
    notebook.metadata = nbformat.from_dict(METADATA)
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            # Without the widget's state, which lives in the kernel, JupyterLab would show an error in its place.
            output.get("data", {}).pop("application/vnd.jupyter.widget-view+json", None)
    path.write_bytes((nbformat.writes(notebook) + "\n").encode("utf-8"))


def main():
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(name, "1")  # as in the tests, see tests/conftest.py
    for path in sorted((ROOT / "solutions").glob("*.ipynb")):
        print(path.name, flush=True)
        execute(path)


if __name__ == "__main__":
    main()
