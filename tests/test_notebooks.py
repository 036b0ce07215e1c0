"""The solved notebooks, and the student notebooks that are made from them."""

import ast
import importlib
import json
import math
import re
from functools import cache

import nbformat
import pytest
from nbclient import NotebookClient

from tools import ROOT
from tools.generate import METADATA, student_notebook

SOLUTIONS = sorted((ROOT / "solutions").glob("*.ipynb"))
FACTORISE = {
    node.name: node
    for node in ast.parse((ROOT / "lessons" / "factorise.py").read_text(encoding="utf-8")).body
    if isinstance(node, ast.FunctionDef)
}

every_notebook = pytest.mark.parametrize("path", SOLUTIONS, ids=lambda path: path.stem)


@cache
def solved(path):
    return nbformat.read(path, as_version=4)


@cache
def as_generated(path):
    return student_notebook(path)


def student(path):
    """A fresh copy of the student notebook, for a test to fill in or run."""
    return nbformat.reads(as_generated(path), as_version=4)


def code_cells(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def solution_cells(path):
    return [cell for cell in code_cells(solved(path)) if "BEGIN SOLUTION" in cell.source]


def solved_functions(path):
    return [cell for cell in solution_cells(path) if ".predict(" not in cell.source]


def todo(path):
    """The module of exercises that a notebook imports."""
    source = "\n".join(cell.source for cell in code_cells(solved(path)))
    return importlib.import_module(
        "lessons.exercises." + re.search(r"from lessons\.exercises import (\w+) as todo", source)[1]
    )


def shown_text(notebook):
    """What every cell printed or showed, in words."""
    for cell in code_cells(notebook):
        for output in cell.outputs:
            yield output.get("text") or output.get("data", {}).get("text/plain", "")


def run(notebook):
    """Run a notebook in a fresh kernel; a cell that raises fails the test."""
    NotebookClient(notebook, timeout=120, resources={"metadata": {"path": ROOT / "notebooks"}}).execute()
    complaints = [
        output.text for cell in code_cells(notebook) for output in cell.outputs if output.get("name") == "stderr"
    ]
    assert not complaints
    return list(shown_text(notebook))


def verdicts(exercise, texts):
    headings = [text.splitlines()[0][2:] for text in texts if text]  # after the mark
    return [heading for heading in headings if heading.startswith(f"{exercise}: ")]


def test_there_are_notebooks_to_test():
    assert SOLUTIONS


def test_the_two_folders_hold_the_same_lessons():
    assert {path.name for path in SOLUTIONS} == {path.name for path in (ROOT / "notebooks").glob("*.ipynb")}


@every_notebook
class TestStudentNotebook:
    def test_is_what_the_generator_makes(self, path):
        stored = (ROOT / "notebooks" / path.name).read_bytes()
        assert stored == as_generated(path).encode("utf-8"), "run `make notebooks`"
        # The generator keeps no state from one notebook to the next.
        assert stored == student_notebook(path).encode("utf-8")

    def test_shows_nothing_of_a_run(self, path):
        for cell in code_cells(student(path)):
            assert cell.outputs == [] and cell.execution_count is None, cell.id

    def test_tells_no_solution(self, path):
        text = "\n".join(cell.source for cell in student(path).cells)
        assert "SOLUTION" not in text
        for cell in solution_cells(path):
            for line in solution_lines(cell.source):
                assert line not in text, f"{cell.id}: {line}"

    def test_has_a_stub_for_every_exercise(self, path):
        stubs = [cell for cell in code_cells(student(path)) if "return ..." in cell.source]
        assert [ast.parse(cell.source).body[0].name for cell in stubs] == [each.name for each in todo(path).exercises]


def solution_lines(source):
    """The lines of a solution that would give it away; a short one, like `else:`, may stand anywhere."""
    for region in re.findall(r"### BEGIN SOLUTION\n(.*?)### END SOLUTION", source, flags=re.DOTALL):
        for line in region.splitlines():
            if len(line.strip()) >= 12 and not line.strip().startswith("#"):
                yield line.strip()


@every_notebook
class TestUnsolved:
    """The notebook as it comes: a tutor can present from it, since every exercise is borrowed."""

    def test_runs_with_every_exercise_borrowed(self, path):
        texts = run(student(path))
        exercises = todo(path).exercises
        for exercise in exercises:
            assert verdicts(exercise, texts) == [f"{exercise}: not attempted"]
        assert f"0 of {len(exercises)} correct" in texts[-1]


@every_notebook
class TestSolved:
    """The same notebook with the solutions typed in."""

    def test_runs_with_every_exercise_correct(self, path):
        notebook = student(path)
        answers = {cell.id: cell.source for cell in solution_cells(path)}
        for cell in notebook.cells:
            cell.source = answers.get(cell.id, cell.source)
        texts = run(notebook)
        exercises = todo(path).exercises
        for exercise in exercises:
            assert verdicts(exercise, texts) == [f"{exercise}: correct"]
        assert f"{len(exercises)} of {len(exercises)} correct" in texts[-1]


@every_notebook
class TestSolution:
    def test_is_the_code_of_factorise(self, path):
        for cell in solved_functions(path):
            function = ast.parse(cell.source).body[0]
            assert bare(function) == bare(FACTORISE[function.name]), function.name

    def test_was_run_from_top_to_bottom(self, path):
        cells = code_cells(solved(path))
        assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1)), "run `make solutions`"

    def test_shows_no_error_and_no_warning(self, path):
        outputs = [(cell.id, output) for cell in code_cells(solved(path)) for output in cell.outputs]
        assert not [name for name, output in outputs if output.output_type == "error" or output.get("name") == "stderr"]

    def test_shows_the_same_on_every_machine(self, path):
        for text in shown_text(solved(path)):
            assert not re.search(r"\b0x[0-9a-f]{6,}|/(?:root|home|work|tmp|Users)/|site-packages", text), text
        assert solved(path).metadata == METADATA, "run `make solutions`"

    def test_says_nothing_in_lines_that_a_page_would_break_in_the_middle_of_a_word(self, path):
        lines = [line for text in shown_text(solved(path)) for line in text.splitlines()]
        assert not [line for line in lines if len(line) > 100]

    def test_compares_every_verdict(self, path):
        """A cell tagged for nbval to skip must not be one that carries a verdict."""
        for cell in code_cells(solved(path)):
            if ".check(" in cell.source or "todo.progress(" in cell.source:
                assert not cell.metadata.get("tags"), cell.id


def bare(function):
    """The syntax tree of a function without its docstring and decorators."""
    tree = ast.parse(ast.unparse(function)).body[0]
    tree.decorator_list = []
    if ast.get_docstring(tree) is not None:
        del tree.body[0]
    return ast.dump(tree)


@every_notebook
class TestWriting:
    def test_cells_are_short(self, path):
        lengths = {cell.id: lines_of_code(cell.source) for cell in code_cells(solved(path))}
        assert not {name: length for name, length in lengths.items() if length > 15}

    def test_cells_have_names(self, path):
        names = [cell.id for cell in solved(path).cells]
        assert len(set(names)) == len(names)
        # Eight hexadecimal digits are what Jupyter gives a cell that nobody named.
        unnamed = [name for name in names if re.fullmatch(r"(?=.*\d)[0-9a-f]{8}", name)]
        assert not unnamed
        assert not [name for name in names if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", name)]

    def test_every_exercise_says_its_minutes(self, path):
        headings = [
            line
            for cell in solved(path).cells
            if cell.cell_type == "markdown"
            for line in cell.source.splitlines()
            if re.match(r"### \d\.\d", line)
        ]
        assert headings == [
            f"### {exercise} ({exercise.minutes} minute{'s' * (exercise.minutes != 1)}{', core' * exercise.core})"
            for exercise in todo(path).exercises
        ]

    def test_the_top_says_what_one_can_do_afterwards_and_how_long_it_takes(self, path):
        skip_until_rewritten(path)
        top, exercises = solved(path).cells[0].source, todo(path).exercises
        said = re.search(
            r"\*\*Time:\*\* (\d+) minutes(?:, (\d+) on the core path[^,;]*)?,? for exercises; (\d+) for reading; "
            r"(\d+) for playing",
            top,
        )
        able = re.search(r"\*\*Afterwards you can\*\*\n\n((?:- .*\n)+)\n\*\*You need\*\*", top)

        assert 3 <= len(able[1].splitlines()) <= 5
        assert int(said[1]) == sum(exercise.minutes for exercise in exercises)
        assert int(said[2] or 0) == sum(exercise.minutes for exercise in exercises if exercise.core)
        assert int(said[3]) == minutes_of_reading(path)
        assert int(said[4]) == 5 * sum(
            len(re.findall(r"explore\.\w+\(", cell.source)) for cell in code_cells(solved(path))
        )

    def test_the_end_has_five_lines_three_questions_and_references(self, path):
        skip_until_rewritten(path)
        ids = [cell.id for cell in solved(path).cells]
        cells = {cell.id: cell.source for cell in solved(path).cells}

        assert ids[-6:] == ["closing", "keep", "look-back", "read-on", "progress", "glossary"]
        assert re.findall(r"^(\d)\. ", cells["keep"], flags=re.MULTILINE) == ["1", "2", "3", "4", "5"]
        assert cells["look-back"].count("<details><summary>Answer</summary>") == 3
        references = re.findall(r"^- .*", cells["read-on"], flags=re.MULTILINE)
        assert len(references) >= 3 and all("https://" in each for each in references)

    def test_the_glossary_is_linked_here_and_comes_along_with_the_students(self, path):
        skip_until_rewritten(path)
        glossary = (ROOT / "GLOSSARY.md").read_text(encoding="utf-8")
        assert solved(path).cells[-1].source == "[Glossary: words and letters, in both notations](../GLOSSARY.md)"
        assert glossary.strip().splitlines()[-1] in student(path).cells[-1].source
        assert "GLOSSARY.md" not in as_generated(path)


def skip_until_rewritten(path):
    if not hasattr(todo(path), "predictions"):
        pytest.skip("has no predictions, top and end matter yet")


def minutes_of_reading(path):
    """At 150 words a minute, formulas among them, and up to the next five; what a prediction reveals is read as well."""
    texts = [cell.source for cell in solved(path).cells if cell.cell_type == "markdown"]
    texts += [sentence for each in todo(path).predictions for sentence in each.choices.values()]
    return 5 * math.ceil(sum(len(text.split()) for text in texts) / 150 / 5)


def lines_of_code(source):
    """Lines that hold code: not blank, not a comment, not part of a docstring."""
    prose = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef) and ast.get_docstring(node) is not None:
            prose.update(range(node.body[0].lineno, node.body[0].end_lineno + 1))
    lines = enumerate(source.splitlines(), start=1)
    return sum(1 for number, line in lines if number not in prose and line.strip() and not line.strip().startswith("#"))


def test_lines_of_code_leaves_out_prose():
    assert lines_of_code('def f(x):\n    """One.\n\n    Two.\n    """\n    # why\n\n    return x\n') == 2


def test_a_drifted_solution_is_noticed():
    function = ast.parse('def code(x, D):\n    """Text."""\n    return D.T @ x').body[0]
    assert bare(function) == bare(ast.parse("@checked\ndef code(x, D):\n    return D.T @ x").body[0])
    assert bare(function) != bare(ast.parse("def code(x, D):\n    return x @ D").body[0])


def test_a_leaked_line_is_noticed():
    source = "def code(x, D):\n    ### BEGIN SOLUTION\n    # why\n    return D.T @ x\n    ### END SOLUTION"
    assert list(solution_lines(source)) == ["return D.T @ x"]
    assert json.loads(as_generated(SOLUTIONS[0]))["nbformat_minor"] >= 5  # from 4.5 on, cells keep their ids
