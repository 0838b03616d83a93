#!/usr/bin/python3
"""Judge mails by independent parsers: Python's email package and html.parser.

    witness_mails.py FILE

FILE has a JSON object on each line: the mail as it goes over the wire, and what it must come to (tests/unit/test_mail_wire.c). Prints each
complaint and at last how many there were; ends with 1 if there were any.
"""

import email
import html.parser
import json
import re
import sys
from datetime import datetime, timezone
from email import policy
from email.header import decode_header, make_header
from email.utils import parseaddr

HEADERS = "From Reply-To To Subject Date Message-ID Auto-Submitted MIME-Version Content-Language Content-Type".split()
RTL = {"ar", "he"}
VOID = {"meta", "br"}
MARKS = re.compile("[\u200e\u200f\u2066-\u2069]")  # our directional marks, which are no text
ELEMENTS = {"html", "head", "meta", "title", "style", "body", "div", "p", "h1", "ul", "li", "a", "strong", "bdi", "br"}
ATTRIBUTES = {"lang", "dir", "charset", "name", "content", "class", "style", "href"}


class Page(html.parser.HTMLParser):
    """The page as the lines that its plain text must have, and whatever is wrong with it."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.open, self.wrong, self.blocks, self.text = [], [], {"card": [], "foot": []}, ""
        self.lang, self.links, self.title, self.heading, self.issuer = [], [], "", "", ""
        self.link = self.part = self.block = None

    def handle_starttag(self, tag, attrs):
        attrs_of = dict(attrs)
        if tag not in ELEMENTS or not set(attrs_of) <= ATTRIBUTES or len(attrs_of) != len(attrs):
            self.wrong.append(f"<{tag} {attrs}>")
        if "lang" in attrs_of:
            self.lang.append((attrs_of["lang"], attrs_of["dir"]))
        if attrs_of.get("class") in self.blocks:
            self.part = attrs_of["class"]
        if tag not in VOID:
            self.open.append((tag, attrs_of.get("class")))
        if tag in ("p", "li", "h1", "title"):
            self.text = "- " if tag == "li" else ""
        elif tag == "br":
            self.text = self.text.rstrip("\n") + "\v"
        elif tag == "strong":
            self.text += "*"
        elif tag == "a":
            self.link = attrs_of["href"]
            self.links.append(self.link)
            self.before = len(self.text)

    def handle_endtag(self, tag):
        if not self.open or self.open[-1][0] != tag:
            self.wrong.append(f"</{tag}> closes {self.open[-1:]}")
            return
        _, kind = self.open.pop()
        if tag == "strong":
            self.text += "*"
        elif tag == "a":
            said = self.text[self.before :]
            if kind == "button":
                self.text += "\v" + self.link
            elif not (self.link.startswith("mailto:") or said == self.link):
                self.text += f" ({self.link})"
        elif tag == "title":
            self.title = self.text
        elif tag == "h1":
            self.heading = self.text
        elif tag == "p" and kind == "from":
            self.issuer = self.text
        elif tag in ("p", "li"):
            self.blocks[self.part].append((tag, self.text))

    def handle_data(self, data):
        if not self.open or self.open[-1][0] in ("style", "html", "head", "body", "div", "ul"):
            if self.open and self.open[-1][0] != "style" and data.strip():
                self.wrong.append(f"text {data!r} in <{self.open[-1][0]}>")
            if self.open and self.open[-1][0] == "style" and re.search(r"url\(|@import|expression", data):
                self.wrong.append("the style fetches something")
            return
        self.text += data.replace("\n", "") if self.text.endswith("\v") else data

    def handle_comment(self, data):
        self.wrong.append("a comment")

    def lines(self):
        """Plain text with one line a paragraph."""
        out, before = [], None
        for part in ("card", "foot"):
            if part == "foot":
                out += ["", "-- "]
                before = None
            for tag, text in self.blocks[part]:
                if out and out[-1] != "-- " and not (tag == "li" and before == "li"):
                    out.append("")
                out += text.split("\v")
                before = tag
        return [tidy(line) for line in out]


class Policy(policy.EmailPolicy):
    """As policy.default, but no header is parsed twice."""

    known = {}

    def header_fetch_parse(self, name, value):
        if (name, value) not in self.known:
            if len(self.known) > 100:
                self.known.clear()
            self.known[name, value] = super().header_fetch_parse(name, value)
        return self.known[name, value]


def tidy(line):
    return MARKS.sub("", line).replace("\u00a0", " ")  # a day stays on one line in HTML


def unflow(text, delsp):
    """RFC 3676 section 4.2: lines that end in a blank go on in the next; "-- " is fixed."""
    out, going_on = [], False
    for line in text.split("\n")[:-1]:
        line = line[1:] if line.startswith(" ") else line
        soft = line.endswith(" ") and line != "-- "
        if soft and delsp:
            line = line[:-1]
        if going_on:
            out[-1] += line
        else:
            out.append(line)
        going_on = soft
    return out


def same(text):
    """How a value must stand in both: blanks in a row are one."""
    return " ".join(tidy(text).split())


def defects(part):
    found = [type(d).__name__ for d in part.defects]
    for name in part.keys():
        found += [f"{name}: {type(d).__name__}" for d in part[name].defects]
    for child in part.iter_parts() if part.is_multipart() else []:
        found += defects(child)
    return found


def wire(raw):
    """Rules of the wire: ASCII, CRLF alone ends lines, none is longer than 998, none begins with a dot or "From "."""
    if not raw.isascii() or not raw.endswith(b"\r\n") or re.search(rb"(?<!\r)\n|\r(?!\n)|\0", raw):
        yield "not ASCII lines that end in CRLF"
    for line in raw.split(b"\r\n"):
        if len(line) > 998 or line.startswith((b".", b"From ")):
            yield f"line {line[:60]!r}"


def name_in(old, header):
    name = parseaddr(old[header].replace("\r", "").replace("\n", ""))[0]
    return str(make_header(decode_header(name))) if name else ""


def judge(case):
    raw = case["mail"].encode("ascii")
    yield from wire(raw)
    mail, old = email.message_from_bytes(raw, policy=Policy()), email.message_from_bytes(raw)
    yield from defects(mail)
    hostile = case["title"].startswith("hostile")

    def expect(what, wanted, found):
        if wanted != found:
            yield f"{what}: expected {wanted!r}, found {found!r}"

    yield from expect("headers", HEADERS, mail.keys())
    for header, key in (("From", "from"), ("Reply-To", "reply_to"), ("To", "to")):
        yield from expect(header, [case[key]], [a.addr_spec for a in mail[header].addresses])
    yield from expect("name of From", case["from_name"], name_in(old, "From"))
    yield from expect("name of To", case["to_name"], name_in(old, "To"))
    yield from expect("Subject", case["subject"].strip(" "), mail["Subject"])
    yield from expect("Subject, decoded word by word", case["subject"].strip(" "), str(make_header(decode_header(old["Subject"].replace("\r\n", "")))))
    for said in (mail["Subject"], case["from_name"], case["to_name"]):
        if len(said.splitlines()) > 1 or any(ord(c) < 32 or 127 <= ord(c) < 160 for c in said):
            yield f"a header of several lines or with controls: {said!r}"
    yield from expect("Date", datetime(2026, 8, 3, 14, 5, 11, tzinfo=timezone.utc), mail["Date"].datetime)
    yield from expect("Message-ID", case["message_id"], mail["Message-ID"])
    yield from expect("Auto-Submitted", "auto-generated", mail["Auto-Submitted"])
    yield from expect("Content-Language", case["language"], mail["Content-Language"])

    wanted = ["multipart/alternative", "text/plain", "text/html"]
    if "file_name" in case:
        wanted = ["multipart/mixed"] + wanted + ["application/pdf"]
        (file,) = mail.iter_attachments()
        yield from expect("file name", case["file_name"], file.get_filename())
        yield from expect("disposition", "attachment", file.get_content_disposition())
        if not file.get_content().startswith(b"%PDF-1.7\n"):
            yield "the file is another one"
    yield from expect("parts", wanted, [part.get_content_type() for part in mail.walk()])
    plain, rich = mail.get_body(("plain",)), mail.get_body(("html",))
    for part in (plain, rich):
        yield from expect("charset", "utf-8", part.get_content_charset())
    yield from expect("format", "flowed", plain.get_param("format"))
    yield from expect("delsp", "yes" if case["delsp"] == "yes" else None, plain.get_param("delsp"))

    said = plain.get_content().replace("\r\n", "\n")
    page = Page()
    page.feed(rich.get_content().replace("\r\n", "\n"))
    page.close()
    yield from page.wrong
    yield from expect("open elements", [], page.open)
    language = case["language"]
    yield from expect("lang and dir", [(language, "rtl" if language in RTL else "ltr")] * 2, page.lang)
    yield from expect("title and heading", [case["subject"]] * 2, [page.title, page.heading])
    for link in page.links:
        if not re.fullmatch(r"https?://[!-;=?-Z_a-z~]+|mailto:[-+%.@\w]+", link, re.ASCII):
            yield f"link {link!r}"
    marked = unflow(said, case["delsp"] == "yes")
    lines, flowed = page.lines(), [tidy(line) for line in marked]
    if lines != flowed:
        yield "text and HTML differ: " + next(f"{a!r} / {b!r}" for a, b in zip(flowed + [None], lines + [None]) if a != b)
    for line in [mail["Subject"]] + marked:
        isolates = 0
        for c in line:
            isolates += (c in "\u2066\u2067\u2068") - (c == "\u2069")
            if "\u202a" <= c <= "\u202e" or isolates < 0:
                isolates = 99
        if isolates:
            yield f"a line that turns what is around it: {line!r}"
    text, shown = same("\n".join(flowed)), same("\n".join(lines))
    for fact in case["facts"]:
        for piece in fact.split("\n"):
            if same(piece) not in text or same(piece) not in shown:
                yield f"{piece!r} is not in it"
    if any(len(line) > 998 for line in said.split("\n")) and not hostile:
        yield "a line of the text is too long"


def main():
    complaints = count = 0
    with open(sys.argv[1], encoding="utf-8") as file:
        for line in file:
            case = json.loads(line)
            count += 1
            for complaint in judge(case):
                complaints += 1
                if complaints <= 30:
                    print(f"{case['title']}: {complaint}")
    print(f"{count} mails, {complaints} complaints")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace")
    sys.exit(main())
