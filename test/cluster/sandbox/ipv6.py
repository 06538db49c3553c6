"""What a hijacked agent tries where the pod has IPv6 alone, and what an ordinary one does. Prints one line of JSON."""
import json
import os
import socket
import sys
import threading
import urllib.error
import urllib.request

NEIGHBOUR = sys.argv[1]
PORT = int(sys.argv[2])
STATUS_PORT = 9080


def outcome(action):
    try:
        return action()
    except urllib.error.HTTPError as error:
        return f"{error.code} {error.headers.get('x-kars-code', '')}".strip()
    except TimeoutError:
        return "silence"
    except OSError as error:
        return os.strerror(error.errno)


def tcp(address, port):
    with socket.create_connection((address, port), timeout=2) as sock:
        sock.sendall(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n")
        return sock.recv(4096).decode(errors="replace").split("\r\n")[0]


def udp(address, port):
    with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as sock:
        sock.settimeout(2)
        sock.connect((address, port))
        sock.send(b"?")
        return sock.recv(64).decode()


def get(url):
    with urllib.request.urlopen(url, timeout=5) as answer:
        return answer.status


own = socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET6)[0][4][0]
report = {
    "tcp": outcome(lambda: tcp(NEIGHBOUR, PORT)),
    "udp": outcome(lambda: udp(NEIGHBOUR, PORT)),
    "ipv4": outcome(lambda: tcp("192.0.2.1", 80)),
    "router health": outcome(lambda: tcp(own, STATUS_PORT)),
    "models": outcome(lambda: get("http://127.0.0.1:8443/v1/models")),
    "proxy": outcome(lambda: get("http://evil.example/")),
}
print(json.dumps(report), flush=True)
threading.Event().wait()
