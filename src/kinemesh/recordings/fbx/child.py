"""What ufbx reads of an FBX file: loaded by ``_files/child.py``, in a process of its own.

The C library is well tested against damaged files; its Python binding is young, and frees what is
still in use when Python collects its garbage or a second file is read. So one process reads one
file, collects nothing, keeps all it was given, and ends without cleaning up.

Of the arrays ``info`` is JSON; ``local`` each node's place, turn and scale in its parent's
``(T, N, 10)``; ``vertices`` and ``faces`` are those of meshes.
"""

from __future__ import annotations

import gc
import importlib.util
import json
from pathlib import Path
from typing import Any

import numpy as np

MEMORY = 8 << 30
DAMAGED = "cannot be read as FBX: it is damaged, or of no kind known here"
_MOST_NODES = 20_000
_MOST_KEYS = 20_000_000
_MOST_PLACES = 2_000_000
"""Frames times nodes that are followed."""
_MOST_TRIANGLES = 4_000_000
_RATES = (10.0, 1000.0)
_REGULAR = 0.9
"""Keys are frames if this share of them follow one another so."""
_USUAL = 30.0
"""Frames per second [1/s] where neither the keys nor the file say a likely one."""

kept: list[Any] = []


class Refused(Exception):
    """What is wrong with the file, in words."""


def beside(name: str) -> Any:
    """A module of the folder above, without the package."""
    path = Path(__file__).parent.parent / f"{name}.py"
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def keep(thing: Any) -> Any:
    """The thing, which is never freed."""
    kept.append(thing)
    return thing


def listed(things: Any) -> list[Any]:
    """All of a list of the library's, kept."""
    return [keep(thing) for thing in keep(things)]


def content(path: str, asked: str) -> dict[str, Any]:
    """The arrays that are answered with, of the take that is asked for."""
    gc.disable()
    import ufbx

    take = int(asked)

    scene = keep(
        ufbx.load_memory(
            keep(Path(path).read_bytes()),
            file_format=ufbx.FileFormat.FBX,
            load_external_files=False,
            ignore_embedded=True,
            target_axes=ufbx.axes_right_handed_y_up,
            space_conversion=ufbx.SpaceConversion.ADJUST_TRANSFORMS,
            inherit_mode_handling=ufbx.InheritModeHandling.COMPENSATE,
            geometry_transform_handling=ufbx.GeometryTransformHandling.MODIFY_GEOMETRY,
        )
    )
    nodes = listed(scene.nodes)
    if len(nodes) > _MOST_NODES:
        raise Refused(f"holds {len(nodes)} nodes; expected at most {_MOST_NODES}")
    parents = [-1 if n.parent is None else int(keep(n.parent).typed_id) for n in nodes]
    if any(parent >= k for k, parent in enumerate(parents)):
        raise Refused("has nodes that stand before what they hang from")
    takes = [found for stack in listed(scene.anim_stacks) if (found := driven(stack))]
    settings = keep(scene.settings)
    info: dict[str, Any] = {
        "names": [str(n.name) for n in nodes],
        "parents": parents,
        "kinds": [ufbx.ElementType(n.attrib_type).name.lower() for n in nodes],
        "unit": float(settings.unit_meters),
        "takes": [name for name, *_ in takes],
    }
    arrays: dict[str, Any] = {}
    if 0 <= take < len(takes):
        _, anim, times, moved = takes[take]
        local, info["fps"], info["even"] = followed(
            nodes, anim, times, moved, float(settings.frames_per_second)
        )
        arrays["local"] = local
        info["moves"] = [int(n.element_id) in moved for n in nodes]
        arrays["vertices"], arrays["faces"], info["meshes"] = meshes(nodes)
    arrays["info"] = np.frombuffer(json.dumps(info).encode("utf-8", "replace"), np.uint8)
    return arrays


def driven(stack: Any) -> tuple[str, Any, list[Any], set[int]] | None:
    """The name of a take, its animation, times of its keys, and the nodes that they move."""
    times, moved, count = [], set(), 0
    for layer in listed(stack.layers):
        for prop in listed(layer.anim_props):
            if not str(prop.prop_name).startswith("Lcl "):
                continue
            for curve in listed(keep(prop.anim_value).curves):
                keys = [] if curve is None else [key.time for key in keep(curve.keyframes)]
                count += len(keys)
                if count > _MOST_KEYS:
                    raise Refused(f"holds more than {_MOST_KEYS} keys")
                if keys:
                    times.append(np.array(keys, dtype=np.float64))
                    moved.add(int(keep(prop.element).element_id))
    if not times or not np.all(np.isfinite(np.concatenate(times))):
        return None
    if np.ptp(np.concatenate(times)) <= 0.0:
        return None
    return str(stack.name), keep(stack.anim), times, moved


def followed(
    nodes: list[Any], anim: Any, times: list[Any], moved: set[int], stated: float
) -> tuple[Any, float, bool]:
    """Places, turns and scales ``(T, N, 10)``, frames/s, and whether keys lie on that rate."""
    import ufbx

    first = min(float(keys[0]) for keys in times)
    last = max(float(keys[-1]) for keys in times)
    rate = beside("key_rate").rate_of(times, first)
    gaps = np.diff(max(times, key=len))
    if rate is not None and np.mean(np.abs(gaps * rate - 1.0) < 0.1) < _REGULAR:
        rate = None  # tools that thin keys out leave them at any times
    even = rate is not None
    if rate is None:
        rate = stated if _RATES[0] <= stated <= _RATES[1] else _USUAL
    count = (last - first) * rate + 1.5
    if not count * len(nodes) < _MOST_PLACES * 10 or not count < _MOST_PLACES:
        raise Refused(f"asks for {count:.3g} frames of {len(nodes)} nodes: that is no one motion")
    moments = first + np.arange(int(count)) / rate
    local = np.zeros((len(moments), len(nodes), 10))
    for k, node in enumerate(nodes):
        at = moments if int(node.element_id) in moved else moments[:1]
        rows = [ufbx.evaluate_transform(anim, node, float(moment)) for moment in at]
        local[:, k] = [[*row.translation, *row.rotation, *row.scale] for row in rows]
    return local, float(rate), even


def meshes(nodes: list[Any]) -> tuple[Any, Any, list[tuple[int, int, int]]]:
    """Vertices and triangles of all meshes that are on no skin, and whose they are."""
    points: list[Any] = [np.zeros((0, 3))]
    corners: list[Any] = [np.zeros((0, 3), np.int64)]
    whose: list[tuple[int, int, int]] = []
    total = 0
    for k, node in enumerate(nodes):
        mesh = keep(node.mesh)
        if mesh is None or len(listed(mesh.skin_deformers)):
            continue
        index = np.array(list(keep(mesh.vertex_indices)), dtype=np.int64)
        triangles = []
        for face in keep(mesh.faces):
            own = index[face.index_begin : face.index_begin + face.num_indices]
            triangles += [(own[0], own[i], own[i + 1]) for i in range(1, len(own) - 1)]
        total += len(triangles)
        if total > _MOST_TRIANGLES:
            raise Refused(f"holds more than {_MOST_TRIANGLES} triangles")
        vertices = np.array([tuple(v) for v in keep(mesh.vertices)], dtype=np.float64)
        points.append(vertices.reshape(-1, 3))
        corners.append(np.array(triangles, dtype=np.int64).reshape(-1, 3))
        whose.append((k, len(points[-1]), len(corners[-1])))
    return np.concatenate(points), np.concatenate(corners), whose
