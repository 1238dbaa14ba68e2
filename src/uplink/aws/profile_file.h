// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace airspool::uplink::aws {

using ProfileKeys = std::map<std::string, std::string>;

enum class ProfileFile : std::uint8_t {
  kCredentials,  // sections are profiles: [name]
  kConfig,       // [default] and [profile name]; others are no profiles
};

// The keys of one profile of a file that AWS's tools share (AWS SDKs and Tools Reference Guide, "Shared config and
// credentials files"): sections in brackets, `key = value`, comments with # or ;, behind a blank also in a line's end;
// a line that begins with a blank belongs to the key before and is passed over. A section that comes twice is one, the
// later key wins. Lines that are none of this are passed over: the tools differ in what they allow, and nothing is
// learnt from refusing the file of another profile. `found` tells whether there is such a profile at all.
ProfileKeys read_profile(std::string_view text, ProfileFile kind, std::string_view name, bool& found);

}  // namespace airspool::uplink::aws
