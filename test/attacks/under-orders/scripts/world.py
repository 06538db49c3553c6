"""A pod beside the sandbox that stands for the rest of the world: it answers on well-known addresses.

Whatever arrives is answered with `reached` and with what arrived, but for a request to a model that has its answer
with it.
"""
import base64
import json
import re
import selectors
import socket
import struct
import subprocess
import sys
import threading

PORTS = json.loads(sys.argv[1])
GROUPS = {"224.0.0.251", "ff02::fb"}
UDP_LITE = 136

for address in json.loads(sys.argv[2]):
    length = ["128", "nodad"] if ":" in address else ["32"]
    subprocess.run(["ip", "addr", "add", f"{address}/{length[0]}", "dev", "lo", *length[1:]], check=True)


def reply(got):
    """What arrived, as a model says it; one that is in league with the agent says what the request has it say."""
    head = got.partition(b"\r\n\r\n")[0].decode("latin-1")
    script = re.search(rb"answer:([A-Za-z0-9+/=]+)", got)
    if script is not None and " /v1/" in head.split("\r\n")[0]:
        key = re.search(r"(?im)^(?:authorization: Bearer|x-api-key:) (\S+)", head)
        said = base64.b64decode(script[1]).decode().replace("{credential}", key[1])
        return said.replace("{head}", json.dumps(head)[1:-1]).encode()
    message = {"role": "assistant", "content": f"reached {got!r}"}
    choice = {"index": 0, "message": message, "finish_reason": "stop"}
    body = json.dumps({"id": "c", "object": "chat.completion", "created": 1, "model": "m", "choices": [choice]})
    return f"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {len(body)}\r\nconnection: close\r\n\r\n{body}".encode()


def answer(connection):
    with connection:
        got = b""
        connection.settimeout(0.3)
        try:
            while chunk := connection.recv(65536):
                got += chunk
        except OSError:
            pass
        try:
            connection.sendall(reply(got))
        except OSError:
            pass


def serve_tcp(port):
    with socket.create_server(("::", port), family=socket.AF_INET6, dualstack_ipv6=True, backlog=128) as server:
        while True:
            threading.Thread(target=answer, args=(server.accept()[0],), daemon=True).start()


for port in PORTS["tcp"]:
    threading.Thread(target=serve_tcp, args=(port,), daemon=True).start()

links = json.loads(subprocess.run(["ip", "-j", "addr"], capture_output=True, text=True, check=True).stdout)
own = [each["local"] for link in links for each in link["addr_info"] if not each["local"].startswith("fe80")]
index = socket.if_nametoindex("eth0")
selector = selectors.DefaultSelector()


def serve_udp(address, port, protocol=0):
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_DGRAM, protocol)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
    if address in GROUPS and family == socket.AF_INET:
        group = socket.inet_aton(address) + struct.pack("@4si", b"", index)
        sock.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, group)
    elif address in GROUPS:
        group = socket.inet_pton(family, address) + struct.pack("@I", index)
        sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_JOIN_GROUP, group)
    target = (address, port, 0, index) if address == "ff02::fb" else (address, port)
    sock.bind(target)
    selector.register(sock, selectors.EVENT_READ, sock)


for port in PORTS["udp"]:
    for address in [*own, *GROUPS, "255.255.255.255"]:
        serve_udp(address, port)
try:
    serve_udp(next(each for each in own if each.startswith("10.244.")), 7000, UDP_LITE)
except OSError:
    pass
replies = {True: socket.socket(socket.AF_INET6, socket.SOCK_DGRAM), False: socket.socket(socket.AF_INET, socket.SOCK_DGRAM)}
print("ready", flush=True)
while True:
    for key, _ in selector.select():
        sock = key.data
        _, peer = sock.recvfrom(65536)
        is_local = sock.getsockname()[0] in own
        # What was sent to many is answered from an address that is one's own.
        (sock if is_local else replies[":" in peer[0]]).sendto(b"reached", peer)
