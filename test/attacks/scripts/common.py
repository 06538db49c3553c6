"""What attempts of a hijacked agent have in common; a part of one program, see run.py."""
import ctypes
import errno
import json
import os
import resource
import select
import signal
import socket
import struct
import subprocess
import sys
import time
import urllib.error
import urllib.request

WORLD = json.loads(sys.argv[1])
SECONDS = 8
libc = ctypes.CDLL(None, use_errno=True)


class Stopped(Exception):
    """Something refused the attempt, and said how."""


def reads(path):
    with open(path, "rb") as file:
        if file.read(64) == b"":
            raise Stopped("empty")
    return f"read {path}"


def writes(path, flags=os.O_WRONLY | os.O_CREAT):
    descriptor = os.open(path, flags, 0o644)
    os.write(descriptor, b"x")
    os.close(descriptor)
    return f"wrote {path}"


def syscall(number, *arguments):
    ctypes.set_errno(0)
    result = libc.syscall(ctypes.c_long(number), *[ctypes.c_long(one) for one in arguments])
    if result < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return result
