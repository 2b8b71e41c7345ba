from pathlib import Path
from kinemesh.newrobot.source import Source
def read_mjcf_robot(path: Path) -> Source:
    raise NotImplementedError
