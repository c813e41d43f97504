// SPDX-License-Identifier: GPL-3.0-or-later
#include "manual.hpp"

#include "roff.hpp"

#include <fmt/format.h>

namespace slipway::reference {

using host::CommandSpec;
using host::Option;

namespace {

std::string option_term(const Option& option) {
    std::string term = option.letter != 0 ? bold("-" + std::string(1, option.letter)) + ", " : "";
    term += bold("--" + option.name);
    return option.value_name.empty() ? term : term + " " + italic(option.value_name);
}

std::string reference(const std::string& name, int section) {
    return fmt::format("{}({})", bold(name), section);
}

void exit_status(Page& page) {
    page.section("EXIT STATUS");
    for (const host::ExitCode& code : host::exit_codes())
        page.item(bold(std::to_string(code.number)), code.meaning);
}

struct Variable {
    const char* name;
    const char* meaning;
};

constexpr Variable environment[] = {
    {"SLIPWAY_STATE", "the state folder, unless --state names one"},
    {"SLIPWAY_PLUGIN_PATH", "folders with stage plugins, separated by colons; --plugin-dir comes before"},
    {"SOURCE_DATE_EPOCH", "the time that a run takes for now, in seconds since 1970; --epoch comes before"},
    {"CREDENTIALS_DIRECTORY", "a folder with one file for each secret, as systemd makes it; a variable with "
                              "the secret's name comes before"},
    {"JOURNAL_STREAM", "set by systemd: every line on standard error begins with its priority then"},
    {"NO_COLOR", "no colours on a terminal"},
};

constexpr Variable files[] = {
    {"/var/lib/slipway", "the state folder of root and of the service"},
    {"~/.local/state/slipway", "the state folder of anybody else"},
    {"/etc/slipway", "plugins of this machine (*.so)"},
    {"/etc/slipway/chains", "chains that the units slipway@.timer and slipway@.service run"},
    {"/etc/slipway/credentials", "secrets of those units, one a file, for root alone"},
};

} // namespace

std::string overview_page() {
    Page page("slipway", 1, host::purpose);
    page.section("SYNOPSIS").text("`slipway` COMMAND [OPTION...] [ARGUMENT...]");
    page.section("DESCRIPTION")
        .text("Slipway runs chains: JSON files that list the stages from packages to a published image and "
              "its\n"
              "verification. Stages are plugins. Every step is recorded, reproducible and resumable.");
    page.section("COMMANDS");
    for (const host::Command& command : host::commands())
        page.item(reference("slipway-" + command.spec.name, 1), command.spec.summary);
    exit_status(page);
    page.section("ENVIRONMENT");
    for (const Variable& variable : environment)
        page.item(bold(variable.name), variable.meaning);
    page.section("FILES");
    for (const Variable& file : files)
        page.item(italic(file.name), file.meaning);
    page.section("SEE ALSO").text("`slipway-chain`(5)");
    return page.take();
}

std::string command_page(const CommandSpec& spec) {
    Page page("slipway-" + spec.name, 1, spec.summary);
    page.section("SYNOPSIS").text("`slipway " + spec.name + "` [OPTION...] " + spec.arguments);
    page.section("DESCRIPTION").text(spec.text);
    page.section("OPTIONS");
    for (const Option& option : spec.options)
        page.item(option_term(option), option.help);
    page.item(option_term(host::help_option()), host::help_option().help);
    page.section("EXAMPLE").example(spec.example);
    exit_status(page);
    page.section("SEE ALSO").text("`slipway`(1), `slipway-chain`(5)");
    return page.take();
}

} // namespace slipway::reference
