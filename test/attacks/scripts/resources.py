"""Attempts to use more than its share; a part of one program, see run.py."""
import threading


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


def kernel_memory():
    """Fills the buffers of sockets, which are memory of the kernel."""
    child = os.fork()
    if child == 0:
        # The kernel ends the largest process of the pod when memory runs out.
        ballast = bytearray(64 * 1024 * 1024)
        for index in range(0, len(ballast), 4096):
            ballast[index] = 1
        pairs, held, block = [], 0, bytes(16384)
        while held < WORLD["bytes"]:
            pairs.append(socket.socketpair())
            pairs[-1][0].setblocking(False)
            try:
                while True:
                    held += pairs[-1][0].send(block)
            except BlockingIOError:
                pass
        os._exit(0)
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        raise Stopped("killed by the kernel")
    if status != 0:
        raise RuntimeError(f"ended with {os.waitstatus_to_exitcode(status)}")
    return "held"


def descriptors():
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    for count in range(WORLD["descriptors"]):
        os.dup(0)
    return f"opened {count + 1}"


def throttled():
    for path in ("/sys/fs/cgroup/cpu/cpu.stat", "/sys/fs/cgroup/cpu.stat"):
        try:
            with open(path) as file:
                return dict(line.split() for line in file)["nr_throttled"]
        except FileNotFoundError:
            continue
    raise RuntimeError("the kernel does not say how much CPU there is")


def limited():
    for path in ("/sys/fs/cgroup/cpu/cpu.cfs_quota_us", "/sys/fs/cgroup/cpu.max"):
        try:
            with open(path) as file:
                return file.read().split()[0] not in ("-1", "max")
        except FileNotFoundError:
            continue
    raise RuntimeError("the kernel does not say how much CPU there may be")


def processor():
    """A machine that is busy has less than the limit to give, and nothing to hold back; then the limit says it."""
    before = throttled()
    end = time.monotonic() + 5
    for _ in range(4):
        if os.fork() == 0:
            while time.monotonic() < end:
                pass
            os._exit(0)
    while time.monotonic() < end:
        if throttled() != before:
            raise Stopped("held back by the kernel")
        time.sleep(0.1)
    if limited():
        raise Stopped("the kernel has no more to give than the limit")
    return "took every core"


def processes():
    """Threads count as processes do. What lifts the limit for the control may come a little later."""
    threading.stack_size(64 * 1024)
    running = 0
    end = time.monotonic() + 6
    while running < WORLD["processes"]:
        try:
            threading.Thread(target=time.sleep, args=(60,), daemon=True).start()
            running += 1
        except RuntimeError:
            if time.monotonic() > end:
                raise Stopped(f"{running} processes") from None
            time.sleep(0.2)
    return f"started {running} processes"
