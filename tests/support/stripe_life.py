#!/usr/bin/env python3
"""What happens in a Stripe account in the days that tests/scenarios/62_life_subscriptions.sh plays, each learner a story of their own.

    stripe_life.py DAY      what was new by 02:50 of that day's night: lines of a kind and its objects

Days count from 2026-11-20; at(n) is noon of day n. A period of five days from at(-1) is paid until the end of day 4, so it is over in the night of day 5.
"""
import collections
import datetime
import json
import sys

import stripe
from stripe import charge, dispute, event, invoice, item, line, refund, session, subscription

DAY0 = int(datetime.datetime(2026, 11, 20, 12, tzinfo=datetime.timezone.utc).timestamp())
DAY = 86400


def at(day):
    return int(DAY0 + day * DAY)


class Account:
    def __init__(self):
        self.days = collections.defaultdict(lambda: collections.defaultdict(list))
        self.events = 0

    def put(self, day, kind, what, told=None):
        """An object, new or as it is now, known in the night of ${day}; told: the event that says so. What is put twice in a day is as it was last."""
        self.days[day][kind] = [other for other in self.days[day][kind] if other["id"] != what["id"]] + [what]
        if told:
            self.events += 1
            self.days[day]["events"].append(event("evt_%03d" % self.events, told, what["object"], what["id"], created=at(day - 1) + 3600 + self.events))

    # A cycle of a subscription: its invoice, paid unless said otherwise.
    def cycle(self, day, who, n, start, end, status="paid", told=None, product="prod_week", amount=2000, old=False, sub=None, created=None, paid_at=None, rows=None,
              money=True, currency="usd", **more):
        sub = sub or "sub_" + who
        id = "in_%s%d" % (who, n)
        created = created if created is not None else at(start)
        if rows is None:
            rows = [line("il_%s%d" % (who, n), amount, product=product, subscription=sub, old=old, currency=currency, start=at(start))]
            rows[0]["period"] = {"start": at(start), "end": at(end)}
        pi = "pi_%s%d" % (who, n)
        self.put(day, "invoices", invoice(id, status, lines=rows, email=who + "@life.test", name=who.title() + " Life", subscription=sub, pi=pi, old=old,
                                          currency=currency, created=created, paid_at=paid_at, number="L-%s-%d" % (who, n), **more), told)
        if status == "paid" and money:
            self.put(day, "charges", charge("ch_%s%d" % (who, n), sum(r["amount"] for r in rows), created=paid_at or created, pi=pi, currency=currency))

    def sub(self, day, who, status, end, told="customer.subscription.updated", id=None, **more):
        self.put(day, "subscriptions", subscription(id or "sub_" + who, status, created=at(-30), period_end=at(end), **more), told)

    def begin(self, who, start=-1, end=4, n=1, **more):
        """Subscribed before the first night."""
        self.sub(0, who, "active", end, told=None, old=more.get("old", False))
        self.cycle(0, who, n, start, end, **more)

    def shop(self, day, who, amount, start, product="prod_year", buyer=None, id=None):
        id = id or who
        self.put(day, "checkout/sessions", session("cs_" + id, amount, created=at(start), pi="pi_" + id, learner=who + "@life.test", learner_name=who.title() + " Life",
                                                   email=buyer or who + "@life.test"))
        self.put(day, "checkout/sessions/cs_%s/line_items" % id, item("li_" + id, amount, product=product, price="price_" + product))
        self.put(day, "charges", charge("ch_" + id, amount, created=at(start), pi="pi_" + id))


def stories():
    a = Account()
    # So many others that no brake holds what ends in one night.
    for n in range(24):
        a.shop(0, "other%02d" % n, 9000, -9)

    # Renewals, in both shapes of the API.
    for who, old in (("anew", False), ("aold", True)):
        a.begin(who, old=old)
        a.cycle(5, who, 2, 4, 9, old=old)
        a.sub(5, who, "active", 9, old=old)
        a.cycle(10, who, 3, 9, 14, old=old)
        a.sub(10, who, "active", 14, old=old)

    # The next period is not paid at first; never; or minutes before it would have ended. What the subscription is called lags behind.
    for who in ("cures", "fails", "lastminute", "unpaid"):
        a.begin(who)
        a.cycle(5, who, 2, 4, 9, status="open", told="invoice.payment_failed", attempt_count=1)
        a.sub(5, who, "past_due", 9)
    a.cycle(6, "cures", 2, 4, 9, told="invoice.paid", paid_at=at(5) - 3600)
    a.sub(6, "cures", "active", 9)
    a.cycle(10, "cures", 3, 9, 14)
    a.cycle(6, "fails", 2, 4, 9, status="open", told="invoice.payment_failed", attempt_count=2)
    a.cycle(7, "fails", 2, 4, 9, status="open", told="invoice.payment_failed", attempt_count=3)
    a.cycle(7, "lastminute", 2, 4, 9, told="invoice.paid", paid_at=at(6) + int(14.8 * 3600))
    a.cycle(10, "lastminute", 3, 9, 14)
    a.sub(6, "unpaid", "unpaid", 9)

    # Cancelled: at once; at the end; at the end and not after all; long ago, with nights missing.
    a.begin("atonce")
    a.sub(2, "atonce", "canceled", 4, told="customer.subscription.deleted", ended_at=at(1), canceled_at=at(1))
    for who, end in (("leaves", 5), ("stays", 5), ("missed", 6)):
        a.begin(who, end - 30, end)
        a.sub(0, who, "active", end, told=None, at_end=True, cancel_at=at(end), canceled_at=at(-2))
    a.sub(2, "stays", "active", 5)
    a.cycle(6, "stays", 2, 5, 35)
    a.sub(6, "stays", "active", 35)
    a.sub(6, "leaves", "canceled", 5, told="customer.subscription.deleted", ended_at=at(5), canceled_at=at(-2))
    a.sub(7, "missed", "canceled", 6, told="customer.subscription.deleted", ended_at=at(6), canceled_at=at(-2))

    # Paused; resumed; deleted while it was paused.
    for who in ("pauses", "resumes", "pausegone"):
        a.begin(who)
        a.sub(1, who, "active", 4, paused=True)
    a.sub(5, "pauses", "active", 9, paused=True)
    a.sub(4, "resumes", "active", 4)
    a.cycle(5, "resumes", 2, 4, 9)
    a.cycle(10, "resumes", 3, 9, 14)
    a.sub(2, "pausegone", "canceled", 4, told="customer.subscription.deleted", paused=True, ended_at=at(1), canceled_at=at(1))

    # Another plan in the middle of a period: what was not used is credited, what is left of the new one is billed.
    a.begin("plan", product="prod_plan")
    rows = [line("il_plan2a", -1200, product="prod_plan", subscription="sub_plan", proration=True), line("il_plan2b", 5000, product="prod_gold", subscription="sub_plan", proration=True)]
    rows[0]["period"] = {"start": at(1), "end": at(4)}
    rows[1]["period"] = {"start": at(1), "end": at(12)}
    a.cycle(2, "plan", 2, 1, 12, rows=rows)
    a.sub(2, "plan", "active", 12)

    # A team under one subscription that is cancelled, and subscribed to anew.
    def team(n, start, end, sub):
        rows = []
        for k in (1, 2, 3):
            rows.append(line("il_team%d_%d" % (n, k), 2000, product="prod_week", subscription=sub, metadata={"learner_email": "team%d@life.test" % k}))
            rows[-1]["period"] = {"start": at(start), "end": at(end)}
        return rows
    a.sub(0, "team", "active", 4, told=None)
    a.cycle(0, "team", 1, -1, 4, rows=team(1, -1, 4, "sub_team"))
    a.sub(2, "team", "canceled", 4, told="customer.subscription.deleted", ended_at=at(1), canceled_at=at(1))
    a.sub(8, "team", "active", 12, told="customer.subscription.created", id="sub_team2")
    a.cycle(8, "team", 2, 7, 12, rows=team(2, 7, 12, "sub_team2"), sub="sub_team2")

    # Disputes of what was sold once.
    for who, product in (("dkeeps", "prod_year"), ("dwary", "prod_wary"), ("dloses", "prod_year"), ("dtwo", "prod_year")):
        a.shop(0, who, 9000, -1, product)
    for who in ("dkeeps", "dwary", "dloses"):
        a.put(1, "disputes", dispute("dp_" + who, 9000, "ch_" + who, "pi_" + who, created=at(0)), "charge.dispute.created")
    a.put(4, "disputes", dispute("dp_dwary", 9000, "ch_dwary", "pi_dwary", created=at(0), status="won", won_at=at(3)), "charge.dispute.closed")
    a.put(4, "disputes", dispute("dp_dloses", 9000, "ch_dloses", "pi_dloses", created=at(0), status="lost"), "charge.dispute.closed")
    for k in (1, 2):
        a.put(1, "disputes", dispute("dp_dtwo%d" % k, 4000, "ch_dtwo", "pi_dtwo", created=at(0)), "charge.dispute.created")
    a.put(2, "disputes", dispute("dp_dtwo1", 4000, "ch_dtwo", "pi_dtwo", created=at(0), status="won", won_at=at(1)), "charge.dispute.closed")
    a.put(4, "disputes", dispute("dp_dtwo2", 4000, "ch_dtwo", "pi_dtwo", created=at(0), status="lost"), "charge.dispute.closed")

    # A refund that comes back; a full one in yen, and nearly all of some dinars; a place that another buyer pays for.
    a.shop(0, "revives", 9000, -1)
    a.put(1, "refunds", refund("re_revives", 9000, "ch_revives", "pi_revives", created=at(0)), "refund.created")
    a.put(5, "refunds", refund("re_revives", 9000, "ch_revives", "pi_revives", created=at(0), status="failed", failure_reason="lost_or_stolen_card"), "refund.failed")
    for who, currency, amount, back in (("yen", "jpy", 12000, 12000), ("dinar", "kwd", 12340, 12330)):
        a.cycle(0, who, 1, -1, 24, amount=amount, currency=currency)
        a.put(1, "refunds", refund("re_" + who, back, "ch_%s1" % who, "pi_%s1" % who, created=at(0), currency=currency), "refund.created")
    a.shop(0, "moves", 9000, -1, buyer="first@buyers.test", id="moves1")
    a.put(1, "refunds", refund("re_moves", 9000, "ch_moves1", "pi_moves1", created=at(0)), "refund.created")
    a.shop(1, "moves", 9000, 0, buyer="second@buyers.test", id="moves2")

    # No event says that it was paid; and an invoice that was open when it was read first, of which no webhook came.
    a.cycle(1, "noevent", 1, 0, 30)
    a.cycle(0, "nohook", 1, -1, 29, status="open")
    a.cycle(1, "nohook", 1, -1, 29, told="invoice.paid", paid_at=at(0))

    # A year beside a subscription, refunded; a course of 30 days that was paid after 25; a trial.
    a.begin("longest")
    a.shop(0, "longest", 9000, -1)
    a.put(4, "refunds", refund("re_longest", 9000, "ch_longest", "pi_longest", created=at(2)), "refund.created")
    for day, status, paid_at in ((0, "open", None), (1, "paid", at(0))):
        a.put(day, "invoices", invoice("in_late", status, lines=[line("il_late", 9000, product="prod_course", start=at(-25))], email="late@life.test", name="Late Life",
                                       created=at(-25), paid_at=paid_at, number="L-late", pi="pi_late"), "invoice.paid" if paid_at else None)
    a.put(1, "charges", charge("ch_late", 9000, created=at(0), pi="pi_late"))
    a.cycle(0, "tries", 1, -1, 1, amount=0, money=False)
    a.sub(0, "tries", "trialing", 1, told=None)

    # In test mode; and one that ends while the key is a wrong one.
    a.put(0, "invoices", invoice("in_play", lines=[line("il_play", 2000, product="prod_week", subscription="sub_play")], email="play@life.test", name="Play Life",
                                 created=at(-1), live=False))
    a.begin("wrongkey", -1, 7)
    return a


if __name__ == "__main__":
    for kind, objects in stories().days[int(sys.argv[1])].items():
        print(kind + "\t" + json.dumps(objects))
