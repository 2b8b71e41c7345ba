"""The torques that a MuJoCo model's actuators state."""

from __future__ import annotations

import numpy as np

from kinemesh.description.mjcf import MjcfModel
from kinemesh.description.xml_files import Element, numbers


def strengths(model: MjcfModel, root: Element) -> dict[str, float]:
    """Largest torque [N m] of each joint by its actuator, where it states one."""
    found = {}
    for block in root.findall("actuator"):
        for bare in block:
            one, where = model.full(bare, "main"), f"{model.path.name}, <{bare.tag}>"
            name = one.get("joint")
            gear = float(numbers(where, one, "gear", None, np.ones(1))[0])
            key = "forcerange" if one.get("forcerange") else "ctrlrange"
            if name and one.get(key) and (key == "forcerange" or one.tag == "motor"):
                found[name] = float(np.abs(numbers(where, one, key, 2, None)).max() * abs(gear))
    return found
