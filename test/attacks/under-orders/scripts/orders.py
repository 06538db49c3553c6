"""A hijacked agent: makes each of the attempts above that it is told, and says what came of it.

Its argument is the port where it takes orders. A connection carries one line of JSON, {"attempt": NAME, ...}, and gets
a text back.
"""
import json
import os
import socket
import sys
import threading


def serve(connection):
    with connection, connection.makefile("r") as lines:
        one = json.loads(lines.readline())
        try:
            outcome = attempts[one["attempt"]](one)
        except TimeoutError:
            outcome = "silence"
        except OSError as error:
            outcome = os.strerror(error.errno) if error.errno else str(error)
        connection.sendall(outcome.encode())


with socket.create_server(("0.0.0.0", int(sys.argv[1])), backlog=128) as server:
    while True:
        connection = server.accept()[0]
        try:
            threading.Thread(target=serve, args=(connection,), daemon=True).start()
        except RuntimeError:
            # There are too many processes for a thread more.
            connection.close()
