#!/usr/bin/env python3
"""Whether two answers about the same worlds (life_worlds.md) agree; if not, the shortest story on which they differ, in words.

    life_compare.py WORLDS ANSWERS OTHER [--columns state,wanted,status,timeend,…] [--all] [--without REASON,…]

The first answers are called the engine's, the others the oracle's. --all: one line for each kind of difference, with how many worlds have it and the shortest.
--without: worlds that have to do with a known defect (KNOWN) are not judged, whether they agree or not; how many is printed.
"""
import json
import sys

COLUMNS = ["state", "wanted", "status", "timestart", "timeend", "why"]


def read(path):
    """Answers by world, night and course."""
    found = {}
    with open(path, encoding="utf-8") as file:
        for row in file:
            world, night, course, *values = row.rstrip("\n").split("\t")
            if len(values) != len(COLUMNS):
                sys.exit(f"{path}: a row of {len(values) + 3} columns: {row!r}")
            found.setdefault(int(world), {})[int(night), course] = dict(zip(COLUMNS, values))
    return found


def nothing(row):
    """No right, no row, none wanted: as if there never had been any."""
    return row is None or row["state"] in ("ended", "revoked", "suspended", "") and row["status"] == "-"


def differences(mine, yours, columns):
    """(night, course, column, engine's, oracle's), in order; of each night and course the first column only."""
    for night, course in sorted(set(mine) | set(yours)):
        one, other = mine.get((night, course)), yours.get((night, course))
        if nothing(one) and nothing(other):
            continue
        if one is None or other is None:
            yield night, course, "row", *("none" if row is None else f"{row['state']} {row['wanted']} {row['status']}" for row in (one, other))
            continue
        before = [rows.get((night - 1, course)) for rows in (mine, yours)]
        for column in columns:
            if column == "wanted" and one["status"] == other["status"] == "-" and "active" not in (one[column], other[column]):
                continue
            if column == "wanted" and one["state"] == other["state"] == "held" and one["status"] == other["status"]:
                continue
            if column == "why" and one["state"] in ("active", "pending"):
                continue
            if column == "timestart" and not all(b is None or b["status"] == "-" for b in before):
                continue
            # What is over and is to stay as it is: the design has no word for it (O1).
            if column in ("state", "wanted") and one["status"] == other["status"] == "0" and {one["wanted"], other["wanted"]} == {"untouched", "active"}:
                continue
            if one[column] != other[column]:
                yield night, course, column, one[column], other[column]
                break


# Known defects, by name: what is wrong, and which worlds may meet it.
KNOWN = {}


def words(event):
    """An event as people tell it."""
    money = lambda minor: f"{minor / 100:.2f}"
    what = event["do"]
    if what == "sell":
        lines = ", ".join(f"{'' if line['qty'] == 1 else str(line['qty']) + ' × '}{line['sku']} at {money(line['unit'])}"
                          + ("" if line["learner"] == "p" else " for another") + (" for " + " to ".join(line["period"]) if line.get("period") else "") for line in event["lines"])
        extra = "".join(f" {name} {money(event[name])}" for name in ("discount", "shipping") if event.get(name))
        return f"{event['doc']} sold ({event['kind']}, {event['status']}{', ' + event['sub'] if event.get('sub') else ''}: {lines};{extra} total {money(event['total'])})"
    if what == "note":
        lines = ", ".join(f"{line['qty']} of line {line['corrects']}, {money(line['amount'])}" for line in event["lines"]) or "no line"
        return f"{event['doc']} credits {event['corrects']} ({lines}; total {money(event['total'])}, paid {money(event['paid'])})"
    if what == "subscription":
        return f"{event['sub']} {event['status']}" + (" paused" if event["paused"] else "") + "".join(
            f", {name} {event[name]}" for name in ("paid_to", "cancel_at", "ended_at") if event.get(name))
    return f"{event['doc']} {what}" + (f" {event['dispute']}" if "dispute" in event else "") + (f" {money(event['amount'])}" if "amount" in event else "")


def story(world, mine, yours, columns):
    """Nights with what happened before each, what both say after it, and where they part."""
    out = [world["story"]] if "story" in world else []
    out += [f"world {world['world']}, {world['zone']}; mail down {world['mail_down']}; silent " +
           ", ".join(f"{name} {source['silent']}" for name, source in world["sources"].items())]
    for p in world["products"]:
        out.append(f"  {p['source']}:{p['sku']} ▶ {p['course']}: " + (f"until {p['until']}" if p["until"] else f"term {p['term']}") +
                   f", grace {p['grace']}, notice {p['notice']}, expiry {p['on_expiry']}, refund {p['on_refund']}, dispute {p['on_dispute']}" +
                   (", renews" if p["renews"] else ""))
    differing = {(d[0], d[1]): d for d in differences(mine, yours, columns)}
    for n, now in enumerate(world["nights"], 1):
        for event in world["events"]:
            if event["night"] == n:
                out.append(f"    {event['at']} {words(event)}")
        for course in sorted({c for _, c in list(mine) + list(yours)}):
            rows = [rows.get((n, course)) for rows in (mine, yours)]
            if rows == [None, None]:
                continue
            text = ["-" if r is None else " ".join(r[c] for c in COLUMNS) for r in rows]
            out.append(f"  night {n} {now} {course}: {text[0]}" + (f"   BUT {text[1]}" if (n, course) in differing else ""))
    return "\n".join(out)


def main():
    args = sys.argv[1:]
    columns, everything = COLUMNS, False
    if "--columns" in args:
        at = args.index("--columns")
        columns = args[at + 1].split(",")
        del args[at:at + 2]
    if "--all" in args:
        args.remove("--all")
        everything = True
    without = []
    if "--without" in args:
        at = args.index("--without")
        without = args[at + 1].split(",")
        del args[at:at + 2]
    mine, yours = read(args[1]), read(args[2])
    left_out = {}
    worlds = compared = differing = 0
    kinds = {}
    with open(args[0], encoding="utf-8") as file:
        for line in file:
            worlds += 1
            number = json.loads(line[:40].split(",")[0] + "}")["world"]
            a, b = mine.pop(number, {}), yours.pop(number, {})
            if without and (reason := next((r for r in without if KNOWN[r][1](json.loads(line))), None)):
                left_out[reason] = left_out.get(reason, 0) + 1
                continue
            compared += len(set(a) | set(b))
            first = next(differences(a, b, columns), None)
            if first is None:
                continue
            differing += 1
            kind = first[2] if first[2] in ("timeend", "timestart") else first[2:]
            kinds.setdefault(kind, [0, line, a, b])
            kinds[kind][0] += 1
            if len(line) < len(kinds[kind][1]):
                kinds[kind][1:] = line, a, b
    if mine or yours:
        sys.exit(f"answers about worlds that are not there: {sorted(mine | yours)[:5]}")
    print(f"# {worlds} worlds, {compared} nights of an access, {differing} worlds differ")
    for reason, count in left_out.items():
        print(f"# {count} worlds are not judged: {KNOWN[reason][0]}")
    for kind, (count, line, a, b) in sorted(kinds.items(), key=lambda k: -k[1][0]) if everything else []:
        print(f"\n== {count}: {kind}\n" + story(json.loads(line), a, b, columns))
    if kinds and not everything:
        _, line, a, b = min(kinds.values(), key=lambda k: len(k[1]))
        print("(engine BUT oracle) " + story(json.loads(line), a, b, columns))
    sys.exit(1 if differing or compared == 0 else 0)


if __name__ == "__main__":
    main()
