"""The page reader on real pages whose truth is known. The floors are what was measured, less a margin of two pages."""

from tests.intake.corpora import ours, peers, score_readability, score_trafilatura

LIMIT = 120


def test_headlines_and_bylines_of_saved_pages(corpora):
    score = score_readability(corpora / "corpora" / "extract-readability", ours)

    assert score.pages == 130
    assert score.title >= 89, "\n".join(score.missed)
    assert score.byline >= 56, "\n".join(score.missed)


def test_text_without_furniture_and_better_headlines_than_the_library_alone(corpora):
    folder = corpora / "corpora" / "extract-trafilatura"
    score, peer = score_trafilatura(folder, ours, LIMIT), score_trafilatura(folder, peers, LIMIT)

    assert score.f1 >= 0.90
    assert score.f1 >= peer.f1 - 0.02
    assert score.title > peer.title * 1.15
    assert score.byline >= peer.byline * 0.95
    assert score.kept >= peer.kept
