"""Every address of the API: from here come the URL patterns, the OpenAPI document and the page that explains them."""

from __future__ import annotations

from . import asking, finding, shapes
from .answering import Route

ID = {"pk": "int"}
ROUTES = (
    Route("", "index", "The paper, and where everything is", finding.index, asking.One, shapes.Index),
    Route(
        "stories",
        "stories",
        "Stories, newest first",
        finding.stories,
        asking.Stories,
        shapes.Story,
        is_list=True,
    ),
    Route(
        "stories/<int:pk>", "story", "One story", finding.story, asking.OneStory, shapes.Story, has_gone=True
    ),
    Route(
        "sections",
        "sections",
        "Sections, newest first",
        finding.sections,
        asking.Sections,
        shapes.Section,
        is_list=True,
    ),
    Route("sections/<int:pk>", "section", "One section", finding.section, asking.One, shapes.Section),
    Route(
        "authors",
        "authors",
        "Authors, newest first",
        finding.authors,
        asking.Authors,
        shapes.Author,
        is_list=True,
    ),
    Route("authors/<int:pk>", "author", "One author", finding.author, asking.One, shapes.Author),
    Route(
        "topics", "topics", "Topics, newest first", finding.topics, asking.Topics, shapes.Topic, is_list=True
    ),
    Route("topics/<int:pk>", "topic", "One topic", finding.topic, asking.One, shapes.Topic),
    Route(
        "galleries",
        "galleries",
        "Galleries, newest first",
        finding.galleries,
        asking.Galleries,
        shapes.Gallery,
        is_list=True,
    ),
    Route("galleries/<int:pk>", "gallery", "One gallery", finding.gallery, asking.One, shapes.Gallery),
    Route(
        "pictures",
        "pictures",
        "Pictures, newest first",
        finding.pictures,
        asking.Pictures,
        shapes.Picture,
        is_list=True,
    ),
    Route("pictures/<int:pk>", "picture", "One picture", finding.picture, asking.One, shapes.Picture),
    Route(
        "search", "search", "Stories by their words", finding.search, asking.Search, shapes.Hit, is_list=True
    ),
)
