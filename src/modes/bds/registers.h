// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <airspool/modes/comm_b.h>

#include "bds/evidence.h"

// One decoder and one weigher a register, each in the .cpp of its name. Decoders read fields and nothing else. A
// weigher says what speaks for its register; `context` may be empty.
namespace airspool::modes {

DataLinkCapability decode_bds_10(const MbBits& mb);
RegisterList decode_bds_17(const MbBits& mb);
RegisterList decode_bds_18(const MbBits& mb);
RegisterList decode_bds_19(const MbBits& mb);
CommBIdentification decode_bds_20(const MbBits& mb);
Registration decode_bds_21(const MbBits& mb);
VerticalIntention decode_bds_40(const MbBits& mb);
RoutineWeather decode_bds_44(const MbBits& mb);
HazardWeather decode_bds_45(const MbBits& mb);
TrackAndTurn decode_bds_50(const MbBits& mb);
HeadingAndSpeed decode_bds_60(const MbBits& mb);

Evidence weigh_bds_05(const MbBits& mb, const CommBContext& context);
Evidence weigh_bds_06(const MbBits& mb, const CommBContext& context);
Evidence weigh_bds_08(const MbBits& mb, const CommBContext& context);
Evidence weigh_bds_09(const MbBits& mb, const CommBContext& context);
Evidence weigh_bds_10(const MbBits& mb, const CommBContext& context);
Evidence weigh_bds_17(const MbBits& mb, const CommBContext& context);
Evidence weigh_bds_18(const MbBits& mb, const CommBContext& context);
Evidence weigh_bds_19(const MbBits& mb, const CommBContext& context);
Evidence weigh_bds_20(const MbBits& mb, const CommBContext& context);
Evidence weigh_bds_21(const MbBits& mb, const CommBContext& context);
Evidence weigh_bds_30(const MbBits& mb, const CommBContext& context);
Evidence weigh_bds_40(const MbBits& mb, const CommBContext& context);
Evidence weigh_bds_44(const MbBits& mb, const CommBContext& context);
Evidence weigh_bds_45(const MbBits& mb, const CommBContext& context);
Evidence weigh_bds_50(const MbBits& mb, const CommBContext& context);
Evidence weigh_bds_60(const MbBits& mb, const CommBContext& context);
Evidence weigh_bds_61(const MbBits& mb, const CommBContext& context);
Evidence weigh_bds_62(const MbBits& mb, const CommBContext& context);
Evidence weigh_bds_65(const MbBits& mb, const CommBContext& context);

// What the air does to speeds and temperatures (ICAO Doc 7488, the standard atmosphere).
double mach_of_airspeed(double calibrated_mps, double pressure_altitude_m);
double standard_temperature_c(double pressure_altitude_m);
double standard_pressure_hpa(double pressure_altitude_m);

}  // namespace airspool::modes
