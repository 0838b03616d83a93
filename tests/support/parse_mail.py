#!/usr/bin/python3
"""Read a mail as a mail reader would, with Python's own parser, and print what it shows.

    parse_mail.py FILE

One line `key<TAB>value` each, line breaks in values as \\n: from, reply-to, to (name and address apart), subject, date, and so on;
`defects` lists whatever the parser had to forgive. What an older parser makes of the file name follows as
legacy-filename, and the name that stands beside the content type as type-name.
"""

import email
import hashlib
import sys
from email import policy
from email.header import decode_header, make_header
from email.utils import collapse_rfc2231_value, parseaddr


def show(key, value):
    print(key, str(value).replace("\\", "\\\\").replace("\r\n", "\\n").replace("\n", "\\n"), sep="\t")


def address(mail, old, header):
    if mail[header] is None:
        return
    (one,) = mail[header].addresses
    show(header.lower(), one.addr_spec)
    # The newer parser puts a blank between encoded words of a name, which RFC 2047 section 6.2 tells it not to.
    name = parseaddr(old[header].replace("\r", "").replace("\n", ""))[0]
    show(header.lower() + "-name", make_header(decode_header(name)) if name else "")


def defects(part):
    found = [type(d).__name__ for d in part.defects]
    for name in part.keys():
        found += [f"{name}: {type(d).__name__}" for d in part[name].defects]
    for child in part.iter_parts() if part.is_multipart() else []:
        found += defects(child)
    return found


def main():
    sys.stdout.reconfigure(encoding="utf-8", newline="\n")
    with open(sys.argv[1], "rb") as file:
        raw = file.read()
    mail = email.message_from_bytes(raw, policy=policy.default)
    show("headers", " ".join(mail.keys()))
    for header in ("From", "Reply-To", "To"):
        address(mail, email.message_from_bytes(raw), header)
    for header in ("Subject", "Date", "Message-ID", "Auto-Submitted", "Content-Language"):
        show(header.lower(), mail[header])
    show("structure", " ".join(part.get_content_type() for part in mail.walk()))
    show("text", mail.get_body(("plain",)).get_content())
    show("html", mail.get_body(("html",)).get_content())
    for part in mail.iter_attachments() if mail.get_content_type() == "multipart/mixed" else []:
        show("filename", part.get_filename())
        show("file-type", part.get_content_type())
        show("file-sha256", hashlib.sha256(part.get_content()).hexdigest())
    for part in email.message_from_bytes(raw).walk():
        if part.get_filename() is not None:
            show("legacy-filename", collapse_rfc2231_value(part.get_filename()))
            show("type-name", part.get_param("name"))
    show("defects", " ".join(defects(mail)))


if __name__ == "__main__":
    main()
