// SPDX-License-Identifier: Apache-2.0
#include <string>
#include <string_view>

#include <airspool/config/reference.h>

#include "cli/documents.h"
#include "cli/roff.h"

namespace airspool::cli {
namespace {

using config::KeyDoc;

std::string without_brackets(std::string text) {
  for (auto at = text.find("[]"); at != std::string::npos; at = text.find("[]", at)) text.erase(at, 2);
  return text;
}

std::string section_of(const KeyDoc& doc) { return doc.path.substr(0, doc.path.rfind('.')); }
std::string key_of(const KeyDoc& doc) {
  const std::string key = doc.path.substr(doc.path.rfind('.') + 1);
  return key == "*" ? "\"any.name\"" : key;
}

// "[radio]", "[[sink]]".
std::string header_of(const std::string& section) {
  const std::string name = without_brackets(section);
  return section.ends_with("[]") ? "[[" + name + "]]" : "[" + name + "]";
}

std::string facts_of(const KeyDoc& doc) {
  std::string facts = doc.required ? "Required." : "Default: " + doc.default_value + ".";
  if (!doc.applies_to.empty()) facts += " For sinks of type: " + doc.applies_to + ".";
  if (doc.secret) facts += " Never shown with its secrets.";
  return facts;
}

// A cell of a table: its borders are not to be read as such.
std::string cell(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '|' || c == '<' || c == '*') out += '\\';
    out += c;
  }
  return out;
}

}  // namespace

std::string markdown_of_configuration() {
  std::string out =
      "# The configuration of Airspool " AIRSPOOL_VERSION
      "\n\nMade by `airspool config docs`. The file is TOML, `/etc/airspool/airspool.toml` or what `--config` names. "
      "Later layers win:\nbuilt-in defaults, the board's, the file, `conf.d/*.toml` beside it in the order of their "
      "names, the environment\n(`AIRSPOOL_<SECTION>__<KEY>`), the command line (`--set section.key=value`). "
      "`airspool config show` tells where each value is from.\n";
  std::string current;
  for (const KeyDoc& doc : config::key_docs()) {
    if (section_of(doc) != current) {
      current = section_of(doc);
      out += "\n## `" + header_of(current) + "`\n\n| key | takes | default | |\n|---|---|---|---|\n";
    }
    std::string remarks = doc.doc;
    if (!doc.applies_to.empty()) remarks += " Sinks of type: " + doc.applies_to + ".";
    out += "| `" + key_of(doc) + "` | " + cell(doc.type) + " | " +
           (doc.required ? "required" : cell(doc.default_value)) + " | " + cell(remarks) + " |\n";
  }
  return out;
}

std::string manual_of_configuration() {
  std::string out = roff_title("AIRSPOOL.TOML", 5) +
                    ".SH NAME\nairspool.toml \\- configuration of airspool\n.SH SYNOPSIS\n"
                    ".I /etc/airspool/airspool.toml\n.br\n.I /etc/airspool/conf.d/*.toml\n.SH DESCRIPTION\n"
                    "The file is TOML. Everything has a default: a key that is not there keeps it.\n.PP\n"
                    "Later layers win: what is built in; the board's overlay in\n"
                    ".IR /usr/share/airspool/boards ;\nthe file;\n.I conf.d/*.toml\n"
                    "beside it, in the order of their names; the environment; the command line.\n"
                    "A list such as [[sink]] in conf.d adds to what the file has; a sink of the same name changes only "
                    "its keys.\n.PP\n"
                    "A variable\n.B AIRSPOOL_\\fISECTION\\fB__\\fIKEY\n"
                    "sets one key, and\n.B AIRSPOOL_SINK__\\fINAME\\fB__\\fIKEY\none of a sink: "
                    "AIRSPOOL_RADIO__GAIN=38.6, AIRSPOOL_SINK__HOME__TOPIC=t.\n"
                    "One with two underscores that names no key is an error.\n.PP\n"
                    "Nothing secret stands in the file: keys that end in _file name the files that hold it, which only "
                    "their owner may read.\n.PP\n"
                    ".B airspool config check\ntells all mistakes at once,\n.B airspool config show\n"
                    "each value and where it is from.\n";
  std::string current;
  for (const KeyDoc& doc : config::key_docs()) {
    if (section_of(doc) != current) {
      current = section_of(doc);
      out += ".SH \"" + roff_literal(header_of(current)) + "\"\n";
    }
    out += ".TP\n.B " + roff_literal(key_of(doc)) + "\n" + roff(doc.doc) + "\n.br\nTakes " + roff(doc.type) + ". " +
           roff(facts_of(doc)) + "\n";
  }
  return out +
         ".SH FILES\n.TP\n.I /usr/share/doc/airspool/examples\nWhole configurations for common set-ups.\n"
         ".SH SEE ALSO\n.BR airspool (1)\n";
}

}  // namespace airspool::cli
