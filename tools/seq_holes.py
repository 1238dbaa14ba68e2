#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Reads batches (zstd frames of NDJSON, one behind the other) and says for each spool_id whether a seq is missing.

A hole that a `gap` line announces is none. Exit 1 when there is one, or nothing at all.
usage: tools/seq_holes.py FILE
"""
import json
import subprocess
import sys


def main() -> int:
    if len(sys.argv) != 2 or sys.argv[1] in ("-h", "--help"):
        print(__doc__)
        return 64
    # What was cut at the end of the file is told by zstd and does not matter: it comes again.
    text = subprocess.run(["zstd", "-dcq", sys.argv[1]], stdout=subprocess.PIPE, check=False).stdout
    seen: dict[str, set[int]] = {}
    for line in text.decode().splitlines():
        try:
            record = json.loads(line)
        except ValueError:
            continue
        if record.get("kind") == "gap":
            if "to" not in record:  # from there on some may be missing: what is here shows whether
                print(f"  {record['spool_id']}: an open gap was announced from {record['from']} on ({record['reason']})")
                continue
            seen.setdefault(record["spool_id"], set()).update(range(record["from"], record["to"] + 1))
        elif "record_id" in record:
            spool_id, seq = record["record_id"].rsplit("-", 1)
            seen.setdefault(spool_id, set()).add(int(seq))
    holes = 0
    for spool_id, numbers in seen.items():
        missing = sorted(set(range(1, max(numbers) + 1)) - numbers)
        holes += len(missing)
        print(f"  {spool_id}: 1 to {max(numbers)}, {len(missing)} missing {missing[:10] if missing else ''}".rstrip())
    return 0 if seen and not holes else 1


if __name__ == "__main__":
    sys.exit(main())
