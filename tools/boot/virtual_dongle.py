#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A dongle that is not there (RTL2832U with an R820T), lent over USB/IP: Linux attaches it to its vhci_hcd and sees a
USB device, on which the real librtlsdr and the real drivers work. It plays a recording (cu8) round and round.

Of the chips only as much as drivers look at: which tuner answers, that its oscillator is locked, the sample rate. What
is not fetched in time is lost, as on the real one. It begins unplugged; SIGUSR2 plugs it in, SIGUSR1 pulls it out. Each
of these is told in a line on standard output, with the samples that were fetched.

usage: tools/boot/virtual_dongle.py --port PORT [--serial TEXT] [--speed FACTOR] FILE.cu8
"""
import argparse
import mmap
import select
import signal
import socket
import struct
import time

PIPE, CONNRESET = -32, -104  # Linux's error numbers: a stall, a transfer that was taken back
REQ_IMPORT, REP_IMPORT, PROTOCOL = 0x8003, 0x0003, 0x0111
CMD_SUBMIT, CMD_UNLINK, RET_SUBMIT, RET_UNLINK = 1, 2, 3, 4
HIGH_SPEED, DEVICE_ID = 3, 0x00010002  # bus 1, device 2

VENDOR, PRODUCT = 0x0BDA, 0x2838
DEVICE = struct.pack("<BBHBBBBHHHBBBB", 18, 1, 0x0200, 0, 0, 0, 64, VENDOR, PRODUCT, 0x0100, 1, 2, 3, 1)
# Samples come from the first interface; the second one, the remote control's, has no endpoint.
INTERFACES = struct.pack("<BBBBBBBBB", 9, 4, 0, 0, 1, 255, 255, 255, 0) + struct.pack("<BBBBHB", 7, 5, 0x81, 2, 512, 0)
INTERFACES += struct.pack("<BBBBBBBBB", 9, 4, 1, 0, 0, 255, 255, 255, 0)
CONFIGURATION = struct.pack("<BBHBBBBB", 9, 2, 9 + len(INTERFACES), 2, 1, 0, 0x80, 250) + INTERFACES

# The RTL2832U's register blocks are the high byte of wIndex.
DEMODULATOR, USB, I2C = 0, 1, 6
ENDPOINT_CONTROL = 0x2148
R820T = 0x34
CRYSTAL_HZ = 28.8e6
AT_MOST_LATE_S = 0.2  # what waits longer for a buffer is lost


class Chips:
    def __init__(self, samples, speed):
        self.samples, self.speed = samples, speed
        self.position = self.fetched = self.lost = self.ratio = 0
        self.begun = None  # when the byte after which all is counted was received
        self.since = 0  # bytes since then

    def bytes_per_s(self):
        rate = CRYSTAL_HZ * 2**22 / self.ratio if self.ratio else 2_048_000
        return 2 * rate * self.speed

    def read(self, value, index, length):
        if index >> 8 != I2C:
            return bytes(length)
        # From register 0 on: the chip's mark; in the third byte that the oscillator is locked (bits come reversed).
        return bytes([0x69, 0, 0x02]).ljust(length, b"\0")[:length] if value == R820T else None

    def write(self, value, index, data):
        block = index >> 8
        if block == I2C and value != R820T:
            return False
        if block == USB and value == ENDPOINT_CONTROL:
            self.begun = None
        if block == DEMODULATOR and index & 0xF == 1 and len(data) == 2:
            word = data[0] << 8 | data[1]
            if value >> 8 == 0x9F:
                self.ratio = self.ratio & 0xFFFF | word << 16
            if value >> 8 == 0xA1:
                self.ratio = self.ratio & 0xFFFF0000 | word
        return True

    def due(self, length):
        now = time.monotonic()
        if self.begun is None:
            self.begun, self.since = now, 0
        at = self.begun + (self.since + length) / self.bytes_per_s()
        if now - at > AT_MOST_LATE_S:
            late = int((now - at) * self.bytes_per_s()) // 2 * 2
            self.lost += late // 2
            self.position += late
            self.begun += now - at
            at = now
        return at

    def fetch(self, length):
        start = self.position % len(self.samples)
        data = self.samples[start : start + length]
        while len(data) < length:
            data += self.samples[: length - len(data)]
        self.position += length
        self.since += length
        self.fetched += length // 2
        return data


class Attachment:
    """One plugging in: a connection, until either side ends it."""

    def __init__(self, connection, chips, strings):
        self.connection, self.chips, self.strings = connection, chips, strings
        self.waiting = []  # (sequence number, length) of transfers that want samples

    def receive(self, length):
        data = self.connection.recv(length, socket.MSG_WAITALL)
        if len(data) < length:
            raise ConnectionError
        return data

    def ended(self, sequence, status, data=b"", length=None):
        length = len(data) if length is None else length
        head = struct.pack(">IIIII iIIII 8x", RET_SUBMIT, sequence, 0, 0, 0, status, length, 0, 0, 0)
        self.connection.sendall(head + data)

    def standard(self, request, value):
        kind, number = value >> 8, value & 0xFF
        if request == 6 and kind == 1:
            return DEVICE
        if request == 6 and kind == 2:
            return CONFIGURATION
        if request == 6 and kind == 3 and number <= len(self.strings):
            text = b"\x09\x04" if number == 0 else self.strings[number - 1].encode("utf-16-le")
            return bytes([2 + len(text), 3]) + text
        return bytes(2) if request == 0 else None

    def control(self, sequence, setup, data):
        kind, request, value, index, length = struct.unpack("<BBHHH", setup)
        vendor = kind & 0x60 == 0x40
        if kind & 0x80:
            answer = self.chips.read(value, index, length) if vendor else self.standard(request, value)
            self.ended(sequence, PIPE if answer is None else 0, (answer or b"")[:length])
        else:
            good = not vendor or self.chips.write(value, index, data)
            self.ended(sequence, 0 if good else PIPE, length=len(data) if good else 0)

    def command(self):
        command, sequence, _, reads, endpoint, first, length = struct.unpack(">IIIIIIi12x", self.receive(40))
        setup = self.receive(8)
        if command == CMD_UNLINK:
            found = [one for one in self.waiting if one[0] == first]
            self.waiting = [one for one in self.waiting if one[0] != first]
            self.connection.sendall(
                struct.pack(">IIIIIi24x", RET_UNLINK, sequence, 0, 0, 0, CONNRESET if found else 0)
            )
        elif command != CMD_SUBMIT:
            raise ConnectionError
        elif endpoint == 0:
            self.control(sequence, setup, b"" if reads else self.receive(length))
        elif endpoint == 1 and reads:
            self.waiting.append((sequence, length))
        else:
            self.ended(sequence, PIPE)

    def serve(self, plugged):
        while plugged():
            patience = 0.05
            if self.waiting:
                patience = min(patience, max(0.0, self.chips.due(self.waiting[0][1]) - time.monotonic()))
            if select.select([self.connection], [], [], patience)[0]:
                self.command()
            elif self.waiting and self.chips.due(self.waiting[0][1]) <= time.monotonic():
                sequence, length = self.waiting.pop(0)
                self.ended(sequence, 0, self.chips.fetch(length))


def lend(connection, chips, strings, plugged):
    head = connection.recv(8, socket.MSG_WAITALL)
    if len(head) < 8 or struct.unpack(">HHI", head)[1] != REQ_IMPORT:
        return
    place = connection.recv(32, socket.MSG_WAITALL)
    connection.sendall(struct.pack(">HHI", PROTOCOL, REP_IMPORT, 0 if plugged() else 1))
    if not plugged():
        return
    numbers = struct.pack(">IIIHHHBBBBBB", 1, 2, HIGH_SPEED, VENDOR, PRODUCT, 0x0100, 0, 0, 0, 1, 1, 2)
    connection.sendall(b"/virtual".ljust(256, b"\0") + place.ljust(32, b"\0") + numbers)
    before, lost = chips.fetched, chips.lost
    print("plugged in", flush=True)
    try:
        Attachment(connection, chips, strings).serve(plugged)
    except OSError:
        pass
    print(f"unplugged: {chips.fetched - before} samples fetched, {chips.lost - lost} lost", flush=True)


def main():
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--port", type=int, required=True, help="on 127.0.0.1")
    words.add_argument("--serial", default="00001090")
    words.add_argument("--speed", type=float, default=1.0, help="1 is the rate that it is set to")
    words.add_argument("file")
    given = words.parse_args()
    plugged = [False]
    signal.signal(signal.SIGUSR1, lambda *_: plugged.__setitem__(0, False))
    signal.signal(signal.SIGUSR2, lambda *_: plugged.__setitem__(0, True))
    with open(given.file, "rb") as file:
        chips = Chips(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ), given.speed)
        with socket.create_server(("127.0.0.1", given.port)) as server:
            while True:
                connection, _ = server.accept()
                with connection:
                    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                    chips.begun = None
                    lend(connection, chips, ("Realtek", "RTL2838UHIDIR", given.serial), lambda: plugged[0])


if __name__ == "__main__":
    main()
