"""Start and talk to ctok-sandbox from test scripts; standard library only."""

import http.client
import json
import os
import signal
import ssl
import subprocess
import sys
import tempfile
import time
import urllib.parse

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


class Answer:
    def __init__(self, response):
        self.status = response.status
        self.headers = dict((name.lower(), value) for name, value in response.getheaders())
        self.body = response.read()

    def json(self):
        return json.loads(self.body)


class Sandbox:
    """A sandbox of one's own: `with Sandbox("--seed", "contract") as sandbox: …`"""

    def __init__(self, *options):
        self.options = options

    def __enter__(self):
        self.directory = tempfile.TemporaryDirectory(prefix="ctok-test-")
        self.state = os.path.join(self.directory.name, "sandbox")
        program = os.environ.get("CTOK_SANDBOX", os.path.join(ROOT, "build", "ctok-sandbox"))
        self.process = subprocess.Popen([program, "--state", self.state, *self.options], stdout=subprocess.DEVNULL)
        deadline = time.monotonic() + 60
        while not os.path.exists(os.path.join(self.state, "ready")):
            if self.process.poll() is not None or time.monotonic() > deadline:
                self.process.kill()
                raise RuntimeError("the sandbox did not start")
            time.sleep(0.02)
        self.port = int(self.read("port"))
        self.key = self.read("control.key")
        self.context = None
        if os.path.exists(os.path.join(self.state, "ca.pem")):
            self.context = ssl.create_default_context(cafile=os.path.join(self.state, "ca.pem"))
        self.connection = None
        self.used = 0.0
        return self

    def __exit__(self, *_):
        if self.connection is not None:
            self.connection.close()
        self.process.send_signal(signal.SIGTERM)
        status = self.process.wait(30)
        self.directory.cleanup()
        if status != 0:
            sys.exit("the sandbox ended with %d" % status)

    def read(self, name):
        with open(os.path.join(self.state, name), encoding="utf-8") as file:
            return file.read()

    def connect(self):
        if self.context is None:
            return http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        return http.client.HTTPSConnection("localhost", self.port, timeout=60, context=self.context)

    def ask(self, method, target, body=None, headers=None):
        """One request, on the kept connection; the sandbox ends one that is silent for two minutes."""
        if self.connection is not None and time.monotonic() - self.used > 60:
            self.connection.close()
            self.connection = None
        if self.connection is None:
            self.connection = self.connect()
        self.used = time.monotonic()
        try:
            self.connection.request(method, target, body, headers or {})
            return Answer(self.connection.getresponse())
        except (http.client.HTTPException, OSError):
            self.connection.close()
            self.connection = None
            raise

    def control(self, name, /, **fields):
        answer = self.ask("POST", "/_sandbox/" + name, urllib.parse.urlencode(fields),
                          {"Authorization": "Bearer " + self.key, "Content-Type": "application/x-www-form-urlencoded"})
        if answer.status != 200:
            raise RuntimeError("control %s: %s" % (name, answer.body.decode()))
        return answer.json()

    def sql(self, statement):
        return self.control("sql", sql=statement)

    def moodle(self, function, *fields):
        body = urllib.parse.urlencode([("wstoken", "TOKEN"), ("moodlewsrestformat", "json"), *fields, ("wsfunction", function)])
        return self.ask("POST", "/webservice/rest/server.php", body, {"Content-Type": "application/x-www-form-urlencoded"})

    def shop(self, target, **headers):
        return self.ask("GET", target, None, {"Authorization": "Bearer " + self.read("shop.key"), "User-Agent": "ctok-test/1", **headers})


class Tap:
    """Counts and prints in TAP."""

    def __init__(self):
        self.number = 0
        self.failed = 0

    def case(self, title, problems):
        self.number += 1
        if not problems:
            print("ok %d - %s" % (self.number, title))
            return
        self.failed += 1
        print("not ok %d - %s" % (self.number, title))
        for problem in problems[:8]:
            print("#   " + problem)

    def end(self):
        print("1..%d" % self.number)
        return 1 if self.failed else 0
