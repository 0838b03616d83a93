#!/usr/bin/env python3
"""Objects of Stripe as its API sends them, with values of our own: what the contract's samples show, in both shapes.

    stripe.py world KIND            the objects of that kind of the world that tests/scenarios/26_stripe.sh begins with
    stripe.py BUILDER NAME=VALUE …  one object; a value is JSON, or else text

Times are seconds; T is 2026-11-02T09:00:00Z. "live" says the mode of every object.
"""
import json
import sys

T = 1793610000
DAY = 86400
MONTH = 30 * DAY


def listed(rows, url):
    return {"object": "list", "has_more": False, "url": url, "data": rows}


def line(id, amount, quantity=1, product="prod_weld", price="price_weldmonth", subscription=None, description="1 × Welding (at $20.00 / month)", old=False,
         proration=False, discount=0, tax=0, inclusive=0, currency="usd", metadata=None, start=T):
    it = {"id": id, "object": "line_item", "amount": amount, "currency": currency, "description": description, "discountable": True,
          "discount_amounts": [{"amount": discount, "discount": "di_1"}] if discount else [], "livemode": True, "metadata": metadata or {},
          "period": {"start": start, "end": start + MONTH}, "quantity": quantity}
    taxes = ([{"amount": tax, "tax_behavior": "exclusive", "inclusive": False}] if tax else []) + \
            ([{"amount": inclusive, "tax_behavior": "inclusive", "inclusive": True}] if inclusive else [])
    if old:
        it.update(type="subscription" if subscription else "invoiceitem", proration=proration, subscription=subscription, tax_amounts=taxes,
                  price={"id": price, "object": "price", "product": product, "currency": currency, "unit_amount": amount, "metadata": {}},
                  plan={"id": price, "object": "plan", "product": product})
    else:
        it.update(taxes=taxes, pricing={"type": "price_details", "price_details": {"price": price, "product": product},
                                        "unit_amount_decimal": str(amount // quantity if quantity else amount)},
                  parent={"type": "subscription_item_details", "invoice_item_details": None,
                          "subscription_item_details": {"invoice_item": None, "proration": proration, "subscription": subscription,
                                                        "subscription_item": "si_1"}})
    return it


def invoice(id, status="paid", number=None, lines=None, total=None, paid=None, created=T, customer="cus_ana", email="ana@example.test", name="Ana Díaz",
            currency="usd", subscription=None, old=False, pi=None, charge=None, payments=None, metadata=None, submeta=None, out_of_band=False, tax=0,
            discount=0, live=True, paid_at=None, **more):
    lines = lines if lines is not None else [line("il_" + id[3:], 2000, subscription=subscription, old=old, currency=currency, start=created)]
    total = total if total is not None else sum(r["amount"] for r in lines)
    paid = paid if paid is not None else (total if status == "paid" else 0)
    paid_at = paid_at or (created + 60 if status == "paid" else None)
    it = {"id": id, "object": "invoice", "account_country": "US", "amount_due": total, "amount_paid": paid, "amount_remaining": total - paid,
          "billing_reason": "subscription_cycle" if subscription else "manual", "created": created, "currency": currency, "customer": customer,
          "customer_email": email, "customer_name": name, "due_date": None, "effective_at": None if status == "draft" else created,
          "lines": listed(lines, "/v1/invoices/%s/lines" % id), "livemode": live, "metadata": metadata or {},
          "number": None if status == "draft" else (number or "W-" + id[3:]), "period_start": created - MONTH, "period_end": created, "shipping_cost": None,
          "status": status, "status_transitions": {"finalized_at": None if status == "draft" else created, "marked_uncollectible_at": None,
                                                   "paid_at": paid_at, "voided_at": None},
          "subtotal": sum(r["amount"] for r in lines), "total": total,
          "total_discount_amounts": [{"amount": discount, "discount": "di_1"}] if discount else []}
    taxes = [{"amount": tax, "tax_behavior": "exclusive", "inclusive": False}] if tax else []
    if old:
        it.update(paid=status == "paid", paid_out_of_band=out_of_band, charge=charge, payment_intent=pi, subscription=subscription, total_tax_amounts=taxes,
                  subscription_details={"metadata": submeta or {}} if subscription else None)
    else:
        if payments is None and status == "paid" and paid and pi:
            payments = [{"id": "inpay_" + id[3:], "object": "invoice_payment", "amount_paid": paid, "amount_requested": paid, "created": created,
                         "currency": currency, "invoice": id, "is_default": True, "livemode": live,
                         "payment": {"type": "payment_intent", "payment_intent": pi}, "status": "paid",
                         "status_transitions": {"canceled_at": None, "paid_at": paid_at}}]
        it.update(amount_overpaid=0, total_taxes=taxes, payments=listed(payments or [], "/v1/invoice_payments?invoice=" + id),
                  parent={"type": "subscription_details", "quote_details": None,
                          "subscription_details": {"subscription": subscription, "metadata": submeta or {}}} if subscription else None)
    it.update(more)
    return it


def subscription(id, status="active", created=T, old=False, period_end=None, ended_at=None, cancel_at=None, at_end=False, canceled_at=None, paused=False,
                 product="prod_weld", price="price_weldmonth", quantity=1, live=True, **more):
    end = period_end or created + MONTH
    item = {"id": "si_" + id[4:], "object": "subscription_item", "created": created, "metadata": {}, "quantity": quantity, "subscription": id,
            "price": {"id": price, "object": "price", "product": product, "currency": "usd", "unit_amount": 2000, "unit_amount_decimal": "2000",
                      "recurring": {"interval": "month", "interval_count": 1}}}
    it = {"id": id, "object": "subscription", "cancel_at": cancel_at, "cancel_at_period_end": at_end, "canceled_at": canceled_at, "created": created,
          "currency": "usd", "customer": "cus_ana", "ended_at": ended_at, "latest_invoice": None, "livemode": live, "metadata": {},
          "pause_collection": {"behavior": "keep_as_draft", "resumes_at": None} if paused else None, "start_date": created, "status": status,
          "test_clock": None, "trial_start": None, "trial_end": None, "items": listed([item], "/v1/subscription_items?subscription=" + id)}
    if old:
        it.update(current_period_start=created, current_period_end=end)
    else:
        item.update(current_period_start=created, current_period_end=end)
    it.update(more)
    return it


def charge(id, amount=2000, created=T, currency="usd", pi=None, status="succeeded", captured=True, taken=None, email="ana@example.test", name="Ana Díaz",
           customer="cus_ana", metadata=None, live=True, **more):
    it = {"id": id, "object": "charge", "amount": amount, "amount_captured": (amount if taken is None else taken) if captured else 0, "amount_refunded": 0,
          "balance_transaction": "txn_" + id[3:], "billing_details": {"email": email, "name": name, "phone": None, "address": None}, "captured": captured,
          "created": created, "currency": currency, "customer": customer, "description": None, "disputed": False, "failure_code": None, "livemode": live,
          "metadata": metadata or {}, "paid": status == "succeeded", "payment_intent": pi, "receipt_email": None, "refunded": False, "status": status}
    it.update(more)
    return it


def refund(id, amount, charge, pi=None, created=T, currency="usd", status="succeeded", txn="txn", **more):
    it = {"id": id, "object": "refund", "amount": amount, "balance_transaction": "txn_" + id[3:] if txn == "txn" else txn, "charge": charge,
          "created": created, "currency": currency, "metadata": {}, "payment_intent": pi, "reason": None, "status": status}
    it.update(more)
    return it


def dispute(id, amount, charge, pi=None, created=T, currency="usd", status="needs_response", live=True, won_at=None, **more):
    rows = [] if status.startswith("warning") else [
        {"id": "txn_" + id[3:], "object": "balance_transaction", "amount": -amount, "fee": 1500, "net": -amount - 1500, "created": created,
         "currency": currency, "type": "adjustment", "reporting_category": "dispute", "source": id}]
    if won_at:
        rows.append({"id": "txn_%s_back" % id[3:], "object": "balance_transaction", "amount": amount, "fee": 0, "net": amount, "created": won_at,
                     "currency": currency, "type": "adjustment", "reporting_category": "dispute_reversal", "source": id})
    it = {"id": id, "object": "dispute", "amount": amount, "balance_transactions": rows, "charge": charge, "created": created, "currency": currency,
          "livemode": live, "metadata": {}, "payment_intent": pi, "reason": "fraudulent", "status": status}
    it.update(more)
    return it


def session(id, amount=9000, created=T, pi=None, payment_status="paid", status="complete", mode="payment", currency="usd", discount=0, learner=None,
            learner_name=None, metadata=None, invoice=None, subscription=None, reference=None, email="buyer@example.test", live=True, **more):
    fields = [{"key": "learner_email", "label": {"type": "custom", "custom": "Learner e-mail"}, "optional": False, "type": "text",
               "text": {"value": learner, "default_value": None}}] if learner else []
    if learner_name:
        fields.append({"key": "learner", "label": {"type": "custom", "custom": "Learner name"}, "optional": True, "type": "text",
                       "text": {"value": learner_name}})
    it = {"id": id, "object": "checkout.session", "amount_subtotal": amount + discount, "amount_total": amount, "client_reference_id": reference,
          "created": created, "currency": currency, "custom_fields": fields, "customer": None,
          "customer_details": {"email": email, "name": "Dana Buyer", "phone": None, "address": None, "tax_exempt": "none", "tax_ids": []},
          "customer_email": None, "invoice": invoice, "livemode": live, "metadata": metadata or {}, "mode": mode, "payment_intent": pi,
          "payment_link": None, "payment_status": payment_status, "shipping_cost": None, "status": status, "subscription": subscription,
          "total_details": {"amount_discount": discount, "amount_shipping": 0, "amount_tax": 0}}
    it.update(more)
    return it


def item(id, amount, quantity=1, discount=0, product="prod_cpr", price="price_cpronce", description="CPR (online)", currency="usd"):
    return {"id": id, "object": "item", "amount_discount": discount, "amount_subtotal": amount + discount, "amount_tax": 0, "amount_total": amount,
            "currency": currency, "description": description, "quantity": quantity,
            "price": {"id": price, "object": "price", "product": product, "currency": currency, "type": "one_time", "metadata": {}}}


def credit_note(id, invoice, rows, created=T, currency="usd", status="issued", out_of_band=0, live=True, **more):
    total = sum(r["amount"] for r in rows)
    it = {"id": id, "object": "credit_note", "amount": total, "created": created, "currency": currency, "customer": "cus_ana", "effective_at": created,
          "invoice": invoice, "lines": listed(rows, "/v1/credit_notes/%s/lines" % id), "livemode": live, "metadata": {}, "number": "CN-" + id[3:],
          "out_of_band_amount": out_of_band, "status": status, "subtotal": total, "total": total, "type": "post_payment"}
    it.update(more)
    return it


def note_line(id, amount, invoice_line=None, quantity=1):
    return {"id": id, "object": "credit_note_line_item", "amount": amount, "description": "Welding", "discount_amount": 0, "livemode": True,
            "invoice_line_item": invoice_line, "quantity": quantity, "tax_amounts": [], "tax_rates": []}


def event(id, type, object, of, created=T, live=True, **more):
    """Its object is as it was then, in whatever version: here with nothing right but the id."""
    it = {"id": id, "object": "event", "api_version": "2024-06-20", "created": created, "livemode": live, "pending_webhooks": 0, "type": type,
          "request": {"id": None, "idempotency_key": None},
          "data": {"object": dict({"id": of, "object": object, "amount_paid": 1, "currency": "xxx", "status": "lies"}, **more)}}
    return it


def txn(id, amount, type="charge", source=None, fee=0, created=T, available=None, payout=None, category=None, description=None, currency="usd"):
    return {"id": id, "object": "balance_transaction", "amount": amount, "available_on": available or created, "created": created, "currency": currency,
            "description": description, "exchange_rate": None, "fee": fee, "fee_details": [], "net": amount - fee, "reporting_category": category or type,
            "source": source, "status": "available", "type": type, "_payout": payout}


def payout(id, amount, created=T, status="paid", automatic=True, currency="usd", live=True, **more):
    it = {"id": id, "object": "payout", "amount": amount, "arrival_date": created + DAY, "automatic": automatic, "balance_transaction": "txn_" + id[3:],
          "created": created, "currency": currency, "failure_balance_transaction": None, "livemode": live, "method": "standard", "status": status,
          "type": "bank_account"}
    it.update(more)
    return it


def customer(id, email=None, name=None, deleted=False, live=True):
    if deleted:
        return {"id": id, "object": "customer", "deleted": True}
    return {"id": id, "object": "customer", "created": T, "email": email, "name": name, "livemode": live, "metadata": {}, "phone": None}


def world(kind):
    sub = {"submeta": {"userid": "42", "orderid": "17"}}
    worlds = {
        "invoices": lambda: [
            # Paid, of old and of now; open; void; uncollectible; a draft; currencies without and with three decimals, and the odd ones.
            invoice("in_old", old=True, number="W-1", subscription="sub_old", charge="ch_old", pi="pi_old", created=T - 9 * DAY, **sub),
            invoice("in_now", number="W-2", subscription="sub_now", pi="pi_now", created=T - 8 * DAY, **sub),
            invoice("in_open", "open", number="W-3", subscription="sub_late", customer="cus_ben", email="ben@example.test", name="Ben Öz", **sub),
            invoice("in_void", "void", number="W-4"),
            invoice("in_bad", "uncollectible", number="W-5", created=T - 5 * DAY),
            invoice("in_draft", "draft", subscription="sub_now"),
            invoice("in_yen", number="W-6", currency="jpy", pi="pi_yen", lines=[line("il_yen", 12000, currency="jpy")]),
            invoice("in_dinar", number="W-7", currency="kwd", pi="pi_dinar", lines=[line("il_dinar", 12340, currency="kwd")]),
            invoice("in_shilling", number="W-8", currency="ugx", pi="pi_shilling", lines=[line("il_shilling", 500000, currency="ugx")]),
            invoice("in_ariary", number="W-9", currency="mga", pi="pi_ariary", lines=[line("il_ariary", 90000, currency="mga")]),
            # Nothing to pay; paid elsewhere; in two parts; with a discount and tax on top; a plan changed within its period.
            invoice("in_zero", number="W-10", lines=[line("il_zero", 0, description="Trial period for Welding")]),
            invoice("in_cash", number="W-11", old=True, out_of_band=True, paid=0),
            invoice("in_parts", number="W-12", pi="pi_part1", payments=[
                {"id": "inpay_1", "object": "invoice_payment", "amount_paid": 500, "status": "paid", "payment": {"type": "payment_intent", "payment_intent": "pi_part1"},
                 "status_transitions": {"paid_at": T + 60}, "created": T},
                {"id": "inpay_2", "object": "invoice_payment", "amount_paid": 1500, "status": "paid", "payment": {"type": "payment_intent", "payment_intent": "pi_part2"},
                 "status_transitions": {"paid_at": T + 3600}, "created": T},
                {"id": "inpay_3", "object": "invoice_payment", "amount_paid": None, "status": "canceled", "payment": {"type": "payment_intent", "payment_intent": "pi_part3"},
                 "status_transitions": {"paid_at": None}, "created": T}]),
            invoice("in_taxed", number="W-13", pi="pi_taxed", discount=300, tax=567, total=3267,
                    lines=[line("il_t1", 2000, quantity=2, discount=200, tax=378), line("il_t2", 1000, product="prod_cpr", price="price_cpr", discount=100, tax=189)]),
            invoice("in_change", number="W-14", pi="pi_change", total=1100, lines=[
                line("il_c1", -900, description="Unused time on Welding after 05 Nov 2026", proration=True),
                line("il_c2", 2000, product="prod_gold", price="price_gold", description="Remaining time on 1 × Gold after 05 Nov 2026", proration=True)]),
            # More lines than come with the invoice, and a buyer who is only pointed at.
            invoice("in_long", number="W-15", pi="pi_long", customer="cus_cora", email=None, name=None, lines=[line("il_l%02d" % n, 100) for n in range(12)]),
            invoice("in_gone", number="W-16", pi="pi_gone", customer="cus_gone", email=None, name=None),
        ],
        "subscriptions": lambda: [
            subscription("sub_old", old=True, created=T - 9 * DAY), subscription("sub_now", created=T - 8 * DAY), subscription("sub_late", "past_due"),
            subscription("sub_ended", "canceled", created=T - 30 * DAY, ended_at=T - 10 * DAY, canceled_at=T - 12 * DAY, period_end=T - 10 * DAY),
            subscription("sub_leaves", cancel_at=T + MONTH, at_end=True, canceled_at=T), subscription("sub_paused", paused=True),
            subscription("sub_trial", "trialing"), subscription("sub_unpaid", "unpaid"),
            subscription("sub_never", "incomplete_expired", ended_at=T + DAY)],
        "charges": lambda: [
            charge("ch_old", pi="pi_old", created=T - 9 * DAY, invoice="in_old"), charge("ch_now", pi="pi_now", created=T - 8 * DAY),
            charge("ch_yen", 12000, pi="pi_yen", currency="jpy"), charge("ch_dinar", 12340, pi="pi_dinar", currency="kwd"),
            charge("ch_shilling", 500000, pi="pi_shilling", currency="ugx"), charge("ch_ariary", 90000, pi="pi_ariary", currency="mga"),
            charge("ch_part1", 500, pi="pi_part1"), charge("ch_part2", 1500, pi="pi_part2"), charge("ch_taxed", 3267, pi="pi_taxed"),
            charge("ch_change", 1100, pi="pi_change"), charge("ch_long", 1200, pi="pi_long"), charge("ch_gone", pi="pi_gone"),
            charge("ch_shop", 9000, pi="pi_shop"), charge("ch_failed", pi="pi_failed", status="failed"), charge("ch_stray", 700, pi="pi_stray")],
        "refunds": lambda: [
            refund("re_part", 500, "ch_old", "pi_old", created=T - 2 * DAY),
            refund("re_wait", 2000, "ch_now", "pi_now", created=T, status="pending", txn=None),
            refund("re_back", 1200, "ch_long", "pi_long", created=T, status="failed", failure_reason="expired_or_canceled_card")],
        "disputes": lambda: [dispute("dp_ask", 2000, "ch_now", "pi_now", status="warning_needs_response")],
        "credit_notes": lambda: [credit_note("cn_seat", "in_taxed", [note_line("cnli_1", 1000, "il_t1")], created=T + DAY)],
        "checkout/sessions": lambda: [
            session("cs_shop", pi="pi_shop", discount=1000, learner="wei@example.test", learner_name="Wei Zhang", metadata={"course": "CPR"}, reference="user-42"),
            session("cs_later", 4000, payment_status="unpaid", pi="pi_later", metadata={"learner_email": "lea@example.test"}),
            session("cs_free", 0, payment_status="no_payment_required"),
            session("cs_open", 4000, payment_status="unpaid", status="open"), session("cs_dead", 4000, payment_status="unpaid", status="expired"),
            session("cs_sub", 2000, mode="subscription", subscription="sub_now", invoice="in_now", learner="nina@example.test", created=T - 8 * DAY)],
        "checkout/sessions/cs_shop/line_items": lambda: [item("li_shop", 9000, 2, 1000)],
        "checkout/sessions/cs_later/line_items": lambda: [item("li_later", 4000)],
        "checkout/sessions/cs_free/line_items": lambda: [item("li_free", 0)],
        "customers": lambda: [customer("cus_cora", "cora@example.test", "Cora Lind"), customer("cus_gone", deleted=True)],
        "events": lambda: [event("evt_0", "invoice.paid", "invoice", "in_now", T - 8 * DAY)],
    }
    return worlds[kind]()


def value(text):
    try:
        return json.loads(text)
    except ValueError:
        return text


def main():
    name, rest = sys.argv[1], sys.argv[2:]
    if name == "world":
        print(json.dumps(world(rest[0])))
    else:
        print(json.dumps(globals()[name](**{k: value(v) for k, v in (a.split("=", 1) for a in rest)})))


if __name__ == "__main__":
    main()
