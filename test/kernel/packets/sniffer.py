"""Prints as JSON lines what arrives on eth0, until standard input ends.

A line is what the frame is: "arp", "nd" (neighbour solicitation or advertisement), or
"PROTOCOL>DESTINATION" with the number of the IP protocol. Prints "ready" when it listens.
"""
import json
import select
import socket
import struct
import sys

PACKET_OUTGOING = 4
ALL = socket.htons(3)
sniffer = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, ALL)
sniffer.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8 << 20)
sniffer.bind(("eth0", 3))
sniffer.setblocking(False)
print("ready", flush=True)


def name(frame):
    kind = struct.unpack("!H", frame[12:14])[0]
    packet = frame[14:]
    if kind == 0x0806:
        return "arp"
    if kind == 0x0800:
        return f"{packet[9]}>{socket.inet_ntop(socket.AF_INET, packet[16:20])}"
    if kind == 0x86DD:
        if packet[6] == 58 and packet[40] in (135, 136):
            return "nd"
        return f"{packet[6]}>{socket.inet_ntop(socket.AF_INET6, packet[24:40])}"
    return f"ethertype {kind:x}"


def drain():
    while True:
        try:
            frame, (_, _, direction, *_) = sniffer.recvfrom(65535)
        except BlockingIOError:
            return
        if direction != PACKET_OUTGOING:
            print(json.dumps(name(frame)))


while True:
    readable, _, _ = select.select([sniffer, sys.stdin], [], [])
    drain()
    if sys.stdin in readable:
        break
