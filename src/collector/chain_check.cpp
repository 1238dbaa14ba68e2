// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <optional>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <airspool/collector/chain_check.h>
#include <airspool/collector/control.h>
#include <airspool/collector/radio_check.h>
#include <airspool/net/curl_http_client.h>
#include <airspool/opensky/trial.h>
#include <airspool/spool/spool.h>
#include <airspool/spool/stat_text.h>
#include <airspool/uplink/check.h>

#include "settings.h"

namespace airspool::collector {
namespace {

using OnPart = std::function<void(const PartCheck&)>;

constexpr std::chrono::seconds kPatience{10};

// Less than this is full: not even one batch finds room.
constexpr std::int64_t kFull = 1 << 20;

std::string size_text(std::int64_t bytes) {
  constexpr std::array<const char*, 4> kUnits = {"KiB", "MiB", "GiB", "TiB"};
  double value = static_cast<double>(bytes) / 1024.0;
  std::size_t unit = 0;
  while (value >= 1024.0 && unit + 1 < kUnits.size()) {
    value /= 1024.0;
    ++unit;
  }
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), value < 10.0 ? "%.1f %s" : "%.0f %s", value, kUnits.at(unit));
  return text.data();
}

class Part {
 public:
  Part(std::string name, const OnPart& on_step) : on_step_(on_step) { check_.part = std::move(name); }
  void note(CheckStep step) {
    check_.note(std::move(step));
    on_step_(check_);
  }
  void good(std::string step, std::string detail) { note({std::move(step), CheckState::kGood, std::move(detail), ""}); }
  void look(std::string step, std::string detail, std::string next) {
    note({std::move(step), CheckState::kWarning, std::move(detail), std::move(next)});
  }
  void skipped(std::string step, std::string detail) {
    note({std::move(step), CheckState::kSkipped, std::move(detail), ""});
  }
  PartCheck take() { return std::move(check_); }

 private:
  const OnPart& on_step_;
  PartCheck check_;
};

// Whether a file can be made and written in the folder: the only question that a read-only mount, a full disk and
// permissions all answer.
std::optional<CheckStep> cannot_write(const std::filesystem::path& folder) {
  std::string name = (folder / ".airspool-check-XXXXXX").string();
  const int fd = ::mkostemp(name.data(), O_CLOEXEC);
  const auto refused = [&](int error) {
    const std::string what = folder.string() + ": " + std::strerror(error);
    if (error == EACCES || error == EPERM) {
      return failed_step("folder", what + "; run it as the user of the service: sudo -u airspool airspool check");
    }
    if (error == ENOSPC || error == EDQUOT) return failed_step("folder", what + "; free space on the disk (df -h)");
    if (error == EROFS) {
      return failed_step("folder", what + "; after errors of a card Linux mounts it read-only: see dmesg");
    }
    return failed_step("folder", what + "; mend the folder, or set spool.path");
  };
  if (fd < 0) return refused(errno);
  const std::array<char, 4096> zeros{};
  const bool written = ::write(fd, zeros.data(), zeros.size()) == static_cast<ssize_t>(zeros.size());
  const int error = written ? 0 : (errno != 0 ? errno : ENOSPC);
  ::close(fd);
  ::unlink(name.c_str());
  if (!written) return refused(error);
  return std::nullopt;
}

void check_folder(const config::Config& config, Part& part) {
  std::filesystem::path folder = std::filesystem::path(config.spool.path).parent_path();
  if (folder.empty()) folder = ".";
  struct stat status {};
  if (::stat(folder.c_str(), &status) != 0) {
    // `run` makes the last folder of the path.
    const auto above = folder.parent_path();
    if (errno == ENOENT && ::access(above.empty() ? "." : above.c_str(), W_OK) == 0) {
      return part.good("folder", folder.string() + " will be made at the start");
    }
    return part.note(failed_step("folder", folder.string() + ": " + std::strerror(errno) +
                                               "; make it and give it to the user of the service, or set spool.path"));
  }
  if (auto refused = cannot_write(folder)) return part.note(std::move(*refused));
  struct stat file {};
  if (::stat(config.spool.path.c_str(), &file) == 0 && file.st_uid != status.st_uid) {
    return part.look(
        "folder", config.spool.path + " belongs to another user than its folder",
        "it was run by hand as another user: chown --reference=" + folder.string() + " " + config.spool.path + "*");
  }
  part.good("folder", folder.string() + " can be written");
}

void check_space(const config::Config& config, Part& part) {
  std::filesystem::path folder = std::filesystem::path(config.spool.path).parent_path();
  if (folder.empty()) folder = ".";
  struct statvfs disk {};
  if (::statvfs(folder.c_str(), &disk) != 0) return part.skipped("space", "not known until the folder is there");
  const auto free = static_cast<std::int64_t>(disk.f_bavail) * static_cast<std::int64_t>(disk.f_frsize);
  const std::string text = size_text(free) + " free, of which the spool takes at most " +
                           size_text(config.spool.max_bytes) + " and leaves " + size_text(config.spool.reserve_bytes) +
                           " to others";
  if (free < kFull) return part.note({"space", CheckState::kFailed, text, "free space on the disk (df -h)"});
  if (free < config.spool.reserve_bytes) {
    return part.look("space", text,
                     "free space, or lower spool.reserve_bytes: below it the spool gives up its oldest batches");
  }
  part.good("space", text);
}

// Whether somebody listens there.
void reach(const std::string& host, std::uint16_t port, const Clock& clock, Part& part) {
  uplink::CheckTarget target;
  target.host = host;
  target.port = port;
  uplink::check_network(target, clock, kPatience, [&](CheckStep step) {
    step.detail = host + ":" + std::to_string(port) + ": " + step.detail;
    part.note(std::move(step));
  });
}

void check_user(Part& part) {
  if (::geteuid() != 0) return;
  part.look("user", "this is root: it may read and write what the service may not",
            "to see what the service sees: sudo -u airspool airspool check");
}

}  // namespace

void PartCheck::note(CheckStep step) {
  good = good && step.state != CheckState::kFailed;
  steps.push_back(std::move(step));
}

PartCheck check_machine(const config::Config& config, const Clock& clock, const OnPart& on_step) {
  Part part("machine", on_step);
  uplink::check_clock(clock, [&](const CheckStep& step) { part.note(step); });
  check_user(part);
  check_folder(config, part);
  check_space(config, part);
  return part.take();
}

PartCheck check_source(const config::Config& config, const Clock& clock, const OnPart& on_step) {
  Part part("radio", on_step);
  switch (config.radio.source) {
    case config::RadioSource::kNone:
      part.skipped("source", "radio.source = \"none\": a box without a radio");
      return part.take();
    case config::RadioSource::kAuto:
      // One may appear later, and everything else goes on without.
      check_radio(config, [&](CheckStep step) {
        if (step.state == CheckState::kFailed) step.state = CheckState::kWarning;
        part.note(std::move(step));
      });
      break;
    case config::RadioSource::kRtlSdr:
      check_radio(config, [&](const CheckStep& step) { part.note(step); });
      break;
    case config::RadioSource::kRtlTcp:
      reach(config.radio.host, static_cast<std::uint16_t>(config.radio.port), clock, part);
      break;
    case config::RadioSource::kFile:
    case config::RadioSource::kSim:
      if (const auto opened = open_radio(config); opened) {
        part.good("source", (*opened)->info().name);
      } else {
        part.note(failed_step("source", opened.error().message));
      }
      break;
  }
  if (!config.station.position()) {
    part.look("position", "station.lat and station.lon are not set",
              "set them: ranges and positions on the ground need them ('airspool setup' asks)");
  }
  return part.take();
}

PartCheck check_inputs(const config::Config& config, const Clock& clock, const OnPart& on_step) {
  Part part("inputs", on_step);
  for (const config::Input& input : config.inputs) {
    if (!input.connect) {
      part.skipped("listen", input.listen.value_or("") + ": waits for whoever comes");
      continue;
    }
    const auto colon = input.connect->rfind(':');
    reach(input.connect->substr(0, colon), static_cast<std::uint16_t>(std::stoi(input.connect->substr(colon + 1))),
          clock, part);
  }
  return part.take();
}

PartCheck check_opensky(const config::Config& config, const Clock& clock, const OnPart& on_step) {
  Part part("opensky", on_step);
  if (!config.opensky.enabled) {
    part.skipped("account", "not asked: there is no [opensky]");
    return part.take();
  }
  const auto settings = opensky_settings(config);
  if (!settings) {
    part.note(failed_step("account", settings.error().message));
    return part.take();
  }
  const auto http = net::CurlHttpClient::create();
  if (!http) {
    part.note(failed_step("account", http.error().message));
    return part.take();
  }
  const opensky::Trial trial = opensky::try_opensky(*settings, **http, clock);
  if (!trial.token_trouble.empty()) {
    part.note(failed_step("account", trial.token_trouble));
  } else {
    part.good("account", trial.has_token ? "its client gets a token" : "anonymous: 400 credits a day for this address");
    if (trial.trouble.empty()) {
      part.good("answer", std::to_string(trial.aircraft) + " aircraft in a tenth of a degree");
    } else {
      part.note(failed_step("answer", trial.trouble));
    }
  }
  std::string cost;
  for (const std::string& note : trial.notes) cost += (cost.empty() ? "" : "; ") + note;
  if (trial.credits_left) cost += "; " + std::to_string(*trial.credits_left) + " left now";
  if (trial.warnings.empty()) {
    part.good("credits", cost);
  } else {
    part.look("credits", cost, trial.warnings.front());
  }
  return part.take();
}

PartCheck check_spool(const config::Config& config, const Clock& clock, const OnPart& on_step) {
  Part part("spool", on_step);
  const std::string& path = config.spool.path;
  const auto running = ask_control(control_path(path), "spool.stat");
  if (!running && running.error().code != ErrorCode::kNotFound) {
    part.note(failed_step("collector", running.error().message));
    return part.take();
  }
  part.good("collector", running ? "one is running" : "none is running here");
  auto stat = running ? spool::stat_from_json(*running) : spool::Spool::inspect(path);
  if (!stat) {
    if (stat.error().code == ErrorCode::kNotFound) {
      part.good("queue", path + " is not there yet: the first start makes it");
    } else {
      part.note(failed_step("queue", stat.error().message));
    }
    return part.take();
  }
  std::string text = std::to_string(stat->batches + stat->memory_batches) + " batches, " + size_text(stat->bytes);
  if (stat->oldest_sealed) {
    const auto age = std::chrono::duration_cast<std::chrono::minutes>(clock.wall_now() - *stat->oldest_sealed);
    if (age.count() > 0) text += ", the oldest " + std::to_string(age.count()) + " min old";
  }
  if (!stat->last_error.empty()) {
    part.note(failed_step("queue", "the disk takes nothing: " + stat->last_error + "; free space, or mend the folder"));
  } else if (stat->clock.holding) {
    part.look("queue", text + ", held until the clock is right", "timedatectl shows whether a time service runs");
  } else {
    part.good("queue", text);
  }
  std::int64_t lost = 0;
  for (const spool::DropStat& drop : stat->drops) lost += drop.records;
  if (lost > 0) {
    part.look("lost", std::to_string(lost) + " records over the life of the spool",
              "'airspool spool stat' says of which sink and why");
  }
  return part.take();
}

std::vector<PartCheck> check_chain(const config::Config& config, const Clock& clock, const OnPart& on_step) {
  std::vector<PartCheck> parts;
  parts.push_back(check_machine(config, clock, on_step));
  parts.push_back(check_source(config, clock, on_step));
  if (!config.inputs.empty()) parts.push_back(check_inputs(config, clock, on_step));
  parts.push_back(check_opensky(config, clock, on_step));
  parts.push_back(check_spool(config, clock, on_step));
  return parts;
}

}  // namespace airspool::collector
