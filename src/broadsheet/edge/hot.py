"""The hot dictionary: resources in one worker's memory, bounded in bytes, least recently used out."""

from __future__ import annotations

from dataclasses import dataclass, field

from .stored import Stored

MOST_ALIASES = 50_000
Name = tuple[bytes, bytes]


@dataclass(slots=True)
class Resource:
    """All that is known of one (host, target): the responses of each variant; `b""` is for everybody."""

    name: Name
    variants: dict[bytes, list[Stored]] = field(default_factory=dict)
    size: int = 0
    touched: float = 0
    # The one response for everybody that varies by nothing: what most requests get.
    plain: Stored | None = None
    # Of a story with an access level: what its full variant is, and its preview, where they vary by nothing.
    full: Stored | None = None
    preview: Stored | None = None
    is_alive: bool = True

    def only(self, variant: bytes) -> Stored | None:
        """The one response of a variant, when it is the same for every request."""
        some = self.variants.get(variant)
        return some[0] if some and len(some) == 1 and not some[0].vary else None


class Hot:
    """Resources by name, and by the raw (host, target) of requests that led to them."""

    def __init__(self, most_bytes: int) -> None:
        self.most_bytes = most_bytes
        self.size = 0
        self.resources: dict[Name, Resource] = {}
        self.aliases: dict[tuple[bytes | None, bytes], Resource] = {}
        self.used: set[Name] = set()

    def get(self, name: Name) -> Resource | None:
        """The resource, moved to the young end."""
        resource = self.resources.pop(name, None)
        if resource is not None:
            self.resources[name] = resource
        return resource

    def put(self, name: Name, variant: bytes, responses: list[Stored]) -> Resource:
        """Replace one variant's responses."""
        resource = self.resources.pop(name, None) or Resource(name)
        self.resources[name] = resource
        resource.variants[variant] = responses
        resource.plain = resource.only(b"")
        resource.full = resource.only(b"full")
        resource.preview = resource.only(b"preview")
        size = 512 + sum(one.size for some in resource.variants.values() for one in some)
        self.size += size - resource.size
        resource.size = size
        while self.size > self.most_bytes and len(self.resources) > 1:
            self.drop(next(iter(self.resources)))
        return resource

    def drop(self, name: Name) -> None:
        """Forget a resource."""
        resource = self.resources.pop(name, None)
        if resource is not None:
            self.size -= resource.size
            resource.is_alive = False
            resource.plain = resource.full = resource.preview = None
            resource.variants = {}

    def clear(self) -> None:
        """Forget everything."""
        for name in list(self.resources):
            self.drop(name)
        self.aliases.clear()

    def alias(self, host: bytes | None, target: bytes, resource: Resource) -> None:
        """Let this raw request find the resource at once next time."""
        if len(self.aliases) >= MOST_ALIASES:
            self.aliases.clear()
        self.aliases[host, target] = resource
