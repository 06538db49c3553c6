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
