import pytest

from broadsheet.intake.wires.marks import marks_of
from broadsheet.intake.wires.notices import of_codes, of_headline

SAID = [
    ("KILL: Bank opens", "kill", "Bank opens"),
    ("KILL - Bank opens", "kill", "Bank opens"),
    ("BULLETIN KILL: Bank opens", "kill", "Bank opens"),
    ("MANDATORY KILL-Bank opens", "kill", "Bank opens"),
    ("Kill notice: Bank opens", "kill", "Bank opens"),
    ("WITHDRAWN: Bank opens", "kill", "Bank opens"),
    ("Bank opens - WITHDRAWN", "kill", "Bank opens"),
    ("[WITHDRAWN] Bank opens", "kill", "Bank opens"),
    ("ANNULATION: La banque ouvre", "kill", "La banque ouvre"),
    ("ANULADA: El banco abre", "kill", "El banco abre"),
    ("STORNO: Die Bank öffnet", "kill", "Die Bank öffnet"),
    ("АННУЛИРОВАНО: Банк открылся", "kill", "Банк открылся"),
    ("ОТЗЫВ: Банк открылся", "kill", "Банк открылся"),
    ("LƏĞV EDİLİB: Bank açıldı", "kill", "Bank açıldı"),
    ("إلغاء: افتتاح البنك", "kill", "افتتاح البنك"),
    ("CORRECTED-Bank opens", "correction", "Bank opens"),
    ("CORRECTED-(OFFICIAL)-Bank opens", "correction", "(OFFICIAL)-Bank opens"),
    ("Correction: Bank story", "correction", "Bank story"),
    ("CORRECTION: Bank opens", "correction", "Bank opens"),
    ("(Corrected) Bank opens", "correction", "Bank opens"),
    ("Bank opens (CORRECTED)", "correction", "Bank opens"),
    ("RECTIFICATIF: La banque ouvre", "correction", "La banque ouvre"),
    ("BERICHTIGUNG: Die Bank öffnet", "correction", "Die Bank öffnet"),
    ("CORRECCIÓN: El banco abre", "correction", "El banco abre"),
    ("ИСПРАВЛЕНО: Банк открылся", "correction", "Банк открылся"),
    ("Поправка: Банк открылся", "correction", "Банк открылся"),
    ("DÜZƏLİŞ: Bank açıldı", "correction", "Bank açıldı"),
    ("DÜZELTME: Banka açıldı", "correction", "Banka açıldı"),
    ("تصحيح: افتتاح البنك", "correction", "افتتاح البنك"),
    ("UPDATE 1-Bank opens", "update", "Bank opens"),
    ("UPDATE 12-Bank opens", "update", "Bank opens"),
    ("UPDATE: Bank opens", "update", "Bank opens"),
    ("REFILE-Bank opens", "update", "Bank opens"),
    ("ОБНОВЛЕНО: Банк открылся", "update", "Банк открылся"),
    ("YENİLƏNİB: Bank açıldı", "update", "Bank açıldı"),
    ("تحديث: افتتاح البنك", "update", "افتتاح البنك"),
    ("MEDIA ADVISORY: Bank opens on Monday", "advisory", "Bank opens on Monday"),
    ("ADVISORY - Bank opens", "advisory", "Bank opens"),
    ("ВНИМАНИЮ РЕДАКТОРОВ: завтра", "advisory", "завтра"),
]
PLAIN = [
    "Kill Bill returns to the cinemas",
    "Killed in action: the soldiers of Kish",
    "Kill or be killed - the new law of the sea",
    "Correction officers strike for a second day",
    "Correctional facility closes",
    "Update your phone before Friday, experts say",
    "Updates to the highway code explained",
    "Withdrawn ambassador returns to Paris",
    "Advisory board meets on Tuesday",
    "Troops withdrawn from the border - minister",
    "Поправка к закону о банках принята",
    "Отзыв послов обсудят в среду",
    "Düzəliş qanuna edildi",
    "تصحيح الأسعار يبدأ غدا",
    "سحب القوات من الحدود",
    "UN: aid is late",
    "EU - what next",
    "",
]


@pytest.mark.parametrize(("headline", "kind", "rest"), SAID)
def test_an_agencys_word_is_told_from_its_headline(headline, kind, rest):
    said = of_headline(headline)

    assert (said.kind, said.rest) == (kind, rest)


@pytest.mark.parametrize("headline", PLAIN)
def test_plain_news_is_no_notice(headline):
    assert of_headline(headline).kind == ""


@pytest.mark.parametrize(
    "headline", ["(" * 5000, "UPDATE " * 5000, "- " * 5000 + "x", "KILL" * 3000, "А" * 100_000]
)
def test_odd_headlines_take_no_time(headline):
    import time

    begun = time.perf_counter()
    of_headline(headline)
    assert time.perf_counter() - begun < 0.5


@pytest.mark.parametrize(
    ("status", "signals", "kind"),
    [
        ("stat:canceled", (), "kill"),
        ("http://cv.iptc.org/newscodes/pubstatusg2/canceled", (), "kill"),
        ("withheld", (), "kill"),
        ("usable", ("sig:update", "sig:correction"), "correction"),
        ("usable", ("sig:atomic",), ""),
        ("", (), ""),
    ],
)
def test_codes_are_understood_with_and_without_their_scheme(status, signals, kind):
    assert of_codes(status, signals) == kind


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{",
        b"null",
        b"[" * 100_000,
        b'{"uri": {"a": 1}, "version": [1], "signals": 3}',
        b'{"uri": "x", "associations": ' + b'{"a":' * 500 + b"1" + b"}" * 500 + b"}",
        b"\xff\xfe\x00",
        b"<newsItem",
        b'<!DOCTYPE a [<!ENTITY b "c">]><newsItem guid="x"/>',
    ],
)
@pytest.mark.parametrize("kind", ["ninjs", "newsml", "feed"])
def test_hostile_documents_have_few_marks_and_break_nothing(kind, data):
    assert len(marks_of(kind, data)) <= 1
