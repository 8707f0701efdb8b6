"""The families of events: by which words each is told, as verbs and as nouns. Aligned with PLOVER's classes where it has one."""

from __future__ import annotations

import re
from dataclasses import dataclass

_ADJECTIVES = (
    r"(?:(?:(?:first|second|third|fourth|fifth|next|\d{1,3}(?:st|nd|rd|th)|regular|annual|extraordinary|emergency|urgent|separate|brief|short|joint|virtual|online|informal|working|official|state|"
    r"private|historic|one-day|two-day|three-day|four-day|five-day|\w+-day|high-level|ministerial|bilateral|trilateral|quadrilateral|multilateral|plenary|special|closed-door|face-to-face|one-on-one|"
    r"tete-a-tete|tête-à-tête|expanded|extended|productive|constructive|fruitful|substantive|inaugural|formal|leaders?['’]?|ministers['’]?|political|diplomatic|economic|strategic|security|consular|"
    r"inter-ministerial|interministerial|intergovernmental|inter-parliamentary|foreign policy|peace|direct|indirect|phone|telephone|video|telephonic|trade|new|latest|follow-up|preparatory|introductory|"
    r"military|presidential|parliamentary|general|snap|early|local|municipal|regional|international|global|national|farewell|courtesy|round-table)[ -])*)"
)


@dataclass(frozen=True, slots=True)
class Family:
    """`verbs` tell that it happens; `nouns` name it and need more: a verb that holds it, or a date.

    `takes`: who is looked for, as subject and after the trigger. `is_sensitive`: about a person, to their harm.
    """

    type: str
    plover: str
    verbs: re.Pattern[str] | None = None
    nouns: re.Pattern[str] | None = None
    takes: str = "both"
    is_sensitive: bool = False
    noun_stands_alone: bool = False


def _v(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{pattern})\b")


def _n(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"\b{_ADJECTIVES}(?:{pattern})\b(?!-)", re.IGNORECASE)


_NOT_MET = r"(?!\s+(?:(?:all|the|its|their|these|those|our|his|her)\s+)?(?:\w+\s+)?(?:requirements?|targets?|needs?|conditions?|criteria|demands?|deadlines?|challenges?|obligations?|expectations?|standards?|commitments?|goals?)\b|\s+with\s+(?:\w+\s+)?(?:resistance|criticism|opposition|success|approval|disapproval)\b)"
_ADVERB = r"(?:\s+(?:also|then|again|briefly|separately|jointly|personally|today|yesterday|earlier|recently|directly|\w+ly))?"
AGREEMENTS = r"(?:memorand(?:um|a)|MoUs?|agreements?|treat(?:y|ies)|declarations?|protocols?|contracts?|accords?|deals?|pacts?|conventions?|roadmap|road map|documents?|statement|action plan|plan of (?:action|cooperation)|programme of cooperation|program of cooperation|letter of intent|arrangements?|charter|communiqu[eé]|framework|partnership)"

FAMILIES: tuple[Family, ...] = (
    Family(
        "call",
        "CONSULT",
        _v(
            rf"(?:spoke|speaks|spoken|speak|talked){_ADVERB}(?:\s+(?:by|on|over)\s+(?:the\s+)?(?:tele)?phone)?{_ADVERB}(?:\s+(?:on|this)\s+[A-Z]?\w+)?\s+(?:with|to)"
            r"(?!\s+(?:reporters?|journalists?|the (?:press|media|nation|parliament|audience|crowd|public|house|people|country)|media|lawmakers|supporters|students|members|local|[A-Z]{2,}\b|Reuters|Bloomberg|Sky|Fox|CNN))|telephoned|phoned"
        ),
        _n(
            r"(?:tele)?phone (?:calls?|conversations?|talks?|discussions?|exchange)|(?:video|telephonic|telephone) (?:calls?|conversations?|conference|talks)|telephone call|phone-call|telecon|video ?conference(?= with\b)|video link meeting|(?:by|over the) (?:tele)?phone|calls?(?= (?:with|between)\b)|conversations?(?= by (?:tele)?phone)"
        ),
    ),
    Family(
        "consultation",
        "CONSULT",
        None,
        _n(r"consultations?"),
    ),
    Family(
        "negotiation",
        "CONSULT",
        None,
        _n(r"negotiations|peace talks|round of talks|negotiating round|rounds? of (?:\w+ ){0,2}negotiations"),
    ),
    Family(
        "summit",
        "CONSULT",
        None,
        re.compile(
            rf"(?:\b(?!(?:The|This|A|An|At|In|During|On|Our|His|Her)\b)[A-Z][\w–-]*(?:\s+[A-Z][\w–-]*){{0,4}}\s+)?\b{_ADJECTIVES}[Ss]ummits?\b(?!-)"
        ),
    ),
    Family(
        "conference",
        "CONSULT",
        None,
        re.compile(
            rf"(?:\b(?!(?:The|This|A|An|At|In|During|On|Our|His|Her)\b)[A-Z][\w–-]*(?:\s+(?:[A-Z][\w–-]*|of|on|for|and|the)){{0,6}}\s+)?\b{_ADJECTIVES}(?:(?:[Pp]ress |[Nn]ews )?[Cc]onference|[Ff]orum|[Ss]ession|[Cc]ongress|[Ss]ymposium|[Ss]eminar|[Ww]orkshop|[Rr]ound ?table|[Cc]eremony|[Ee]xhibition|[Ff]estival|[Bb]riefing|[Rr]eception|[Dd]ebate|[Hh]earing|Dialogue|Assembly|Joint Commission|Joint Committee)\b(?! (?:room|hall|centre|center))(?!-)"
        ),
    ),
    Family(
        "meeting",
        "CONSULT",
        _v(
            rf"(?:met|meets){_ADVERB}{_NOT_MET}|(?:will|to|shall|would|could|may|might|must|should|can){_ADVERB}\s+meet{_NOT_MET}|(?:is|are|was|were){_ADVERB}\s+meeting|meet(?=\s+(?:in|on|with|at|today|tomorrow|again)\b)|"
            r"received(?=\s+(?:(?:the|a|his|her|visiting|in|at|today|yesterday|on|newly|outgoing|new)\b|[A-Z]))(?!\s+(?:the|an?)?\s*(?:(?:\w+\s+){0,2}(?:letter|message|award|medal|order|prize|report|copies|credentials|information|support|degree|votes?|training|funding|money|aid|offer|invitation|honou?rary|title|treatment|applause|response|reply|request|call|briefing|gift|warm|positive|threats?|complaints?)))|receives(?=\s+[A-Z])|will receive(?=\s+[A-Z])|"
            r"(?:was|were|is|been)\s+received\s+by|sat down with|(?:paid|pays|to pay|will pay|made) (?:an? )?(?:\w+ )?courtesy (?:call|visit)(?: on| to)?|received (?:an? )?courtesy (?:call|visit)(?: (?:by|from))?|called on(?=\s+(?:[A-Z]|the [A-Z]|his|her))|(?:will|to)\s+host(?=\s+(?:[A-Z]|his|her|their|the [A-Z]))|hosted(?=\s+(?:[A-Z]|his|her|the [A-Z]))|hosts(?=\s+[A-Z])"
        ),
        _n(r"meetings?|talks|discussions?|encounter|audience(?= (?:with|to))"),
    ),
    Family(
        "visit",
        "CONSULT",
        _v(
            r"visited|visits(?=\s+[A-Z])|(?:will|to|shall|would|could|may|might){0}\s+visit(?!\s+(?:our|the website|www))|(?:is|are|was|were)\s+visiting|arrived(?:\s+\w+)?\s+(?:in|at|to)|arrives\s+(?:in|at)|(?:will|to)\s+arrive\s+in|"
            r"(?:travel(?:l)?ed|travels|will travel|to travel|is travelling|is traveling|flew|flies|will fly)(?:\s+\w+)?\s+to|(?:departed|departs|left|leaves|will depart|will leave)\s+for|left\s+[A-Z]\w+\s+for(?=\s+[A-Z])|embarked on|embarks on|went to(?=\s+[A-Z])".replace(
                "{0}", _ADVERB
            )
        ),
        _n(r"visits?|trips?|tour(?= (?:of|to|in)\b)"),
        takes="subject",
    ),
    Family(
        "signing",
        "AGREE",
        re.compile(
            rf"\b(?:signed|signs|sign|inked|initialled|initialed|concluded|exchanged)\b(?=(?:\s+[\w“”\"'’,()–-]+){{0,12}}?\s+{AGREEMENTS}\b)|\b{AGREEMENTS}\b(?:\s+[\w“”\"'’,()–-]+){{0,14}}?\s+(?:was|were|has been|have been|will be|to be|is to be|are to be|is expected to be)\s+(?:\w+ly\s+)?(?:signed|inked|initialled|concluded)\b"
        ),
        _n(r"signing(?: ceremony)?(?= of\b)|signing ceremony"),
    ),
    Family(
        "credentials",
        "CONSULT",
        _v(
            r"(?:present(?:ed|s)?|presenting|received|receives|receive|accepted|accepts|handed over|submitted|will present)(?:\s+[\w'’.,]+){0,8}?\s+(?:credentials|letters? of credence)"
        ),
        None,
    ),
    Family(
        "appointment",
        "",
        _v(
            r"appointed|appoints|re-?appointed|nominated|nominates|(?:was|has been|were|been|is|be)\s+named|named(?=\s+(?:[A-Z]\w+ ){2,5}(?:as|to)\b)|(?:re-?)?elected(?!\s+(?:officials?|government|president\b(?! of)|representatives?|parliament|leaders?))|sworn in|"
            r"(?:took|takes|assumed|assumes|will take|will assume|to assume|take up|took up|takes up)\s+(?:the\s+|his\s+|her\s+)?(?:office|duties|post|role|position|functions|presidency|chairmanship|oath of office)|took the oath|confirmed as|inaugurated as"
        ),
        _n(
            r"appointment(?= (?:of|as)\b)|inauguration(?= of (?:President|the President|[A-Z]\w+ [A-Z]))|swearing-in"
        ),
        takes="appointee",
    ),
    Family(
        "resignation",
        "",
        _v(
            r"resigned|resigns|will resign|stepped down|steps down|will step down|tendered (?:his|her|their) resignation|submitted (?:his|her|their) resignation|(?:was|were|been|has been)\s+(?:dismissed|sacked|ousted|relieved of|removed from (?:office|the post|his post|her post)|recalled)|dismissed(?=\s+[A-Z])|sacked(?=\s+[A-Z])"
        ),
        _n(r"resignation(?= of)|dismissal(?= of)"),
        takes="appointee",
    ),
    Family(
        "statement",
        "",
        _v(
            r"(?:issued|issues|released|releases|made|published|adopted|delivered|delivers|gave|endorsed|will deliver|will make|will issue|read out)\s+(?:an?|the|its|his|her|their|this|following)?\s*(?:[\w-]+\s+){0,3}?(?:statements?|communiqu[eé]|declaration|speech|address|remarks|lecture|keynote)|"
            r"addressed(?=\s+(?:an?|the)\s+(?:[\w’'-]+\s+){0,5}(?:[Pp]arliament|Council|Assembly|Congress|Senate|[Cc]onference|[Ff]orum|[Ss]ession|[Ss]ummit|[Mm]eeting|[Nn]ation|[Pp]lenary|Bundestag|Sejm|Commission)\b)|will address(?= the (?:nation|parliament|UN|Assembly))|"
            r"in an? (?:joint |press |written |video |separate |official |brief )?(?:statement|address|televised address|post|tweet)(?=\s+(?:on|late on|issued|released|published|yesterday|today|earlier))"
        ),
        None,
        takes="subject",
    ),
    Family(
        "message",
        "",
        _v(
            r"congratulated(?=\s+(?:[A-Z]|his|her|the\b))|sent\s+(?:an?|his|her|their)?\s*(?:[\w-]+\s+){0,2}(?:letter|message|telegram|condolences|congratulations)|(?:expressed|offered|conveyed|extended|sent)\s+(?:\w+\s+){0,3}(?:condolences|congratulations)"
        ),
        None,
    ),
    Family(
        "anniversary",
        "",
        None,
        re.compile(
            r"\b(?:\d{1,3}(?:st|nd|rd|th)|tenth|twentieth|twenty-fifth|thirtieth|thirty-fifth|fortieth|fiftieth|sixtieth|seventieth|seventy-fifth|eightieth|hundredth|centenary|first|fifth)[- ]anniversary\b"
        ),
        takes="related",
        noun_stands_alone=True,
    ),
    Family(
        "establishment-of-relations",
        "COOPERATE",
        _v(
            r"established (?:full )?diplomatic (?:relations|ties)|restored (?:full )?diplomatic (?:relations|ties)|resumed diplomatic (?:relations|ties)|severed (?:its |all |their )?diplomatic (?:relations|ties)|(?:diplomatic relations|diplomatic ties)(?:\s+\w+){0,6}\s+(?:were|was) (?:established|restored|severed)"
        ),
        _n(r"establishment of (?:diplomatic|bilateral|the diplomatic|consular) (?:relations|ties)"),
        takes="related",
    ),
    Family(
        "armed-conflict",
        "ASSAULT",
        None,
        re.compile(
            r"\b(?:\d{1,4}-day|\w+-year|full-scale|Second|First|Great|civil|Civil|Cold|World)?[ -]?(?:[A-Z][\w-]+\s+){0,2}(?:war|War|invasion|hostilities|armed conflict|military operation|clashes)\b"
        ),
        takes="related",
        noun_stands_alone=True,
    ),
    Family(
        "ceasefire",
        "AGREE",
        _v(
            r"(?:declared|announced|agreed (?:to|on)|brokered) (?:an? |the )?(?:\w+ ){0,2}(?:ceasefire|cease-fire|truce|armistice)"
        ),
        _n(r"ceasefire|cease-fire|truce|armistice"),
        takes="related",
    ),
    Family(
        "attack",
        "ASSAULT",
        _v(
            r"attacked|shelled|bombed|opened fire|launched (?:an? )?(?:\w+ )?(?:attack|strike|offensive|rocket|missile)s?"
        ),
        _n(r"attacks?|air ?strikes?|bombings?|explosions?|shelling|shootings?|raid"),
        takes="related",
    ),
    Family(
        "protest",
        "PROTEST",
        _v(r"protested|rallied|demonstrated(?= (?:in|outside|against))"),
        _n(r"protests?|demonstrations?|rall(?:y|ies)|strike(?= (?:by|of))"),
        takes="related",
    ),
    Family(
        "arrest",
        "COERCE",
        _v(r"(?:was|were|been|being)\s+(?:arrested|detained)|arrested(?=\s+[A-Z])|detained(?=\s+[A-Z])"),
        _n(r"arrest(?= of)|detention(?= of)"),
        takes="both",
        is_sensitive=True,
    ),
    Family(
        "charge",
        "COERCE",
        _v(
            r"(?:was|were|been)\s+(?:charged with|indicted|accused of)|pleaded (?:not )?guilty|indicted(?=\s+[A-Z])"
        ),
        None,
        takes="subject",
        is_sensitive=True,
    ),
    Family(
        "sentence",
        "COERCE",
        _v(
            r"(?:was|were|been)\s+(?:sentenced|convicted|found guilty|acquitted)|sentenced(?=\s+[A-Z])|acquitted(?=\s+[A-Z])"
        ),
        None,
        takes="subject",
        is_sensitive=True,
    ),
    Family(
        "death",
        "",
        _v(r"died|passed away|(?:was|were) (?:killed|assassinated|shot dead)"),
        _n(r"death(?= of)|funeral|assassination(?= of)"),
        takes="subject",
    ),
    Family(
        "disaster",
        "",
        _v(r"(?:crashed|capsized|collapsed|derailed)"),
        _n(
            r"earthquakes?|floods?|hurricanes?|typhoons?|wildfires?|plane crash|crash|eruption|tsunami|cyclone|landslide"
        ),
        takes="related",
    ),
    Family(
        "award",
        "",
        _v(
            r"(?:was|were|been) awarded|awarded(?=\s+(?:[A-Z]|the))|(?:was|were) presented with|received the (?:\w+ ){0,3}(?:Order|Medal|Prize|Award)|won the (?:\w+ ){0,4}(?:Prize|Award|Medal)"
        ),
        _n(r"award ceremony"),
        takes="both",
    ),
    Family(
        "opening",
        "",
        _v(
            r"inaugurated(?! as)|(?:opened|opens|will open|to open|reopened|unveiled)(?=\s+(?:an?|the|its|new|[A-Z][\w]+['’]s)\s+(?:[\w’']+\s+){0,5}(?:embassy|consulate|office|centre|center|bridge|school|hospital|exhibition|road|plant|factory|airport|museum|line|station|pavilion|conference|forum|session))|(?:was|were) (?:officially )?(?:opened|inaugurated)"
        ),
        _n(r"opening ceremony|inauguration ceremony|opening(?= of (?:the|an?|its)\b)"),
        takes="both",
    ),
    Family(
        "sanctions",
        "SANCTION",
        _v(
            r"(?:imposed|imposes|introduced|announced|adopted|approved|lifted|extended|prolonged) (?:\w+ ){0,4}sanctions"
        ),
        None,
        takes="subject",
    ),
    Family(
        "exercise",
        "MOBILIZE",
        None,
        _n(r"(?:military|naval|joint|tactical|air) (?:exercises?|drills?|manoeuvres|maneuvers)"),
        takes="related",
    ),
    Family("summon", "REJECT", _v(r"summoned|summons(?=\s+[A-Z])"), None),
    Family(
        "expulsion",
        "SANCTION",
        _v(r"expelled|expels|declared (?:\w+ ){0,6}persona(?:e)? non grata(?:e)?"),
        None,
    ),
    Family(
        "legislation",
        "",
        re.compile(
            r"\b(?:ratified|adopted|approved|passed|enacted|signed|vetoed|promulgated)\b(?=\s+(?:an?|the|its|new|several)?\s*(?:[\w'’-]+\s+){0,5}?(?:law|bill|resolution|decree|act|budget|constitution|amendments?|legislation|order)\b)"
        ),
        None,
        takes="subject",
    ),
    Family(
        "election",
        "",
        _v(r"(?:went|go|goes) to the polls|voted in"),
        _n(r"elections?|referendum|run-off|runoff|by-election"),
        takes="related",
    ),
    Family(
        "aid",
        "AID",
        _v(
            r"(?:delivered|dispatched|donated|allocated|sent|provided) (?:[\w$€£.,]+ ){0,6}(?:humanitarian (?:aid|assistance|supplies)|relief supplies|aid package|medical supplies)"
        ),
        None,
    ),
    Family(
        "launch",
        "",
        _v(
            r"launched(?=\s+(?:an?|the|its|their)\s+(?:[\w’'-]+\s+){0,5}(?:satellite|mission|programme|program|project|initiative|campaign|service|rocket|spacecraft|platform))"
        ),
        None,
        takes="subject",
    ),
)
SENSITIVE_TYPES = frozenset(family.type for family in FAMILIES if family.is_sensitive)

# Pieces of small-letter text without which a family's patterns cannot match: looked for first, being quick to look for.
_HINTS = {
    "call": "spoke speak talked phone call conversation video telecon",
    "consultation": "consultation",
    "negotiation": "negotiation talks round",
    "summit": "summit",
    "conference": "conference forum session congress symposium seminar workshop round table roundtable ceremony exhibition festival briefing reception debate hearing dialogue assembly commission committee",
    "meeting": "met meet receiv hosted hosts host sat down courtesy called on talks discussion encounter audience",
    "visit": "visit arriv travel flew flies fly departed departs depart left leaves leave embark trip tour went",
    "signing": "sign inked initial conclu exchanged",
    "credentials": "credential credence",
    "appointment": "appoint nominat named elected sworn office duties post role position functions presidency chairmanship oath confirmed as inaugurat swearing",
    "resignation": "resign step dismiss sacked ousted relieved removed recalled",
    "statement": "statement communiqu declaration speech address remarks lecture keynote post tweet",
    "message": "congratulat letter message telegram condolence",
    "anniversary": "anniversary centenary",
    "establishment-of-relations": "relations ties",
    "armed-conflict": "war invasion hostilities conflict operation clashes",
    "ceasefire": "ceasefire cease-fire truce armistice",
    "attack": "attack shell bomb fire strike explosion shooting raid launched",
    "protest": "protest rall demonstrat strike",
    "arrest": "arrest detain detention",
    "charge": "charged indicted accused guilty",
    "sentence": "sentenced convicted guilty acquitted",
    "death": "died passed killed assassinat shot death funeral",
    "disaster": "crash capsized collapsed derailed earthquake flood hurricane typhoon wildfire eruption tsunami cyclone landslide",
    "award": "award presented received won",
    "opening": "inaugurat open unveiled",
    "sanctions": "sanctions",
    "exercise": "exercise drill manoeuvre maneuver",
    "summon": "summon",
    "expulsion": "expel non grata",
    "legislation": "ratified adopted approved passed enacted signed vetoed promulgated",
    "election": "election referendum run-off runoff polls voted",
    "aid": "delivered dispatched donated allocated sent provided",
    "launch": "launched",
}
HINTS: dict[str, re.Pattern[str]] = {
    type_: re.compile("|".join(re.escape(word) for word in words.split())) for type_, words in _HINTS.items()
}
