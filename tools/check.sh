#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# What must hold before a change lands. Each stage can be run alone; the first failure ends it.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

usage() {
  cat <<'TXT'
usage: tools/check.sh [--fast | STAGE...]

  --fast   format, layers, unit tests: before every commit (a minute)
  (none)   every stage, in this order:
  format   clang-format finds nothing to change
  shell    shellcheck on every script
  layers   includes and third parties stay in their rooms
  unit     unit tests
  asan     unit, contract and integration tests under AddressSanitizer and UndefinedBehaviorSanitizer
  tsan     unit tests of the rooms with threads under ThreadSanitizer
  fuzz     every fuzzer for AIRSPOOL_FUZZ_SECONDS (default 30)
  tidy     clang-tidy (slow)
  and, when asked for by name:
  deb      lintian finds no error in the package of this machine, systemd no more exposure than 1.5 in the unit
  arm64    built for 64-bit ARM, unit and contract tests in the emulator, packaged (tools/deps.sh --cross arm64)
  armhf    the same for ARMv7
TXT
}

need() {
  command -v "$1" >/dev/null && return
  echo "tools/check.sh: $1 is missing: run 'tools/deps.sh --checks'" >&2
  exit 69
}

sources() { git ls-files --cached --others --exclude-standard -- '*.h' '*.cpp'; }

log=$(mktemp)
trap 'rm -f "$log"' EXIT

# What a command prints matters only when it fails.
quietly() {
  "$@" >"$log" 2>&1 && return
  cat "$log" >&2
  return 1
}

build() { # preset, cache settings...
  quietly cmake --preset "$@"
  quietly cmake --build --preset "$1"
}

build_and_test() { # preset, ctest arguments...
  local preset=$1
  shift
  build "$preset"
  ctest --preset "$preset" --parallel "$(nproc)" "$@"
}

stage_format() {
  local format=clang-format-14 # other versions lay code out differently
  command -v $format >/dev/null || format=clang-format
  need $format
  sources | xargs $format --dry-run --Werror
}
stage_shell() {
  need shellcheck
  git ls-files --cached --others --exclude-standard -- '*.sh' .ci/run | xargs shellcheck
}
stage_layers() { tools/check_layers.py; }
stage_unit() { build_and_test dev -L unit; }
stage_asan() { build_and_test asan -LE "system|broker"; }
stage_tsan() { build_and_test tsan -L unit; }
stage_fuzz() {
  need clang++
  build fuzz -DAIRSPOOL_FUZZ_SECONDS="${AIRSPOOL_FUZZ_SECONDS:-30}"
  ctest --preset fuzz --parallel "$(nproc)" -L fuzz
}
stage_tidy() {
  need clang-tidy
  build tidy
}
stage_deb() {
  need lintian
  need systemd-analyze
  systemd-analyze security --offline=true --threshold=15 firmware/systemd/airspool.service | tail -n 1
  build release
  rm -f build/release/*.deb
  quietly cpack --config build/release/CPackConfig.cmake -B build/release
  lintian --fail-on error --tag-display-limit 0 build/release/*.deb
}
board() {
  quietly cmake --preset "$1"
  quietly cmake --build --preset "$1"
  ctest --preset "$1" --parallel "$(nproc)"
  quietly cpack --config "build/$1/CPackConfig.cmake" -B "build/$1"
}
stage_arm64() { board generic-arm64; }
stage_armhf() { board generic-armhf; }

all=(format shell layers unit asan tsan fuzz tidy)
by_name=(deb arm64 armhf)
stages=()
for argument in "$@"; do
  case $argument in
    --fast) stages+=(format layers unit) ;;
    -h | --help)
      usage
      exit 0
      ;;
    *)
      if [[ " ${all[*]} ${by_name[*]} " != *" $argument "* ]]; then
        echo "tools/check.sh: no stage '$argument'" >&2
        usage >&2
        exit 64
      fi
      stages+=("$argument")
      ;;
  esac
done
((${#stages[@]})) || stages=("${all[@]}")

for stage in "${stages[@]}"; do
  started=$SECONDS
  echo "== $stage"
  "stage_$stage"
  echo "== $stage: good ($((SECONDS - started)) s)"
done
