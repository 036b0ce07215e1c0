"""Make slides of the solved notebooks: ``python -m tools.slides``, then open build/slides/*.html; no network is needed.

A slide deck shows a notebook's text and pictures, not its code: every section (`##`) goes to the right, what belongs to
it down. Exercises appear as what is asked, without solution and check. reveal.js, MathJax and what they need
come from npm when the slides are made, and are kept beside them.
"""

import argparse
import copy
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

import nbformat
from nbconvert.exporters import SlidesExporter

from tools import ROOT

OUTPUT = ROOT / "build" / "slides"

# The versions that nbconvert's template is written for, and of each package the parts that the slides load.
PACKAGES = {
    "reveal.js": ("4.6.0", ["dist/", "plugin/notes/"]),
    "mathjax": (
        "2.7.9",
        "MathJax.js config/TeX-AMS_CHTML-full.js extensions/ jax/element/ jax/input/TeX/ jax/output/CommonHTML/ "
        "fonts/HTML-CSS/TeX/woff/".split(),
    ),
    "requirejs": ("2.3.7", ["require.js"]),
    "jquery": ("3.7.1", ["dist/jquery.min.js"]),
}

LETTERS_BESIDE_A_PICTURE = 400
WIDTH, HEIGHT = 1280, 720  # of a slide; reveal.js enlarges it to the screen

# nbconvert's template, without Mermaid, which it would fetch for diagrams that the lesson has none of, with the
# descriptions of pictures, and with slides that are never taller than the screen.
TEMPLATE = Path(__file__).with_name("slides.html.j2").read_text(encoding="utf-8")


def vendor(folder, packages=PACKAGES):
    """Put parts of npm packages, the scripts that slides need, into `folder` where they are not there already."""
    for name, (version, parts) in packages.items():
        target = folder / f"{name}-{version}"
        if target.exists():
            continue
        if not shutil.which("npm"):
            sys.exit(f"npm (of Node.js) is needed for {name}: install it, and try again.")
        with tempfile.TemporaryDirectory() as download:
            pack = [shutil.which("npm"), "pack", "--silent", "--pack-destination", download, f"{name}@{version}"]
            run = subprocess.run(pack, capture_output=True, encoding="utf-8")
            if run.returncode:
                sys.exit(f"npm could not fetch {name} {version}:\n{run.stderr.strip()}")
            _unpack(next(Path(download).glob("*.tgz")), parts, Path(download, "package"))
            folder.mkdir(parents=True, exist_ok=True)
            shutil.move(Path(download, "package"), target)


def _unpack(archive, parts, target):
    """Unpack those files of an npm package whose names begin with one of `parts`."""
    with tarfile.open(archive) as package:
        for member in package:
            name = member.name.removeprefix("package/")
            if member.isfile() and name.startswith(tuple(parts)):
                path = target / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(package.extractfile(member).read())


def deck(notebook):
    """A copy of a solved notebook in which each cell knows its place among the slides."""
    notebook = copy.deepcopy(notebook)
    beside = "-"  # how what a cell shows joins the text before it
    room = 0  # letters that the slide may still hold beside a picture or what came of a prediction
    for cell in notebook.cells:
        picture = next((each for each in cell.get("outputs", []) if "image/png" in each.get("data", {})), None)
        if cell.cell_type == "markdown":
            # How hints and checks are called is for who types.
            cell.source = "\n\n".join(part for part in cell.source.split("\n\n") if "todo." not in part)
            place = "slide" if cell.source.startswith(("# ", "## ")) else "subslide"
            # The answer to a question comes a key press later.
            beside = "fragment" if "Predict" in cell.source or cell.source.startswith("### ") else "-"
            room = LETTERS_BESIDE_A_PICTURE - len(cell.source)
        elif cell.cell_type != "code" or not cell.outputs:
            place = "skip"
        elif ".reveal()" in cell.source:
            place = "fragment" if room >= 0 else "subslide"
            room = -1
        elif "todo." in cell.source:
            place = "skip"
        elif picture and room < 0:
            place = "subslide"
        else:
            place = beside
        if picture:
            _words_become_description(cell, picture)
            room = -1
        cell.metadata["slideshow"] = {"slide_type": place}
    return notebook


def _words_become_description(cell, picture):
    """What a picture's cell prints goes with the picture's own words; on a slide they are for those who cannot see it."""
    printed = [output.text for output in cell.outputs if output.output_type == "stream"]
    words = " ".join(" ".join([picture.data.pop("text/plain", ""), *printed]).split())
    cell.outputs = [output for output in cell.outputs if output.output_type != "stream"]
    picture.data.pop("text/html", None)  # the same picture, for pages that know no alternative text of a PNG
    picture.metadata["image/png"] = {**picture.metadata.get("image/png", {}), "alt": words}


def slides(path, scripts):
    """The page of slides of the solved notebook at `path`, with scripts from the folder `scripts` beside it."""
    url = {name: f"{scripts}/{name}-{version}" for name, (version, _) in PACKAGES.items()}
    exporter = SlidesExporter(
        raw_template=TEMPLATE,
        reveal_url_prefix=url["reveal.js"],
        reveal_theme="white",
        reveal_transition="none",
        reveal_number="h.v",
        reveal_width=str(WIDTH),
        reveal_height=str(HEIGHT),
        mathjax_url=f"{url['mathjax']}/MathJax.js?config=TeX-AMS_CHTML-full",
        require_js_url=f"{url['requirejs']}/require.js",
        jquery_url=f"{url['jquery']}/dist/jquery.min.js",
        exclude_input=True,
    )
    resources = {"metadata": {"name": path.stem}}
    page, _ = exporter.from_notebook_node(deck(nbformat.read(path, as_version=4)), resources)
    return page


def main(argv=None):
    parser = argparse.ArgumentParser(prog="python -m tools.slides", description=__doc__.partition("\n")[0])
    parser.add_argument("--output", type=Path, default=OUTPUT, help="where to put them (default: %(default)s)")
    output = parser.parse_args(argv).output
    vendor(output / "scripts")
    for path in sorted((ROOT / "solutions").glob("*.ipynb")):
        (output / f"{path.stem}.html").write_text(slides(path, "scripts"), encoding="utf-8")
        print(output / f"{path.stem}.html")


if __name__ == "__main__":
    main()
