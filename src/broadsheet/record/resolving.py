"""Whom a name stands for: by our own id, by an ISO code, else by one alias that only one entity has."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable

from django.db.models import Q

from .models import Alias, Claim, Entity, EntityKind, EntityStatus
from .names import fold
from .reading import Ref

_GONE = (EntityStatus.REDACTED, EntityStatus.RETIRED)


class Resolver:
    """Looks up many references in four queries at most; then knows them, and what it is told of meanwhile."""

    def __init__(self, refs: Iterable[Ref], story_id: int | None = None) -> None:
        wanted = [ref for ref in refs if ref]
        self._by_id: dict[str, Entity] = {}
        self._by_name: dict[str, dict[int, Entity]] = defaultdict(dict)
        uids = [ref.id for ref in wanted if _is_uuid(ref.id)]
        codes = {ref.name for ref in wanted if _is_code(ref)}
        if uids or codes:
            for entity in Entity.objects.filter(Q(uid__in=uids) | Q(iso3166__in=codes)).exclude(
                status__in=_GONE
            ):
                self._by_id[str(entity.uid)] = entity
                if entity.kind == EntityKind.COUNTRY and entity.iso3166:
                    self._by_id[f"country:{entity.iso3166}"] = entity
        names = {fold(ref.name) for ref in wanted if ref.name}
        aliases = Alias.objects.filter(folded__in=names, auto_link=True).select_related("entity")
        for alias in aliases.exclude(entity__status__in=_GONE):
            self._by_name[alias.folded][alias.entity_id] = alias.entity
        if story_id is not None:
            self._learn_from(story_id)
        self._follow_merges()

    def _learn_from(self, story_id: int) -> None:
        """Within one story a name stands for whom it was taken to stand for there."""
        claims = Claim.objects.filter(story=story_id, entity__isnull=False).select_related("entity")
        for claim in claims.exclude(entity__status__in=_GONE):
            if claim.entity is not None:
                self.learn(Ref(str(claim.value.get("entity") or ""), claim.wording), claim.entity)

    def _follow_merges(self) -> None:
        found = {e.pk: e for e in self._by_id.values()}
        found |= {e.pk: e for names in self._by_name.values() for e in names.values()}
        heads = Entity.objects.in_bulk({e.merged_into_id for e in found.values() if e.merged_into_id} or [])
        for key, entity in self._by_id.items():
            self._by_id[key] = heads.get(entity.merged_into_id or 0, entity)
        for names in self._by_name.values():
            merged = [heads.get(e.merged_into_id or 0, e) for e in names.values()]
            names.clear()
            names.update({e.pk: e for e in merged})

    def learn(self, ref: Ref, entity: Entity) -> None:
        """From here on `ref` is this entity, whatever others are called."""
        if ref.id:
            self._by_id[ref.id] = entity
        if ref.name:
            self._by_name[fold(ref.name)] = {entity.pk: entity}

    def all_named(self, ref: Ref) -> list[Entity]:
        """Everybody of that kind whom the name may mean."""
        if ref.id in self._by_id:
            return [self._by_id[ref.id]]
        if _is_code(ref) and (country := self._by_id.get(f"country:{ref.name}")):
            return [country]
        found = self._by_name.get(fold(ref.name), {}).values() if ref.name else ()
        return [entity for entity in found if not ref.kind or entity.kind == ref.kind]

    def one(self, ref: Ref) -> Entity | None:
        """The one entity that is meant; None for nobody and for several."""
        found = self.all_named(ref)
        return found[0] if len(found) == 1 else None


def _is_uuid(text: str) -> bool:
    try:
        return str(uuid.UUID(text)) == text
    except ValueError:
        return False


def _is_code(ref: Ref) -> bool:
    return len(ref.name) == 2 and ref.name.isascii() and ref.name.isupper() and ref.kind in ("", "country")
