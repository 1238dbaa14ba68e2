// SPDX-License-Identifier: Apache-2.0
#include "lake.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>

#include <nlohmann/json.hpp>

namespace airspool::campaign {
namespace {

using nlohmann::json;

constexpr std::size_t kMaxFaults = 10;

struct Gap {
  std::int64_t from = 0;
  std::int64_t to = 0;
  std::string reason;
};

// Everything of one run (spool_id) that one sink has.
struct Run {
  std::set<std::int64_t> seqs;
  std::vector<Gap> gaps;
  std::int64_t named_last = 0;  // the highest seq that a later `start` names
};

class Judge {
 public:
  Judge(const Plan& plan, const Place& place) : plan_(plan), place_(place) {}

  Verdict run() {
    read_journal();
    for (const spool::SinkSettings& sink : plan_.settings.sinks) judge_sink(sink.name);
    return std::move(verdict_);
  }

 private:
  void fault(std::string words) {
    if (verdict_.faults.size() < kMaxFaults) verdict_.faults.push_back(std::move(words));
  }

  void read_journal() {
    std::ifstream journal(place_.journal());
    std::string spool_id;
    for (std::int64_t seq = 0; journal >> spool_id >> seq;) {
      std::int64_t& last = stored_[spool_id];
      last = std::max(last, seq);
    }
    for (const auto& [id, last] : stored_) verdict_.stored += last;
  }

  void judge_sink(const std::string& sink) {
    std::map<std::string, Run> runs;
    std::ifstream lake(place_.lake(sink));
    for (std::string line; std::getline(lake, line);) take(sink, line, runs);
    for (const auto& [id, last] : stored_) judge_run(sink, id, last, runs[id]);
  }

  void take(const std::string& sink, const std::string& line, std::map<std::string, Run>& runs) {
    const json object = json::parse(line, nullptr, false);
    if (!object.is_object()) return fault(sink + ": a line that is no object: " + line.substr(0, 80));
    if (object.contains("kind")) return take_notice(sink, object, runs);
    const auto id = object.value("record_id", std::string());
    const auto seq = object.value("seq", std::int64_t{0});
    const std::string spool_id = id.substr(0, id.rfind('-'));
    if (id != spool_id + "-" + std::to_string(seq))
      fault(sink + ": record_id " + id + " has seq " + std::to_string(seq));
    const auto [known, is_new] = lines_.emplace(id, line);
    if (!is_new && known->second != line && !only_given_other_times(known->second, object))
      fault(id + " is two records:\n      " + known->second + "\n      " + line);
    // Each record is of an aircraft of its own.
    const auto [place, first] = ids_.emplace(object.value("icao24", std::string()), id);
    if (!first && place->second != id) fault("one record as " + place->second + " and as " + id);
    check_time(object, id);
    if (runs[spool_id].seqs.insert(seq).second) {
      ++verdict_.delivered;
    } else {
      ++verdict_.resent;
    }
  }

  // Where the damage took the transaction that had put the times into a held batch, they are put in once more: nobody
  // knows any more what they were. Nothing else may differ, and neither may claim a clock that was synchronised.
  [[nodiscard]] bool only_given_other_times(const std::string& first, json second) const {
    if (!plan_.damages()) return false;
    json other = json::parse(first, nullptr, false);
    const auto of_any_quality_but_the_best = [](const json& record) { return record.value("time_quality", 0) != 0; };
    if (!of_any_quality_but_the_best(other) || !of_any_quality_but_the_best(second)) return false;
    for (const char* key : {"time_position", "last_contact", "event_time_ms", "received_ms", "time_quality"}) {
      other.erase(key);
      second.erase(key);
    }
    return other == second;
  }

  void check_time(const json& object, const std::string& id) {
    const auto serial = static_cast<std::uint32_t>(std::stoul(object.value("icao24", std::string("0")), nullptr, 16));
    if (has_given_time(serial) && object.value("event_time_ms", std::int64_t{0}) != given_ms(serial)) {
      fault(id + ": a time that OpenSky gave was changed");
    }
  }

  void take_notice(const std::string& sink, const json& notice, std::map<std::string, Run>& runs) {
    if (notice.value("kind", std::string()) == "gap") {
      Gap gap{notice.value("from", std::int64_t{0}), notice.value("to", std::int64_t{0}),
              notice.value("reason", std::string())};
      // A sudden end with `spill`, damage that took the end of a run: nobody knows how many there were.
      if ((gap.reason == "spill-lost" || gap.reason == "damaged") && !notice.contains("to")) gap.to = INT64_MAX;
      if (gap.reason.empty() || gap.from < 1 || gap.to < gap.from) fault(sink + ": a gap of nothing: " + notice.dump());
      // A transaction that was cut short looks as one that was damaged afterwards.
      const bool may_be_cut = gap.reason == "damaged" && gap.to == INT64_MAX && plan_.dies();
      if (plan_.lossless() && !may_be_cut) fault(sink + ": a gap where nothing had to be given up: " + notice.dump());
      runs[notice.value("spool_id", std::string())].gaps.push_back(gap);
    } else {
      const auto previous = notice.value("previous_spool_id", std::string());
      if (previous.empty()) return;
      Run& run = runs[previous];
      run.named_last = std::max(run.named_last, notice.value("previous_seq", std::int64_t{0}));
    }
  }

  void judge_run(const std::string& sink, const std::string& id, std::int64_t stored, const Run& run) {
    // A batch may have been stored that nobody lived to tell; a reader learns of it from the next start.
    const std::int64_t last = std::max(stored, run.named_last);
    // With `spill` what is safe may have been delivered and not stored.
    const bool exact = plan_.settings.durability == spool::Durability::kWriteThrough && !plan_.damages();
    if (run.named_last > 0 && run.named_last < stored && exact) {
      fault(sink + ": " + id + " stored " + std::to_string(stored) + " and its successor names " +
            std::to_string(run.named_last));
    }
    std::int64_t missing = 0;
    std::int64_t first_missing = 0;
    for (std::int64_t seq = 1; seq <= last; ++seq) {
      if (run.seqs.contains(seq)) continue;
      const auto covers = [seq](const Gap& gap) { return gap.from <= seq && seq <= gap.to; };
      if (std::ranges::any_of(run.gaps, covers)) {
        ++verdict_.announced;
      } else {
        if (missing++ == 0) first_missing = seq;
      }
    }
    if (missing == 0) return;
    verdict_.unannounced += missing;
    fault(sink + ": " + std::to_string(missing) + " records of " + id + " (" + std::to_string(last) +
          " stored) neither arrived nor were announced, the first is " + std::to_string(first_missing));
  }

  const Plan& plan_;
  const Place& place_;
  Verdict verdict_;
  std::map<std::string, std::int64_t> stored_;
  std::unordered_map<std::string, std::string> lines_;  // by record_id
  std::unordered_map<std::string, std::string> ids_;    // by aircraft
};

}  // namespace

Verdict judge(const Plan& plan, const Place& place) { return Judge(plan, place).run(); }

}  // namespace airspool::campaign
