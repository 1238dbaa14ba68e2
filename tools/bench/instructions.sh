#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
set -euo pipefail

usage() {
  cat <<'TEXT'
Instructions for a sample of signal: runs a command on two lengths of a recording and takes the difference, so that what
it needs to start does not count. Unlike time they do not depend on how busy a machine is; nor do they say how fast a
processor is.

  tools/bench/instructions.sh s800.cu8 build/release/firmware/airspool replay --frames --effort eco {}
  tools/bench/instructions.sh s800.cu8 dump1090-mutability --ifile {} --raw --fix
  tools/bench/instructions.sh --arm64 s800.cu8 modes_listen eco {}

{} in the command is the recording; without it the recording comes on standard input.
  --seconds N   length that is counted (2), after half a second that is not; 8-bit, 2.4 MS/s
  --arm64       64-bit ARM in an emulator: builds modes_listen (tests/bench/modes/listen.cpp, the demodulator alone) with
                the cross compiler, and counts with a plugin of qemu-user. Figures of no board in particular.
  --armhf       the same for ARMv7
  --flags FLAGS with these: more for the compiler, such as those of a board (boards/NAME/board.cmake)
  --keep DIR    with these: build there, and use what is there already

Needs valgrind (callgrind), which is the emulator and counter; with --arm64 or --armhf instead g++-aarch64-linux-gnu or
g++-arm-linux-gnueabihf, and qemu-user (not qemu-user-static, which takes no plugins).
TEXT
}

seconds=2
arm=""
more=()
keep=""
while (($#)); do
  case $1 in
    --seconds) seconds=$2; shift 2 ;;
    --arm64) arm=aarch64 triple=aarch64-linux-gnu; shift ;;
    --armhf) arm=arm triple=arm-linux-gnueabihf; shift ;;
    --flags) read -ra more <<<"$2"; shift 2 ;;
    --keep) keep=$2; shift 2 ;;
    -h | --help) usage; exit 0 ;;
    *) break ;;
  esac
done
if (($# < 2)); then
  usage >&2
  exit 64
fi
recording=$1
shift
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
needed=(valgrind)
[[ -z $arm ]] || needed=("$triple-g++" "qemu-$arm")
for program in "${needed[@]}"; do
  command -v "$program" >/dev/null || { echo "instructions.sh: $program is missing; see --help" >&2; exit 69; }
done
folder=$(mktemp -d "${TMPDIR:-/tmp}/airspool-instructions-XXXXXX")
trap 'rm -rf "$folder"' EXIT
out=${keep:-$folder}

rate=2400000
before=$((rate / 2))
samples=$((rate * seconds))
head -c $((2 * before)) "$recording" >"$folder/short.cu8"
head -c $((2 * (before + samples))) "$recording" >"$folder/long.cu8"
if (($(stat -c %s "$folder/long.cu8") != 2 * (before + samples))); then
  echo "instructions.sh: $recording is shorter than $seconds.5 s" >&2
  exit 65
fi

# The options of src/modes/CMakeLists.txt. The headers of tl::expected are the same on every machine.
build_arm() {
  local out=$1
  [[ ! -x $out/modes_listen || ! -f $out/count.so ]] || return 0
  mkdir -p "$out/include" "$out/objects"
  ln -sfn /usr/include/tl "$out/include/tl"
  local flags=(-std=c++20 -O3 -DNDEBUG -fno-math-errno -fno-trapping-math -ffp-contract=off -Wno-psabi
    -I "$root/include" -isystem "$out/include" "${more[@]}")
  (cd "$out/objects" && "$triple-g++" "${flags[@]}" -c "$root"/src/modes/*.cpp)
  "$triple-ar" rcs "$out/modes.a" "$out"/objects/*.o
  "$triple-g++" "${flags[@]}" -static "$root/tests/bench/modes/listen.cpp" "$out/modes.a" \
    -o "$out/modes_listen"
  gcc -shared -fPIC -O2 -DPLUGIN_API=1 "$root/tools/bench/qemu_instructions.c" -o "$out/count.so"
}

# count INPUT COMMAND... : prints how many instructions it takes.
count() {
  local input=$1
  shift
  local command=("${@//\{\}/$input}")
  if [[ -n $arm ]]; then
    [[ ${command[0]} != modes_listen ]] || command[0]=$out/modes_listen
    "qemu-$arm" -plugin "$out/count.so" "${command[@]}" <"$input" 2>"$folder/log" >/dev/null
    sed -n 's/^instructions: //p' "$folder/log"
  else
    valgrind --tool=callgrind --callgrind-out-file=/dev/null "${command[@]}" <"$input" 2>"$folder/log" >/dev/null
    sed -n 's/.*Collected : //p' "$folder/log"
  fi
}

[[ -z $arm ]] || build_arm "$out"
short=$(count "$folder/short.cu8" "$@")
long=$(count "$folder/long.cu8" "$@")
if [[ -z $short || -z $long ]]; then
  cat "$folder/log" >&2
  echo "instructions.sh: nothing was counted" >&2
  exit 70
fi
awk -v short="$short" -v long="$long" -v samples="$samples" -v rate="$rate" 'BEGIN {
  each = (long - short) / samples
  printf "%.1f instructions a sample, %.0f million for a second of signal\n", each, each * rate / 1e6 }'
