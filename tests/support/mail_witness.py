#!/usr/bin/python3
"""Did every mail arrive, and none twice but where the server's 250 was lost?

    mail_witness.py ROWS MAILDIR/new LOG COUNT

ROWS holds the outbox (event, mail_id, state, doubts, message_id; tabs between), the folder what the mail server kept (smtpd.py), LOG what the
programs said. Prints figures and what is wrong; exits 1 if anything is.
"""

import collections
import os
import re
import sys


def main():
    rows_file, folder, log_file, wanted = sys.argv[1:5]
    wrong = []
    kept = collections.defaultdict(list)
    for name in os.listdir(folder):
        with open(os.path.join(folder, name), "rb") as file:
            mail = file.read()
        message_id = re.search(rb"^Message-ID:\s*(<[^>]*>)", mail, re.MULTILINE).group(1).decode()
        # The number of the connection is the server's own.
        kept[message_id].append(re.sub(rb"^X-Session: .*\r\n", b"", mail, flags=re.MULTILINE))
    with open(log_file, encoding="utf-8") as file:
        told = set(re.findall(r"the recipient may have it twice .*?mail=([0-9]+) ", file.read()))
    rows = duplicates = doubts = 0
    with open(rows_file, encoding="utf-8") as file:
        for line in file:
            event, mail_id, state, doubted, message_id = line.rstrip("\n").split("\t")
            rows += 1
            doubts += int(doubted)
            copies = kept.pop(message_id, [])
            if state != "sent":
                wrong.append(f"{event}: {state}")
            if not copies:
                wrong.append(f"{event}: lost")
            if len(copies) > 1 + int(doubted):
                wrong.append(f"{event}: {len(copies)} copies, in doubt {doubted} times")
            if len(set(copies)) > 1:
                wrong.append(f"{event}: copies differ")
            if len(copies) > 1:
                duplicates += len(copies) - 1
                if mail_id not in told:
                    wrong.append(f"{event}: twice, and nobody was told")
    wrong.extend(f"{message_id}: nobody sent it" for message_id in kept)
    if rows != int(wanted):
        wrong.append(f"{rows} mails in the outbox, not {wanted}")
    print(f"{rows} mails, {doubts} times in doubt, {duplicates} second copies, each under the same Message-ID and told; {len(wrong)} wrong")
    for line in wrong[:20]:
        print(line)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
