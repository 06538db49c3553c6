"""Writes a log that does not compress, and then waits."""
import base64
import os
import sys
import time

left = int(sys.argv[1])
while left > 0:
    left -= sys.stdout.write(base64.b64encode(os.urandom(6000)).decode() + "\n")
sys.stdout.flush()
while True:
    time.sleep(3600)
