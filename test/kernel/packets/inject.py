"""Sends one packet that no ordinary socket sends, from an interface of the neighbour.

Standard input: JSON, either {"kind": "advertisement", "prefix"} for a router advertisement to all nodes
(RFC 4861) or {"kind": "segment", "source", "sourcePort", "destination", "destinationPort"} for the TCP
segment that opens a connection, and nothing after it.
"""
import json
import socket
import struct
import sys


def checksum(data):
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total >> 16) + (total & 0xFFFF)
    return ~total & 0xFFFF


def advertisement(order):
    raw = socket.socket(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_ICMPV6)
    raw.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_HOPS, 255)
    index = socket.if_nametoindex("eth0")
    raw.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_IF, index)
    header = struct.pack("!BBHBBHII", 134, 0, 0, 64, 0, 1800, 0, 0)
    prefix = struct.pack("!BBBBIII", 3, 4, 64, 0xC0, 86400, 86400, 0)
    raw.sendto(header + prefix + socket.inet_pton(socket.AF_INET6, order["prefix"]), ("ff02::1", 0, 0, index))


def segment(order):
    source, target = socket.inet_aton(order["source"]), socket.inet_aton(order["destination"])
    ports = (order["sourcePort"], order["destinationPort"])
    opening = 0x5002
    tcp = struct.pack("!HHIIHHHH", *ports, 1000, 0, opening, 8192, 0, 0)
    pseudo = source + target + struct.pack("!HH", socket.IPPROTO_TCP, len(tcp))
    tcp = tcp[:16] + struct.pack("!H", checksum(pseudo + tcp)) + tcp[18:]
    ip = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(tcp), 1, 0, 64, socket.IPPROTO_TCP, 0, source, target)
    raw = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)
    raw.sendto(ip + tcp, (order["destination"], 0))


order = json.load(sys.stdin)
{"advertisement": advertisement, "segment": segment}[order["kind"]](order)
