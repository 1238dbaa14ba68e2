#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Holds every #include against the plan of the house: one table, no exceptions.

A room may include its own face and rooms, the faces of the modules that MAY allows, the C and C++ standard library, POSIX,
and the third parties that THIRD_PARTY allows (in its .cpp files; PUBLIC_THIRD_PARTY also in its faces).
Prints each breach as file:line: message and exits with 1 when there is one.
"""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent

# module -> modules whose faces it may include
MAY = {
    "core": set(),
    "net": {"core"},
    "radio": {"core", "net"},
    "modes": {"core"},
    "opensky": {"core", "net"},
    "feed": {"core", "net", "modes"},
    "sky": {"core", "modes"},
    "spool": {"core"},
    "uplink": {"core", "spool", "net"},
    "status": {"core"},
    "config": {"core"},
    "collector": {"core", "net", "radio", "modes", "feed", "opensky", "sky", "spool", "uplink", "status", "config"},
    # The CLI's tools reach into the rooms that they show.
    "firmware": {"collector", "config", "core", "modes", "radio", "sky", "spool", "status", "uplink"},
    # The signal simulator as a program.
    "iqsim": {"core", "radio"},
}

# third-party header prefix -> modules that may include it in their .cpp files
THIRD_PARTY = {
    "tl/": {"core", "modes"},
    "fmt/": {"core"},
    "toml++/": {"config"},
    "curl/": {"net"},
    "rtl-sdr": {"radio"},
    "nlohmann/": {"collector", "opensky", "spool", "status", "uplink"},
    "sqlite3": {"spool"},
    "zstd": {"spool"},
    "librdkafka/": {"uplink"},
    "openssl/": {"uplink"},
    "httplib": {"status"},
    "CLI/": {"firmware", "iqsim"},
}
# ... and in their headers
PUBLIC_THIRD_PARTY = {"tl/": {"core", "modes"}}

STANDARD = set(
    """algorithm array atomic bit bitset cctype cerrno charconv chrono cmath compare complex concepts condition_variable
    csignal cstddef cstdint cstdio cstdlib cstring ctime deque exception filesystem fstream functional future initializer_list
    iomanip iostream iterator limits list map memory memory_resource mutex new numbers numeric optional ostream random
    ratio set shared_mutex span sstream stdexcept stop_token string string_view system_error thread tuple type_traits
    typeinfo unordered_map unordered_set utility variant vector version""".split()
)
POSIX = re.compile(r"^(sys/|net/|netinet/|arpa/|linux/|unistd\.h|fcntl\.h|time\.h|sysexits\.h|poll\.h|signal\.h|netdb\.h|pwd\.h|termios\.h|immintrin\.h|arm_neon\.h)")

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^">]+)[">]')


def module_of(path: pathlib.Path) -> str | None:
    parts = path.relative_to(ROOT).parts
    if parts[:2] == ("include", "airspool"):
        return parts[2]
    if parts[0] == "src" and len(parts) > 2:
        return parts[1]
    if parts[0] == "firmware":
        return "firmware"
    if parts[:2] == ("tools", "iqsim"):
        return "iqsim"
    return None


def breaches(path: pathlib.Path, module: str):
    is_face = path.relative_to(ROOT).parts[0] == "include"
    for number, line in enumerate(path.read_text().splitlines(), 1):
        match = INCLUDE.match(line)
        if not match:
            continue
        quoted, name = match[1] == '"', match[2]
        if name.startswith("airspool/"):
            other = name.split("/")[1]
            if other != module and other not in MAY[module]:
                yield number, f"{module} may not include {other} ({name})"
        elif quoted:
            base = {"firmware": ROOT / "firmware", "iqsim": ROOT / "tools" / "iqsim"}.get(module, ROOT / "src" / module)
            if is_face or ".." in name or not ((base / name).exists() or (path.parent / name).exists()):
                yield number, f'"{name}" is not a file of this room; use <airspool/...> for another one'
        elif name in STANDARD or POSIX.match(name):
            continue
        else:
            prefix = next((p for p in THIRD_PARTY if name.startswith(p)), None)
            if prefix is None:
                yield number, f"<{name}> is not in the table of third parties (tools/check_layers.py)"
            elif is_face and module not in PUBLIC_THIRD_PARTY.get(prefix, set()):
                yield number, f"<{name}> may not stand in a face of {module}"
            elif module not in THIRD_PARTY[prefix]:
                yield number, f"{module} may not include <{name}>"


def main() -> int:
    found = 0
    files = 0
    for folder in ("include", "src", "firmware", "tools/iqsim"):
        for path in sorted((ROOT / folder).rglob("*")):
            if path.suffix not in (".h", ".cpp"):
                continue
            files += 1
            module = module_of(path)
            if module not in MAY:
                print(f"{path.relative_to(ROOT)}:1: no module of the plan")
                found += 1
                continue
            for number, message in breaches(path, module):
                print(f"{path.relative_to(ROOT)}:{number}: {message}")
                found += 1
    print(f"check_layers: {files} files, {found} breaches")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
