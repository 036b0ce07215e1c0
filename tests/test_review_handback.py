"""What the review hands back: to students, to the gradebook, and to the tutor who wants to know who moved on."""

import csv
import json
import os

import pytest

pytest.importorskip("resource", reason="the review needs Linux or macOS")

from lessons.exercises import lego  # noqa: E402
from tools.review import __main__ as command  # noqa: E402
from tools.review import handback, judge, report, submissions  # noqa: E402

LESSON, OTHER = "01_lego_dictionary", "04_nonnegative_factorisation"


def answer(status, *mistakes, message=""):
    text = f"1.1 reconstruct: {status}\n{message}"
    return {
        "status": status,
        "mistakes": list(mistakes),
        "message": message,
        "card": f"<div>{text}</div>",
        "text": text,
    }


def row(name, lesson=LESSON, answers=None, file=None, prints=None, **known):
    about = submissions._submission(
        submissions.PurePosixPath(file or f"{name}/{lesson}.ipynb"), b"{}", "", known.pop("date", 0.0)
    )
    return judge.row(about, lesson=lesson, answers=answers or {}, prints=prints or {}, isolation="bubblewrap", **known)


RIGHT, WRONG = answer("correct"), answer("wrong", "transposed", message="The result is transposed.")


def table(path):
    with open(path, encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


class TestWhoIsWho:
    @pytest.mark.parametrize(
        ("file", "student", "system", "number", "attempt"),
        [
            ("anna/01.ipynb", "anna", "", "", 0),
            ("anna.ipynb", "anna", "", "", 0),
            ("Ann Lee_123_assignsubmission_file_/01.ipynb", "Ann Lee", "Moodle", "123", 0),
            ("Ann Lee_123_assignsubmission_file/01.ipynb", "Ann Lee", "Moodle", "123", 0),
            ("Ann Lee_123_assignsubmission_file_my try.ipynb", "Ann Lee", "Moodle", "123", 0),
            ("download.zip/Ann Lee_123_assignsubmission_file_/01.ipynb", "Ann Lee", "Moodle", "123", 0),
            ("leeann_45_678_01_lego_dictionary-2.ipynb", "leeann", "Canvas", "45", 2),
            ("leeann_LATE_45_678_01_lego_dictionary.ipynb", "leeann", "Canvas", "45", 0),
            ("ann.zip/01_lego_dictionary (3).ipynb", "ann", "", "", 3),
        ],
    )
    def test_downloads_tell_names_and_numbers(self, file, student, system, number, attempt):
        found = submissions._submission(submissions.PurePosixPath(file), b"{}", "", 0.0)
        assert (found.student, found.system, found.number, found.attempt) == (student, system, number, attempt)

    def test_dates_come_from_nbgrader_the_zip_or_the_name(self, tmp_path):
        for name, content in {
            "anna/01.ipynb": "{}",
            "anna/timestamp.txt": "2026-03-01 10:20:30.5 UTC",
            "ben 2026-02-03T04-05.ipynb": "{}",
        }.items():
            path = tmp_path / name
            path.parent.mkdir(exist_ok=True)
            path.write_text(content)
        os.utime(tmp_path / "anna" / "01.ipynb", (0, 0))
        dates = {each.student: report.when(each.date) for each in submissions.find(tmp_path)}

        assert dates == {"anna": "2026-03-01 10:20", "ben 2026-02-03T04-05": "2026-02-03 04:05"}

    def test_of_several_attempts_the_latest_counts_and_says_so(self):
        rows = [
            row("anna", date=2e9, answers={"1.1": RIGHT}),
            row("anna", file="anna/older.ipynb", date=1e9, answers={"1.1": WRONG}),
            row("", file="lee_4_5_a-1.ipynb", date=2e9, answers={"1.1": WRONG}),
            row("", file="lee_4_9_a-2.ipynb", date=1e9, answers={"1.1": RIGHT}),
            row("anna", lesson=OTHER),
            row("anna", file="anna/notes.txt", lesson=None, problem="not a notebook"),
        ]
        kept = list(report.one_a_student(rows))

        assert [each["answers"].get("1.1", {}).get("status") for each in kept] == ["correct", "correct", None, None]
        assert kept[0]["remarks"] == [f"the latest of 2 attempts counts: {report.when(2e9)}"]
        assert kept[1]["remarks"] == [f"the latest of 2 attempts counts: {report.when(1e9)}, number 2"]
        assert report.summary(kept) == (
            "2 students, 3 notebooks reviewed, 1 file that could not be. 2 of 2 answers are correct."
        )


def test_points_are_minutes_or_as_the_tutor_says(tmp_path):
    rows = [row("anna", answers={"1.1": RIGHT, "1.2": WRONG})]
    (tmp_path / "points.csv").write_text("exercise,points\n1.1 reconstruct,10\n1.2,2.5\n")
    minutes = {each.number: each.minutes for each in submissions.lessons()[LESSON].exercises}

    assert report.points(rows[0], {}) == (minutes["1.1"], minutes["1.1"] + minutes["1.2"])
    assert report.points(rows[0], command._worth(tmp_path / "points.csv")) == (10, 12.5)
    for wrong in ("number,points\n1.1,3\n", "exercise,points\n1.1,many\n", "exercise,points\n,3\n"):
        (tmp_path / "points.csv").write_text(wrong)
        with pytest.raises(SystemExit, match="exercise,points"):
            command._worth(tmp_path / "points.csv")


def test_gradebooks_know_students_by_their_numbers(tmp_path):
    rows = [
        row("", file="Ann Lee_12_assignsubmission_file_/01.ipynb", answers={"1.1": RIGHT}),
        row("", file="=cmd_13_assignsubmission_file_/01.ipynb", answers={"1.1": WRONG}),
        row("", file="leeann_45_678_a.ipynb", answers={"1.1": RIGHT}),
        row("", file="leeann_45_679_b.ipynb", lesson=OTHER, answers={"4.1": RIGHT}),
        row("", file="bob_46_680_b.ipynb", lesson=OTHER, answers={"4.1": WRONG}),
        row("carl", answers={"1.1": RIGHT}),
    ]
    handback.write_gradebooks(tmp_path, rows, {"1.1": 7, "4.1": 3})
    moodle, canvas = table(tmp_path / f"moodle-{LESSON}.csv"), table(tmp_path / "canvas.csv")

    assert [(each["Identifier"], each["Full name"], each["Grade"]) for each in moodle] == [
        ("Participant 12", "Ann Lee", "7"),
        ("Participant 13", "'=cmd", "0"),
    ]
    assert "Last modified (grade)" in moodle[0]
    assert list(canvas[0])[:5] == ["Student", "ID", "SIS User ID", "SIS Login ID", "Section"]
    assert [(each["Student"], each["ID"], each[LESSON], each[OTHER]) for each in canvas] == [
        ("Points Possible", "", "7", "3"),
        ("leeann", "45", "7", "3"),
        ("bob", "46", "", "0"),
    ]
    assert not (tmp_path / f"moodle-{OTHER}.csv").exists()


class TestFeedback:
    def write(self, tmp_path, rows):
        handback.write_feedback(tmp_path, rows)
        return {
            str(path.relative_to(tmp_path)): path.read_text(encoding="utf-8")
            for path in tmp_path.rglob("*.*")
            if path.is_file()
        }

    def test_each_student_gets_a_page_and_the_same_as_text(self, tmp_path):
        rows = [
            row("anna", answers={"1.1": RIGHT, "1.2": WRONG}),
            row("anna", lesson=OTHER, answers={"4.1": WRONG}),
            row("ben", answers={"1.1": WRONG}, remarks=["1.1: the same as anna's"]),
            row("carl", file="carl.txt", lesson=None, problem="the file is empty"),
        ]
        pages = self.write(tmp_path, rows)
        exercises = {each.number: each for each in submissions.lessons()[LESSON].exercises}

        assert set(pages) == {f"{name}/feedback.{kind}" for name in ("anna", "ben", "carl") for kind in ("html", "txt")}
        for text in (pages["anna/feedback.txt"], pages["anna/feedback.html"]):
            assert LESSON in text and OTHER in text
            assert f"Right: 1.1 reconstruct, {exercises['1.1'].title}." in text
            assert "The result is transposed." in text
            assert f"Next step: {exercises['1.2'].hints[0]}"[:40] in text
            assert "ben" not in text
        assert "anna" not in pages["ben/feedback.html"] + pages["ben/feedback.txt"]
        assert "the file is empty" in pages["carl/feedback.txt"]

    def test_names_make_folders_of_their_own_and_no_others(self, tmp_path):
        names = ["../up", "a/../../b", "Ann Lee", "ann lee", "CON:", "...", "=x", "<script>"]
        rows = [{**row("x", answers={"1.1": RIGHT}), "student": name} for name in names]
        rows.append(row("", file="Ann Lee_12_assignsubmission_file_/01.ipynb", answers={"1.1": RIGHT}))
        self.write(tmp_path / "feedback", rows)
        folders = sorted(path.name for path in (tmp_path / "feedback").iterdir())

        assert len({name.casefold() for name in folders}) == len(rows)
        assert "Ann Lee_12_assignsubmission_file" in folders  # as Moodle takes it back
        assert [path.name for path in tmp_path.iterdir()] == ["feedback"]


class TestThePage:
    def write(self, tmp_path, rows, **more):
        report.write_html(tmp_path / "review.html", rows, "A class", 3, **more)
        return (tmp_path / "review.html").read_text(encoding="utf-8")

    def test_who_moved_on_and_which_mistake_went_away(self, tmp_path):
        before = [
            row("anna", answers={"1.1": WRONG, "1.2": WRONG}),
            row("ben", answers={"1.1": RIGHT}),
            row("dora", answers={"1.1": RIGHT}),
        ]
        now = [
            row("anna", answers={"1.1": RIGHT, "1.2": answer("wrong", "negated")}),
            row("ben", answers={"1.1": RIGHT}),
            row("carl", answers={"1.1": RIGHT}),
        ]
        page = self.write(tmp_path, now, before=before)
        section = page.partition("Who moved on")[2].partition("</table>")[0]

        assert "anna</th><td>1.1</td><td>1.1 transposed, 1.2 transposed</td><td>1.2 negated" in section
        assert "ben</th><td>none</td><td>none</td><td>none" in section
        assert "carl" not in section

    def test_predictions_are_counted(self, tmp_path, monkeypatch):
        class Question:
            name, question, choices, answer = "terraces", "Up or <down>?", {"up": "", "down": ""}, "down"

        monkeypatch.setattr(lego, "predictions", [Question])
        rows = [
            row(name, answers={"1.1": RIGHT}, predictions={"terraces": choice})
            for name, choice in (("a", "up"), ("b", "down"), ("c", "down"))
        ]
        page = self.write(tmp_path, [*rows, row("d")])

        assert "Up or &lt;down&gt;?" in page
        assert "<li>1: up</li><li>2: down (so it is)</li><li>1: no prediction</li>" in page

    def test_the_same_answers_are_remarked_on_and_only_among_students(self):
        prints = [{"1.1": "same", "1.2": "", "1.3": "x"}, {"1.1": "same", "1.2": "", "1.3": "y"}]
        rows = [row("anna", prints=prints[0]), row("ben", prints=prints[1])]
        told = list(report.with_sameness(rows))

        assert told[0]["remarks"] == ["1.1: the same as ben, but for names and spaces"]
        assert told[1]["remarks"] == ["1.1: the same as anna, but for names and spaces"]

    def test_anonymous_keeps_people_apart_and_tells_no_name(self, tmp_path):
        rows = [row("anna", answers={"1.1": RIGHT}), row("anna", lesson=OTHER), row("ben", answers={"1.1": RIGHT})]
        told = list(report.anonymous(rows, [*rows, row("zoe")]))

        assert told[0]["student"] == told[1]["student"] != told[2]["student"]
        assert not {"anna", "ben"} & set(json.dumps(told).replace('"', " ").replace("/", " ").split())


PRINTS = {
    "def f(X):\n    total = 0\n    for x in X:\n        total += np.sqrt(x) * 2 + 1\n    return total / len(X) + 3 * total - 7": "same",
    "def f(data):  # mine\n    '''Mine.'''\n    s=0\n    for i in data: s += np.sqrt(i)*2+1\n    return s/len(data)+3*s-7": "same",
    "def f(X):\n    total = 0\n    for x in X:\n        total += np.log(x) * 2 + 1\n    return total / len(X) + 3 * total - 7": "other",
    "def f(X):\n    return X": "",
    "def f(X:\n": "",
}


def test_a_print_of_an_answer_leaves_names_spaces_and_comments_out():
    prints = {source: submissions.print_of([source], "f") for source in PRINTS}
    same, again, other, short, broken = prints.values()

    assert same == again != other and other
    assert short == broken == ""


def test_only_takes_exercises_that_there_are(capfd, tmp_path):
    with pytest.raises(SystemExit):
        command.main([str(tmp_path), "--only", "1.1", "9.9"])
    assert "not 9.9" in capfd.readouterr().err


@pytest.mark.parametrize(
    "text",
    [None, "", "nonsense", "nonsense\n" * 3, "5\n[]\n", "{}\n", '{"row": 5}\n', '{"row": {}}\n', "\x00" * 99, "\udcff"],
    ids=repr,
)
def test_an_earlier_review_that_is_none_is_said(tmp_path, text):
    if text is not None:
        (tmp_path / "review.jsonl").write_text(text, encoding="utf-8", errors="surrogateescape")
    with pytest.raises(SystemExit, match="does not hold an earlier review: ."):
        command._earlier(tmp_path)


def test_of_an_earlier_review_only_the_last_line_may_be_cut_off(tmp_path):
    lines = [json.dumps({"row": row(name)}) for name in ("anna", "ben")]
    (tmp_path / "review.jsonl").write_text("\n".join([*lines, lines[0][:50]]), encoding="utf-8")
    assert [each["student"] for each in command._earlier(tmp_path)] == ["anna", "ben"]

    (tmp_path / "review.jsonl").write_text("\n".join([lines[0][:50], *lines]), encoding="utf-8")
    with pytest.raises(SystemExit, match="does not hold an earlier review"):
        command._earlier(tmp_path)


def test_a_damaged_file_of_finished_rows_is_said_and_not_written_over(tmp_path):
    path = tmp_path / "review.jsonl"
    path.write_text("nonsense\n" * 2, encoding="utf-8")
    with pytest.raises(SystemExit, match="is damaged"), command.Finished(path, judge.Settings()):
        pass
    assert path.read_text(encoding="utf-8") == "nonsense\n" * 2


def test_what_is_no_row_among_the_finished_ones_is_left_out(tmp_path):
    (tmp_path / "review.jsonl").write_text("5\n[]\n", encoding="utf-8")
    with command.Finished(tmp_path / "review.jsonl", judge.Settings()) as finished:
        assert not finished.rows
