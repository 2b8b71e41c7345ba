"""The tree that links form: each but the root hangs on one joint."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Protocol, TypeVar

from kinemesh.errors import KinemeshError


class Connection(Protocol):
    """A joint, as far as the tree goes."""

    @property
    def name(self) -> str:
        """Its name."""

    @property
    def parent(self) -> str:
        """The link that it hangs on."""

    @property
    def child(self) -> str:
        """The link that it carries."""


J = TypeVar("J", bound=Connection)


def ordered(
    file: str, links: Sequence[str], joints: Sequence[J], error: type[KinemeshError]
) -> tuple[str, list[J]]:
    """The root of a tree, and its joints, those above before those below.

    Args:
        file: for messages.
        links: names of all links.
        joints: all joints, in any order.
        error: what is raised.

    Raises:
        KinemeshError: of the kind ``error``: no link, two links of one name, a link that
            hangs on two joints (a closed loop) or on itself, an unknown link, several roots.
    """
    named_once(file, "link", links, error)
    known = set(links)
    above: dict[str, J] = {}
    for joint in joints:
        for end, name in (("parent", joint.parent), ("child", joint.child)):
            if name not in known:
                raise error(
                    f"{file}: the {end} {name!r} of joint {joint.name!r} is no link of the "
                    f"file; expected one of its {len(links)} links"
                )
        if joint.child in above:
            raise error(
                f"{file}: link {joint.child!r} hangs on two joints, "
                f"{above[joint.child].name!r} and {joint.name!r}: a closed loop; expected a tree: "
                f"cut the loop at one of them"
            )
        above[joint.child] = joint
    roots = [name for name in links if name not in above]
    if len(roots) > 1 or not links:
        raise error(
            f"{file}: {len(roots)} links hang on none ({', '.join(map(repr, roots[:5]))}); "
            f"expected one root: join them or delete what does not belong to it"
        )
    hanging: dict[str, list[J]] = {}
    for joint in joints:
        hanging.setdefault(joint.parent, []).append(joint)
    order: list[J] = []
    stack = [joint for root in roots for joint in reversed(hanging.get(root, []))]
    while stack:
        order.append(stack.pop())
        stack += reversed(hanging.get(order[-1].child, []))
    if not roots or len(order) != len(joints):
        reached = {joint.child for joint in order}
        left = [name for name in above if name not in reached]
        raise error(
            f"{file}: the links {', '.join(map(repr, left[:5]))} hang in a circle, a closed "
            f"loop; expected a tree that starts at one root"
        )
    return roots[0], order


def named_once(file: str, what: str, names: Sequence[str], error: type[KinemeshError]) -> None:
    """Refuse a name of ``what`` that stands twice among ``names``.

    Raises:
        KinemeshError: of the kind ``error``: which.
    """
    twice = sorted(name for name, count in Counter(names).items() if count > 1)
    if twice:
        raise error(
            f"{file}: two {what}s are named {', '.join(map(repr, twice[:5]))}; expected "
            f"every name once: rename one"
        )
