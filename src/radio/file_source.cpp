// SPDX-License-Identifier: Apache-2.0
#include <airspool/radio/file_source.h>
