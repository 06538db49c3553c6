"""An agent that falls sick once a probe and a hook have run, and says what they found after it was restarted."""
import json
import os
import threading
import time
from http.server import HTTPServer, SimpleHTTPRequestHandler

server = HTTPServer(("0.0.0.0", 8080), SimpleHTTPRequestHandler)
threading.Thread(target=server.serve_forever, daemon=True).start()

if not os.path.exists("/tmp/life"):
    with open("/tmp/life", "w"):
        pass
    while not (os.path.exists("/tmp/probe.json") and os.path.exists("/tmp/hook")):
        time.sleep(0.1)
    with open("/tmp/sick", "w"):
        pass
else:
    os.remove("/tmp/sick")
    with open("/tmp/probe.json") as probe, open("/tmp/hook") as hook:
        print(json.dumps({"probe": json.load(probe), "hook umask": hook.read().strip()}), flush=True)
threading.Event().wait()
