"""Explorers for a page without a kernel: a picture and a sentence for every position of their sliders, made beforehand.

A frame is what the notebook's own explorer shows at that position, asked of the explorer itself.
"""

import base64
import html
import io
import itertools
import re
from pathlib import Path

import ipywidgets as widgets
from jinja2 import Environment
from PIL import Image

from lessons import explore

FACES = [0, 1, 12, 25, 33, 47, 62, 90]
SCALES = [0.25, 0.5, 0.7, 1, 1.4, 2, 4]

# Of every control the values that the site offers; a control that is not named keeps its start. An explorer that is not
# named stands still.
OFFERED = {
    "lego": {"set_1": range(4), "set_2": range(4)},
    "scaling": {"scale_1": SCALES, "scale_2": SCALES, "angle": range(-90, 91, 30), "swap": (False, True)},
    "rank": {
        "K": [0, 1, 2, 3, 4, 5, 6, 8, 10, 12, 16, 20, 25, 32, 40, 50, 64, 80, 99, 100],
        "face": FACES,
    },
    "parts": {
        "step": [0, 1, 2, 3, 5, 10, 20, 50, 100, 200, 500, 1000],
        "K": [2, 4, 9, 16, 25],
        "seed": [1, 2, 3],
        "is_centred": (False, True),
    },
    "hidden": {"K": [1, 2, 4, 6, 8, 12, 16, 24, 32], "face": FACES, "share": [10, 30, 50, 70, 90]},
}

PAGE = Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True).from_string(
    Path(__file__).with_name("explorer.html").read_text(encoding="utf-8")
)


def write(name, folder, address):
    """Write the frames of an explorer into a new folder; gives its HTML, for a page that finds them at `address`."""
    explorer = getattr(explore, name)()
    start = {control: explorer.controls[control].value for control in OFFERED.get(name, {})}
    offered = {control: list(values) for control, values in OFFERED.get(name, {}).items()}
    folder.mkdir(parents=True)
    positions, sentences = list(itertools.product(*offered.values())), []
    for number, values in enumerate(positions):
        for control, value in zip(offered, values):
            explorer.controls[control].value = value
        picture = Image.open(io.BytesIO(_png(explorer))).convert("RGB")
        # The same pixels in half the bytes.
        picture.save(folder / f"{number}.webp", lossless=True)
        sentences.append(_sentence(explorer))
    return PAGE.render(
        controls=[_control(explorer, control, values, start[control]) for control, values in offered.items()],
        folder=address,
        frame=positions.index(tuple(start.values())),
        sentences=sentences,
        alt=getattr(explore, name).__doc__.partition("\n")[0],
        width=picture.width,
        height=picture.height,
    )


def _png(explorer):
    return base64.b64decode(re.search('base64,([^"]*)', explorer.picture.value)[1])


def _sentence(explorer):
    return html.unescape(re.sub("<[^>]*>", "", explorer.text.value)).strip()


def _control(explorer, name, values, start):
    """Label, the texts of the positions (None for a box to tick) and the position at the start."""
    # A control stands in a row, in which one widget has the name that the reader sees.
    row = explorer.children[0].children[list(explorer.controls).index(name)]
    label = next(widget.description for widget in row.children if widget.description)
    if isinstance(explorer.controls[name], widgets.Checkbox):
        return label, None, start
    return label, [f"{value:g}" for value in values], values.index(start)
