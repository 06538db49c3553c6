"""Attempts on what the kubelet starts beside the agent, as the same user; a part of one program, see run.py."""

HOOK = b"\0kars-hook"


def hook_socket():
    with socket.socket(socket.AF_UNIX) as sock:
        sock.settimeout(3)
        sock.connect(HOOK)
        return f"read {sock.recv(16).decode()}"


def hook_signalled():
    for entry in os.listdir("/proc"):
        try:
            with open(f"/proc/{entry}/cmdline", "rb") as file:
                if file.read().split(b"\0")[-2:-1] == [b"kars-hook"]:
                    os.kill(int(entry), signal.SIGCONT)
                    return "signalled"
        except (FileNotFoundError, NotADirectoryError, ProcessLookupError):
            continue
    raise RuntimeError("the hook has left no program")
