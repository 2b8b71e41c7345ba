"""Whether Pinocchio and coal can be loaded, asked before anybody in this room imports them.

Their wheels take libgomp from the system, and a minimal Debian or Ubuntu has none.
"""

from importlib import import_module

from kinemesh.errors import MissingLibrary

__all__: list[str] = []

try:
    for _name in ("coal", "pinocchio"):
        import_module(_name)
except ImportError as error:
    raise MissingLibrary(str(error)) from error
