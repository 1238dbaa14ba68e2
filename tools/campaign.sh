#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Checks that take too long for every change, run by hand before a release.
set -euo pipefail
top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

usage() {
  cat <<'TXT'
usage: tools/campaign.sh NAME [options]

  spool [--runs N] [--seed S] [--keep]
                                  seeded faults on the spool: kill -9, power cuts, full and failing disks, brokers away, clock
                                  jumps, damaged files; each run is judged by what was stored and what arrived
  spool-72h [FOLDER]              72 simulated hours offline at 50 records/s, and the reconnect: disk, memory, order, rate
  spool-bench [writes|append|backlog]...
                                  what the spool costs: bytes to an ext4 loop device (needs root), CPU, memory
  uplink                          the contract tests that take minutes: a broker frozen for a minute, killed thirty times
  uplink-bench wire|levels RECORDS.ndjson | records ANSWER.json
                                  bytes on the wire a record to a real mosquitto over TLS; zstd levels by what they cost
  fresh-debian [bookworm|trixie]  both README commands in a new minimal Debian (needs root and debootstrap; keeps nothing)
TXT
}

fresh_debian() {
  local suite=${1:-bookworm}
  if ((EUID != 0)) || ! command -v debootstrap >/dev/null; then
    echo "tools/campaign.sh: fresh-debian needs root and debootstrap (apt-get install debootstrap)" >&2
    exit 69
  fi
  local root
  root=$(mktemp -d "${TMPDIR:-/var/tmp}/airspool-$suite.XXXXXX")
  # shellcheck disable=SC2064 # the folder's name is fixed here
  trap "umount -R '$root/dev' '$root/proc' 2>/dev/null || true; rm -rf --one-file-system '$root'" EXIT
  echo "== a new $suite in $root"
  # The same archive that this machine uses.
  local mirror
  mirror=$(apt-get indextargets --format "\$(SITE)" | grep -v security | head -n 1)
  debootstrap --variant=minbase "$suite" "$root" "$mirror" >"$root.log" 2>&1 || {
    tail -n 20 "$root.log" >&2
    exit 74
  }
  rm -f "$root.log"
  cp -a /etc/apt/apt.conf.d/. "$root/etc/apt/apt.conf.d/" 2>/dev/null || true
  cp -L /etc/resolv.conf /etc/hosts "$root/etc/" 2>/dev/null || true
  mount -t proc proc "$root/proc"
  mount --rbind --make-rslave /dev "$root/dev"
  git -C "$top" archive --prefix=airspool/ HEAD | tar -x -C "$root/root"
  chroot "$root" /usr/bin/env -i HOME=/root PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 \
    bash -c 'cd /root/airspool && tools/run.sh && test -s airspool-data/records.ndjson && tools/test.sh'
  echo "== fresh-debian $suite: good"
}

spool_72h() {
  local bench folder
  bench=$(program bench/spool_bench)
  folder=${1:-$(mktemp -d "${TMPDIR:-/var/tmp}/airspool-72h.XXXXXX")}
  # shellcheck disable=SC2064 # the folder's name is fixed here
  [[ -n ${1-} ]] || trap "rm -rf --one-file-system '$folder'" EXIT
  "$top/$bench" 72h "$folder"
}

spool_bench() {
  local bench folder what
  bench=$top/$(program bench/spool_bench)
  folder=$(mktemp -d "${TMPDIR:-/var/tmp}/airspool-bench.XXXXXX")
  # shellcheck disable=SC2064 # the folder's name is fixed here
  trap "umount '$folder/card' 2>/dev/null || true; rm -rf --one-file-system '$folder'" EXIT
  mkdir "$folder/card"
  (($#)) || set -- writes append backlog
  for what in "$@"; do
    echo "== $what"
    if [[ $what == writes ]]; then
      if ((EUID != 0)); then
        echo "tools/campaign.sh: writes needs root, for an ext4 file system of its own" >&2
        exit 69
      fi
      truncate -s 2G "$folder/card.ext4"
      mkfs.ext4 -q -E lazy_itable_init=0,lazy_journal_init=0 "$folder/card.ext4"
      mount -o loop,noatime "$folder/card.ext4" "$folder/card"
      "$bench" writes "$folder/card/spool" 2>/dev/null
      umount "$folder/card"
    else
      "$bench" "$what" "$folder/spool" 2>/dev/null
    fi
  done
}

program() { # folder/name below build/dev/tests
  cd "$top"
  [[ -f build/dev/build.ninja ]] || cmake --preset dev >/dev/null
  cmake --build --preset dev --target "${1##*/}" >/dev/null
  echo "build/dev/tests/$1"
}

case ${1-} in
  spool)
    shift
    campaign=$(program campaign/spool_campaign)
    cd "$top"
    "$campaign" "$@"
    ;;
  spool-72h)
    shift
    spool_72h "$@"
    ;;
  spool-bench)
    shift
    spool_bench "$@"
    ;;
  uplink)
    "$top/$(program contract/contract_uplink)" --gtest_also_run_disabled_tests --gtest_filter='*.DISABLED_*'
    ;;
  uplink-bench)
    shift
    (($# == 2)) || {
      usage >&2
      exit 64
    }
    "$top/$(program bench/uplink_bench)" "$1" "$(realpath "$2")"
    ;;
  fresh-debian)
    shift
    fresh_debian "$@"
    ;;
  -h | --help) usage ;;
  *)
    usage >&2
    exit 64
    ;;
esac
