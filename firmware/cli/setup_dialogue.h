// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <airspool/collector/chain_check.h>
#include <airspool/config/load.h>
#include <airspool/core/clock.h>
#include <airspool/core/result.h>

#include "cli/service_secrets.h"
#include "cli/setup_files.h"

namespace airspool::cli {

// The answers that stand on the command line; nothing: it is asked.
struct SetupOptions {
  std::string file;  // empty: the default one
  std::optional<std::string> name;
  std::optional<std::string> position;
  std::optional<std::string> radio;
  std::optional<std::string> opensky;
  std::optional<std::string> secret_file;  // of an OpenSky client id
  double radius_km = 0.0;                  // 0: what there is, else 200
  std::optional<std::string> send_to;
  std::optional<std::string> username;
  std::optional<std::string> password_file;
  std::optional<std::string> page;
  bool yes = false;
  bool no_check = false;
};

// The questions of `airspool setup`, one after another, each answer tried at once. Nothing is written before the last
// answer; then one file, conf.d/50-setup.toml, and the secrets that were typed. One thread.
class SetupDialogue {
 public:
  explicit SetupDialogue(SetupOptions options);
  // The exit status.
  int run();

 private:
  using Answer = std::pair<std::string, std::string>;  // key, value
  // A secret in `memory` until it lies in `file`; `named` is what the configuration calls it.
  struct Secret {
    std::string file;
    std::string named;
    bool for_root = false;  // root alone, who hands it to the service
    std::string content;
    SecretInMemory memory;
  };
  // An answer is wrong, with the reason; or it was taken.
  using Complaint = std::optional<std::string>;

  bool load_present();
  // Asks until `take` is content and, where there is a `check`, it is good or the user keeps it all the same.
  bool ask(const std::string& question, const std::optional<std::string>& flag, const std::string& present,
           const std::function<Complaint(const std::string&)>& take, const std::function<bool()>& check = {});
  bool ask_all();
  Complaint take_name(const std::string& text);
  Complaint take_position(const std::string& text);
  Complaint take_radio(const std::string& text);
  Complaint take_opensky(const std::string& text);
  Complaint take_opensky_account(const std::string& text);
  Complaint take_area();
  Complaint take_destination(const std::string& text);
  Complaint take_login(const std::string& sink, bool kafka);
  Complaint take_page(const std::string& text);
  Complaint keep_secret(const std::string& key, const std::string& name, const std::string& content);

  // The answers so far on top of what the other files say; `in_memory`: secrets where they are now.
  [[nodiscard]] config::LoadResult with_answers(bool in_memory) const;
  // What is wrong with them, if anything.
  [[nodiscard]] Complaint refusal() const;
  void set(const std::string& key, const std::string& value) { answers_.emplace_back(key, value); }
  [[nodiscard]] std::string present_opensky() const;
  // The sink that setup made before.
  [[nodiscard]] const config::Sink* present_sink() const;
  [[nodiscard]] std::string free_name(const std::string& type) const;
  bool check(const std::function<bool(const config::Config&)>& look);
  int write();

  SetupOptions options_;
  std::string file_;    // the main one
  std::string folder_;  // of it
  std::string ours_;
  ServiceSecrets service_;
  config::Loaded others_;   // without our file
  config::Loaded present_;  // with it
  std::vector<Answer> answers_;
  std::vector<Secret> secrets_;
  std::string sink_;  // the name of the sink that was answered
  SystemClock clock_;
  bool input_ended_ = false;
  bool failed_ = false;  // a check failed, and nobody is there to be asked
};

}  // namespace airspool::cli
