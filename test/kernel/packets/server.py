"""Answers every connection and datagram on the given endpoints with a word.

usage: server.py WORD PROTOCOL:FAMILY:ADDRESS:PORT...  (fields separated by "|")
Prints "ready" once all endpoints listen.
"""
import selectors
import socket
import sys

word = sys.argv[1].encode()
selector = selectors.DefaultSelector()
for endpoint in sys.argv[2:]:
    protocol, family, address, port = endpoint.split("|")
    kind = socket.SOCK_STREAM if protocol == "tcp" else socket.SOCK_DGRAM
    sock = socket.socket(socket.AF_INET6 if family == "6" else socket.AF_INET, kind)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if family == "6":
        sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
    sock.bind((address, int(port)))
    if protocol == "tcp":
        sock.listen(128)
    selector.register(sock, selectors.EVENT_READ, protocol)
print("ready", flush=True)
while True:
    for key, _ in selector.select():
        try:
            if key.data == "tcp":
                connection, _ = key.fileobj.accept()
                connection.sendall(word)
                connection.close()
            else:
                _, peer = key.fileobj.recvfrom(2048)
                key.fileobj.sendto(word, peer)
        except OSError:
            pass
