"""One run of an agent: says what it was given in one line of JSON, and ends with the code it is told."""
import json
import os
import ssl
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from http.server import BaseHTTPRequestHandler, HTTPServer

SECRETS = "/run/kars/secrets"


class Greeting(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("content-length", "5")
        self.end_headers()
        self.wfile.write(b"hello")

    def log_message(self, *_):
        pass


def serve_tls():
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(f"{SECRETS}/tls.crt", f"{SECRETS}/tls.key")
    server = HTTPServer(("127.0.0.1", 9443), Greeting)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()


def python():
    try:
        with urllib.request.urlopen("https://localhost:9443/", timeout=10) as answer:
            return answer.read().decode()
    except urllib.error.URLError as error:
        return type(error.reason).__name__


def program(*command):
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    return done.stdout.strip() or f"code {done.returncode}"


def write(path):
    try:
        with open(path, "w"):
            return "written"
    except OSError as error:
        return os.strerror(error.errno)


def read(path):
    with open(path) as file:
        return file.read()


serve_tls()
FETCH = "fetch('https://localhost:9443/').then((a) => a.text()).then(console.log, (e) => console.log(e.cause.code))"
print(
    json.dumps(
        {
            "variable": os.environ.get("GIT_TOKEN"),
            "file": read(f"{SECRETS}/token"),
            "write secret": write(f"{SECRETS}/token"),
            "python": python(),
            "curl": program("curl", "--silent", "https://localhost:9443/"),
            "node": program("node", "-e", FETCH),
        }
    ),
    flush=True,
)
sys.exit(int(sys.argv[1]))
