// SPDX-License-Identifier: GPL-3.0-or-later
#include "manual.hpp"
#include "roff.hpp"

#include <config/chain_file.hpp>
#include <fmt/format.h>
#include <support/json.hpp>

#include <algorithm>

namespace slipway::reference {

namespace json = support::json;

namespace {

constexpr const char* example = R"({
  "slipway": 1,
  "name": "first",
  "version": "${date:%d%m%Y}",
  "stages": [
    { "id": "hello", "use": "exec",
      "with": { "command": ["printf", "hello\n"],
                "ports": { "outputs": [{ "name": "text", "type": "text/plain" }] },
                "stdout": "text" } },
    { "id": "archive", "use": "compress", "with": { "format": "xz" } }
  ]
})";

struct Row {
    const char* written;
    const char* is;
};

constexpr Row variables[] = {
    {"${date:FORMAT}", "the run's epoch in UTC by `strftime`(3)"},
    {"${NAME}", "a value of `vars`"},
    {"${version}", "the chain's version"},
    {"${AXIS}", "the value of an axis in this cell"},
    {"${STAGE.PORT.MEMBER}", "a member of the JSON document that a stage above wrote"},
    {"$${", "a plain ${"},
};

std::string facts(const json::Value& key, bool required) {
    std::string out = key["type"].as_string();
    if (required) out += ", required";
    if (const json::Value* fallback = key.find("default")) out += ", default " + json::dump(*fallback);
    return out;
}

void keys(Page& page, const json::Value& object) {
    const json::Array& required = object["required"].as_array();
    for (const json::Member& member : object["properties"].as_object()) {
        const bool needed = std::ranges::find(required, json::Value(member.key)) != required.end();
        page.item(bold(member.key) + " (" + roff(facts(member.value, needed)) + ")",
                  member.value["description"].as_string());
    }
}

} // namespace

std::string chain_page() {
    const auto parsed = json::parse(config::chain_schema_text());
    const json::Value& schema = parsed.value();
    Page page("slipway-chain", 5, "the file that tells slipway what to run");
    page.section("DESCRIPTION")
        .text("A chain is JSON in UTF-8; comments (`//` and `/* */`) and trailing commas are allowed. Other "
              "keys\n"
              "than these are errors. `slipway validate` checks a file, and `slipway inspect` shows which "
              "options\n"
              "a stage has. Relative paths start at the chain file's folder.");
    page.section("KEYS OF THE CHAIN");
    keys(page, schema);
    page.section("KEYS OF A STAGE");
    keys(page, schema["definitions"]["stage"]);
    page.section("VARIABLES").text("They are replaced in every string of a stage's options.");
    for (const Row& row : variables)
        page.item(bold(row.written), row.is);
    page.section("SECRETS").text(
        "`{\"secret\": \"NAME\"}` stands for a secret where an option allows one: the variable NAME of the\n"
        "environment, or the file NAME in the folder CREDENTIALS_DIRECTORY. The value is never written into\n"
        "a chain.");
    page.section("EXAMPLE").example(example);
    page.section("SEE ALSO").text("`slipway`(1), `slipway-validate`(1), `slipway-plan`(1)");
    return page.take();
}

} // namespace slipway::reference
