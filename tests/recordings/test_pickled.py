"""Pickles: what is admitted is read bit by bit, everything else is refused and never run."""

from __future__ import annotations

import gzip
import os
import pickle
import struct
import zlib
from collections import OrderedDict
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kinemesh._files import pickled as module
from kinemesh._files.pickled import read_pickle
from kinemesh.errors import KinemeshError, ReadError
from kinemesh.trajectories.containers.pickle_writer import pickled

TABLE: dict[str, Any] = {
    "fps": 30,
    "rate": 29.97,
    "name": "ein Gang — привет",
    "none": None,
    "yes": True,
    "names": ["pelvis", "torso"],
    "single": np.arange(12, dtype=np.float32).reshape(3, 4) / 7.0,
    "double": np.linspace(-1.0, 1.0, 7),
    "fortran": np.asfortranarray(np.arange(6.0).reshape(2, 3)),
    "big": np.arange(5, dtype=">f8"),
    "flags": np.array([[True, False]]),
    "whole": np.arange(-3, 3),
    "empty": np.zeros((0, 3)),
    "texts": np.array(["a", "bc"]),
    "inner": {"frames": [[1.0, 2.0], [3.0, 4.0]]},
}


def assert_same(found: Any, wanted: Any) -> None:
    assert type(found) is type(wanted) or isinstance(wanted, tuple)
    if isinstance(wanted, dict):
        assert list(found) == list(wanted)
        for key, value in wanted.items():
            assert_same(found[key], value)
    elif isinstance(wanted, np.ndarray):
        assert found.dtype == wanted.dtype
        np.testing.assert_array_equal(found, wanted)
    else:
        assert found == wanted


@pytest.fixture
def canary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file that the hostile programs below make if they are run."""
    monkeypatch.chdir(tmp_path)
    return tmp_path / "executed"


# ------------------------------------------------------------------ what is admitted


@pytest.mark.parametrize("protocol", [2, 3, 4, 5])
def test_a_table_that_pickle_wrote_is_read_in_every_protocol(protocol: int, tmp_path: Path) -> None:
    path = tmp_path / "a.pkl"
    path.write_bytes(pickle.dumps(TABLE, protocol=protocol))
    assert_same(read_pickle(path), TABLE)


@pytest.mark.parametrize("compress", [0, 3, ("gzip", 3)])
def test_a_table_that_joblib_wrote_is_read_packed_or_not(compress: Any, tmp_path: Path) -> None:
    joblib = pytest.importorskip("joblib")
    joblib.dump(TABLE, tmp_path / "a.pkl", compress=compress)
    assert_same(read_pickle(tmp_path / "a.pkl"), TABLE)


def test_scalars_of_numpy_are_read_as_numbers(tmp_path: Path) -> None:
    path = tmp_path / "a.pkl"
    path.write_bytes(pickle.dumps({"fps": np.float64(30.0), "n": np.int32(7)}))
    assert read_pickle(path) == {"fps": 30.0, "n": 7}


def test_an_array_named_twice_is_one_array(tmp_path: Path) -> None:
    array = np.arange(3.0)
    path = tmp_path / "a.pkl"
    path.write_bytes(pickle.dumps({"a": array, "b": array}))
    table = read_pickle(path)
    assert table["a"] is table["b"]


def test_an_ordered_table_is_a_table(tmp_path: Path) -> None:
    path = tmp_path / "a.pkl"
    path.write_bytes(pickle.dumps(OrderedDict(a=1, b=2)))
    assert read_pickle(path) == {"a": 1, "b": 2}


def test_what_we_write_is_read_by_pickle_by_joblib_and_by_us(tmp_path: Path) -> None:
    joblib = pytest.importorskip("joblib")
    table = {key: value for key, value in TABLE.items() if key != "texts"}
    path = tmp_path / "a.pkl"
    path.write_bytes(pickled(table))
    for found in (pickle.loads(path.read_bytes()), joblib.load(path), read_pickle(path)):
        for key, value in table.items():
            if isinstance(value, np.ndarray):
                np.testing.assert_array_equal(found[key], value)
            else:
                assert found[key] == value


def test_what_we_write_names_nothing_but_three_functions_of_numpy() -> None:
    import pickletools

    table = {key: value for key, value in TABLE.items() if key != "texts"}
    named = {arg for op, arg, _ in pickletools.genops(pickled(table)) if op.name == "GLOBAL"}
    assert named == {"numpy.core.multiarray _reconstruct", "numpy ndarray", "numpy dtype"}
    for odd in (object(), np.array(["a"]), np.array([None]), {1, 2}):
        with pytest.raises(TypeError, match="is not written to a pickle"):
            pickled({"a": odd})


# ------------------------------------------------------------------ what is refused


class Hostile:
    """Its pickle asks for a call when it is loaded."""

    def __init__(self, call: Any, *arguments: Any) -> None:
        self.call, self.arguments = call, arguments

    def __reduce__(self) -> tuple[Any, ...]:
        return self.call, self.arguments


def opcode(text: str) -> bytes:
    return text.encode()


HOSTILE: dict[str, bytes] = {
    "a shell": pickle.dumps({"a": Hostile(os.system, "touch executed")}),
    "a shell, protocol 2": pickle.dumps(Hostile(os.system, "touch executed"), protocol=2),
    "eval": pickle.dumps([Hostile(eval, "open('executed', 'w')")]),
    "a file": pickle.dumps({"root_pos": Hostile(open, "executed", "w")}),
    "getattr": pickle.dumps(Hostile(getattr, "a", "upper")),
    "an instance": b"\x80\x02(S'touch executed'\nios\nsystem\n.",
    "an object": b"\x80\x02(cos\nsystem\nX\x0e\x00\x00\x00touch executedo.",
    "a reference": b"\x80\x02X\x01\x00\x00\x00aQ.",
    "an extension": b"\x80\x02\x82\x01.",
    "numpy's loader": pickle.dumps(Hostile(np.load, "executed")),
    "a call of a type": b"\x80\x02cnumpy\nndarray\n(K\x03tR.",
    "an array of objects": pickle.dumps({"a": np.array([{}, []], dtype=object)}),
    "a structured array": pickle.dumps({"a": np.zeros(2, dtype=[("x", "f4")])}),
    "a type": pickle.dumps({"a": np.dtype("f4")}),
    "a set": pickle.dumps({"a": {1, 2}}),
    "a complex number": pickle.dumps({"a": 1j}),
    "a path": pickle.dumps({"a": Path("executed")}),
    "keys that are tuples": pickle.dumps({(1, 2): 3}),
    "a state for a table": b"\x80\x02}}b.",
    "a name that is tuples in tuples": b"\x80\x04)"
    + b"\x85" * 300_000
    + b"X\x01\x00\x00\x00a\x93.",
}


@pytest.mark.parametrize("case", HOSTILE)
@pytest.mark.parametrize("packed", [False, True])
def test_a_hostile_pickle_is_refused_and_nothing_is_run(
    case: str, packed: bool, canary: Path
) -> None:
    data = HOSTILE[case]
    path = canary.parent / "a.pkl"
    path.write_bytes(zlib.compress(data) if packed else data)
    with pytest.raises(ReadError, match=r"Nothing was run|cut short or damaged"):
        read_pickle(path)
    assert not canary.exists()


def test_a_message_names_what_was_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "a.pkl"
    path.write_bytes(HOSTILE["a shell"])
    with pytest.raises(ReadError, match=r"asks for the name posix\.system; expected tables"):
        read_pickle(path)


def test_lists_that_double_at_every_level_take_no_memory(tmp_path: Path) -> None:
    """A billion laughs: thirty levels, each naming the one below twice."""
    program = b"\x80\x04]\x94"
    for level in range(25):
        program += b"](" + b"h" + bytes([level]) + b"h" + bytes([level]) + b"e\x94"
    path = tmp_path / "a.pkl"
    path.write_bytes(program + b".")
    found = read_pickle(path)
    assert found[0] is found[1]


def test_tables_nested_without_end_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.pkl"
    deep: Any = []
    for _ in range(200):
        deep = [deep]
    path.write_bytes(pickle.dumps(deep))
    with pytest.raises(ReadError, match="nested more than 32 deep"):
        read_pickle(path)
    path.write_bytes(b"\x80\x04]\x94h\x00a.")  # a list that holds itself
    found = read_pickle(path)
    assert found[0] is found


def test_a_shape_that_does_not_fit_its_bytes_takes_no_memory(tmp_path: Path) -> None:
    whole = pickled({"a": np.zeros(3)})
    path = tmp_path / "a.pkl"
    huge = whole.replace(b"(\x8a\x01\x03t", b"(\x8a\x05\x00\x00\x00\x00\x10t")
    assert huge != whole
    path.write_bytes(huge)
    with pytest.raises(ReadError, match=r"declares an array .* bytes but holds 24"):
        read_pickle(path)


def test_a_bomb_is_not_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_LARGEST", 1 << 20)
    path = tmp_path / "a.pkl"
    for pack in (zlib.compress, gzip.compress):
        path.write_bytes(pack(b"\x80\x04" + bytes(4 << 20)))
        with pytest.raises(ReadError, match="would unpack to more than"):
            read_pickle(path)
    path.write_bytes(b"\x80\x04" + bytes(2 << 20))
    with pytest.raises(ReadError, match="larger than"):
        read_pickle(path)


def test_a_file_that_is_no_pickle_is_named_as_what_it_is(tmp_path: Path) -> None:
    path = tmp_path / "a.pkl"
    path.write_bytes(b"\x89PNG\r\n\x1a\n")
    with pytest.raises(ReadError, match="is a PNG picture; expected a pickle"):
        read_pickle(path)


@given(data=st.data())
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_damaged_pickle_is_an_error_of_ours_or_no_damage(
    data: st.DataObject, tmp_path: Path
) -> None:
    table = {"root_pos": np.arange(9.0).reshape(3, 3), "names": ["a"], "fps": 30}
    whole = bytearray(data.draw(st.sampled_from([pickle.dumps(table), pickled(table)])))
    kind = data.draw(st.sampled_from(["cut", "byte", "swap"]))
    at = data.draw(st.integers(2, len(whole) - 1))
    if kind == "cut":
        whole = whole[:at]
    elif kind == "byte":
        whole[at] = data.draw(st.integers(0, 255))
    else:
        whole[at:at] = struct.pack("<I", data.draw(st.integers(0, 2**32 - 1)))
    path = tmp_path / "a.pkl"
    path.write_bytes(bytes(whole))
    try:
        read_pickle(path)
    except KinemeshError as error:
        assert "a.pkl" in str(error)
