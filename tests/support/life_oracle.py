#!/usr/bin/env python3
"""Who has access to what, until when, and what Moodle's row looks like, night by night: an independent witness.

    life_oracle.py [--answer Q1=a]... < worlds.jsonl > answers.tsv

Worlds and answers are those of life_worlds.md. This is written from the design and the contracts alone, by someone who has not read the engine.
It asks the plain question over and over: going by what was so in the source at moment t, was some unrefunded money paid for t? The moments at which
the answer is yes make stretches of time. When `now` lies in one there is access; else the end of the last one is the moment of debt.

Where the design is silent ANSWERS says which reading is taken.
"""
import calendar
import json
import re
import sys
from collections import namedtuple
from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

NEVER = datetime(9000, 1, 1, tzinfo=timezone.utc)
MAX_AGE = timedelta(hours=26)

# The reading of each open question, Q as in life_worlds.md, O the oracle's own. Second: the answers it can be told.
ANSWERS = {
    "Q1": ["a", "ab"],  # kept after a refund until debt + grace: (a) grace, (b) revoked at once
    "Q2": ["a", "ab"],  # a sale while an earlier term runs (a) follows it, (b) starts with its sale
    "Q3": ["a", "ab"],  # a term is taken back: later ones (a) move forward, (b) stay where they were
    "Q4": ["a", "ab"],  # a subscription ended before its paid period (a) ends the right, (b) does not
    "Q5": ["a", "ab"],  # what was used of it (a) stays in the chain, (b) does not
    "Q6": ["a", "ab"],  # a payment taken back ends by (a) on_expiry, (b) on_refund
    "Q7": ["a", "ab"],  # a credited quantity takes (a) the last units first, (b) the first
    "Q8": ["a", "ab"],  # an open dispute over a part holds (a) all units, (b) none
    "Q9": ["a", "ab"],  # beside another right that runs: (a) not held, (b) held
    "Q10": ["a", "ab"],  # access that was never given is, while held, (a) not given, (b) given by keep
    "Q11": ["a", "ab"],  # a lost dispute weighs (a) together with other money given back, (b) alone
    "Q12": ["a", "ab"],  # the notice waits (a) until needed sources are fresh, (b) for nothing
    "Q13": ["a", "a"],  # grace 0 ends at once after a refund, too
    "Q14": ["a", "ab"],  # timeend lies (a) no earlier than the day of the suspension, (b) where the sentence says
    "Q15": ["a", "a"],  # what never ends by time: timeend 0
    "Q16": ["a", "a"],  # the policy is that of the right that ended last
    "Q17": ["a", "ab"],  # a refund: the row (a) keeps its timeend, (b) moves in
    "Q18": ["a", "a"],  # an end that waits for a silent source: the state is what facts and time say
    "Q19": ["a", "ab"],  # full is (a) the total, (b) the sum of the units
    "Q20": ["a", "a"],  # two ends: when by the first; why and how by what took the sale back
    "Q21": ["a", "ab"],  # a refund after the term: (a) why and policy are the refund's, (b) nothing changes
    "Q22": ["c", "abc"],  # an order paid later starts (a) with its sale, (b) with its payment, (c) with its payment unless it renews
    "Q23": ["a", "a"],  # a vanished document: all stays
    "Q24": ["a", "ab"],  # opened again: timeend (a) the later of both, (b) what is wanted
    "Q25": ["a", "ab"],  # a line's period: (a) that, (b) the rule's term
    "Q26": ["a", "ab"],  # beside a fixed date: a term (a) follows it, (b) begins with its sale
    "O1": ["c", "abc"],  # on_expiry keep, term over: (a) grace (term over, access kept), (b) active, (c) ended after the grace, and untouched
    "O2": ["b", "ab"],  # term over, in grace, no access in Moodle: (a) given for the rest of the grace, (b) not ("access kept")
    "O3": ["a", "ab"],  # taken back or unpaid, in grace, no access in Moodle: (a) not given, (b) given
    "O4": ["a", "ab"],  # grace never, after a refund: (a) never ends, (b) ends as with grace 0
    "O5": ["b", "ab"],  # a source is fresh (a) when last read at most 26 hours ago, (b) when read tonight ("complete and no older than")
    "O6": ["a", "ab"],  # tail writes: (a) whenever due, (b) one for each end of access
    "O7": ["a", "ab"],  # a credit note and money paid out: (a) the greater one counts, (b) the sum
    "O8": ["a", "ab"],  # an unpaid term: later ones (a) move forward, (b) stay
    "O9": ["a", "ab"],  # the term ends under dispute: (a) as any other, (b) held until it is decided
    "O24": ["b", "ab"],  # a disputed right beside one in its grace: (a) not held, (b) held, unless that grace never ends
    "O25": ["b", "ab"],  # a subscription that ended when its paid period was over, but not the rule's term: the right (a) ends, (b) has its term
    "O26": ["a", "ab"],  # on_expiry keep, and another right that ends later: (a) access has no end, (b) the policy of the one that ended later
    "Q27": ["a", "ab"],  # a term ends (a) with the tenant's day on which it is over ("a day ends at 00:00 of the next"), (b) at the minute
    "Q28": ["a", "ab"],  # units of one document (a) begin together ("terms bought for the same time share one"), (b) add up
    "Q29": ["a", "ab"],  # taken back or unpaid whenever it was known: (a) gives no right and counts for nothing, (b) counts
    "Q30": ["b", "abc"],  # rights that end at one moment: the policy is (a) the last line's, (b) of what would last longest, (c) of the longest grace
}


def answer(question):
    return ANSWERS[question][0]


# --- time: calendar arithmetic on the tenant's clock ---------------------------------------------------------------------------------

def moment(text):
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=timezone.utc) if text else None


def text_of(t):
    return t.strftime("%Y-%m-%dT%H:%M:%SZ")


def on_clock(local, zone):
    """The moment at which a clock in the zone shows this. A time that the clock skips is as much later; of one shown twice the later counts."""
    return max(local.replace(tzinfo=zone, fold=fold).astimezone(timezone.utc) for fold in (0, 1))


def plus(t, months, days, zone):
    """Same time of day so many months and days later; a day that the month lacks is its last."""
    if t >= NEVER:
        return NEVER
    local = t.astimezone(zone).replace(tzinfo=None)
    year, month = divmod(local.year * 12 + local.month - 1 + months, 12)
    day = min(local.day, calendar.monthrange(year, month + 1)[1])
    return on_clock(local.replace(year=year, month=month + 1, day=day) + timedelta(days=days), zone)


def plus_term(t, term, zone):
    found = re.fullmatch(r"P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?", term)
    if not found or term == "P":
        raise ValueError(f'"{term}" is no duration')
    years, months, weeks, days = (int(x or 0) for x in found.groups())
    return plus(t, years * 12 + months, weeks * 7 + days, zone)


def midnight_after(t, zone):
    day = t.astimezone(zone).date() + timedelta(days=1)
    return on_clock(datetime(day.year, day.month, day.day), zone)


def end_of_day(day, zone):
    return midnight_after(on_clock(datetime.strptime(day, "%Y-%m-%d") + timedelta(hours=12), zone), zone)


def with_its_day(t, zone):
    """The end of a term: 00:00 after it, unless it is 00:00."""
    if t >= NEVER or answer("Q27") == "b" or t.astimezone(zone).strftime("%H:%M") == "00:00":
        return t
    return midnight_after(t, zone)


# --- money: what each unit of a document was charged ----------------------------------------------------------------------------------

def shares(amount, weights):
    """Amount in whole parts by weight: largest remainder, then the first."""
    whole = sum(weights)
    if whole == 0:
        return [0] * len(weights)
    parts = [amount * w // whole for w in weights]
    by_remainder = sorted(range(len(weights)), key=lambda i: (-(amount * weights[i] % whole), i))
    for i in by_remainder[:amount - sum(parts)]:
        parts[i] += 1
    return parts


def unit_prices(sale):
    """Net price of each unit by line: its share of what was charged, after the document's discount, without shipping."""
    lines = sorted(sale["lines"], key=lambda line: int(line["line"]) if line["line"].isdigit() else line["line"])
    gross = [line["unit"] * line["qty"] for line in lines]
    off = shares(sale.get("discount") or 0, gross)
    return {line["line"]: shares(g - o, [1] * line["qty"]) for line, g, o in zip(lines, gross, off)}


class Unit:
    """The first unit of a line, which is the named learner's."""

    def __init__(self, world, order, sale, line, rule):
        self.zone = world.zone
        self.order = order
        self.doc = sale["doc"]
        self.sub = (sale["source"], sale["sub"]) if sale.get("sub") else None
        self.sold, self.known = moment(sale["at"]), sale["known"]
        self.line = line["line"]
        self.qty = line["qty"]
        self.rule = rule
        prices = unit_prices(sale)
        self.line_prices = prices[self.line]
        self.price = self.line_prices[0]
        self.total = sale["total"]
        self.full = sum(sum(p) for p in prices.values()) if answer("Q19") == "b" else sale["total"]
        self.alone = sum(x["qty"] for x in sale["lines"]) == 1
        self.period = [moment(x) for x in line["period"]] if line.get("period") and answer("Q25") == "a" else None
        # What was sold besides what a subscription bills for a time does not end with it.
        self.besides = not self.period and any(x.get("period") for x in sale["lines"])
        self.paid_at_sale = sale["status"] == "paid"


Standing = namedtuple("Standing", "paid first_paid taken disputed cut")


class Ledger:
    """What has happened to one document, event by event."""

    def __init__(self, unit):
        self.unit = unit
        self.credited = self.money = self.quantity = self.loose_money = 0
        self.lost, self.open = {}, {}
        self.cancelled = False

    def given_back(self):
        out = self.money + (sum(self.lost.values()) if answer("Q11") == "a" else 0)
        return self.credited + self.money if answer("O7") == "b" else max(self.credited, out)

    def lost_alone(self, enough):
        return answer("Q11") == "b" and any(x >= enough for x in self.lost.values())

    def reaches(self, enough):
        back = self.given_back()
        return back > 0 and back >= enough or self.lost_alone(enough)

    def taken(self):
        """Whether the unit is given back: by quantity, by money for its line, by all the money, or it was cancelled."""
        u = self.unit
        left = u.qty - self.quantity
        by_quantity = left <= 0 if answer("Q7") == "a" else self.quantity >= 1
        if answer("Q7") == "a":
            by_money = self.loose_money >= sum(u.line_prices[:max(left, 0)])  # an amount is consumed once: that of a quantity is for that
        else:
            by_money = self.loose_money >= u.price
        by_money = by_money and self.loose_money > 0
        return self.cancelled or by_quantity or by_money or self.reaches(u.full) or (u.alone and self.reaches(u.price))

    def note(self, event):
        self.credited += event["total"]
        self.money += event["paid"]
        for line in event["lines"]:
            if line["corrects"] == self.unit.line:
                self.quantity += line["qty"]
                if line["qty"] == 0:
                    self.loose_money += line["amount"]


TOOK_BACK = ("refund", "cancelled", "dispute")
WHY = {"refund": "refund", "note": "refund", "cancel": "cancelled", "dispute_lost": "dispute"}


def standing(unit, facts):
    """How the unit stands going by these facts, which are in the order of their moments."""
    ledger = Ledger(unit)
    voided = {e["doc"] for e in facts if e["do"] == "cancel"}
    paid, first_paid = unit.paid_at_sale, unit.sold if unit.paid_at_sale else None
    taken, cut, paid_known = None, None, unit.known
    for event in facts:
        do = event["do"]
        if do == "subscription":
            if unit.sub == (event["source"], event["sub"]):
                cut = moment(event["ended_at"]) or (event["moment"] if event["status"] == "canceled" else moment(event["cancel_at"]))
                over = unit.period[1] if unit.period else moment(event["paid_to"])
                if cut and over and cut >= over and answer("O25") == "b" or unit.besides:
                    cut = None
            continue
        if do == "note":
            if event["corrects"] != unit.doc or event["doc"] in voided:
                continue
            ledger.note(event)
        elif event["doc"] != unit.doc:
            continue
        elif do == "pay":
            paid_known = paid_known if first_paid else event["known"]
            paid, first_paid = True, first_paid or event["moment"]
        elif do == "unpay":  # of what was paid and taken back between two readings the source shows nothing
            paid, first_paid = False, None if paid_known == event["known"] else first_paid
        elif do == "refund":
            ledger.money += event["amount"]
        elif do == "cancel":
            ledger.cancelled = True
        elif do == "dispute_opened":
            ledger.open[event["dispute"]] = event["amount"]
        elif do in ("dispute_won", "dispute_lost"):
            ledger.open.pop(event["dispute"], None)
            ledger.lost.pop(event["dispute"], None)
            if do == "dispute_lost":
                ledger.lost[event["dispute"]] = event["amount"]
        if not ledger.taken():
            taken = None
        elif not taken:
            taken = WHY.get(do, "refund")
    disputed = bool(ledger.open) and (answer("Q8") == "a" or sum(ledger.open.values()) >= unit.full)
    return Standing(paid, first_paid, taken, disputed, cut if answer("Q4") == "a" else None)


# --- rights: which stretches of time are paid for --------------------------------------------------------------------------------------

# kind: paid, held (under dispute), kept (over, and the policy keeps it without end). last: when it would end going by the facts
# of then. begins: when the right itself began.
class Piece(namedtuple("Piece", "start end kind unit last begins")):
    def lenient(self):
        """When its grace is over."""
        return NEVER if self.unit.rule["grace"] is None else plus(self.end, 0, self.unit.rule["grace"], self.unit.zone)

    def best(self, how):
        """Of those that end together the one that is best for the learner: most grace, longest notice, longest tail, mildest policy."""
        rule = self.unit.rule
        return self.lenient(), rule["notice"], rule["renews"], ("unenrol", "suspend", "keep").index(how), self.unit.order


def from_when(unit, stand):
    if unit.period:
        return unit.period[0]
    by_sale = answer("Q22") == "a" or (answer("Q22") == "c" and unit.rule["renews"]) or unit.total == 0  # nobody pays for nothing
    return unit.sold if by_sale else stand.first_paid


def due(unit, begins, end_so_far):
    """From when to when the right lasts, if it begins after what was bought before."""
    rule = unit.rule
    if unit.period:
        end = with_its_day(unit.period[1], unit.zone)
        return unit.period[0], min(end, end_of_day(rule["until"], unit.zone)) if rule["until"] else end
    if rule["until"]:
        return begins, end_of_day(rule["until"], unit.zone)
    start = begins if answer("Q2") == "b" else max(begins, end_so_far)
    return start, with_its_day(plus_term(start, rule["term"], unit.zone), unit.zone) if rule["term"] else NEVER


def pieces_by(units, facts):
    """The rights as they are going by these facts, whatever the time; and those that their subscription cut short."""
    pieces, short = [], set()
    end_so_far, before, document = *[datetime.min.replace(tzinfo=timezone.utc)] * 2, None
    stands = [(unit, standing(unit, facts)) for unit in units]
    stands = [(unit, stand) for unit, stand in stands if stand.first_paid]
    # A document is one step of the chain, at the place of its terms, where it has any.
    places = {}
    for unit, stand in stands:
        place = bool(unit.period or unit.rule["until"]), from_when(unit, stand)
        places[unit.doc] = min(places.get(unit.doc, place), place)
    stands.sort(key=lambda x: (places[x[0].doc][1], x[0].order))
    for unit, stand in stands:
        if unit.doc != document:
            before, document = end_so_far, unit.doc
        start, end = due(unit, from_when(unit, stand), before if answer("Q28") == "a" else end_so_far)
        whole = end
        if stand.cut and stand.cut < end:
            end = max(stand.cut, start)
            short.add(unit)
        stays = not stand.taken and (stand.paid or answer("O8") == "b") or (stand.taken and answer("Q3") == "b")
        if stays and not (unit.rule["until"] and answer("Q26") == "b"):
            end_so_far = max(end_so_far, end if answer("Q5") == "a" or end == whole else start)
        if stand.taken:
            continue
        if stand.paid:
            pieces.append(Piece(start, end, "held" if stand.disputed else "paid", unit, whole, start))
            if stand.disputed and answer("O9") == "b":
                pieces.append(Piece(end, NEVER, "held", unit, NEVER, start))
            if unit.rule["on_expiry"] == "keep" and answer("O26") == "a" and start < end:  # what never ran is not kept
                pieces.append(Piece(end, NEVER, "kept", unit, NEVER, start))
    return [p for p in pieces if p.start < p.end], short


def effective(event):
    """When a fact was so in the source. An ended subscription was so from its end on."""
    t = moment(event["at"])
    ended = moment(event.get("ended_at"))
    return min(t, ended) if ended else t


class Rights:
    """What was paid for when, going by all that is known: each stretch between two facts by the facts up to then."""

    def __init__(self, units, facts):
        self.facts = facts
        self.turns = sorted({e["moment"] for e in self.facts})
        self.past = []
        cures = self.cures(units)
        for turn, following in zip(self.turns, self.turns[1:] + [NEVER]):
            so_far = [e for e in self.facts if e["moment"] <= turn and not (e["do"] == "unpay" and e["doc"] in cures
                      and cures[e["doc"]][0] < e["moment"] < cures[e["doc"]][1])]
            sold = [u for u in units if u.sold <= turn]
            self.today, self.short = pieces_by(sold, so_far)
            for p in self.today:
                start, end = max(p.start, turn), min(p.end, following)
                if start < end:
                    self.past.append(Piece(start, end, p.kind, p.unit, p.end, p.begins))

    def cures(self, units):
        """By document: from when to when it was made good that its payment was taken back. What was paid again counts as paid all the time."""
        cures = {}
        for unit in units:
            first = standing(unit, self.facts).first_paid
            paid = [e["moment"] for e in self.facts if e["do"] == "pay" and e["doc"] == unit.doc]
            if first and paid and max(paid) > first:
                cures[unit.doc] = first, max(paid)
        return cures

    def at(self, now):
        return [p for p in self.past if p.start <= now < p.end]

    def run_end(self, now):
        """Until when, going by today's facts, and by whose right."""
        end = now
        while any(p.start <= end < p.end for p in self.today):
            end = max(p.end for p in self.today if p.start <= end < p.end)
        return end, max((p for p in self.today if p.end == end), key=lambda p: p.best(p.unit.rule["on_expiry"])).unit

    def last_end(self, now):
        """The piece that was the end of the last stretch."""
        by = {"a": lambda p: (p.unit.order,), "b": lambda p: (p.last,), "c": lambda p: (p.lenient(), p.last)}[answer("Q30")]
        how = {u: u.rule["on_refund" if self.why(u, now) in TOOK_BACK else "on_expiry"] for u in {p.unit for p in self.past}}
        return max((p for p in self.past if p.end <= now), key=lambda p: (p.end, *by(p), *p.best(how[p.unit])), default=None)

    def why(self, unit, x):
        """What ended it: what took the sale back before what is owed, and that before time."""
        stand = standing(unit, self.facts)
        if stand.taken and not (answer("Q21") == "b" and self.ended_by_term(unit, x)):
            return stand.taken
        if not stand.paid:
            return "unpaid"
        if unit in self.short:
            return "subscription"
        return "term"

    def ended_by_term(self, unit, x):
        return not any(p.unit is unit and p.end == x and p.last > x for p in self.past)


# --- nights --------------------------------------------------------------------------------------------------------------------------

class World:
    def __init__(self, data):
        self.name = data["world"]
        self.zone = ZoneInfo(data["zone"])
        self.nights = [moment(t) for t in data["nights"]]
        self.mail_down = set(data["mail_down"])
        self.silent = {name: set(source["silent"]) for name, source in data["sources"].items()}
        self.products = data["products"]
        self.events = data["events"]
        sources = {e["doc"]: e["source"] for e in self.events if e["do"] == "sell"}
        for e in self.events:
            source = e.get("source") or sources.get(e.get("corrects")) or sources.get(e["doc"])
            if source is None:
                source = next(sources[n["corrects"]] for n in self.events if n["do"] == "note" and n["doc"] == e["doc"])
            e["known"] = next((n for n in range(e["night"], len(self.nights) + 1) if n not in self.silent[source]), None)

    def courses(self):
        return sorted({p["course"] for p in self.products})

    def known(self, night):
        return [e for e in self.events if e["known"] and e["known"] <= night]

    def units(self, course, events):
        units = []
        for sale in (e for e in events if e["do"] == "sell"):
            for line in sale["lines"]:
                rule = next((p for p in self.products if p["source"] == sale["source"] and p["sku"] == line["sku"]), None)
                if rule and rule["course"] == course and line["learner"] == "p":
                    units.append(Unit(self, len(units), sale, line, rule))
        return units

    def fresh(self, course, night):
        """Removing access needs every source with a rule for the course, complete and young enough."""
        for source in {p["source"] for p in self.products if p["course"] == course}:
            read = [n for n in range(1, night + 1) if n not in self.silent[source]]
            if not read or (read[-1] != night and (answer("O5") == "b" or self.nights[night - 1] - self.nights[read[-1] - 1] > MAX_AGE)):
                return False
        return True


class Row:
    """A row of Moodle: suspended or not, from, until (NEVER: no end)."""

    def __init__(self, start, end):
        self.status, self.start, self.end, self.tailed = 0, start, end, None


Verdict = namedtuple("Verdict", "state wanted why end rule start notice")


class Course:
    """One learner's one course through the nights: the row, and the notices that were sent."""

    def __init__(self, world, name):
        self.world, self.name, self.zone = world, name, world.zone
        self.row = None
        self.queued, self.accepted = {}, {}
        self.good = set()  # what was seen as paid in some night; what was taken back before is no right
        self.waits = False  # suspended by a dispute only

    def notice(self, debt, now):
        """When the mail server took the notice of this debt; one that cannot be delivered for 7 days counts as sent."""
        if debt in self.accepted:
            return self.accepted[debt]
        if debt in self.queued and now >= self.queued[debt] + timedelta(days=7):
            return self.queued[debt] + timedelta(days=7)
        return None

    def days(self, t, n):
        return plus(t, 0, n, self.zone)

    def has_access(self):
        return self.row is not None and self.row.status == 0

    def had_access(self):
        """There is access, or it only waits for the end of a dispute."""
        return self.has_access() or (self.row is not None and self.waits)

    def running(self, rights, now, on):
        end, unit = rights.run_end(now)
        rule, start = unit.rule, min(p.begins for p in on if p.kind != "kept" or all(x.kind == "kept" for x in on))
        kinds = {p.kind for p in on}
        in_grace = any(p.kind == "paid" and p.start <= now < p.lenient() and (answer("O24") == "a" or p.unit.rule["grace"] is None) for p in rights.today)
        free = in_grace or any(p.kind == "paid" or (p.kind == "kept" and not standing(p.unit, rights.facts).disputed) for p in on)
        if "held" in kinds and (answer("Q9") == "b" or not free):
            if all(p.unit.rule["on_dispute"] == "suspend" for p in on if p.kind == "held"):
                return Verdict("held", "suspended", "disputed", end, rule, start, None)
            if not self.has_access() and answer("Q10") == "a":
                return Verdict("held", "untouched", "disputed", end, rule, start, None)
            return Verdict("held", "active", "disputed", end, rule, start, None)
        if kinds == {"kept"}:
            why = rights.why(unit, now)
            in_grace = any(now < plus(p.start, 0, p.unit.rule["grace"], self.zone) if p.unit.rule["grace"] is not None else True for p in on)
            if answer("O1") == "c" and (not in_grace or not self.had_access()):
                return Verdict("ended", "untouched", why, NEVER, rule, start, None)
            return Verdict("active" if answer("O1") == "b" else "grace", "active", why, NEVER, rule, start, None)
        return Verdict("active", "active", "term", end, rule, start, None)

    def over(self, rights, now, last):
        """Nothing is paid for now: grace, or what the policy makes of it."""
        debt, unit, start = last.end, last.unit, last.begins
        rule, why = unit.rule, rights.why(unit, debt)
        took = why in TOOK_BACK or (why == "unpaid" and answer("Q6") == "b")
        how = rule["on_refund"] if took else rule["on_expiry"]
        disputed = standing(unit, rights.facts).disputed
        access = self.has_access() or (self.waits and not disputed and why not in TOOK_BACK)
        grace = rule["grace"]
        if grace is None and took and answer("O4") == "b":
            grace = 0
        end, note = (NEVER if grace is None else self.days(debt, grace)), None
        if took and how == "keep":
            suspension = debt
        elif grace == 0 or how == "keep" or not self.has_access():
            suspension = end
        else:
            note = self.notice(debt, now)
            suspension = max(end, self.days(note, rule["notice"])) if note and end < NEVER else NEVER
        let_in = answer("O2") == "a" if why in ("term", "subscription") else answer("O3") == "b"
        if not access and (not let_in or (disputed and rule["on_dispute"] == "suspend")):
            suspension = debt
        if now < suspension:
            state = "revoked" if why in TOOK_BACK and answer("Q1") == "b" else "grace"
            waits = debt if grace and end < NEVER and how != "keep" else None
            if answer("Q14") == "a" and end < suspension < NEVER:
                tail_end = self.tail(end, rule)
                end = end if tail_end >= suspension else self.days(midnight_after(suspension, self.zone), -self.tail_days(rule))
            return Verdict(state, "active", why, end, rule, start, waits)
        wanted = {"suspend": "suspended", "unenrol": "unenrolled", "keep": "untouched"}[how]
        state = "revoked" if why in TOOK_BACK else "suspended" if how == "suspend" and self.row else "ended"
        return Verdict(state, wanted, why, end, rule, start, None)

    def never_begun(self, units, rights, now):
        """No moment was ever paid for. An order that was never paid is no right."""
        stands = [(u, standing(u, rights.facts)) for u in units]
        if any(p.start > now for p in rights.today):
            return Verdict("pending", "untouched", "term", NEVER, units[-1].rule, None, None)
        if not any(s.taken or s.first_paid for _, s in stands):
            return None
        unit, stand = max(stands, key=lambda x: (bool(x[1].taken), x[0].order))
        how = unit.rule["on_refund"] if stand.taken else unit.rule["on_expiry"]
        wanted = {"suspend": "suspended", "unenrol": "unenrolled", "keep": "untouched"}[how]
        return Verdict("revoked" if stand.taken else "ended", wanted, rights.why(unit, NEVER), NEVER, unit.rule, None, None)

    def verdict(self, units, facts, now):
        facts = sorted(({**e, "moment": effective(e)} for e in facts), key=lambda e: e["moment"])
        for unit in units:
            stand = standing(unit, facts)
            if stand.paid and not stand.taken or answer("Q29") == "b":
                self.good.add((unit.doc, unit.line))
        rights = Rights([u for u in units if (u.doc, u.line) in self.good], facts)
        on = rights.at(now)
        if on:
            return self.running(rights, now, on)
        last = rights.last_end(now)
        return self.over(rights, now, last) if last else self.never_begun(units, rights, now)

    @staticmethod
    def tail_days(rule):
        return 30 if rule["renews"] else 7

    def tail(self, t, rule):
        return self.days(t, self.tail_days(rule))

    def grace_end(self, v):
        """Where timeend is to lie: access end + grace + tail. A debt's grace is in its end already."""
        if v.rule["on_expiry"] == "keep" and v.why not in TOOK_BACK:
            return NEVER
        if v.state not in ("active", "held"):
            return self.tail(v.end, v.rule)
        if v.rule["grace"] is None:
            return NEVER
        return self.tail(self.days(v.end, v.rule["grace"]), v.rule)

    def write(self, v, now, fresh):
        row, rule = self.row, v.rule
        if v.wanted == "active":
            until = self.grace_end(v)
            if row is None:
                self.row = row = Row(v.start, until)
            else:
                stays = answer("Q24") == "a" if row.status else answer("Q17") == "a"
                row.end = max(row.end, until) if stays else until
                row.status, self.waits = 0, False
        elif v.wanted == "suspended" and row and fresh:
            self.waits = v.state == "held" if row.status == 0 else self.waits
            row.status = 1
        elif v.wanted == "unenrolled" and fresh:
            self.row = row = None
        if row is None or row.status or v.wanted == "untouched":
            return
        unsent = v.notice is not None and self.notice(v.notice, now) is None
        if (not fresh or unsent) and row.end < self.days(now, 3) and not (answer("O6") == "b" and row.tailed == v.end):
            row.end, row.tailed = max(row.end, midnight_after(self.tail(now, rule), self.zone)), v.end

    def night(self, number):
        world, now = self.world, self.world.nights[number - 1]
        facts = world.known(number)
        units = world.units(self.name, facts)
        if not units:
            return None
        fresh = world.fresh(self.name, number)
        v = self.verdict(units, facts, now)
        if v is None:
            return None
        had_access = self.has_access()
        self.write(v, now, fresh)
        if v.notice and v.notice not in self.queued and (had_access or self.has_access()) and (fresh or answer("Q12") == "b"):
            self.queued[v.notice] = now
        if number not in world.mail_down:
            for debt in self.queued:
                self.accepted.setdefault(debt, now + timedelta(minutes=30))
        row = self.row
        shown = [str(row.status), text_of(row.start), "0" if row.end >= NEVER else text_of(row.end)] if row else ["-", "-", "-"]
        return [v.state, v.wanted] + shown + [v.why]


def answers(data):
    """All lines about one world."""
    world = World(data)
    courses = [Course(world, name) for name in world.courses()]
    for number in range(1, len(world.nights) + 1):
        for course in courses:
            line = course.night(number)
            if line:
                yield [str(world.name), str(number), course.name] + line


def main(arguments):
    while arguments[:1] == ["--answer"] and len(arguments) > 1:
        question, _, reading = arguments[1].partition("=")
        if question not in ANSWERS or reading not in ANSWERS[question][1] or len(reading) != 1:
            raise SystemExit(f'life_oracle.py: no reading "{arguments[1]}"')
        ANSWERS[question][0] = reading
        arguments = arguments[2:]
    if arguments:
        raise SystemExit("usage: life_oracle.py [--answer Q1=a]... < worlds.jsonl > answers.tsv")
    for text in sys.stdin:
        if text.strip():
            for line in answers(json.loads(text)):
                print("\t".join(line))


if __name__ == "__main__":
    main(sys.argv[1:])
