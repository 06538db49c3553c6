"""Leaves a program beside the agent, which answers at an abstract socket, and ends."""
import os
import socket
import sys

with socket.socket(socket.AF_UNIX) as server:
    server.bind("\0" + sys.argv[1])
    server.listen()
    if os.fork() != 0:
        sys.exit()
    os.setsid()
    # The kubelet waits until nobody holds the output of a hook.
    silence = os.open("/dev/null", os.O_RDWR)
    for descriptor in range(3):
        os.dup2(silence, descriptor)
    while True:
        connection, _ = server.accept()
        with connection:
            connection.sendall(b"hook")
