"""Invoices, credit notes and pro-forma invoices as PDF, in every script that the paper is printed in."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings
from django.http import HttpResponse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from fpdf import FPDF, XPos, YPos

from .models import Invoice
from .money import Money
from .taxes import country_name
from .wording import day, language_of

FONTS = Path(__file__).resolve().parent / "fonts"
MARGIN = 20
LINE = 6


def pdf(invoice: Invoice, language: str = "") -> bytes:
    """The paper of one numbered invoice; the same bytes whenever it is asked for in that language."""
    language = language or language_of(invoice.reader)
    with translation.override(language):
        return bytes(_Sheet(invoice, language).drawn().output())


def answer(invoice: Invoice) -> HttpResponse:
    """The paper as a file that nobody on the way keeps."""
    response = HttpResponse(pdf(invoice), content_type="application/pdf")
    response.headers["Content-Disposition"] = f'inline; filename="{invoice.number}.pdf"'
    response.headers["Cache-Control"] = "private, no-store"
    return response


class _Sheet:
    """One A4 page. The start of a line is on the left, or on the right in right-to-left languages."""

    def __init__(self, invoice: Invoice, language: str) -> None:
        self.invoice, self.language = invoice, language
        self.is_rtl = translation.get_language_bidi()
        self.start, self.end = ("R", "L") if self.is_rtl else ("L", "R")
        self.page = FPDF(format="A4")
        self.page.set_margins(MARGIN, MARGIN)
        self.page.add_font("paper", "", FONTS / "DejaVuSans.ttf")
        self.page.add_font("paper", "B", FONTS / "DejaVuSans-Bold.ttf")
        self.page.set_text_shaping(use_shaping_engine=True, direction="rtl" if self.is_rtl else "ltr")
        self.page.set_title(self._title())
        self.page.set_creation_date(invoice.issued_at or timezone.now())
        self.page.set_lang(language)
        self.page.add_page()

    def drawn(self) -> FPDF:
        """The page with everything on it."""
        self._head()
        self._parties()
        self._lines()
        self._sums()
        self._foot()
        return self.page

    def _title(self) -> str:
        words = {
            "invoice": _("Invoice"),
            "pro_forma": _("Pro-forma invoice"),
            "credit_note": _("Credit note"),
        }
        return f"{words[self.invoice.kind]} {self.invoice.number or ''}".strip()

    def _head(self) -> None:
        self._say(self.invoice.seller.get("name") or settings.PAPER.name, bold=True, size=11)
        self.page.ln(10)
        self._say(self._title(), bold=True, size=18, height=10)
        self._say(day(self.invoice.issued_at, self.language))
        if self.invoice.corrects:
            self._say(_("Corrects invoice %s") % self.invoice.corrects.number)
        if self.invoice.period_start and self.invoice.period_end:
            span = f"{day(self.invoice.period_start, self.language)} – {day(self.invoice.period_end, self.language)}"
            self._say(_("Period: %s") % span)
        self.page.ln(8)

    def _parties(self) -> None:
        """Seller and buyer, side by side."""
        half = (self.page.epw - 10) / 2
        top = self.page.get_y()
        sides = [
            (pgettext("invoice", "From"), self.invoice.seller),
            (pgettext("invoice", "To"), self.invoice.buyer),
        ]
        bottoms = []
        for place, (label, party) in enumerate(reversed(sides) if self.is_rtl else sides):
            self.page.set_xy(MARGIN + place * (half + 10), top)
            left = self.page.get_x()
            for number, text in enumerate([label, *_party_lines(party, self.language)]):
                self.page.set_x(left)
                self._font(bold=number == 0, size=9)
                self.page.multi_cell(half, 5, text, align=self.start, new_x=XPos.LEFT, new_y=YPos.NEXT)
            bottoms.append(self.page.get_y())
        self.page.set_y(max(bottoms) + 10)

    def _lines(self) -> None:
        self._row(_("What"), _("Amount"), bold=True)
        self._rule()
        for line in self.invoice.lines or [{"label": self._title(), "amount": self.invoice.net}]:
            self._row(str(line.get("label", "")), self._money(int(line.get("amount", 0))))
        self._rule()

    def _sums(self) -> None:
        invoice = self.invoice
        self._row(_("Net"), self._money(invoice.net))
        if invoice.tax:
            self._row(invoice.tax_label or _tax_words(invoice), self._money(invoice.tax))
        self._row(_("Total"), self._money(invoice.total), bold=True)
        if invoice.kind == "invoice":
            self._row(_("Paid"), self._money(invoice.paid))

    def _foot(self) -> None:
        self.page.ln(10)
        if self.invoice.kind == "pro_forma":
            self._say(_("Please transfer to"), bold=True)
            for line in str(self.invoice.seller.get("bank_details", "")).splitlines():
                self._say(line)
            self._say(_("Reference: %s") % self.invoice.ref)
            if self.invoice.due_at:
                self._say(_("Due: %s") % day(self.invoice.due_at, self.language))
        if address := self.invoice.seller.get("email"):
            self._say(_("Questions: %s") % address, size=8)

    def _font(self, *, bold: bool = False, size: int = 10) -> None:
        self.page.set_font("paper", "B" if bold else "", size)

    def _say(self, text: str, *, bold: bool = False, size: int = 10, height: int = LINE) -> None:
        self._font(bold=bold, size=size)
        self.page.multi_cell(0, height, text, align=self.start, new_x=XPos.LMARGIN, new_y=YPos.NEXT)

    def _row(self, label: str, amount: str, *, bold: bool = False) -> None:
        self._font(bold=bold)
        top, wide = self.page.get_y(), self.page.epw - 45
        label_at, amount_at = (MARGIN + 45, MARGIN) if self.is_rtl else (MARGIN, MARGIN + wide)
        self.page.set_xy(label_at, top)
        self.page.multi_cell(wide, LINE, label, align=self.start, new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        bottom = self.page.get_y()
        self.page.set_xy(amount_at, top)
        self.page.cell(45, LINE, amount, align=self.end)
        self.page.set_xy(MARGIN, bottom)

    def _rule(self) -> None:
        self.page.ln(1)
        self.page.line(MARGIN, self.page.get_y(), MARGIN + self.page.epw, self.page.get_y())
        self.page.ln(2)

    def _money(self, amount: int) -> str:
        return Money(amount, self.invoice.currency).text(self.language)


def _tax_words(invoice: Invoice) -> str:
    """The rate as it comes out of the amounts, where the gateway named none."""
    rate = f" {round(invoice.tax * 1000 / invoice.net) / 10:g} %" if invoice.net else ""
    return _("Tax") + rate


def _party_lines(party: dict[str, str], language: str) -> list[str]:
    named = {**party, "country": country_name(party.get("country", ""), language)}
    kept = (named.get(name, "") for name in ("name", "address", "country", "tax_id", "email"))
    return [line.strip() for text in kept for line in str(text).splitlines() if line.strip()]
