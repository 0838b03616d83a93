#!/bin/bash
# Every recorded case of the Moodle functions that the sandbox plays, against the sandbox.
exec python3 "$(dirname "$0")/../support/replay.py"
