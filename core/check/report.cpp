// SPDX-License-Identifier: GPL-3.0-or-later
#include <check/check.hpp>
#include <fmt/format.h>
#include <support/text.hpp>

#include <filesystem>
#include <map>

namespace slipway::check {

namespace json = support::json;

namespace {

const char* name_of(State state) {
    return state == State::kept ? "kept" : state == State::broken ? "broken" : "not tried";
}

std::string file_name(const std::string& path) {
    return std::filesystem::path(path).filename().string();
}

/// Rules not tried, by the reason.
std::string untried(const Report& report) {
    std::map<std::string, std::size_t> reasons;
    for (const Result& result : report.results)
        if (result.state == State::not_tried) ++reasons[result.what];
    std::string out;
    for (const auto& [reason, count] : reasons)
        out += fmt::format("  not tried: {}: {}\n", count, support::printable(reason));
    return out;
}

/// XML 1.0, sections 2.2 and 2.4: what may not be there, what has a meaning; a line end in an attribute would
/// become a blank.
std::string xml(const std::string& text) {
    std::string out;
    for (const char c : support::printable_text(text))
        switch (c) {
        case '&':
            out += "&amp;";
            break;
        case '<':
            out += "&lt;";
            break;
        case '>':
            out += "&gt;";
            break;
        case '"':
            out += "&quot;";
            break;
        case '\n':
            out += "&#10;";
            break;
        default:
            out += c;
        }
    return out;
}

double seconds(std::chrono::milliseconds duration) {
    return static_cast<double>(duration.count()) / 1000;
}

} // namespace

std::string to_text(const Report& report, Colour colour) {
    const auto paint = [&](const char* code, const std::string& text) {
        return colour == Colour::on ? fmt::format("\x1b[{}m{}\x1b[0m", code, text) : text;
    };
    std::string out;
    for (const Result& result : report.results)
        if (result.state == State::broken)
            out += fmt::format("{} {}{}\n  {}\n  fix: {}\n", paint("31", "broken"), paint("1", result.rule),
                               result.subject.empty() ? "" : " (" + result.subject + ")",
                               support::printable(result.what), result.fix);
    const std::size_t count = report.count(State::broken);
    return out + untried(report)
           + fmt::format("{}: {}, {} kept, {} not tried\n", file_name(report.plugin),
                         paint(count == 0 ? "32" : "31", fmt::format("{} broken", count)),
                         report.count(State::kept), report.count(State::not_tried));
}

json::Value to_json(const Report& report) {
    json::Array results;
    for (const Result& result : report.results) {
        json::Value entry = json::Object{
            {"rule", result.rule}, {"subject", result.subject}, {"state", name_of(result.state)}};
        if (!result.what.empty()) entry.set("what", support::printable(result.what));
        if (!result.fix.empty()) entry.set("fix", result.fix);
        entry.set("ms", static_cast<std::int64_t>(result.took.count()));
        results.push_back(std::move(entry));
    }
    return json::Object{{"plugin", report.plugin},
                        {"seed", report.seed},
                        {"kept", static_cast<std::uint64_t>(report.count(State::kept))},
                        {"broken", static_cast<std::uint64_t>(report.count(State::broken))},
                        {"not_tried", static_cast<std::uint64_t>(report.count(State::not_tried))},
                        {"results", std::move(results)}};
}

std::string to_junit(const Report& report) {
    std::string out =
        fmt::format("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n<testsuite name=\"{}\" "
                    "tests=\"{}\" failures=\"{}\" skipped=\"{}\">\n",
                    xml(file_name(report.plugin)), report.results.size(), report.count(State::broken),
                    report.count(State::not_tried));
    for (const Result& result : report.results) {
        const std::string name = result.rule + (result.subject.empty() ? "" : " " + result.subject);
        out += fmt::format("<testcase classname=\"{}\" name=\"{}\" time=\"{:.3f}\"",
                           xml(file_name(report.plugin)), xml(name), seconds(result.took));
        if (result.state == State::kept)
            out += "/>\n";
        else if (result.state == State::broken)
            out += fmt::format(">\n<failure message=\"{}\">{}</failure>\n</testcase>\n", xml(result.what),
                               xml("fix: " + result.fix));
        else
            out += fmt::format(">\n<skipped message=\"{}\"/>\n</testcase>\n", xml(result.what));
    }
    return out + "</testsuite>\n</testsuites>\n";
}

} // namespace slipway::check
