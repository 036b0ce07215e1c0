"""Answers as students and published code write them: none right is rejected, none wrong accepted, most wrong ones named."""

import numpy as np
from student_answers import NOTEBOOKS, read

# From numpy 2.5 on `np.linalg.eig` gives complex numbers always, and is told so; scikit-learn's PCA chooses other ways too.
OTHERWISE = ("linalg.eig(", "PCA(") if np.lib.NumpyVersion(np.__version__) >= "2.5.0" else ()


class Answers:
    """What holds for the answers to one notebook; a class each, so that they are shared out between the workers."""

    def test_no_right_answer_is_rejected(self, exercise):
        rejected = [
            f"{each}: {each.verdict.message}" for each in exercise if each.kind == "+" and each.said != "correct"
        ]

        assert rejected == []

    def test_no_wrong_answer_is_accepted(self, exercise):
        assert [str(each) for each in exercise if each.kind in "-2" and each.said == "correct"] == []

    def test_every_wrong_answer_is_told_what_is_recorded(self, exercise):
        changed = [
            f"{each} => {each.said}, and not {each.recorded}"
            for each in exercise
            if each.kind != "+" and each.said != each.recorded and not any(name in each.code for name in OTHERWISE)
        ]

        assert changed == []

    def test_most_wrong_answers_are_named(self, answers):
        named = [bool(each.verdict.mistakes) for each in answers if each.kind == "-"]
        both = [len(each.verdict.mistakes) == 2 for each in answers if each.kind == "2"]

        assert sum(named) / len(named) >= 0.65
        assert sum(both) / len(both) >= 0.85


def pytest_generate_tests(metafunc):
    answers = read(metafunc.cls.notebook)
    if "answers" in metafunc.fixturenames:
        metafunc.parametrize("answers", [answers], ids=[metafunc.cls.notebook])
    else:
        names = list(dict.fromkeys(each.name for each in answers))
        metafunc.parametrize("exercise", [[each for each in answers if each.name == name] for name in names], ids=names)


for notebook in NOTEBOOKS:
    name = "Test" + notebook.title().replace("_", "")
    globals()[name] = type(name, (Answers,), {"notebook": notebook, "__doc__": f"The answers to notebook {notebook}."})
