// SPDX-License-Identifier: Apache-2.0
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include <CLI/CLI.hpp>

#include <airspool/config/load.h>
#include <airspool/config/reference.h>

#include "cli/documents.h"
#include "cli/roff.h"

namespace airspool::cli {
namespace {

// Hidden commands have no group.
std::vector<CLI::App*> commands_of(CLI::App& app) {
  return app.get_subcommands([](const CLI::App* command) { return !command->get_group().empty(); });
}

std::vector<CLI::Option*> options_of(CLI::App& app) {
  return app.get_options([](const CLI::Option* option) { return !option->get_group().empty(); });
}

std::string argument_of(const CLI::Option& option) {
  if (option.get_expected_max() == 0) return "";
  const std::string type = option.get_type_name();
  return type.empty() ? "VALUE" : type;
}

// "-h, --help", or the name of what stands without one.
std::string names_of(const CLI::Option& option) {
  std::string names;
  for (const std::string& name : option.get_snames()) names += (names.empty() ? "-" : ", -") + name;
  for (const std::string& name : option.get_lnames()) names += (names.empty() ? "--" : ", --") + name;
  return names.empty() ? option.get_name() : names;
}

// Commands with what they are called from the program's name on: "airspool spool stat".
void each_command(CLI::App& app, const std::string& name,
                  const std::function<void(CLI::App&, const std::string&)>& visit) {
  visit(app, name);
  for (CLI::App* command : commands_of(app)) each_command(*command, name + " " + command->get_name(), visit);
}

// The footer is laid out by hand: examples in columns.
std::string as_it_stands(std::string_view text) {
  while (text.starts_with('\n')) text.remove_prefix(1);
  return ".PP\n.nf\n" + roff(text) + "\n.fi\n";
}

std::string manual_of(CLI::App& command, const std::string& name) {
  std::string out = ".SS \"" + roff_literal(name) + "\"\n" + roff(command.get_description()) + ".\n";
  for (const CLI::Option* option : options_of(command)) {
    if (option->get_name(false, true).find("--help") != std::string::npos) continue;
    const std::string argument = option->get_positional() ? "" : argument_of(*option);
    out += ".TP\n.BR \"" + roff_literal(names_of(*option)) + "\"";
    if (!argument.empty()) out += " \" \" \"\\fI" + roff_literal(argument) + "\\fR\"";
    out += "\n" + roff(option->get_description()) + ".\n";
  }
  if (const std::string footer = command.get_footer(); !footer.empty()) out += as_it_stands(footer);
  return out;
}

std::string in_quotes(std::string_view words) { return "\"" + std::string(words) + "\""; }

// What may stand behind --set.
std::string keys() {
  std::string words;
  for (const config::KeyDoc& doc : config::key_docs()) {
    if (doc.path.find("[]") == std::string::npos) words += (words.empty() ? "" : " ") + doc.path + "=";
  }
  return words;
}

std::string sections() {
  std::string words;
  std::string last;
  for (const config::KeyDoc& doc : config::key_docs()) {
    std::string section = doc.path.substr(0, doc.path.find_first_of(".["));
    if (section == last) continue;
    words += (words.empty() ? "" : " ") + section;
    last = std::move(section);
  }
  return words;
}

}  // namespace

std::string manual_of_program(CLI::App& app) {
  std::string out = roff_title("AIRSPOOL", 1) +
                    ".SH NAME\nairspool \\- hear aircraft on 1090 MHz, keep what they say, forward it\n"
                    ".SH SYNOPSIS\n.B airspool\n.I COMMAND\n.RI [ OPTION ...]\n.SH DESCRIPTION\n" +
                    roff(app.get_description()) +
                    "\n.PP\nEvery command explains itself with\n.BR \\-\\-help .\n.SH COMMANDS\n";
  each_command(app, app.get_name(), [&](CLI::App& command, const std::string& name) {
    // One with commands of its own only gathers them.
    if (&command != &app && commands_of(command).empty()) out += manual_of(command, name);
  });
  return out +
         ".SH EXIT STATUS\nThat of sysexits.h: 0 good; 1 a check failed; 64 wrong command line; 65 bad data; 66 file "
         "not found; 69 something that is needed is not available; 74 input/output error; 77 not permitted; 78 wrong "
         "configuration.\n.SH ENVIRONMENT\n.TP\n.B AIRSPOOL_\\fISECTION\\fB__\\fIKEY\nSets a key of the "
         "configuration: see\n.BR airspool.toml (5).\n.TP\n.BR https_proxy ,\\  no_proxy\nThe way to OpenSky, and to "
         "brokers over WebSocket.\n.SH FILES\n.TP\n.I " +
         roff_literal(config::kDefaultFile) +
         "\nThe configuration.\n.TP\n.I /var/lib/airspool/spool.db\nWhat is kept until every sink has it.\n"
         ".SH SEE ALSO\n.BR airspool.toml (5)\n";
}

std::string completion_for_bash(CLI::App& app) {
  std::string cases;
  each_command(app, app.get_name(), [&](CLI::App& command, const std::string& name) {
    std::string words;
    const auto add = [&](const std::string& word) { words += (words.empty() ? "" : " ") + word; };
    for (const CLI::App* below : commands_of(command)) add(below->get_name());
    for (const CLI::Option* option : options_of(command)) {
      for (const std::string& long_name : option->get_lnames()) add("--" + long_name);
    }
    if (name == "airspool config keys") add(sections());
    cases += "    " + in_quotes(name) + ") words=" + in_quotes(words) + " ;;\n";
  });
  return "# bash completion for airspool\n"
         "_airspool() {\n"
         "  local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]} path=airspool words= word\n"
         "  COMPREPLY=()\n"
         "  case $previous in\n"
         "    --config | --path | --output)\n"
         "      COMPREPLY=($(compgen -f -- \"$current\"))\n"
         "      return\n"
         "      ;;\n"
         "    --set)\n"
         "      compopt -o nospace\n"
         "      COMPREPLY=($(compgen -W " +
         in_quotes(keys()) +
         " -- \"$current\"))\n"
         "      return\n"
         "      ;;\n"
         "  esac\n"
         "  for word in \"${COMP_WORDS[@]:1:COMP_CWORD-1}\"; do\n"
         "    [[ $word == [a-z]* ]] && _airspool_words \"$path $word\" && path+=\" $word\"\n"
         "  done\n"
         "  _airspool_words \"$path\"\n"
         "  COMPREPLY=($(compgen -W \"$words\" -- \"$current\"))\n"
         "  # Recordings and the like stand without an option before them.\n"
         "  ((${#COMPREPLY[@]})) || COMPREPLY=($(compgen -f -- \"$current\"))\n"
         "}\n\n"
         "# What may stand behind a command; false when there is no such command.\n"
         "_airspool_words() {\n"
         "  case $1 in\n" +
         cases +
         "    *) return 1 ;;\n"
         "  esac\n"
         "}\n\n"
         "complete -F _airspool airspool\n";
}

}  // namespace airspool::cli
