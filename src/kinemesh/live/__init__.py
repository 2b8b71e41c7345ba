"""A person followed while they move: sources of frames, the loop, and where its answers go."""

from kinemesh.live.address import Address, parsed
from kinemesh.live.bvh_body import BvhBody
from kinemesh.live.bvh_stream import BvhSource
from kinemesh.live.following import Follower, stream_of
from kinemesh.live.lines import Lines
from kinemesh.live.loop import Summary, follow
from kinemesh.live.messages import Header, HeaderError, read_message
from kinemesh.live.mvn import MvnSource
from kinemesh.live.person import Frame, Person
from kinemesh.live.recorded import RecordedSource
from kinemesh.live.sinks import Sink, lines_in, lines_to, publishing
from kinemesh.live.source import Faults, Source
from kinemesh.live.told import ToldSource
from kinemesh.live.zmq_sockets import Subscription

__all__ = [
    "Address",
    "BvhBody",
    "BvhSource",
    "Faults",
    "Follower",
    "Frame",
    "Header",
    "HeaderError",
    "Lines",
    "MvnSource",
    "Person",
    "RecordedSource",
    "Sink",
    "Source",
    "Subscription",
    "Summary",
    "ToldSource",
    "follow",
    "lines_in",
    "lines_to",
    "parsed",
    "publishing",
    "read_message",
    "stream_of",
]
