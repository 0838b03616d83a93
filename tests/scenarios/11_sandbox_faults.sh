#!/bin/bash
# The sandbox itself: the shop's rules, planned faults, time, worlds, and leaving nothing behind.
exec python3 "$(dirname "$0")/../support/faults.py"
