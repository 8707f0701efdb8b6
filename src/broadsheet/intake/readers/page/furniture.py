"""Takes out of the text that trafilatura found what belongs to the page: captions, links to other stories, appeals."""

from __future__ import annotations

import re

from lxml import etree

from . import words

LONGEST_FURNITURE, LONGEST_CAPTION, LONGEST_HEADING = 90, 300, 160
FEWEST_WORDS_OF_A_HEADLINE = 4
# From this part of the text on, a heading for other stories ends it, unless this long a paragraph follows.
TAIL, PROSE = 0.5, 140
CREDIT_ALONE = re.compile(
    r"^(?:photos?|pictures?|images?|videos?|foto(?:graf|grafie|s)?|bild(?:er|quelle|nachweis)?|beitragsbild|titelbild|crédits?(?: photos?)?|imagen|fotografía|"
    r"immagine|zdjęcie|fot\.|şəkil|фото|видео|صورة|الصورة)\s*(?:\b(?:by|credit|courtesy(?: of)?)\b|[:：/©])\s*.{2,80}$",
    re.IGNORECASE,
)
CREDITED = re.compile(
    r"(?:©\s*|\(c\)\s*|\b(?:photos?|foto|fotos|bild|image|imagen|crédits?)\s*[:：]\s*)[^.!?:©]{2,60}\.?$",
    re.IGNORECASE,
)
# What introduces other stories, in languages of papers beside those in `words`.
MORE = re.compile(
    r"^(?:auch interessant|das könnte (?:sie|dich).*|lesen sie (?:auch|mehr).*|lies auch.*|mehr (?:zum thema|kolumnen|artikel|beiträge|nachrichten)\b.*|schon gelesen\?|"
    r"zum weiterlesen|weiterlesen|weitere (?:artikel|beiträge|themen|meldungen|nachrichten).*|top-?themen.*|ähnliche (?:artikel|beiträge).*|auch auf \S+\.\S+|entdecke weitere .*|"
    r"à lire (?:aussi|également|ensuite).*|lire aussi.*|sur le même (?:sujet|thème).*|voir aussi.*|plus d.articles.*|articles? (?:liés|similaires|connexes).*|"
    r"temas?(?: relacionados)?|más (?:sobre|noticias) .{2,40}|te puede interesar.*|le puede interesar.*|lea (?:también|además|más).*|leer más.*|ver también.*|noticias relacionadas.*|también te puede.*|"
    r"leggi anche.*|potrebbe(?:ro)? interessarti.*|articoli correlati.*|leia (?:também|mais).*|veja também.*|więcej informacji|czytaj (?:też|także|również|więcej).*|zobacz (?:też|także|również).*|polecamy.*|"
    r"lees ook.*|meer over.*|läs (?:också|även|mer).*|les også.*|læs også.*|lue myös.*|ilgili (?:haberler|haber|içerik).*|"
    r"related(?: \w+){0,3}|more (?:from|on|news|stories)\b.*|read (?:more|also|next)\b.*|see also|recommended(?: (?:for you|stories|reading|articles|posts|videos))?|you (?:may|might) (?:also )?(?:like|enjoy|be interested).*|don.t miss.*|popular (?:now|posts|stories))\s*[:：»›→.…]*$",
    re.IGNORECASE,
)
APPEAL = re.compile(
    r"^(?:folge(?:n sie|t)? uns\b.*|suivez[- ]nous.*|síguenos.*|sigue(?:nos)? .{2,30} en .*|seguici.*|obserwuj nas.*|abonnieren sie.*|abonnez-vous.*|suscríbete.*|iscriviti.*|newsletter|.{2,30} newsletter|"
    r"jetzt (?:abonnieren|anmelden|registrieren|kostenlos).*|zur startseite|zurück zur.*|kommentieren|kommentare?|commentaires?|comentarios|schlagwörter.*|stichwörter.*|teilen(?: auf.*)?|partager.*|compartir.*|drucken|"
    r"anzeige|werbung|publicité|publicidad|pubblicità|never miss .*|get .{2,60} by e-?mail.*|sie sind (?:aktuell )?nicht eingeloggt\.?|"
    r"mit der (?:registrierung|anmeldung) akzeptieren sie.*|sofern nicht anders (?:ausgewiesen|angegeben).*|alle rechte vorbehalten.*|tous droits réservés.*|todos los derechos reservados.*)$",
    re.IGNORECASE,
)


def cleared(body: etree._Element) -> etree._Element:
    """`body` itself without furniture; a caption that stands beside its picture becomes the picture's `caption`."""
    _captions(body)
    texts = [words.tidy("".join(str(text) for text in child.itertext())) for child in body]
    size, seen = sum(map(len, texts)), 0
    gone: list[etree._Element] = []
    children = list(body)
    last_prose = max((at for at, child in enumerate(children) if _is_prose(child, texts[at])), default=-1)
    for at, (child, text) in enumerate(zip(children, texts, strict=True)):
        if child.tag in ("p", "head") and text:
            is_more = bool(MORE.match(text)) and len(text) < LONGEST_FURNITURE and text[-1] not in ".!"
            if is_more and seen > size * TAIL and at > last_prose:
                gone += children[at:]
                break
            if is_more or _is_appeal(child, text) or (seen > 0 and _leads_elsewhere(child, text)):
                gone.append(child)
        if not text.isspace() and child.tag == "p":
            seen += len(text)
    for child in gone:
        if child.getparent() is not None:
            body.remove(child)
    while len(body) and body[-1].tag == "head":
        # A heading at the end heads nothing.
        body.remove(body[-1])
    return body


def _captions(body: etree._Element) -> None:
    for child in list(body):
        text = words.tidy("".join(str(part) for part in child.itertext()))
        if child.tag != "p" or not text or len(text) > LONGEST_CAPTION:
            continue
        picture = child.find(".//graphic")
        before, after = child.getprevious(), child.getnext()
        for beside in (before, after):
            if picture is None and beside is not None and beside.tag == "graphic":
                picture = beside
        if CREDIT_ALONE.match(text) or (picture is not None and CREDITED.search(text)):
            if picture is not None:
                picture.set("caption", text)
                if picture.getparent() is not body:
                    picture.tail = None
                    child.addprevious(picture)
            body.remove(child)


def _is_appeal(child: etree._Element, text: str) -> bool:
    # A heading may begin with a word of furniture: `Share prices`.
    belongs_to_page = words.is_the_end if child.tag == "head" else words.is_furniture
    return len(text) < LONGEST_FURNITURE and (bool(APPEAL.match(text)) or belongs_to_page(text))


def _is_prose(child: etree._Element, text: str) -> bool:
    return child.tag in ("p", "quote") and len(text) >= PROSE and not _is_one_link(child, text)


def _is_one_link(child: etree._Element, text: str) -> bool:
    linked = "".join(str(part) for ref in child.iter("ref") for part in ref.itertext())
    return len(words.tidy(linked)) >= len(text) * 0.9 if text else False


def _leads_elsewhere(child: etree._Element, text: str) -> bool:
    """Whether a line is nothing but a link, with a headline's words: another story, offered between two paragraphs."""
    opening, found, rest = text.partition(":")
    said = rest if found and MORE.match(opening) else text
    return (
        len(said.split()) >= FEWEST_WORDS_OF_A_HEADLINE
        and len(text) < LONGEST_HEADING
        and not words.SENTENCE_END.search(said)
        and (_is_one_link(child, text) or said is rest)
    )
