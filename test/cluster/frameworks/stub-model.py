"""A model with the chat completions of OpenAI that asks for the first tool it is offered, then repeats what that gave.

Its arguments are an address and a port, 0 for any; it says which port it has.
"""
import http.server
import json
import sys


def message(messages, tools):
    last = messages[-1]
    if last["role"] == "tool":
        return {"role": "assistant", "content": f"the tool said: {last['content']}"}
    function = {"name": tools[0]["function"]["name"], "arguments": '{"url": "http://evil.example/"}'}
    call = {"id": "call_1", "type": "function", "function": function}
    return {"role": "assistant", "content": None, "tool_calls": [call]}


def completion(model, answer):
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1,
        "model": model,
        "choices": [{"index": 0, "message": answer, "finish_reason": reason(answer)}],
        "usage": USAGE,
    }


def chunks(model, answer):
    about = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": model}
    calls = [{"index": index, **call} for index, call in enumerate(answer.get("tool_calls", []))]
    delta = {**answer, "tool_calls": calls} if calls else answer
    yield {**about, "choices": [{"index": 0, "delta": delta, "finish_reason": None}]}
    yield {**about, "choices": [{"index": 0, "delta": {}, "finish_reason": reason(answer)}]}
    yield {**about, "choices": [], "usage": USAGE}


def reason(answer):
    return "tool_calls" if "tool_calls" in answer else "stop"


USAGE = {"prompt_tokens": 20, "completion_tokens": 5, "total_tokens": 25}


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        asked = json.loads(self.rfile.read(int(self.headers["content-length"])))
        answer = message(asked["messages"], asked.get("tools", []))
        if asked.get("stream"):
            events = [json.dumps(chunk) for chunk in chunks(asked["model"], answer)] + ["[DONE]"]
            self.answer("text/event-stream", "".join(f"data: {event}\n\n" for event in events))
        else:
            self.answer("application/json", json.dumps(completion(asked["model"], answer)))

    def answer(self, content_type, text):
        body = text.encode()
        self.send_response(200)
        self.send_header("content-type", content_type)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


server = http.server.ThreadingHTTPServer((sys.argv[1], int(sys.argv[2])), Handler)
print(server.server_port, flush=True)
server.serve_forever()
