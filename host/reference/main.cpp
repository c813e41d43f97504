// SPDX-License-Identifier: GPL-3.0-or-later
//
// slipway-reference DIR: writes the manual pages and the completions of the command line into DIR. Part of
// the build; not installed.
#include "completion.hpp"
#include "manual.hpp"

#include <support/fs.hpp>

#include <cstdio>

namespace slipway::reference {

namespace {

support::Result<void> write_all(const std::string& folder) {
    SLIPWAY_TRY(support::make_dirs(folder));
    const auto write = [&](const std::string& name, const std::string& text) {
        return support::write_file(folder + "/" + name, text);
    };
    SLIPWAY_TRY(write("slipway.1", overview_page()));
    for (const host::Command& command : host::commands())
        SLIPWAY_TRY(write("slipway-" + command.spec.name + ".1", command_page(command.spec)));
    SLIPWAY_TRY(write("slipway-chain.5", chain_page()));
    SLIPWAY_TRY(write("slipway.bash", bash_completion()));
    SLIPWAY_TRY(write("_slipway", zsh_completion()));
    return write("slipway.fish", fish_completion());
}

} // namespace

} // namespace slipway::reference

int main(int argc, char** argv) {
    if (argc != 2) {
        (void)std::fputs("usage: slipway-reference DIR\n", stderr);
        return 2;
    }
    auto written = slipway::reference::write_all(argv[1]);
    if (written) return 0;
    (void)std::fprintf(stderr, "slipway-reference: %s\n", written.error().message().c_str());
    return 1;
}
