"""Makes every attempt in a process of its own. Prints one line of JSON for each, then "done"."""


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


def ordered(orders):
    """Does what an agent under orders would; what the last of them came to says the outcome."""
    program = {}
    exec(WORLD["program"], program)  # noqa: S102, it is ours
    for one in orders:
        said = program["attempts"][one["attempt"]](one)
    return said[:2000]


def attempt(name):
    if name in WORLD["orders"]:
        return ordered(WORLD["orders"][name])
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
