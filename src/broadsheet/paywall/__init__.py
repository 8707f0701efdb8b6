"""Pure rules of who may read what: access levels, the decision, the signed pass and the signed meter.

No Django, no clock, no I/O: the origin and the edge call the same functions.
"""

from .access import Access, Reason, Variant
from .codec import Keys, decode_meter, decode_pass, encode_meter, encode_pass
from .meter import Limits, Meter
from .passes import LIFE, Pass
from .rules import Grant, decide, on_network, wall_of

__all__ = [
    "LIFE",
    "Access",
    "Grant",
    "Keys",
    "Limits",
    "Meter",
    "Pass",
    "Reason",
    "Variant",
    "decide",
    "decode_meter",
    "decode_pass",
    "encode_meter",
    "encode_pass",
    "on_network",
    "wall_of",
]
