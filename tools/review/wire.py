"""What the reviewer and a student's process say to each other: plain data, never an object that could run code.

A message is one JSON value behind its length. Arrays travel as their bytes, numbers and containers as themselves; whatever
else a student's function returns travels as the name of its type and what it looks like, which is all that a verdict
says of it. Nothing that arrives is believed before it is looked at: `receive` and `decode` raise ValueError for anything
that `encode` would not have made.
"""

import base64
import json
import math
import re
import struct
import time

import numpy as np

LARGEST_MESSAGE = 32 * 2**20  # bytes
LARGEST_ARRAY = 8 * 2**20  # bytes; of a larger array only the shape is told, and no exercise asks for one
LONGEST_TEXT = 2000
DEEPEST = 8
MOST_PARTS = 100_000

_PLAIN_DTYPE = re.compile(r"[<>|]?([biufcSU]\d+|[mM]8(\[\d*[a-zA-Z]+\])?)")
_NAME = re.compile(r"\w{1,60}")


class Channel:
    """Messages over a connected socket, each within a time limit.

    Raises TimeoutError when the other side is too slow, EOFError when it is gone, ValueError when it talks nonsense.
    """

    def __init__(self, connection):
        self.connection = connection

    def send(self, message, seconds=None):
        data = json.dumps(message).encode("utf-8", "replace")
        if len(data) > LARGEST_MESSAGE:
            raise ValueError(f"the message has {len(data)} bytes, more than {LARGEST_MESSAGE}")
        self.connection.settimeout(seconds)
        try:
            self.connection.sendall(struct.pack(">Q", len(data)) + data)
        except (BrokenPipeError, ConnectionResetError) as error:
            raise EOFError("the other side is gone") from error

    def receive(self, seconds=None):
        deadline = None if seconds is None else time.monotonic() + seconds
        (size,) = struct.unpack(">Q", self._read(8, deadline))
        if size > LARGEST_MESSAGE:
            raise ValueError(f"a message of {size} bytes was announced, more than {LARGEST_MESSAGE}")
        try:
            message = json.loads(self._read(size, deadline))
        except RecursionError as error:
            raise ValueError("the message is nested too deeply") from error
        if not isinstance(message, dict):
            raise ValueError("the message is not an object")
        return message

    def _read(self, size, deadline):
        data = bytearray()
        while len(data) < size:
            left = None if deadline is None else deadline - time.monotonic()
            if left is not None and left <= 0:
                raise TimeoutError
            self.connection.settimeout(left)
            try:
                part = self.connection.recv(min(size - len(data), 2**20))
            except ConnectionResetError:
                part = b""
            if not part:
                raise EOFError("the other side is gone")
            data += part
        return bytes(data)


class Unsendable:
    """Stands for a value that stays in the student's process; its type has that value's name, and it looks like it."""

    def __init__(self, looks):
        self.looks = looks

    def __repr__(self):
        return self.looks


def encode(value):
    """A value as JSON can carry it."""
    budget = [MOST_PARTS]
    try:
        return _encode(value, DEEPEST, budget)
    except _TooMuch:
        return _looks(value)


def _encode(value, depth, budget):
    budget[0] -= 1
    if depth < 0 or budget[0] < 0:
        raise _TooMuch
    if isinstance(value, np.ndarray):
        return _encode_array(value)
    if isinstance(value, np.generic):
        return {"scalar": _encode_array(np.asarray(value))} if not value.dtype.hasobject else _looks(value)
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        return int(value) if value.bit_length() < 4000 else _looks(value)
    if isinstance(value, float):
        return float(value)
    if isinstance(value, str):
        return str(value) if len(value) <= LONGEST_TEXT else _looks(value)
    if isinstance(value, complex):
        return {"complex": [value.real, value.imag]}
    if value is Ellipsis:
        return {"ellipsis": True}
    if isinstance(value, (tuple, list)):
        kind = "tuple" if isinstance(value, tuple) else "list"
        return {kind: [_encode(part, depth - 1, budget) for part in value], "name": type(value).__name__}
    return _looks(value)


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
        looks = repr(value)
    except Exception as error:  # noqa: BLE001, a student's class may do anything in its __repr__
        looks = f"<{type(error).__name__} in its __repr__>"
    return {"other": type(value).__name__, "looks": str(looks)[:LONGEST_TEXT]}


class _TooMuch(Exception):
    """A value has too many parts to be sent."""


def decode(data):
    """The value that `encode` was given, or a stand-in for it."""
    try:
        return _decode(data)
    except (KeyError, TypeError, RecursionError, OverflowError) as error:
        raise ValueError(f"not an encoded value: {type(error).__name__}") from error


def _decode(data):
    if data is None or isinstance(data, (bool, int, float, str)):
        return data
    if not isinstance(data, dict):
        raise ValueError("neither a plain value nor an object")
    if "array" in data:
        return _decode_array(data)
    if "scalar" in data:
        return _decode_array(data["scalar"])[()]
    if "ellipsis" in data:
        return Ellipsis
    if "complex" in data:
        real, imaginary = data["complex"]
        return complex(float(real), float(imaginary))
    for kind in (tuple, list):
        if kind.__name__ in data:
            return _named(kind, data.get("name"))(_decode(part) for part in data[kind.__name__])
    if "other" in data:
        return _named(Unsendable, data["other"])(str(data.get("looks", ""))[:LONGEST_TEXT])
    raise ValueError(f"unknown kind of value: {list(data)[:3]}")


def _decode_array(data):
    dtype, shape = data["array"], data["shape"]
    if not (isinstance(dtype, str) and isinstance(shape, list) and len(shape) <= 32):
        raise ValueError("not an array")
    if not all(type(length) is int and length >= 0 for length in shape):
        raise ValueError("not a shape")
    if dtype != "|O" and not _PLAIN_DTYPE.fullmatch(dtype):
        raise ValueError("not a plain dtype")
    dtype = np.dtype(dtype)
    if "data" not in data or not dtype.itemsize:
        # As large as it claims to be, but one number in memory.
        array = np.broadcast_to(np.zeros((), dtype), shape)
    else:
        content = base64.b64decode(data["data"], validate=True)
        if dtype.hasobject or len(content) != dtype.itemsize * math.prod(shape):
            raise ValueError("the array's bytes do not fit its shape")
        array = np.frombuffer(content, dtype).reshape(shape).copy()
    kind = _named(np.ndarray, data.get("name"))
    return array if kind is np.ndarray else array.view(kind)


def _named(kind, name):
    """The type `kind`, or one like it that is called `name`."""
    if name == kind.__name__ or not (isinstance(name, str) and _NAME.fullmatch(name)):
        return kind
    return type(name, (kind,), {})
