"""How long a student waits: the import, a verdict, a whole notebook."""

import importlib
import subprocess
import sys
import time

import nbformat
from nbclient import NotebookClient

from benchmarks.measure import compare
from tools import ROOT

SOLUTIONS = ROOT / "solutions"
EXERCISES = ["lego", "scaling", "faces", "nmf", "one_objective", "how_many_atoms"]


def run():
    compare(
        "A new interpreter",
        {
            "python -c pass": lambda: _python("pass"),
            "import lessons": lambda: _python("import lessons"),
            "import numpy": lambda: _python("import numpy"),
            "import lessons.exercises.nmf": lambda: _python("import lessons.exercises.nmf"),
        },
    )
    verdicts = {}
    for name in EXERCISES:
        for exercise in importlib.import_module(f"lessons.exercises.{name}").exercises:
            verdicts[str(exercise)] = lambda exercise=exercise: exercise.verdict(
                lambda *args, **kwargs: exercise.reference(*args, **kwargs)
            )
    compare("The verdict on a right answer", verdicts, repeats=3)

    print("\nA solved notebook, from kernel start to end (once)")
    for path in sorted(SOLUTIONS.glob("*.ipynb")):
        start = time.perf_counter()
        NotebookClient(nbformat.read(path, as_version=4), timeout=120).execute()
        print(f"  {path.stem:44} {time.perf_counter() - start:10.1f} s")


def _python(program):
    subprocess.run([sys.executable, "-c", program], check=True)
