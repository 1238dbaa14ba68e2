// SPDX-License-Identifier: Apache-2.0
#include "cli/setup_dialogue.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <utility>

#include <sysexits.h>

#include <airspool/config/reference.h>

#include "cli/check_printer.h"
#include "cli/commands.h"
#include "cli/prompt.h"
#include "cli/setup_answers.h"

namespace airspool::cli {
namespace {

constexpr const char* kOption = "setup";  // whose settings they are
constexpr const char* kOurFile = "50-setup.toml";
constexpr double kUsualRadiusKm = 200.0;
constexpr std::size_t kLongestSecretFile = 16'384;
constexpr int kSomethingFailed = 1;

constexpr const char* kHeading =
    "# Made by 'airspool setup', which writes this file anew each time. What is written by hand belongs into\n"
    "# airspool.toml or another file of this folder; later names win.\n\n";

std::optional<std::string> content_of(const std::string& path) {
  std::error_code error;
  if (!std::filesystem::is_regular_file(path, error)) return std::nullopt;
  std::ifstream file(path, std::ios::binary);
  std::string content(kLongestSecretFile + 1, '\0');
  file.read(content.data(), static_cast<std::streamsize>(content.size()));
  content.resize(static_cast<std::size_t>(file.gcount()));
  if (!file.eof() || content.size() > kLongestSecretFile) return std::nullopt;
  return content;
}

bool is_no(const std::string& text) { return text == "no" || text == "none" || text == "-"; }

}  // namespace

SetupDialogue::SetupDialogue(SetupOptions options)
    : options_(std::move(options)),
      file_(options_.file.empty() ? std::string(config::kDefaultFile) : options_.file),
      folder_(std::filesystem::path(file_).parent_path().string()),
      ours_((std::filesystem::path(folder_) / config::kDropInFolder / kOurFile).string()) {}

int SetupDialogue::run() {
  if (!load_present()) return exit_status(ErrorCode::kConfig);
  if (!options_.yes) {
    std::cout << "Setting up airspool. Enter keeps what stands in [brackets]; nothing is written before the end.\n\n";
  }
  if (!ask_all()) {
    if (input_ended_) std::cerr << "\nairspool: the answers ended too early; nothing was changed\n";
    return input_ended_ ? EX_NOINPUT : EX_USAGE;
  }
  if (failed_) {
    std::cerr << "airspool: a check failed, so nothing was changed; --no-check keeps the answers all the same\n";
    return kSomethingFailed;
  }
  return write();
}

bool SetupDialogue::load_present() {
  config::LoadRequest request;
  request.default_file = file_;
  request.board = config::recognise_board();
  config::LoadResult present = config::load(request);
  request.without = ours_;
  config::LoadResult others = config::load(request);
  if (!others) {
    std::cerr << others.error().text() << "airspool: mend this first\n";
    return false;
  }
  // A broken file of our own is no loss: it is written anew.
  present_ = present ? *std::move(present) : *others;
  others_ = *std::move(others);
  return true;
}

config::LoadResult SetupDialogue::with_answers(bool in_memory) const {
  config::LoadRequest request;
  request.default_file = file_;
  request.board = others_.board;
  request.without = ours_;
  for (const auto& [key, value] : answers_) {
    const auto secret = std::find_if(secrets_.begin(), secrets_.end(),
                                     [&, &wanted = value](const Secret& one) { return one.named == wanted; });
    const bool typed = in_memory && secret != secrets_.end();
    request.settings.push_back({kOption, key + "=" + (typed ? secret->memory.path() : value)});
  }
  return config::load(request);
}

SetupDialogue::Complaint SetupDialogue::refusal() const {
  const config::LoadResult loaded = with_answers(true);
  if (loaded) return std::nullopt;
  return loaded.error().list.front().message;
}

bool SetupDialogue::ask(const std::string& question, const std::optional<std::string>& flag, const std::string& present,
                        const std::function<Complaint(const std::string&)>& take, const std::function<bool()>& check) {
  const std::size_t before = answers_.size();
  bool from_flag = flag.has_value() || options_.yes;
  for (;;) {
    while (answers_.size() > before) answers_.pop_back();
    const auto answer = from_flag ? flag.value_or(present) : Prompt::line(question, present);
    if (!answer) {
      input_ended_ = true;
      return false;
    }
    Complaint complaint = take(*answer);
    if (input_ended_) return false;
    if (!complaint) complaint = refusal();
    if (complaint) {
      (options_.yes ? std::cerr : std::cout) << (options_.yes ? "airspool: " : "  ") << *complaint << '\n';
      if (options_.yes) return false;
      from_flag = false;
      continue;
    }
    if (!check || options_.no_check || check()) return true;
    if (options_.yes) {
      failed_ = true;
      return true;
    }
    const auto keep = Prompt::yes("Keep this answer all the same?", false);
    if (!keep) input_ended_ = true;
    if (!keep || *keep) return keep.has_value();
    from_flag = false;
  }
}

bool SetupDialogue::check(const std::function<bool(const config::Config&)>& look) {
  config::LoadResult loaded = with_answers(true);
  if (!loaded) return false;
  service_.resolve(loaded->config);
  return look(loaded->config);
}

bool SetupDialogue::ask_all() {
  CheckPrinter printer;
  const auto print = [&](const auto& part) { printer.take(part); };
  const auto taking = [this](Complaint (SetupDialogue::*take)(const std::string&)) {
    return [this, take](const std::string& text) { return (this->*take)(text); };
  };
  const config::Config& now = present_.config;

  if (!ask("1/6  Name of this station", options_.name, now.station.name, taking(&SetupDialogue::take_name))) {
    return false;
  }
  const std::string position = position_text(now.station);
  if (!ask("2/6  Where is the antenna: latitude, longitude in degrees, height in m (or none)", options_.position,
           position.empty() ? "none" : position, taking(&SetupDialogue::take_position))) {
    return false;
  }
  const auto radio_check = [&] {
    return check([&](const config::Config& config) { return collector::check_source(config, clock_, print).good; });
  };
  std::string source = "auto";
  if (now.radio.source == config::RadioSource::kNone) source = "none";
  if (now.radio.source == config::RadioSource::kSim) source = "sim";
  if (now.radio.source == config::RadioSource::kRtlSdr) source = "rtlsdr";
  if (!ask("3/6  Radio: auto (a dongle when there is one), none, or sim (a simulated sky)", options_.radio, source,
           taking(&SetupDialogue::take_radio), radio_check)) {
    return false;
  }
  const auto opensky_check = [&] {
    return check([&](const config::Config& config) {
      return !config.opensky.enabled || collector::check_opensky(config, clock_, print).good;
    });
  };
  if (!ask("4/6  OpenSky: no, anonymous, the file with your credentials, or a client id", options_.opensky,
           present_opensky(), taking(&SetupDialogue::take_opensky), opensky_check)) {
    return false;
  }
  const auto sink_check = [&] {
    if (sink_.empty()) return true;
    return check([&](const config::Config& config) {
      const auto checks = collector::check_uplink(config, {.only = sink_}, clock_, print);
      return checks && std::all_of(checks->begin(), checks->end(), [](const auto& one) { return one.good; });
    });
  };
  std::string others;
  for (const config::Sink& sink : others_.config.sinks) others += (others.empty() ? "" : ", ") + sink.name;
  const config::Sink* sink = present_sink();
  if (!ask("5/6  Where to send: mqtt://host, mqtts://host, kafka://host:9092, msk://host:9098, a /folder, or none" +
               (others.empty() ? "" : " (beside what the files name: " + others + ")"),
           options_.send_to, sink == nullptr ? "none" : destination_text(*sink),
           taking(&SetupDialogue::take_destination), sink_check)) {
    return false;
  }
  const bool open = !now.status.listen.starts_with("127.") && !now.status.listen.starts_with("[::1]");
  return ask("6/6  May others on the network see the page of this box (yes/no)", options_.page, open ? "yes" : "no",
             taking(&SetupDialogue::take_page));
}

SetupDialogue::Complaint SetupDialogue::take_name(const std::string& text) {
  if (text != others_.config.station.name) set("station.name", text);
  return std::nullopt;
}

SetupDialogue::Complaint SetupDialogue::take_position(const std::string& text) {
  if (is_no(text)) return std::nullopt;
  const auto position = read_position(text);
  if (!position) return "write it as 48.137, 11.576 or 48.137, 11.576, 520";
  if (text == position_text(others_.config.station)) return std::nullopt;
  set("station.lat", position->lat);
  set("station.lon", position->lon);
  if (!position->alt_m.empty()) set("station.alt_m", position->alt_m);
  return std::nullopt;
}

SetupDialogue::Complaint SetupDialogue::take_radio(const std::string& text) {
  const auto origin = others_.origins.find("radio.source");
  if (origin == others_.origins.end() && text == "auto") return std::nullopt;
  set("radio.source", text);
  return std::nullopt;
}

std::string SetupDialogue::present_opensky() const {
  const config::OpenSky& opensky = present_.config.opensky;
  if (!opensky.enabled) return "no";
  return opensky.credentials_file.value_or(opensky.client_id.value_or("anonymous"));
}

SetupDialogue::Complaint SetupDialogue::keep_secret(const std::string& key, const std::string& name,
                                                    const std::string& content) {
  auto memory = SecretInMemory::create(content);
  if (!memory) return memory.error().message;
  // Where the package has made a folder for secrets, the service gets them from there.
  const std::filesystem::path secrets = std::filesystem::path(folder_) / "secrets";
  std::error_code error;
  const bool for_root = secrets == service_.folder && std::filesystem::is_directory(secrets, error);
  const std::string file = ((for_root ? secrets : std::filesystem::path(folder_)) / name).string();
  const std::string named = for_root ? service_.seen_by_service + name : file;
  std::erase_if(secrets_, [&](const Secret& one) { return one.file == file; });
  secrets_.push_back({file, named, for_root, content, std::move(*memory)});
  set(key, named);
  return std::nullopt;
}

SetupDialogue::Complaint SetupDialogue::take_opensky(const std::string& text) {
  const config::OpenSky& others = others_.config.opensky;
  if (is_no(text)) {
    if (others.enabled) set("opensky.enabled", "false");
    return std::nullopt;
  }
  if (text == "anonymous" && others.has_credentials()) {
    return "the files name credentials of OpenSky: remove them there to ask without";
  }
  if (auto complaint = take_opensky_account(text)) return complaint;
  return take_area();
}

SetupDialogue::Complaint SetupDialogue::take_opensky_account(const std::string& text) {
  const config::OpenSky& others = others_.config.opensky;
  if (text == "anonymous") {
    if (!others.enabled) set("opensky.enabled", "true");
    return std::nullopt;
  }
  if (text == others.credentials_file || text == others.client_id) return std::nullopt;
  if (text.find('/') != std::string::npos) {
    if (text.starts_with(service_.folder + "/")) {
      set("opensky.credentials_file", service_.seen_by_service + text.substr(service_.folder.size() + 1));
      return std::nullopt;
    }
    // One that we put there before, or that lies where the service looks for it.
    if (text == present_.config.opensky.credentials_file || text.starts_with(folder_ + "/")) {
      set("opensky.credentials_file", text);
      return std::nullopt;
    }
    const auto content = content_of(text);
    if (!content) return text + ": cannot be read as a file of credentials";
    return keep_secret("opensky.credentials_file", "opensky.json", *content);
  }
  const auto& kept = present_.config.opensky.client_secret_file;
  std::optional<std::string> secret;
  if (options_.secret_file) {
    secret = content_of(*options_.secret_file);
    if (!secret) return *options_.secret_file + ": cannot be read as a file with a secret";
  } else if (!options_.yes) {
    secret = Prompt::secret("     Its secret (not shown" + std::string(kept ? "; Enter keeps it)" : ")"));
    if (!secret) {
      input_ended_ = true;
      return std::nullopt;
    }
  }
  set("opensky.client_id", text);
  if (secret && !secret->empty()) return keep_secret("opensky.client_secret_file", "opensky.secret", *secret);
  if (!kept) return "a client id needs its secret: --opensky-secret-file";
  set("opensky.client_secret_file", *kept);
  return std::nullopt;
}

SetupDialogue::Complaint SetupDialogue::take_area() {
  const config::OpenSky& others = others_.config.opensky;
  if (!others.areas.empty() || others.around || !others.icao24.empty() || others.own) return std::nullopt;
  const config::LoadResult so_far = with_answers(true);
  const auto position = so_far ? so_far->config.station.position() : std::nullopt;
  if (!position) {
    return "OpenSky is asked for the sky around the antenna, and its position is not known: answer the question "
           "before, or write an area into [opensky]";
  }
  const auto& around = present_.config.opensky.around;
  const double radius = options_.radius_km > 0.0 ? options_.radius_km : around ? around->radius_km : kUsualRadiusKm;
  set("opensky.around.lat", std::to_string(position->latitude_deg));
  set("opensky.around.lon", std::to_string(position->longitude_deg));
  set("opensky.around.radius_km", std::to_string(radius));
  return std::nullopt;
}

const config::Sink* SetupDialogue::present_sink() const {
  for (const config::Sink& sink : present_.config.sinks) {
    const auto& others = others_.config.sinks;
    if (std::none_of(others.begin(), others.end(), [&](const config::Sink& one) { return one.name == sink.name; })) {
      return &sink;
    }
  }
  return nullptr;
}

std::string SetupDialogue::free_name(const std::string& type) const {
  std::string name = type;
  const auto taken = [&](const config::Sink& sink) { return sink.name == name; };
  const auto& sinks = others_.config.sinks;
  for (int i = 2; std::any_of(sinks.begin(), sinks.end(), taken); ++i) name = type + "-" + std::to_string(i);
  return name;
}

SetupDialogue::Complaint SetupDialogue::take_destination(const std::string& text) {
  sink_.clear();
  if (is_no(text)) return std::nullopt;
  const auto to = read_destination(text);
  if (!to) return "write it as mqtt://host:1883, kafka://host:9092,other:9092, msk://host:9098 or /a/folder";
  if (text.find('@') != std::string::npos) {
    return "leave the user and the password out of it: they are asked for, and go into a file of their own";
  }
  sink_ = free_name(to->type);
  const std::string sink = "sink." + sink_ + ".";
  set(sink + "type", to->type);
  for (const auto& [key, value] : to->keys) set(sink + key, value);
  return to->takes_login ? take_login(sink, to->type == "kafka") : std::nullopt;
}

SetupDialogue::Complaint SetupDialogue::take_login(const std::string& sink, bool kafka) {
  const config::Sink* before = present_sink();
  if (before != nullptr && before->name != sink_) before = nullptr;
  const std::string present = before != nullptr ? before->username.value_or("none") : "none";
  std::optional<std::string> user = options_.username;
  if (!user) user = options_.yes ? present : Prompt::line("     User name", present);
  if (!user) {
    input_ended_ = true;
    return std::nullopt;
  }
  if (is_no(*user)) return std::nullopt;
  set(sink + "username", *user);
  if (kafka) set(sink + "security", "scram-sha-512");
  if (options_.password_file) {
    set(sink + "password_file", *options_.password_file);
    return std::nullopt;
  }
  const std::string kept = before != nullptr ? before->password_file.value_or("") : "";
  std::optional<std::string> password = "";
  if (!options_.yes) {
    password = Prompt::secret("     Password (not shown" + std::string(kept.empty() ? ")" : "; Enter keeps it)"));
  }
  if (!password) {
    input_ended_ = true;
    return std::nullopt;
  }
  if (!password->empty()) return keep_secret(sink + "password_file", sink_ + ".password", *password);
  if (kept.empty()) return "a user needs a password: --password-file";
  set(sink + "password_file", kept);
  return std::nullopt;
}

SetupDialogue::Complaint SetupDialogue::take_page(const std::string& text) {
  const std::string& listen = present_.config.status.listen;
  const std::string port = listen.substr(listen.rfind(':'));
  const bool open = text == "yes" || text == "y";
  if (!open && !is_no(text) && text != "n") return "yes or no";
  const bool is_open = !listen.starts_with("127.") && !listen.starts_with("[::1]");
  const std::string wanted = open == is_open ? listen : (open ? "0.0.0.0" : "127.0.0.1") + port;
  if (wanted != others_.config.status.listen) set("status.listen", wanted);
  return std::nullopt;
}

int SetupDialogue::write() {
  // Those of answers that were given up are not kept.
  std::erase_if(secrets_, [this](const Secret& secret) {
    return std::none_of(answers_.begin(), answers_.end(),
                        [&](const Answer& one) { return one.second == secret.named; });
  });
  const config::LoadResult loaded = with_answers(false);
  if (!loaded) {
    std::cerr << loaded.error().text();
    return exit_status(ErrorCode::kConfig);
  }
  const std::string text = config::given_text(*loaded, kOption);
  std::cout << "\nThis goes into " << ours_ << ":\n\n" << (text.empty() ? "(nothing but a comment)\n" : text);
  for (const Secret& secret : secrets_) std::cout << "\nand a secret into " << secret.file << " (mode 0600)\n";
  if (!options_.yes) {
    const auto write_it = Prompt::yes("\nWrite it?", true);
    if (!write_it || !*write_it) {
      std::cout << "nothing was changed\n";
      return write_it ? 0 : EX_NOINPUT;
    }
  }
  for (const Secret& secret : secrets_) {
    if (const auto done =
            write_whole_file(secret.file, secret.content, secret.for_root ? FileFor::kRoot : FileFor::kService);
        !done)
      return report(done.error());
  }
  if (const auto done = write_whole_file(ours_, kHeading + text, FileFor::kAll); !done) return report(done.error());
  std::cout << "\nWritten. To start with it: sudo systemctl restart airspool\n"
               "Then: airspool status, and if something is wrong: airspool check\n";
  return 0;
}

}  // namespace airspool::cli
