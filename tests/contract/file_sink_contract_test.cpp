// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include <airspool/uplink/file_sink.h>

#include "contract/sink_contract.h"

namespace airspool::contract {
namespace {

namespace fs = std::filesystem;

class FileWorld {
 public:
  FileWorld() {
    std::string name = (fs::temp_directory_path() / "airspool-contract-XXXXXX").string();
    root_ = ::mkdtemp(name.data());
    fs::create_directory(folder());
  }
  ~FileWorld() { fs::remove_all(root_); }
  FileWorld(const FileWorld&) = delete;
  FileWorld& operator=(const FileWorld&) = delete;

  static std::string missing() { return {}; }
  const Clock& clock() { return clock_; }
  std::unique_ptr<uplink::Sink> open() {
    uplink::FileSinkSettings settings;
    settings.name = "disk";
    settings.folder = folder();
    settings.rotate_bytes = 2000;
    return std::move(*uplink::open_file_sink(settings, clock_));
  }
  // The disk is unplugged: its mount point is a place where nothing can be written.
  void take_away() {
    fs::rename(folder(), root_ / "unplugged");
    std::ofstream(folder()) << "no disk";
  }
  void bring_back() {
    fs::remove(folder());
    fs::rename(root_ / "unplugged", folder());
  }
  static std::string expected(const spool::Batch& batch) { return whole(batch); }
  std::string delivered() {
    // By the number behind the date: one second has many files.
    std::vector<std::pair<std::pair<std::string, int>, fs::path>> files;
    for (const auto& entry : fs::directory_iterator(folder())) {
      const std::string name = entry.path().filename().string();
      const auto dash = name.rfind('-');
      files.push_back({{name.substr(0, dash), std::atoi(name.c_str() + dash + 1)}, entry.path()});
    }
    std::sort(files.begin(), files.end());
    std::string bytes;
    for (const auto& [key, path] : files) {
      std::ifstream file(path, std::ios::binary);
      bytes.append(std::istreambuf_iterator<char>(file), {});
    }
    return bytes;
  }

 private:
  [[nodiscard]] fs::path folder() const { return root_ / "out"; }

  SystemClock clock_;
  fs::path root_;
};

INSTANTIATE_TYPED_TEST_SUITE_P(File, SinkContract, FileWorld);

}  // namespace
}  // namespace airspool::contract
