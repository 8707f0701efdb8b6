import pytest
from lxml import etree

from broadsheet.intake.readers.page import furniture, gaps, markup
from broadsheet.intake.readers.page.bylines import of_page
from broadsheet.intake.readers.page.words import byline_names

PROSE = "The bridge over the river opened on Monday after a year of works, and hundreds of people came to see the mayor cut the ribbon."
MORE_PROSE = "Traffic will be led over it from Tuesday on, the ministry said, while the old one is closed for repair until May."


def cleared(*lines: str) -> list[str]:
    body = etree.fromstring(f"<body>{''.join(lines)}</body>")
    return ["".join(child.itertext()) for child in furniture.cleared(body) if child.tag != "graphic"]


@pytest.mark.parametrize(
    "heading", ["Auch interessant:", "À lire aussi", "Temas relacionados", "Related stories", "Leggi anche"]
)
def test_what_follows_a_heading_for_other_stories_is_not_the_storys(heading):
    found = cleared(
        f"<p>{PROSE}</p>", f"<p>{MORE_PROSE}</p>", f"<head>{heading}</head>", "<p>Mayor wins again</p>"
    )

    assert found == [PROSE, MORE_PROSE]


def test_a_link_to_another_story_between_two_paragraphs_goes_and_prose_with_a_link_stays():
    linked = f'<p><ref target="https://a.example/b">The ministry</ref> {MORE_PROSE}</p>'
    found = cleared(f"<p>{PROSE}</p>", '<p><ref target="/x">Old bridge closes for a year</ref></p>', linked)

    assert found == [PROSE, f"The ministry {MORE_PROSE}"]


@pytest.mark.parametrize(
    "heading",
    ["Share prices", "Search for a site", "Home of the bridge", "Recommended dose", "Auch auf dem Land"],
)
def test_a_subheading_that_begins_like_furniture_stays(heading):
    assert heading in cleared(f"<p>{PROSE}</p>", f"<head>{heading}</head>", f"<p>{MORE_PROSE}</p>")


def test_a_credited_line_beside_a_picture_is_its_caption():
    body = etree.fromstring(
        f'<body><graphic src="/a.jpg"/><p>The new bridge at dawn. © Jane Roe</p><p>{PROSE}</p></body>'
    )

    assert [child.tag for child in furniture.cleared(body)] == ["graphic", "p"]
    assert body[0].get("caption") == "The new bridge at dawn. © Jane Roe"


def test_a_paragraph_lost_between_two_is_put_back_with_its_links():
    page = markup.tree_of(
        f'<html><body><article><p>{PROSE}</p><p>Lost <a href="https://a.example/">words</a> about the old bridge and its keeper.</p>'
        f"<p>{MORE_PROSE}</p></article></body></html>",
        "page",
    )
    body = etree.fromstring(f"<body><p>{PROSE}</p><p>{MORE_PROSE}</p></body>")

    assert ["".join(p.itertext()) for p in gaps.filled(body, page)][1].startswith("Lost words about")
    assert body[1].find("ref").get("target") == "https://a.example/"


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("Veröffentlicht von Chris Jung", ("Chris Jung",)),
        (
            "Posted by Nathan Parker, Varun Khaneja and Eric Mill",
            ("Nathan Parker", "Varun Khaneja", "Eric Mill"),
        ),
        ("View all posts by Daniel Lemire", ("Daniel Lemire",)),
        ("By Jane Roe March 11, 2015 3:46 PM", ("Jane Roe",)),
        ("Jane Roe, Senior Staff Technologist, Speech and Technology Project", ("Jane Roe",)),
        ("By Ann Author and Bob Writer", ("Ann Author", "Bob Writer")),
        ("Williams Perdomo @wperdomo", ("Williams Perdomo",)),
    ],
)
def test_names_lose_what_stands_around_them(line, names):
    assert byline_names(line) == names


def test_the_names_beside_the_story_are_its_authors_and_those_of_other_stories_are_not():
    page = markup.tree_of(
        '<html><body><div class="related"><p class="byline">By Other Person</p></div>'
        '<div><p class="byline">By Jane Roe</p></div><div><div><div><p class="byline">By Third Person</p></div></div></div></body></html>',
        "page",
    )

    assert of_page(page, {}, [], {}, (), ()) == ("Jane Roe",)


def test_an_author_named_by_the_id_of_another_node_is_found_and_the_site_is_no_author():
    page = markup.tree_of("<html><body><p>Text</p></body></html>", "page")
    articles = [{"author": {"@id": "#jane"}}]

    assert of_page(page, {}, articles, {"#jane": "Jane Roe"}, (), ()) == ("Jane Roe",)
    assert of_page(page, {"author": "Morning Post"}, [], {}, ("Morning-Post",), ()) == ()
