#!/usr/bin/python3
"""Kill a prepared night at each of its effects, run it again, and compare everything with a night that nobody disturbed.

    kills.py DIR [--first-night] [--orders LIST [--share N]] [--at ORDER@WORDS]… [--seed S] [--done LOG]

DIR is that of a scenario (tests/scenarios/lib.sh) whose sandbox and mail server run and whose state is the evening before the night: our
state directory, the sandbox's database and the mail folder are kept aside and put back for each point. build/probe holds the programs with
the crash probe; its orders are described in tests/probe/probe.c. It prints a line of TAP for each point and leaves the numbered effects of
the night in DIR/trace. With --first-night there is no state yet, not even a database.

What follows a cut is a matter of what the cut left on the disk, in Moodle and with learners. So when it left the very same as another one of
its way (power, night, or what ends by itself), all rows of all tables, all files and mails and Moodle compared, that one's good end
stands for both."""

import argparse
import hashlib
import json
import os
import random
import re
import shutil
import signal
import ssl
import subprocess
import sys
import time
import urllib.parse
import urllib.request

import openpyxl

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

# Facts of runs, of which a disturbed night has more; audit, of what they did; and what is only remembered until the next reading.
RUN_TABLES = {"run", "plan", "night", "run_lock", "pull", "site_pull", "control_result", "report", "audit_row", "audit_batch", "audit_head",
              "mirror_lookup", "journal", "night_tally"}
# Which run, or its plan, did something.
RUN_COLUMNS = re.compile(r"(^|_)(run(_id)?|plan_id)$")
# Sealed anew each time, with a number used once: the payload's hash stands for it. Drawn once: the serials that it gives stand for it.
RANDOM_COLUMNS = {"sealed", "secret"}


# A run's number and files in the workbook, and the names of findings, which are derived from ids.
RUN_WORDS = re.compile(r"\b(run|Run|night) \d+|report/acme-[\d-]+-run\d+|\bF[0-9A-F]{15}\b")

# name: value, source
CHECKS = {
    "workbook": ("array[to_char(run_id, '000000000'), xlsx_path]", "ctok.report"),
    "doubts": ("message_id", "ctok.outbox WHERE doubts > 0"),
    "controls that do not tie": ("control", "rule.control_now WHERE expected <> actual"),
    "actions under way": ("kind", "ctok.action WHERE state = 'sending'"),
    "mails under way": ("event", "ctok.outbox WHERE state = 'sending'"),
    "actions done whose journal does not say so once": (
        "action_id", "ctok.action a WHERE a.state = 'done' AND (SELECT count(*) FROM ctok.journal j WHERE j.tenant_id = a.tenant_id"
        " AND j.action_id = a.action_id AND j.phase = 'after' AND j.outcome IN ('done', 'found done')) <> 1"),
    "carried out by all nights together": ("done", "(SELECT kind || ' ' || sum(done) AS done FROM ctok.night_tally WHERE scope = 'tenant'"
                                           " GROUP BY kind ORDER BY kind) AS t"),
    "nights that still hold the lock": ("program", "ctok.run_lock WHERE night_id IS NOT NULL AND program <> 'ctok-sql'"),
}


# Which process it was; what the mail server numbers; and the chain of the audit log, which holds when each row was written.
PROCESS_COLUMNS = {"pid", "backend_pid", "digest", "previous", "last_reply"}
# A clock that runs has fractions of a second; what the night's `now` gives has none.
RUNNING_CLOCK = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+")
# How the night's processes came to their end: all at once, with the server or without it, or each by itself.
ENDS = {"power-before": "power", "power-after": "power", "night-before": "night", "night-after": "night"}


class World:
    def __init__(self, folder):
        self.dir = folder
        self.state = f"{folder}/state"
        self.aside = f"{folder}/prepared"
        self.probe = f"{folder}/kills"
        self.conf = f"{folder}/ctok-batch.conf"
        self.url = open(f"{folder}/sandbox/base-url", encoding="ascii").read().strip()
        self.key = open(f"{folder}/sandbox/control.key", encoding="ascii").read().strip()
        self.tls = ssl.create_default_context(cafile=f"{folder}/sandbox/ca.pem")
        self.holder = None
        self.identities = None

    def control(self, name, **fields):
        request = urllib.request.Request(f"{self.url}/_sandbox/{name}", urllib.parse.urlencode(fields).encode(),
                                         {"Authorization": f"Bearer {self.key}"})
        with urllib.request.urlopen(request, context=self.tls, timeout=60) as answer:
            return answer.read().decode()

    def kill_database(self):
        """The server of the state directory and all its children."""
        try:
            with open(f"{self.state}/db/data/postmaster.pid", encoding="ascii") as file:
                lines = file.read().splitlines()
            postmaster, sockets = int(lines[0]), lines[4]
        except (OSError, ValueError, IndexError):
            return
        pids = [postmaster]
        for entry in os.listdir("/proc"):
            if entry.isdigit():
                try:
                    stat = open(f"/proc/{entry}/stat", encoding="utf-8", errors="replace").read()
                except OSError:
                    continue
                if int(stat.rsplit(")", 1)[1].split()[1]) == postmaster:
                    pids.append(int(entry))
        for pid in pids:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        while any(os.path.exists(f"/proc/{pid}") for pid in pids):
            time.sleep(0.005)
        shutil.rmtree(sockets, ignore_errors=True)

    def hold(self):
        """Keep the server up between programs."""
        self.holder = subprocess.Popen([f"{ROOT}/build/ctok-sql", self.conf, "acme", "SELECT pg_sleep(3000)"], stdout=subprocess.DEVNULL,
                                       stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL)

    def let_go(self):
        if self.holder is not None:
            self.holder.kill()
            self.holder.wait()
            self.holder = None

    def keep_aside(self):
        shutil.rmtree(self.aside, ignore_errors=True)
        if os.path.exists(self.state):
            subprocess.run(["cp", "-a", self.state, self.aside], check=True)
        os.makedirs(f"{self.dir}/mail/new", exist_ok=True)
        shutil.rmtree(f"{self.dir}/mail-prepared", ignore_errors=True)
        shutil.copytree(f"{self.dir}/mail/new", f"{self.dir}/mail-prepared")
        self.control("snapshot")

    def put_back(self):
        self.let_go()
        self.kill_database()
        shutil.rmtree(self.state, ignore_errors=True)
        if os.path.exists(self.aside):
            subprocess.run(["cp", "-a", self.aside, self.state], check=True)
        shutil.rmtree(f"{self.dir}/mail/new")
        shutil.copytree(f"{self.dir}/mail-prepared", f"{self.dir}/mail/new")
        self.control("restore")
        shutil.rmtree(self.probe, ignore_errors=True)
        os.makedirs(self.probe)

    def program(self, *words, probe=None, timeout=300):
        """Run a program in a process group of its own; returns its exit code, negative for a signal, and what it said."""
        environment = dict(os.environ)
        folder = os.environ.get("CTOK_BIN", f"{ROOT}/bin")
        if probe is not None:
            environment.update(CTOK_PROBE=probe, CTOK_PROBE_DIR=self.probe, CTOK_PROBE_DB=f"{self.state}/db")
            folder = f"{ROOT}/build/probe"
        with subprocess.Popen([f"{folder}/{words[0]}", "--config", self.conf, *words[1:]], env=environment, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True) as child:
            try:
                said, _ = child.communicate(timeout=timeout)
            except subprocess.TimeoutExpired:
                os.killpg(child.pid, signal.SIGKILL)
                said, _ = child.communicate()
                return 124, said.decode(errors="replace")
        return child.returncode, said.decode(errors="replace")

    def sql(self, statement):
        done = subprocess.run([f"{ROOT}/build/ctok-sql", self.conf, "acme", statement], capture_output=True, check=False)
        if done.returncode != 0:
            raise RuntimeError(f"{statement[:200]}: {done.stderr.decode()}")
        return [line.split("\t") for line in done.stdout.decode().splitlines()]

    def number(self):
        with open(f"{self.probe}/number", encoding="ascii") as file:
            return int(file.read())

    def trace(self):
        with open(f"{self.probe}/trace", encoding="utf-8") as file:
            return [line.rstrip("\n").split(" ", 3) for line in file]

    # What is compared.

    def look(self):
        """All tables with their rows, and what must not be, in one statement."""
        if self.identities is None:
            self.identities = {column: table for table, column in self.sql(
                "SELECT c.relname, a.attname FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid WHERE c.relnamespace = 'ctok'::regnamespace"
                " AND a.attidentity <> ''")}
            self.names = [row[0] for row in self.sql(
                "SELECT c.relname FROM pg_class c WHERE c.relnamespace = 'ctok'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition"
                " AND has_table_privilege(c.oid, 'SELECT') AND EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'tenant_id')")
                if row[0] not in RUN_TABLES]
        parts = [f"SELECT '{name}', replace(to_jsonb(t)::text, chr(9), ' ') FROM ctok.{name} t" for name in self.names]
        parts += [f"SELECT '{name}', to_jsonb({value})::text FROM {rest}" for name, (value, rest) in CHECKS.items()]
        found = {name: [] for name in self.names + list(CHECKS)}
        for name, text in self.sql(" UNION ALL ".join(parts)):
            found[name].append(json.loads(RUNNING_CLOCK.sub("while it ran", text)))
        return {name: found[name] for name in self.names}, {name: found[name] for name in CHECKS}

    def left(self):
        """A digest of everything that is left for the next night, to the byte but for process numbers and moments of a running clock."""
        names = [row[0] for row in self.sql(
            "SELECT c.relname FROM pg_class c WHERE c.relnamespace = 'ctok'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition"
            " AND has_table_privilege(c.oid, 'SELECT') ORDER BY c.relname")]
        found = []
        for name, text in self.sql(" UNION ALL ".join(f"SELECT '{name}', replace(to_jsonb(t)::text, chr(9), ' ') FROM ctok.{name} t" for name in names)):
            row = json.loads(RUNNING_CLOCK.sub("", text))
            found.append(name + json.dumps({c: v for c, v in row.items() if c not in RANDOM_COLUMNS | PROCESS_COLUMNS}, sort_keys=True))
        for top, _, files in os.walk(self.state):
            if top.startswith((f"{self.state}/db", f"{self.state}/log")):
                continue
            found.append(top)
            for name in files:
                # A finished workbook by its cells: it also says when its sources were read. Its snapshot is the same in another form.
                if name.endswith(".xlsx"):
                    content = "\n".join(self.workbook(f"{top[len(self.state):]}/{name}")).encode()
                else:
                    content = b"" if name.endswith((".lock", ".snapshot")) else open(f"{top}/{name}", "rb").read()
                found.append(f"{top}/{name} {hashlib.sha256(content).hexdigest()}")
        for name in os.listdir(f"{self.dir}/mail/new"):
            content = open(f"{self.dir}/mail/new/{name}", "rb").read()
            found.append("mail " + hashlib.sha256(re.sub(rb"(?im)^x-session:.*$", b"", content)).hexdigest())
        found.append(self.control("dump"))
        return hashlib.sha256("\n".join(sorted(found)).encode()).hexdigest()

    def owner(self, column):
        """Whose id is it: document_id is a document's, buyer_contact_id a contact's."""
        while column not in self.identities and "_" in column:
            column = column.partition("_")[2]
        return self.identities.get(column)

    def dump(self, tables):
        """Our tables without what a run is called and how ids were given out: an id is replaced by what it stands for."""
        # What stood for the time between two programs of a night.
        tables["finding"] = [row for row in tables["finding"] if row["first_seen"] != row["cleared_at"]]
        plain, labels = {}, {}
        for name, rows in tables.items():
            for row in rows:
                if name == "outbox":
                    settle_mail(row)
                if name == "finding":
                    row.pop("finding_id") # derived from ids
                if name == "action":
                    row.pop("fingerprint") # the same
                for column in [c for c in row if RUN_COLUMNS.search(c) or c in RANDOM_COLUMNS]:
                    del row[column]
        digest = lambda value: hashlib.sha256(json.dumps(value, sort_keys=True, ensure_ascii=False).encode()).hexdigest()[:12]

        def view(name, row, known):
            seen = {}
            for column, value in row.items():
                owner = self.owner(column)
                if owner == name and column in self.identities:
                    continue
                if owner is not None and value is not None and owner in tables:
                    value = known.get((owner, value), value if owner == "tenant" else "-")
                elif column == "event":
                    kind, _, number = value.partition(":")
                    owner = "action" if number.startswith("a") else {"certificate": "issue", "grace": "debt_episode", "ended": "debt_episode"}.get(kind)
                    if owner is not None:
                        value = f"{kind}:{known.get((owner, int(number.lstrip('a'))), '-')}"
                seen[column] = value
            return seen

        for _ in range(5):
            labels = {(name, row[own]): digest(view(name, row, labels)) for name, rows in tables.items()
                      for own in [column for column, table in self.identities.items() if table == name] for row in rows}
        for name, rows in tables.items():
            plain[name] = sorted(json.dumps(view(name, row, labels), sort_keys=True, ensure_ascii=False) for row in rows)
        return plain

    def mails(self):
        """What learners have: each mail once, however often it came; and the Message-IDs that came more than once."""
        seen, times = {}, {}
        for name in sorted(os.listdir(f"{self.dir}/mail/new")):
            with open(f"{self.dir}/mail/new/{name}", "rb") as file:
                content = file.read()
            head, _, _ = content.partition(b"\r\n\r\n")
            message_id = re.search(rb"(?im)^message-id:\s*(\S+)", head).group(1).decode()
            # What is said, apart from names made for this message.
            said = re.sub(rb"(?im)^(message-id|x-session):.*$", b"", content)
            boundary = re.search(rb'boundary="?([^"\r\n;]+)', head)
            for word in set(re.findall(rb'boundary="?([^"\r\n;]+)', content)) if boundary else ():
                said = said.replace(word, b"BOUNDARY")
            times[message_id] = times.get(message_id, 0) + 1
            seen[message_id] = re.search(rb"X-Envelope-To: ([^\r\n]*)", head).group(1).decode() + " " + hashlib.sha256(said).hexdigest()[:16]
        return sorted(seen.values()), sorted(i for i, n in times.items() if n > 1)

    def files(self):
        """Certificates by name and content, and what should not be there: halves of files."""
        found, halves = {}, []
        for folder, _, names in os.walk(self.state):
            if folder.startswith(f"{self.state}/db") or folder.startswith(f"{self.state}/log"):
                continue
            if folder.endswith(".tmp"):
                halves.append(folder[len(self.state):])
            for name in names:
                path = f"{folder}/{name}"
                if name.endswith(".part"):
                    halves.append(path[len(self.state):])
                elif folder.endswith("/certificates"):
                    found[name] = hashlib.sha256(open(path, "rb").read()).hexdigest()[:16]
        return found, halves

    def workbook(self, path):
        """The cells of a workbook, without what it says of its own run."""
        book = openpyxl.load_workbook(f"{self.state}/{path}", read_only=True)
        lines = [f"{sheet.title}: " + " | ".join("" if value is None else RUN_WORDS.sub("RUN", str(value)) for value in row)
                 for sheet in book for row in sheet.iter_rows(values_only=True)]
        # What a source is; not when it was read last, from where on, and what that reading brought.
        lines = [" | ".join(line.split(" | ")[:5]) if line.startswith("Sources: ") else line for line in lines]
        # Units and actions are numbered by id.
        return sorted(re.sub(r"^((?:Access vs money|Actions): )\d+ ", r"\1", line) for line in lines)

    def end_state(self):
        # The mirror as the next reading finds it, and what the mail server took last, which the next reconcile reads; then a last workbook.
        for program in ("ctok-pull-moodle", "ctok-reconcile", "ctok-report"):
            code, said = self.program(program)
            if code != 0:
                return {"after": [f"{program} ended with {code}: {said}"]}
        tables, checks = self.look()
        state = {f"table {name}": rows for name, rows in self.dump(tables).items()}
        state["moodle"] = self.control("dump").splitlines()
        state["mails"], twice = self.mails()
        files, halves = self.files()
        state["certificates"] = [f"{name} {content}" for name, content in sorted(files.items())]
        state["halves of files"] = halves
        state["workbook"] = self.workbook(max(checks.pop("workbook"))[1])
        doubtful = checks.pop("doubts")
        state["mails that came twice without a doubt on record"] = [i for i in twice if i not in doubtful]
        state.update(checks)
        return state


# What a night must hold, so that cutting it off says something: each with whether the one after run {run} did.
HOLDS = """
SELECT 'action ' || k.kind, EXISTS (SELECT FROM ctok.action a WHERE a.kind = k.kind AND a.state = 'done' AND a.ended_run > {run})
  FROM pg_constraint c, regexp_matches(pg_get_constraintdef(c.oid), $q$'([a-z_]+)'$q$, 'g') AS m(word), LATERAL (SELECT m.word[1] AS kind) k
 WHERE c.conrelid = 'ctok.action'::regclass AND c.contype = 'c' AND pg_get_constraintdef(c.oid) LIKE '%(kind = ANY%'
   AND k.kind NOT IN ('restore', 'adopt', 'release') -- by hand: revert and adopt
UNION ALL SELECT 'a certificate', EXISTS (SELECT FROM ctok.issue WHERE state = 'live' AND run_id > {run})
UNION ALL SELECT 'the mail of a certificate', EXISTS (SELECT FROM ctok.outbox WHERE event LIKE 'certificate:%' AND state = 'sent' AND queued_run > {run})
UNION ALL SELECT 'a grace notice', EXISTS (SELECT FROM ctok.outbox WHERE event LIKE 'grace:%' AND state = 'sent' AND queued_run > {run})
UNION ALL SELECT 'a refund', EXISTS (SELECT FROM ctok.movement WHERE kind = 'refund' AND known_at >= rule.now())
UNION ALL SELECT 'a finding', EXISTS (SELECT FROM ctok.finding WHERE first_seen >= rule.now() AND cleared_at IS NULL)
UNION ALL SELECT 'a report', EXISTS (SELECT FROM ctok.report WHERE run_id > {run})"""


# The same of a first night, which plans and changes nothing.
HOLDS_FIRST = """
SELECT 'a trial action ' || kind, EXISTS (SELECT FROM ctok.action a WHERE a.kind = k.kind AND a.trial) FROM unnest('{{create_account,enrol}}'::text[]) AS k (kind)
UNION ALL SELECT 'nothing but trial', NOT EXISTS (SELECT FROM ctok.action WHERE NOT trial)
UNION ALL SELECT 'an entitlement', EXISTS (SELECT FROM ctok.entitlement)
UNION ALL SELECT 'a person', EXISTS (SELECT FROM ctok.person)
UNION ALL SELECT 'a finding', EXISTS (SELECT FROM ctok.finding WHERE cleared_at IS NULL)
UNION ALL SELECT 'a refund', EXISTS (SELECT FROM ctok.movement WHERE kind = 'refund')
UNION ALL SELECT 'a completion', EXISTS (SELECT FROM ctok.mirror_completion)
UNION ALL SELECT 'a report', EXISTS (SELECT FROM ctok.report WHERE run_id > {run})"""


def settle_mail(row):
    """A mail in doubt was tried once more; apart from that it is as the others."""
    if row.get("doubts", 0) > 0:
        row["tries"] -= row["doubts"]
        row["doubts"] = 0
    if row["state"] == "sent":
        row["next_try_at"] = None
    for column in ("message_id", "recipient_hash", "last_reply"):
        row.pop(column, None)


def differ_in(first, second):
    """Two rows as JSON: the columns in which they differ, at most half of them; None if they are not alike."""
    if not (first.startswith("{") and second.startswith("{")):
        return None
    first, second = json.loads(first), json.loads(second)
    columns = [column for column in first if first[column] != second.get(column)]
    return columns if len(columns) <= len(first) / 2 else None


def differences(wanted, found):
    lines = []
    for part in sorted(set(wanted) | set(found)):
        first, second = wanted.get(part, []), found.get(part, [])
        if first == second:
            continue
        rest = list(first)
        more = []
        for line in second:
            if line in rest:
                rest.remove(line)
            else:
                more.append(line)
        # What is the same row but for a few columns, in one line.
        for line in list(more):
            alike = min((old for old in rest if differ_in(old, line) is not None), key=lambda old: len(differ_in(old, line)), default=None)
            if alike is not None:
                rest.remove(alike)
                more.remove(line)
                old, new = json.loads(alike), json.loads(line)
                words = ", ".join(f"{column} {new.get(column)!r} for {old[column]!r}" for column in differ_in(alike, line))
                lines.append(f"{part}: {words} in {line}")
        lines += [f"{part}: missing {line}" for line in rest] + [f"{part}: besides {line}" for line in more]
        if not lines:
            lines.append(f"{part}: in another order")
    return lines


def choose(args, trace):
    """Pairs of order and number."""
    drawn = random.Random(args.seed)
    numbers = [int(line[0]) for line in trace]
    chosen = []
    for orders in filter(None, args.orders.split(",")):
        some = numbers
        if args.share:
            some = sorted(drawn.sample(numbers, min(args.share, len(numbers))))
        chosen += [(order, number) for number in some for order in orders.split("+")]
    for wish in args.at or ():
        order, _, words = wish.partition("@")
        fitting = [int(line[0]) for line in trace if (words == line[0] if words.isdigit() else words in " ".join(line[1:]))]
        if not fitting:
            print(f"not ok - there is an effect like \"{words}\"")
            sys.exit(1)
        chosen.append((order, drawn.choice(fitting)))
    return chosen


def done_before(log):
    """The points that an earlier sweep of the same programs found good."""
    if log is None or not os.path.exists(log):
        return set()
    with open(log, encoding="utf-8") as file:
        return {found.group(1) for found in (re.match(r"ok \d+ - (\S+ \d+ \S+ \S+) ", line) for line in file) if found}


def undisturbed(world, last_run):
    world.put_back()
    first, said = world.program("ctok-nightly", probe="count:0")
    trace = world.trace()
    if last_run:
        world.hold()
    second, said_too = world.program("ctok-nightly")
    if first != 0 or second != 0:
        print(f"not ok - the night nobody disturbs ends with {first}, the next with {second}\n# {said}{said_too}")
        sys.exit(1)
    if not last_run:
        world.hold()
    rows = world.sql((HOLDS if last_run else HOLDS_FIRST).format(run=last_run))
    lacking = [what for what, held in rows if held != "t"]
    if lacking or len(rows) < 9:
        print(f"not ok - the night holds every kind of effect\n#   add to tests/scenarios/kills_world.sh: {', '.join(lacking)}")
        sys.exit(1)
    return trace, world.end_state()


def compare_undisturbed(world, last_run, trace, wanted):
    """What differs by itself would differ at each point."""
    trace_too, again = undisturbed(world, last_run)
    unstable = differences(wanted, again)
    for line in unstable[:20]:
        print(f"# differs between two nights nobody disturbed: {line[:600]}")
    steps = [" ".join(line[:3]) for line in trace], [" ".join(line[:3]) for line in trace_too]
    if steps[0] != steps[1]:
        print(f"# {len(trace)} and {len(trace_too)} effects: " + "; ".join(f"{a} / {b}" for a, b in zip(*steps) if a != b)[:1000])
    if unstable or steps[0] != steps[1]:
        print("not ok - two nights that nobody disturbed are the same")
        sys.exit(1)


def sweep(world, args):
    started = time.monotonic()
    last_run = 0
    if not args.first_night:
        world.hold()
        last_run = world.sql("SELECT max(run_id) FROM ctok.run")[0][0]
    trace, wanted = undisturbed(world, last_run)
    print(f"# {len(trace)} effects; a night nobody disturbs and its dump take {time.monotonic() - started:.1f} s")
    if args.orders:
        compare_undisturbed(world, last_run, trace, wanted)
    with open(f"{world.dir}/trace", "w", encoding="utf-8") as file:
        file.writelines(" ".join(line) + "\n" for line in trace)
    n, bad = args.first, 0
    done, proven = done_before(args.done), {}
    for order, number in choose(args, trace):
        began = time.monotonic()
        what = " ".join(trace[number - 1][1:])
        if " ".join([order, *trace[number - 1][:3]]) in done:
            continue
        world.put_back()
        code, said = world.program("ctok-nightly", probe=f"{order}:{number}")
        reached = world.number() >= number
        # A first night begins by making the database: who comes next does what is missing, and must be a night.
        made = last_run or trace[number - 1][1] != "ctok-nightly"
        if made:
            world.hold()
        left = (ENDS.get(order, "itself"), world.left()) if args.orders and made else None
        if reached and left in proven:
            n += 1
            print(f"ok {n} - {order} {number} {what[:100]} ({code}; {time.monotonic() - began:.1f} s; left the same as {proven[left]})")
            sys.stdout.flush()
            continue
        code_again, said_again = world.program("ctok-nightly")
        if not made:
            world.hold()
        lines = [] if reached else ["the effect was not reached"]
        lines += [] if code != 124 else ["the night did not end"]
        lines += [line for line in said.splitlines() if line.startswith("bug: ")]
        lines += [] if code_again == 0 else [f"the next night ends with {code_again}: {said_again[-600:]}"]
        lines += differences(wanted, world.end_state())
        n += 1
        bad += 1 if lines else 0
        if left is not None and not lines:
            proven[left] = f"{order} {number}"
        print(f"{'not ' if lines else ''}ok {n} - {order} {number} {what[:100]} ({code}; {time.monotonic() - began:.1f} s)")
        for line in lines[:12]:
            print(f"#   {line[:900]}")
        if lines or args.verbose:
            for line in said.splitlines()[-6:]:
                print(f"#   | {line[:300]}")
        sys.stdout.flush()
    print(f"# {n - args.first} points, {bad} bad, {time.monotonic() - started:.0f} s")
    sys.exit(1 if bad else 0)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("dir")
    parser.add_argument("--first-night", action="store_true", help="the night is the first one: there is no state yet")
    parser.add_argument("--orders", default="", help="at every effect, or --share of them drawn for each order; A+B: effect by effect")
    parser.add_argument("--share", type=int, default=0)
    parser.add_argument("--at", action="append", help="ORDER@NUMBER or ORDER@WORDS of the trace, one of those that fit")
    parser.add_argument("--seed", default="1", help="draws the points")
    parser.add_argument("--from", dest="first", type=int, default=0, help="number of the first line of TAP")
    parser.add_argument("--done", metavar="LOG", help="output of an earlier sweep: the points that it found good are left out")
    parser.add_argument("--verbose", action="store_true")
    args = parser.parse_args()
    world = World(os.path.abspath(args.dir))
    world.keep_aside()

    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        sweep(world, args)
    finally:
        world.let_go()
        world.kill_database()


if __name__ == "__main__":
    main()
