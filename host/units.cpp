// SPDX-License-Identifier: GPL-3.0-or-later
#include "units.hpp"

#include "units_text.hpp"

#include <fmt/format.h>

namespace slipway::host {

namespace {

constexpr const char* written = "# Written by slipway install-timer, and again by the next one: settings of "
                                "yours go into another file here.\n";

std::string replaced(std::string text, std::string_view what, const std::string& with) {
    for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + with.size()))
        text.replace(at, what.size(), with);
    return text;
}

/// A "%" begins a specifier in every setting (systemd.unit(5), SPECIFIERS).
std::string unit_path(const std::string& path) {
    return replaced(path, "%", "%%");
}

std::string command_line(const ChainUnit& chain, const std::string& program) {
    std::string line = unit_word(program, Dollar::plain) + " run --wait --no-mocks";
    for (const std::string& argument : chain.arguments)
        line += " " + unit_word(argument);
    return line + " " + unit_word(chain.path);
}

std::string shared_settings(const ChainUnit& chain) {
    std::string out;
    for (const std::string& secret : chain.secrets)
        out += fmt::format("LoadCredential={}:{}/{}\n", unit_path(secret), credentials_folder,
                           unit_path(secret));
    for (const std::string& path : chain.write_paths)
        out += fmt::format("ReadWritePaths={}\n", unit_word(path, Dollar::plain));
    if (chain.root) out += std::string("\n") + units::root;
    return out;
}

} // namespace

std::string unit_word(std::string_view text, Dollar dollar) {
    constexpr std::string_view plain =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_@+=:,./-";
    if (!text.empty() && text.find_first_not_of(plain) == std::string_view::npos) return std::string(text);
    std::string out = "\"";
    for (const char c : text) {
        if (c == '%' || (c == '$' && dollar == Dollar::variable))
            out += std::string(2, c);
        else if (c == '"' || c == '\\')
            out += {'\\', c};
        else if (static_cast<unsigned char>(c) < ' ' || c == '\x7f')
            out += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
        else
            out += c;
    }
    return out + "\"";
}

std::vector<UnitFile> common_units(const std::string& program) {
    const auto filled = [&](const char* text) {
        return replaced(text, "@SLIPWAY_PROGRAM@", unit_word(program, Dollar::plain));
    };
    return {{"slipway@.service", filled(units::service)},
            {"slipway@.timer", units::timer},
            {"slipway-resume.service", filled(units::resume_service)},
            {"slipway-resume.timer", units::resume_timer}};
}

std::vector<UnitFile> chain_units(const ChainUnit& chain, const std::string& program) {
    const std::string begin = std::string(written) + "[Service]\n", shared = shared_settings(chain);
    const std::string instance = "slipway@" + chain.name;
    std::vector<UnitFile> out{
        {instance + ".service.d/slipway.conf",
         begin + "ExecStart=\nExecStart=" + command_line(chain, program) + "\n" + shared},
        // Settings of several chains add up there.
        {"slipway-resume.service.d/" + chain.name + ".conf", begin + shared}};
    if (!chain.calendar.empty())
        out.push_back(
            {instance + ".timer.d/slipway.conf",
             std::string(written) + "[Timer]\nOnCalendar=\nOnCalendar=" + unit_path(chain.calendar) + "\n"});
    return out;
}

} // namespace slipway::host
