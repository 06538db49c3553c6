"""Calls without end: to the router, to the proxy, to a model with a budget, and past all. Prints one line of JSON for each answer."""
import http.client
import json
import os
import signal
import socket
import sys
import time
import uuid

NEIGHBOUR, PORT = sys.argv[1], int(sys.argv[2])

# As process 1 of its container nothing would end it otherwise.
signal.signal(signal.SIGTERM, lambda *_: os._exit(0))


def ask(port, method, target, body=None):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request(method, target, body, {"content-type": "application/json"})
        answer = connection.getresponse()
        answer.read()
        return f"{answer.status} {answer.headers.get('x-kars-code', '')}".strip()
    finally:
        connection.close()


def model(name):
    body = {"model": name, "messages": [{"role": "user", "content": "x"}]}
    return ask(8443, "POST", "/v1/chat/completions", json.dumps(body))


def paid(_name):
    body = {"model": "small", "messages": [{"role": "user", "content": "x"}], "max_tokens": 10}
    return ask(8443, "POST", "/v1/chat/completions", json.dumps(body))


def tunnel(name):
    return ask(8444, "CONNECT", f"{name}:443")


def past(name):
    with socket.create_connection((NEIGHBOUR, PORT), timeout=10) as sock:
        sock.sendall(f"GET /{name} HTTP/1.1\r\nhost: {name}\r\nconnection: close\r\n\r\n".encode())
        return sock.recv(64).decode(errors="replace").split("\r\n")[0]


while True:
    for kind, call in (("router", model), ("egress-proxy", tunnel), ("paid", paid), ("past", past)):
        name = f"{uuid.uuid4().hex}.example"
        try:
            outcome = call(name)
        except (OSError, http.client.HTTPException) as error:
            outcome = type(error).__name__
        print(json.dumps({"kind": kind, "name": name, "outcome": outcome}), flush=True)
    time.sleep(0.05)
