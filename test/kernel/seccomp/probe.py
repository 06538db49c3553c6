"""Makes each call in a process of its own, and prints one line of JSON: what became of it, by name."""
import ctypes
import errno
import json
import mmap
import os
import signal
import sys

libc = ctypes.CDLL(None, use_errno=True)
CLONE = 56


def plain(numbers):
    result = libc.syscall(*[ctypes.c_long(number) for number in numbers])
    if result < 0:
        return errno.errorcode[ctypes.get_errno()]
    if numbers[0] == CLONE and result == 0:
        os._exit(0)
    return "passed"


def interrupt(numbers):
    """The call by the gate of 32-bit programs, whose numbers are their own."""
    code = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
    # push rbx; mov eax, NUMBER; xor ebx, ebx; int 0x80; pop rbx; ret
    code.write(b"\x53\xb8" + numbers[0].to_bytes(4, "little") + b"\x31\xdb\xcd\x80\x5b\xc3")
    start = ctypes.addressof(ctypes.c_char.from_buffer(code))
    result = ctypes.CFUNCTYPE(ctypes.c_int)(start)()
    return "passed" if result >= 0 else errno.errorcode[-result]


def outcome(call):
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        kind, numbers = call["kind"], call["numbers"]
        text = interrupt(numbers) if kind == "interrupt" else plain(numbers)
        os.write(write, text.encode())
        os._exit(0)
    os.close(write)
    text = os.read(read, 64).decode()
    os.close(read)
    _, status = os.waitpid(child, 0)
    return signal.Signals(os.WTERMSIG(status)).name if os.WIFSIGNALED(status) else text


calls = json.loads(sys.argv[1])
print(json.dumps({name: outcome(call) for name, call in calls.items()}))
