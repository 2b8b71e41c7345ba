from __future__ import annotations

import contextlib
import io
import pickle
import struct
import sys
import types
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from scipy import sparse

from kinemesh.errors import ReadError
from kinemesh.recordings import read
from kinemesh.recordings.smpl.body_models import read_body
from kinemesh.recordings.smpl.bones import ORDERS, PARENTS, read_rest_joints
from kinemesh.recordings.smpl.pickles import read_pickled_arrays
from kinemesh.recordings.smpl.reader import BodySource, read_smpl
from recordings import recording

STANDIN = "smpl_standin/anny_smpl24_standin.npz"
KEYS = ("v_template", "shapedirs", "J_regressor", "kintree_table", "weights", "f")


def model(joints: int = 24, vertices: int = 60) -> dict[str, np.ndarray]:
    """Random skin of somebody 1.5 to 1.7 m tall, in the layout of the family's models."""
    rng = np.random.default_rng(joints)
    regressor = rng.random((joints, vertices))
    tree = np.array([PARENTS[joints], range(joints)]).astype(np.uint32)
    return {
        "v_template": rng.uniform((-0.9, -1.0, -0.1), (0.9, 0.7, 0.1), (vertices, 3)),
        "shapedirs": rng.normal(scale=0.01, size=(vertices, 3, 16)),
        "J_regressor": regressor / regressor.sum(axis=1, keepdims=True),
        "kintree_table": tree,
    }


def motion(path: Path, joints: int, **extra: object) -> Path:
    rng = np.random.default_rng(1)
    poses = rng.normal(scale=0.05, size=(12, 3 * joints))
    poses[:, :3] = (np.pi / 2, 0.0, 0.0)
    arrays = {"poses": poses, "trans": np.zeros((12, 3)), "mocap_framerate": 60.0, **extra}
    np.savez(path, **arrays)
    return path


def expected(arrays: dict[str, np.ndarray], betas: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Joints and skin at rest, by loops."""
    skin = arrays["v_template"].copy()
    for k, beta in enumerate(betas):
        skin += beta * arrays["shapedirs"][..., k]
    joints = [sum(w * v for w, v in zip(row, skin, strict=True)) for row in arrays["J_regressor"]]
    return np.array(joints), skin


@pytest.fixture(scope="module")
def standin_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The stand-in body as a folder that the smplx package reads."""
    with np.load(recording(STANDIN)) as file:
        arrays = {key: file[key] for key in KEYS}
    arrays["kintree_table"] = arrays["kintree_table"].astype(np.int64)
    arrays["kintree_table"][0, 0] = -1
    # 23 joints of nine numbers each: no correction of the skin by the pose
    arrays["posedirs"] = np.zeros((len(arrays["v_template"]), 3, 207), np.float32)
    folder = tmp_path_factory.mktemp("models")
    (folder / "smpl").mkdir()
    (folder / "smpl" / "SMPL_NEUTRAL.pkl").write_bytes(pickle.dumps(arrays, protocol=2))
    return folder


# ------------------------------------------------------------------ the oracle


def test_joints_agree_with_the_smplx_package(
    tmp_path: Path, standin_model: Path, rng: np.random.Generator
) -> None:
    torch = pytest.importorskip("torch", reason="torch, of the extra smplx, is not installed")
    smplx = pytest.importorskip("smplx", reason="the extra smplx is not installed")
    frames, betas = 15, rng.normal(scale=0.7, size=10)
    poses = rng.normal(scale=0.5, size=(frames, 72))
    root = rng.normal(size=(frames, 3))
    with contextlib.redirect_stdout(io.StringIO()):
        body = smplx.create(standin_model, "smpl", gender="neutral", batch_size=frames)
    tensors = {
        "betas": np.tile(betas, (frames, 1)),
        "global_orient": poses[:, :3],
        "body_pose": poses[:, 3:],
        "transl": root,
    }
    with torch.no_grad():
        out = body(**{k: torch.tensor(v, dtype=torch.float32) for k, v in tensors.items()})
    file = tmp_path / "a.npz"
    np.savez(file, poses=poses, trans=root, betas=betas, gender="neutral", mocap_framerate=59.94)
    clip = read(file, body_model=standin_model, up="z", floor=0.0)
    assert clip.fps == 59.94
    np.testing.assert_allclose(clip.positions, out.joints[:, :24].numpy(), atol=1e-5)
    with torch.no_grad():
        rest = body(betas=torch.tensor(betas[None], dtype=torch.float32)).vertices[0].numpy()
    assert clip.stature == pytest.approx(np.ptp(rest[:, 1]), abs=1e-4)


def test_trees_and_names_agree_with_the_smplx_package() -> None:
    pytest.importorskip("torch", reason="torch, of the extra smplx, is not installed")
    names = pytest.importorskip("smplx.joint_names", reason="the extra smplx is not installed")
    for count, theirs in ((52, names.SMPLH_JOINT_NAMES), (55, names.JOINT_NAMES)):
        for own, other in zip(ORDERS[count], theirs[:count], strict=True):
            if own[:2] in ("L_", "R_"):
                assert other.startswith({"L": "left_", "R": "right_"}[own[0]])
            if own[-1:].isdigit():
                assert other.split("_")[1] == own[2:].lower()


# ------------------------------------------------------------------ a folder of models


def test_the_stand_in_body_reads_itself_as_tall_as_it_is(
    tmp_path: Path, standin_model: Path
) -> None:
    clip = read(motion(tmp_path / "a.npz", 24), body_model=standin_model)
    assert clip.stature == pytest.approx(1.774, abs=2e-3)
    assert any("SMPL_NEUTRAL.pkl" in note for note in clip.notes)
    whole = read(tmp_path / "a.npz", body_model=recording(STANDIN))
    np.testing.assert_allclose(whole.positions, clip.positions, atol=1e-6)
    with np.load(recording(STANDIN)) as file:
        thigh = np.linalg.norm(file["J"][4] - file["J"][1])
    found = clip.landmark("left_knee") - clip.landmark("left_hip")
    np.testing.assert_allclose(np.linalg.norm(found, axis=1), thigh, atol=1e-5)


@pytest.mark.parametrize(("kind", "joints"), [("smpl", 24), ("smplh", 52), ("smplx", 55)])
@pytest.mark.parametrize("place", ["{k}/{K}_FEMALE.npz", "{K}_FEMALE.npz", "{k}/female/model.npz"])
def test_the_model_of_the_files_gender_and_kind_is_found_and_shaped(
    tmp_path: Path, kind: str, joints: int, place: str
) -> None:
    file = tmp_path / place.format(k=kind, K=kind.upper())
    file.parent.mkdir(parents=True, exist_ok=True)
    np.savez(file, **model(joints), part2num=np.array({"a": 1}, dtype=object))
    betas = np.linspace(-1.0, 1.0, 16)
    found, bones = read_body(tmp_path, (kind,), "female", betas)
    assert found == kind
    rest, skin = expected(model(joints), betas)
    np.testing.assert_allclose(bones.joints, rest, atol=1e-12)
    assert bones.height == pytest.approx(np.ptp(skin[:, 1]))
    assert "16 shape numbers" in bones.note
    with pytest.raises(ReadError, match=rf"no {kind.upper()}_MALE\.npz or \.pkl.*registration"):
        read_body(tmp_path, (kind,), "male", betas)


def test_expressions_are_not_taken_for_shape(tmp_path: Path) -> None:
    for count, shapes in ((20, 10), (400, 300)):
        arrays = model(55)
        arrays["shapedirs"] = np.ones((60, 3, count))
        np.savez(tmp_path / "SMPLX_NEUTRAL.npz", **arrays)
        bones = read_body(tmp_path, ("smplx",), "neutral", np.ones(count))[1]
        np.testing.assert_allclose(
            bones.joints, arrays["J_regressor"] @ arrays["v_template"] + shapes
        )


@pytest.mark.parametrize(
    ("gender", "model_gender", "note"),
    [
        (np.array("male"), "MALE", None),
        (np.array(b"female"), "FEMALE", None),
        (np.array(["male"]), "MALE", None),
        (np.array("b'female'"), "FEMALE", None),
        (np.array("male", dtype=object), "NEUTRAL", "Python object, which is not read"),
        (np.array("unknown"), "NEUTRAL", "'unknown'"),
        (np.array(1.0), "NEUTRAL", "not read"),
    ],
)
def test_the_gender_is_read_however_it_was_saved(
    tmp_path: Path, gender: np.ndarray, model_gender: str, note: str | None
) -> None:
    standing = model(52)
    np.savez(tmp_path / f"SMPLH_{model_gender}.npz", **standing)
    file = motion(tmp_path / "a.npz", 52, gender=gender, betas=np.zeros(16))
    recorded = read_notes(file, tmp_path)
    assert any(f"SMPLH_{model_gender}" in text for text in recorded)
    assert note is None or any(note in text for text in recorded)


def read_notes(file: Path, folder: Path) -> tuple[str, ...]:
    """What the reader of the family notes, before anybody asks whether the skin is a person's."""
    return read_smpl(file, None, BodySource(model=folder)).notes


def test_a_bodys_own_fingers_are_kept_and_missing_ones_are_at_rest(tmp_path: Path) -> None:
    np.savez(tmp_path / "SMPLX_NEUTRAL.npz", **model(55))
    np.savez(tmp_path / "SMPLH_NEUTRAL.npz", **model(52))
    hands = read_smpl(motion(tmp_path / "a.npz", 52), None, BodySource(model=tmp_path))
    assert hands.skeleton.name == "smplh52"
    bare = read_smpl(motion(tmp_path / "b.npz", 22), None, BodySource(model=tmp_path))
    assert bare.skeleton.name == "smplx55"
    assert any("hands and face: at rest" in note for note in bare.notes)
    wrist, finger = (bare.skeleton.index(name) for name in ("L_Wrist", "L_Index3"))
    np.testing.assert_allclose(bare.rotations[:, wrist], bare.rotations[:, finger], atol=1e-12)


def test_shape_numbers_of_every_frame_are_averaged_and_said(tmp_path: Path) -> None:
    np.savez(tmp_path / "SMPLH_NEUTRAL.npz", **model(52))
    betas = np.random.default_rng(2).normal(size=(12, 16))
    notes = read_notes(motion(tmp_path / "a.npz", 52, betas=betas), tmp_path)
    assert any("the mean over frames, which differ by up to" in note for note in notes)


@pytest.mark.parametrize("fault", ["missing", "shape", "tree", "nan"])
def test_a_file_that_is_no_model_is_named(tmp_path: Path, fault: str) -> None:
    arrays = model(52)
    if fault == "missing":
        del arrays["shapedirs"]
    elif fault == "shape":
        arrays["J_regressor"] = arrays["J_regressor"][:, :-1]
    elif fault == "tree":
        arrays["kintree_table"][0, 5] = 0
    else:
        arrays["v_template"][3, 1] = np.nan
    np.savez(tmp_path / "SMPLH_NEUTRAL.npz", **arrays)
    with pytest.raises(ReadError, match=r"SMPLH_NEUTRAL\.npz"):
        read_body(tmp_path, ("smplh",), "neutral", None)


def test_no_folder_says_what_is_expected(tmp_path: Path) -> None:
    with pytest.raises(ReadError, match=r"is no folder; expected the one with the model files"):
        read(motion(tmp_path / "a.npz", 24), body_model=tmp_path / "nowhere")


# ------------------------------------------------------------------ pickled models


@pytest.fixture
def chumpy(monkeypatch: pytest.MonkeyPatch) -> type:
    """A class as chumpy's, in which older models are saved; its value is ``x``."""
    module = types.ModuleType("chumpy.ch")

    class Ch:
        def __init__(self, x: np.ndarray) -> None:
            self.x = x

    Ch.__module__, Ch.__qualname__ = "chumpy.ch", "Ch"
    module.Ch = Ch
    monkeypatch.setitem(sys.modules, "chumpy", types.ModuleType("chumpy"))
    monkeypatch.setitem(sys.modules, "chumpy.ch", module)
    return Ch


@pytest.mark.parametrize("protocol", [2, 4, 5])
def test_pickled_arrays_come_out_as_they_went_in(
    tmp_path: Path, chumpy: type, protocol: int
) -> None:
    arrays = model(24)
    arrays["shapedirs"] = np.asfortranarray(arrays["shapedirs"].astype(">f4"))
    whole = {
        **arrays,
        "J_regressor": sparse.csc_matrix(arrays["J_regressor"]),
        "rows": sparse.csr_matrix(arrays["J_regressor"]),
        "v_template": chumpy(arrays["v_template"]),
        "bs_style": "lbs",
    }
    (tmp_path / "a.pkl").write_bytes(pickle.dumps(whole, protocol))
    found = read_pickled_arrays(tmp_path / "a.pkl", [*arrays, "rows"])
    for name, array in arrays.items():
        np.testing.assert_array_equal(found[name], array)
    np.testing.assert_array_equal(found["rows"], arrays["J_regressor"])


HOSTILE = {
    "os.system": b"cos\nsystem\n(X\x04\x00\x00\x00truetR.",
    "builtins.eval": b"cbuiltins\neval\n(X\x011tR.",
    "numpy.load": b"cnumpy\nload\n(X\x01\x00\x00\x00atR.",
    "a value of type int": b"\x80\x02K\x01.",
    "memory of values": b"\x80\x02Nr" + struct.pack("<I", 1 << 30) + b".",
    "damaged": b"\x80\x02}q",
}


@pytest.mark.parametrize("what", HOSTILE)
def test_a_pickle_that_asks_for_more_is_refused_and_not_run(tmp_path: Path, what: str) -> None:
    (tmp_path / "SMPL_NEUTRAL.pkl").write_bytes(HOSTILE[what])
    with pytest.raises(ReadError, match=r"SMPL_NEUTRAL\.pkl") as caught:
        read_body(tmp_path, ("smpl",), "neutral", None)
    assert "\n" not in str(caught.value)


def test_an_array_that_claims_more_than_it_holds_is_refused(tmp_path: Path) -> None:
    content = pickle.dumps({"v_template": np.zeros((7, 3))}, 2)
    assert content.count(b"K\x07K\x03") == 1
    (tmp_path / "a.pkl").write_bytes(content.replace(b"K\x07K\x03", b"K\xffK\xff"))
    with pytest.raises(ReadError, match=r"but holds 168: "):
        read_pickled_arrays(tmp_path / "a.pkl", ["v_template"])


def test_a_pickle_gives_no_state_to_what_it_names(tmp_path: Path) -> None:
    state = b"N}X\x0c\x00\x00\x00__defaults__K\x01\x85s\x86b"
    (tmp_path / "a.pkl").write_bytes(b"\x80\x02c_codecs\nencode\n" + state + b".")
    with pytest.raises(ReadError, match=r"asks for a state that is no array's"):
        read_pickled_arrays(tmp_path / "a.pkl", ["v_template"])


# ------------------------------------------------------------------ rest joints


Spoil = Callable[[np.ndarray], np.ndarray]
SPOILT: dict[str, tuple[Spoil, str]] = {
    "another number": (lambda j: j[:20], r"J one of 22, 24, 52, 55"),
    "flat": (lambda j: j.reshape(-1), r"expected rest joints \(J, 3\)"),
    "centimetres": (lambda j: j * 100, r"in metres"),
    "z up": (lambda j: j[:, [0, 2, 1]], r"y up, x to the left"),
    "mirrored": (lambda j: j * (-1.0, 1.0, 1.0), r"y up, x to the left"),
    "NaN": (lambda j: j * np.nan, r"NaN"),
}


@pytest.mark.parametrize("fault", SPOILT)
def test_rest_joints_that_are_none_are_refused(tmp_path: Path, fault: str) -> None:
    spoil, message = SPOILT[fault]
    np.save(tmp_path / "rest.npy", spoil(np.load(recording("smpl_standin/joints24.npy"))))
    with pytest.raises(ReadError, match=message):
        read_rest_joints(tmp_path / "rest.npy")


@pytest.mark.slow
def test_rest_joints_are_read_from_any_of_their_files(tmp_path: Path) -> None:
    joints = np.load(recording("smpl_standin/joints24.npy"))
    np.savez(tmp_path / "a.npz", joints=joints)
    np.testing.assert_array_equal(read_rest_joints(tmp_path / "a.npz").joints, joints)
    whole = read_rest_joints(recording(STANDIN))
    np.testing.assert_allclose(whole.joints, joints, atol=1e-6)
    torch22 = read_rest_joints(recording("amass/smplx22_rest_joints.p"))
    assert torch22.count == 22
    np.savez(tmp_path / "b.npz", other=joints)
    with pytest.raises(ReadError, match=r"holds other; expected rest joints"):
        read_rest_joints(tmp_path / "b.npz")


def test_rest_joints_and_models_with_numbers_out_of_all_reason_are_refused(tmp_path: Path) -> None:
    joints = np.full((24, 3), 1e300)
    np.save(tmp_path / "rest.npy", joints)
    with pytest.raises(ReadError, match="beyond 100"):
        read_rest_joints(tmp_path / "rest.npy")
    arrays = model()
    arrays["shapedirs"][0, 0, 0] = 1e300
    np.savez(tmp_path / "SMPL_NEUTRAL.npz", **arrays)
    with pytest.raises(ReadError, match=r"finite numbers .* below 1e\+10"):
        read_body(tmp_path, ["smpl"], "neutral", None)
