"""A solved notebook as a page to read: pictures with their descriptions, solutions behind a click, explorers that move."""

import copy
import re

from nbformat.v4 import new_markdown_cell, new_output

from tools.embed import explorers_in
from tools.generate import open_prediction

WAYS = """\
:::{{admonition}} Three ways to work on it
- **On your computer:** [two commands](../index.md#two-commands) and it opens in JupyterLab.
- **On Colab:** <a href="../download/{stem}.ipynb" download>download this notebook</a>, open
  [Colab](https://colab.research.google.com), choose File > Upload notebook, and run. The one file is enough.
- **On Binder:** {binder}
:::
"""
BINDER = (
    "[open it there](https://mybinder.org/v2/gh/{repository}/HEAD?labpath=notebooks/{stem}.ipynb), nothing to install."
)
BINDER_FORM = "paste the address of the repository into the form at [mybinder.org](https://mybinder.org)."

SOLUTION_MARK = re.compile(r"^ *### (?:BEGIN|END) SOLUTION\n?", re.MULTILINE)


def page(notebook, stem, explorer, repository=None):
    """A copy of a solved notebook for myst-nb, which hides and describes what the cells' tags and metadata say.

    Parameters
    ----------
    notebook : NotebookNode
    stem : str, the name of its file
    explorer : function from the name of an explorer to HTML
    repository : str, "owner/name" on GitHub, optional
    """
    notebook = copy.deepcopy(notebook)
    between = False  # a prediction and what reveals it
    for cell in notebook.cells:
        if cell.cell_type != "code":
            continue
        for output in cell.outputs:
            _describe(cell, output)
        if cell.id.endswith("-prediction"):
            # What the reader would choose is not for the page to say.
            cell.source = open_prediction(cell.source)
            cell.outputs = []
            between = True
        elif between:
            _fold(cell, "output", "What comes")
            between = not cell.id.endswith("-reveal")
        if SOLUTION_MARK.search(cell.source):
            cell.source = SOLUTION_MARK.sub("", cell.source)
            _fold(cell, "input", "One solution")
        for name in explorers_in(cell.source):
            cell.outputs = [new_output("display_data", {"text/html": explorer(name)})]
    binder = BINDER.format(repository=repository, stem=stem) if repository else BINDER_FORM
    notebook.cells.insert(1, new_markdown_cell(WAYS.format(stem=stem, binder=binder)))
    return notebook


def _fold(cell, part, name):
    """Put a cell's input or output behind a click."""
    cell.metadata.setdefault("tags", []).append(f"hide-{part}")
    cell.metadata.setdefault("mystnb", {}).update(code_prompt_show=name, code_prompt_hide=name)


def _describe(cell, output):
    """The words that are stored with a figure become the picture's alternative text."""
    if "image/png" not in output.get("data", {}):
        return
    image = {"alt": " ".join(output.data.get("text/plain", "").split())}
    if "width" in output.metadata.get("image/png", {}):
        image["width"] = f"{output.metadata['image/png']['width']}px"  # it has twice as many pixels
    cell.metadata.setdefault("mystnb", {})["image"] = image
    # Only the picture stays: the words would be read twice.
    output.data = {"image/png": output.data["image/png"]}
