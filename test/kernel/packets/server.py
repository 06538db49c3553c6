"""Answers every connection and datagram with a word, then closes.

Standard input: JSON {"endpoints": [{"protocol", "address", "port", "word"}], "backlog", "deaf", "mptcp"}. A
deaf server drops IPv4 packets of ordinary hosts unseen. Prints "ready" once all endpoints listen; ends with the
process that started it.
"""
import ctypes
import json
import selectors
import signal
import socket
import sys

PR_SET_PDEATHSIG = 1
ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)

IP_MINTTL = 21
MPTCP = 262

order = json.loads(sys.stdin.readline())
selector = selectors.DefaultSelector()
for endpoint in order["endpoints"]:
    family, _, _, _, address = socket.getaddrinfo(
        endpoint["address"], endpoint["port"], type=socket.SOCK_DGRAM
    )[0]
    is_stream = endpoint["protocol"] == "tcp"
    kind = socket.SOCK_STREAM if is_stream else socket.SOCK_DGRAM
    sock = socket.socket(family, kind, MPTCP if is_stream and order["mptcp"] else 0)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if family == socket.AF_INET6:
        sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
    if order["deaf"]:
        sock.setsockopt(socket.IPPROTO_IP, IP_MINTTL, 255)
    sock.bind(address)
    if is_stream:
        sock.listen(order["backlog"])
    selector.register(sock, selectors.EVENT_READ, (is_stream, endpoint["word"].encode()))
print("ready", flush=True)
while True:
    for key, _ in selector.select():
        is_stream, word = key.data
        try:
            if is_stream:
                connection, _ = key.fileobj.accept()
                connection.sendall(word)
                connection.close()
            else:
                _, peer = key.fileobj.recvfrom(2048)
                key.fileobj.sendto(word, peer)
        except OSError:
            pass
