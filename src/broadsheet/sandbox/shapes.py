"""The full set of keys of each object, as the pinned API version has them; a builder fills in what it knows."""

from __future__ import annotations

import copy
from typing import Any

from broadsheet.sandbox.errors import Json


def _with(nulls: str, **values: Any) -> Json:
    return dict.fromkeys(nulls.split()) | values


_ADDRESS = _with("city country line1 line2 postal_code state")
_NO_TAX: Json = {
    "enabled": False,
    "liability": None,
    "status": None,
    "disabled_reason": None,
    "provider": None,
}
_DISPUTE_EVIDENCE = _with(
    "access_activity_log billing_address cancellation_policy cancellation_policy_disclosure cancellation_rebuttal"
    " customer_communication customer_email_address customer_name customer_purchase_ip customer_signature"
    " duplicate_charge_documentation duplicate_charge_explanation duplicate_charge_id product_description receipt"
    " refund_policy refund_policy_disclosure refund_refusal_explanation service_date service_documentation"
    " shipping_address shipping_carrier shipping_date shipping_documentation shipping_tracking_number"
    " uncategorized_file uncategorized_text",
    enhanced_evidence={},
)

SHAPES: dict[str, Json] = {
    "product": _with(
        "default_price description package_dimensions shippable statement_descriptor tax_code unit_label url",
        active=True, images=[], marketing_features=[], metadata={}, type="service",
    ),
    "price": _with(
        "custom_unit_amount lookup_key nickname recurring tiers_mode transform_quantity",
        active=True, billing_scheme="per_unit", metadata={}, tax_behavior="unspecified", type="one_time",
    ),
    "tax_rate": _with(
        "country description effective_percentage flat_amount jurisdiction jurisdiction_level state tax_type",
        active=True, inclusive=False, metadata={}, rate_type="percentage",
    ),
    "coupon": _with(
        "amount_off currency duration_in_months max_redemptions name percent_off redeem_by",
        duration="once", metadata={}, times_redeemed=0, valid=True,
    ),
    "promotion_code": _with(
        "customer customer_account expires_at max_redemptions", active=True, metadata={}, times_redeemed=0,
        restrictions={"first_time_transaction": False, "minimum_amount": None, "minimum_amount_currency": None},
    ),
    "discount": _with(
        "checkout_session customer customer_account end invoice invoice_item promotion_code subscription"
        " subscription_item"
    ),
    "customer": _with(
        "address currency customer_account default_source description discount email name phone shipping test_clock",
        balance=0, delinquent=False, metadata={}, preferred_locales=[], tax_exempt="none", next_invoice_sequence=1,
        invoice_settings={
            "custom_fields": None, "default_payment_method": None, "footer": None, "rendering_options": None,
        },
    ),
    "payment_method": _with(
        "customer customer_account", allow_redisplay="unspecified", metadata={},
        billing_details=_with("email name phone tax_id", address=_ADDRESS),
    ),
    "payment_intent": _with(
        "application application_fee_amount automatic_payment_methods canceled_at cancellation_reason customer"
        " customer_account description excluded_payment_method_types last_payment_error latest_charge next_action"
        " on_behalf_of payment_method payment_method_configuration_details processing receipt_email review"
        " setup_future_usage shipping source statement_descriptor statement_descriptor_suffix transfer_data"
        " transfer_group managed_payments",
        amount_capturable=0, amount_details={"tip": {}}, amount_received=0, capture_method="automatic",
        confirmation_method="automatic", metadata={}, payment_method_options={}, payment_method_types=["card"],
        status="requires_payment_method",
    ),
    "setup_intent": _with(
        "application automatic_payment_methods cancellation_reason customer customer_account description"
        " excluded_payment_method_types flow_directions last_setup_error latest_attempt mandate next_action"
        " on_behalf_of payment_method payment_method_configuration_details single_use_mandate",
        metadata={}, payment_method_options={}, payment_method_types=["card"], status="requires_payment_method",
        usage="off_session",
    ),
    "charge": _with(
        "application application_fee application_fee_amount balance_transaction customer description"
        " failure_balance_transaction failure_code failure_message on_behalf_of payment_intent payment_method"
        " receipt_email receipt_number receipt_url review shipping source source_transfer statement_descriptor"
        " statement_descriptor_suffix transfer_data transfer_group",
        amount_captured=0, amount_refunded=0, calculated_statement_descriptor="BROADSHEET SANDBOX", captured=True,
        disputed=False, fraud_details={}, metadata={}, paid=True, refunded=False, status="succeeded",
        billing_details=_with("email name phone tax_id", address=_ADDRESS),
    ),
    "refund": _with(
        "balance_transaction customer customer_account payment_method reason receipt_number source_transfer_reversal"
        " transfer_reversal",
        destination_details={"card": {"type": "refund", "reference_status": "pending"}, "type": "card"}, metadata={},
        status="succeeded",
    ),
    "dispute": _with(
        "payment_intent", balance_transactions=[], evidence=_DISPUTE_EVIDENCE, enhanced_eligibility_types=[],
        is_charge_refundable=False, metadata={}, reason="fraudulent", status="needs_response",
        payment_method_details={
            "card": {"brand": "visa", "case_type": "chargeback", "network_reason_code": "10.4"}, "type": "card",
        },
    ),
    "subscription": _with(
        "application application_fee_percent billing_cycle_anchor_config billing_thresholds cancel_at canceled_at"
        " customer_account days_until_due default_payment_method default_source description ended_at latest_invoice"
        " next_pending_invoice_item_invoice on_behalf_of pause_collection pending_invoice_item_interval"
        " pending_setup_intent pending_update schedule test_clock transfer_data trial_end trial_start status_details managed_payments",
        automatic_tax={"enabled": False, "liability": None, "disabled_reason": None}, billing_schedules=[],
        billing_mode={"type": "flexible", "flexible": {"proration_discounts": "included"}},
        cancel_at_period_end=False, cancellation_details={"comment": None, "feedback": None, "reason": None},
        collection_method="charge_automatically", default_tax_rates=[], discounts=[], metadata={},
        invoice_settings={
            "account_tax_ids": None, "issuer": {"type": "self"}, "custom_fields": None, "description": None,
            "footer": None,
        },
        payment_settings={
            "payment_method_options": None, "payment_method_types": None, "save_default_payment_method": "off",
        },
        trial_settings={"end_behavior": {"missing_payment_method": "create_invoice"}},
    ),
    "subscription_item": _with(
        "billed_until billing_thresholds current_trial", discounts=[], metadata={}, quantity=1, tax_rates=[]
    ),
    "invoice": _with(
        "account_name account_tax_ids application automatically_finalizes_at custom_fields customer_account"
        " customer_address customer_email customer_name customer_phone customer_shipping default_payment_method"
        " default_source description due_date effective_at ending_balance footer from_invoice hosted_invoice_url"
        " invoice_pdf last_finalization_error latest_revision next_payment_attempt number on_behalf_of parent"
        " receipt_number shipping_cost shipping_details statement_descriptor status_details test_clock"
        " total_pretax_credit_amounts webhooks_delivered_at",
        account_country="US", amount_due=0, amount_overpaid=0, amount_paid=0, amount_remaining=0, amount_shipping=0,
        attempt_count=0, attempted=False, auto_advance=False, automatic_tax=_NO_TAX, billing_reason="manual",
        collection_method="charge_automatically", customer_tax_exempt="none", customer_tax_ids=[],
        default_tax_rates=[], discounts=[], issuer={"type": "self"}, metadata={}, starting_balance=0, status="draft",
        payment_settings={"default_mandate": None, "payment_method_options": None, "payment_method_types": None},
        post_payment_credit_notes_amount=0, pre_payment_credit_notes_amount=0, rendering=None,
        status_transitions=_with("finalized_at marked_uncollectible_at paid_at voided_at"),
        total_discount_amounts=[], total_taxes=[],
    ),
    "line_item": _with(
        "pretax_credit_amounts parent pricing subscription quantity_decimal", discount_amounts=[], discountable=True,
        discounts=[], metadata={}, quantity=1, taxes=[],
    ),
    "invoiceitem": _with(
        "customer_account description invoice parent pricing test_clock quantity_decimal", discountable=True,
        discounts=[], metadata={}, proration=False, quantity=1, tax_rates=[],
    ),
    "invoice_payment": _with(
        "amount_paid", is_default=True, status="open", status_transitions=_with("canceled_at paid_at")
    ),
    "checkout.session": _with(
        "adaptive_pricing after_expiration allow_promotion_codes billing_address_collection cancel_url"
        " client_reference_id client_secret collected_information consent consent_collection currency_conversion"
        " customer customer_account customer_creation customer_details customer_email integration_identifier invoice"
        " invoice_creation locale managed_payments origin_context payment_intent payment_link payment_method_collection"
        " payment_method_configuration_details permissions recovered_from saved_payment_method_options setup_intent"
        " shipping_address_collection shipping_cost submit_type subscription success_url url wallet_options",
        automatic_tax={"enabled": False, "liability": None, "status": None, "provider": None}, custom_fields=[],
        custom_text=_with("after_submit shipping_address submit terms_of_service_acceptance"), metadata={},
        payment_method_options={}, payment_method_types=["card"], payment_status="unpaid", shipping_options=[],
        phone_number_collection={"enabled": False}, status="open", ui_mode="hosted_page", discounts=[],
    ),
    "billing_portal.session": _with("customer_account flow locale on_behalf_of return_url"),
    "billing_portal.configuration": _with(
        "application default_return_url name", active=True, is_default=False, metadata={},
        business_profile={"headline": None, "privacy_policy_url": None, "terms_of_service_url": None},
        login_page={"enabled": False, "url": None},
        features={
            "customer_update": {"allowed_updates": [], "enabled": False},
            "invoice_history": {"enabled": True},
            "payment_method_update": {"enabled": True, "payment_method_configuration": None},
            "subscription_cancel": {
                "cancellation_reason": {"enabled": False, "options": []}, "enabled": True, "mode": "at_period_end",
                "proration_behavior": "none",
            },
            "subscription_update": {
                "default_allowed_updates": [], "enabled": False, "proration_behavior": "none",
                "schedule_at_period_end": {"conditions": []}, "trial_update_behavior": "end_trial",
                "billing_cycle_anchor": None,
            },
        },
    ),
    "webhook_endpoint": _with(
        "api_version application description", enabled_events=["*"], metadata={}, status="enabled"
    ),
    "test_helpers.test_clock": _with("name", status="ready", status_details={}),
    "balance_transaction": _with(
        "description exchange_rate", balance_type="payments", fee=0, fee_details=[], status="available"
    ),
    "event": _with("api_version", pending_webhooks=0),
}  # fmt: skip
_LIVEMODE_LESS = {"discount", "refund", "subscription_item", "balance_transaction"}


def shape(kind: str, **values: Any) -> Json:
    """A fresh object of this kind with every key it has at Stripe."""
    obj: Json = {"id": None, "object": kind} | copy.deepcopy(SHAPES[kind])
    if kind not in _LIVEMODE_LESS:
        obj["livemode"] = False
    return obj | values


def listed(data: list[Json], url: str, *, more: bool = False) -> Json:
    return {"object": "list", "data": data, "has_more": more, "url": url}
