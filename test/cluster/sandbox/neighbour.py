"""A host beside the sandbox that answers whoever reaches it, over TCP and UDP, IPv4 and IPv6."""
import socket
import sys
import threading

PORT = int(sys.argv[1])


def answer(connection):
    with connection:
        connection.settimeout(0.2)
        try:
            connection.recv(4096)
        except OSError:
            # Who only connects gets an answer too.
            pass
        try:
            connection.sendall(b"HTTP/1.1 299 neighbour\r\ncontent-length: 0\r\n\r\n")
            connection.shutdown(socket.SHUT_WR)
            # What is closed with bytes unread is reset, and the answer with it.
            connection.settimeout(5)
            while connection.recv(4096):
                pass
        except OSError:
            pass


def serve_tcp():
    with socket.create_server(("::", PORT), family=socket.AF_INET6, dualstack_ipv6=True) as server:
        while True:
            threading.Thread(target=answer, args=(server.accept()[0],), daemon=True).start()


threading.Thread(target=serve_tcp, daemon=True).start()
with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as sock:
    sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
    sock.bind(("::", PORT))
    while True:
        _, peer = sock.recvfrom(64)
        sock.sendto(b"neighbour", peer)
