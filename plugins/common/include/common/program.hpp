// SPDX-License-Identifier: GPL-3.0-or-later
//
// Running a program to its end, such as GnuPG's or OpenSSH's.
#pragma once

#include <support/result.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace slipway::common {

/// Run a program (of /usr/bin, or a whole path) to its end, with `input` (up to 64 kB) on standard input and
/// a clean environment, to which `more` (NAME=VALUE) is added. Returns its standard output. Kind::unsupported
/// if it cannot be started; Kind::verify with the last lines of its standard error if it fails.
support::Result<std::string> run_program(const std::vector<std::string>& command, std::string_view input = {},
                                         const std::vector<std::string>& more = {});

} // namespace slipway::common
