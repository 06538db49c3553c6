"""Has its pod evicted, once, and tells whether its successor finds the state of the sidecars as it was."""
import json
import os
import socket
import sys
import time

MARK = "/sandbox/mark"
TO_FILL, BYTES = sys.argv[1], int(sys.argv[2])


def address():
    # It is derived by a key that the egress proxy keeps.
    return socket.getaddrinfo("allowed.example", 443, socket.AF_INET)[0][4][0]


if os.path.exists(MARK):
    with open(MARK) as file:
        before = file.read()
    print(json.dumps({"before": before, "after": address()}), flush=True)
else:
    with open(MARK, "w") as file:
        file.write(address())
        file.flush()
        os.fsync(file.fileno())
    with open(TO_FILL, "wb") as file:
        block = bytes(1024 * 1024)
        for _ in range(BYTES // len(block)):
            file.write(block)
    print(json.dumps({"filled": True}), flush=True)
while True:
    time.sleep(3600)
