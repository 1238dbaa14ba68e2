// SPDX-License-Identifier: Apache-2.0
#include <cstdint>
#include <fstream>
#include <set>
#include <string>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <airspool/sky/country.h>

#include "shared_data.h"

namespace airspool::sky {
namespace {

std::string name(std::uint32_t address) {
  const auto country = country_of(Icao24::icao(address));
  return country ? std::string(country->name) : "none";
}

std::string code(std::uint32_t address) {
  const auto country = country_of(Icao24::icao(address));
  return country ? std::string(country->iso2) : "none";
}

TEST(CountryTest, KnowsFirstAndLastAddressOfABlock) {
  EXPECT_EQ(name(0x3BFFFF), "France");
  EXPECT_EQ(name(0x3C0000), "Germany");
  EXPECT_EQ(name(0x3FFFFF), "Germany");
  EXPECT_EQ(name(0x400000), "United Kingdom");
  EXPECT_EQ(code(0xA00000), "US");
  EXPECT_EQ(code(0xAFFFFF), "US");
  EXPECT_EQ(code(0x004000), "ZW");
  EXPECT_EQ(code(0xE94FFF), "BO");
}

TEST(CountryTest, KnowsTheDoubledSmallBlocks) {
  EXPECT_EQ(code(0x5003FF), "SM");
  EXPECT_EQ(code(0x5007FF), "SM");
  EXPECT_EQ(code(0x500800), "none");
  EXPECT_EQ(code(0x0ADFFF), "CO");
}

TEST(CountryTest, SaysNothingBetweenBlocks) {
  EXPECT_EQ(name(0x000000), "none");
  EXPECT_EQ(name(0x003FFF), "none");
  EXPECT_EQ(name(0xB00000), "none");
  EXPECT_EQ(name(0xF00001), "none");  // temporary addresses of ICAO
  EXPECT_EQ(name(0xFFFFFF), "none");
}

TEST(CountryTest, GivesTerritoriesTheirOwnCodeAndTheStateTheName) {
  EXPECT_EQ(name(0x789201), "China");
  EXPECT_EQ(code(0x789201), "HK");
  EXPECT_EQ(code(0x78A000), "CN");
  EXPECT_EQ(name(0x400025), "United Kingdom");
  EXPECT_EQ(code(0x400025), "BM");
  EXPECT_EQ(code(0x43E700), "IM");
  EXPECT_EQ(code(0x406B5A), "GB");
}

TEST(CountryTest, SaysNothingOfAddressesThatAreNotIcaos) { EXPECT_FALSE(country_of(Icao24::other(0x3C6444))); }

TEST(CountryTest, AgreesWithOpenSkyOnAWholeWorld) {
  const auto path = test::shared_data("opensky/states-global-2025-12-28.json");
  AIRSPOOL_REQUIRE_SHARED(path);
  std::ifstream file(path);
  const auto answer = nlohmann::json::parse(file);
  int rows = 0;
  int agree = 0;
  for (const auto& row : answer.at("states")) {
    ++rows;
    const auto address = Icao24::parse(row.at(0).get<std::string>());
    ASSERT_TRUE(address);
    const auto country = country_of(*address);
    const auto expected = row.at(2).get<std::string>();
    if (country && country->name == expected) {
      ++agree;
    } else {
      ADD_FAILURE() << address->hex() << ": " << (country ? country->name : "none") << ", OpenSky says " << expected;
    }
  }
  RecordProperty("rows", rows);
  RecordProperty("agree", agree);
  EXPECT_EQ(agree, rows);
  EXPECT_EQ(rows, 6553);
}

}  // namespace
}  // namespace airspool::sky
