"""What happens, time step by time step: positions, torques, forces of contact."""

from __future__ import annotations

from typing import Any

import numpy as np

from kinemesh.arrays import Array
from kinemesh.motion.skeleton import LANDMARKS
from kinemesh.physics.model import Model
from kinemesh.physics.reference import Reference

_FAR, _TURNED = 0.5, 0.8
"""Lost is a base or a prop so far [m] from the reference, or a base turned so much [rad]."""
_FULL = 1.0 - 1e-6
"""A torque of this share of its limit is at it."""

Pair = tuple[str, str]


class Recorder:
    """Carries plans out and writes down what happens, until the robot is lost.

    Args:
        model: of the robot in its scene.
        reference: what is followed.
    """

    def __init__(self, model: Model, reference: Reference) -> None:
        import mujoco

        self._model, self._reference = model, reference
        self._data, self._ideal = mujoco.MjData(model.mj), mujoco.MjData(model.mj)
        self._steps = 0
        self._torque = np.zeros(len(model.joint_v))
        self._pushes: dict[Pair, Array] = {}
        self._full = 0
        self.q: list[Array] = []
        self.v: list[Array] = []
        self.torques: list[Array] = []
        self.pushes: list[dict[Pair, Array]] = []
        self.body_error: list[float] = []
        self.prop_error: list[float] = []
        self.reason = ""

    def start(self, state: Array) -> None:
        """Begin at ``state``, which is the first frame."""
        self._set(state)
        self._frame()

    def carry_out(self, state: Array, warm: Array, controls: Array, count: int) -> None:
        """Hold ``controls`` for ``count`` time steps from ``state``, or until the robot is lost."""
        import mujoco

        model, data = self._model, self._data
        self._set(state)
        data.qacc_warmstart[:], data.ctrl[:] = warm, controls
        for _ in range(count):
            if self._steps + 1 >= len(self._reference) or self.reason:
                return
            mujoco.mj_step(model.mj, data)
            self._steps += 1
            self._torque[model.driven] += data.actuator_force
            limits = model.mj.actuator_forcerange[:, 1]
            self._full += int(np.sum(np.abs(data.actuator_force) >= _FULL * limits))
            self._touch()
            if self._steps % self._reference.per_frame == 0:
                self._frame()

    @property
    def saturated(self) -> float:
        """Share of motors and steps in which a torque was at its limit [1]."""
        return self._full / max(1, self._steps * len(self._model.driven))

    def _set(self, state: Array) -> None:
        import mujoco

        mujoco.mj_setState(self._model.mj, self._data, state, mujoco.mjtState.mjSTATE_FULLPHYSICS)

    def _touch(self) -> None:
        """Add up the forces, and their places by the normal ones, of what touches in this step."""
        import mujoco

        model, data = self._model, self._data
        force = np.zeros(6)
        for k in range(int(data.ncon)):
            contact = data.contact[k]
            mujoco.mj_contactForce(model.mj, data, k, force)
            if not force[0] > 0.0:
                continue
            first, second = (int(model.mj.geom_bodyid[g]) for g in contact.geom)
            push = force[:3] @ contact.frame.reshape(3, 3)  # of the first on the second
            if self._rank(first) > self._rank(second):
                first, second, push = second, first, -push
            pair = (model.names[second], model.names[first])
            total = self._pushes.setdefault(pair, np.zeros(7))
            total += np.concatenate([push, force[0] * contact.pos, force[:1]])

    def _rank(self, body: int) -> int:
        """The robot's links come first, then free props, then what stands still."""
        mj = self._model.mj
        if body in self._model.links:
            return 2
        return int(mj.body_dofnum[body] > 0)

    def _frame(self) -> None:
        """Write a frame down."""
        model, steps = self._model, self._reference.per_frame
        self.q.append(np.array(self._data.qpos))
        self.v.append(np.array(self._data.qvel))
        self.torques.append(self._torque / steps)
        self.pushes.append(
            {
                pair: np.concatenate([total[:3] / steps, total[3:6] / total[6]])
                for pair, total in self._pushes.items()
            }
        )
        self._torque, self._pushes = np.zeros(len(model.joint_v)), {}
        self._judge()

    def _judge(self) -> None:
        """How far off it is, and whether it is lost."""
        import mujoco

        model, happened, ideal = self._model, self.q[-1], self._ideal
        seconds = self._steps * float(model.mj.opt.timestep)
        wanted = self._reference.q[self._steps]
        if not (np.all(np.isfinite(happened)) and np.all(np.isfinite(self.v[-1]))):
            for frames in (self.q, self.v, self.torques, self.pushes):
                frames.pop()
            self.reason = f"numbers without end at {seconds:.2f} s"
            return
        places = []
        for q in (happened, wanted):
            ideal.qpos[:] = q
            mujoco.mj_kinematics(model.mj, ideal)
            mujoco.mj_comPos(model.mj, ideal)
            places.append((_landmarks(model, ideal), np.array(ideal.xipos[model.free_bodies])))
        self.body_error.append(float(np.linalg.norm(places[1][0] - places[0][0], axis=1).mean()))
        props = np.linalg.norm(places[1][1] - places[0][1], axis=1)
        self.prop_error.append(float(props.max(initial=0.0)))
        if len(props) and props.max() > _FAR:
            name = model.names[model.free_bodies[int(props.argmax())]]
            self.reason = f"{name} {props.max():.2f} m off at {seconds:.2f} s"
        if not model.robot.fixed_base:
            off = float(np.linalg.norm(happened[:3] - wanted[:3]))
            turn = 2.0 * np.arccos(min(1.0, abs(float(happened[3:7] @ wanted[3:7]))))
            if off > _FAR:
                self.reason = f"base {off:.2f} m off at {seconds:.2f} s"
            elif turn > _TURNED:
                self.reason = f"base turned {turn:.2f} rad off at {seconds:.2f} s"


def _landmarks(model: Model, data: Any) -> Array:
    """Where the robot's landmarks are in the world ``(15, 3)`` [m]."""
    joints, offsets = model.robot.landmark_points(*LANDMARKS)
    bodies = model.links[joints - 1]
    turns = data.xmat[bodies].reshape(-1, 3, 3)
    return np.asarray(data.xpos[bodies] + np.einsum("nij,nj->ni", turns, offsets))
