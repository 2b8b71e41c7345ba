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

_NEAR = 0.015
"""What is nearer than this [m] may push,"""
_TOUCHING = 0.004
"""the less willingly the further it is, against this [m]."""
_SPREAD = 1e-2
"""Weight of the forces' own size: it spreads the load."""
_FIRM = 0.7
"""Share of the friction that is relied on,"""
_GRASP = 0.35
"""and where the robot holds a prop: so firmly it grasps."""
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
        pushes, costs = _pushes(model, probe, data, friction)
        if len(pushes) and len(free):
            need -= _forces(pushes[:, free] * weights, need[free] * weights, costs) @ pushes
        row[:] = need[model.joint_v]
    rate = 1.0 / (every * float(probe.opt.timestep))
    smooth = gaussian_filter1d(result, _SMOOTH * rate, axis=0, mode="nearest")
    return np.clip(smooth, -model.motors.effort, model.motors.effort)


def _forces(pushes: Array, need: Array, costs: Array) -> Array:
    from scipy.optimize import nnls  # here: a fifth of a second of start-up

    system = np.vstack([pushes.T, _SPREAD * np.diag(costs)])
    return np.asarray(nnls(system, np.concatenate([need, np.zeros(len(costs))]))[0])


def _pushes(model: Model, probe: Any, data: Any, friction: float) -> tuple[Array, Array]:
    """What a unit force along each edge of each contact's pyramid does ``(4 C, nv)``; its cost."""
    import mujoco

    sides = np.array([[1.0, 1.0], [1.0, -1.0], [-1.0, 1.0], [-1.0, -1.0]]) / np.sqrt(2.0)
    limb, loose = np.zeros((2, probe.nbody), dtype=bool)
    limb[model.links], loose[model.free_bodies] = True, True
    first, second = np.zeros((3, probe.nv)), np.zeros((3, probe.nv))
    found, costs = [np.zeros((0, probe.nv))], []
    for contact in data.contact:
        if contact.dist > _NEAR:
            continue
        bodies = probe.geom_bodyid[contact.geom]
        held = limb[bodies].any() and loose[bodies].any()
        grip = friction * (_GRASP if held else _FIRM)
        mujoco.mj_jac(probe, data, first, None, contact.pos, int(bodies[0]))
        mujoco.mj_jac(probe, data, second, None, contact.pos, int(bodies[1]))
        edges = np.column_stack([np.ones(4), grip * sides])
        found.append(edges @ contact.frame.reshape(3, 3) @ (second - first))
        costs.append(1.0 + (max(0.0, contact.dist) / _TOUCHING) ** 2)
    return np.concatenate(found), np.repeat(costs, 4)
