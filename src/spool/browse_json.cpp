// SPDX-License-Identifier: Apache-2.0
#include <chrono>

#include <nlohmann/json.hpp>

#include "base64.h"
#include "browse.h"

namespace airspool::spool {
namespace {

using nlohmann::json;

std::int64_t milliseconds(WallTime time) {
  return std::chrono::floor<std::chrono::milliseconds>(time).time_since_epoch().count();
}

std::string line_of(const json& object) { return object.dump(-1, ' ', false, json::error_handler_t::replace); }

// Members that are missing or of another type keep their initial value.
template <typename T>
void take(const json& object, const char* key, T& value) {
  const auto found = object.find(key);
  if (found == object.end()) return;
  if constexpr (std::is_same_v<T, bool>) {
    if (found->is_boolean()) value = found->get<bool>();
  } else if constexpr (std::is_integral_v<T>) {
    if (found->is_number_integer()) value = found->get<T>();
  } else if constexpr (std::is_same_v<T, std::string>) {
    if (found->is_string()) value = found->get<std::string>();
  } else {
    if (!found->is_array()) return;
    for (const json& item : *found) {
      if (item.is_string()) value.push_back(item.get<std::string>());
    }
  }
}

void take_time(const json& object, const char* key, std::optional<WallTime>& time) {
  const auto found = object.find(key);
  if (found != object.end() && found->is_number_integer()) {
    time = WallTime(std::chrono::milliseconds(found->get<std::int64_t>()));
  }
}

Result<json> parsed_object(std::string_view text) {
  json parsed = json::parse(text, nullptr, false);
  if (!parsed.is_object()) return fail(ErrorCode::kInvalidData, "no JSON object where the spool's answer should be");
  return parsed;
}

json object_of(const StoredBatch& batch) {
  json object = {{"row", batch.row},
                 {"id", batch.header.id},
                 {"station_id", batch.header.station_id},
                 {"spool_id", batch.header.spool_id},
                 {"first_seq", batch.header.first_seq},
                 {"last_seq", batch.header.last_seq},
                 {"count", batch.header.count},
                 {"sealed_ms", milliseconds(batch.header.sealed)},
                 {"simulated", batch.header.simulated},
                 {"size", batch.size},
                 {"held", batch.held},
                 {"thinned", batch.thinned},
                 {"sinks", batch.sinks}};
  if (!batch.reason.empty()) object["reason"] = batch.reason;
  if (batch.rejected) object["rejected_ms"] = milliseconds(*batch.rejected);
  if (batch.bytes) object["bytes"] = to_base64(*batch.bytes);
  return object;
}

}  // namespace

std::string to_json(const PageRequest& request) {
  return line_of(
      {{"dead", request.dead}, {"after", request.after}, {"rows", request.rows}, {"with_bytes", request.with_bytes}});
}

Result<PageRequest> page_request_from_json(std::string_view text) {
  const auto object = parsed_object(text);
  if (!object) return tl::unexpected(object.error());
  PageRequest request;
  take(*object, "dead", request.dead);
  take(*object, "after", request.after);
  take(*object, "rows", request.rows);
  take(*object, "with_bytes", request.with_bytes);
  return request;
}

std::string to_json(const StoredBatch& batch) { return line_of(object_of(batch)); }

std::string to_json(const StoredPage& page) {
  json batches = json::array();
  for (const StoredBatch& batch : page.batches) batches.push_back(object_of(batch));
  return line_of({{"batches", std::move(batches)}, {"more", page.more}});
}

Result<StoredPage> page_from_json(std::string_view text) {
  const auto object = parsed_object(text);
  if (!object) return tl::unexpected(object.error());
  StoredPage page;
  take(*object, "more", page.more);
  const auto batches = object->find("batches");
  if (batches == object->end() || !batches->is_array()) {
    return fail(ErrorCode::kInvalidData, "a page of the spool without batches");
  }
  for (const json& row : *batches) {
    StoredBatch batch;
    take(row, "row", batch.row);
    take(row, "id", batch.header.id);
    take(row, "station_id", batch.header.station_id);
    take(row, "spool_id", batch.header.spool_id);
    take(row, "first_seq", batch.header.first_seq);
    take(row, "last_seq", batch.header.last_seq);
    take(row, "count", batch.header.count);
    take(row, "simulated", batch.header.simulated);
    take(row, "size", batch.size);
    take(row, "held", batch.held);
    take(row, "thinned", batch.thinned);
    take(row, "sinks", batch.sinks);
    take(row, "reason", batch.reason);
    take_time(row, "rejected_ms", batch.rejected);
    std::optional<WallTime> sealed;
    take_time(row, "sealed_ms", sealed);
    batch.header.sealed = sealed.value_or(WallTime{});
    if (row.contains("bytes") && row["bytes"].is_string()) batch.bytes = from_base64(row["bytes"].get<std::string>());
    page.batches.push_back(std::move(batch));
  }
  return page;
}

std::string to_json(const RequeueRequest& request) {
  return line_of(
      {{"sink", request.sink}, {"reason", request.reason}, {"after", request.after}, {"rows", request.rows}});
}

Result<RequeueRequest> requeue_request_from_json(std::string_view text) {
  const auto object = parsed_object(text);
  if (!object) return tl::unexpected(object.error());
  RequeueRequest request;
  take(*object, "sink", request.sink);
  take(*object, "reason", request.reason);
  take(*object, "after", request.after);
  take(*object, "rows", request.rows);
  return request;
}

std::string to_json(const Requeued& requeued) {
  return line_of({{"batches", requeued.batches},
                  {"records", requeued.records},
                  {"after", requeued.after},
                  {"more", requeued.more},
                  {"gone", requeued.gone}});
}

Result<Requeued> requeued_from_json(std::string_view text) {
  const auto object = parsed_object(text);
  if (!object) return tl::unexpected(object.error());
  Requeued requeued;
  take(*object, "batches", requeued.batches);
  take(*object, "records", requeued.records);
  take(*object, "after", requeued.after);
  take(*object, "more", requeued.more);
  take(*object, "gone", requeued.gone);
  return requeued;
}

std::string to_json(const CheckResult& check) {
  return line_of({{"checked", check.checked}, {"problem", check.problem}});
}

Result<CheckResult> check_from_json(std::string_view text) {
  const auto object = parsed_object(text);
  if (!object) return tl::unexpected(object.error());
  CheckResult check;
  take(*object, "checked", check.checked);
  take(*object, "problem", check.problem);
  return check;
}

}  // namespace airspool::spool
