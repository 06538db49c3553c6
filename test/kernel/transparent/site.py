"""A TLS server on 443, an HTTP server on 80 and a server that speaks first on 7000, on the given addresses.

Arguments: certificate, key, addresses. Prints "ready" once all listen; ends with the process that started it.
"""
import ctypes
import signal
import socket
import ssl
import sys
import threading

ctypes.CDLL(None).prctl(1, signal.SIGKILL)
certificate, key, *addresses = sys.argv[1:]


def tls(connection):
    asked = []
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    context.sni_callback = lambda _socket, name, _context: asked.append(name)
    with context.wrap_socket(connection, server_side=True) as secure:
        secure.sendall(f"asked for {asked[0]}".encode())


def http(connection):
    head = connection.recv(4096).decode().split("\r\n")[0]
    connection.sendall(f"HTTP/1.0 200 OK\r\n\r\n{head}".encode())
    connection.close()


def first(connection):
    connection.sendall(b"220 ready")
    connection.close()


def accept(listener, serve):
    while True:
        connection, _ = listener.accept()
        threading.Thread(target=quietly, args=(serve, connection), daemon=True).start()


def quietly(serve, connection):
    try:
        serve(connection)
    except OSError:
        pass


for address in addresses:
    for port, serve in ((443, tls), (80, http), (7000, first)):
        listener = socket.create_server((address, port), family=socket.AF_INET6 if ":" in address else socket.AF_INET)
        threading.Thread(target=accept, args=(listener, serve), daemon=True).start()
print("ready", flush=True)
signal.pause()
