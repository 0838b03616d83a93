"""What the sandbox is for besides the recorded cases: the shop's rules of paging, planned faults on both, time that moves, worlds that are the same
twice, and leaving nothing behind."""

import glob
import http.client
import json
import os
import re
import signal
import socket
import sys
import threading
import time
import urllib.parse

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from sandbox import Sandbox, Tap  # noqa: E402

ORDERS = "/1.0/commerce/orders"
RANGE = "?modifiedAfter=%s&modifiedBefore=%s"


def check(wanted, found, what="found"):
    return [] if wanted == found else ["%s: expected %r, found %r" % (what, wanted, found)]


def error(answer):
    body = answer.json()
    return answer.status, body["type"], body["subtype"]


def walk(sandbox, target=ORDERS, key="result", step=None):
    """All elements, page after page."""
    found, cursor, pages = [], None, 0
    while True:
        answer = sandbox.shop(target if cursor is None else "%s?cursor=%s" % (target.split("?")[0], cursor))
        if answer.status != 200:
            raise RuntimeError("page %d: %d %r" % (pages, answer.status, answer.body[:200]))
        page = answer.json()
        found += page[key]
        pages += 1
        if not page["pagination"]["hasNextPage"]:
            return found, pages
        cursor = page["pagination"]["nextPageCursor"]
        if step is not None:
            step(pages)


def enrol(sandbox, *rows):
    fields = []
    for n, (user, course, end) in enumerate(rows):
        fields += [("enrolments[%d][timestart]" % n, "0"), ("enrolments[%d][timeend]" % n, str(end)), ("enrolments[%d][suspend]" % n, "0"),
                   ("enrolments[%d][roleid]" % n, "5"), ("enrolments[%d][userid]" % n, str(user)), ("enrolments[%d][courseid]" % n, str(course))]
    return sandbox.moodle("enrol_manual_enrol_users", *fields)


def enrolled(sandbox, course):
    return int(sandbox.sql("SELECT count(*) AS n FROM mdl_user_enrolments ue JOIN mdl_enrol e ON e.id = ue.enrolid WHERE e.courseid = %d" % course)[0]["n"])


def breaks(action):
    """Does the action end without a whole answer?"""
    try:
        action()
    except (http.client.HTTPException, OSError):
        return True
    return False


def shop_refusals(sandbox, tap):
    connection = sandbox.connect()
    connection.putrequest("GET", ORDERS, skip_accept_encoding=True)
    connection.putheader("Authorization", "Bearer " + sandbox.read("shop.key"))
    connection.endheaders()
    answer = connection.getresponse()
    body = json.loads(answer.read())
    connection.close()
    tap.case("a request without User-Agent is refused", check((400, "MISSING_ARGUMENT"), (answer.status, body["subtype"])))
    wrong = sandbox.ask("GET", ORDERS, None, {"Authorization": "Bearer nonsense", "User-Agent": "ctok-test/1"})
    tap.case("a wrong key is 401 with a context id", check((401, "AUTHORIZATION_ERROR", None), error(wrong))
             + check(True, bool(re.fullmatch("[A-Z]{20}", wrong.json()["contextId"]))))
    for title, target, wanted in (
            ("one end of the range alone is a missing argument", ORDERS + "?modifiedAfter=2026-01-01T00:00:00Z", (400, "INVALID_REQUEST_ERROR", "MISSING_ARGUMENT")),
            ("a range of no length is refused", ORDERS + RANGE % ("2026-01-01T00:00:00Z", "2026-01-01T00:00:00.000Z"), (400, "INVALID_REQUEST_ERROR", "INVALID_ARGUMENT")),
            ("a range that is no time is refused", ORDERS + RANGE % ("yesterday", "today"), (400, "INVALID_REQUEST_ERROR", "INVALID_ARGUMENT")),
            ("a cursor goes alone", ORDERS + "?cursor=abcd&fulfillmentStatus=PENDING", (400, "INVALID_REQUEST_ERROR", "INVALID_ARGUMENT")),
            ("an invented cursor is refused", ORDERS + "?cursor=b342f5367c664d3c99aa56f44f95ab0a", (400, "INVALID_REQUEST_ERROR", "INVALID_ARGUMENT")),
            ("an unknown parameter is refused", ORDERS + "?pageSize=100", (400, "INVALID_REQUEST_ERROR", "INVALID_ARGUMENT")),
            ("a malformed order id is 400", ORDERS + "/xyz", (400, "INVALID_REQUEST_ERROR", "INVALID_ARGUMENT")),
            ("an unknown order is 404", ORDERS + "/" + "0" * 24, (404, "INVALID_REQUEST_ERROR", None)),
            ("one unknown document id fails the whole list", "/1.0/commerce/transactions/nosuch", (404, "INVALID_REQUEST_ERROR", "INVALID_ARGUMENT"))):
        tap.case(title, check(wanted, error(sandbox.shop(target))))
    tap.case("a GET with a content type is refused", check((400, "INVALID_REQUEST_ERROR", "INVALID_CONTENT_TYPE"), error(sandbox.shop(ORDERS, **{"Content-Type": "application/json"}))))
    sandbox.control("set", site_expired=1)
    tap.case("a lapsed site is 402, not an empty shop", check((402, "WEBSITE_EXPIRED", None), error(sandbox.shop(ORDERS))))
    sandbox.control("set", site_expired=0, rate_per_minute=3)
    answers = [sandbox.shop(ORDERS) for _ in range(8)]
    sandbox.control("set", rate_per_minute=0)
    tap.case("too many requests are 429 without Retry-After", check((429, None), (answers[-1].status, answers[-1].headers.get("retry-after"))))


def shop_pages(sandbox, tap):
    everything, pages = walk(sandbox)
    tap.case("a walk of all orders sees each once, 50 a page, by change", check((220, 5), (len(everything), pages))
             + check(220, len({order["id"] for order in everything})) + check(everything, sorted(everything, key=lambda order: order["modifiedOn"]), "order of orders"))
    newest = everything[-1]["modifiedOn"]
    later, _ = walk(sandbox, ORDERS + RANGE % (everything[100]["modifiedOn"], newest))
    tap.case("a range holds what changed from its start until before its end", check([order["id"] for order in everything[100:-1]], [order["id"] for order in later]))
    moved = everything[2]["id"]
    cursor_step = []

    def move(page):
        if page == 1:
            changed = dict(sandbox.shop(ORDERS + "/" + moved).json(), modifiedOn="2026-12-31T00:00:00.000Z")
            sandbox.control("order", doc=json.dumps(changed))
        cursor_step.append(page)

    again, _ = walk(sandbox, step=move)
    tap.case("an order that changes during the walk comes twice", check(2, sum(order["id"] == moved for order in again)) + check(221, len(again)))
    ranged, _ = walk(sandbox, ORDERS + RANGE % ("2026-01-01T00:00:00Z", newest))
    tap.case("and in a walk of a range it has moved out", check(0, sum(order["id"] == moved for order in ranged)))
    sandbox.control("set", newest_first=1)
    backwards, _ = walk(sandbox)
    sandbox.control("set", newest_first=0)
    tap.case("the other order of pages sees the same", check(sorted(order["id"] for order in everything), sorted(order["id"] for order in backwards)))
    documents, _ = walk(sandbox, "/1.0/commerce/transactions", "documents")
    tap.case("transactions are as many, each of an order", check({order["id"] for order in everything}, {document["salesOrderId"] for document in documents}))
    products, _ = walk(sandbox, "/v2/commerce/products", "products")
    tap.case("products have variants unless they are digital", check([product["type"] == "DIGITAL" for product in products], ["variants" not in product for product in products]))
    orders = [order for order in everything if order["grandTotal"]["currency"] == "EUR"]
    kinds = {type(order["grandTotal"]["value"]).__name__ for order in orders}
    tap.case("amounts come as text and as numbers", check(True, "str" in kinds and bool(kinds & {"int", "float"})))


def shop_faults(sandbox, tap):
    sandbox.control("fault", kind="status", match="orders", status=429, skip=1)
    codes = [sandbox.shop(ORDERS).status for _ in range(3)]
    tap.case("a fault strikes the request after those it skips, once", check([200, 429, 200], codes))
    sandbox.control("fault", kind="status", match="orders", status=429, retry_after=7)
    tap.case("429 with Retry-After", check("7", sandbox.shop(ORDERS).headers.get("retry-after")))
    sandbox.control("fault", kind="status", match="orders", status=503, type="html", retry_date="Wed, 21 Oct 2037 07:28:00 GMT")
    answer = sandbox.shop(ORDERS)
    tap.case("503 with a page and a date", check((503, "text/html; charset=utf-8", "Wed, 21 Oct 2037 07:28:00 GMT"),
                                                (answer.status, answer.headers["content-type"], answer.headers["retry-after"])))
    sandbox.control("fault", kind="html", match="orders")
    answer = sandbox.shop(ORDERS)
    tap.case("200 with a page instead of JSON", check((200, b"<!DOCTYPE"), (answer.status, answer.body[:9])))
    sandbox.control("fault", kind="cut", match="orders", bytes=1000)
    tap.case("a cut body promises more than it sends", check(True, breaks(lambda: sandbox.shop(ORDERS))))
    sandbox.control("fault", kind="refuse", match="orders")
    tap.case("a refused request gets no answer", check(True, breaks(lambda: sandbox.shop(ORDERS))))
    sandbox.control("fault", kind="timeout", match="orders", ms=300)
    begun = time.monotonic()
    tap.case("a time-out says nothing for its time", check(True, breaks(lambda: sandbox.shop(ORDERS)) and time.monotonic() - begun > 0.25))
    plain = [order["id"] for order in sandbox.shop(ORDERS).json()["result"]]
    sandbox.control("fault", kind="short", match="orders", n=3)
    page = sandbox.shop(ORDERS).json()
    tap.case("a short page lacks rows although more follow", check((plain[:47], True), ([order["id"] for order in page["result"]], page["pagination"]["hasNextPage"])))
    sandbox.control("fault", kind="repeat", match="orders", n=2)
    tap.case("a page with rows twice", check(plain + plain[:2], [order["id"] for order in sandbox.shop(ORDERS).json()["result"]]))
    sandbox.control("fault", kind="shuffle", match="orders", seed=5)
    shuffled = [order["id"] for order in sandbox.shop(ORDERS).json()["result"]]
    tap.case("a shuffled page", check((True, sorted(plain)), (shuffled != plain, sorted(shuffled))))
    sandbox.control("fault", kind="empty", match="orders")
    tap.case("an empty page", check([], sandbox.shop(ORDERS).json()["result"]))
    tap.case("planned faults say how often they were met", check([1, 2], sorted({fault["hits"] for fault in sandbox.control("faults")})[:2]))
    sandbox.control("reset")
    tap.case("a reset forgets them", check([], sandbox.control("faults")))


def moodle_faults(sandbox, tap):
    def users(course=3):
        return sandbox.moodle("core_enrol_get_enrolled_users", ("courseid", str(course)), ("options[0][name]", "userfields"), ("options[0][value]", "id"))

    everybody = [user["id"] for user in users().json()]
    sandbox.control("fault", kind="status", match="core_enrol_get_enrolled_users", status=500)
    tap.case("a fault finds its function in the body, others go on", check((200, 500, 200), (sandbox.moodle("core_webservice_get_site_info").status, users().status, users().status)))
    sandbox.control("fault", kind="short", match="core_enrol_get_enrolled_users", n=4)
    tap.case("a listing that lacks its last rows", check(everybody[:-4], [user["id"] for user in users().json()]))
    sandbox.control("fault", kind="drop", match="enrol_manual_enrol_users")
    before = enrolled(sandbox, 5)
    tap.case("a dropped answer: the work is done all the same", check((True, before + 1), (breaks(lambda: enrol(sandbox, (50, 5, 0))), enrolled(sandbox, 5))))
    sandbox.sql("DELETE FROM mdl_user_enrolments WHERE userid = 50 AND enrolid IN (SELECT id FROM mdl_enrol WHERE courseid = 5)")
    sandbox.control("fault", kind="gateway", match="enrol_manual_enrol_users")
    tap.case("a proxy that gave up: 504, and the work is done", check((504, before + 1), (enrol(sandbox, (50, 5, 0)).status, enrolled(sandbox, 5))))
    sandbox.sql("DELETE FROM mdl_user_enrolments WHERE userid = 50 AND enrolid IN (SELECT id FROM mdl_enrol WHERE courseid = 5)")
    sandbox.control("fault", kind="gateway", match="enrol_manual_enrol_users", ms=700)
    found = enrol(sandbox, (50, 5, 0)).status, enrolled(sandbox, 5)
    time.sleep(1.5)
    tap.case("or is done only later", check((504, before, before + 1), (*found, enrolled(sandbox, 5))))
    sandbox.control("fault", kind="slow", match="core_webservice_get_site_info", ms=500)
    begun = time.monotonic()
    sandbox.moodle("core_webservice_get_site_info")
    tap.case("a slow answer", check(True, time.monotonic() - begun >= 0.5))
    sandbox.control("fault", kind="switch", name="maintenance_cli", match="core_webservice_get_site_info", skip=1)
    tap.case("maintenance that begins after an answer", check((200, 200, 503), tuple(sandbox.moodle("core_webservice_get_site_info").status for _ in range(3))))
    sandbox.control("set", maintenance_cli=0)
    sandbox.control("fault", kind="refuse", match="enrol_manual_enrol_users")
    tap.case("a refused request: nothing is done", check((True, before + 1), (breaks(lambda: enrol(sandbox, (51, 5, 0))), enrolled(sandbox, 5))))
    sandbox.control("fault", kind="max_input_vars", match="enrol_manual_enrol_users", n=11)
    answer = enrol(sandbox, (51, 5, 0), (52, 5, 0), (53, 5, 0))
    tap.case("cut fields fail a request whose function name comes last", check(("invalidparameter", before + 1), (answer.json()["errorcode"], enrolled(sandbox, 5))))
    sandbox.control("fault", kind="late", match="enrol_manual_enrol_users", ms=400)
    connection = sandbox.connect()
    connection.timeout = 0.15
    body = urllib.parse.urlencode([("wstoken", "TOKEN"), ("moodlewsrestformat", "json"), ("enrolments[0][roleid]", "5"), ("enrolments[0][userid]", "52"),
                                   ("enrolments[0][courseid]", "5"), ("wsfunction", "enrol_manual_enrol_users")])

    def give_up():
        connection.request("POST", "/webservice/rest/server.php", body, {"Content-Type": "application/x-www-form-urlencoded"})
        connection.sock.settimeout(0.15)
        connection.getresponse()

    gave_up = breaks(give_up)
    connection.close()
    tap.case("when the client gives up, the server goes on and commits", check((True, before + 2), (gave_up, enrolled(sandbox, 5))))
    sandbox.control("fault", kind="sql", match="core_enrol_get_enrolled_users", sql="DELETE FROM mdl_user_enrolments WHERE userid = 52 AND enrolid = 10")
    users()
    tap.case("the world changes behind a request", check(before + 1, enrolled(sandbox, 5)))
    sandbox.control("reset")
    counters = sandbox.control("counters")
    tap.case("counters begin anew after a reset", check({}, counters["requests"]))
    enrol(sandbox, (54, 5, 0), (55, 5, 0))
    enrol(sandbox, (54, 5, 0), (55, 5, 0))
    enrol(sandbox, (99999, 5, 0))
    tap.case("counters know requests, rows written and refusals", check({"requests": 3, "written": 2, "failed": 1}, sandbox.control("counters")["requests"]["enrol_manual_enrol_users"]))


def moodle_together(sandbox, tap):
    """Many connections at once write the same rows: no error, each row once."""
    answers = []

    def work(first):
        connection = sandbox.connect()
        for n in range(6):
            rows = []
            for k in range(20):
                rows += [("enrolments[%d][roleid]" % k, "5"), ("enrolments[%d][userid]" % k, str(3 + (first + k) % 40)), ("enrolments[%d][courseid]" % k, "9"),
                         ("enrolments[%d][timeend]" % k, str(1900000000 + n))]
            body = urllib.parse.urlencode([("wstoken", "TOKEN"), ("moodlewsrestformat", "json"), *rows, ("wsfunction", "enrol_manual_enrol_users")])
            connection.request("POST", "/webservice/rest/server.php", body, {"Content-Type": "application/x-www-form-urlencoded"})
            answers.append(connection.getresponse().read())
        connection.close()

    threads = [threading.Thread(target=work, args=(7 * n,)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    roles = sandbox.sql("SELECT count(*) AS n, count(DISTINCT userid) AS u FROM mdl_role_assignments a JOIN mdl_context x ON x.id = a.contextid WHERE x.contextlevel = 50 AND x.instanceid = 9")
    tap.case("requests side by side do not disturb each other", check({b"null"}, set(answers)) + check(enrolled(sandbox, 9), int(roles[0]["n"])) + check(roles[0]["n"], roles[0]["u"]))


def time_and_days(sandbox, tap):
    first = sandbox.control("expected")
    everything, _ = walk(sandbox)
    tap.case("the numbers to expect are those of the shop", check((200, 200), (first["orders"]["all"], len(everything)))
             + check(first["units"], sum(line["quantity"] for order in everything for line in order["lineItems"]))
             + check(first["orders"]["test"], sum(order["testmode"] for order in everything)))
    cents = {}
    for order in everything:
        money = order["grandTotal"]
        exponent = 0 if money["currency"] == "JPY" else 2
        cents[money["currency"]] = cents.get(money["currency"], 0) + round(float(money["value"]) * 10 ** exponent)
    tap.case("and so is the money", check({currency: money["total"] for currency, money in first["money"].items()}, cents))
    done = sandbox.sql("SELECT count(*) AS n FROM mdl_course_completions WHERE timecompleted > 0")[0]["n"]
    people = sandbox.sql("SELECT u.id, c.id AS course FROM sandbox.event e JOIN mdl_user u ON lower(u.email) = lower(e.subject) JOIN mdl_course c ON c.shortname = e.doc"
                         " WHERE e.kind = 'completion' AND u.suspended = 0")
    sandbox.sql("DELETE FROM mdl_user_enrolments ue USING mdl_enrol e WHERE e.id = ue.enrolid AND e.enrol = 'manual' AND ue.userid IN (%s)" % ",".join(row["id"] for row in people))
    enrol(sandbox, *[(row["id"], row["course"], 0) for row in people])
    begun = sandbox.control("clock")["now"]
    sandbox.control("day", days=15)
    more, _ = walk(sandbox)
    tap.case("days bring sales", check((True, sandbox.control("expected")["orders"]["all"]), (len(more) > len(everything), len(more))))
    tap.case("and the clock has moved", check(15 * 86400, sandbox.control("clock")["now"] - begun))
    tap.case("whoever may enter finishes", check(True, int(sandbox.sql("SELECT count(*) AS n FROM mdl_course_completions WHERE timecompleted > 0")[0]["n"]) > int(done)))
    changed = [order for order in more if order["modifiedOn"] > everything[-1]["modifiedOn"] and order["id"] in {old["id"] for old in everything}]
    refunded = [order for order in changed if float(order["refundedTotal"]["value"]) > 0 or order["fulfillmentStatus"] == "CANCELED"]
    tap.case("an old order changes only by refund or cancellation", check(len(changed), len(refunded)))
    sandbox.control("clock", now="2027-01-01T00:00:00Z", frozen=1)
    tap.case("a frozen clock stands", check((1798761600, 1798761600), (sandbox.control("clock")["now"], sandbox.control("clock", now=1798761600, frozen=1)["now"])))


def same_twice(tap):
    seen = []
    for _ in range(2):
        with Sandbox("--world", "seed=11,sales=60,start=2026-02-01,days=40") as sandbox:
            seen.append((sandbox.shop(ORDERS).body, sandbox.control("dump"), sandbox.read("expected.json"), sandbox.read("rules.conf")))
    tap.case("the same specification is the same world", check(True, seen[0] == seen[1]))
    with Sandbox("--world", "seed=12,sales=60,start=2026-02-01,days=40") as sandbox:
        tap.case("another number is another world", check(False, sandbox.shop(ORDERS).body == seen[0][0]))


def nothing_left(tap):
    sandbox = Sandbox("--seed", "empty").__enter__()
    directory = re.search("host=(\\S+)", sandbox.read("conninfo")).group(1)
    with open(os.path.join(directory, "data", "postmaster.pid"), encoding="ascii") as file:
        server = int(file.readline())
    sandbox.connection = None
    sandbox.process.send_signal(signal.SIGKILL)
    sandbox.process.wait()
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline and (os.path.exists(directory) or os.path.exists("/proc/%d" % server)):
        time.sleep(0.05)
    tap.case("a killed sandbox leaves no server and no directory", check([], glob.glob(directory)) + check(False, os.path.exists("/proc/%d" % server)))
    sandbox.directory.cleanup()


def main():
    tap = Tap()
    socket.setdefaulttimeout(60)
    with Sandbox("--world", "seed=3,sales=220,start=2026-03-01,days=60,ahead=0") as sandbox:
        shop_refusals(sandbox, tap)
        shop_pages(sandbox, tap)
        shop_faults(sandbox, tap)
    with Sandbox("--seed", "contract") as sandbox:
        moodle_faults(sandbox, tap)
        moodle_together(sandbox, tap)
    with Sandbox("--world", "seed=5,sales=200,start=2026-03-01,days=60") as sandbox:
        time_and_days(sandbox, tap)
    same_twice(tap)
    nothing_left(tap)
    return tap.end()


if __name__ == "__main__":
    sys.exit(main())
