#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

usage() {
  cat <<'TXT'
usage: tools/package.sh amd64|arm64|armhf [bookworm|trixie] [--cloud]

Builds the Debian package for a processor and a Debian into build/packages and prints its name. --cloud: airspool-cloud,
without the radio. Without tests; with them: cmake --workflow --preset generic-arm64. Needs tools/deps.sh --cross ARCH.
TXT
}

arch="" suite=bookworm cloud=""
for argument in "$@"; do
  case $argument in
    amd64 | arm64 | armhf) arch=$argument ;;
    bookworm | trixie) suite=$argument ;;
    --cloud) cloud=-cloud ;;
    -h | --help)
      usage
      exit 0
      ;;
    *)
      echo "tools/package.sh: '$argument' is no processor, no Debian and no option" >&2
      usage >&2
      exit 64
      ;;
  esac
done
if [[ -z $arch ]]; then
  usage >&2
  exit 64
fi

folder=build/package/$suite-$arch$cloud
packages=$PWD/build/packages
radio=ON
[[ -z $cloud ]] || radio=OFF
mkdir -p "$folder" "$packages"
{
  cmake --preset "generic-$arch" -B "$folder" -DAIRSPOOL_SUITE="$suite" -DAIRSPOOL_WITH_RTLSDR=$radio \
    -DAIRSPOOL_BUILD_TESTS=OFF &&
    cmake --build "$folder" --target package_files &&
    cpack --config "$folder/CPackConfig.cmake" -B "$packages"
} >"$folder/log" 2>&1 || {
  tail -n 40 "$folder/log" >&2
  echo "tools/package.sh: all of it is in $folder/log" >&2
  exit 70
}
sed -n 's/^CPack: - package: \(.*\) generated\.$/\1/p' "$folder/log"
