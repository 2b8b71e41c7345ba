"""Torques that the reference asks for, and the targets of servos that give them.

The base's equations of motion, and the free props', are met by forces in friction pyramids at what
nearly touches, non-negative and least squares; the joints carry what is left.
"""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
from scipy.ndimage import gaussian_filter1d

from kinemesh.arrays import Array
from kinemesh.physics.model import Model
from kinemesh.physics.reference import Reference

_NEAR = 0.02
"""What is nearer than this [m] may push."""
_SPREAD = 1e-2
"""Weight of the forces' own size: it spreads the load."""
_LEVER = 0.2
"""A moment counts as much as the force that makes it at this lever [m]."""
_SMOOTH = 0.03
"""Standard deviation [s] of the bell that torques are smoothed by."""


def torques(model: Model, reference: Reference, friction: float, every: int) -> Array:
    """Joint torques ``(K, n)`` [N m] of the reference at each ``every``-th of its time steps."""
    import mujoco

    probe = copy.copy(model.mj)
    probe.geom_margin[:] = _NEAR
    probe.geom_gap[:] = _NEAR
    probe.opt.disableflags |= int(mujoco.mjtDisableBit.mjDSBL_ACTUATION)
    data = mujoco.MjData(probe)
    free = np.setdiff1d(np.arange(probe.nv), model.joint_v)
    weights = np.ones(len(free))
    weights[np.arange(len(free)) % 6 >= 3] = 1.0 / _LEVER
    rows = range(0, len(reference), every)
    result = np.zeros((len(rows), len(model.joint_v)))
    for row, k in zip(result, rows, strict=True):
        data.qpos[:], data.qvel[:] = reference.q[k], reference.v[k]
        mujoco.mj_fwdPosition(probe, data)
        mujoco.mj_fwdVelocity(probe, data)
        need = np.zeros(probe.nv)
        mujoco.mj_mulM(probe, data, need, reference.a[k])
        need += data.qfrc_bias
        pushes = _pushes(probe, data, friction)
        if len(pushes) and len(free):
            need -= _forces(pushes[:, free] * weights, need[free] * weights) @ pushes
        row[:] = need[model.joint_v]
    rate = 1.0 / (every * float(probe.opt.timestep))
    smooth = gaussian_filter1d(result, _SMOOTH * rate, axis=0, mode="nearest")
    return np.clip(smooth, -model.motors.effort, model.motors.effort)


def _forces(pushes: Array, need: Array) -> Array:
    from scipy.optimize import nnls  # here: a fifth of a second of start-up

    count = len(pushes)
    system = np.vstack([pushes.T, _SPREAD * np.eye(count)])
    return np.asarray(nnls(system, np.concatenate([need, np.zeros(count)]))[0])


def _pushes(probe: Any, data: Any, friction: float) -> Array:
    """What a unit force along each edge of each contact's pyramid does ``(4 C, nv)``."""
    import mujoco

    side = friction / np.sqrt(2.0)
    edges = np.array(
        [[1.0, side, side], [1.0, side, -side], [1.0, -side, side], [1.0, -side, -side]]
    )
    result = np.zeros((int(data.ncon), 4, probe.nv))
    first, second = np.zeros((3, probe.nv)), np.zeros((3, probe.nv))
    for push, contact in zip(result, data.contact, strict=True):
        bodies = probe.geom_bodyid[contact.geom]
        mujoco.mj_jac(probe, data, first, None, contact.pos, int(bodies[0]))
        mujoco.mj_jac(probe, data, second, None, contact.pos, int(bodies[1]))
        push[:] = edges @ contact.frame.reshape(3, 3) @ (second - first)
    return result.reshape(-1, probe.nv)
