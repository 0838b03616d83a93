#!/usr/bin/env python3
"""Run a program to its end and say what it took: exit code, seconds, and the most memory it held at once in MiB; usage: peak.py OUTPUT PROGRAM …

Of the program alone: what it starts and does not wait for, as a database server, does not count."""
import os
import sys
import time

began = time.monotonic()
child = os.fork()
if child == 0:
    out = os.open(sys.argv[1], os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600)
    os.dup2(out, 1)
    os.dup2(out, 2)
    os.execv(sys.argv[2], sys.argv[2:])
_, status, usage = os.wait4(child, 0)
print(os.waitstatus_to_exitcode(status), "%.3f" % (time.monotonic() - began), "%.1f" % (usage.ru_maxrss / 1024))
