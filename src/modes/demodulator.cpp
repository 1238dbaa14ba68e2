// SPDX-License-Identifier: Apache-2.0
#include <airspool/modes/demodulator.h>
