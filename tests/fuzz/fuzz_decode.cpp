// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>

#include <airspool/modes/comm_b.h>
#include <airspool/modes/cpr.h>
#include <airspool/modes/crc.h>
#include <airspool/modes/decode.h>

// Any bytes as a frame, as they are and with a parity that fits, as a Comm-B field of an aircraft of which anything may
// be known, and any numbers as CPR positions and references. Beside what the sanitizers see, the promises of the faces
// are held: angles and positions stay in their ranges.
namespace {

using airspool::GeoPosition;
using namespace airspool::modes;

void require(bool holds) {
  if (!holds) std::abort();
}

void check_angle(std::optional<double> degrees) {
  if (degrees) require(*degrees >= 0.0 && *degrees <= 360.0);
}

void check_position(const std::optional<GeoPosition>& position) {
  if (!position) return;
  require(std::abs(position->latitude_deg) <= 90.0);
  require(position->longitude_deg >= -180.0 && position->longitude_deg < 180.0);
}

void decode_frame(const ModeSFrame& frame) {
  const auto message = decode(frame);
  if (!message) return;
  require(message->df == frame.df());
  if (const auto* body = std::get_if<Identification>(&message->body)) require(body->callsign.length <= 8);
  if (const auto* body = std::get_if<SurfacePosition>(&message->body)) {
    check_angle(body->true_track_deg);
    check_position(cpr_local(CprKind::kSurface, body->cpr, {48.0, 8.0}));
  }
  if (const auto* body = std::get_if<Velocity>(&message->body)) {
    check_angle(body->true_track_deg);
    check_angle(body->heading_deg);
  }
  if (const auto* body = std::get_if<TargetState>(&message->body)) check_angle(body->selected_heading_deg);
}

// The candidates are in order, share one certainty, and can be read; what is certain is alone.
void infer(const MbField& mb, const CommBContext& context) {
  const CommBInference inferred = infer_register(mb, context);
  double total = 0.0;
  double before = 1.0;
  for (const CommBCandidate& candidate : inferred.view()) {
    require(candidate.probability > 0.0 && candidate.probability <= before);
    before = candidate.probability;
    total += candidate.probability;
    const RegisterContent content = decode_register(candidate.bds, mb);
    require(!std::holds_alternative<std::monostate>(content));
    if (const auto* body = std::get_if<TrackAndTurn>(&content)) check_angle(body->true_track_deg);
    if (const auto* body = std::get_if<HeadingAndSpeed>(&content)) check_angle(body->magnetic_heading_deg);
    if (const auto* body = std::get_if<RoutineWeather>(&content)) check_angle(body->wind_direction_deg);
  }
  require(total <= 1.0 + 1e-9);
  require(!inferred.certain || inferred.count == 1);
  for (unsigned bds = 0; bds < 256; ++bds) static_cast<void>(decode_register(static_cast<std::uint8_t>(bds), mb));
}

template <typename Value>
Value take(const std::uint8_t*& data, std::size_t& size) {
  Value value{};
  const std::size_t taken = std::min(size, sizeof value);
  std::memcpy(&value, data, taken);
  data += taken;
  size -= taken;
  return value;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  ModeSFrame frame;
  frame.length = take<std::uint8_t>(data, size);
  std::memcpy(frame.bytes.data(), data, std::min(size, frame.bytes.size()));
  decode_frame(frame);

  frame.length = frame.df() < 16 ? kShortFrameBytes : kLongFrameBytes;
  const std::uint32_t remainder = crc24(frame.view());
  for (std::size_t i = 0; i < 3; ++i) {
    frame.bytes.at(frame.length - 3U + i) ^= static_cast<std::uint8_t>(remainder >> (16U - 8U * i));
  }
  decode_frame(frame);

  MbField mb{};
  std::memcpy(mb.data(), frame.bytes.data() + 4, mb.size());
  infer(mb, {});

  const auto even_latitude = take<std::uint32_t>(data, size);
  const auto even_longitude = take<std::uint32_t>(data, size);
  const auto odd_latitude = take<std::uint32_t>(data, size);
  const auto odd_longitude = take<std::uint32_t>(data, size);
  const auto latitude = take<double>(data, size);
  const auto longitude = take<double>(data, size);
  const CprPosition even{even_latitude, even_longitude, false};
  const CprPosition odd{odd_latitude, odd_longitude, true};
  CommBContext context;
  context.vertical_status = static_cast<VerticalStatus>(even_latitude % 3);
  context.baro_altitude_m = latitude;
  context.ground_speed_mps = longitude;
  context.true_track_deg = std::remainder(longitude, 360.0);
  context.vertical_rate_mps = latitude;
  infer(mb, context);
  // As it comes (mostly no position at all), and folded into the range.
  for (const GeoPosition reference :
       {GeoPosition{latitude, longitude}, {std::remainder(latitude, 180.0), std::remainder(longitude, 360.0)}}) {
    for (const CprKind kind : {CprKind::kAirborne, CprKind::kSurface}) {
      for (const bool newest_is_odd : {false, true}) {
        check_position(cpr_global(kind, even, odd, newest_is_odd, reference));
        check_position(cpr_local(kind, newest_is_odd ? odd : even, reference));
      }
    }
  }
  return 0;
}
