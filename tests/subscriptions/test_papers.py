from __future__ import annotations

import pytest

from broadsheet.readers.models import User
from broadsheet.subscriptions import ledger, papers
from broadsheet.subscriptions.models import Invoice, Price, Seller

from .test_ledger import life

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("language", ["en", "az", "ru", "ar"])
def test_an_invoice_is_the_same_paper_every_time(reader: User, price: Price, language: str) -> None:
    Seller.objects.create(name="Qəzet MMC", address="Bakı", tax_id="1234567890")
    ledger.record("test", life(reader))
    for invoice in Invoice.objects.all():
        paper = papers.pdf(invoice, language)
        assert paper.startswith(b"%PDF")
        assert paper == papers.pdf(invoice, language)
