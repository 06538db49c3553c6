"""Takes every inotify instance that the kernel gives its user, and whatever others of it give back. Prints one line of JSON."""
import ctypes
import errno
import json
import os
import sys
import time

ENOUGH = 100_000
libc = ctypes.CDLL(None, use_errno=True)
held, refusal = 0, ""
while held < ENOUGH and not refusal:
    if libc.inotify_init1(os.O_CLOEXEC) < 0:
        refusal = errno.errorcode[ctypes.get_errno()]
    else:
        held += 1
print(json.dumps({"held": held, "refusal": refusal}), flush=True)
while "--once" not in sys.argv:
    if libc.inotify_init1(os.O_CLOEXEC) < 0:
        time.sleep(0.02)
