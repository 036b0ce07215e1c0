"""What holds for every test in a browser, and an audit of a page with axe-core."""

import shutil
import sys

import pytest

from tools import browser, slides

AXE = {"axe-core": ("4.10.3", ["axe.min.js"])}
# What axe-core finds and core widgets cannot do otherwise, by rule: words of the part of the page, and why it is so.
KNOWN = {
    "aria-input-field-name": (
        'class="noUi-handle',
        "ipywidgets builds its sliders without a name and offers no trait for one. Beside each stands a box for typing that "
        "has the name and moves the same value (test_explore tests that every slider has one).",
    ),
}


@pytest.fixture(scope="session", autouse=True)
def not_on_windows():
    if sys.platform == "win32":
        pytest.skip("browser tests do not run on Windows: they start and end servers as Unix does")


@pytest.fixture(scope="session")
def audit():
    """The function of a page and a part of it that gives what axe-core finds there: what is ours, and what is known."""
    if not shutil.which("npm"):
        pytest.skip("npm, which fetches axe-core, is missing")
    folder = browser.ROOT / "build" / "axe"
    slides.vendor(folder, AXE)
    axe = next(folder.glob("*/axe.min.js")).read_text(encoding="utf-8")

    def run(page, part):
        page.evaluate(axe)
        found = page.evaluate("async part => (await axe.run(part)).violations", part)
        nodes = [(rule["id"], node["html"][:200]) for rule in found for node in rule["nodes"]]
        ours = [(rule, code) for rule, code in nodes if rule not in KNOWN or KNOWN[rule][0] not in code]
        return ours, {rule for rule, _ in nodes} & set(KNOWN)

    return run
