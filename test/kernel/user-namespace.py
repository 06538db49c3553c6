"""Runs a command as root of a user namespace that owns its network namespace, as the kubelet starts pods with hostUsers: false."""
import ctypes
import os
import sys

CLONE_NEWUSER = 0x10000000
CLONE_NEWNET = 0x40000000
libc = ctypes.CDLL(None, use_errno=True)


def unshare(flags):
    if libc.unshare(flags) != 0:
        sys.exit(os.strerror(ctypes.get_errno()))


ready, say_ready = os.pipe()
mapped, say_mapped = os.pipe()
child = os.fork()
if child == 0:
    unshare(CLONE_NEWUSER)
    os.write(say_ready, b"x")
    os.read(mapped, 1)
    os.setgroups([])
    os.setgid(0)
    os.setuid(0)
    # The kernel gives files of a network namespace to its root when it is made, if there is one by then.
    unshare(CLONE_NEWNET)
    os.execvp(sys.argv[1], sys.argv[1:])
os.read(ready, 1)
for kind in ("uid", "gid"):
    with open(f"/proc/{child}/{kind}_map", "w") as file:
        file.write("0 1000000 65536")
os.write(say_mapped, b"x")
sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
