"""The words by which pages of several languages mark labels, by-lines, dates and furniture."""

from __future__ import annotations

import re

from ...labels import split_labels, tidy

__all__ = ["split_labels", "tidy"]

BY = re.compile(
    r"^(?:by|written by|story by|reported by|reporting by|author|authors|yazar|müəllif|müəlliflər|автор|авторы|текст|"
    r"بقلم|كتب|كتبت|الكاتب|von|par|por|di|da)\s*[:：]?\s+(.{2,120})$",
    re.IGNORECASE,
)
BY_COLON_ONLY = re.compile(r"^(?:von|par|por|di|da)\s+[^:]", re.IGNORECASE)
ROLE = r"(?:reporter|correspondent|staff writer|editor|journalist|müxbir|redaktor|корреспондент|редактор|журналист|مراسل|محرر|صحفي)"
NAME = r"[^\W\d_][\w.'’-]*"
NAME_AND_ROLE = re.compile(
    rf"^((?:{NAME}\s+){{1,3}}{NAME})\s*[,|/–—-]\s*(?:\w+\s+){{0,3}}{ROLE}\b.{{0,40}}$", re.IGNORECASE
)
OPENING = re.compile(
    r"^(?:(?:written|posted|published|reported|story|words|veröffentlicht|eingestellt|verfasst|geschrieben|publié|écrit|"
    r"publicado|escrito|scritto|pubblicato|ein artikel|un article|articolo|artículo)\s+(?:by|von|vom|par|de|por|da|di)|"
    r"(?:view |see )?all (?:posts|stories|articles) by|more (?:posts|stories|articles)? ?(?:by|from)|posts by|alle (?:beiträge|artikel) von|"
    r"by|von|vom|par|por|authors?|autor(?:in|en|es)?|auteurs?|autore|müəllif|автор|بقلم)(?:\s*[:：]\s*|\s+)",
    re.IGNORECASE,
)
OFFICE = re.compile(
    r"^(?:staff|deputy|senior|chief|director|professor|columnist|contributor|technologist|analyst|fellow|writer|editor|ph\.?d|m\.?d|mba)\b",
    re.IGNORECASE,
)
WHEN = re.compile(
    r"\s+(?:hace|il y a)\s.*$|(?:\s+(?:am|on|at|le|el|vor|před|il y a|hace|fa|(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?))*\s+\d.*$",
    re.IGNORECASE,
)
AND = re.compile(r"\s*(?:,|;|&|\band\b|\bvə\b|\bи\b|\s+و\s+|\bund\b|\bet\b|\by\b)\s*", re.IGNORECASE)

FURNITURE = re.compile(
    r"^(?:"
    r"loading\s*(?:\.|…)*|please wait.*|follow us.*|follow .{2,40} on .*|you can also follow.*|join us on.*|"
    r"slider image.*|.* - gallery image|gallery image.*|image \d+.*|photo \d+ of \d+|"
    r"subscribe.*|sign up.*|sign in.*|log in.*|login.*|register.*|newsletter.*|already a (?:subscriber|member).*|"
    r"here we are to serve you.*|choose to support.*|by subscribing.*|support (?:us|our|independent).*|donate.*|thank you!?|"
    r"share(?: this| on| article| story)?.{0,60}|tweet|print(?: this)?|e-?mail this.*|copy link|save|bookmark|"
    r"read (?:more|also|next)\b.*|see also\b.*|related (?:news|stories|articles|topics|posts|content).*|more (?:news|stories|from|on)\b.*|"
    r"most (?:read|popular|viewed).*|trending.*|latest(?: news| see more)?|see more|view all|show more|load more.*|top stories|you may (?:also )?like.*|recommended.*|"
    r"advertisement|advertising|sponsored.*|реклама|reklam|إعلان|"
    r"comments?(?: \(\d+\))?|\d+ comments?|leave a (?:comment|reply).*|tags?\s*:.*|topics?\s*:.*|categories\s*:.*|filed under.*|"
    r"views?\s*:?\s*\d+|\d+ views?|\d+ shares?|"
    r"copyright.*|©.*|all rights reserved.*|terms (?:of|and) .*|privacy policy.*|cookie.*|we use cookies.*|accept(?: all)?(?: cookies)?|about us|contact(?: us)?|home|menu|search|skip to .*|"
    r"bizi izləyin.*|abunə ol.*|paylaş.*|oxşar xəbərlər.*|ən çox oxunan.*|son xəbərlər.*|daha çox.*|yüklənir.*|həmçinin oxuyun.*|bütün hüquqlar.*|"
    r"подпи(?:сывайтесь|шитесь|ска).*|читайте (?:также|далее|нас).*|поделиться.*|загрузка.*|похожие (?:новости|материалы).*|последние новости.*|самое читаемое.*|все права защищены.*|следите за.*|комментари.*|"
    r"تابعونا.*|اشترك.*|مشاركة.*|شارك(?: (?:هذا|هذه|المقال|الخبر|على)\b.*)?|اقرأ (?:أيضا|المزيد|ايضا).*|المزيد.*|جار(?:ي|ٍ)? التحميل.*|آخر الأخبار.*|الأكثر قراءة.*|جميع الحقوق.*"
    r")$",
    re.IGNORECASE | re.DOTALL,
)
# After the story's text, one of these ends it for good.
THE_END = re.compile(
    r"^(?:follow us.*|follow .{2,40} on .*|slider image.*|here we are to serve you.*|related (?:news|stories|articles|posts).*|most (?:read|popular).*|latest news.*|latest see more|"
    r"leave a (?:comment|reply).*|comments?(?: \(\d+\))?|tags?\s*:.*|©.*|copyright.*|all rights reserved.*|subscribe.*|share this.*|more (?:news|stories|from)\b.*|"
    r"bizi izləyin.*|oxşar xəbərlər.*|son xəbərlər.*|читайте также.*|похожие (?:новости|материалы).*|подпи(?:сывайтесь|шитесь).*|تابعونا.*|آخر الأخبار.*|الأكثر قراءة.*)$",
    re.IGNORECASE | re.DOTALL,
)
# What speaks to the reader belongs to the page, however whole a sentence it is.
TO_THE_READER = re.compile(
    r"\b(?:you|your|us|our|siz|sizin|bizi|bizim|вас|ваш\w*|нас|наш\w*)\b|@\w|تابعونا|اشترك|معنا|لكم",
    re.IGNORECASE,
)
NEVER_PROSE = re.compile(
    r"^(?:here we are to serve|we use cookies|all rights reserved|copyright|©|slider image|.* - gallery image)|^\S+:",
    re.IGNORECASE,
)
RULE = re.compile(r"^[\W_]+$")
CREDIT_LINE = re.compile(
    r"^(?:photos?|pictures?|images?|videos?|foto|şəkil|фото|видео|صورة|الصورة)\s*(?:\b(?:by|credit|courtesy(?: of)?)\b|[:：/©])\s*.{2,80}$",
    re.IGNORECASE,
)
ABOUT_THE_AUTHOR = re.compile(
    r"^.{3,140}\bfollow (?:him|her|them|me)\b.{0,80}$|^read more (?:by|from) .{2,60}$", re.IGNORECASE
)
BIOGRAPHY = re.compile(rf"^(?:[A-ZÀ-ÞƏĞİÖŞÜÇ][\w.'’-]*\s+){{1,4}}is\b.{{1,60}}\b{ROLE}\b", re.UNICODE)
AGENCIES = frozenset(
    [
        "afp",
        "ap",
        "reuters",
        "dpa",
        "ria",
        "tass",
        "тасс",
        "риа",
        "interfax",
        "интерфакс",
        "azernews",
        "trend",
        "report",
        "apa",
        "azertac",
        "azərtac",
        "bloomberg",
    ]
)
SENTENCE_END = re.compile(r"[.!?…。؟۔:;]['\"”’»)\]]*$")


def byline_names(text: str) -> tuple[str, ...]:
    """The names in a by-line without its `By`, its role, its agency's address; () when it is none."""
    line = tidy(text)
    for _ in range(2):
        line = OPENING.sub("", line)
    line = re.sub(r"\s*[|•·]\s*.*$|\s+[-–—]\s+.*$|\s*\([^)]*\)|\s*<[^>]*>|\S*@\S+|https?://\S+", "", line)
    line = WHEN.sub("", line)
    names: list[str] = []
    for part in AND.split(line):
        name = tidy(part).strip(" .,:;")
        words = name.split()
        if not 1 <= len(words) <= 6 or not re.search(r"[^\W\d_]{2}", name) or re.search(r"\d{2}|^\d", name):
            continue
        if re.fullmatch(rf"(?:\w+\s+){{0,2}}{ROLE}s?(?:\s+\w+){{0,3}}", name, re.IGNORECASE):
            continue
        if names and OFFICE.match(name):
            # What follows a name's office says where, no longer who.
            break
        names.append(name)
    people = [name for name in names if name.casefold() not in AGENCIES]
    return tuple(dict.fromkeys(people or names))


def is_furniture(line: str) -> bool:
    """Whether a line belongs to the page rather than to the story."""
    return len(line) < 240 and bool(FURNITURE.match(line)) and not _tells(line)


def is_the_end(line: str) -> bool:
    """Whether a line after the story's text says that nothing of the story follows."""
    return bool(THE_END.match(line)) and not _tells(line)


def _tells(line: str) -> bool:
    """A whole sentence about the world, though it opens with a word of furniture: `Share prices rose on Monday.`"""
    return (
        len(line) >= 36
        and len(line.split()) >= 6
        and bool(re.search(r"[.!?…؟۔]['\"”’»)\]]*$", line))
        and not TO_THE_READER.search(line)
        and not NEVER_PROSE.match(line)
    )
