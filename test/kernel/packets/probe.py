"""Tries every attempt of a JSON list on standard input and prints the outcomes as a JSON list.

An attempt is {"protocol", "address", "port"} and may have "from" (own port), "device" (interface to bind
to), "via" (first hop of a source route of IPv4, or of a segment route of IPv6) and "patience" (seconds). An outcome is the word of who
answered, "echo", "joined", "refused" for an error at once, "silence" when nothing came back, or
"unavailable" where no such socket can be had.
"""
import concurrent.futures
import errno
import json
import os
import socket
import struct
import sys

PATIENCE = 0.5
SCTP = 132
MPTCP = 262
NO_SOCKET = {errno.EPROTONOSUPPORT, errno.ESOCKTNOSUPPORT, errno.EPERM, errno.EACCES, errno.EAFNOSUPPORT}
LOOSE_SOURCE_ROUTE = 131
SEGMENT_ROUTING = 4
UDP_LITE = 136


class Unavailable(Exception):
    pass


def make(one, kind, protocol=0):
    family, _, _, _, target = socket.getaddrinfo(one["address"], one.get("port", 0), type=socket.SOCK_DGRAM)[0]
    try:
        sock = socket.socket(family, kind, protocol(family) if callable(protocol) else protocol)
    except OSError as error:
        raise (Unavailable() if error.errno in NO_SOCKET else error)
    sock.settimeout(one.get("patience", PATIENCE))
    if "device" in one:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, one["device"].encode())
    if "from" in one:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind(("", one["from"]))
    if "via" in one and family == socket.AF_INET6:
        segments = [socket.inet_pton(family, one[end]) for end in ("address", "via")]
        header = struct.pack("!BBBBBBH", 0, 4, SEGMENT_ROUTING, 1, 1, 0, 0) + b"".join(segments)
        sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_RTHDR, header)
    elif "via" in one:
        route = socket.inet_aton(one["via"]) + socket.inet_aton(one["address"])
        sock.setsockopt(socket.IPPROTO_IP, socket.IP_OPTIONS, bytes([LOOSE_SOURCE_ROUTE, 11, 4]) + route + b"\0")
    return sock, target


def stream(one, protocol=0):
    sock, target = make(one, socket.SOCK_STREAM, protocol)
    sock.connect(target)
    return sock.recv(64).decode() or "closed"


def opened_with_data(one):
    sock, target = make(one, socket.SOCK_STREAM)
    seconds = max(1, round(sock.gettimeout()))
    # A socket with a timeout of Python's does not wait for the answer to its first segment.
    sock.setblocking(True)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, struct.pack("ll", seconds, 0))
    try:
        sock.sendto(b"?", socket.MSG_FASTOPEN, target)
    except BlockingIOError:
        return "silence"
    sock.settimeout(seconds)
    return sock.recv(64).decode() or "closed"


def datagram(one, protocol=0):
    sock, target = make(one, socket.SOCK_DGRAM, protocol)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
    sock.connect(target)
    sock.send(b"?")
    return sock.recv(64).decode()


def echo(one, kind):
    of = {socket.AF_INET6: socket.IPPROTO_ICMPV6, socket.AF_INET: socket.IPPROTO_ICMP}
    sock, target = make(one, kind, of.get)
    body = struct.pack("!BBHHH", 128 if sock.family == socket.AF_INET6 else 8, 0, 0, 1, 1) + b"kars"
    total = sum(struct.unpack(f"!{len(body) // 2}H", body))
    total = (total >> 16) + (total & 0xFFFF)
    sock.connect(target)
    sock.send(body[:2] + struct.pack("!H", ~total & 0xFFFF) + body[4:])
    sock.recv(256)
    return "echo"


def join(one):
    sock, target = make(one, socket.SOCK_DGRAM)
    interface = socket.if_nametoindex("eth0")
    if sock.family == socket.AF_INET6:
        group = socket.inet_pton(socket.AF_INET6, one["address"].split("%")[0])
        sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_JOIN_GROUP, group + struct.pack("@I", interface))
    else:
        group = socket.inet_aton(one["address"])
        sock.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, group + struct.pack("@4si", b"", interface))
    return "joined"


kinds = {
    "tcp": stream,
    "mptcp": lambda one: stream(one, MPTCP),
    "fast-open": opened_with_data,
    "udp": datagram,
    "udp-lite": lambda one: datagram(one, UDP_LITE),
    "sctp": lambda one: stream(one, SCTP),
    "icmp": lambda one: echo(one, socket.SOCK_DGRAM),
    "raw-icmp": lambda one: echo(one, socket.SOCK_RAW),
    "join": join,
}


def attempt(one):
    try:
        return kinds[one["protocol"]](one)
    except TimeoutError:
        return "silence"
    except Unavailable:
        return "unavailable"
    except OSError:
        return "refused"


with concurrent.futures.ThreadPoolExecutor(128) as pool:
    outcomes = list(pool.map(attempt, json.load(sys.stdin)))
json.dump(outcomes, sys.stdout)
sys.stdout.flush()
os._exit(0)
