"""Asks for a URL with the library that the first argument names, and prints the answer."""
import asyncio
import sys

library, url = sys.argv[1:]
# The frames are the library's; what a person reads are the messages.
sys.tracebacklimit = 0
PATIENCE = 20


def with_urllib():
    import urllib.request

    return urllib.request.urlopen(url, timeout=PATIENCE).read().decode()


def with_requests():
    import requests

    return requests.get(url, timeout=PATIENCE).text


def with_httpx():
    import httpx

    return httpx.get(url, timeout=PATIENCE).text


def with_aiohttp():
    import aiohttp

    async def get():
        async with aiohttp.ClientSession(trust_env=True) as session, session.get(url) as answer:
            return await answer.text()

    return asyncio.run(get())


def with_websockets():
    import websockets.sync.client

    with websockets.sync.client.connect(url, open_timeout=PATIENCE) as connection:
        connection.send("to the site")
        return connection.recv()


print(globals()[f"with_{library}"]())
