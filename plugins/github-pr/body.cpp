// SPDX-License-Identifier: GPL-3.0-or-later
#include <body.hpp>
#include <fmt/format.h>
#include <support/package_diff.hpp>
#include <support/text.hpp>

#include <algorithm>

namespace slipway::github {

using support::Error;
using support::Kind;
using support::Result;

const char* const usual_body = "{body}\n{packages}\n{artifacts}\n{provenance}\n{reproduce}\n{mentions}";

namespace {

constexpr std::size_t max_body = 65536;
constexpr std::size_t max_packages = 30000; ///< the rest has room for hundreds of files

std::string section(const std::string& heading, const std::string& text) {
    return text.empty() ? "" : "\n### " + heading + "\n\n" + text;
}

/// A fence longer than any in the text (CommonMark 0.31, 4.5).
std::string fenced(const std::string& text) {
    std::size_t longest = 2, run = 0;
    for (const char c : text) {
        run = c == '`' ? run + 1 : 0;
        longest = std::max(longest, run);
    }
    const std::string fence(longest + 1, '`');
    return fence + "\n" + text + (text.ends_with('\n') ? "" : "\n") + fence + "\n";
}

/// Whole lines, as many as fit.
std::string shortened(const std::string& text, std::size_t limit) {
    if (text.size() <= limit) return text;
    const std::size_t end = text.rfind('\n', limit);
    const auto left = std::count(text.begin() + static_cast<std::ptrdiff_t>(end) + 1, text.end(), '\n');
    return text.substr(0, end + 1) + fmt::format("  and {} lines more\n", left);
}

std::string packages(const Facts& facts) {
    std::string text;
    for (const NamedLock& now : facts.locks) {
        const auto same = [&](const NamedLock& one) { return one.cell == now.cell; };
        const auto before = std::ranges::find_if(facts.before, same);
        if (before == facts.before.end()) continue;
        const std::string lines = support::package_diff_text(support::diff_packages(before->lock, now.lock));
        text += (now.cell.empty() ? "" : now.cell + "\n") + (lines.empty() ? "  no change\n" : lines);
    }
    return text.empty()
               ? ""
               : section("Packages, against the release before", fenced(shortened(text, max_packages)));
}

std::string artifacts(const Facts& facts) {
    if (!facts.release || facts.release->files.empty()) return {};
    std::string text = "| file | size | sha256 |\n|---|---|---|\n";
    for (const ReleasedFile& file : facts.release->files)
        text += fmt::format("| `{}` | {} | `{}` |\n", support::printable(file.path),
                            support::human_bytes(file.size), file.sha256);
    return section("Files", text);
}

std::string provenance(const Facts& facts) {
    if (!facts.release) return {};
    const Release& release = *facts.release;
    std::string text =
        fmt::format("- commit `{}`, `{}` of {}\n", release.commit, release.ref, release.remote);
    for (const NamedLock& one : facts.locks)
        text += fmt::format("- lock{} `sha256:{}`, {} packages\n", one.cell.empty() ? "" : " of " + one.cell,
                            one.sha256, one.lock["packages"].as_array().size());
    text += fmt::format("- built by slipway run `{}` (SLSA v1 provenance: `slipway provenance {}`)\n",
                        facts.mark.run, facts.mark.run);
    return section("Provenance", text);
}

std::string reproduce(const Facts& facts) {
    if (!facts.release) return {};
    return section("Build it again",
                   fenced(fmt::format("slipway run --locked release.lock --epoch {} CHAIN && slipway show\n",
                                      facts.mark.epoch)));
}

std::string mentions(const Facts& facts) {
    std::string text;
    for (const std::string& one : facts.mention)
        text += (text.empty() ? "" : " ") + (one.starts_with('@') ? one : "@" + one);
    return text.empty() ? "" : "\ncc " + text;
}

} // namespace

Values values_of(const Facts& facts) {
    const Release none;
    const Release& release = facts.release ? *facts.release : none;
    return {
        {"title", facts.change.title},   {"body", facts.change.body},       {"version", facts.mark.version},
        {"chain", facts.mark.chain},     {"run", facts.mark.run},           {"ref", release.ref},
        {"commit", release.commit},      {"remote", release.remote},        {"packages", packages(facts)},
        {"artifacts", artifacts(facts)}, {"provenance", provenance(facts)}, {"reproduce", reproduce(facts)},
        {"mentions", mentions(facts)}};
}

Result<Texts> compose(const std::string& title, const std::string& body, const Facts& facts) {
    const Values values = values_of(facts);
    auto filled_title = fill(title, values);
    if (!filled_title) return std::move(filled_title).error().in("title");
    auto filled_body = fill(body, values);
    if (!filled_body) return std::move(filled_body).error().in("body");
    Texts texts{std::move(filled_title).value(), std::move(filled_body).value()};
    if (texts.title.empty() || texts.title != support::printable(texts.title) || texts.title.size() > 256)
        return Error{Kind::config,
                     "title '" + support::printable(texts.title.substr(0, 256))
                         + "': not one line of 256 bytes at most",
                     "change \"title\""};
    while (texts.body.ends_with('\n'))
        texts.body.pop_back();
    texts.body += "\n\n" + marker(facts.mark);
    if (texts.body.size() > max_body)
        return Error{Kind::config,
                     fmt::format("body: {} bytes, and GitHub takes {}", texts.body.size(), max_body),
                     "leave sections out with \"body\""};
    return texts;
}

} // namespace slipway::github
