#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Holds what a decoder printed against the truth of iqsim.

    airspool replay --frames s800.cu8 | tools/score.py s800.truth -
    dump1090-mutability --ifile s800.cu8 --raw --mlat --fix | tools/score.py s800.truth -
    airspool replay --start 0 --records --sampling every-change s800.cu8 | tools/score.py --records s800.truth -

Reads lines of AVR with time stamps (@TTTTTTTTTTTTHEX; or <TTTTTTTTTTTTSSHEX;) in ticks of 12 MHz, whatever constant
lies between the decoder's clock and the truth's. A message counts when it is printed bit for bit within 60 us of its
time. A line without a time (*HEX;) counts for the first message of these bits that was not heard yet. What was printed
and never sent is told by kind, and by the fields in which it lies about its aircraft. With --json one object for
scripts, with --brief one line; --floor TOTAL/ES fails where recall is below it.

With --records the input is state vectors of airspool: callsign, squawk, altitude, position and address of each are held
against the truth, and anything wrong fails.
"""
import argparse
import bisect
import collections
import json
import math
import statistics
import sys

from truth_fields import Truth

TICKS_PER_US = 12.0
WINDOW_TICKS = 60 * TICKS_PER_US
SNR_STEP_DB = 3
CLEAN_STRONG_DB = 18.0
MANY_OVERLAPS = 4
SQUITTERS = (17, 18)
ADDRESSED = (0, 4, 5, 16, 20, 21)
# Remainders that an all-call reply may have: CL and IC of the interrogator.
INTERROGATOR_BITS = 7


class Sent:
    __slots__ = ("tick", "bits", "df", "address", "snr", "overlaps", "sir", "heard")

    def __init__(self, columns):
        self.tick = float(columns[0])
        self.bits = columns[1].lower()
        self.df = int(columns[2])
        self.address = columns[3].lstrip("~").lower()
        self.snr = float(columns[4])
        self.overlaps = int(columns[5])
        self.sir = float(columns[6]) if columns[6] != "-" else None
        self.heard = False


def read_truth(path):
    with open(path, encoding="ascii") as file:
        return [Sent(line.rstrip("\n").split("\t")) for line in file if line.strip() and line[0] != "#"]


def read_frames(file):
    frames = []
    for line in file:
        line = line.strip().rstrip(";")
        if len(line) in (1 + 12 + 14, 1 + 12 + 28) and line[0] == "@":
            frames.append((int(line[1:13], 16), line[13:].lower()))
        elif len(line) in (1 + 14 + 14, 1 + 14 + 28) and line[0] == "<":
            frames.append((int(line[1:13], 16), line[15:].lower()))
        elif len(line) in (1 + 14, 1 + 28) and line[0] == "*":
            frames.append((None, line[1:].lower()))
    return frames


def constant_between(frames, sent):
    """Median distance of the decoder's clock from the truth's, by messages that were sent only once."""
    count = collections.Counter(message.bits for message in sent)
    once = {message.bits: message.tick for message in sent if count[message.bits] == 1}
    distances = [tick - once[bits] for tick, bits in frames if tick is not None and bits in once]
    return statistics.median(distances) if distances else 0.0


def remainder(bits):
    value = int(bits, 16)
    for shift in range(4 * len(bits) - 25, -1, -1):
        if value >> (shift + 24) & 1:
            value ^= 0x1FFF409 << shift
    return value


class Score:
    def __init__(self, sent, frames, fields):
        self.sent = sent
        self.frames = frames
        self.offset = constant_between(frames, sent)
        self.false = collections.Counter()
        self.false_lines = []
        self.fields = fields
        self.wrong_fields = collections.Counter()
        self.duplicates = 0
        self.errors_ns = collections.defaultdict(list)
        self.matched = 0
        self._match()

    def _match(self):
        by_bits = collections.defaultdict(list)  # in order of time, as the truth is
        for message in self.sent:
            by_bits[message.bits].append(message)
        ticks_of = {bits: [message.tick for message in messages] for bits, messages in by_bits.items()}
        ticks = [message.tick for message in self.sent]
        addresses = {message.address for message in self.sent}
        for tick, bits in self.frames:
            here = None if tick is None else tick - self.offset
            near = by_bits[bits][self._span(ticks_of[bits], here)] if bits in by_bits else ()
            fresh = [m for m in near if not m.heard]
            if fresh:
                best = fresh[0] if here is None else min(fresh, key=lambda m: abs(m.tick - here))
                best.heard = True
                self.matched += 1
                if here is not None and best.overlaps == 0:
                    self.errors_ns[self._snr_group(best.snr)].append((here - best.tick) * 1000.0 / TICKS_PER_US)
            elif near:
                self.duplicates += 1
            else:
                kind = self._kind_of_false(bits, here, ticks, addresses)
                self.false[kind] += 1
                self.false_lines.append((kind, "-" if here is None else round(here), bits))
                if here is not None:
                    self._count_wrong_fields(bits, here)

    @staticmethod
    def _span(ticks, here):
        """Which of the messages sent at `ticks` a frame may be that was heard at `here`; None is at any time."""
        if here is None:
            return slice(None)
        return slice(bisect.bisect_left(ticks, here - WINDOW_TICKS), bisect.bisect_right(ticks, here + WINDOW_TICKS))

    # A false message of nobody's lies about no aircraft; that is told by its kind.
    def _count_wrong_fields(self, bits, here):
        df = int(bits[:2], 16) >> 3
        address = f"{remainder(bits):06x}" if df in ADDRESSED else bits[2:8]
        known = next((a for a in (address, "~" + address) if a in self.fields.times), None)
        if known is not None:
            self.wrong_fields.update(self.fields.wrong_fields(known, bits, here / 12e6))

    @staticmethod
    def _snr_group(snr):
        for low, high in ((3, 6), (6, 10), (10, 14), (14, 20)):
            if low <= snr < high:
                return f"{low}-{high}"
        return "20+" if snr >= 20 else "<3"

    def _kind_of_false(self, bits, here, ticks, addresses):
        df = int(bits[:2], 16) >> 3
        if df == 11:
            near = self.sent[self._span(ticks, here)]
            changed = ((int(bits, 16) ^ int(m.bits, 16)) for m in near if m.df == 11)
            if any(difference >> INTERROGATOR_BITS == 0 for difference in changed):
                return "wrong_code"
        if df in ADDRESSED:
            address = f"{remainder(bits):06x}"
        else:
            address = bits[2:8]
        if address not in addresses:
            return "unknown_address"
        return "squitter" if df in SQUITTERS else "all_call" if df == 11 else "reply"

    # Counting ---------------------------------------------------------------------------------------------------------
    def recall(self, wanted=lambda m: True):
        chosen = [m for m in self.sent if wanted(m)]
        heard = sum(m.heard for m in chosen)
        return heard, len(chosen)

    def false_messages(self):
        return sum(n for kind, n in self.false.items() if kind != "wrong_code")

    def summary(self):
        formats = sorted({m.df for m in self.sent})
        top = max((m.snr for m in self.sent), default=0.0)
        by_snr = []
        low = SNR_STEP_DB
        while low < top:
            span = (low, low + SNR_STEP_DB)
            clean = lambda m, s=span: m.overlaps == 0 and s[0] <= m.snr < s[1]
            by_snr.append((low, self.recall(clean), self.recall(lambda m, c=clean: c(m) and m.df in SQUITTERS)))
            low += SNR_STEP_DB
        by_snr_all = []
        low = SNR_STEP_DB
        while low < top:
            by_snr_all.append((low, self.recall(lambda m, s=low: s <= m.snr < s + SNR_STEP_DB)))
            low += SNR_STEP_DB
        by_overlaps = [(str(n), self.recall(lambda m, k=n: m.overlaps == k)) for n in range(MANY_OVERLAPS)]
        by_overlaps.append((f"{MANY_OVERLAPS}+", self.recall(lambda m: m.overlaps >= MANY_OVERLAPS)))
        by_sir = []
        for low in range(-15, 15, 3):
            by_sir.append((low, self.recall(lambda m, s=low: m.overlaps == 1 and m.snr >= 15 and m.sir is not None
                                            and s <= m.sir < s + 3)))
        times = {}
        for group, errors in self.errors_ns.items():
            times[group] = statistics.pstdev(errors)
        return {
            "sent": len(self.sent), "printed": len(self.frames),
            "total": self.recall(), "es": self.recall(lambda m: m.df in SQUITTERS),
            "clean_strong": self.recall(lambda m: m.overlaps == 0 and m.snr >= CLEAN_STRONG_DB),
            "false": self.false_messages(), "wrong_code": self.false["wrong_code"],
            "false_by_kind": dict(self.false), "duplicates": self.duplicates,
            "by_format": {df: self.recall(lambda m, d=df: m.df == d) for df in formats},
            "by_snr": by_snr_all, "by_overlaps": by_overlaps, "wrong_fields": dict(self.wrong_fields),
            "clean_by_snr": by_snr, "one_overlap_by_sir": by_sir, "time_rms_ns": times,
        }


def percent(pair):
    return 100.0 * pair[0] / pair[1] if pair[1] else 100.0


def brief(summary):
    return (f"{percent(summary['total']):6.2f} / {percent(summary['es']):6.2f} / {summary['false']:3d}"
            f"  wrong code {summary['wrong_code']:3d}  duplicates {summary['duplicates']}"
            f"  clean>=18dB {percent(summary['clean_strong']):6.2f}"
            f"  time 14-20 dB {summary['time_rms_ns'].get('14-20', math.nan):5.1f} ns")


def report(summary):
    print(f"sent {summary['sent']}, printed {summary['printed']}")
    print("total / DF17+18 / false   " + brief(summary))
    print("false by kind: " + (", ".join(f"{k} {n}" for k, n in sorted(summary["false_by_kind"].items())) or "none"))
    print("by format:     " + ", ".join(f"DF{df} {percent(r):.1f}" for df, r in summary["by_format"].items()))
    print("wrong fields:  " + (", ".join(f"{k} {n}" for k, n in sorted(summary["wrong_fields"].items())) or "none"))
    print("by SNR:        " + ", ".join(f"{low}: {percent(r):.1f}" for low, r in summary["by_snr"] if r[1]))
    print("by overlaps:   " + ", ".join(f"{n}: {percent(r):.1f}" for n, r in summary["by_overlaps"] if r[1]))
    print("clean, by SNR (DF17+18): " + ", ".join(
        f"{low}: {percent(a):.1f} ({percent(es):.1f})" for low, a, es in summary["clean_by_snr"] if a[1]))
    print("one overlap, SNR >= 15, by SIR: " + ", ".join(
        f"{low}: {percent(r):.0f}" for low, r in summary["one_overlap_by_sir"] if r[1]))
    print("time error of clean ones, rms ns: " + ", ".join(
        f"{group} dB {value:.1f}" for group, value in sorted(summary["time_rms_ns"].items())))


def report_records(found):
    worst = found["position_error_m"]
    print(f"{found['records']} records of {found['aircraft']} aircraft of {found['aircraft_sent']}, "
          f"{len(found['ghosts'])} ghosts" + "".join(f" {address}" for address in found["ghosts"]))
    print("wrong: " + ", ".join(f"{name} {count}" for name, count in found["wrong"].items()))
    if worst:
        print(f"position error of {found['positions']}: 95 % within {worst['p95']:.1f} m, max {worst['max']:.1f} m")
    for line in found["complaints"][:20]:
        print("  " + line)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("truth", help="truth file of iqsim")
    parser.add_argument("frames", help="what the decoder printed; - is standard input")
    parser.add_argument("--records", action="store_true", help="state vectors instead of frames")
    parser.add_argument("--json", action="store_true", help="one JSON object")
    parser.add_argument("--brief", action="store_true", help="one line")
    parser.add_argument("--show-false", action="store_true", help="list what was printed but never sent")
    parser.add_argument("--floor", metavar="TOTAL/ES", help="fail where recall is below, in percent")
    options = parser.parse_args()
    file = sys.stdin if options.frames == "-" else open(options.frames, encoding="ascii", errors="replace")
    fields = Truth(options.truth)
    if options.records:
        found = fields.check_records(file)
        print(json.dumps(found)) if options.json else report_records(found)
        return 1 if found["ghosts"] or any(found["wrong"].values()) or not found["records"] else 0
    score = Score(read_truth(options.truth), read_frames(file), fields)
    summary = score.summary()
    if options.json:
        print(json.dumps(summary))
    elif options.brief:
        print(brief(summary))
    else:
        report(summary)
    if options.show_false:
        for kind, tick, bits in score.false_lines:
            print(f"{kind}\t{tick}\t{bits}")
    if options.floor:
        total, squitters = (float(value) for value in options.floor.split("/"))
        if percent(summary["total"]) < total or percent(summary["es"]) < squitters:
            print(f"score: recall is below the floor of {options.floor}", file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
