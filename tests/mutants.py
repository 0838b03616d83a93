#!/usr/bin/env python3
"""What the tests of the rules are worth: each rule of sql/rules is made wrong in one place at a time, and some test must fail.

    mutants.py [--list] [--handful] [--share N/M] [--only TEXT] [--again LOG] [--judges A,B] [FILE …]

A mutant is a function or view with one comparison turned or moved to its boundary, least and greatest (min and max, and and or) swapped, a condition
dropped, a negation lost, a constant moved. The tables of tests/sql are asked first: one program keeps one database for all of them and takes each mutant back
at once. What they do not notice is put into a fresh database of one test program after the other (MUTANT, tests/support/with_db.c), up to the first that
fails. Nothing is rebuilt. Prints `killed NAME by TEST`, `survived NAME` or, for a mutant that PostgreSQL does not take, `refused NAME`, and at last how many of
each. tests/mutants.txt holds the reasons for those that may survive, because they say the same in other words. Exit 1 when another one survives, or one
of those does not.

--list: only the names. --handful: a few, to see that this program works. --share N/M: every Mth, from the Nth. --only: those whose names hold the text.
--again: those of which an earlier output says that they survived.
--judges: only these, after the tables; "" for none.
"""
import glob
import os
import re
import signal
import subprocess
import sys
import tempfile
import time

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
FILES = ["02_term", "10_product", "15_share", "16_decision", "18_credit", "19_owed", "19_settlement", "20_refund", "30_unit", "35_fresh", "38_state", "40_access"]
# Who is asked after the tables of tests/sql, fastest first. What is said of an environment is for that judge.
JUDGES = [("test_fresh", {}), ("test_life_model", {"LIFE_EVENTS": "3", "LIFE_RIGHT": "1"}), ("test_entitle", {}),
          ("test_life", {"LIFE_ALL": "2", "LIFE_WORLDS": "600"})]
LAST = {}
RULE = re.compile(r"\brule\.(\w+)")
# Two that the tables of tests/sql kill, one that says the same in other words, and one that PostgreSQL refuses.
HANDFUL = ["unit_end: SELECT [least ▶ greatest] ( x.back_at", "unit_verdict: 1 THEN ['nobody' ▶ 'another'] WHEN r.learner",
           "row_gap: AND time_end [<= ▶ <] now_s THEN", "access_now: w.next_start , ['infinity' ▶ 'another'] ) ,"]
TOKEN = re.compile(r"""--[^\n]*|/\*.*?\*/|'(?:[^']|'')*'|\$[a-z]*\$|[A-Za-z_][A-Za-z_0-9.]*(?:\.\*)?|\d+(?:\.\d+)?|::|=>|<=|>=|<>|\|\||@>|<@|->>?|\s+|.""", re.S)
TURNED = {"<": ["<=", ">"], "<=": ["<", ">="], ">": [">=", "<"], ">=": [">", "<="], "=": ["<>"], "<>": ["="]}
SWAPPED = {"least": "greatest", "greatest": "least", "min": "max", "max": "min", "bool_or": "bool_and", "bool_and": "bool_or"}
# What ends an operand of AND and OR on the same level of parentheses.
ENDS = {"and", "or", "then", "when", "else", "end", "where", "group", "order", "having", "union", "join", "left", "cross", "limit", "on", "as", "from", "return", "case",
        ",", ";", "filter", "over", "rows", "if", "returning", "select"}
# Keys: who belongs to whom is no rule of when and how much.
KEY = re.compile(r"(_id|_no|tenant_id|\.event|external_key|external_id)$")


class Object:
    """A function or a view, as tokens with where they stand."""

    def __init__(self, file, name, text):
        self.file, self.name, self.text = file, name, text
        self.tokens = [(m.start(), m.group()) for m in TOKEN.finditer(text) if not re.match(r"\s|--|/\*", m.group())]
        self.words = [t.lower() if t[0] != "'" else t for _, t in self.tokens]
        self.body = self.where_it_begins()
        self.level = []
        depth = 0
        for word in self.words:
            depth -= word == ")"
            self.level.append(depth)
            depth += word == "("

    def where_it_begins(self):
        """The rule itself: after the head of a function or view."""
        for n, word in enumerate(self.words):
            if word == "return" or word.startswith("$") and word.endswith("$") and len(word) > 1 or word == "as" and "view" in self.words[:n]:
                return n + 1
        return len(self.words)

    def operand(self, n, step):
        """The tokens of the operand on one side of AND or OR at ${n}."""
        m, found = n + step, []
        while 0 < m < len(self.words) and self.level[m] >= self.level[n] and not (self.level[m] == self.level[n] and self.words[m] in ENDS):
            # (A CASE or BETWEEN on the way is more than a condition.)
            if self.words[m] in ("between",) or self.words[m].startswith("$"):
                return []
            found.append(m)
            m += step
        return sorted(found) if found and self.level[found[-1]] >= self.level[n] else []

    def replaced(self, first, last, by):
        a, b = self.tokens[first][0], self.tokens[last][0] + len(self.tokens[last][1])
        return self.text[:a] + by + self.text[b:]

    def mutant(self, first, last, by):
        old = " ".join(t for _, t in self.tokens[first:last + 1])
        around = [" ".join(t for _, t in self.tokens[max(first - 2, self.body):first]), " ".join(t for _, t in self.tokens[last + 1:last + 3])]
        return f"{self.name}: {around[0]} [{old} ▶ {by}] {around[1]}".replace("  ", " ").replace(": [", ": ["), self.replaced(first, last, by)

    def mutants(self):
        for n in range(self.body, len(self.words)):
            word, before, after = self.words[n], self.words[n - 1], self.words[n + 1] if n + 1 < len(self.words) else ""
            if word in TURNED and not (word in ("=", "<>") and (KEY.search(before) or KEY.search(after))) and before != ":" and after != ">":
                for by in TURNED[word]:
                    yield self.mutant(n, n, by)
            elif word in SWAPPED and after == "(":
                yield self.mutant(n, n, SWAPPED[word])
            elif word in ("and", "or"):
                if "between" in self.words[max(0, n - 4):n]:
                    continue
                sides = {step: self.operand(n, step) for step in (-1, 1)}
                # What joins tables is no condition.
                joins = {step: any(self.words[m] == "=" and KEY.search(self.words[m - 1]) and self.level[m] == self.level[n] for m in side) for step, side in sides.items()}
                if not any(joins.values()):
                    yield self.mutant(n, n, "OR" if word == "and" else "AND")
                for step, side in sides.items():
                    # Each operand once: the left one only of the first AND or OR.
                    if not side or joins[step] or step < 0 and self.words[side[0] - 1] in ("and", "or"):
                        continue
                    yield self.mutant(side[0], side[-1], "true" if word == "and" else "false")
            elif word == "when" and self.words[n + 1] != "not" and self.words[n + 1][0] != "'":
                last = next((m for m in range(n, len(self.words)) if self.words[m] == "then" and self.level[m] == self.level[n]), None)
                if last and not any(self.words[m] in ("and", "or", "case") and self.level[m] == self.level[n] for m in range(n, last)):
                    yield self.mutant(n + 1, last - 1, "false") if self.is_condition(n + 1, last) else self.mutant(n + 1, last - 1, "NULL")
            elif word == "not" and before == "is":
                yield self.mutant(n - 1, n, "IS")
            elif word == "not":
                yield self.mutant(n, n, "")
            elif word == "is" and after == "null":
                yield self.mutant(n, n, "IS NOT")
            elif re.fullmatch(r"\d+", word) and before != "offset" and not (before == "select" and after == "from"):
                yield self.mutant(n, n, str(int(word) + 1))
            elif re.fullmatch(r"'\d+ [a-z]+'", word):
                yield self.mutant(n, n, re.sub(r"\d+", lambda m: str(int(m.group()) + 1), word))
            elif word[0] == "'" and re.fullmatch(r"'[A-Za-z_]+'", word) and (before in ("in", "(", ",", "=", "<>", "then", "else", "when") and after in (",", ")", "then", "when", "end", "and", "or", ";", "as")):
                yield self.mutant(n, n, "'another'")
            elif word in ("+", "-") and before not in ("(", ",", "then", "else", "when", "=", "<", ">", "<=", ">=", "'", "*", "sum") and after not in (")", "'"):
                yield self.mutant(n, n, "-" if word == "+" else "+")

    def is_condition(self, first, last):
        return any(self.words[m] in TURNED or self.words[m] in ("is", "not", "exists", "in", "like") for m in range(first, last)) or last - first == 1 and \
            "case" in self.words[max(0, first - 2):first]


def objects(file):
    """Functions and views of a file of sql/rules, each with its text; aggregates are no rule of their own."""
    with open(os.path.join(TOP, "sql/rules", file + ".sql"), encoding="utf-8") as opened:
        text = opened.read()
    heads = list(re.finditer(r"^CREATE (FUNCTION|VIEW) (?:rule\.)(\w+)", text, re.M))
    for head in heads:
        quoted = re.compile(r"\$\$.*?\$\$", re.S)
        end, body = head.end(), head.end()
        while True:
            semicolon = text.index(";", end)
            span = quoted.search(text, body)
            comment = text.rfind("--", text.rfind("\n", 0, semicolon), semicolon)
            if span and span.start() < semicolon < span.end():
                end = body = span.end()
            elif comment >= 0:
                end = text.index("\n", semicolon)
            else:
                break
        yield Object(file, head.group(2), "CREATE OR REPLACE " + text[head.start() + len("CREATE "):semicolon + 1])


def mutants(files):
    names = {}
    for file in files:
        for one in objects(file):
            for name, text in one.mutants():
                names[name] = names.get(name, 0) + 1
                yield name + (f" #{names[name]}" if names[name] > 1 else ""), one.name, text


class Tables:
    """The tables of tests/sql, in one program with one database that judges rule after rule (tests/unit/test_state.c). Each is asked only what it can tell:
    tables that reach the function or view, by name."""

    def __init__(self):
        self.program = subprocess.Popen([os.path.join(TOP, "build/tests/test_state")], cwd=TOP, env={**os.environ, "MUTANTS": "1"}, stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8", errors="replace")
        texts = {one.name: one.text for path in glob.glob(os.path.join(TOP, "sql/rules/*.sql")) for one in objects(os.path.basename(path)[:-4])}
        self.reached = {}
        for path in sorted(glob.glob(os.path.join(TOP, "tests/sql/*.sql"))):
            with open(path, encoding="utf-8") as file:
                text = file.read()
            if "VIEW judged" not in text:
                continue
            names, new = set(), set(RULE.findall(text))
            while new:
                names |= new
                new = {name for known in new for name in RULE.findall(texts.get(known, ""))} - names
            self.reached[os.path.relpath(path, TOP)] = names

    def judge(self, name, path):
        """'' when nothing is noticed, else by which table, or "refused"."""
        print(path, *(table for table, names in self.reached.items() if name in names), file=self.program.stdin, flush=True)
        for line in self.program.stdout:
            if found := re.match("# (refused|survived|by (.*))$", line):
                return found[2] or found[1].replace("survived", "")
        sys.exit("mutants.py: test_state came to its end")

    def end(self):
        self.program.stdin.close()
        self.program.stdout.read()
        self.program.wait()


def judge(program, more, path):
    """'' when all of its tests pass, else what failed; no longer than to the first failure."""
    environment = {**os.environ, **more, "MUTANT": path}
    # (One that makes a rule slow is found by its time.)
    with subprocess.Popen([os.path.join(TOP, "build/tests", program)], cwd=TOP, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          start_new_session=True, encoding="utf-8", errors="replace") as run:
        failed = ""
        for line in run.stdout:
            if re.match(r"not ok|\[  (FAILED|ERROR )  \]|ERROR:", line):
                failed = program
                os.killpg(run.pid, signal.SIGTERM)
                break
        run.stdout.close()
        return failed or (program if run.wait() != 0 else "")


def verdict(name, text, tables, judges):
    with tempfile.NamedTemporaryFile("w", suffix=".sql", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.chmod(file.name, 0o644)
        if by := tables.judge(name, file.name):
            return by
        # The one that noticed the last wrong rule of this function or view is asked first.
        for one in sorted(judges, key=lambda one: -LAST.get((name, one[0]), 0)):
            if failed := judge(*one, file.name):
                LAST[name, failed] = time.monotonic()
                return failed
    return ""


def excused():
    """Names that may survive, and why; NAME, a tab, the reason."""
    with open(os.path.join(TOP, "tests/mutants.txt"), encoding="utf-8") as file:
        return dict(line.rstrip("\n").split("\t", 1) for line in file if line.strip() and not line.startswith("#"))


def option(arguments, name):
    if name not in arguments:
        return None
    at = arguments.index(name)
    value = arguments[at + 1]
    del arguments[at:at + 2]
    return value


def main():
    arguments = sys.argv[1:]
    share, only, again, judges = (option(arguments, name) for name in ("--share", "--only", "--again", "--judges"))
    judges = [j for j in JUDGES if judges is None or j[0] in judges.split(",")]
    listed, handful = "--list" in arguments, "--handful" in arguments
    files = [a for a in arguments if not a.startswith("--")] or FILES
    found = [m for m in mutants(files) if (only is None or only in m[0]) and (not handful or m[0] in HANDFUL)]
    if again:
        with open(again, encoding="utf-8") as log:
            survived = log.read().splitlines()
        found = [m for m in found if any(line == f"survived {m[0]}" or line.startswith(f"survived {m[0]}: ") for line in survived)]
    if share:
        nth, of = (int(x) for x in share.split("/"))
        found = found[nth - 1::of]
    if not found:
        sys.exit("mutants.py: there is no such mutant")
    if listed:
        print(*(name for name, _, _ in found), sep="\n")
        return
    tables, reasons, counts, bad = Tables(), excused(), {"killed": 0, "survived": 0, "refused": 0}, 0
    for name, rule, text in found:
        by = verdict(rule, text, tables, judges)
        word = "refused" if by == "refused" else "killed" if by else "survived"
        counts[word] += 1
        wrong = (word == "survived") != (name in reasons)
        bad += wrong
        print(f"{word} {name}" + (f" by {by}" if word == "killed" else f": {reasons[name]}" if word == "survived" and name in reasons else "") +
              (" (tests/mutants.txt says that it survives)" if wrong and name in reasons else ""), flush=True)
    tables.end()
    print(f"# {len(found)} mutants: " + ", ".join(f"{count} {word}" for word, count in counts.items()) + f"; {bad} not as they should be")
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
