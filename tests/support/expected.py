#!/usr/bin/python3
"""Compare what the engine reckons of a generated world with what the generator reckons itself.

usage: expected.py expected.json < lines of "name<TAB>value"     the engine's, from tests/scenarios/30_world.sh

The engine's lines: class.<code> = units, net.<code>.<currency> = minor units, money.<what>.<currency>, course.<short name> = accesses
that run, and plain numbers. Prints each difference; exit 1 if there is one, or if the engine left something out."""
import json
import sys

expected = json.load(open(sys.argv[1]))
want = {"units": expected["units"], "lines": expected["lines"], "orders": expected["orders"]["all"], "pairs": expected["pairs"],
        "pairs_active": expected["pairs_active"], "learners": expected["learners"],
        "refund_ambiguous_orders": expected["refund_ambiguous_orders"]}
for code, of in expected["units_by_class"].items():
    want["class." + code] = of["units"]
    for currency, net in of["net"].items():
        want["net.%s.%s" % (code, currency)] = net
for currency, of in expected["money"].items():
    for what in ("charged", "refunded", "shipping", "discount", "tax", "total", "subtotal"):
        want["money.%s.%s" % (what, currency)] = of[what]
for course, number in expected["active_by_course"].items():
    want["course." + course] = number
found = {}
for line in sys.stdin:
    name, value = line.rstrip("\n").split("\t")
    found[name] = int(value)
bad = [(name, want.get(name), found.get(name)) for name in sorted(want.keys() | found.keys()) if want.get(name) != found.get(name)]
for name, of_world, of_engine in bad:
    print("%s: the world has %s, the engine %s" % (name, of_world, of_engine))
sys.exit(1 if bad else 0)
