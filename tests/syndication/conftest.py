import pytest

from tests.factories import make_paper


@pytest.fixture
def paper(db):
    return make_paper()
