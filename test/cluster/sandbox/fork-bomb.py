"""Starts processes until the kernel refuses, and keeps them. Prints one line of JSON."""
import errno
import json
import os
import signal
import urllib.error
import urllib.request

started = 0
refusal = ""
while not refusal and started < 5000:
    try:
        if os.fork() == 0:
            signal.pause()
        started += 1
    except OSError as error:
        refusal = errno.errorcode[error.errno]


def status(url):
    try:
        with urllib.request.urlopen(url, timeout=10) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code


report = {
    "started": started,
    "refusal": refusal,
    "models": status("http://127.0.0.1:8443/v1/models"),
    "proxy": status("http://evil.example/"),
}
print(json.dumps(report), flush=True)
signal.pause()
