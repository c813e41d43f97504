// SPDX-License-Identifier: GPL-3.0-or-later
//
// Command lines as data: each command describes its options once; parsing (Boost.Program_options) and help
// come from that description.
#pragma once

#include <support/result.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace slipway::host {

struct Option {
    std::string name;       ///< long name without dashes
    char letter = 0;        ///< short name, or 0
    std::string value_name; ///< "DIR"; "" for a flag
    std::string help;
    std::vector<std::string> choices = {}; ///< all values there are, if they are few
};

/// --help, which every command has.
const Option& help_option();

struct CommandSpec {
    std::string name;
    std::string arguments; ///< "CHAIN", "[RUN]"
    std::string summary;   ///< one line for `slipway help`
    std::string text;      ///< more, for --help
    std::string example;
    std::vector<Option> options;
    int min_arguments = 0;
    int max_arguments = 0;
};

/// A parsed command line.
class Arguments {
public:
    bool has(const std::string& option) const { return values_.contains(option); }

    /// The last value given, or `fallback`.
    std::string value(const std::string& option, const std::string& fallback = {}) const;
    std::vector<std::string> values(const std::string& option) const;

    /// The same command line without an option.
    Arguments without(const std::string& option) const {
        Arguments rest = *this;
        rest.values_.erase(option);
        return rest;
    }

    const std::vector<std::string>& positional() const { return positional_; }

    /// The first positional argument, or "".
    std::string first() const { return positional_.empty() ? "" : positional_.front(); }

private:
    friend support::Result<Arguments> parse(const CommandSpec& spec, const std::vector<std::string>& words);

    std::map<std::string, std::vector<std::string>> values_;
    std::vector<std::string> positional_;
};

/// Kind::config for anything `spec` does not allow, with the nearest option as hint. --help (-h) is known to
/// every command.
support::Result<Arguments> parse(const CommandSpec& spec, const std::vector<std::string>& words);

std::string help_text(const CommandSpec& spec);

/// Digits alone, of a number that fits. Nothing: it is something else.
std::optional<std::int64_t> whole_number(const std::string& text);

} // namespace slipway::host
