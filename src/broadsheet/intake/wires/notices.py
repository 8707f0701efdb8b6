"""What an agency says of its own earlier item: kill, correction, update, advisory; by its headline, in many languages."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ..incoming import IncomingStory

KILL, CORRECTION, UPDATE, ADVISORY = "kill", "correction", "update", "advisory"
_KILLS = (
    r"(?:BULLETIN |MANDATORY |URGENT )*(?:KILL|KILLED|WITHDRAWN|WITHDRAWAL|WITHDRAW|WITHHOLD|ELIMINATION|CANCELLED|CANCELED|"
    r"RETRACTION|RETRACTED|"
    r"ANNULE|ANNULÉ|ANNULÉE|ANNULATION|"
    r"ANULACIÓN|ANULACION|ANULADA|ANULADO|ANULAÇÃO|CANCELADA|CANCELADO|ANNULLAMENTO|ANNULLATA|"
    r"STORNO|STORNIERT|ZURÜCKGEZOGEN|ANNULLIERT|MELDUNG ANNULLIERT|INGETROKKEN|INDRAGEN|"
    r"АННУЛИРОВАНО|АННУЛИРОВАНА|АННУЛИРУЕТСЯ|ОТЗЫВ|ОТОЗВАНО|СНЯТО|СНЯТА С ЛЕНТЫ|"
    r"LƏĞV EDİLİB|LƏĞV|GERİ ÇAĞIRILIB|GERİ GÖTÜRÜLÜB|İPTAL|GERİ ÇEKİLDİ|GERİ ÇEKİLMİŞTİR|撤稿|取消|取り消し)"
)
_KILL_WORDS = r"(?:kill notice|mandatory kill|story (?:withdrawn|killed)|withdrawal notice)"
_ARABIC_KILLS = r"(?:إلغاء|سحب|ملغى|يلغى)"
_CORRECTIONS = (
    r"(?:CORRECTION|CORRECTED|CORRECTS|CORRECT|CORRECTIVE|CLARIFICATION|CLARIFIES|CORRIGENDUM|ERRATUM|"
    r"RECTIFICATIF|RECTIFICATION|CORRIGE|CORRIGÉ|CORRECCIÓN|CORRECCION|RECTIFICACIÓN|FE DE ERRATAS|CORREÇÃO|CORRIGIDA|"
    r"CORREZIONE|RETTIFICA|BERICHTIGUNG|KORREKTUR|KORRIGIERT|RICHTIGSTELLUNG|CORRECTIE|RÄTTELSE|"
    r"ИСПРАВЛЕНИЕ|ИСПРАВЛЕНО|ИСПРАВЛЕННАЯ|ПОПРАВКА|УТОЧНЕНИЕ|УТОЧНЯЕТ|"
    r"DÜZƏLİŞ|DÜZƏLDİLMİŞ|DƏQİQLƏŞDİRMƏ|DÜZELTME|DÜZELTİLMİŞ|تصحيح|تصويب|توضيح|更正|訂正)"
)
_UPDATES = (
    r"(?:UPDATE|UPDATED|UPDATES|REFILE|REFILED|RECASTS|RECAST|ADDS|WRITETHRU|ACTUALISATION|ACTUALISÉ|ACTUALIZACIÓN|"
    r"ACTUALIZACION|ATUALIZAÇÃO|AGGIORNAMENTO|AKTUALISIERUNG|AKTUALISIERT|NEUFASSUNG|ОБНОВЛЕНИЕ|ОБНОВЛЕНО|ДОПОЛНЕНО|"
    r"YENİLƏNİB|YENİLƏMƏ|GÜNCELLEME|تحديث|更新)"
)
_ADVISORIES = (
    r"(?:ADVISORY|MEDIA ADVISORY|EDITORS|NOTE TO EDITORS|EDITORS' NOTE|AVIS|AVISO|AVVISO|HINWEIS|"
    r"ВНИМАНИЮ РЕДАКТОРОВ|REDAKTORLARIN NƏZƏRİNƏ|إلى المحررين)"
)
_NUMBER = r"(?:[ -]?(?:\d{1,2}|[IVX]{1,4}))?"
_END = r"(?:\s*[:\-–—/|.,]+\s*|\s*$)"


def _head(words: str, *, either_case: bool = False) -> re.Pattern[str]:
    """`words` before a headline: capitals and a mark, or in brackets; in `either_case` before a colon alone."""
    number = _NUMBER
    shapes = [rf"{words}{number}{_END}", rf"[(\[*]+\s*{words}{number}\s*[)\]*]+{_END}?\s*"]
    if either_case:
        shapes.append(rf"(?i:{words}){number}\s*:\s*")
        shapes.append(rf"[(\[]\s*(?i:{words}){number}\s*[)\]]\s*")
    return re.compile(rf"^\W{{0,3}}(?:{'|'.join(shapes)})")


_PATTERNS = (
    (KILL, _head(_KILLS)),
    (KILL, re.compile(rf"^\W{{0,3}}(?:(?i:{_KILL_WORDS}))(?:{_END}|\s+)")),
    (KILL, re.compile(rf"^\W{{0,3}}{_ARABIC_KILLS}\s*:\s*")),
    (CORRECTION, _head(_CORRECTIONS, either_case=True)),
    (UPDATE, _head(_UPDATES, either_case=True)),
    (ADVISORY, _head(_ADVISORIES, either_case=True)),
)
# "Story X (Corrected)", "Story X - CORRECTION".
_TAILS = (
    (KILL, re.compile(rf"\s*(?:[-–—:]\s*|[(\[]\s*){_KILLS}\s*[)\]]?\s*$")),
    (CORRECTION, re.compile(rf"\s*(?:[-–—:]\s*{_CORRECTIONS}|[(\[]\s*(?i:{_CORRECTIONS})\s*[)\]])\s*$")),
    (UPDATE, re.compile(rf"\s*(?:[-–—:]\s*{_UPDATES}{_NUMBER}|[(\[]\s*(?i:{_UPDATES}){_NUMBER}\s*[)\]])\s*$")),
)  # fmt: skip
_SIGNALS = {
    "correction": CORRECTION,
    "corrected": CORRECTION,
    "clarification": CORRECTION,
    "update": UPDATE,
    "updated": UPDATE,
    "writethru": UPDATE,
    "retraction": KILL,
    "kill": KILL,
    "withdrawn": KILL,
    "advisory": ADVISORY,
}
_STATUSES = dict.fromkeys(("canceled", "cancelled", "killed", "withdrawn", "withheld"), KILL)


@dataclass(frozen=True, slots=True)
class Said:
    """`kind` is empty for plain news; `rest` is the headline without the agency's word."""

    kind: str
    rest: str


def of_headline(headline: str) -> Said:
    """What a headline says of an earlier item."""
    text = " ".join(headline.split())[:500]
    for kind, pattern in _PATTERNS:
        if found := pattern.match(text):
            return Said(kind, text[found.end() :].strip())
    for kind, pattern in _TAILS:
        if found := pattern.search(text):
            return Said(kind, text[: found.start()].strip())
    return Said("", text)


def of_codes(status: str, signals: tuple[str, ...]) -> str:
    """What `pubStatus` and signals (IPTC's codes, with or without their scheme) say; the gravest first."""
    kinds = [_STATUSES.get(_code(status), "")]
    kinds += [_SIGNALS.get(_code(signal), "") for signal in signals]
    return next((kind for kind in (KILL, CORRECTION, UPDATE, ADVISORY) if kind in kinds), "")


def _code(text: str) -> str:
    return re.split(r"[:/#]", text.strip().casefold())[-1]


def of_story(story: IncomingStory) -> Said:
    """What the story's headline says."""
    return of_headline(story.headline)
