"""The gateway in memory, for the pages that sell; and a whole paper with the sandbox, where only that will do."""

from collections.abc import Iterator

import pytest

from tests.subscriptions.conftest import gateway, price, reader

from .selling import Paper

__all__ = ["gateway", "price", "reader"]


@pytest.fixture(scope="session")
def selling_paper(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Paper]:
    """Started once for all that use it: they are of one xdist group, "a paper that sells"."""
    made = Paper(tmp_path_factory.mktemp("selling") / "paper")
    yield made
    made.stop()
