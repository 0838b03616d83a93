#!/usr/bin/env python3
"""Histories of the model (tests/sql/life_model.sql) as worlds (life_worlds.md), with what the model says becomes of Moodle's row each night.

    life_story.py ALL SHARE SEED WORLDS ANSWERS < graph

Every history of up to ALL events that change something, pauses among them, and SHARE more of all lengths there are. The graph is rows `id, step, state, event,
to` separated by tabs.
"""
import json
import random
import sys
from datetime import datetime, timedelta, timezone

DAY = datetime(2026, 1, 1, tzinfo=timezone.utc)
NIGHTS = 18
NOTHING, NO_END = -1000000, 1000000
PRICE = 200


def text(minute):
    return (DAY + timedelta(minutes=minute)).strftime("%Y-%m-%dT%H:%M:%SZ")


class Graph:
    def __init__(self, rows):
        self.state, self.step, self.edges = {}, {}, {}
        for row in rows:
            number, step, state, event, to = row.rstrip("\n").split("\t")
            self.state[int(number)] = [int(n) for n in state.strip("{}").split(",")]
            self.step[int(number)] = int(step)
            if event:
                self.edges.setdefault(int(number), {})[event] = int(to)
        self.first = sorted(n for n, step in self.step.items() if step == 0)

    def follow(self, node, paused):
        """Events that change something, and a pause of what was sold, once."""
        return [(event, to) for event, to in sorted(self.edges.get(node, {}).items())
                if to != node or (event == "pause" and not paused and len(self.state[node]) > 9)]

    def all(self, events):
        """Every history of up to so many events, each as (first node, events)."""
        ways = [(first, first, ()) for first in self.first]
        for _ in range(events):
            ways = [(first, to, (*told, event)) for first, node, told in ways for event, to in self.follow(node, "pause" in told)]
            yield from ((first, told) for first, _, told in ways)

    def thrown(self, dice, longest):
        first = node = dice.choice(self.first)
        told = ()
        while len(told) < longest and (ways := self.follow(node, "pause" in told)):
            event, node = dice.choice([way for way in ways if way[0] in ("night", "pay", "renew")] or ways) if dice.random() < 0.4 else dice.choice(ways)
            told = (*told, event)
        return first, told


class Story:
    """A history, played: events of a world, and the model's row after each night."""

    def __init__(self, graph, first, told, number):
        self.number, self.graph, self.node, self.day = number, graph, first, 0
        self.policy = graph.state[first][:2]
        self.silent, self.events, self.rows, self.sales = [], [], [], []
        for event in told:
            self.happen(event)
        while len(self.rows) < NIGHTS:
            self.happen("night")

    def happen(self, event):
        state = self.graph.state[self.node]
        if event == "night":
            to = self.graph.edges.get(self.node, {}).get("night")
            self.day += 1
            if to is None:  # at rest: the nights to come are like the last one
                self.rows.append(self.rows[-1])
                return
            self.node = to
            status, end = self.graph.state[to][4:6]
            self.rows.append((min(status, 1), end if end in (NOTHING, NO_END) else end + 1440 * self.day))
            return
        today = [m for b in range(9, len(state), 14) for m in state[b:b + 6] if m != NOTHING]
        at = max([61] + [m + 1 for m in today if m > 0])
        self.node = self.graph.edges[self.node][event]
        if event == "silent":
            self.silent.append(self.day + 1)
        else:
            self.tell(event, 1440 * self.day + at)

    def tell(self, event, at):
        first = event.endswith(" of the first")
        what = event.removesuffix(" of the first")
        if what == "renew" or what == "pay" and not self.sales:
            sale = {"doc": f"d{len(self.sales) + 1}", "refunded": 0, "disputes": 0}
            self.sales.append(sale)
            self.subscribe(sale, at)
            self.say("sell", at, doc=sale["doc"], source="shop", kind="invoice", status="paid", discount=0, shipping=0, total=PRICE, sub="s" + sale["doc"],
                     lines=[{"line": "1", "sku": "A", "qty": 1, "unit": PRICE, "learner": "p", "period": None}])
            return
        sale = self.sales[0 if first else -1]
        if what in ("pay", "fail"):
            self.say("pay" if what == "pay" else "unpay", at, doc=sale["doc"])
        elif what in ("refund part", "refund all"):
            amount = PRICE // 2 if what == "refund part" else PRICE - sale["refunded"]
            sale["refunded"] += amount
            self.say("refund", at, doc=sale["doc"], amount=amount)
        elif what in ("dispute", "won", "lost"):
            sale["disputes"] += what == "dispute"
            self.say({"dispute": "dispute_opened", "won": "dispute_won", "lost": "dispute_lost"}[what], at, doc=sale["doc"],
                     dispute=f"x{sale['doc']}.{sale['disputes']}", amount=PRICE)
        elif what == "cancel":
            self.subscribe(sale, at, status="canceled", ended_at=text(at))
        elif what == "pause":
            self.subscribe(sale, at, paused=True)
        else:
            raise ValueError(event)

    def subscribe(self, sale, at, **more):
        """Paid to the end of the month: what ends it, ends it early."""
        sale["subscription"] = {**sale.get("subscription", {"status": "active", "paused": False, "cancel_at": None, "ended_at": None}), **more}
        self.say("subscription", at, source="shop", sub="s" + sale["doc"], paid_to=text(1440 * 40), **sale["subscription"])

    def say(self, do, at, **more):
        self.events.append({"do": do, "at": text(at), "night": at // 1440 + 1, **more})

    def world(self):
        suspends, grace = self.policy
        return {"world": self.number, "zone": "UTC", "nights": [text(1440 * n + 180) for n in range(NIGHTS)], "mail_down": [],
                "sources": {"shop": {"silent": sorted(self.silent)}},
                "products": [{"source": "shop", "sku": "A", "course": "C1", "term": "P2D", "until": None, "grace": None if grace < 0 else grace, "notice": 1,
                              "on_expiry": "suspend", "on_refund": "suspend", "on_dispute": "suspend" if suspends else "keep", "renews": False}],
                "events": [event for event in self.events if event["night"] <= NIGHTS]}

    def answers(self):
        for night, (status, end) in enumerate(self.rows, 1):
            yield [self.number, night, "C1", "", "", "-" if status < 0 else status, "-", "-" if status < 0 else "0" if end == NO_END else text(end), ""]


def main():
    events, share, seed = (int(n) for n in sys.argv[1:4])
    graph = Graph(sys.stdin)
    dice = random.Random(seed)
    longest = max(graph.step[n] for n, edges in graph.edges.items() if len(edges) > 1) + 1
    ways = list(graph.all(events)) + [graph.thrown(dice, longest) for _ in range(share)]
    with open(sys.argv[4], "w", encoding="utf-8") as worlds, open(sys.argv[5], "w", encoding="utf-8") as answers:
        for number, (first, told) in enumerate(ways, 1):
            story = Story(graph, first, told, number)
            print(json.dumps({**story.world(), "story": " · ".join(told)}, separators=(",", ":")), file=worlds)
            for row in story.answers():
                print(*row, sep="\t", file=answers)
    print(f"# {len(ways)} histories, of up to {longest} events")


if __name__ == "__main__":
    main()
