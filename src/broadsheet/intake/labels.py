"""Format labels that papers write into their headlines: `[PHOTO]`, `(VIDEO)`, `UPDATED:` in several languages."""

from __future__ import annotations

import re
import unicodedata

LABELS = {
    "PHOTO": "PHOTO|PHOTOS|PHOTO GALLERY|FOTO|FOTOS|FOTOLAR|ФОТО|ФОТОГАЛЕРЕЯ|صور|صورة",
    "VIDEO": "VIDEO|VIDEOS|VİDEO|ВИДЕО|فيديو",
    "UPDATED": "UPDATED|UPDATE|YENİLƏNİB|YENILANIB|YENİLƏNDİ|ОБНОВЛЕНО|ОБНОВЛЯЕТСЯ|محدث|تحديث",
    "LIVE": "LIVE|CANLI|ПРЯМОЙ ЭФИР|ОНЛАЙН|مباشر",
    "ANALYSIS": "ANALYSIS|TƏHLİL|АНАЛИЗ|АНАЛИТИКА|تحليل",
    "OPINION": "OPINION|COMMENTARY|RƏY|ŞƏRH|МНЕНИЕ|КОММЕНТАРИЙ|رأي",
}
_ANY_LABEL = "|".join(LABELS.values())
_LABEL_LIST = rf"(?:{_ANY_LABEL})(?:\s*(?:[/&+,]|and|və|и|و)\s*(?:{_ANY_LABEL}))*"
BRACKETED = re.compile(rf"\s*[\[({{（【]\s*({_LABEL_LIST})\s*[\])}}）】]\s*", re.IGNORECASE)
# Bare labels count only in capitals and after a divider, or a headline about "Video" would lose its subject.
TRAILING = re.compile(rf"\s+(?:[-–—|/:•]\s*)({_LABEL_LIST})\s*$")
LEADING = re.compile(rf"^({_LABEL_LIST})\s*[:|–—•]\s+")


def tidy(text: str) -> str:
    """One line, single spaces, no invisible characters."""
    spaced = " ".join(text.replace("\xa0", " ").split())
    if spaced.isprintable():
        return spaced
    kept = "".join(
        c for c in text if c in "\u200c\u200d" or unicodedata.category(c) not in ("Cf", "Cc") or c in "\n\t "
    )
    return " ".join(kept.replace("\xa0", " ").split())


def split_labels(headline: str) -> tuple[str, tuple[str, ...]]:
    """`Talks go on [PHOTO/VIDEO]` → (`Talks go on`, (`PHOTO`, `VIDEO`))."""
    found: list[str] = []
    text = headline
    for pattern in (BRACKETED, TRAILING, LEADING):
        while match := pattern.search(text):
            rest = tidy(text[: match.start()] + " " + text[match.end() :])
            if not rest:
                break
            found += _names(match.group(1))
            text = rest
    return tidy(text), tuple(dict.fromkeys(found))


def _names(text: str) -> list[str]:
    return [
        name for name, words in LABELS.items() if re.search(rf"(?<!\w)(?:{words})(?!\w)", text, re.IGNORECASE)
    ]
