"""Make the lesson's site: ``python -m tools.site``, then open build/site/index.html; no network is needed.

The pages are the solved notebooks as they are stored, nothing is run but the explorers, whose pictures are made here.
MathJax comes from npm when the site is made, and is kept beside it.
"""

import argparse
import functools
import os
import shutil
import tempfile
from pathlib import Path

import nbformat
from sphinx.application import Sphinx

import lessons
from tools import ROOT
from tools.site import explorers, pages
from tools.slides import vendor

OUTPUT = ROOT / "build" / "site"

MATHJAX = ("3.2.2", ["es5/tex-mml-chtml.js", "es5/output/chtml/fonts/woff-v2/", "es5/input/tex/extensions/"])

# Beside the notebooks, what they or the first page link to. It lies as in the repository, so that links hold.
TEXTS = ["GLOSSARY.md", "INSTALL.md", "tutor/README.md", "tutor/sheet.md", "data/README.md", "CONTRIBUTING.md"]
TEXTS += ["CODE_OF_CONDUCT.md", "CHANGELOG.md"]
FILES = ["LICENSE", "CITATION.cff", "environment.yml", "screenshot.png"]

# The first page is the README; below it, unseen, the order of the pages.
CONTENTS = """
```{{toctree}}
:hidden:
{notebooks}
{texts}
```
"""

SETTINGS = {
    "project": "Matrix factorisation",
    "author": "the authors of the lesson",
    "version": lessons.__version__,
    "release": lessons.__version__,
    "language": "en",
    "extensions": ["myst_nb"],
    "nb_execution_mode": "off",
    "nb_merge_streams": True,
    "nb_ipywidgets_js": {},  # which it would load from elsewhere; the explorers need none
    "myst_enable_extensions": ["dollarmath", "amsmath", "colon_fence"],
    "myst_heading_anchors": 3,
    "html_title": f"Matrix factorisation {lessons.__version__}",
    "html_theme": "furo",
    "html_static_path": [str(Path(__file__).parent / "static")],
    "html_css_files": ["site.css"],
    "html_js_files": [("explorers.js", {"defer": "defer"})],
    "mathjax_path": f"scripts/mathjax-{MATHJAX[0]}/es5/tex-mml-chtml.js",
    "html_show_copyright": False,
    "html_show_sphinx": False,
    "html_copy_source": False,
    "html_show_sourcelink": False,
}


def source(folder, site, repository=None):
    """Lay out what Sphinx reads in `folder`, as in the repository; the explorers' frames go into `site`."""
    notebooks = sorted((ROOT / "solutions").glob("*.ipynb"))

    @functools.cache
    def explorer(name):
        return explorers.write(name, site / "explorers" / name, f"../explorers/{name}")

    (folder / "notebooks").mkdir(parents=True)
    for path in notebooks:
        page = pages.page(nbformat.read(path, as_version=4), path.stem, explorer, repository)
        nbformat.write(page, folder / "notebooks" / path.name)
    for name in TEXTS + FILES:
        (folder / name).parent.mkdir(exist_ok=True)
        shutil.copy(ROOT / name, folder / name)
    contents = CONTENTS.format(
        notebooks="\n".join(f"notebooks/{path.stem}" for path in notebooks),
        texts="\n".join(name.removesuffix(".md") for name in TEXTS),
    )
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    (folder / "index.md").write_text(readme + contents, encoding="utf-8")


def build(site, repository=None):
    """Write the site into `site`, a folder that is made anew."""
    shutil.rmtree(site, ignore_errors=True)
    vendor(site / "_static" / "scripts", {"mathjax": MATHJAX})
    shutil.copytree(ROOT / "notebooks", site / "download")
    with tempfile.TemporaryDirectory() as folder:
        source(Path(folder, "source"), site, repository)
        app = Sphinx(
            Path(folder, "source"),
            None,
            site,
            Path(folder, "doctrees"),
            "html",
            confoverrides=SETTINGS,
            status=None,
            warningiserror=True,
        )
        app.build()
        return app.statuscode


def main(argv=None):
    parser = argparse.ArgumentParser(prog="python -m tools.site", description=__doc__.partition("\n")[0])
    parser.add_argument("--output", type=Path, default=OUTPUT, help="where to put it (default: %(default)s)")
    output = parser.parse_args(argv).output
    # GitHub's continuous integration says which repository it works for.
    if build(output, os.environ.get("GITHUB_REPOSITORY")):
        raise SystemExit("The site has faults; they stand above.")
    print(output / "index.html")


if __name__ == "__main__":
    main()
