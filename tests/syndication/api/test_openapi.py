"""The document says what is true, in the form that its standard asks for; and a page says it to people."""

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator, validate

from broadsheet.syndication.api import openapi
from broadsheet.syndication.api.routes import ROUTES

pytestmark = pytest.mark.django_db


def test_it_is_valid(paper, api):
    served = api.read("openapi.json")

    validate(served, cls=OpenAPIV31SpecValidator)
    assert served["openapi"].startswith("3.1")
    assert served == openapi.document()
    assert len(served["paths"]) == len(ROUTES) + 1


def test_every_field_is_in_it(paper, api):
    schemas = api.read("openapi.json")["components"]["schemas"]

    assert schemas["Story"]["required"] == ["id"]
    assert {"body_html", "is_whole", "corrections"} <= schemas["Story"]["properties"].keys()
    assert schemas["Trouble"]["required"] == ["type", "title", "status", "detail"]


def test_people_get_a_page_and_programs_an_index(paper, api):
    page = api.client.get("/api/v1/", headers={"Accept": "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8"})

    assert page.headers["Content-Type"].startswith("text/html")
    text = page.content.decode()
    for operation in openapi.document()["paths"].values():
        assert f'id="{operation["get"]["operationId"]}"' in text
    assert "Accept" in page.headers["Vary"]
    for accept in ("*/*", "application/json", ""):
        assert api.client.get("/api/v1/", headers={"Accept": accept}).json()["links"]["stories"]
