"""Submissions that would harm the review, mislead it or make it wait: ``pytest tests/test_review_hostile.py`` runs them all.

They stand in `tests/hostile`, and those that are no notebook, or a broken one, are made here; each with what must come out.
All go through one review, as a class does.
"""

import csv
import functools
import io
import json
import re
import stat
import zipfile
from pathlib import Path

import pytest

pytest.importorskip("resource", reason="the review needs Linux or macOS")

from tools.review import __main__ as command  # noqa: E402
from tools.review import judge, sandbox, submissions  # noqa: E402

HERE = Path(__file__).resolve().parent
LESSON = "01_lego_dictionary"


def solved():
    return json.loads((HERE.parent / "solutions" / f"{LESSON}.ipynb").read_text(encoding="utf-8"))


def code_cell(source):
    return {"cell_type": "code", "source": source, "metadata": {}, "outputs": [], "execution_count": None}


def told(path):
    """The submissions in a file of `tests/hostile`: name, notebook, and the lines on what must come out."""
    for part in re.split(r"^==== ", path.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]:
        head, *cells = re.split(r"^----", part, flags=re.MULTILINE)
        name, *expected = head.strip().splitlines()
        notebook, added = solved(), []
        for cell in cells:
            answers, _, source = cell.partition("\n")
            if not answers.strip():
                added.append(code_cell(source))
                continue
            place = next(each for each in notebook["cells"] if f"def {answers.strip()}(" in "".join(each["source"]))
            place["source"] = source
        imports = next(i for i, cell in enumerate(notebook["cells"]) if cell["id"] == "imports")
        notebook["cells"][imports + 1 : imports + 1] = added
        yield name, json.dumps(notebook).encode(), expected


TOLD = {
    name: (content, expected) for path in sorted(HERE.glob("hostile/*.txt")) for name, content, expected in told(path)
}


def broken(**changes):
    """The solved notebook with its second code cell changed."""
    notebook = solved()
    [cell for cell in notebook["cells"] if cell["cell_type"] == "code"][1].update(changes)
    return json.dumps(notebook).encode()


def packed(*files, password=False):
    """A zip of names (or ZipInfos) and contents."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files:
            archive.writestr(name, content)
    return target.getvalue()


def nested(depth):
    content = packed((f"{LESSON}.ipynb", json.dumps(solved())))
    for _ in range(depth):
        content = packed(("again.zip", content))
    return content


def link():
    info = zipfile.ZipInfo("link.ipynb")
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    return info


RIGHT = json.dumps(solved()).encode()
FILES = {  # name below the class's folder: content, {file in the table: problem, or "" for a right notebook}
    "ids list.ipynb": (broken(id=["x"]), {"ids list.ipynb": ""}),
    "ids dict.ipynb": (broken(id={"x": 1}), {"ids dict.ipynb": ""}),
    "ids number.ipynb": (broken(id=3, metadata={"id": []}), {"ids number.ipynb": ""}),
    "cells metadata.ipynb": (broken(metadata=[1], outputs="x", execution_count={}), {"cells metadata.ipynb": ""}),
    "cells kind.ipynb": (broken(cell_type=["code"]), {"cells kind.ipynb": "some of its cells are not cells"}),
    "cells surrogate.ipynb": (
        RIGHT.replace(b'"source": ["', b'"source": ["# \\ud800\\n", "', 1),
        {"cells surrogate.ipynb": ""},
    ),
    "cells blank.ipynb": (broken(source="\n" * 300_000), {"cells blank.ipynb": ""}),
    "cells long.ipynb": (broken(source="#" * 2**24), {"cells long.ipynb": "the message has"}),
    "cells chain.ipynb": (broken(source="x = " + "-" * 200_000 + "1"), {"cells chain.ipynb": ""}),
    "json deep.ipynb": (b'{"cells": ' + b"[" * 10**6, {"json deep.ipynb": "not JSON"}),
    "json number.ipynb": (b'{"cells": [' + b"1" * 10**6 + b"]}", {"json number.ipynb": "not (a notebook|JSON)"}),
    "json wide.ipynb": (
        b'{"cells": [' + b"[],{}," * 10**7 + b"1]}",
        {"json wide.ipynb": "not cells|MemoryError|ended"},
    ),
    "bom.ipynb": (b"\xef\xbb\xbf" + RIGHT, {"bom.ipynb": ""}),
    "utf16.ipynb": (json.dumps(solved()).encode("utf-16"), {"utf16.ipynb": "not text"}),
    "script.py": (b"import numpy", {"script.py": "choose File"}),
    "ann.zip": (packed((f"{LESSON}.ipynb", RIGHT)), {f"ann.zip/{LESSON}.ipynb": ""}),
    "renamed.ipynb": (packed(("x.ipynb", RIGHT)), {"renamed.ipynb/x.ipynb": ""}),
    "twice.zip": (nested(1), {f"twice.zip/again.zip/{LESSON}.ipynb": ""}),
    "often.zip": (nested(9), {"often.zip/again.zip/again.zip/again.zip": "in a zip"}),
    "bomb.zip": (packed(*((f"{i}.ipynb", bytes(2**26 - 1)) for i in range(10))), {"bomb.zip": "unpacks to more than"}),
    "large.zip": (packed(("a.ipynb", bytes(2**26 + 1))), {"large.zip/a.ipynb": "larger than"}),
    "many.zip": (packed(*((f"__MACOSX/{i}", b"") for i in range(6000))), {"many.zip": "more than 5000 files"}),
    "empty.zip": (packed(), {"empty.zip": "without a file"}),
    "cut.zip": (packed((f"{LESSON}.ipynb", RIGHT))[:5000], {"cut.zip": "cannot be unpacked"}),
    "names.zip": (
        packed(
            ("../../out.ipynb", RIGHT), ("/etc/passwd", b"x"), (link(), b"/etc/passwd"), ("\x1b[2J\u202e.txt", b"x")
        ),
        {
            "names.zip/../../out.ipynb": "",
            "names.zip/etc/passwd": "not JSON",
            "names.zip/link.ipynb": "a link",
            "names.zip/\ufffd[2J\ufffd.txt": "not JSON",
        },
    ),
    ";=1+1.txt": (b"x", {";'=1+1.txt": "not JSON"}),
    "\uff1d1+1.txt": (b"x", {"'\uff1d1+1.txt": "not JSON"}),
    "<script>.txt": (b"x", {"<script>.txt": "not JSON"}),
    ".DS_Store": (b"x", {}),
    "__MACOSX/._a.ipynb": (b"x", {}),
    "sub/timestamp.txt": (b"x", {}),
}


@pytest.fixture(scope="module")
def reviewed(tmp_path_factory):
    """The rows of the whole class by file; the folder of the review."""
    try:
        sandbox.require()
    except sandbox.Unavailable as reason:
        pytest.skip(f"no isolation here: {reason}")
    folder = tmp_path_factory.mktemp("hostile")
    for name, (content, _) in {**{f"told/{name}/{LESSON}.ipynb": each for name, each in TOLD.items()}, **FILES}.items():
        path = folder / "class" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(judge, "Settings", functools.partial(judge.Settings, cell_seconds=4))
        command.main([str(folder / "class"), "--output", str(folder / "review"), "--feedback", "--jobs", "2"])
    lines = (folder / "review" / "review.jsonl").read_text(encoding="utf-8").splitlines()
    return {row["file"]: row for row in (json.loads(line)["row"] for line in lines)}, folder / "review"


@pytest.mark.parametrize("name", TOLD)
def test_what_must_come_out_comes_out(name, reviewed):
    row = reviewed[0][f"told/{name}/{LESSON}.ipynb"]
    expected = dict(line.split(":", 1) for line in TOLD[name][1])
    rest = {number: answer["status"] for number, answer in row["answers"].items()}
    remarks = "\n".join(row["remarks"])

    assert not row["problem"] or "rest any" in expected
    for what, words in expected.items():
        number, _, statuses = what.partition(" ")
        if number == "remark":
            assert (
                re.search(words.strip(), remarks + row["problem"]) if statuses != "none" else "reaches" not in remarks
            )
        elif number != "rest":
            assert rest.pop(number) in statuses.split("|")
            assert re.search(words.strip(), row["answers"][number]["message"])
    assert "rest any" in expected or set(rest.values()) == {"correct"}
    assert row["seconds"] < 300


@pytest.mark.parametrize("name", FILES)
def test_every_file_gets_its_row(name, reviewed):
    with open(reviewed[1] / "review.csv", encoding="utf-8-sig", newline="") as file:
        table = {row["file"]: row for row in csv.DictReader(file)}
    for file, problem in FILES[name][1].items():
        row = table.pop(file)
        assert re.search(problem, row["problem"]) if problem else not row["problem"]
        assert problem or row["1.1 reconstruct"] == "correct"
    assert FILES[name][1] or not [file for file in table if name in file]


def test_a_zip_by_itself_that_cannot_be_unpacked_is_called_by_its_name(tmp_path):
    path = tmp_path / "class.zip"
    path.write_bytes(FILES["many.zip"][0])
    (found,) = submissions.find(path)

    assert (found.student, found.file) == ("class", "class.zip")
    assert "more than 5000 files" in found.problem


def test_what_is_neither_a_folder_nor_a_zip_is_refused(tmp_path):
    path = tmp_path / "class.zip"
    path.write_bytes(FILES["cut.zip"][0])
    with pytest.raises(SystemExit, match="is not a folder, nor a zip"):
        command.main([str(path), "--output", str(tmp_path / "review")])


def test_nothing_in_what_is_written_is_obeyed(reviewed):
    for path in [each for each in reviewed[1].rglob("*") if each.is_file()]:
        text = path.read_text(encoding="utf-8-sig")

        assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", text.replace("\r\n", "\n")), (
            path
        )
        assert path.suffix != ".html" or not re.search("<(script|img|iframe|link)", text), path
        assert path.suffix != ".csv" or not re.search('(^|[;\t\n,"])[=\uff1d]', text), path
