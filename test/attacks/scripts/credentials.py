"""Attempts to get what an agent could use elsewhere; a part of one program, see run.py."""


def token():
    return reads("/var/run/secrets/kubernetes.io/serviceaccount/token")


def documents():
    return reads("/etc/kars/documents/set.json")


def provider_key():
    return reads("/run/kars/credentials/openai")


def state():
    return reads("/var/lib/kars/router/audit.jsonl")


def cluster_variables():
    found = [name for name in os.environ if name.startswith("KUBERNETES_")]
    if not found:
        raise Stopped("no such variable")
    return found[0]


def sidecar():
    """A process of the router, by its arguments."""
    for entry in os.listdir("/proc"):
        if not entry.isdigit():
            continue
        try:
            with open(f"/proc/{entry}/cmdline", "rb") as file:
                if b"--listen-port=8443" in file.read().split(b"\0"):
                    return int(entry)
        except OSError:
            continue
    raise Stopped("no process of a sidecar is to be seen")


def sidecar_environment():
    return reads(f"/proc/{sidecar()}/environ")


def sidecar_files():
    return reads(f"/proc/{sidecar()}/root/etc/kars/documents/set.json")


def sidecar_descriptors():
    pid = sidecar()
    return f"{len(os.listdir(f'/proc/{pid}/fd'))} descriptors"


def sidecar_memory():
    pid = sidecar()
    with open(f"/proc/{pid}/maps") as file:
        start = int(file.readline().split("-")[0], 16)
    with open(f"/proc/{pid}/mem", "rb") as file:
        file.seek(start)
        return f"{len(file.read(16))} bytes"


def sidecar_memory_by_call():
    pid = sidecar()
    with open(f"/proc/{pid}/maps") as file:
        start = int(file.readline().split("-")[0], 16)
    buffer = ctypes.create_string_buffer(16)
    local = (ctypes.c_uint64 * 2)(ctypes.addressof(buffer), 16)
    remote = (ctypes.c_uint64 * 2)(start, 16)
    return f"{syscall(310, pid, ctypes.addressof(local), 1, ctypes.addressof(remote), 1, 0)} bytes"


def sidecar_traced():
    pid = sidecar()
    syscall(101, 16, pid, 0, 0)
    os.waitpid(pid, 0)
    syscall(101, 17, pid, 0, 0)
    return "attached"


def sidecar_descriptor_taken():
    handle = os.pidfd_open(sidecar())
    return f"descriptor {syscall(438, handle, 0, 0)}"


def sidecar_signalled():
    os.kill(sidecar(), signal.SIGCONT)
    return "signalled"


def sidecar_debugger():
    """SIGUSR1 has a Node.js open its debugger."""
    os.kill(sidecar(), signal.SIGUSR1)
    for _ in range(30):
        try:
            socket.create_connection(("127.0.0.1", 9229), timeout=1).close()
            return "connected to the debugger"
        except OSError:
            time.sleep(0.1)
    raise Stopped("no debugger listens")


def core_file():
    os.chdir("/sandbox")
    child = os.fork()
    if child == 0:
        most = resource.getrlimit(resource.RLIMIT_CORE)[1]
        resource.setrlimit(resource.RLIMIT_CORE, (most, most))
        os.abort()
    _, status = os.waitpid(child, 0)
    if os.WCOREDUMP(status):
        return "dumped"
    raise Stopped("no core")
