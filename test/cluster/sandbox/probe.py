"""A liveness probe that writes down what a program beside the agent can do, and fails while the agent is sick."""
import json
import os
import sys


def outcome(action):
    try:
        action()
        return "allowed"
    except OSError as error:
        return os.strerror(error.errno)


report = {
    "uid": os.getuid(),
    "write mqueue": outcome(lambda: os.close(os.open("/dev/mqueue/x", os.O_CREAT | os.O_RDWR))),
    "signal agent": outcome(lambda: os.kill(1, 0)),
    "variables": [name for name in os.environ if name.startswith("KUBERNETES_")][:1],
}
with open("/tmp/probe.part", "w") as file:
    json.dump(report, file)
os.rename("/tmp/probe.part", "/tmp/probe.json")
sys.exit(1 if os.path.exists("/tmp/sick") else 0)
