"""Stands in the place of a sidecar, and decides nothing: every call goes where it says.

Arguments: status port, port for the agent, where everything goes that names no address, HOST:PORT: a path
alone, as to the provider of a router, and a name that does not resolve; and the key of the provider. As many
gateways do, it adds this key, goes where the provider sends it, and asks another one at any error.
"""
import re
import socket
import sys
import threading
from urllib.parse import urlsplit

STATUS, PORT = int(sys.argv[1]), int(sys.argv[2])
ELSEWHERE = (sys.argv[3].rpartition(":")[0], int(sys.argv[3].rpartition(":")[2]))
KEY = sys.argv[4].encode()


def pipe(source, sink):
    try:
        while data := source.recv(65536):
            sink.sendall(data)
        sink.shutdown(socket.SHUT_WR)
    except OSError:
        pass


def dial(host, port):
    try:
        return socket.create_connection((host.strip("[]"), port), 2)
    except socket.gaierror:
        return socket.create_connection(ELSEWHERE, 2)


def exchange(request, address):
    with socket.create_connection(address, 2) as server:
        server.settimeout(None)
        server.sendall(request)
        got = b""
        while chunk := server.recv(65536):
            got += chunk
        return got


def gateway(client, request):
    """An exchange with a provider, from the first bytes of the request on."""
    head, _, body = request.partition(b"\r\n\r\n")
    length = re.search(rb"(?im)^content-length: (\d+)", head)
    while length is not None and len(body) < int(length[1]) and (chunk := client.recv(65536)):
        body += chunk
    method, path, rest = head.split(b" ", 2)
    line, _, headers = rest.partition(b"\r\n")

    def ask(where, address):
        return exchange(b" ".join((method, where, line)) + b"\r\nauthorization: Bearer " + KEY + b"\r\n" + headers + b"\r\n\r\n" + body, address)

    got = ask(path, ELSEWHERE)
    status = got.split(b" ", 2)[1]
    location = re.search(rb"(?im)^location: http://([^:/]+):(\d+)(\S+)", got)
    if status.startswith(b"3") and location is not None:
        return ask(location[3], (location[1].decode(), int(location[2])))
    return ask(b"/spare" + path, ELSEWHERE) if status[:1] in b"45" else got


def serve(client):
    with client:
        head = b""
        while b"\r\n\r\n" not in head:
            chunk = client.recv(65536)
            if not chunk:
                return
            head += chunk
        method, target, *_ = head.split(b"\r\n")[0].decode("latin-1").split(" ")
        try:
            if target.startswith("/"):
                client.sendall(gateway(client, head))
                return
            if method == "CONNECT":
                host, _, port = target.rpartition(":")
                server = dial(host, int(port))
            else:
                url = urlsplit(target)
                server = dial(url.hostname or "none", url.port or 80)
        except OSError:
            client.sendall(b"HTTP/1.1 502 Bad Gateway\r\ncontent-length: 0\r\n\r\n")
            return
        with server:
            server.settimeout(None)
            if method == "CONNECT":
                client.sendall(b"HTTP/1.1 200 Connected\r\n\r\n")
            else:
                server.sendall(head)
            threading.Thread(target=pipe, args=(client, server), daemon=True).start()
            pipe(server, client)


def healthy():
    with socket.create_server(("0.0.0.0", STATUS)) as server:
        while True:
            connection, _ = server.accept()
            with connection:
                connection.recv(4096)
                connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")


threading.Thread(target=healthy, daemon=True).start()
with socket.create_server(("127.0.0.1", PORT), backlog=128) as server:
    while True:
        threading.Thread(target=serve, args=(server.accept()[0],), daemon=True).start()
