#!/usr/bin/env python3
"""Cases reckoned by hand, each with the sentence it follows: a wrong oracle shall not agree with a wrong engine by accident.

    test_life_oracle.py [--worlds]     --worlds: those that share nights, zone and mail, for the engine to play, too (life_worlds.md)

Unless a case says otherwise night n is March n+1, 2026, 03:00Z (in Madrid 04:00), sources are read every night, mail goes out, and product A gives C1
for five days, with 2 days of grace and 1 of notice. Expected is, by night: state, wanted, Moodle's status, timeend and why,
and if need be timestart; a point stands for anything.
"""
import copy
import json
import sys
from datetime import datetime, timedelta

import life_oracle

CASES = []


def rule(**changes):
    return {"source": "shop", "sku": "A", "course": "C1", "term": "P5D", "until": None, "grace": 2, "notice": 1,
            "on_expiry": "suspend", "on_refund": "suspend", "on_dispute": "keep", "renews": False, **changes}


def line(number="1", sku="A", qty=1, unit=4500, learner="p", period=None):
    return {"line": number, "sku": sku, "qty": qty, "unit": unit, "learner": learner, "period": period}


def day_time(short):
    """"1 10:00" is March 1, 2026; "4-30 10:00" April 30; with a year in full as it is."""
    day, clock = short.split(" ")
    full = {0: "2026-03-" + day.zfill(2), 1: "2026-" + "-".join(x.zfill(2) for x in day.split("-")), 2: day}[day.count("-")]
    return f"{full}T{clock}:00Z"


def sell(doc, at, night=1, lines=None, source="shop", status="paid", discount=0, shipping=0, sub=None, kind="order"):
    lines = lines or [line()]
    total = sum(x["unit"] * x["qty"] for x in lines) - discount + shipping
    return {"do": "sell", "doc": doc, "source": source, "kind": kind, "status": status, "lines": lines, "discount": discount,
            "shipping": shipping, "total": total, "sub": sub, "at": day_time(at), "night": night}


def event(do, doc, at, night, **more):
    return {"do": do, "doc": doc, "at": day_time(at), "night": night, **more}


def refund(doc, amount, at, night):
    return event("refund", doc, at, night, amount=amount)


def note(doc, corrects, at, night, lines=(), total=4500, paid=0):
    return event("note", doc, at, night, corrects=corrects, lines=list(lines), total=total, paid=paid)


def dispute(what, doc, at, night, name="d1", amount=4500):
    return event("dispute_" + what, doc, at, night, dispute=name, amount=amount)


def ended(sub, at, night, ended_at=None, paid_to=None, cancel_at=None, status="canceled"):
    return {"do": "subscription", "source": "shop", "sub": sub, "status": status, "paused": False, "paid_to": paid_to and day_time(paid_to),
            "cancel_at": cancel_at and day_time(cancel_at), "ended_at": ended_at and day_time(ended_at), "at": day_time(at), "night": night}


def case(sentence, events, expected, products=None, nights=12, silent=(), mail_down=(), zone="Europe/Madrid", first=None, course="C1",
         silent_erp=False, **changes):
    """first: the moment of night 1; nights: how many, or their moments."""
    start = datetime.fromisoformat(first or "2026-03-02T03:00:00")
    moments = [f"{start + timedelta(days=n):%Y-%m-%dT%H:%M:%SZ}" for n in range(nights)] if isinstance(nights, int) else [day_time(x) for x in nights]
    products = products or [rule(**changes)]
    silent = {"shop": list(silent), "erp": list(range(1, 99)) if silent_erp else []}
    sources = {name: {"silent": silent[name]} for name in {p["source"] for p in products}}
    world = {"world": len(CASES) + 1, "zone": zone, "nights": moments, "mail_down": list(mail_down), "sources": sources, "products": products,
             "events": events}
    CASES.append((sentence, world, expected, course))


ONE = [sell("o1", "1 10:00")]

# --- a term ---
PLAIN = {1: "active active 0 15T23:00 .", 5: "active active 0 15T23:00 .", 6: "grace active 0 15T23:00 term", 7: "grace active 0 15T23:00 term",
         8: "suspended suspended 1 15T23:00 term", 12: "suspended suspended 1 15T23:00 term"}
case("timeend is access end + grace + tail (P7D fixed); grace (term over, access kept), suspended at debt + grace", ONE, PLAIN)
case("P30D recurring", ONE, {1: "active active 0 4-7T22:00 ."}, renews=True)    # March 6 + 32 days: April 7, 00:00 of the next in summer time is 22:00Z
case("suspended ▶ ended (removed, if policy says so)", ONE, {7: "grace active 0 15T23:00 term", 8: "ended unenrolled - - term"}, on_expiry="unenrol")
case("keep: access has no end, in Moodle neither", ONE, {1: "active active 0 0 .", 7: "grace active 0 0 term", 9: "ended untouched 0 0 term"},
     on_expiry="keep")
case("grace_days = 0 suspends at once and mails after", ONE, {5: "active active 0 13T23:00 .", 6: "suspended suspended 1 13T23:00 term"}, grace=0)
case("never: it never ends for a debt", ONE, {1: "active active 0 0 .", 12: "grace active 0 0 term"}, grace=None)
case("Default: without end", ONE, {1: "active active 0 0 .", 12: "active active 0 0 ."}, term=None)
case("until: last day of access; a day ends at 00:00 of the next", ONE,    # Madrid's March 5 is over at 23:00Z; + 9 days
     {4: "active active 0 14T23:00 .", 5: "grace active 0 14T23:00 term", 6: "grace active 0 14T23:00 term", 7: "suspended suspended 1 14T23:00 term"},
     term=None, until="2026-03-05")
case("an until that was over when it was sold gives nothing", ONE, {1: "ended . - - term"}, term=None, until="2026-02-20", grace=0)
case("terms are of the tenant's clock: March 30 in summer time ends at 22:00Z", [sell("o1", "28 10:00")],
     {1: "active active 0 4-6T22:00 .", 2: "active active 0 4-6T22:00 ."}, term="P2D", grace=0, first="2026-03-29T03:00:00", nights=2)
YEAR = {"term": "P1Y", "notice": 0}
case("a time that the clock skips is an hour later: debt March 27, 02:30 in Madrid, + 2 is March 29, 03:30", [sell("o1", "20 10:00"),
     refund("o1", 4500, "27 01:30", 2)], {2: "grace active 0 . refund", 3: "grace active 0 . refund", 4: "revoked suspended 1 . refund"},
     nights=["21 03:00", "27 03:00", "29 01:29", "29 01:30"], **YEAR)
case("a time that the clock shows twice is the later: debt October 23, 02:30", [sell("o1", "10-20 10:00"), refund("o1", 4500, "10-23 00:30", 2)],
     {2: "grace active 0 . refund", 3: "grace active 0 . refund", 4: "revoked suspended 1 . refund"},
     nights=["10-21 03:00", "10-23 03:00", "10-25 01:29", "10-25 01:30"], **YEAR)
case("a day that the month lacks is its last: January 31 + P1M, with its day", [sell("o1", "1-31 10:00")],
     {1: "active active 0 7T23:00 .", 2: "suspended suspended 1 . term"}, term="P1M", grace=0, nights=["2-28 22:59", "2-28 23:00"])
case("February 29 + P1Y is February 28", [sell("o1", "2028-02-29 10:00")],
     {1: "active active . . .", 2: "suspended suspended . . term"}, term="P1Y", grace=0, nights=["2029-02-28 22:59", "2029-02-28 23:00"])
case("the tenant's day: 23:30Z on January 30 is January 31 in Madrid, and a month later February 28", [sell("o1", "1-30 23:30")],
     {1: "active active . . .", 2: "suspended suspended . . term"}, term="P1M", grace=0, nights=["2-28 22:59", "2-28 23:00"])
case("a term that is over at 00:00 is over then", [sell("o1", "1 23:00")], {1: "active active . 10T23:00 .", 2: "suspended suspended . . term"}, term="P2D",
     grace=0, nights=["3 22:59", "3 23:00"])

# --- notices ---
case("max(debt + grace, first notice accepted + notice_days)", ONE,    # notice taken on March 7, 03:30; + 3 days is later than March 8, 10:00
     {8: "grace active 0 15T23:00 term", 9: "grace active 0 15T23:00 term", 10: "suspended suspended 1 15T23:00 term"}, notice=3)
case("a notice that the server does not take puts the suspension off", ONE,    # nights 6 to 8 down: accepted on March 10, 03:30; + 1
     {8: "grace active 0 . term", 10: "grace active 0 . term", 11: "suspended suspended 1 15T23:00 term"}, mail_down=[6, 7, 8])
case("a due notice unsent, and timeend < now + 3 days: it becomes 00:00 after now + tail", ONE,
     # down from night 6 on. March 12, 03:00 + 3 days is before March 15, 10:00; that of March 13 is not: 20 March, 03:00 ▶ 21 March, 00:00
     {11: "grace active 0 15T23:00 term", 12: "grace active 0 20T23:00 term"}, mail_down=range(6, 20))
case("a notice undeliverable for 7 days counts as sent", ONE,    # queued on March 7, 03:00; sent on March 14; + 1 is March 15, 03:00
     {13: "grace active 0 20T23:00 term", 14: "suspended suspended 1 20T23:00 term"}, mail_down=range(6, 20), nights=15)

# --- silence ---
case("silence of a source ends nothing", ONE,    # last read in night 4; in night 6 that is 48 hours ago, and no notice is sent
     {5: "active active 0 . .", 6: "grace active 0 . term", 9: "grace active 0 . term", 10: "grace active 0 . term", 11: "suspended suspended 1 . term"},
     silent=[5, 6, 7, 8])    # read again in night 9, March 10: notice at 03:30; + 1 day
case("what is stale is left alone though its end is due", ONE,    # notice sent in night 6
     {8: "suspended suspended 0 15T23:00 term", 9: "suspended suspended 0 15T23:00 term", 10: "suspended suspended 1 15T23:00 term"}, silent=[7, 8, 9])
case("complete and no older than max_age: not read is not complete, however young the last reading", ONE,
     {8: "suspended suspended 0 15T23:00 term", 9: "suspended suspended 1 15T23:00 term"}, silent=[8])
case("a needed source is stale, and timeend < now + 3 days: 00:00 after now + tail", ONE,
     {11: "suspended suspended 0 15T23:00 term", 12: "suspended suspended 0 20T23:00 term",
     16: "suspended suspended 0 20T23:00 term", 17: "suspended suspended 0 25T23:00 term"},
     silent=range(7, 30), nights=18)    # March 18, 03:00 + 3 days is past the 20th, 23:00; + 7 is the 25th, 04:00 in Madrid; 00:00 after that is 23:00Z
case("what was sold while the source was silent is given with the first reading", [sell("o1", "3 10:00", 3)], {5: "active active 0 17T23:00 ."}, silent=[3, 4])
case("every source with a rule for the course", ONE,    # the ERP sells it too, and was never read: no notice, no end
     {8: "grace active 0 . term", 12: "grace active 0 20T23:00 term"}, products=[rule(), rule(source="erp", sku="B")], silent_erp=True)

# --- several rights ---
TWO = [sell("o1", "1 10:00"), sell("o2", "3 10:00", 3)]
case("a renewal starts the next ordinal: extends from max(now, current end)", TWO,    # till March 11
     {2: "active active 0 15T23:00 .", 3: "active active 0 20T23:00 .", 10: "active active 0 20T23:00 .", 11: "grace active 0 20T23:00 term",
      13: "suspended suspended 1 20T23:00 term"}, nights=14)
case("a renewal within the grace begins with its sale", [sell("o1", "1 10:00"), sell("o2", "7 20:00", 7)],    # till March 12, 20:00
     {7: "active active 0 21T23:00 .", 11: "active active 0 . .", 12: "grace active 0 . term"})
case("opened again by a new sale", [sell("o1", "1 10:00"), sell("o2", "10 10:00", 10)],
     {9: "suspended suspended 1 15T23:00 term", 10: "active active 0 24T23:00 .", 14: "active active 0 . .", 15: "grace active 0 . term"}, nights=15)
case("removed, and bought again: a row of its own", [sell("o1", "1 10:00"), sell("o2", "10 10:00", 10)],
     {9: "ended unenrolled - - term", 10: "active active 0 24T23:00 ."}, on_expiry="unenrol")
case("the first of two is refunded: unrefunded money paid through t moves forward", TWO + [refund("o1", 4500, "4 10:00", 4)],    # o2: March 3 to 8
     {4: "active active 0 20T23:00 .", 7: "active active 0 20T23:00 .", 8: "grace active 0 20T23:00 term", 9: "grace active 0 . term",
      10: "suspended suspended 1 20T23:00 term"})
case("the second of two is refunded: the first runs on", TWO + [refund("o2", 4500, "4 10:00", 4)],
     {4: "active active 0 20T23:00 .", 6: "grace active 0 20T23:00 term", 8: "suspended suspended 1 20T23:00 term"})
case("terms bought for the same time share one: two lines of one order", [sell("o1", "1 10:00", lines=[line("1"), line("2")])], PLAIN)
case("one of the two is credited: the other is paid", [sell("o1", "1 10:00", lines=[line("1"), line("2")]), note("n1", "o1", "3 10:00", 3,
     [{"corrects": "1", "qty": 1, "amount": 4500}])], PLAIN)
case("terms bought for the same time share one: the same period", [sell("o1", "1 10:00", lines=[line("1", period=["2026-03-01T10:00:00Z",
     "2026-03-06T23:00:00Z"]), line("2", period=["2026-03-01T10:00:00Z", "2026-03-06T23:00:00Z"])])], PLAIN)
case("the form names the learner of the first unit only", [sell("o1", "1 10:00", lines=[line(qty=3)])], PLAIN)
case("what somebody else was bought is not ours", [sell("o1", "1 10:00", lines=[line(learner="q"), line("2", "B")])], {1: "active active 0 15T23:00 ."},
     products=[rule(course="C2"), rule(sku="B")])

# --- money given back ---
case("revoked when refunded money reaches its net price; debt starts at the refund", ONE + [refund("o1", 4500, "3 10:00", 3)],
     {3: "grace active 0 15T23:00 refund", 4: "grace active 0 15T23:00 refund", 5: "revoked suspended 1 15T23:00 refund"})
case("after a refund: unenrol", ONE + [refund("o1", 4500, "3 10:00", 3)], {5: "revoked unenrolled - - refund"}, on_refund="unenrol")
case("after a refund, keep: the enrolment stays as it is", ONE + [refund("o1", 4500, "3 10:00", 3)], {6: "revoked untouched 0 15T23:00 refund"}, on_refund="keep")
case("less is goodwill and keeps access", ONE + [refund("o1", 4499, "3 10:00", 3)], PLAIN)
case("partial refunds add up; the moment is that of the one that reaches it", ONE + [refund("o1", 2000, "2 10:00", 2), refund("o1", 2500, "4 10:00", 4)],
     {3: "active active 0 . .", 4: "grace active 0 . refund", 5: "grace active 0 . refund", 6: "revoked suspended 1 . refund"})
SHIPPED = [sell("o1", "1 10:00", shipping=500)]
case("shipping excluded: a one-unit order when it reaches its price", SHIPPED + [refund("o1", 4500, "3 10:00", 3)], {5: "revoked suspended 1 . refund"})
MIXED = [sell("o1", "1 10:00", lines=[line("1"), line("2", "X", unit=1500)], shipping=500)]
case("a refund without a line revokes everything when full", MIXED + [refund("o1", 6500, "3 10:00", 3)], {5: "revoked suspended 1 . refund"})
case("else ambiguous, access kept", MIXED + [refund("o1", 6499, "3 10:00", 3)], PLAIN)
CHEAPER = [sell("o1", "1 10:00", discount=1000)]
case("after discounts: 45.00 less 10.00", CHEAPER + [refund("o1", 3500, "3 10:00", 3)], {5: "revoked suspended 1 . refund"})
# 1.00 off 10.00, 10.00 and 10.00: 34, 33 and 33 cents; the lowest line id has the cent. Line 1 cost 9.66, line 2 9.67
THIRDS = [sell("o1", "1 10:00", lines=[line(x, y, unit=1000) for x, y in (("1", "A"), ("2", "B"), ("3", "X"))], discount=100)]
PAIR = [rule(), rule(sku="B", course="C2")]
case("prorated by line amount, largest remainder, then lowest line id: line 1", THIRDS + [note("n1", "o1", "3 10:00", 3, [{"corrects": "1", "qty": 0,
     "amount": 966}], 966)], {5: "revoked suspended 1 . refund"}, products=PAIR)
case("prorated by line amount, largest remainder, then lowest line id: line 2", THIRDS + [note("n1", "o1", "3 10:00", 3, [{"corrects": "2", "qty": 0,
     "amount": 966}], 966)], PLAIN, products=PAIR, course="C2")
case("a unit is revoked when its quantity is refunded, whatever the money", ONE + [note("n1", "o1", "3 10:00", 3, [{"corrects": "1", "qty": 1,
     "amount": 100}], 100)], {5: "revoked suspended 1 . refund"})
THREE = [sell("o1", "1 10:00", lines=[line(qty=3)])]
case("money on a line takes what is left of it when it reaches its price", THREE + [note("n1", "o1", "2 10:00", 2, [{"corrects": "1", "qty": 0, "amount": 4500}]),
     note("n2", "o1", "3 10:00", 3, [{"corrects": "1", "qty": 2, "amount": 8000}], 8000)], {2: "active active 0 . .", 3: "grace active 0 . refund", 5: "revoked suspended 1 . refund"})
case("and not before that", THREE + [note("n1", "o1", "2 10:00", 2, [{"corrects": "1", "qty": 0, "amount": 4499}], 4499),
     note("n2", "o1", "3 10:00", 3, [{"corrects": "1", "qty": 2, "amount": 8000}], 8000)], PLAIN)
case("the money of a quantity is for that", [sell("o1", "1 10:00", lines=[line(qty=2), line("2", "X", unit=90)], discount=4500), note("n1", "o1", "2 10:00", 2,
     [{"corrects": "1", "qty": 1, "amount": 4500}], 4500)], {2: "active active 0 15T23:00 .", 5: "active active 0 . ."})
case("of three two are credited: the last go first", THREE + [note("n1", "o1", "3 10:00", 3, [{"corrects": "1", "qty": 2, "amount": 9000}], 9000)], PLAIN)
case("the third, too", THREE + [note("n1", "o1", "2 10:00", 2, [{"corrects": "1", "qty": 2, "amount": 9000}], 9000),
     note("n2", "o1", "3 10:00", 3, [{"corrects": "1", "qty": 1, "amount": 4500}], 4500)], {5: "revoked suspended 1 . refund"})
case("a credit note without lines is about its total", ONE + [note("n1", "o1", "3 10:00", 3)], {5: "revoked suspended 1 . refund"})
case("an amount is consumed once: a note and its own pay-out of half are half", ONE + [note("n1", "o1", "3 10:00", 3, total=2250, paid=2250)], PLAIN)
case("a credit note from before its order is known", [{**note("n1", "o1", "1 10:00", 1), "source": "shop"}, sell("o1", "1 10:00", 2)],
     {2: "revoked suspended - - refund", 5: "revoked suspended - - refund"})
case("what costs nothing is not refunded by nothing", [sell("o1", "1 10:00", lines=[line(unit=0)])], PLAIN)
case("a free unit is credited by its quantity", [sell("o1", "1 10:00", lines=[line(unit=0)]), note("n1", "o1", "3 10:00", 3, [{"corrects": "1", "qty": 1,
     "amount": 0}], 0)], {5: "revoked suspended 1 . refund"})
case("a refund after the term moves nothing but the policy", ONE + [refund("o1", 4500, "7 10:00", 7)],
     {6: "grace active 0 . term", 7: "grace active 0 . refund", 8: "revoked unenrolled - - refund"}, on_refund="unenrol")
case("revoked (cancelled)", ONE + [event("cancel", "o1", "3 10:00", 3)], {3: "grace active 0 . cancelled", 5: "revoked suspended 1 . cancelled"})
case("refunded in the night of the end: the refund was before it", ONE + [refund("o1", 4500, "6 09:00", 6)],    # debt March 6, 09:00, notice night 6
     {5: "active active 0 . .", 6: "grace active 0 15T23:00 refund", 7: "grace active 0 . refund", 8: "revoked suspended 1 15T23:00 refund"})

# --- paid, unpaid ---
case("pending ▶ active: an unpaid order gives nothing", [sell("o1", "1 10:00", status="unpaid"), event("pay", "o1", "4 10:00", 4)],
     {1: "nothing . . . .", 3: "nothing . . . .", 4: "active active 0 18T23:00 ."})
case("each paid term: one that was paid after it would have been over", [sell("o1", "1 10:00", status="unpaid"), event("pay", "o1", "7 10:00", 7)],
     {6: "nothing . . . .", 7: "active active 0 21T23:00 .", 11: "active active 0 . .", 12: "grace active 0 . term"})
case("an invoice of a subscription that was paid late: its month is that of the invoice", [sell("o1", "1 10:00", status="unpaid"),
     event("pay", "o1", "4 10:00", 4)], {4: "active active 0 4-7T22:00 .", 5: "active active 0 . .", 6: "grace active 0 . term"}, renews=True)
UNPAID = sell("o1", "1 10:00", status="unpaid")
case("the later of sale and payment, also when both were before the first reading", [UNPAID, event("pay", "o1", "2 02:00", 1)],
     {1: "active active 0 16T23:00 . 2T02:00", 6: "active active 0 . .", 7: "grace active 0 . term"})
case("on one day, too", [UNPAID, event("pay", "o1", "1 12:00", 1)], {1: "active active 0 15T23:00 . 1T12:00"})
case("nobody pays for nothing: from the sale", [sell("o1", "1 10:00", lines=[line(unit=0)], status="unpaid"), event("pay", "o1", "1 12:00", 1)],
     {1: "active active 0 15T23:00 . 1T10:00"})
case("a payment that was taken back before anything was given begins nothing: from the one that stands", ONE + [event("unpay", "o1", "2 10:00", 2),
     event("pay", "o1", "4 10:00", 4)], {1: "nothing . . . .", 3: "nothing . . . .", 4: "active active 0 18T23:00 . 4T10:00", 8: "active active 0 . .",
     9: "grace active 0 . term"}, silent=[1, 2, 3])
case("also when its days were over before it was paid again", ONE + [event("unpay", "o1", "2 10:00", 2), event("pay", "o1", "8 10:00", 8)],
     {7: "nothing . . . .", 8: "active active 0 22T23:00 . 8T10:00"}, silent=[1, 2, 3])
# R from March 1 on, A from its payment on March 4, to March 9, 23:00Z; what is bought then follows that: March 14, 23:00Z
MIXED_TERMS = [sell("o1", "1 10:00", status="unpaid", lines=[line(), line("2", "R")]), event("pay", "o1", "4 10:00", 4)]
case("terms of one document count each from its own moment", MIXED_TERMS, {4: "active active 0 18T23:00 .", 8: "active active 0 . .", 9: "grace active 0 . term"},
     products=[rule(), rule(sku="R", renews=True)])
case("what is bought then follows the last of them", MIXED_TERMS + [sell("o2", "5 10:00", 5)],
     {5: "active active 0 23T23:00 .", 13: "active active 0 . .", 14: "grace active 0 . term"}, products=[rule(), rule(sku="R", renews=True)], nights=14)
case("what was sold beside a period that had begun has its whole term", [sell("o1", "1 10:00", lines=[line(period=["2026-02-20T10:00:00Z",
     "2026-03-03T10:00:00Z"]), line("2")])], PLAIN)
case("debt from the moment at which the payment was taken back", ONE + [event("unpay", "o1", "3 10:00", 3)],
     {3: "grace active 0 . unpaid", 5: "suspended suspended 1 15T23:00 unpaid"})
case("to its cure; the term goes on where it would be", ONE + [event("unpay", "o1", "3 10:00", 3), event("pay", "o1", "5 10:00", 5)],
     {4: "grace active 0 . unpaid", 5: "active active 0 15T23:00 .", 6: "grace active 0 . term", 8: "suspended suspended 1 . term"})
# Taken back March 6, 10:00, notice March 7, 03:30. Paid again March 7, 10:00: it owes from the end of its term on, March 6, 23:00; notice March 8, 03:30; + 1
case("what is cured and owes from another moment needs a notice of its own", ONE + [event("unpay", "o1", "6 10:00", 6), event("pay", "o1", "7 10:00", 7)],
     {5: "active active 0 . .", 6: "grace active 0 . unpaid", 7: "grace active 0 . term", 8: "grace active 0 . term", 9: "suspended suspended 1 . term"})
case("a new debt is a new episode, with a notice of its own", ONE + [event("unpay", "o1", "2 10:00", 2), event("pay", "o1", "3 10:00", 3),
     event("unpay", "o1", "3 20:00", 4)],    # first notice on March 3; the second on March 5, 03:30; + 3
     {2: "grace active 0 . unpaid", 3: "active active 0 . .", 7: "grace active 0 . unpaid", 8: "suspended suspended 1 . unpaid"}, notice=3, term="P1Y")
case("unpaid, later refunded: when by the first, why by what took it back", ONE + [event("unpay", "o1", "3 10:00", 3), refund("o1", 4500, "4 10:00", 4)],
     {3: "grace active 0 . unpaid", 4: "grace active 0 . refund", 5: "revoked unenrolled - - refund"}, on_refund="unenrol")

# --- disputes ---
OPEN = ONE + [dispute("opened", "o1", "3 10:00", 3)]
case("held (open dispute); keep: access that was given stays", OPEN, {2: "active active 0 . .", 3: "held active 0 15T23:00 disputed"})
case("suspend: it waits until the dispute is won", OPEN + [dispute("won", "o1", "5 10:00", 5)],
     {3: "held suspended 1 15T23:00 disputed", 4: "held suspended 1 . disputed", 5: "active active 0 15T23:00 .", 6: "grace active 0 . term"},
     on_dispute="suspend")
case("never given is not given while disputed", [sell("o1", "1 10:00", 3), dispute("opened", "o1", "2 10:00", 3), dispute("won", "o1", "4 10:00", 4)],
     {3: "held . - - disputed", 4: "active active 0 15T23:00 ."})
case("debt starts at the lost dispute", OPEN + [dispute("lost", "o1", "4 10:00", 4)],
     {3: "held active 0 . disputed", 4: "grace active 0 . dispute", 5: "grace active 0 . dispute", 6: "revoked suspended 1 . dispute"})
case("lost over a part, then the rest refunded: the refund made it whole", ONE + [dispute("opened", "o1", "2 10:00", 2, amount=4000),
     dispute("lost", "o1", "3 10:00", 3, amount=4000), refund("o1", 500, "4 10:00", 4)],
     {3: "active active 0 . .", 4: "grace active 0 . refund", 5: "grace active 0 . refund", 6: "revoked suspended 1 . refund"})
case("lost over a part, then all refunded besides: from the refund", ONE + [dispute("opened", "o1", "2 10:00", 2, amount=4000),
     dispute("lost", "o1", "3 10:00", 3, amount=4000), refund("o1", 4500, "4 10:00", 4)], {3: "active active 0 . .", 5: "grace active 0 . refund"})
KINDS = [rule(on_dispute="suspend"), rule(sku="K", on_dispute="keep")]
case("all that runs is disputed: suspended only if each of the sales says so", [sell("o1", "1 10:00", lines=[line(), line("2", "K")]),
     dispute("opened", "o1", "3 10:00", 3)], {3: "held active 0 15T23:00 disputed"}, products=KINDS)
case("what does not run has no say in it", [sell("o1", "1 10:00"), sell("o2", "1 11:00", lines=[line(sku="K")]), dispute("opened", "o1", "3 10:00", 3),
     dispute("opened", "o2", "3 10:00", 3, "d2")], {3: "held suspended 1 20T23:00 disputed"}, products=KINDS)
case("a day that was over before its sale keeps nothing beside a dispute", [sell("o1", "1 10:00"), dispute("opened", "o1", "1 12:00", 1),
     sell("o2", "2 10:00", 2, lines=[line(sku="F")])], {1: "held . - - disputed", 3: "held . - - disputed"},
     products=[rule(), rule(sku="F", term=None, until="2026-02-20", on_expiry="keep")])
case("two disputes: one is won, the other open", OPEN + [dispute("opened", "o1", "3 11:00", 3, "d2", 100), dispute("won", "o1", "4 10:00", 4)],
     {4: "held active 0 . disputed"})
case("lost over a part of a one-unit order: goodwill", ONE + [dispute("opened", "o1", "3 10:00", 3, amount=4499), dispute("lost", "o1", "4 10:00", 4, amount=4499)],
     {3: "held active 0 . disputed", 4: "active active 0 . ."})
case("lost over a part, with a refund of the rest", ONE + [refund("o1", 2000, "2 10:00", 2), dispute("opened", "o1", "3 10:00", 3, amount=2500),
     dispute("lost", "o1", "4 10:00", 4, amount=2500)], {4: "grace active 0 . dispute", 6: "revoked suspended 1 . dispute"})
case("another right that is not disputed runs", [sell("o1", "1 10:00"), sell("o2", "1 11:00"), dispute("opened", "o2", "2 10:00", 2)],
     {2: "active active 0 20T23:00 ."})
case("held suspended, then lost: nobody is let in by that", OPEN + [dispute("lost", "o1", "4 10:00", 4)],
     {3: "held suspended 1 . disputed", 4: "revoked suspended 1 . dispute"}, on_dispute="suspend")

case("suspended for a dispute that is lost after the term: nobody is let in by a grace that never ends", OPEN + [dispute("lost", "o1", "7 10:00", 7)],
     {3: "held suspended 1 . disputed", 6: "suspended suspended 1 . term", 7: "revoked unenrolled - - dispute"}, grace=None, on_dispute="suspend", on_refund="unenrol")
case("a renewal within a grace that never ends, disputed: the first right keeps the access", [sell("o1", "1 10:00"), sell("o2", "7 10:00", 7),
     dispute("opened", "o2", "8 10:00", 8)], {8: "active active 0 0 ."}, grace=None, on_dispute="suspend")
case("it waits until the dispute is won: then the grace of its term is kept", OPEN + [dispute("won", "o1", "7 10:00", 7)],    # term over March 6
     {5: "held suspended 1 . disputed", 6: "suspended suspended 1 . term", 7: "grace active 0 . term", 8: "grace active 0 . term"}, on_dispute="suspend", grace=9)
case("the same if it was won before that, and only known after it", OPEN + [dispute("won", "o1", "6 10:00", 6)],
     {5: "held suspended 1 . disputed", 6: "grace active 0 . term", 7: "grace active 0 . term"}, on_dispute="suspend", grace=9)
case("not what was open again meanwhile, and ended for another debt", OPEN + [dispute("won", "o1", "3 20:00", 4), event("unpay", "o1", "4 10:00", 4),
     event("pay", "o1", "7 10:00", 7)], {3: "held suspended 1 . disputed", 4: "suspended suspended 1 . unpaid", 7: "suspended suspended 1 . term"},
     on_dispute="suspend", grace=0)
case("a dispute that is opened and won between two readings", ONE + [dispute("opened", "o1", "3 10:00", 3), dispute("won", "o1", "3 11:00", 3)], PLAIN,
     on_dispute="suspend")
case("bought and taken back between two readings: no right, what was there ends as it would", [sell("o1", "1 10:00"), sell("o2", "5 10:00", 6),
     refund("o2", 4500, "6 10:00", 6)], PLAIN, on_refund="keep")

# --- subscriptions ---
def month(first, last):
    return [line(period=[day_time(first), day_time(last)])]


# What the source says that a line pays for lasts to the end of its last day: March 11, 10:00Z is a moment of the 11th, over at 23:00Z in Madrid; + 9 days
case("canceled: until ended_at, from where the debt runs", [sell("o1", "1 10:00", lines=month("1 10:00", "11 10:00"), sub="s"), ended("s", "4 10:00", 4, "4 10:00")],
     {3: "active active 0 20T23:00 .", 4: "grace active 0 20T23:00 subscription", 6: "suspended suspended 1 20T23:00 subscription"})
case("canceled_at is only when it was requested: it runs to the end of what was paid", [sell("o1", "1 10:00", lines=month("1 10:00", "6 23:00"), sub="s"),
     ended("s", "3 10:00", 3, cancel_at="6 23:00", status="active"), ended("s", "6 23:00", 6, "6 23:00")], PLAIN)
case("keep: kept, and why is that the subscription ended", [sell("o1", "1 10:00", lines=month("1 10:00", "11 10:00"), sub="s"), ended("s", "4 10:00", 4, "4 10:00")],
     {3: "active active 0 0 .", 4: "grace active 0 0 subscription", 5: "grace active 0 0 subscription", 6: "ended untouched 0 0 subscription"}, on_expiry="keep")
case("a renewal that is not paid is past due: grace from the end of what was paid", [sell("o1", "1 10:00", lines=month("1 10:00", "6 10:00"), sub="s"),
     sell("o2", "6 10:00", 6, month("6 10:00", "11 10:00"), status="unpaid", sub="s"), event("pay", "o2", "7 10:00", 7)],
     {5: "active active 0 15T23:00 .", 6: "grace active 0 15T23:00 .", 7: "active active 0 20T23:00 ."})
case("a period is the right, whatever the rule's term", [sell("o1", "1 10:00", lines=month("1 10:00", "4 10:00"))], {3: "active active 0 13T23:00 .",
     4: "grace active 0 . term"}, term="P1Y")

# --- vanished, and what a change of knowledge does ---
case("a deleted document waits for a person", ONE + [event("vanish", "o1", "3 10:00", 3)], PLAIN)
case("entered late: its moment is the source's own", ONE + [refund("o1", 4500, "2 10:00", 5)],    # debt March 2, 10:00; notice March 6, 03:30; + 1
     {4: "active active 0 . .", 5: "grace active 0 . refund", 6: "revoked suspended 1 . refund"}, nights=["2 03:00", "3 03:00", "4 03:00", "5 03:00",
     "6 03:00", "7 03:31"])
case("beside a fixed date: the term follows it", [sell("o1", "1 10:00", lines=[line(sku="F")]), sell("o2", "2 10:00", 2)],    # March 4, 23:00Z; + 5
     {1: "active active 0 13T23:00 .", 2: "active active 0 18T23:00 ."}, products=[rule(), rule(sku="F", term=None, until="2026-03-04")])


case("of two that end together the most grace, the longest notice, the longest tail, the mildest policy", [sell("o1", "1 10:00", lines=[line(sku=x) for x in "ANTP"])],
     {1: "active active 0 4-7T22:00 .", 7: "grace active 0 . term", 8: "grace active 0 . term", 9: "suspended suspended 1 4-7T22:00 term"},
     products=[rule(on_expiry="unenrol"), rule(sku="N", notice=2, on_expiry="unenrol"), rule(sku="T", notice=2, renews=True),
               rule(sku="P", notice=2, renews=True, on_expiry="unenrol")])
case("what was over before its sale has no say in how another ends", [sell("o1", "1 10:00"), event("cancel", "o1", "3 10:00", 3),
     sell("o2", "4 10:00", 4, lines=[line(sku="F")])], {3: "grace active 0 . cancelled", 4: "grace active 0 . cancelled", 5: "revoked unenrolled - - cancelled"},
     products=[rule(on_refund="unenrol"), rule(sku="F", term=None, until="2026-02-20", on_expiry="keep")])
KEPT = [rule(), rule(sku="F", term=None, until="2026-03-04", on_expiry="keep"), rule(sku="K", on_expiry="keep")]
case("keep beside a term that ends later: no end, from the first day on", [sell("o1", "1 10:00", lines=[line(), line("2", "F")])],
     {1: "active active 0 0 .", 5: "active active 0 0 .", 6: "ended untouched 0 0 term", 9: "ended untouched 0 0 term"}, products=KEPT)
case("keep before a term that was bought later: no end", [sell("o1", "1 10:00", lines=[line(sku="K")]), sell("o2", "3 10:00", 3)],
     {1: "active active 0 0 .", 3: "active active 0 0 .", 10: "active active 0 0 .", 11: "ended untouched 0 0 term"}, products=KEPT)
case("keep, given back: what is left ends, Moodle's end never moves in", [sell("o1", "1 10:00", lines=[line(sku="K")]), sell("o2", "3 10:00", 3),
     refund("o1", 4500, "4 10:00", 4)], {3: "active active 0 0 .", 4: "active active 0 0 .", 8: "grace active 0 0 term", 10: "suspended suspended 1 0 term"},
     products=KEPT)


def expand(short):
    """15T10:00 is March 15."""
    if "T" not in short:
        return short
    return day_time(short.replace("T", " "))


def check(number, sentence, world, expected, course):
    found = {int(row[1]): row for row in life_oracle.answers(copy.deepcopy(world)) if row[2] == course}
    wrong = []
    for night, want in expected.items():
        want = [expand(x) for x in want.split(" ")]
        row = found.get(night)
        have = [row[3], row[4], row[5], row[7], row[8], row[6]] if row else ["nothing"] * 6
        if any(w not in (".", h) for w, h in zip(want, have)):
            wrong.append(f"case {number}, night {night}: {sentence}\n    by hand {' '.join(want)}\n    oracle  {' '.join(have)}")
    return wrong


def worlds():
    """The cases of the usual nights, all with as many nights as the longest: what comes later changes nothing before."""
    usual = [world for _, world, _, _ in CASES if world["zone"] == "Europe/Madrid" and not world["mail_down"]
             and all(night == f"2026-03-{2 + n:02}T03:00:00Z" for n, night in enumerate(world["nights"]))]
    nights = max((world["nights"] for world in usual), key=len)
    for world in usual:
        sources = {name: {"silent": [n for n in source["silent"] if n <= len(nights)]} for name, source in world["sources"].items()}
        yield {**world, "nights": nights, "sources": sources}


def main():
    if sys.argv[1:] == ["--worlds"]:
        for world in worlds():
            print(json.dumps(world, separators=(",", ":")))
        return 0
    wrong = [x for number, each in enumerate(CASES, 1) for x in check(number, *each)]
    print("\n".join(wrong) if wrong else f"{len(CASES)} cases reckoned by hand: the oracle agrees")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
