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
  random-iq [--seconds N] [--seed S] [--rate HZ] [--kind bytes|noise|bursts] [--effort full|balanced|eco]
                                  an hour of random samples of each kind with each effort: at most one frame each
  sky-truth [--seconds N] [--preset NAME] [SEED]...
                                  a simulated minute through the whole of replay, for each seed (23 5): every record is held
                                  against what the aircraft were and did; what was printed and never sent is told by kind
  radio [--seconds N] [--seed S] [--real]
                                  a dongle that is unplugged, falls silent, hangs, gives late and short buffers and far too much, for
                                  ten minutes: every sample is accounted for, the picture comes back, memory stays flat; with
                                  --real it is the real librtlsdr on USB that is not there
  kafka [--deaths N] [--seed S] [--freeze SECONDS]
                                  a real Kafka broker and the collector killed by turns (30), and a broker frozen for a minute
  kafka-bench                     how fast a full spool drains into Kafka, against a bare librdkafka producer
  uplink                          the contract tests that take minutes: a broker frozen for a minute, killed thirty times
  uplink-bench wire|levels RECORDS.ndjson | records ANSWER.json
                                  bytes on the wire a record to a real mosquitto over TLS; zstd levels by what they cost
  pi-root ARCH [SUITE]            the package in a minimal Debian of a board, in an emulator: install, a minute of a simulated sky to
                                  a broker, upgrade, purge (needs root; tools/pi_root.sh --help)
  pi-boot [SUITE]                 a whole board in an emulator: boot with a full disk, in 1970, without a network; a virtual dongle with
                                  a simulated sky that comes and goes; kill -9, the power cut while it writes, boot again: every
                                  stored record arrives (needs root; tools/pi_boot.sh --help)
  service [SUITE]                 the installed service under a real systemd in a container: sandbox, secrets, kill -9, watchdog, wrong
                                  configuration (needs root; tools/service_boot.sh --help)
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

sky_truth() {
  local seconds=60 preset=s800 seeds=() folder seed failed=0
  while (($#)); do
    case $1 in
      --seconds) seconds=$2; shift ;;
      --preset) preset=$2; shift ;;
      *) seeds+=("$1") ;;
    esac
    shift
  done
  ((${#seeds[@]})) || seeds=(23 5)
  cd "$top"
  [[ -f build/dev/build.ninja ]] || cmake --preset dev >/dev/null
  cmake --build --preset dev --target airspool iqsim >/dev/null
  folder=$(mktemp -d "${TMPDIR:-/var/tmp}/airspool-truth.XXXXXX")
  # shellcheck disable=SC2064 # the folder's name is fixed here
  trap "rm -rf --one-file-system '$folder'" EXIT
  for seed in "${seeds[@]}"; do
    echo "== $preset, seed $seed, $seconds s"
    build/dev/tools/iqsim/iqsim --quiet --preset "$preset" --seconds "$seconds" --seed "$seed" \
      --out "$folder/sky.cu8" --truth "$folder/sky.truth"
    build/dev/firmware/airspool replay --start 0 --lat 48 --lon 8 --records --sampling every-change \
      "$folder/sky.cu8" >"$folder/sky.ndjson" 2>/dev/null
    tools/score.py --records "$folder/sky.truth" "$folder/sky.ndjson" || failed=1
    build/dev/firmware/airspool replay --frames "$folder/sky.cu8" 2>/dev/null | tools/score.py "$folder/sky.truth" -
  done
  return $failed
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

kafka() {
  local deaths=30 seed=1090 freeze=60
  while (($#)); do
    case $1 in
      --deaths) deaths=$2 ;;
      --seed) seed=$2 ;;
      --freeze) freeze=$2 ;;
      *)
        usage >&2
        exit 64
        ;;
    esac
    shift 2
  done
  local system contract
  system=$(program system/system_kafka)
  contract=$(program contract/contract_kafka_real)
  cd "$top"
  AIRSPOOL_DEATHS=$deaths AIRSPOOL_SEED=$seed "$system"
  AIRSPOOL_FREEZE_SECONDS=$freeze "$contract" --gtest_filter='*Frozen*'
}

radio() {
  local seconds=600 seed=1090
  while (($#)); do
    case $1 in
      --seconds) seconds=$2 ;;
      --seed) seed=$2 ;;
      --real)
        export AIRSPOOL_REAL_LIBRTLSDR=1
        shift
        continue
        ;;
      *)
        usage >&2
        exit 64
        ;;
    esac
    shift 2
  done
  local system
  system=$(program system/system_dongle)
  cd "$top"
  AIRSPOOL_RADIO_SECONDS=$seconds AIRSPOOL_SEED=$seed "$system" --gtest_also_run_disabled_tests \
    --gtest_filter='*DISABLED_ALongDay*'
}

kafka_bench() {
  local bench dir=$top/build/kafka-bench address
  bench=$(program bench/kafka_bench)
  address=$("$top/tools/kafka.sh" start --dir "$dir" | sed -n 's/^plaintext //p')
  # shellcheck disable=SC2064 # the folder's name is fixed here
  trap "'$top/tools/kafka.sh' stop --dir '$dir'" EXIT
  "$top/$bench" "$address"
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
  random-iq)
    shift
    campaign=$(program campaign/random_iq_campaign)
    cd "$top"
    "$campaign" "$@"
    ;;
  sky-truth)
    shift
    sky_truth "$@"
    ;;
  radio)
    shift
    radio "$@"
    ;;
  kafka)
    shift
    kafka "$@"
    ;;
  kafka-bench) kafka_bench ;;
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
  pi-boot)
    shift
    "$top/tools/pi_boot.sh" "$@"
    ;;
  service)
    shift
    "$top/tools/service_boot.sh" "$@"
    ;;
  pi-root)
    shift
    "$top/tools/pi_root.sh" "$@"
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
