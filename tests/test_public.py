"""What a public repository promises to strangers: one version, valid files, commands that exist."""

import re
import subprocess
import sys

import pytest
import yaml

import lessons
from tools import ROOT

SCHEMAS = {
    ".github/workflows/ci.yml": "vendor.github-workflows",
    ".github/ISSUE_TEMPLATE/config.yml": "vendor.github-issue-config",
    ".github/ISSUE_TEMPLATE/check.yml": "vendor.github-issue-forms",
    ".github/ISSUE_TEMPLATE/text.yml": "vendor.github-issue-forms",
    "CITATION.cff": "vendor.citation-file-format",
}


def text(name):
    return (ROOT / name).read_text(encoding="utf-8")


def test_one_version():
    assert yaml.safe_load(text("CITATION.cff"))["version"] == lessons.__version__
    assert re.search(r"^## (.+)$", text("CHANGELOG.md"), re.MULTILINE).group(1) == lessons.__version__
    for path in (ROOT / "notebooks").glob("*.ipynb"):
        assert f'VERSION, SHA256 = \\"{lessons.__version__}\\",' in path.read_text(encoding="utf-8"), path.name


def test_every_form_and_workflow_has_a_schema():
    forms = {path.relative_to(ROOT).as_posix() for path in (ROOT / ".github").rglob("*.yml")}
    assert forms == {name for name in SCHEMAS if name.startswith(".github/")}


@pytest.mark.parametrize("name", SCHEMAS)
def test_it_is_valid(name):
    # The schemas come with the package: nothing is fetched.
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", SCHEMAS[name], ROOT / name]
    run = subprocess.run(command, capture_output=True, encoding="utf-8")
    assert run.returncode == 0, run.stdout + run.stderr


def commands_of_the_workflow():
    workflow = yaml.safe_load(text(".github/workflows/ci.yml"))
    return [step["run"] for job in workflow["jobs"].values() for step in job["steps"] if "run" in step]


def test_the_workflow_decides_nothing_itself():
    assert all(re.fullmatch(r"(make|python) [^\n|&;]+", command) for command in commands_of_the_workflow())


def test_commands_that_are_named_exist():
    targets = re.findall(r"^([a-z-]+):", text("Makefile"), re.MULTILINE)
    # `make` alone in a text is a sentence, so only what looks like a command counts.
    named = re.findall(r"(?:`|^)make ([a-z-]+)", text("README.md") + text("CONTRIBUTING.md"), re.MULTILINE)
    named += [command.split()[1] for command in commands_of_the_workflow() if command.startswith("make ")]
    named += re.findall(r"entry: make ([a-z-]+)", text(".pre-commit-config.yaml"))
    assert len(named) > 10
    assert set(named) <= set(targets)


def test_links_between_the_texts_lead_somewhere():
    broken = []
    for path in [*ROOT.glob("*.md"), *(ROOT / "tutor").glob("*.md"), *(ROOT / "data").glob("*.md")]:
        for target in re.findall(r"\]\((?!https?:|#|mailto:)([^)#]+)", path.read_text(encoding="utf-8")):
            if not (path.parent / target).exists():
                broken.append(f"{path.relative_to(ROOT)}: {target}")
    assert not broken


def test_the_review_says_on_windows_that_it_cannot():
    """Where there is no module `resource`, as on Windows, it must come as far as its own sentence."""
    # On Linux, psutil has need of it.
    program = "import sys, psutil; sys.modules['resource'] = None; import tools.review.__main__"
    run = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, encoding="utf-8")
    assert run.returncode == 0, run.stderr
