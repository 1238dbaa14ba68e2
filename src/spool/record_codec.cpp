// SPDX-License-Identifier: Apache-2.0
#include <airspool/spool/record_codec.h>
