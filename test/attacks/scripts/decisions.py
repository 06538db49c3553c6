"""What sidecars are asked for; a part of one program, see run.py."""


def through_proxy(request):
    with socket.create_connection(("127.0.0.1", 8444), timeout=5) as sock:
        sock.settimeout(5)
        sock.sendall(request.encode())
        first = sock.recv(256).decode(errors="replace")
        status = first.split(" ")[1] if " " in first else "closed"
        if status in ("200", "299"):
            return f"status {status}"
        raise Stopped(f"status {status}")


def proxy_connect_to_address():
    target = f"{WORLD['dns']}:53"
    return through_proxy(f"CONNECT {target} HTTP/1.1\r\nhost: {target}\r\n\r\n")


def proxy_forward_to_address():
    target = f"{WORLD['dns']}:53"
    return through_proxy(f"GET http://{target}/ HTTP/1.1\r\nhost: {target}\r\n\r\n")


def proxy_connect_with_other_host():
    target = f"{WORLD['dns']}:53"
    return through_proxy(f"CONNECT {target} HTTP/1.1\r\nhost: allowed.example:443\r\n\r\n")


def chat(body):
    request = urllib.request.Request(
        "http://127.0.0.1:8443/v1/chat/completions",
        json.dumps({"messages": [{"role": "user", "content": "hi"}], **body}).encode(),
        {"content-type": "application/json"},
    )
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=4) as answer:
            return f"status {answer.status}"
    except TimeoutError:
        # A refusal comes at once; this call waits for a provider that nobody answers for here.
        return "passed on to the provider"
    except urllib.error.HTTPError as error:
        if error.code in (502, 504):
            return "passed on to the provider"
        raise Stopped(f"{error.code} {error.headers.get('x-kars-code', '')}") from None


def other_model():
    return chat({"model": "huge"})


def other_tool():
    return chat({"tools": [{"type": "function", "function": {"name": "shell"}}]})


def too_many_tokens():
    return chat({"max_tokens": 100000})
