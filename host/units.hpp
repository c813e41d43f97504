// SPDX-License-Identifier: GPL-3.0-or-later
//
// The systemd units that run a chain: texts, made from config/systemd and from what the chain needs.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace slipway::host {

/// What a chain's units must say beyond those of every chain.
struct ChainUnit {
    std::string name;                     ///< of the chain, and of the instance: slipway@NAME
    std::string path;                     ///< of the chain file, absolute
    std::vector<std::string> arguments;   ///< more words for `slipway run`
    std::vector<std::string> secrets;     ///< names
    std::vector<std::string> write_paths; ///< absolute, of things that are there
    bool root = false;                    ///< a stage is root over its tree
    std::string calendar;                 ///< instead of the monthly one, as systemd.time(7) writes it; or ""
};

struct UnitFile {
    std::string path; ///< below the folder of units
    std::string text;
};

/// Where the secrets of units are kept, one a file.
inline constexpr const char* credentials_folder = "/etc/slipway/credentials";

/// slipway@.service, slipway@.timer and their like for parked runs; they start `program`.
std::vector<UnitFile> common_units(const std::string& program);

/// What `chain` adds to them, as drop-ins.
std::vector<UnitFile> chain_units(const ChainUnit& chain, const std::string& program);

/// In arguments, but not in the program's path and in other settings, "$" begins a variable.
enum class Dollar { plain, variable };

/// `text` as one word in a unit: quoted, specifiers and variables escaped (systemd.service(5), COMMAND
/// LINES).
std::string unit_word(std::string_view text, Dollar dollar = Dollar::variable);

} // namespace slipway::host
