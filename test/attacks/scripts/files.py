"""Attempts on files and resources; a part of one program, see run.py."""


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


def rewrites(path, mount):
    """Writes what is there already, once it has tried to have the mount writable."""
    REMOUNT, BIND = 0x20, 0x1000
    for flags in (REMOUNT, REMOUNT | BIND):
        libc.mount(None, mount, None, ctypes.c_ulong(flags), None)
    with open(path) as file:
        value = file.read()
    descriptor = os.open(path, os.O_WRONLY)
    os.write(descriptor, value.encode())
    os.close(descriptor)
    return f"wrote {path}"


def core_pattern():
    """Names a program that the kernel runs as root of the node."""
    return rewrites("/proc/sys/kernel/core_pattern", b"/proc/sys")


def setting_of_kernel():
    return rewrites("/sys/kernel/mm/ksm/run", b"/sys")


def set_user_id():
    """Runs a program of root that gives its rights to whoever runs it."""
    if os.getuid() == 0:
        os.setresuid(1000, 1000, 1000)
    program = "/usr/bin/su"
    if not os.path.exists(program):
        raise Stopped("the image has no such program")
    silent = subprocess.DEVNULL
    with subprocess.Popen([program], stdin=subprocess.PIPE, stdout=silent, stderr=silent) as child:
        # The program gets its rights a little after it has begun.
        for _ in range(20):
            with open(f"/proc/{child.pid}/status") as file:
                users = next(line for line in file if line.startswith("Uid:")).split()[1:]
            if "0" in users:
                return "the program runs as root"
            time.sleep(0.05)
        child.stdin.close()
    raise Stopped("the program runs as its user")
