// SPDX-License-Identifier: GPL-3.0-or-later
#include "options.hpp"

#include <boost/program_options.hpp>
#include <fmt/format.h>
#include <support/text.hpp>

#include <charconv>

namespace slipway::host {

namespace po = boost::program_options;
using support::Error;
using support::Kind;
using support::Result;

namespace {

po::options_description describe(const CommandSpec& spec) {
    po::options_description description;
    const auto add = [&](const Option& o) {
        const std::string names = o.letter != 0 ? o.name + "," + o.letter : o.name;
        if (o.value_name.empty())
            description.add_options()(names.c_str(), o.help.c_str());
        else
            description.add_options()(names.c_str(), po::value<std::vector<std::string>>(), o.help.c_str());
    };
    for (const Option& option : spec.options)
        add(option);
    add(help_option());
    return description;
}

Error usage_error(const CommandSpec& spec, const std::string& cause, std::string hint = {}) {
    if (hint.empty()) hint = "slipway " + spec.name + " --help";
    return Error{Kind::config, "slipway " + spec.name + ": " + cause, std::move(hint)};
}

Error unknown_option(const CommandSpec& spec, const std::string& given) {
    std::vector<std::string> known;
    for (const Option& option : spec.options)
        known.push_back("--" + option.name);
    known.push_back("--" + help_option().name);
    const auto near = support::nearest(given, known);
    return usage_error(spec, "unknown option '" + given + "'", near ? "did you mean '" + *near + "'?" : "");
}

} // namespace

const Option& help_option() {
    static const Option option{"help", 'h', "", "show this help"};
    return option;
}

std::string Arguments::value(const std::string& option, const std::string& fallback) const {
    const auto it = values_.find(option);
    return it == values_.end() || it->second.empty() ? fallback : it->second.back();
}

std::vector<std::string> Arguments::values(const std::string& option) const {
    const auto it = values_.find(option);
    return it == values_.end() ? std::vector<std::string>() : it->second;
}

Result<Arguments> parse(const CommandSpec& spec, const std::vector<std::string>& words) {
    namespace style = po::command_line_style;
    const po::options_description description = describe(spec);
    Arguments out;
    try {
        const po::parsed_options parsed = po::command_line_parser(words)
                                              .options(description)
                                              .style(style::unix_style & ~style::allow_guessing)
                                              .run();
        for (const auto& option : parsed.options) {
            auto& target = option.string_key.empty() ? out.positional_ : out.values_[option.string_key];
            target.insert(target.end(), option.value.begin(), option.value.end());
        }
    } catch (const po::unknown_option& e) {
        return unknown_option(spec, e.get_option_name());
    } catch (const po::error& e) {
        return usage_error(spec, e.what());
    }
    const auto count = static_cast<int>(out.positional_.size());
    if (out.has("help")) return out;
    if (count < spec.min_arguments) return usage_error(spec, spec.arguments + " is missing");
    if (count > spec.max_arguments)
        return usage_error(spec, "unexpected argument '"
                                     + out.positional_[static_cast<std::size_t>(spec.max_arguments)] + "'");
    return out;
}

std::string help_text(const CommandSpec& spec) {
    std::string out =
        fmt::format("usage: slipway {}{}{}\n\n{}\n", spec.name, spec.options.empty() ? "" : " [OPTION...]",
                    spec.arguments.empty() ? "" : " " + spec.arguments, spec.text);
    std::vector<Option> options = spec.options;
    options.push_back(help_option());
    out += "\noptions:\n";
    for (const Option& o : options) {
        std::string names = o.letter != 0 ? fmt::format("-{}, --{}", o.letter, o.name) : "    --" + o.name;
        if (!o.value_name.empty()) names += " " + o.value_name;
        out += fmt::format("  {:<26} {}\n", names, o.help);
    }
    if (!spec.example.empty()) out += "\nexample:\n  " + spec.example + "\n";
    return out;
}

std::optional<std::int64_t> whole_number(const std::string& text) {
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || end != text.data() + text.size() || number < 0) return std::nullopt;
    return number;
}

} // namespace slipway::host
