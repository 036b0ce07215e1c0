"""What the reviewer and a student's process say to each other: plain data, never an object that could run code.

A message is one JSON value behind its length. Arrays travel as their bytes, numbers and containers as themselves, all else
as the name of its type and what it looks like, which is all that a verdict says of it. Nothing that arrives is believed: its
size is looked at before it is read, and what `encode` would not have made raises ValueError.
"""

import base64
import json
import math
import re
import reprlib
import socket
import struct

import numpy as np

LARGEST_MESSAGE = 8 * 2**20  # bytes
LARGEST_ARRAY = 2 * 2**20  # bytes; of a larger array only the shape is told, and no exercise asks for one
LONGEST_TEXT = 2000
MOST_PARTS = 50_000  # values in a message: a reader may need a hundred bytes for one that took two
DEEPEST = 8

_PLAIN_DTYPE = re.compile(r"[<>|]?([biufcSU]\d+|[mM]8(\[\d*[a-zA-Z]+\])?)")
_NAME = re.compile(r"[\w (),]{1,80}")


class Channel:
    """Messages over a connected socket. Raises EOFError when the other side is gone, ValueError when it talks nonsense."""

    def __init__(self, connection):
        self.connection = connection

    def send(self, message):
        data = json.dumps(message).encode()
        if len(data) > LARGEST_MESSAGE:
            raise ValueError(f"the message has {len(data)} bytes, more than {LARGEST_MESSAGE}")
        try:
            self.connection.sendall(struct.pack(">Q", len(data)) + data)
        except ConnectionError as error:
            raise EOFError("the other side is gone") from error

    def receive(self):
        (size,) = struct.unpack(">Q", self._read(8))
        if not 0 < size <= LARGEST_MESSAGE:
            raise ValueError(f"a message of {size} bytes was announced; {LARGEST_MESSAGE} are allowed")
        data = self._read(size)
        if sum(map(data.count, b",[{")) > 2 * MOST_PARTS:
            raise ValueError(f"the message has more than {2 * MOST_PARTS} parts")
        try:
            message = json.loads(data)
        except RecursionError as error:
            raise ValueError("the message is nested too deeply") from error
        if not isinstance(message, dict):
            raise ValueError("the message is not an object")
        return message

    def _read(self, size):
        try:
            data = self.connection.recv(size, socket.MSG_WAITALL)
        except ConnectionError:
            data = b""
        if len(data) < size:
            raise EOFError("the other side is gone")
        return data


def encode(value):
    """A value as JSON can carry it."""
    try:
        return _encode(value, DEEPEST, [MOST_PARTS])
    except OverflowError:  # too many parts to be sent
        return _looks(value)


def _encode(value, depth, budget):
    budget[0] -= 1
    if depth < 0 or budget[0] < 0:
        raise OverflowError
    if isinstance(value, np.ndarray):
        return _encode_array(value)
    if isinstance(value, np.generic):
        return {"scalar": _encode_array(np.asarray(value))}
    if isinstance(value, complex):
        return {"complex": [value.real, value.imag]}
    if value is Ellipsis:
        return {"ellipsis": True}
    for kind in (tuple, list):
        if isinstance(value, kind):
            parts = [_encode(part, depth - 1, budget) for part in value]
            return {kind.__name__: parts, "name": type(value).__name__}
    sendable = isinstance(value, int) and value.bit_length() < 4000
    sendable = sendable or isinstance(value, str) and len(value) <= LONGEST_TEXT
    return value if value is None or isinstance(value, float) or sendable else _looks(value)


def _encode_array(value):
    array = np.asarray(value)
    data = {"array": array.dtype.str, "shape": list(array.shape)}
    if type(value) is not np.ndarray:
        data["name"] = type(value).__name__
    if array.dtype.names or not _PLAIN_DTYPE.fullmatch(array.dtype.str):
        data["array"] = "|O"
    elif array.nbytes <= LARGEST_ARRAY:
        data["data"] = base64.b64encode(np.ascontiguousarray(array).tobytes()).decode("ascii")
    return data


def _looks(value):
    try:
        large = isinstance(value, (list, tuple, dict, set)) and len(value) > 1000
        looks = str((reprlib.repr if large else repr)(value))
    except Exception as error:  # noqa: BLE001, a student's class may do anything in its __repr__
        looks = f"<{type(error).__name__} in its __repr__>"
    return {"other": type(value).__name__, "looks": looks[:LONGEST_TEXT]}


def decode(data):
    """The value that `encode` was given, or a stand-in for it."""
    try:
        return _decode(data)
    except (KeyError, TypeError, RecursionError, OverflowError) as error:
        raise ValueError(f"not an encoded value: {type(error).__name__}") from error


def _decode(data):
    if isinstance(data, str):
        return data[:LONGEST_TEXT]
    if data is None or isinstance(data, (bool, int, float)):
        return data
    if not isinstance(data, dict):
        raise ValueError("neither a plain value nor an object")
    if "array" in data:
        return _decode_array(data)
    if "scalar" in data:
        return _decode_array(data["scalar"])[()]
    if "complex" in data:
        return complex(*map(float, data["complex"]))
    if "ellipsis" in data:
        return Ellipsis
    for kind in (tuple, list):
        if kind.__name__ in data:
            return _named(kind, data.get("name"))(_decode(part) for part in data[kind.__name__])
    if "other" in data:
        return _stand_in(data["other"], str(data.get("looks", ""))[:LONGEST_TEXT])
    raise ValueError(f"unknown kind of value: {str(list(data)[:3])[:100]}")


def _decode_array(data):
    dtype, shape, content = data["array"], data["shape"], data.get("data")
    if not (isinstance(dtype, str) and isinstance(shape, list) and len(shape) <= 32):
        raise ValueError("not an array")
    if not all(type(length) is int and 0 <= length < 2**31 for length in shape):
        raise ValueError("not a shape")
    size = math.prod(shape)
    if dtype == "|O" and content is None and size <= LARGEST_ARRAY // 8:
        return np.empty(shape, object)
    if dtype != "|O" and not _PLAIN_DTYPE.fullmatch(dtype):
        raise ValueError("not a plain dtype")
    if content is None:
        # Never made as large as it claims to be.
        return _stand_in(f"large array of shape {tuple(shape)}")
    dtype, content = np.dtype(dtype), base64.b64decode(content, validate=True)
    if dtype.hasobject or size > LARGEST_ARRAY or len(content) != dtype.itemsize * size:
        raise ValueError("the array's bytes do not fit its shape")
    array = np.frombuffer(content, dtype).reshape(shape).copy() if content else np.zeros(shape, dtype)
    kind = _named(np.ndarray, data.get("name"))
    return array if kind is np.ndarray else array.view(kind)


def _named(kind, name):
    """The type `kind`, or one like it that is called `name`."""
    if name == kind.__name__ or not (isinstance(name, str) and _NAME.fullmatch(name)):
        return kind
    return type(name, (kind,), {})


def _stand_in(name, looks=""):
    """What stands for a value that stays in the student's process: its type has that value's name, and it looks like it."""
    name = name if isinstance(name, str) and _NAME.fullmatch(name) else "value of another kind"
    return type(name, (), {"__repr__": lambda self: looks})()
