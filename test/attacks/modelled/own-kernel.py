"""An agent whose container holds nothing: tells what kernel it is on, and takes every inotify instance of its user.

Prints one line of JSON, and keeps them until its input ends.
"""
import ctypes
import json
import os
import sys

ENOUGH = 100_000
user = int(sys.argv[1])
os.setgroups([])
os.setresgid(user, user, user)
os.setresuid(user, user, user)
libc = ctypes.CDLL(None, use_errno=True)
held = 0
while held < ENOUGH and libc.inotify_init1(os.O_CLOEXEC) >= 0:
    held += 1
print(json.dumps({"release": os.uname().release, "held": held}), flush=True)
sys.stdin.read()
