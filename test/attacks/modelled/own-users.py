"""Attempts of root that has got out of its container, on this machine. Prints one line of JSON.

Its arguments are a file and a process of root of the node, and whether it is root of a user namespace only, which is
made as the kubelet has it made for hostUsers: false.
"""
import ctypes
import json
import os
import socket
import sys

CLONE_NEWUSER = 0x10000000
FILE, PROCESS, OWN_USERS = sys.argv[1], int(sys.argv[2]), sys.argv[3] == "own"
libc = ctypes.CDLL(None, use_errno=True)


def read_file():
    with open(FILE) as file:
        return f"read {len(file.read())} bytes"


def signal_process():
    os.kill(PROCESS, 0)
    return "signalled"


def packet_socket():
    socket.socket(socket.AF_PACKET, socket.SOCK_RAW).close()
    return "opened"


def outcome(attempt):
    try:
        return ["succeeded", attempt()]
    except PermissionError as error:
        return ["stopped", os.strerror(error.errno)]


def attempts():
    each = {"file": read_file, "process": signal_process, "network": packet_socket}
    print(json.dumps({name: outcome(attempt) for name, attempt in each.items()}), flush=True)


if not OWN_USERS:
    attempts()
    sys.exit()
ready, say_ready = os.pipe()
mapped, say_mapped = os.pipe()
child = os.fork()
if child == 0:
    if libc.unshare(CLONE_NEWUSER) != 0:
        sys.exit(os.strerror(ctypes.get_errno()))
    os.write(say_ready, b"x")
    os.read(mapped, 1)
    os.setgroups([])
    os.setgid(0)
    os.setuid(0)
    attempts()
    sys.exit()
os.close(say_ready)
os.read(ready, 1)
for kind in ("uid", "gid"):
    with open(f"/proc/{child}/{kind}_map", "w") as file:
        file.write("0 1000000 65536")
os.write(say_mapped, b"x")
sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
