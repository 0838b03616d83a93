#!/usr/bin/python3
"""Mails a second by Python's own library, over one kept connection.

    peer_smtplib.py PORT MAILS prebuilt|building FILE

`prebuilt`: the bytes of FILE as they are. `building`: the same letter made anew for each recipient with email.message, text and HTML filled by
str.format, as a plain program does it. Prints the rate.
"""

import email
import email.policy
import smtplib
import sys
import time
from email.message import EmailMessage
from email.utils import formatdate, make_msgid


def main():
    port, mails, how, path = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3], sys.argv[4]
    with open(path, "rb") as file:
        raw = file.read()
    letter = email.message_from_bytes(raw, policy=email.policy.default)
    plain, rich = (letter.get_body((kind,)).get_content().replace("{", "{{").replace("}", "}}") for kind in ("plain", "html"))
    name = letter["To"].addresses[0].display_name
    plain, rich = plain.replace(name, "{name}"), rich.replace(name, "{name}")
    server = smtplib.SMTP("127.0.0.1", port)
    start = time.perf_counter()
    for number in range(mails):
        to = f"learner{number}@example.org"
        if how == "prebuilt":
            server.sendmail("academy@acme.example", [to], raw)
            continue
        learner = f"Ana Núñez {number}"
        message = EmailMessage(policy=email.policy.SMTP)
        message["From"], message["To"] = "Acme <academy@acme.example>", f'"{learner}" <{to}>'
        message["Subject"], message["Date"], message["Message-ID"] = "Welcome to First Aid", formatdate(), make_msgid(domain="acme.example")
        message.set_content(plain.format(name=learner))
        message.add_alternative(rich.format(name=learner), subtype="html")
        server.send_message(message)
    print(mails / (time.perf_counter() - start))
    server.quit()


if __name__ == "__main__":
    main()
