"""An HTTP server that answers each request with one governed turn of pydantic-ai."""
import http.server
import json
import os

from pydantic_ai import Agent
from tools import erase_everything, fetch_page


def ask(tool):
    try:
        model = f"openai-chat:{os.environ['OPENAI_MODEL']}"
        return Agent(model, tools=[tool]).run_sync("read the page").output
    except Exception as error:
        return str(error)


class Handler(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = json.dumps({"turn": ask(fetch_page), "erase": ask(erase_everything)}).encode()
        self.send_response(200)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


http.server.HTTPServer(("0.0.0.0", 8080), Handler).serve_forever()
