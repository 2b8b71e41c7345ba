"""Whether Pinocchio and coal can be loaded, asked before anybody in this room imports them.

Their wheels take libgomp from the system, and a minimal Debian or Ubuntu has none.
"""

from kinemesh.errors import MissingLibrary

__all__: list[str] = []

try:
    import coal  # noqa: F401
    import pinocchio  # noqa: F401
except ImportError as error:
    raise MissingLibrary(str(error)) from error
