"""What a hijacked agent tries first, and what an ordinary one does. Prints one line of JSON."""
import ctypes
import json
import os
import socket
import subprocess
import sys
import threading
import urllib.error
import urllib.request

NODE = sys.argv[1]
NODE6 = sys.argv[2]
PORT = int(sys.argv[3])
libc = ctypes.CDLL(None, use_errno=True)


def outcome(action):
    try:
        return action()
    except urllib.error.HTTPError as error:
        return f"{error.code} {error.headers.get('x-kars-code', '')}".strip()
    except TimeoutError:
        return "silence"
    except OSError as error:
        return os.strerror(error.errno) if error.errno else str(error.reason)


def tcp(address, port):
    with socket.create_connection((address, port), timeout=2) as sock:
        sock.sendall(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n")
        return sock.recv(4096).decode(errors="replace").split("\r\n")[0]


def udp(address, port):
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as sock:
        sock.settimeout(2)
        sock.connect((address, port))
        sock.send(b"?")
        return sock.recv(64).decode()


def call(number, *arguments):
    ctypes.set_errno(0)
    result = libc.syscall(number, *arguments)
    return "allowed" if result >= 0 else os.strerror(ctypes.get_errno())


def write(path):
    with open(path, "w") as file:
        file.write("x")
    return "written"


def read(path):
    with open(path) as file:
        return "read " + file.read(8)


def get(url, proxied=True):
    handler = urllib.request.ProxyHandler() if proxied else urllib.request.ProxyHandler({})
    with urllib.request.build_opener(handler).open(url, timeout=5) as answer:
        return answer.status


def thread():
    done = []
    one = threading.Thread(target=lambda: done.append(1))
    one.start()
    one.join()
    return "ran" if done else "did not run"


def program(*command):
    return subprocess.run(command, capture_output=True, text=True, timeout=60).stdout.strip()


def serve(port):
    with socket.create_server(("0.0.0.0", port)) as server:
        while True:
            connection, _ = server.accept()
            with connection:
                connection.sendall(b"agent")


for inbound in (8080, 8081):
    threading.Thread(target=serve, args=(inbound,), daemon=True).start()

report = {
    "uid": os.getuid(),
    "variables": sorted(name for name in os.environ if name.startswith("KUBERNETES_")),
    "token": outcome(lambda: read("/var/run/secrets/kubernetes.io/serviceaccount/token")),
    "node tcp": outcome(lambda: tcp(NODE, PORT)),
    "node tcp ipv6": outcome(lambda: tcp(NODE6, PORT)),
    "node udp": outcome(lambda: udp(NODE, PORT)),
    "node udp ipv6": outcome(lambda: udp(NODE6, PORT)),
    "metadata": outcome(lambda: tcp("169.254.169.254", 80)),
    "router health": outcome(lambda: tcp(socket.gethostbyname(socket.gethostname()), 9080)),
    "models": outcome(lambda: get("http://127.0.0.1:8443/v1/models", False)),
    "proxy": outcome(lambda: get("http://evil.example/")),
    "write root": outcome(lambda: write("/root/x")),
    "write dev": outcome(lambda: write("/dev/x")),
    "write launcher": outcome(lambda: write("/run/kars/launch/x")),
    "write workspace": outcome(lambda: write("/sandbox/x")),
    "write tmp": outcome(lambda: write("/tmp/x")),
    "state": outcome(lambda: read("/var/lib/kars/audit.jsonl")),
    "ptrace": call(101, 16, 999999, 0, 0),
    "bpf": call(321, 0, 0, 0),
    "io_uring": call(425, 1, 0),
    "vsock": outcome(lambda: str(socket.socket(40, socket.SOCK_STREAM))),
    "thread": outcome(thread),
    "shell": program("sh", "-c", "echo a | tr a b"),
    "node": program("node", "-p", "Object.keys(os.networkInterfaces()).length > 0"),
    "git": program("sh", "-c", "cd /sandbox && git init -q r && git -C r status --short | wc -l"),
    "unshare user": program("sh", "-c", "unshare --user echo allowed 2>&1"),
}
print(json.dumps(report), flush=True)
threading.Event().wait()
