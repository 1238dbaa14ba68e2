// SPDX-License-Identifier: Apache-2.0
// trains_seeds FOLDER: writes the programs that the fuzzer of pulse trains starts from.
#include <cstdio>
#include <filesystem>
#include <fstream>

#include "seeds.h"

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fputs("usage: trains_seeds FOLDER\n", stderr);
    return 64;
  }
  const std::filesystem::path folder = argv[1];
  std::filesystem::create_directories(folder);
  for (const airspool::trains::Seed& seed : airspool::trains::seeds()) {
    std::ofstream file(folder / seed.name, std::ios::binary);
    file.write(reinterpret_cast<const char*>(seed.bytes.data()), static_cast<std::streamsize>(seed.bytes.size()));
    if (!file) {
      std::fprintf(stderr, "trains_seeds: cannot write %s\n", (folder / seed.name).c_str());
      return 73;
    }
  }
  return 0;
}
