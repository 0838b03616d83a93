#!/usr/bin/env python3
"""Worlds of accesses (life_worlds.md), thrown from a seed: one line of JSON each. All of one seed share zone, nights and mail, and one of some sixty sets of
product rules each, so that the engine can play them at once.

    life_dice.py SEED COUNT [FIRST]     FIRST: number of the first world (1)
"""
import json
import random
import sys
from datetime import datetime, timedelta, timezone

ZONES = ["Europe/Madrid", "Europe/Madrid", "UTC", "America/Sao_Paulo", "Pacific/Auckland", "America/New_York", "Asia/Kolkata"]
# Days around which calendars are odd: clocks go forward or back, months and years end, a leap day.
STARTS = ["2026-03-24", "2026-10-19", "2026-12-26", "2028-02-24", "2027-01-25", "2026-06-10"]


def text(t):
    return t.strftime("%Y-%m-%dT%H:%M:%SZ")


class Dice:
    def __init__(self, seed):
        self.r = random.Random(seed)

    def one(self, *among):
        return self.r.choice(among)

    def odds(self, percent):
        return self.r.random() * 100 < percent

    def upto(self, low, high):
        return self.r.randint(low, high)


def calendar(d):
    """Nights: one a day, a few without."""
    first = datetime.fromisoformat(d.one(*STARTS)).replace(tzinfo=timezone.utc) + timedelta(hours=d.one(2, 3, 3, 5, 23), minutes=d.one(0, 0, 30))
    days = [n for n in range(d.upto(11, 14)) if n == 0 or not d.odds(6)]
    nights = [first + timedelta(days=n) for n in days]
    down = sorted(n for n in range(1, len(nights) + 1) if d.odds(12))
    if d.odds(15):
        begin = d.upto(2, 5)
        down = list(range(begin, min(begin + 9, len(nights)) + 1))
    return nights, down


def rules(d, patterns, nights, number):
    """A set of product rules: one or two sources, one or two courses."""
    sources = {"shop": d.one(*patterns)}
    if d.odds(30):
        sources["erp"] = d.one(*patterns)
    courses = ["C1", "C2"] if d.odds(20) else ["C1"]
    products = []
    for sku in "ABCD"[:d.upto(2, 4)]:
        by_day = d.odds(12)
        products.append({
            "source": d.one(*sources), "sku": sku, "course": d.one(*courses),
            "term": None if by_day else d.one("P2D", "P2D", "P3D", "P5D", "P5D", "P1W", "P1M", None),
            "until": (nights[0] + timedelta(days=d.upto(0, 9))).strftime("%Y-%m-%d") if by_day else None,
            "grace": d.one(0, 0, 1, 2, 2, 5, None), "notice": d.one(0, 1, 1, 3),
            "on_expiry": d.one("suspend", "suspend", "suspend", "unenrol", "keep"), "on_refund": d.one("suspend", "suspend", "suspend", "unenrol", "keep"),
            "on_dispute": d.one("keep", "suspend"), "renews": d.odds(40)})
    return {"sources": {name: {"silent": silent} for name, silent in sources.items()}, "products": products}


class Sale:
    """A document, and what may happen to it next."""

    def __init__(self, world, number):
        self.world, self.id = world, f"d{number}"
        self.refunded = self.credited = self.disputes = 0
        self.open = None
        self.over = False  # cancelled or deleted: little more is said of it
        self.billed = self.told = False  # lines say for what time they are; more was said of the subscription than that it runs
        self.last = None

    def say(self, do, at, **more):
        """An event of the source, at a moment of its own after the last one."""
        if self.last is not None and at <= self.last:
            at = self.last + timedelta(minutes=1)
        self.last = at
        night = next((n for n, now in enumerate(self.world.nights, 1) if at <= now), None)
        if night is None:
            return False
        self.world.events.append((night, at, {"do": do, "at": text(at), "night": night, **more}))
        return True

    def sell(self, d, at):
        """A sale of its own, or what the subscription of an earlier one bills next."""
        source = d.one(*self.world.sources)
        skus = [p["sku"] for p in self.world.products if p["source"] == source]
        if not skus:
            source = self.world.products[0]["source"]
            skus = [p["sku"] for p in self.world.products if p["source"] == source]
        self.source, self.paid = source, not d.odds(15)
        self.lines = [{"line": str(n + 1), "sku": d.one(*skus), "qty": d.one(1, 1, 1, 1, 1, 2, 2, 3), "unit": d.one(4500, 9900, 9900, 333, 100, 0 if d.odds(20) else 250),
                       "learner": "p" if n == 0 or d.odds(60) else "q", "period": None} for n in range(d.one(1, 1, 1, 1, 2, 2, 3))]
        gross = sum(line["unit"] * line["qty"] for line in self.lines)
        discount = d.upto(0, gross) if gross and d.odds(20) else 0
        shipping = 495 if d.odds(12) else 0
        self.total = gross - discount + shipping
        self.sub = f"s{self.id}" if d.odds(25) else None
        self.paid_to = at + timedelta(days=d.upto(1, 8))
        self.bill(self.world.periods, at)
        if self.sub:
            self.subscribe(at, status="active")
        return self.say("sell", at, doc=self.id, source=source, kind=d.one("order", "invoice"), status="paid" if self.paid else "unpaid", lines=self.lines,
                        discount=discount, shipping=shipping, total=self.total, sub=self.sub)

    def bill(self, d, at):
        """For what time the lines are: the subscription's, a part of it, what begins before or after the sale, or none."""
        if not d.odds(70 if self.sub else 4):
            return
        for line in self.lines:
            begin = d.one(at, at, at, at, at, at - timedelta(minutes=d.upto(1, 4000)), at + timedelta(minutes=d.upto(1, 4000)))
            end = d.one(self.paid_to, self.paid_to, self.paid_to, begin + timedelta(minutes=d.upto(1, 9000)))
            if begin < end and d.odds(80):
                line["period"] = [text(begin), text(end)]
                self.billed = True

    def renew(self, d, before):
        """The next time of an earlier sale's subscription. False: there is none."""
        if not before.billed or not before.sub or before.told or before.paid_to >= self.world.nights[-1]:
            return False
        at, days = before.paid_to + timedelta(minutes=d.upto(0, 90)), d.upto(1, 8)
        self.source, self.paid, self.sub, self.total, self.billed = before.source, not d.odds(25), before.sub, before.total, True
        self.paid_to = before.paid_to + timedelta(days=days)
        self.lines = [{**{k: v for k, v in line.items() if k != "back"}, "period": [text(before.paid_to), text(self.paid_to)] if line["period"] else None} for line in before.lines]
        self.subscribe(at, status="active")
        gross = sum(line["unit"] * line["qty"] for line in self.lines)
        discount, shipping = (gross - self.total, 0) if self.total <= gross else (0, self.total - gross)
        return self.say("sell", at, doc=self.id, source=self.source, kind="invoice", status="paid" if self.paid else "unpaid", lines=self.lines,
                        discount=discount, shipping=shipping, total=self.total, sub=self.sub)

    def subscribe(self, at, **more):
        self.subscription = {**getattr(self, "subscription", {"status": "active", "paused": False, "cancel_at": None, "ended_at": None}), **more}
        return self.say("subscription", at, source=self.source, sub=self.sub, paid_to=text(self.paid_to), **self.subscription)

    def part(self, d, rest):
        """Of an amount all, a part, or what one unit was."""
        line = d.one(*self.lines)
        return min(rest, d.one(rest, rest, d.upto(1, rest), line["unit"] or 1, line["unit"] * line["qty"] or 1))

    def happen(self, d, at):
        rest = self.total - self.refunded - self.credited
        what = d.one("refund", "refund", "unpay", "dispute", "dispute", "cancel", "note", "vanish", "subscription", "subscription")
        if self.over:
            what = "refund" if d.odds(30) else None
        elif not self.paid:
            what = d.one("pay", "pay", "cancel")
        elif self.open and d.odds(70):
            what = "judge"
        if what == "pay":
            self.paid = True
            return self.say("pay", at, doc=self.id)
        if what == "unpay" and self.total > 0 and not self.refunded and not self.open:
            self.paid = False
            return self.say("unpay", at, doc=self.id)
        if what == "refund" and self.paid and rest > 0 and not self.credited:
            amount = self.part(d, rest)
            self.refunded += amount
            return self.say("refund", at, doc=self.id, amount=amount)
        if what == "cancel":
            self.over = True
            return self.say("cancel", at, doc=self.id)
        if what == "vanish" and d.odds(40):
            self.over = True
            self.paid = False
            return self.say("vanish", at, doc=self.id)
        if what == "dispute" and self.total > 0 and not self.open:
            self.disputes += 1
            self.open = f"x{self.id}.{self.disputes}", self.part(d, self.total)
            return self.say("dispute_opened", at, doc=self.id, dispute=self.open[0], amount=self.open[1])
        if what == "judge":
            dispute, amount = self.open
            self.open = None
            won = d.odds(50)
            return self.say("dispute_won" if won else "dispute_lost", at, doc=self.id, dispute=dispute, amount=amount)
        if what == "note" and rest > 0 and not self.refunded:
            return self.note(d, at, rest)
        if what == "subscription" and self.sub and not self.subscription["ended_at"]:
            self.told = True
            said = d.one({"paused": True}, {"paused": False}, {"status": "past_due"}, {"cancel_at": text(self.paid_to)},
                         {"status": "canceled", "ended_at": text(at)}, {"status": "canceled", "ended_at": text(at)})
            return self.subscribe(at, **self.cancelled_early(self.world.periods, at, said))
        return True

    def cancelled_early(self, d, at, said):
        """Of what was billed for a time a cancellation may be for an earlier day, and be taken back before that."""
        last = self.subscription["cancel_at"]
        if not self.billed:
            return said
        if last and last > text(at) and "ended_at" not in said and d.odds(50):
            return {**said, "cancel_at": None}
        if said.get("cancel_at") and at < self.paid_to and d.odds(60):
            return {"cancel_at": text(at + timedelta(minutes=d.upto(1, max(1, int((self.paid_to - at).total_seconds()) // 60))))}
        return said

    def note(self, d, at, rest):
        """A credit note: of a quantity of lines, of money on one, or of all without a word."""
        lines = []
        if d.odds(80):
            for line in d.r.sample(self.lines, d.upto(1, len(self.lines))):
                left = line["qty"] - line.get("back", 0)
                qty = 0 if d.odds(20) else d.upto(0, left)
                amount = min(rest, line["unit"] * qty if qty else d.upto(0, line["unit"]))
                if amount > 0 or qty > 0:
                    line["back"] = line.get("back", 0) + qty
                    lines.append({"corrects": line["line"], "qty": qty, "amount": amount})
                    rest -= amount
            if not lines:
                return True
        total = sum(line["amount"] for line in lines) if lines else d.one(rest, rest, d.upto(1, rest))
        self.credited += total
        self.world.notes += 1
        return self.say("note", at, doc=f"n{self.world.notes}", corrects=self.id, lines=lines, total=total, paid=d.one(total, total, 0))


class World:
    def __init__(self, d, periods, number, zone, nights, down, group):
        self.periods = periods  # dice of their own: what else happens is as it would be
        self.number, self.zone, self.nights, self.down = number, zone, nights, down
        self.sources, self.products = group["sources"], group["products"]
        self.events, self.notes = [], 0
        last = None
        for n in range(d.one(1, 1, 1, 2, 2, 3)):
            sale = Sale(self, n + 1)
            at = nights[0] + timedelta(minutes=d.one(-d.upto(0, 8000), d.upto(0, 11000), d.upto(-600, 6000)))
            if not (last and periods.odds(60) and sale.renew(periods, last)) and not sale.sell(d, at):
                continue
            last = sale
            for _ in range(d.one(0, 0, 1, 1, 1, 2, 2, 3, 5)):
                at = sale.last + timedelta(minutes=d.one(d.upto(1, 300), d.upto(1, 3000), d.upto(1, 9000)))
                if not sale.happen(d, at):
                    break
        # Some sales are entered late.
        for n, (night, at, event) in enumerate(self.events):
            if event["do"] == "sell" and len(self.events) == 1 and d.odds(15):
                event["night"] = min(night + d.upto(1, 4), len(nights))
                self.events[n] = (event["night"], at, event)
        self.events.sort(key=lambda e: (e[0], e[1]))

    def line(self):
        for _, _, event in self.events:
            for line in event.get("lines") or []:
                line.pop("back", None)
        return json.dumps({"world": self.number, "zone": self.zone, "nights": [text(n) for n in self.nights], "mail_down": self.down, "sources": self.sources,
                           "products": self.products, "events": [event for _, _, event in self.events]}, separators=(",", ":"))


def main():
    seed, count = int(sys.argv[1]), int(sys.argv[2])
    first = int(sys.argv[3]) if len(sys.argv) > 3 else 1
    d = Dice(seed)
    zone = d.one(*ZONES)
    nights, down = calendar(d)
    patterns = [[], [], []] + [sorted(d.r.sample(range(2, len(nights)), d.upto(1, 3))) for _ in range(4)]
    groups = [rules(d, patterns, nights, n) for n in range(max(4, min(60, count // 20)))]
    for n in range(count):
        d = Dice(f"{seed}.{n}")
        print(World(d, Dice(f"{seed}.{n} periods"), first + n, zone, nights, down, d.one(*groups)).line())


if __name__ == "__main__":
    main()
