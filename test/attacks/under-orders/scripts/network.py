"""Attempts to reach what an agent may not reach; orders.py, which follows, makes them."""
import os
import select
import socket
import struct
import threading
import time

PATIENCE = 2
MPTCP = 262
UDP_LITE = 136
IP_TRANSPARENT = 19
SEGMENT_ROUTING = 4
REQUEST = b"GET /direct HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n"
ALL_PACKETS = 0x0003


def checksum(data):
    total = sum(struct.unpack(f"!{len(data) // 2}H", data + b"\0" * (len(data) % 2)))
    while total >> 16:
        total = (total >> 16) + (total & 0xFFFF)
    return ~total & 0xFFFF


def make(one, kind, protocol=0):
    address = one["to"]
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    sock = socket.socket(family, kind, protocol)
    sock.settimeout(PATIENCE)
    if "device" in one:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, one["device"].encode())
    if "mark" in one:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_MARK, one["mark"])
    if "transparent" in one:
        sock.setsockopt(socket.SOL_IP, IP_TRANSPARENT, 1)
    if "from" in one:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind(tuple(one["from"]))
    if "options" in one:
        sock.setsockopt(socket.IPPROTO_IP, socket.IP_OPTIONS, bytes.fromhex(one["options"]))
    if "via" in one:
        segments = b"".join(socket.inet_pton(family, each) for each in (address, one["via"]))
        header = struct.pack("!BBBBBBH", 0, 4, SEGMENT_ROUTING, 1, 1, 0, 0) + segments
        sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_RTHDR, header)
    return sock, socket.getaddrinfo(address, one.get("port", 0), family, socket.SOCK_DGRAM)[0][4]


def everything(sock):
    got = b""
    try:
        while chunk := sock.recv(65536):
            got += chunk
    except TimeoutError:
        pass
    return got.decode(errors="replace") or "closed"


def tcp(one):
    sock, target = make(one, socket.SOCK_STREAM, MPTCP if "mptcp" in one else 0)
    with sock:
        if "early" in one:
            # A socket with a deadline does not block: without a cookie the data follows the handshake.
            try:
                sock.sendto(REQUEST, socket.MSG_FASTOPEN, target)
            except BlockingIOError:
                select.select([], [sock], [], PATIENCE)
                sock.sendall(REQUEST)
        else:
            sock.connect(target)
            sock.sendall(REQUEST)
        return everything(sock)


def udp(one):
    sock, target = make(one, socket.SOCK_DGRAM, UDP_LITE if "lite" in one else 0)
    payload = bytes.fromhex(one["payload"]) if "payload" in one else b"?" * one.get("size", 1)
    with sock:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
        if "connected" in one:
            sock.connect(target)
            sock.send(payload)
        else:
            sock.sendto(payload, target)
        return sock.recv(65536).decode(errors="replace")


def ping(one):
    is_v6 = ":" in one["to"]
    protocol = socket.IPPROTO_ICMPV6 if is_v6 else socket.IPPROTO_ICMP
    sock, target = make(one, getattr(socket, one["kind"]), protocol)
    body = struct.pack("!BBHHH", 128 if is_v6 else 8, 0, 0, 1, 1) + b"kars"
    with sock:
        sock.connect(target)
        sock.send(body[:2] + struct.pack("!H", checksum(body)) + body[4:])
        sock.recv(512)
        return "reached by an echo"


def datagram_over_ip(one, port):
    source, target = socket.inet_aton(one["own"]), socket.inet_aton(one["to"])
    segment = struct.pack("!HHHH", port, one["port"], 9, 0) + b"?"
    header = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(segment), 1, 0, 64, socket.IPPROTO_UDP, 0, source, target)
    return header[:10] + struct.pack("!H", checksum(header)) + header[12:] + segment


def forged(one, send):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver:
        receiver.settimeout(PATIENCE)
        receiver.bind(("0.0.0.0", 0))
        send(datagram_over_ip(one, receiver.getsockname()[1]))
        return receiver.recv(512).decode()


def raw_ip(one):
    sock = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)
    return forged(one, lambda packet: sock.sendto(packet, (one["to"], 0)))


def packet_socket(one):
    sock = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, 0)
    # The neighbour on the link takes what is sent to everybody there.
    everybody = ("eth0", 0x0800, 0, 0, b"\xff" * 6)
    return forged(one, lambda packet: sock.sendto(packet, everybody))


def sniff(one):
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ALL_PACKETS)) as sock:
        sock.settimeout(PATIENCE)
        return f"reached {len(sock.recv(65536))} bytes of others"


def send(one):
    """Bytes as they are to a port of a sidecar."""
    with socket.create_connection((one.get("to", "127.0.0.1"), one["port"]), PATIENCE) as sock:
        sock.settimeout(PATIENCE)
        sock.sendall(one["bytes"].encode("latin-1"))
        got = everything(sock) if "then" not in one else sock.recv(65536).decode(errors="replace")
        if "then" in one and " 200 " in got.split("\r\n")[0]:
            sock.sendall(one["then"].encode("latin-1"))
            got += everything(sock)
        return got


def hold(one):
    """Bytes that are not the whole, and then nothing for longer than a sidecar waits."""
    with socket.create_connection(("127.0.0.1", one["port"]), PATIENCE) as sock:
        sock.sendall(one["bytes"].encode("latin-1"))
        sock.settimeout(one["seconds"])
        try:
            return sock.recv(65536).decode(errors="replace") or "closed"
        except TimeoutError:
            return "still open"


def listen(one):
    """Answers on a port for as long as somebody may ask; tries to have the port until then."""
    deadline = time.monotonic() + one["seconds"]
    while time.monotonic() < deadline:
        try:
            server = socket.create_server((one.get("at", "0.0.0.0"), one["port"]))
            break
        except OSError as error:
            if "insist" not in one:
                return os.strerror(error.errno)
            time.sleep(0.002)
    else:
        return "the port was never free"
    threading.Thread(target=answer, args=(server, deadline), daemon=True).start()
    return "listens"


def answer(server, deadline):
    with server:
        while (left := deadline - time.monotonic()) > 0:
            server.settimeout(left)
            try:
                connection, _ = server.accept()
                with connection:
                    connection.settimeout(PATIENCE)
                    # What is closed with bytes unread is reset, and the answer with it.
                    connection.recv(4096)
                    connection.sendall(b"HTTP/1.1 200 reached\r\ncontent-length: 0\r\n\r\n")
            except OSError:
                continue


attempts = {
    each.__name__: each for each in (tcp, udp, ping, raw_ip, packet_socket, sniff, send, hold, listen)
}
