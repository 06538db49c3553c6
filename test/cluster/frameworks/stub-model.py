"""A model with the chat completions of OpenAI that asks for the first tool it is offered, then repeats what that gave."""
import http.server
import json


def message(messages, tools):
    last = messages[-1]
    if last["role"] == "tool":
        return {"role": "assistant", "content": f"the tool said: {last['content']}"}
    function = {"name": tools[0]["function"]["name"], "arguments": '{"url": "http://evil.example/"}'}
    call = {"id": "call_1", "type": "function", "function": function}
    return {"role": "assistant", "content": None, "tool_calls": [call]}


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        asked = json.loads(self.rfile.read(int(self.headers["content-length"])))
        answer = message(asked["messages"], asked.get("tools", []))
        reason = "tool_calls" if "tool_calls" in answer else "stop"
        body = json.dumps({
            "id": "chatcmpl-1",
            "object": "chat.completion",
            "created": 1,
            "model": asked["model"],
            "choices": [{"index": 0, "message": answer, "finish_reason": reason}],
            "usage": {"prompt_tokens": 20, "completion_tokens": 5, "total_tokens": 25},
        }).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


http.server.ThreadingHTTPServer(("0.0.0.0", 9000), Handler).serve_forever()
