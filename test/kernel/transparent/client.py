"""What a program of the agent does that knows of no proxy; prints what came of it.

Arguments: how ("tls", "http" or "first"), where (a name or an address), port, and for "tls" and "http" the name to
ask for. A name is looked up with a query of its own to a server that is not there: the packet rules redirect it.
"""
import socket
import ssl
import struct
import sys

how, where, port, *name = sys.argv[1:]
RESOLVER = "203.0.113.10"


def look_up(host):
    labels = b"".join(bytes([len(label)]) + label.encode() for label in host.split("."))
    query = struct.pack(">HHHHHH", 7, 0x0100, 1, 0, 0, 0) + labels + b"\0" + struct.pack(">HH", 1, 1)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        asking.settimeout(10)
        asking.sendto(query, (RESOLVER, 53))
        answer = asking.recv(512)
    if answer[3] & 15 != 0:
        raise SystemExit(print(f"rcode {answer[3] & 15}", end=""))
    return socket.inet_ntoa(answer[-4:])


try:
    address = where if ":" in where or where[0].isdigit() else look_up(where)
    with socket.create_connection((address, int(port)), 10) as plain:
        if how == "tls":
            context = ssl.create_default_context()
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
            with context.wrap_socket(plain, server_hostname=name[0]) as secure:
                print(secure.recv(4096).decode(), end="")
        else:
            if how == "http":
                plain.sendall(f"GET /a HTTP/1.1\r\nHost: {name[0]}\r\nConnection: close\r\n\r\n".encode())
            while data := plain.recv(4096):
                print(data.decode(), end="")
except OSError as error:
    print(f"{type(error).__name__}: {error}", end="")
