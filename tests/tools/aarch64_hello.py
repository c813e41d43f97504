#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""`aarch64_hello.py FILE`: writes a static program for aarch64 that prints a line. By hand, so that no cross compiler
is needed; the words are instructions of the Arm Architecture Reference Manual (DDI 0487), the numbers of the calls
those of the kernel's asm-generic/unistd.h."""
import os
import struct
import sys

TEXT = b"hello from aarch64\n"
CODE = struct.pack(
    "<8I",
    0xD2800020,  # mov x0, 1
    0x100000E1,  # adr x1, the text behind the code
    0xD2800002 | len(TEXT) << 5,  # mov x2, its length
    0xD2800808,  # mov x8, 64: write
    0xD4000001,  # svc 0
    0xD2800000,  # mov x0, 0
    0xD2800BA8,  # mov x8, 93: exit
    0xD4000001) + TEXT
ADDRESS, HEADERS = 0x400000, 64 + 56
SIZE = HEADERS + len(CODE)

with open(sys.argv[1], "wb") as file:
    file.write(b"\x7fELF\x02\x01\x01".ljust(16, b"\0")
               + struct.pack("<HHIQQQIHHHHHH", 2, 183, 1, ADDRESS + HEADERS, 64, 0, 0, 64, 56, 1, 0, 0, 0)
               + struct.pack("<IIQQQQQQ", 1, 5, 0, ADDRESS, ADDRESS, SIZE, SIZE, 0x10000) + CODE)
os.chmod(sys.argv[1], 0o755)
