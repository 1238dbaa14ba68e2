// SPDX-License-Identifier: Apache-2.0
#include <memory>
#include <optional>
#include <string>

#include <CLI/CLI.hpp>
#include <signal.h>

#include <airspool/core/log.h>

#include "cli/commands.h"
#include "cli/setup_dialogue.h"

namespace airspool::cli {

void add_setup(CLI::App& app, int& exit_code) {
  CLI::App* command =
      app.add_subcommand("setup", "Six questions, each answer tried at once, and the box is configured");
  auto options = std::make_shared<SetupOptions>();
  command->add_option("--config", options->file, "The main file; the answers go into conf.d beside it")
      ->type_name("FILE");
  command->add_option("--name", options->name, "Name of the station; {hostname} and {machine_id} expand");
  command->add_option("--position", options->position, "\"48.137, 11.576\" or \"48.137, 11.576, 520\", or none");
  command->add_option("--radio", options->radio, "auto, none or sim");
  command->add_option("--opensky", options->opensky, "no, anonymous, a file of credentials, or a client id");
  command->add_option("--opensky-secret-file", options->secret_file, "File with the secret of the client id");
  command->add_option("--radius-km", options->radius_km, "How far around the antenna OpenSky is asked; 200 at first")
      ->check(CLI::Range(1.0, 20000.0));
  command->add_option("--send-to", options->send_to,
                      "mqtt://, mqtts://, kafka://, kafkas://, msk://, a folder, or none");
  command->add_option("--username", options->username, "User at the broker, or none");
  command->add_option("--password-file", options->password_file, "File with the password, chmod 600");
  command->add_option("--page", options->page, "yes: others on the network may see the page of this box");
  command->add_flag("--yes", options->yes, "Ask nothing: what no option answers stays as it is");
  command->add_flag("--no-check", options->no_check, "Do not try the answers");
  command->footer(
      "\nNothing is written before the last answer: Ctrl-C changes nothing. Then the answers stand in\n"
      "conf.d/50-setup.toml, secrets in files of their own (mode 0600), and what was written by hand stays as it is.\n"
      "Run it again as often as you like; the answers of before are what Enter keeps.\n"
      "  sudo airspool setup\n"
      "  sudo airspool setup --yes --position '48.137, 11.576' --opensky anonymous --send-to mqtt://192.168.1.5\n"
      "Exit status 0: done; 1: an answer failed its check; 64: an answer is wrong; 66: the answers ended; 78: the\n"
      "configuration was wrong before.");
  command->callback([options, &exit_code] {
    log::set_level(log::Level::kError);
    ::signal(SIGPIPE, SIG_IGN);
    exit_code = SetupDialogue(*options).run();
  });
}

}  // namespace airspool::cli
