"""A plain client that makes ledger rows of stored orders: json and psycopg2, an order after the other, a statement for each row, a commit every
thousand. The same rows as the ledger's, of the same shape; it seals, versions and checks nothing.

    peer_replay.py CONNINFO ORDERS COUNT
"""
import hashlib
import itertools
import json
import sys
from decimal import Decimal

import psycopg2

TENANT, SOURCE, RUN = 1, 1, 1
NOW = "2026-11-20 03:00:00+00"


def minor(amount):
    return int(Decimal(amount["value"]) * 100) if amount else 0


def shares(total, weights):
    """Largest remainder first, then the first one."""
    whole = sum(weights)
    if not whole:
        return [0] * len(weights)
    parts = [total * w // whole for w in weights]
    order = sorted(range(len(weights)), key=lambda i: (-(total * weights[i] % whole), i))
    for i in order[: total - sum(parts)]:
        parts[i] += 1
    return parts


class Ledger:
    def __init__(self, cursor):
        self.sql = cursor.execute
        self.fetch = cursor.fetchone
        self.contacts, self.products = {}, {}
        self.documents, self.units, self.movements = itertools.count(1), itertools.count(1), itertools.count(1)

    def contact(self, email, name):
        key = (email.strip().lower(), " ".join(name.split()))
        if key not in self.contacts:
            self.contacts[key] = len(self.contacts) + 1
            self.sql("INSERT INTO peer.contact (tenant_id, contact_id, email, name) OVERRIDING SYSTEM VALUE VALUES (%s, %s, %s, %s)", (TENANT, self.contacts[key], *key))
        return self.contacts[key]

    def product(self, line):
        key = (line["productId"] or "", line["variantId"] or "", line["sku"] or "", line["productName"] or "")
        if key not in self.products:
            self.products[key] = len(self.products) + 1
            self.sql("INSERT INTO peer.product (tenant_id, product_id, source_id, product_key, variant_key, sku, name) OVERRIDING SYSTEM VALUE VALUES (%s, %s, %s, %s, %s, %s, %s)",
                     (TENANT, self.products[key], SOURCE, *key))
        return self.products[key]

    def learner(self, line):
        answers = {a["label"].strip().lower(): a["value"] for a in line["customizations"] or []}
        email = answers.get("learner email")
        return self.contact(email, answers.get("learner name", "")) if email else None

    def movement(self, document, kind, key, amount, currency, at):
        self.sql("INSERT INTO peer.movement (tenant_id, movement_id, document_id, kind, external_key, amount_minor, currency, effective_at, known_at, run_id) OVERRIDING SYSTEM VALUE "
                 "VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)", (TENANT, next(self.movements), document, kind, key, amount, currency, at, NOW, RUN))

    def add(self, text):
        order = json.loads(text)
        document = next(self.documents)
        total, subtotal, discount = minor(order["grandTotal"]), minor(order["subtotal"]), minor(order["discountTotal"])
        tax, shipping, refunded = minor(order["taxTotal"]), minor(order["shippingTotal"]), minor(order["refundedTotal"])
        currency = order["grandTotal"]["currency"]
        status = "test" if order["testmode"] else "unpaid" if order["paymentState"] in ("PENDING", "NOT_CHARGED") else "cancelled" if order["fulfillmentStatus"] == "CANCELED" else "paid"
        billing = order["billingAddress"] or {}
        buyer = self.contact(order["customerEmail"], "%s %s" % (billing.get("firstName") or "", billing.get("lastName") or ""))
        lines = order["lineItems"] or []
        amounts = [minor(line["unitPricePaid"]) * line["quantity"] for line in lines]
        nets = shares(total - shipping, amounts)
        self.sql("INSERT INTO peer.document (tenant_id, document_id, source_id, external_id, number, kind, version, effective_at, modified_at, known_at, changed_at, status, currency, total_minor, "
                 "subtotal_minor, discount_minor, tax_minor, shipping_minor, refunded_minor, unallocated_minor, tax_included, buyer_contact_id) OVERRIDING SYSTEM VALUE "
                 "VALUES (%s, %s, %s, %s, %s, 'order', 1, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
                 (TENANT, document, SOURCE, order["id"], order["orderNumber"], order["createdOn"], order["modifiedOn"], NOW, NOW, status, currency, total, subtotal, discount, tax, shipping, refunded,
                  total - shipping - sum(nets), order["priceTaxInterpretation"] == "INCLUSIVE", buyer))
        self.sql("INSERT INTO peer.document_version (tenant_id, document_id, version, modified_at, known_at, run_id, payload_hash, status, total_minor, refunded_minor) "
                 "VALUES (%s, %s, 1, %s, %s, %s, %s, %s, %s, %s)", (TENANT, document, order["modifiedOn"], NOW, RUN, hashlib.sha256(text.encode()).digest(), status, total, refunded))
        for number, (line, net) in enumerate(zip(lines, nets), 1):
            self.sql("INSERT INTO peer.line (tenant_id, document_id, line_no, line_key, product_id, quantity, unit_price_minor, net_minor, learner_contact_id) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)",
                     (TENANT, document, number, line["id"], self.product(line), line["quantity"], minor(line["unitPricePaid"]), net, self.learner(line)))
            for unit, share in enumerate(shares(net, [1] * line["quantity"]), 1):
                self.sql("INSERT INTO peer.unit (tenant_id, unit_id, document_id, line_no, unit_no, net_minor) OVERRIDING SYSTEM VALUE VALUES (%s, %s, %s, %s, %s, %s)",
                         (TENANT, next(self.units), document, number, unit, share))
        if order["externalOrderReference"]:
            self.sql("INSERT INTO peer.document_reference (tenant_id, document_id, name, value) VALUES (%s, %s, 'reference', %s)", (TENANT, document, order["externalOrderReference"]))
        if status not in ("test", "unpaid"):
            self.movement(document, "charge", "charge", total, currency, order["createdOn"])
            if refunded:
                self.movement(document, "refund", "refund@1", -refunded, currency, order["modifiedOn"])
        self.sql("INSERT INTO peer.dirty_document (tenant_id, document_id) VALUES (%s, %s)", (TENANT, document))


def main():
    conninfo, path, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
    connection = psycopg2.connect(conninfo)
    ledger = Ledger(connection.cursor())
    with open(path, encoding="utf-8") as orders:
        for number, text in enumerate(itertools.islice(orders, count), 1):
            ledger.add(text.rstrip("\n"))
            if number % 1000 == 0:
                connection.commit()
    connection.commit()


main()
