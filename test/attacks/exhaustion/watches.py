"""Takes every inotify instance that the kernel gives its user, and keeps them. Prints one line of JSON."""
import ctypes
import errno
import json
import os
import signal
import sys

ENOUGH = 100_000
libc = ctypes.CDLL(None, use_errno=True)
held, refusal = 0, ""
while held < ENOUGH and not refusal:
    if libc.inotify_init1(os.O_CLOEXEC) < 0:
        refusal = errno.errorcode[ctypes.get_errno()]
    else:
        held += 1
print(json.dumps({"held": held, "refusal": refusal}), flush=True)
if "--once" not in sys.argv:
    signal.pause()
