"""Attempts past the sidecars; a part of one program, see run.py."""


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
    """Clouds answer in many ways, and the egress proxy in place of them with a code of its own."""
    with socket.create_connection(("169.254.169.254", 80), timeout=3) as sock:
        sock.settimeout(3)
        sock.sendall(b"GET / HTTP/1.1\r\nhost: 169.254.169.254\r\n\r\n")
        answer = sock.recv(128).split(b"\r\n")[0].decode(errors="replace")
        if answer.startswith("HTTP/") and "KARS_" not in answer:
            return answer
        raise Stopped(answer or "closed")
