#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Installs from Debian's packages what building and testing Airspool needs (Debian 12 and 13). Safe to run twice.
set -euo pipefail

usage() {
  cat <<'TXT'
usage: tools/deps.sh [--checks] [--bench] [--kafka] [--package] [--cross amd64|arm64|armhf]

Installs the packages that are missing; does nothing when none is.
  --checks             also what tools/check.sh needs: clang, clang-tidy, clang-format, shellcheck
  --bench              also what tests/bench and tools/bench/instructions.sh need: libbenchmark, valgrind, and for
                       instructions of 64-bit ARM a cross compiler and qemu-user
  --kafka              also what tests with a real Kafka broker need: Java, Maven, kcat (about 350 MB)
  --package            also what checking Debian packages needs (tools/campaign.sh pi-root, service, pi-boot): lintian, mmdebstrap,
                       systemd, qemu
  --cross amd64|arm64|armhf
                       also a cross compiler and qemu-user for 64-bit or 32-bit (ARMv7) boards; amd64: to make packages for
                       another Debian than this one

Needs root, or sudo.
TXT
}

packages=(
  g++ cmake ninja-build pkg-config git ca-certificates python3
  libexpected-dev libfmt-dev libtomlplusplus-dev libcli11-dev
  libgtest-dev libgmock-dev nlohmann-json3-dev libcurl4-openssl-dev libcpp-httplib-dev libsqlite3-dev libzstd-dev
  libssl-dev librdkafka-dev librtlsdr-dev zstd gzip
)
# Witnesses that tests use where they are there, and skip loudly where they are not.
witnesses=(dump1090-mutability mosquitto mosquitto-clients openssl python3-websockets mandoc)

while (($#)); do
  case $1 in
    --checks)
      packages+=(clang clang-tidy clang-format libclang-rt-dev shellcheck)
      ;;
    --bench)
      packages+=(libbenchmark-dev valgrind gcc g++-aarch64-linux-gnu qemu-user)
      ;;
    --kafka) witnesses+=(default-jre-headless maven kcat) ;;
    --package) packages+=(lintian mmdebstrap arch-test systemd systemd-container iproute2 e2fsprogs kmod cpio gcc-aarch64-linux-gnu qemu-system-arm qemu-user-static dpkg-dev file) ;;
    --cross)
      packages+=(debian-archive-keyring dpkg-dev file)
      case ${2-} in
        amd64) ;;
        arm64) packages+=(g++-aarch64-linux-gnu qemu-user-static) ;;
        armhf) packages+=(g++-arm-linux-gnueabihf qemu-user-static) ;;
        armel | armv6*)
          echo "tools/deps.sh: ARMv6 (Pi 1, Zero, Zero W) is not supported; the smallest boards are ARMv7: armhf" >&2
          exit 64
          ;;
        *)
          echo "tools/deps.sh: --cross wants amd64, arm64 or armhf, not '${2-}'" >&2
          exit 64
          ;;
      esac
      shift
      ;;
    -h | --help)
      usage
      exit 0
      ;;
    *)
      echo "tools/deps.sh: unknown option '$1'" >&2
      usage >&2
      exit 64
      ;;
  esac
  shift
done

if ! command -v apt-get >/dev/null; then
  echo "tools/deps.sh: no apt-get here. Airspool builds on Debian 12 or 13; elsewhere install the counterparts of:" >&2
  echo "  ${packages[*]}" >&2
  exit 69
fi

installed() { [[ $(dpkg-query -W -f '${Status}' "$1" 2>/dev/null) == "install ok installed" ]]; }

available() { [[ $(apt-cache policy "$1" 2>/dev/null) == *"Candidate: "[^\(]* ]]; }

missing=()
for package in "${packages[@]}"; do
  installed "$package" || missing+=("$package")
done
missing_witnesses=()
for package in "${witnesses[@]}"; do
  installed "$package" || missing_witnesses+=("$package")
done
((${#missing[@]} + ${#missing_witnesses[@]})) || exit 0

as_root=()
if ((EUID != 0)); then
  if ! command -v sudo >/dev/null; then
    echo "tools/deps.sh: these packages are missing, and installing them needs root: ${missing[*]} ${missing_witnesses[*]}" >&2
    echo "Run 'tools/deps.sh' once as root, then try again." >&2
    exit 77
  fi
  as_root=(sudo)
fi
apt=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q -o Dpkg::Use-Pty=0 -o Acquire::Retries=3)

# Fresh package lists are fetched for what must be there. A witness that this Debian does not have is no reason to stop,
# nor to ask the network again each time.
((${#missing[@]} == 0)) || "${apt[@]}" update >/dev/null
for package in "${missing_witnesses[@]}"; do
  if available "$package"; then
    missing+=("$package")
  else
    echo "Not in this Debian, so tests that need it will skip: $package"
  fi
done
((${#missing[@]})) || exit 0
echo "Installing: ${missing[*]}"
"${apt[@]}" install -y --no-install-recommends "${missing[@]}"
