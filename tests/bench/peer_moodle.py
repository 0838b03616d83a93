#!/usr/bin/env python3
"""The same changes as ctok-apply, sent bare: as many rows a request, as many connections, kept alive, nothing asked before, nothing read back, nothing
written down. usage: peer_moodle.py SANDBOX-DIR ROWS [CONNECTIONS [BATCH]]

ROWS is a file of lines, tab between fields: `user ID USERNAME FIRST LAST EMAIL` and `enrol START END SUSPEND USER COURSE`. Prints changes and seconds."""
import http.client
import json
import ssl
import sys
import threading
import time
import urllib.parse

folder, path = sys.argv[1:3]
connections, size = (int(a) for a in (sys.argv[3:] + ["2", "100"][len(sys.argv) - 3:]))
token = open(folder + "/moodle.token", encoding="ascii").read().strip()
address = urllib.parse.urlsplit(open(folder + "/base-url", encoding="ascii").read().strip())
rows = [line.rstrip("\n").split("\t") for line in open(path, encoding="utf-8")]
ids = {}


def users(batch):
    pairs = []
    for i, (_, _, username, first, last, email) in enumerate(batch):
        for name, value in (("createpassword", "1"), ("username", username), ("firstname", first), ("lastname", last), ("email", email)):
            pairs.append(("users[%d][%s]" % (i, name), value))
    return "core_user_create_users", pairs


def enrolments(batch):
    pairs = []
    for i, (_, start, end, suspend, user, course) in enumerate(batch):
        for name, value in (("timestart", start), ("timeend", end), ("suspend", suspend), ("roleid", "5"), ("userid", ids.get(user, user)), ("courseid", course)):
            pairs.append(("enrolments[%d][%s]" % (i, name), value))
    return "enrol_manual_enrol_users", pairs


def send(batches, make, took):
    lock = threading.Lock()

    def work():
        connection = http.client.HTTPSConnection(address.hostname, address.port, timeout=300, context=ssl.create_default_context(cafile=folder + "/ca.pem"))
        while True:
            with lock:
                if not batches:
                    return
                batch = batches.pop(0)
            function, pairs = make(batch)
            body = urllib.parse.urlencode([("wstoken", token), ("moodlewsrestformat", "json")] + pairs + [("wsfunction", function)])
            connection.request("POST", address.path + "/webservice/rest/server.php", body, {"Content-Type": "application/x-www-form-urlencoded"})
            answer = json.loads(connection.getresponse().read() or "null")
            if isinstance(answer, dict) and "exception" in answer:
                sys.exit("refused: %s" % answer)
            took(batch, answer)

    threads = [threading.Thread(target=work) for _ in range(connections)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def remember(batch, answer):
    for row, made in zip(batch, answer):
        ids[row[1]] = str(made["id"])


def batches(kind):
    chosen = [r for r in rows if r[0] == kind]
    return [chosen[i:i + size] for i in range(0, len(chosen), size)]


began = time.monotonic()
send(batches("user"), users, remember)
if len(ids) != sum(r[0] == "user" for r in rows):
    sys.exit("not all accounts were made")
send(batches("enrol"), enrolments, lambda batch, answer: None)
print(len(rows), "%.3f" % (time.monotonic() - began))
