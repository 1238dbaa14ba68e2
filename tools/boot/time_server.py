#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Tells the time of this machine by SNTP (RFC 4330) on 127.0.0.1:123, which is where systemd-timesyncd of an emulated
board asks. Needs root."""
import socket
import struct
import time

SINCE_1900 = 2_208_988_800


def stamp():
    return struct.pack(">Q", int((time.time() + SINCE_1900) * 2**32))


def main():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 123))
        while True:
            asked, who = server.recvfrom(512)
            if len(asked) < 48:
                continue
            received = stamp()
            # Version 4, server; stratum 1; the interval that was asked for; precision 2^-20 s.
            head = struct.pack(">BBBbII4s", 0x24, 1, asked[2], -20, 0, 1 << 8, b"LOCL")
            server.sendto(head + received + asked[40:48] + received + stamp(), who)


if __name__ == "__main__":
    main()
