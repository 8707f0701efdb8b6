"""What the demo paper sells, and who has bought it: three plans, a subscriber who pays by transfer, a group."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.utils import timezone

from broadsheet.readers.models import User
from broadsheet.subscriptions import buying
from broadsheet.subscriptions.gateways.invoice import InvoiceGateway
from broadsheet.subscriptions.gateways.protocol import Order
from broadsheet.subscriptions.models import (
    Group,
    Invoice,
    Notice,
    Plan,
    Price,
    PromotionCode,
    Seat,
    Seller,
    TaxRate,
)

from .roles import SUBSCRIBER

# (slug, name, summary, benefits, scopes, trial days; monthly in cents, qəpik and cents)
PLANS = (
    (
        "reader",
        "Reader",
        "Every story",
        "Every story, analysis and investigation\nFive stories a month to give away",
        ["stories"],
        0,
        {"EUR": 499, "USD": 549, "AZN": 890},
    ),
    (
        "complete",
        "Complete",
        "Every story, back to 1921",
        "Everything in Reader\nThe archive\nThe e-paper",
        ["stories", "archive", "epaper"],
        14,
        {"EUR": 899, "USD": 999, "AZN": 1590},
    ),
    (
        "patron",
        "Patron",
        "For those who want more of it",
        "Everything in Complete\nNo advertising\nA letter from the editor each month",
        ["stories", "archive", "epaper", "ad-free"],
        0,
        {"EUR": 1900, "USD": 2100, "AZN": 3400},
    ),
)
# (slug, language): name, summary, benefits
WORDS = {
    ("reader", "az"): (
        "Oxucu",
        "Bütün xəbərlər",
        "Bütün xəbərlər, təhlillər və araşdırmalar\nAyda beş xəbəri dostlarınıza hədiyyə etmək imkanı",
    ),
    ("reader", "ru"): (
        "Читатель",
        "Все материалы",
        "Все новости, аналитика и расследования\nПять материалов в месяц в подарок друзьям",
    ),
    ("reader", "ar"): (
        "القارئ",
        "جميع المواد",
        "جميع الأخبار والتحليلات والتحقيقات\nخمس مواد شهريًا تهديها لأصدقائك",
    ),
    ("complete", "az"): (
        "Tam",
        "1921-ci ildən bəri bütün xəbərlər",
        "“Oxucu” planına daxil olan hər şey\nArxiv\nQəzetin elektron nömrəsi",
    ),
    ("complete", "ru"): (
        "Полная",
        "Все материалы с 1921 года",
        "Всё, что входит в подписку «Читатель»\nАрхив\nЭлектронный выпуск газеты",
    ),
    ("complete", "ar"): (
        "الكامل",
        "جميع المواد منذ عام 1921",
        "كل ما في اشتراك «القارئ»\nالأرشيف\nالنسخة الإلكترونية من الصحيفة",
    ),
    ("patron", "az"): (
        "Himayədar",
        "Qəzetə dəstək olmaq istəyənlər üçün",
        "“Tam” planına daxil olan hər şey\nReklamsız səhifələr\nHər ay baş redaktordan məktub",
    ),
    ("patron", "ru"): (
        "Меценат",
        "Для тех, кто хочет поддержать газету",
        "Всё, что входит в подписку «Полная»\nБез рекламы\nПисьмо главного редактора каждый месяц",
    ),
    ("patron", "ar"): (
        "الداعم",
        "لمن يريد أن يدعم الصحيفة",
        "كل ما في اشتراك «الكامل»\nبلا إعلانات\nرسالة شهرية من رئيس التحرير",
    ),
}
SUBSCRIBED_AT = UUID("5a1c2c60-93c4-4d0e-9a54-6f1f0f3f5c11")


def open_shop() -> None:
    """Plans, prices, seller, codes; a subscriber and a group that read."""
    _seller()
    for position, (slug, name, summary, benefits, scopes, trial, amounts) in enumerate(PLANS):
        plan = Plan.objects.create(
            slug=slug,
            name=name,
            summary=summary,
            benefits=benefits,
            words={
                language: dict(zip(("name", "summary", "benefits"), texts, strict=True))
                for (named, language), texts in WORDS.items()
                if named == slug
            },
            scopes=scopes,
            trial_days=trial,
            position=position,
            is_recommended=slug == "complete",
        )
        for currency, amount in amounts.items():
            intro = {"intro_amount": 100, "intro_periods": 3} if slug == "reader" else {}
            Price.objects.create(plan=plan, currency=currency, amount=amount, **intro)
            Price.objects.create(plan=plan, interval="year", currency=currency, amount=amount * 10)
    PromotionCode.objects.create(code="KARVAN", percent_off=25, periods=6)
    _subscriber()
    _group()
    # What the build pretends to have happened is no news to anybody.
    Notice.objects.all().delete()


def _seller() -> None:
    TaxRate.objects.create(country="AZ", name="VAT", basis_points=1800)
    seller = Seller.current()
    seller.name, seller.country = "Karvan Courier Staff Company", "AZ"
    seller.address, seller.tax_id = "4 Ferry Street\nKarvan", "KC-1921-04"
    seller.email, seller.invoice_prefix = "subscriptions@courier.example", "KC"
    seller.bank_details = "National Bank of Karvan\nIBAN KV00 1921 0000 0000 0004"
    seller.retention_code = PromotionCode.objects.create(code="STAY", percent_off=50, periods=3)
    seller.save()


def _subscriber() -> None:
    person = User.objects.create_user(SUBSCRIBER, first_name="Sara", last_name="Demirel")
    price = Price.objects.select_related("plan").get(
        plan__slug="complete", interval="month", currency="EUR", replaced_at=None
    )
    gateway = InvoiceGateway()
    page = gateway.begin(
        Order(
            key=str(SUBSCRIBED_AT),
            email=person.email,
            language="en",
            return_url="/",
            cancel_url="/",
            reader=person.pk,
            terms=buying.terms_of(price),
            tax_name="VAT",
            tax_basis_points=1800,
            country="AZ",
        )
    )
    bill = Invoice.objects.get(gateway=gateway.name, ref=page.ref)
    gateway.record_payment(bill.ref, bill.total, bill.currency, timezone.now().date(), key="demo-paid")


def _group() -> None:
    manager = User.objects.create_user("library@karvan.example", first_name="Orkhan", last_name="Rzayev")
    group = Group.objects.create(
        name="Karvan City Library",
        plan=Plan.objects.get(slug="complete"),
        manager=manager,
        seats=10,
        domains="library.karvan.example",
        networks="192.0.2.0/24",
        starts_at=timezone.now() - timedelta(days=30),
    )
    for name in ("reading-room", "archive"):
        Seat.objects.create(group=group, email=f"{name}@library.karvan.example")
