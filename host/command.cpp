// SPDX-License-Identifier: GPL-3.0-or-later
#include "command.hpp"

#include "tell.hpp"

#include <fmt/format.h>
#include <support/fs.hpp>

namespace slipway::host {

std::vector<Option> operator+(std::vector<Option> a, const std::vector<Option>& b) {
    a.insert(a.end(), b.begin(), b.end());
    return a;
}

std::vector<Option> chain_options() {
    return {
        {"set", 0, "PATH=VALUE", "change the chain for this run: stages.publish.with.remote=…, vars.x=…"},
        {"override", 0, "STAGE=PLUGIN[:OPTIONS]",
         "do a stage with another plugin; OPTIONS: {…}, or a file that holds them"},
        {"overrides", 0, "FILE", "the same for several stages, as a JSON object; may be repeated"},
        {"epoch", 0, "SECONDS", "SOURCE_DATE_EPOCH of the run; default: that variable, else today 00:00 UTC"},
        {"no-mocks", 0, "", "refuse a chain that has mocked stages"}};
}

std::vector<Option> state_options() {
    return {
        {"state", 0, "DIR",
         "the state folder; default: $SLIPWAY_STATE, /var/lib/slipway as root, else ~/.local/state/slipway"}};
}

std::vector<Option> plugin_options() {
    return {{"plugin-dir", 0, "DIR", "look for plugins here first; may be repeated"}};
}

std::vector<Option> wait_options() {
    return {{"wait", 0, "", "if another slipway works in the state folder, wait until it is done"}};
}

std::vector<Option> execute_options() {
    return {{"jobs", 'j', "N", "stages at a time, and cores for them all; default: all cores"},
            {"isolation",
             0,
             "MODE",
             "process (default), or none: in this process, for a debugger",
             {"process", "none"}},
            {"sandbox",
             0,
             "MODE",
             "required, best-effort or off, instead of what the chain says",
             {"required", "best-effort", "off"}},
            {"secrets", 0, "FILE", "where secrets come from: files, programs, credentials, the environment"},
            {"quiet", 'q', "", "say nothing but warnings and errors"},
            {"json", 0, "", "events as JSON, one a line, on standard output"}};
}

int deliver(const Arguments& arguments, const support::Result<std::string>& text) {
    if (!text) return complain(text.error());
    if (!arguments.has("output")) {
        fmt::print("{}", text.value());
        return exit_done;
    }
    const auto written = support::write_file(arguments.value("output"), text.value());
    return written ? int{exit_done} : complain(written.error());
}

int complain(const support::Error& error) {
    std::string text = fmt::format("slipway: {}\n", error.what);
    for (const std::string& line : error.trace)
        text += fmt::format("    {}\n", line);
    if (!error.hint.empty()) text += fmt::format("  hint: {}\n", error.hint);
    tell(Priority::error, text);
    return exit_usage;
}

} // namespace slipway::host
