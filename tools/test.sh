#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# All tests in one command: installs what is missing, builds the preset 'dev', runs every test.
# Arguments go to ctest: tools/test.sh -L unit
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
tools/deps.sh --kafka
cmake --preset dev
cmake --build --preset dev
# Most tests wait for brokers and processes: twice as many as processors run at a time (system tests are alone anyway).
ctest --preset dev --parallel "$((2 * $(nproc)))" "$@"
