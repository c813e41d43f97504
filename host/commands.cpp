// SPDX-License-Identifier: GPL-3.0-or-later
#include "command.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace slipway::host {

const std::vector<Command>& commands() {
    static const std::vector<Command> all{
        run_command(),        plan_command(),          validate_command(), resume_command(),
        lock_command(),       diff_command(),          status_command(),   runs_command(),
        show_command(),       log_command(),           report_command(),   provenance_command(),
        reproduce_command(),  verify_command(),        export_command(),   import_command(),
        gc_command(),         stages_command(),        inspect_command(),  check_command(),
        new_plugin_command(), install_timer_command(), doctor_command()};
    return all;
}

const std::vector<ExitCode>& exit_codes() {
    static const std::vector<ExitCode> all{
        {exit_done, "done"},          {exit_failed, "a stage failed"}, {exit_usage, "usage or chain error"},
        {exit_conflict, "conflict"},  {exit_differs, "different"},     {exit_waiting, "waiting"},
        {exit_cancelled, "cancelled"}};
    return all;
}

std::string overview() {
    std::string out = fmt::format(
        "slipway - {}\n\nusage: slipway COMMAND [OPTION...] [ARGUMENT...]\n\ncommands:\n", purpose);
    std::size_t width = 0;
    for (const Command& command : commands())
        width = std::max(width, command.spec.name.size());
    for (const Command& command : commands())
        out += fmt::format("  {:<{}}  {}\n", command.spec.name, width, command.spec.summary);
    out += "\nslipway COMMAND --help tells more; slipway --version tells the version.\nexit codes:";
    for (const ExitCode& code : exit_codes())
        out += fmt::format("{} {} {}", code.number == 0 ? "" : ",", code.number, code.meaning);
    return out + "\n";
}

} // namespace slipway::host
