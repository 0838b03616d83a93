#!/usr/bin/env python3
"""Documents a second out of each kind of shop at several numbers of connections, without and with a delay of each answer, beside a plain client
(http.client, one connection, json.loads) that reads the same documents from the same server in the same run. Prints lines for run.sh.

usage: shops.py DOCUMENTS [ROUNDS [KIND …]]

The sandbox keeps its answers (switch `memo`), so that a shop's work is not what is measured; the first reading of each kind fills that memory
and does not count. Without a delay the kind reads over one connection and without its pace, which shows what reading costs us: the median of the
rounds. With the delay it keeps the pace that its shop allows (4 requests a second of squarespace, 20 of facturascripts, 25 of stripe, any
of woocommerce), once for each number of connections; the plain client knows no pace."""
import http.client
import json
import os
import ssl
import statistics
import subprocess
import sys
import time
import urllib.parse

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, ROOT + "/tests/support")
import sandbox as sandboxes  # noqa: E402
import stripe  # noqa: E402

DELAY_MS = 20
CONNECTIONS = (1, 4, 16)
DAY = 86400
NOW = int(time.time())


def fill_squarespace(box, count):
    order = {"id": "", "orderNumber": "", "createdOn": "", "modifiedOn": "", "channel": "web", "testmode": False, "customerEmail": "ann@example.test",
             "billingAddress": {"firstName": "Ann", "lastName": "Lee", "address1": "1 Long Street", "address2": None, "city": "Leeds", "state": "", "countryCode": "GB",
                                "postalCode": "LS1 1AA", "phone": "5550100"},
             "shippingAddress": None, "fulfillmentStatus": "FULFILLED",
             "lineItems": [{"id": "5f00000000000000000000%02d" % n, "variantId": "v-1", "sku": "BLS-2026", "productId": "p-1", "productName": "Basic Life Support",
                            "quantity": 1, "unitPricePaid": {"currency": "EUR", "value": "60.00"}, "variantOptions": [{"optionName": "Language", "value": "English"}],
                            "customizations": [{"label": "Learner name", "value": "Wei Zhang"}, {"label": "Learner email", "value": "wei@example.test"}],
                            "imageUrl": "https://images.example.test/content/v1/5f0/course.jpg", "lineItemType": "SERVICE"} for n in range(2)],
             "internalNotes": [], "shippingLines": [], "discountLines": [], "formSubmission": None, "fulfillments": [],
             "subtotal": {"currency": "EUR", "value": "120.00"}, "shippingTotal": {"currency": "EUR", "value": "0.00"},
             "discountTotal": {"currency": "EUR", "value": "0.00"}, "taxTotal": {"currency": "EUR", "value": "0.00"},
             "refundedTotal": {"currency": "EUR", "value": "0.00"}, "grandTotal": {"currency": "EUR", "value": "120.00"}, "channelName": None,
             "externalOrderReference": None, "fulfilledOn": None, "priceTaxInterpretation": "EXCLUSIVE", "paymentState": "PAID"}
    box.sql("DELETE FROM shop.orders")
    for start in range(0, count, 1000):
        rows = []
        for n in range(start, min(start + 1000, count)):
            moment = time.strftime("%Y-%m-%dT%H:%M:%S.250Z", time.gmtime(time.time() - 400 * DAY + n * 390 * DAY / count))
            order.update(id="%024x" % (n + 1), orderNumber=str(n + 1), createdOn=moment, modifiedOn=moment)
            rows.append("('%s', '%s', 'FULFILLED', $j$%s$j$)" % (order["id"], moment, json.dumps(order)))
        box.sql("INSERT INTO shop.orders (id, modified_on, status, doc) VALUES " + ",".join(rows))


def fill_woocommerce(box, count):
    with open(ROOT + "/tests/fixtures/woocommerce/orders.json", encoding="utf-8") as file:
        order = [o for o in json.load(file) if o["id"] == 1042][0]
    refund = {"id": 0, "date_created_gmt": "2026-08-05T08:00:00", "amount": "10.00", "reason": "", "line_items": [], "meta_data": []}
    for start in range(0, count, 1000):
        orders, refunds = [], {}
        for n in range(start, min(start + 1000, count)):
            order.update(id=n + 1, number=str(n + 1), refunds=[])
            if n % 20 == 0:
                order["refunds"] = [{"id": 10000000 + n, "reason": "", "total": "-10.00"}]
                refunds[n + 1] = dict(refund, id=10000000 + n, parent_id=n + 1)
            orders.append(json.loads(json.dumps(order)))
        box.control("woo", orders=json.dumps(orders))
        for owner, row in refunds.items():
            box.sql("SELECT woo.put_refunds(%d, $j$[%s]$j$)" % (owner, json.dumps(row)))


def fill_facturascripts(box, count):
    def rows_of(name):
        with open(ROOT + "/tests/fixtures/facturascripts/%s-list.json" % name, encoding="utf-8") as file:
            return json.load(file)

    invoice, line, receipt, payment = (rows_of(n)[0] for n in ("facturaclientes", "lineafacturaclientes", "reciboclientes", "pagoclientes"))
    for name in ("empresas", "clientes", "contactos"):
        box.control("fs", resource=name, rows=json.dumps(rows_of(name)))
    contact = rows_of("contactos")[0]["idcontacto"]
    for start in range(0, count, 500):
        rows = {"facturaclientes": [], "lineafacturaclientes": [], "reciboclientes": [], "pagoclientes": []}
        for n in range(start + 1, min(start + 500, count) + 1):
            rows["facturaclientes"].append(dict(invoice, idfactura=n, codigo="F%d" % n, numero=str(n), total=121, neto=100, totaliva=21, pagada=True, editable=False,
                                                idfacturarect=None, idcontactofact=contact, idcontactoenv=None))
            for k in range(2):
                rows["lineafacturaclientes"].append(dict(line, idlinea=2 * n + k - 1, idfactura=n, cantidad=1, pvpunitario=50, pvptotal=50, pvpsindto=50, iva=21))
            rows["reciboclientes"].append(dict(receipt, idrecibo=n, idfactura=n, importe=121, pagado=True))
            rows["pagoclientes"].append(dict(payment, idpago=n, idrecibo=n, importe=121))
        for name, some in rows.items():
            box.control("fs", resource=name, rows=json.dumps(some))


def fill_stripe(box, count):
    for start in range(0, count, 1000):
        rows = []
        for n in range(start, min(start + 1000, count)):
            created = int(time.time()) - 400 * DAY + n * 390 * DAY // count
            rows.append(stripe.invoice("in_%d" % n, pi="pi_%d" % n, created=created, lines=[stripe.line("il_%d_%d" % (n, k), 2000, start=created) for k in range(2)]))
        box.control("stripe", kind="invoices", objects=json.dumps(rows))


class Client:
    """A plain client: what anybody would write."""

    def __init__(self, box, headers):
        self.connection = http.client.HTTPSConnection("localhost", box.port, timeout=60, context=ssl.create_default_context(cafile=box.state + "/ca.pem"))
        self.headers = dict(headers, Accept="application/json")
        self.headers["User-Agent"] = "bench"

    def get(self, path, *pairs):
        self.connection.request("GET", path + ("?" + urllib.parse.urlencode(pairs) if pairs else ""), headers=self.headers)
        answer = self.connection.getresponse()
        body = json.loads(answer.read())
        if answer.status != 200:
            sys.exit("%s: %d %s" % (path, answer.status, body))
        return answer, body


def read_squarespace(client):
    pairs = [("modifiedAfter", "2000-01-01T00:00:00Z"), ("modifiedBefore", "2100-01-01T00:00:00Z")]
    count = 0
    while True:
        _, page = client.get("/1.0/commerce/orders", *pairs)
        count += len(page["result"])
        if not page["pagination"]["hasNextPage"]:
            return count
        pairs = [("cursor", page["pagination"]["nextPageCursor"])]


def read_woocommerce(client):
    count = documents = 0
    while True:
        answer, page = client.get("/wp-json/wc/v3/orders", ("per_page", 100), ("offset", count), ("orderby", "id"), ("order", "asc"), ("dp", 6))
        for order in page:
            if order["refunds"]:
                documents += len(client.get("/wp-json/wc/v3/orders/%d/refunds" % order["id"], ("per_page", 100), ("dp", 6))[1])
        count += len(page)
        if count >= int(answer.getheader("X-WP-Total")):
            return count + documents


def read_facturascripts(client):
    count = 0
    for table, key in (("facturaclientes", "idfactura"), ("lineafacturaclientes", "idlinea"), ("reciboclientes", "idrecibo"), ("pagoclientes", "idpago")):
        last = 0
        while True:
            answer, page = client.get("/api/3/" + table, ("limit", 200), ("sort[%s]" % key, "ASC"), ("filter[%s_gt]" % key, last))
            count += len(page) if table == "facturaclientes" else 0
            if int(answer.getheader("X-Total-Count")) <= len(page):
                break
            last = page[-1][key]
    return count


def read_stripe(client):
    pairs, count = [("expand[]", "data.payments"), ("limit", 100)], 0
    while True:
        _, page = client.get("/v1/invoices", *pairs)
        count += len(page["data"])
        if not page["has_more"]:
            return count
        pairs = [("expand[]", "data.payments"), ("limit", 100), ("starting_after", page["data"][-1]["id"])]


def bearer(box, name):
    return {"Authorization": "Bearer " + box.read(name).strip()}


def basic(box, name):
    import base64
    return {"Authorization": "Basic " + base64.b64encode(box.read(name).strip().encode()).decode()}


KINDS = {
    "squarespace": (fill_squarespace, read_squarespace, "shop.key", bearer, "sale"),
    "woocommerce": (fill_woocommerce, read_woocommerce, "woo.key", basic, "sale"),
    "facturascripts": (fill_facturascripts, read_facturascripts, "fs.token", lambda box, name: {"Token": box.read(name).strip()}, "invoice"),
    "stripe": (fill_stripe, read_stripe, "stripe.key", bearer, "sale"),
}


def pull(box, kind, connections, pace):
    _, _, key, _, role = KINDS[kind]
    out = subprocess.run([ROOT + "/build/bench_pull", kind, "https://localhost:%d" % box.port, box.state + "/" + key, box.state + "/ca.pem", str(connections), role, str(NOW), pace],
                         stdout=subprocess.PIPE, check=True, text=True).stdout.split()
    return int(out[0]), float(out[2]), float(out[3]), float(out[4])


def measure(box, kind, documents, rounds):
    fill, read, key, headers, _ = KINDS[kind]
    began = time.monotonic()
    fill(box, documents)
    box.sql("ANALYZE")
    most = [c for c in CONNECTIONS if kind != "facturascripts" or c <= 4]
    box.control("set", memo=1, delay_ms=0)
    expected = pull(box, kind, 1, "free")[0]
    plain = read(Client(box, headers(box, key)))
    if kind != "stripe" and plain != expected:
        sys.exit("%s: %d documents, %d for the plain client" % (kind, expected, plain))
    for connections in most[1:]:
        taken = pull(box, kind, connections, "free")[0]
        if taken != expected:
            sys.exit("%s: %d documents over one connection, %d over %d" % (kind, expected, taken, connections))
    print("  %-15s %d documents, ready after %.1f s" % (kind, expected, time.monotonic() - began), file=sys.stderr)
    ours, peer, processor, peak = [], [], [], 0
    for _ in range(rounds):
        began = time.monotonic()
        peer.append(read(Client(box, headers(box, key))) / (time.monotonic() - began))
        count, seconds, used, memory = pull(box, kind, 1, "free")
        ours.append(count / max(seconds, 0.001))
        processor.append(used)
        peak = max(peak, memory)
    print("%s, documents read\t1/s\t%.0f\tplain Python client\t%.0f" % (kind, statistics.median(ours), statistics.median(peer)))
    print("  %-15s %.0f/s, plain %.0f/s; %.1f ms of processor for 1,000, peak %.1f MiB" % (
        kind, statistics.median(ours), statistics.median(peer), 1e6 * statistics.median(processor) / expected, peak), file=sys.stderr)
    box.control("set", delay_ms=DELAY_MS)
    began = time.monotonic()
    rate = read(Client(box, headers(box, key))) / (time.monotonic() - began)
    for connections in most:
        count, seconds, _, memory = pull(box, kind, connections, "kept")
        print("%s, answers after %d ms, %d at once\t1/s\t%.0f\tplain Python client, no pace\t%.0f" % (kind, DELAY_MS, connections, count / max(seconds, 0.001), rate))
        print("  %-15s answers after %d ms, %2d at once: %.0f/s; plain %.0f/s; peak %.1f MiB" % (
            kind, DELAY_MS, connections, count / max(seconds, 0.001), rate, memory), file=sys.stderr)
    box.control("set", memo=0, delay_ms=0)


def main():
    documents, rounds = int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 3
    for kind in sys.argv[3:] or KINDS:
        with sandboxes.Sandbox("--seed", "empty") as box:
            measure(box, kind, documents, rounds)


if __name__ == "__main__":
    main()
