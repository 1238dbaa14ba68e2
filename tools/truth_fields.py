# SPDX-License-Identifier: Apache-2.0
"""What the aircraft of a truth file (iqsim) really are and did, and how far what a decoder says of them is off.

Has its own decoders of the fields it checks: an oracle that shared them with the program would share its mistakes.
"""
import bisect
import collections
import json
import math

TICKS_PER_S = 12e6
METRES_PER_DEGREE = 111_195.0
FEET = 0.3048
ALTITUDE_STEP_FT = 51.0  # half of the coarser encoders' step, and a foot for rounding
POSITION_LIMIT_M = 10.0
CHARACTERS = "#ABCDEFGHIJKLMNOPQRSTUVWXYZ##### ###############0123456789######"  # Annex 10 Vol IV table 3-9
CPR_STEPS = 1 << 17
REMEMBERED_S = 60.0  # a record may repeat an altitude of this age


def bits_of(value, length, first, last):
    """Bits first..last of a message of `length` bits, numbered from 1 as the standards do."""
    return value >> (length - last) & ((1 << (last - first + 1)) - 1)


def callsign_of(me):
    return "".join(CHARACTERS[me >> (42 - 6 * i) & 63] for i in range(8)).strip()


def squawk_of(code):
    """13 bits C1 A1 C2 A2 C4 A4 X B1 D1 B2 D2 B4 D4 (Annex 10 Vol IV 3.1.2.6.7.1)."""
    bit = [code >> (12 - i) & 1 for i in range(13)]
    digits = ((5, 3, 1), (11, 9, 7), (4, 2, 0), (12, 10, 8))
    return "".join(str(4 * bit[a] + 2 * bit[b] + bit[c]) for a, b, c in digits)


def altitude_ft(code):
    """13 bits with M and Q (3.1.2.6.5.4); None for none, metres, and what no encoder sends."""
    if code == 0 or code >> 6 & 1:
        return None
    if code >> 4 & 1:
        return 25 * ((code >> 7 & 0x3F) << 5 | (code >> 5 & 1) << 4 | code & 15) - 1000
    bit = [code >> (12 - i) & 1 for i in range(13)]
    c1, a1, c2, a2, c4, a4, _, b1, _, b2, d2, b4, d4 = bit
    five_hundreds = gray((d2, d4, a1, a2, a4, b1, b2, b4))
    hundreds = gray((c1, c2, c4))
    if hundreds in (0, 5, 6):
        return None
    hundreds = 5 if hundreds == 7 else hundreds
    if five_hundreds % 2:
        hundreds = 6 - hundreds
    return 500 * five_hundreds + 100 * hundreds - 1300


def gray(bits):
    value = 0
    for bit in bits:
        value = value << 1 | (bit ^ (value & 1))
    return value


def cpr_zones(latitude):
    """NL of DO-260B A.1.7.2 d."""
    if abs(latitude) >= 87.0:
        return 1
    part = 1.0 - math.cos(math.pi / 30.0)
    return math.floor(2.0 * math.pi / math.acos(1.0 - part / math.cos(math.radians(latitude)) ** 2))


def cpr_error_m(latitude, longitude, odd, cpr_latitude, cpr_longitude, surface):
    """How far what was encoded lies from where it should, as the crow flies within one zone."""
    whole = 90.0 if surface else 360.0
    d_latitude = whole / (60 - odd)
    wanted = latitude / d_latitude % 1.0
    north = ((cpr_latitude / CPR_STEPS - wanted + 0.5) % 1.0 - 0.5) * d_latitude
    zones = max(cpr_zones(latitude + north) - odd, 1)
    d_longitude = whole / zones
    wanted = longitude / d_longitude % 1.0
    east = ((cpr_longitude / CPR_STEPS - wanted + 0.5) % 1.0 - 0.5) * d_longitude
    return METRES_PER_DEGREE * math.hypot(north, east * math.cos(math.radians(latitude)))


class Truth:
    """By address (with ~ before one that is not of the ICAO): who it is, and what it did each time it spoke."""

    def __init__(self, path):
        self.times = collections.defaultdict(list)
        self.states = collections.defaultdict(list)  # latitude, longitude, feet, knots, degrees, feet a minute, ground
        self.callsigns = collections.defaultdict(set)
        self.squawks = collections.defaultdict(set)
        with open(path, encoding="ascii") as file:
            for line in file:
                if line[0] != "#" and line.strip():
                    self._take(line.rstrip("\n").split("\t"))

    def _take(self, columns):
        address, df, length = columns[3], int(columns[2]), 4 * len(columns[1])
        message = int(columns[1], 16)
        self.times[address].append(float(columns[0]) / TICKS_PER_S)
        self.states[address].append(tuple(float(value) for value in columns[7:14]))
        if df in (5, 21):
            self.squawks[address].add(squawk_of(bits_of(message, length, 20, 32)))
        if df in (17, 18) and 1 <= bits_of(message, length, 33, 37) <= 4:
            self.callsigns[address].add(callsign_of(bits_of(message, length, 33, 88)))

    def near(self, address, time_s):
        """State at the message nearest in time, and how many seconds away that is."""
        times = self.times[address]
        place = bisect.bisect_left(times, time_s)
        best = min(range(max(place - 1, 0), min(place + 1, len(times))), key=lambda k: abs(times[k] - time_s))
        return self.states[address][best], abs(times[best] - time_s)

    def altitudes(self, address, first_s, last_s):
        times = self.times[address]
        return [s[2] for s in self.states[address][bisect.bisect_left(times, first_s):bisect.bisect_right(times, last_s)]]

    # Messages ---------------------------------------------------------------------------------------------------------
    def wrong_fields(self, address, bits, time_s):
        """Names of the fields of a message that are not as the aircraft was at that time."""
        message, length = int(bits, 16), 4 * len(bits)
        df = bits_of(message, length, 1, 5)
        state, apart_s = self.near(address, time_s)
        field = lambda first, last: bits_of(message, length, first, last)
        wrong = []
        if df in (0, 4, 16, 20):
            wrong += self._altitude(altitude_ft(field(20, 32)), state, apart_s)
        elif df in (5, 21):
            if squawk_of(field(20, 32)) not in self.squawks[address]:
                wrong.append("squawk")
        elif df in (17, 18):
            code = field(33, 37)
            if 1 <= code <= 4 and callsign_of(field(33, 88)) not in self.callsigns[address]:
                wrong.append("callsign")
            if 9 <= code <= 18:
                twelve = field(41, 52)
                wrong += self._altitude(altitude_ft((twelve & 0xFC0) << 1 | twelve & 0x3F), state, apart_s)
            if 5 <= code <= 18:
                error_m = cpr_error_m(state[0], state[1], field(54, 54), field(55, 71), field(72, 88), code <= 8)
                if error_m - state[3] * 1852.0 / 3600.0 * apart_s > POSITION_LIMIT_M:
                    wrong.append("position")
            if code == 19 and field(38, 40) == 1:
                wrong += self._velocity(field, state)
        return wrong

    @staticmethod
    def _altitude(feet, state, apart_s):
        return [] if feet is not None and abs(feet - state[2]) <= ALTITUDE_STEP_FT + abs(state[5]) / 60.0 * apart_s else [
            "altitude"]

    @staticmethod
    def _velocity(field, state):
        east = (field(47, 56) - 1) * (-1 if field(46, 46) else 1)
        north = (field(58, 67) - 1) * (-1 if field(57, 57) else 1)
        climb = 64 * (field(70, 78) - 1) * (-1 if field(69, 69) else 1)
        track = math.radians(state[4])
        # Whole knots, and a turn since the truth was noted.
        off = math.hypot(east - state[3] * math.sin(track), north - state[3] * math.cos(track))
        return ["velocity"] if off > 3.0 + 0.1 * state[3] or abs(climb - state[5]) > 64.0 else []

    # Records ----------------------------------------------------------------------------------------------------------
    def check_records(self, lines):
        """Records (NDJSON) of a signal that began at time 0."""
        wrong = collections.Counter({"callsign": 0, "squawk": 0, "altitude": 0, "position": 0})
        ghosts, seen, errors_m, complaints = set(), set(), [], []
        records = 0
        for line in lines:
            record = json.loads(line)
            if record.get("kind", "state") != "state":
                continue
            records += 1
            address = ("~" if record["addr_type"] == "other" else "") + record["icao24"]
            time_s = record["last_contact"]
            if address not in self.times:
                ghosts.add(address)
                continue
            seen.add(address)
            found = []
            if record.get("callsign") and record["callsign"] not in self.callsigns[address]:
                found.append(("callsign", record["callsign"]))
            if record.get("squawk") and record["squawk"] not in self.squawks[address]:
                found.append(("squawk", record["squawk"]))
            if record.get("baro_altitude") is not None:
                feet = record["baro_altitude"] / FEET
                flown = self.altitudes(address, time_s - REMEMBERED_S, time_s + 0.002)
                if not min(flown) - ALTITUDE_STEP_FT <= feet <= max(flown) + ALTITUDE_STEP_FT:
                    found.append(("altitude", round(feet)))
            if record.get("latitude") is not None:
                state, _ = self.near(address, record["time_position"])
                error_m = METRES_PER_DEGREE * math.hypot(
                    record["latitude"] - state[0],
                    (record["longitude"] - state[1]) * math.cos(math.radians(state[0])))
                errors_m.append(error_m)
                if error_m >= POSITION_LIMIT_M:
                    found.append(("position", round(error_m)))
            for name, value in found:
                wrong[name] += 1
                complaints.append(f"{address} at {time_s} s: {name} {value}")
        errors_m.sort()
        return {
            "records": records, "aircraft_sent": len(self.times), "aircraft": len(seen), "ghosts": sorted(ghosts),
            "wrong": dict(wrong), "positions": len(errors_m),
            "position_error_m": {"p95": errors_m[int(0.95 * (len(errors_m) - 1))], "max": errors_m[-1]}
            if errors_m else None,
            "complaints": complaints,
        }
