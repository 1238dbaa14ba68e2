// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <sstream>
#include <string>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace airspool::whole {

// All that came out at the far end, put in order.
class Arrivals {
 public:
  struct Start {
    std::string previous_spool_id;
    std::int64_t previous_seq = 0;
    friend bool operator==(const Start&, const Start&) = default;
  };

  // Records and notices, one a line, in the order in which they came.
  void read(const std::string& text) {
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) take(line);
  }

  // Every seq of every run that was stored (`last` by spool_id) is here, and each run names the one before it: the
  // chain has one beginning and leaves nobody out.
  void expect_all_of(const std::map<std::string, std::int64_t>& stored) {
    for (const auto& [spool_id, last] : stored) {
      const auto& seqs_here = seqs[spool_id];
      ASSERT_FALSE(seqs_here.empty()) << "nothing arrived of " << spool_id;
      EXPECT_EQ(*seqs_here.begin(), 1) << spool_id;
      EXPECT_EQ(*seqs_here.rbegin(), last) << spool_id;
      EXPECT_EQ(static_cast<std::int64_t>(seqs_here.size()), last) << "a hole in " << spool_id;
      EXPECT_EQ(starts.count(spool_id), 1U) << spool_id;
    }
    EXPECT_EQ(seqs.size(), stored.size());
    std::set<std::string> named;
    for (const auto& [spool_id, start] : starts) {
      EXPECT_TRUE(named.insert(start.previous_spool_id).second) << start.previous_spool_id << " named twice";
      if (start.previous_spool_id.empty()) continue;
      const auto before = stored.find(start.previous_spool_id);
      EXPECT_EQ(start.previous_seq, before == stored.end() ? -1 : before->second) << start.previous_spool_id;
    }
    EXPECT_EQ(named.count(""), 1U);
  }
  [[nodiscard]] std::size_t records() const {
    std::size_t count = 0;
    for (const auto& [spool_id, here] : seqs) count += here.size();
    return count;
  }

  std::map<std::string, std::set<std::int64_t>> seqs;  // by spool_id
  std::map<std::string, Start> starts;                 // by spool_id
  std::size_t resent_records = 0;

 private:
  void take(const std::string& line) {
    const nlohmann::json record = nlohmann::json::parse(line, nullptr, false);
    ASSERT_TRUE(record.is_object()) << line;
    if (record.contains("kind")) return take_notice(record, line);
    const auto seq = record.at("seq").get<std::int64_t>();
    const auto record_id = record.at("record_id").get<std::string>();
    const std::string spool_id = record_id.substr(0, record_id.rfind('-'));
    EXPECT_EQ(record_id, spool_id + "-" + std::to_string(seq));
    const auto [known, is_new] = lines_.emplace(record_id, line);
    if (is_new) {
      seqs[spool_id].insert(seq);
    } else {
      ++resent_records;
      EXPECT_EQ(known->second, line) << "one record_id, two records";
    }
  }
  void take_notice(const nlohmann::json& notice, const std::string& line) {
    ASSERT_EQ(notice.at("kind"), "start") << "nothing was to be given up: " << line;
    const Start start{notice.value("previous_spool_id", ""), notice.value("previous_seq", std::int64_t{0})};
    const auto [known, is_new] = starts.emplace(notice.at("spool_id").get<std::string>(), start);
    EXPECT_TRUE(is_new || known->second == start) << line;
  }

  std::map<std::string, std::string> lines_;  // by record_id
};

}  // namespace airspool::whole
