"""One thing wrong at a time: the trap, the format, what is done to the file."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import spoiling as s


@dataclass(frozen=True)
class Fault:
    trap: str
    format: str
    spoil: s.Spoil
    said: bool = False
    """Whether the format has to be given, because the file is a good one of another format."""
    mendable: bool = True
    what: str = ""
    fps: float | None = None

    @property
    def id(self) -> str:
        return "-".join(filter(None, (self.trap, self.format, self.what)))


WAIST = s.JOINTS.index("waist_yaw_joint")
WRIST = s.JOINTS.index("left_wrist_roll_joint")
SHOULDER = s.JOINTS.index("left_shoulder_roll_joint")
BODY = "body_pos_w body_quat_w body_lin_vel_w body_ang_vel_w"
FLIP = s.at(slice(20, None), lambda v: -v)


def kneeling(table: np.ndarray) -> np.ndarray:
    """Upright, knees 0.2 m below the ground, soles just above it."""
    table[:, 2] = 0.3
    table[:, 3:7] = [0.0, 0.0, 0.0, 1.0]
    for part, angle in (("hip_pitch", -0.1), ("knee", 2.35), ("ankle_pitch", 0.3)):
        for side in ("left", "right"):
            table[:, 7 + s.JOINTS.index(f"{side}_{part}_joint")] = angle
    return table


FAULTS = [
    # quaternions
    Fault("quaternion-order", "beyondmimic", s.put("body_quat_w", s.to_last)),
    Fault("quaternion-order", "mjlab", s.put("body_quat_w", s.to_last)),
    Fault("quaternion-order", "hdmi", s.put("body_quat_w", s.to_last)),
    Fault("quaternion-order", "protomotions", s.put("rigid_body_rot", s.to_first)),
    Fault("quaternion-order", "gmr", s.put("root_rot", s.to_first)),
    Fault("quaternion-order", "motionlib", s.put("root_rot", s.to_first)),
    Fault(
        "quaternion-order",
        "motionlib",
        s.both(s.put("root_rot", s.to_first), s.drop("pose_aa")),
        what="alone",
    ),
    Fault("quaternion-order", "holosoma", s.columns("qpos", slice(3, 7), s.to_last)),
    Fault("quaternion-order", "omniretarget", s.columns("qpos", slice(0, 4), s.to_last)),
    Fault(
        "quaternion-order", "unitree-csv", s.columns("table", slice(3, 7), s.to_first), said=True
    ),
    Fault("quaternion-order", "holosoma-train", s.columns("joint_pos", slice(3, 7), s.to_last)),
    Fault("quaternion-order", "lerobot", s.columns("observation.state", slice(3, 7), s.to_first)),
    Fault("quaternion-order", "parquet", s.columns("table", slice(4, 8), s.to_first)),
    Fault(
        "velocity-scale",
        "lerobot",
        s.columns("observation.velocity", slice(6, None), np.rad2deg),
    ),
    Fault("velocity-scale", "loco-mujoco", s.columns("qvel", slice(6, None), np.rad2deg)),
    Fault("degrees", "parquet", s.columns("table", slice(8, None), np.rad2deg)),
    Fault(
        "length-unit",
        "lerobot",
        s.both(
            s.columns("observation.state", slice(0, 3), lambda v: v * 100.0),
            s.columns("observation.velocity", slice(0, 3), lambda v: v * 100.0),
        ),
    ),
    Fault("quaternion-norm", "mjlab", s.put("body_quat_w", lambda q: q * 1.05)),
    Fault("quaternion-norm", "gmr", s.put("root_rot", s.at(7, lambda q: q * 0.9))),
    Fault("quaternion-norm", "holosoma", s.columns("qpos", slice(3, 7), lambda q: q * 1.05)),
    Fault("quaternion-norm", "omniretarget", s.columns("qpos", slice(0, 4), lambda q: q * 0.74)),
    Fault(
        "quaternion-norm",
        "gmr",
        s.put("root_rot", s.at(7, lambda q: q * 0.0)),
        mendable=False,
        what="zero",
    ),
    Fault("quaternion-sign", "gmr", s.put("root_rot", FLIP)),
    Fault("quaternion-sign", "unitree-csv", s.columns("table", slice(3, 7), FLIP)),
    Fault("quaternion-sign", "beyondmimic", s.put("body_quat_w", FLIP)),
    # orders and units of joints and bodies
    Fault("joint-order", "beyondmimic", s.every("joint_pos joint_vel", s.into_depth)),
    Fault("joint-order", "mjlab", s.every("joint_pos joint_vel", s.into_breadth)),
    Fault("joint-order", "mjlab", s.put("joint_vel", s.into_breadth), what="rates"),
    Fault("joint-order", "protomotions", s.every("dof_pos dof_vel", s.into_breadth)),
    Fault("joint-order", "sonic", s.every("joint_pos joint_vel", s.into_depth)),
    Fault("joint-order", "unitree-csv", s.columns("table", slice(7, None), s.into_breadth)),
    Fault("joint-order", "holosoma", s.columns("qpos", slice(7, 36), s.into_breadth)),
    Fault("joint-order", "motionlib", s.put("dof", s.into_breadth)),
    Fault("joint-order", "gmr", s.put("dof_pos", s.into_breadth)),
    Fault(
        "joint-order",
        "mimickit",
        s.both(s.put("frames", np.array), s.columns("frames", slice(6, None), s.into_breadth)),
    ),
    Fault("body-order", "beyondmimic", s.depth_first, said=True),
    Fault("degrees", "unitree-csv", s.columns("table", slice(7, None), np.rad2deg)),
    Fault(
        "degrees",
        "gmr",
        s.both(s.drop("local_body_pos", "link_body_list"), s.put("dof_pos", np.rad2deg)),
    ),
    Fault("degrees", "mjlab", s.every("joint_pos joint_vel", np.rad2deg)),
    Fault("degrees", "hdmi", s.put("joint_pos", np.rad2deg)),
    Fault("length-unit", "unitree-csv", s.columns("table", slice(0, 3), lambda v: v * 100.0)),
    Fault("length-unit", "gmr", s.put("root_pos", lambda v: v * 1000.0), what="mm"),
    Fault("length-unit", "mjlab", s.metres_to(100.0, "body_pos_w", "body_lin_vel_w")),
    Fault("length-unit", "sonic", s.metres_to(100.0, "body_pos", "body_lin_vel")),
    Fault("mirrored", "unitree-csv", s.columns("table", slice(7, None), lambda v: v[:, s.SWAP])),
    Fault("mirrored", "mjlab", s.every("joint_pos joint_vel", lambda v: v[:, s.SWAP])),
    Fault("mirrored", "mjlab", s.mirror_bodies, what="bodies"),
    Fault("mirrored", "unitree-csv", s.columns("table", slice(0, 7), s.mirrored), what="root"),
    Fault("bodies", "mjlab", s.put("joint_pos", lambda v: v[:, ::-1]), mendable=False),
    # columns that should not be there, or should
    Fault("free-joint", "mjlab", s.free_joint),
    Fault("free-joint", "holosoma-train", s.put("joint_pos", lambda v: v[:, 7:])),
    Fault("world-body", "mjlab", s.world),
    Fault("world-body", "beyondmimic", s.world),
    Fault("world-body", "holosoma-train", s.no_world),
    # axes
    Fault("up-axis", "unitree-csv", s.columns("table", slice(0, 7), s.y_up)),
    Fault("up-axis", "holosoma", s.columns("qpos", slice(0, 7), s.y_up_wxyz)),
    Fault("up-axis", "gmr", s.put("root_rot", s.pitched), what="pitched"),
    # velocities
    Fault("velocity-point", "mjlab", s.centres),
    Fault("velocity-point", "beyondmimic", s.origins),
    Fault("velocity-frame", "mjlab", s.own_axes),
    Fault(
        "velocity-scale",
        "mjlab",
        s.every("body_lin_vel_w joint_vel body_ang_vel_w", lambda v: v / 50.0),
        what="per-frame",
    ),
    Fault("velocity-scale", "protomotions", s.put("dof_vel", lambda v: v * 2.0)),
    Fault(
        "velocity-ends",
        "beyondmimic",
        s.every("body_lin_vel_w joint_vel body_ang_vel_w", s.at(-1, lambda v: v * 0.0)),
    ),
    Fault("velocity-ends", "sonic", s.put("joint_vel", s.at(-1, lambda v: v * 0.0))),
    Fault("velocity", "mjlab", s.put("joint_vel", lambda v: np.roll(v, 15, axis=0))),
    # the frame rate
    Fault("frame-rate", "holosoma", s.drop("fps"), mendable=False, what="missing"),
    Fault("frame-rate", "holosoma", s.drop("fps"), what="given", fps=30.0),
    Fault("frame-rate", "mjlab", s.drop("fps"), what="missing"),
    Fault("frame-rate", "mjlab", s.state(np.array([0])), what="zero"),
    Fault("frame-rate", "hdmi", s.state_meta(30), what="wrong"),
    Fault("frame-rate", "gmr", s.state(3000.0), mendable=False, what="impossible"),
    Fault("frame-rate-shape", "mjlab", s.state(np.array(50))),
    Fault("frame-rate-shape", "holosoma", s.state(np.array([30]))),
    # the motion
    Fault(
        "joint-limits",
        "unitree-csv",
        s.columns("table", slice(7 + WRIST, 8 + WRIST), lambda v: v - 2.05 - v.min()),
    ),
    Fault(
        "joint-limits",
        "gmr",
        s.both(
            s.drop("local_body_pos", "link_body_list"),
            s.columns("dof_pos", slice(WAIST, WAIST + 1), lambda v: v + 3.2),
        ),
        mendable=False,
        what="far",
    ),
    Fault("feet-float", "unitree-csv", s.columns("table", slice(2, 3), lambda v: v + 0.06)),
    Fault("feet-float", "mjlab", s.columns("body_pos_w", slice(2, 3), lambda v: v + 0.05)),
    Fault("feet-sunk", "holosoma", s.columns("qpos", slice(2, 3), lambda v: v - 0.04)),
    Fault(
        "feet-sunk",
        "gmr",
        s.columns("root_pos", slice(2, 3), s.at(slice(40, 44), lambda v: v - 0.025)),
        mendable=False,
        what="now-and-then",
    ),
    Fault(
        "jump",
        "unitree-csv",
        s.columns("table", slice(0, 1), s.at(slice(40, 42), lambda v: v + 0.4)),
        what="spike",
    ),
    Fault(
        "jump",
        "gmr",
        s.put("root_pos", s.at(slice(40, None), lambda v: v + np.eye(3)[1])),
        mendable=False,
        what="root",
    ),
    Fault(
        "jump",
        "holosoma",
        s.columns(
            "qpos", slice(7 + WAIST, 8 + WAIST), s.at(slice(40, None), lambda v: v + 2.0 * np.pi)
        ),
        what="turn",
    ),
    Fault(
        "joint-speed",  # 39 rad/s, where 37 are allowed: no step is unlike those around it
        "mimickit",
        s.both(
            s.columns("frames", slice(6 + SHOULDER, 7 + SHOULDER), lambda v: v + 0.3),
            s.columns(
                "frames",
                slice(6 + WRIST, 7 + WRIST),
                lambda v: 0.65 * (-1.0) ** np.arange(len(v))[:, None],
            ),
        ),
        mendable=False,
    ),
    Fault(
        "self-collision",  # the left hand in the hip
        "unitree-csv",
        s.columns("table", slice(7 + SHOULDER, 8 + SHOULDER), lambda v: v - 0.4),
        mendable=False,
    ),
    Fault("below-ground", "unitree-csv", s.put("table", kneeling), mendable=False),
    Fault(
        "not-finite", "mjlab", s.put("joint_pos", s.at((5, 3), lambda v: np.nan)), mendable=False
    ),
]
