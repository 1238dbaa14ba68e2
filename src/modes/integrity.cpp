// SPDX-License-Identifier: Apache-2.0
#include <airspool/modes/integrity.h>

#include "units.h"

// Type code and NIC supplements to NIC and Rc (DO-260B tables 2-14, 2-15 and N-4; DO-260A table 2-14; DO-260 table
// 2-11; Doc 9871 tables A-2-5, B-2-6, C-2-6). A "-" is what the standard leaves open; there the worst of the type code
// holds.
//
//   type code       version 0          version 1 (supplement)         version 2 (A, B in the air; A, C on the surface)
//   5,  9, 20       NUCp 9    7.5 m    11  7.5 m                      11  7.5 m
//   6, 10, 21       NUCp 8    25 m     10  25 m                       10  25 m
//   7               NUCp 7    0.1 NM   9 75 m (1), 8 0.1 NM (0)       9 75 m (1,0), 8 0.1 NM (0,0)
//   8               NUCp 6    -        0                              7 0.2 NM (1,1), 6 0.3 (1,0), 6 0.6 (0,1), 0 (0,0)
//   11              NUCp 7    0.1 NM   9 75 m (1), 8 0.1 NM (0)       9 75 m (1,1), 8 0.1 NM (0,0)
//   12              NUCp 6    0.2 NM   7 0.2 NM                       7 0.2 NM
//   13              NUCp 5    0.5 NM   6 0.6 NM (1), 0.5 (0)          6 0.6 NM (1,1), 0.5 (0,0), 0.3 (0,1)
//   14              NUCp 4    1 NM     5  1 NM                        5  1 NM
//   15              NUCp 3    2 NM     4  2 NM                        4  2 NM
//   16              NUCp 2    10 NM    3 4 NM (1), 2 8 NM (0)         3 4 NM (1,1), 2 8 NM (0,0)
//   17              NUCp 1    20 NM    1  20 NM                       1  20 NM
//   18, 22          NUCp 0    -        0                              0
namespace airspool::modes {
namespace {

constexpr double nm(double miles) { return miles * kMetresPerNauticalMile; }

struct Known {
  std::uint32_t version;
  bool a, b, c;
};

Integrity of(std::uint32_t typecode, const Known& known) {
  const bool first = known.version == 0;
  const bool both = known.version == 2 ? known.a && known.b : known.a;
  switch (typecode) {
    case 5:
    case 9:
    case 20:
      return {11, 7.5};
    case 6:
    case 10:
    case 21:
      return {10, 25.0};
    case 7:
      if (!first && known.a && !(known.version == 2 && known.c)) return {9, 75.0};
      return {8, nm(0.1)};
    case 8:
      if (known.version != 2) return {0, std::nullopt};
      if (known.a) return known.c ? Integrity{7, nm(0.2)} : Integrity{6, nm(0.3)};
      return known.c ? Integrity{6, nm(0.6)} : Integrity{0, std::nullopt};
    case 11:
      return !first && both ? Integrity{9, 75.0} : Integrity{8, nm(0.1)};
    case 12:
      return {7, nm(0.2)};
    case 13:
      if (first) return {6, nm(0.5)};
      if (known.a) return {6, nm(0.6)};
      return {6, nm(known.version == 2 && known.b ? 0.3 : 0.5)};
    case 14:
      return {5, nm(1)};
    case 15:
      return {4, nm(2)};
    case 16:
      if (first) return {1, nm(10)};
      return both ? Integrity{3, nm(4)} : Integrity{2, nm(8)};
    case 17:
      return {1, nm(20)};
    case 18:
    case 22:
      return {0, std::nullopt};
    default:
      return {};
  }
}

}  // namespace

Integrity integrity_of(std::uint8_t typecode, const IntegritySupplements& supplements) {
  std::optional<Integrity> answer;
  const auto possible = [](const std::optional<bool>& known, bool value) { return known.value_or(value) == value; };
  for (std::uint32_t version = 0; version <= 2; ++version) {
    if (supplements.version && *supplements.version != version) continue;
    for (std::uint32_t bits = 0; bits < 8; ++bits) {
      const Known known{version, (bits & 1U) != 0, (bits & 2U) != 0, (bits & 4U) != 0};
      if (!possible(supplements.a, known.a) || !possible(supplements.b, known.b) || !possible(supplements.c, known.c)) {
        continue;
      }
      const Integrity one = of(typecode, known);
      if (!answer) answer = one;
      if (answer->nic != one.nic) answer->nic.reset();
      if (answer->rc_m != one.rc_m) answer->rc_m.reset();
    }
  }
  return answer.value_or(Integrity{});
}

}  // namespace airspool::modes
