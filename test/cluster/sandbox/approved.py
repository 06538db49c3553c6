"""Asks the proxy for a tunnel again and again, and prints each answer that is another than the one before."""
import json
import socket
import time

TARGET = "api.example.com:443"


def answer():
    with socket.create_connection(("127.0.0.1", 8444), 15) as proxy:
        proxy.sendall(f"CONNECT {TARGET} HTTP/1.1\r\nHost: {TARGET}\r\n\r\n".encode())
        text = b""
        while chunk := proxy.recv(4096):
            text += chunk
    for line in text.decode().split("\r\n"):
        name, _, value = line.partition(":")
        if name.lower() == "x-kars-code":
            return value.strip()
    return text.decode().split("\r\n")[0]


last = None
while True:
    try:
        now = answer()
    except OSError as error:
        now = str(error)
    if now != last:
        print(json.dumps({"at": time.time(), "answer": now}), flush=True)
        last = now
    time.sleep(0.1)
