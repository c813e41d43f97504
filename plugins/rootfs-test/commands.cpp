// SPDX-License-Identifier: GPL-3.0-or-later
#include "commands.hpp"

#include "expression.hpp"

namespace slipway::rootfs_test {

using support::Result;

namespace {

std::string exit_text(int code) {
    return "exit code " + std::to_string(code);
}

std::string found_text(const rootfs::Command& command, const rootfs::Ran& ran) {
    if (!ran.late && !ran.ended.failure.empty()) return ran.ended.failure;
    if (ran.late || ran.ended.signal != 0) return "that it " + rootfs::end_text(command, ran);
    return exit_text(ran.ended.code);
}

} // namespace

Result<Check> check_command(const CommandRule& rule, const rootfs::Enclosure& enclosure, std::int64_t epoch,
                            const rootfs::CommandLog& log) {
    SLIPWAY_TRY_ASSIGN(rootfs::Ran ran, rootfs::run_program(rule.command, enclosure, epoch, log));
    const std::string code = exit_text(rule.exit_code);
    const std::string output = rule.matches ? "output that matches '" + *rule.matches + "'" : "";
    Check check{"commands",
                rule.command.name + " has " + code + (output.empty() ? "" : " and " + output),
                {},
                ProgramRun{rule.command.arguments, ran.ended.code, std::move(ran.last)}};
    if (const std::string found = found_text(rule.command, ran); found != code)
        check.findings.push_back({rule.command.name, found, code});
    else if (rule.matches && !Expression(*rule.matches).matches(ran.printed))
        check.findings.push_back(
            {rule.command.name, ran.printed.empty() ? "no output" : "no line that does", output});
    return check;
}

} // namespace slipway::rootfs_test
