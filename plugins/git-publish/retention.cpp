// SPDX-License-Identifier: GPL-3.0-or-later
#include <retention.hpp>
#include <time.h>

#include <algorithm>
#include <cstring>
#include <optional>

namespace slipway::git_publish {

namespace {

constexpr std::string_view tags = "refs/tags/";

struct Dated {
    std::int64_t day;
    std::string name;

    auto operator<=>(const Dated&) const = default;
};

/// The day in `name`, in seconds since 1970-01-01 UTC.
std::optional<std::int64_t> day_in(const std::string& name, std::string form) {
    const bool open = form.ends_with('*');
    if (open) form.pop_back();
    tm time{};
    time.tm_mday = 1;
    const char* rest = ::strptime(name.c_str(), form.c_str(), &time);
    if (rest == nullptr || (*rest != '\0' && !open)) return std::nullopt;
    // strptime() takes fewer digits than a number has ("5112026"), and days that do not exist.
    char again[256];
    const tm given = time;
    const std::int64_t day = ::timegm(&time);
    const std::size_t length = std::strftime(again, sizeof again, form.c_str(), &given);
    const bool same_text = name.compare(0, static_cast<std::size_t>(rest - name.c_str()), again, length) == 0;
    return same_text && time.tm_mday == given.tm_mday && time.tm_mon == given.tm_mon
               ? std::optional<std::int64_t>(day)
               : std::nullopt;
}

bool is_named(const Refs& refs, const std::string& name, const std::string& library) {
    if (library.empty()) return false;
    const std::string ref = std::string(tags) + name;
    if (library.find(name) != std::string::npos) return true;
    for (const std::string& one : {ref, ref + "^{}"}) {
        const auto found = refs.find(one);
        if (found != refs.end() && library.find(hex(found->second)) != std::string::npos) return true;
    }
    return false;
}

} // namespace

support::Result<void> check_date_form(const std::string& form) {
    tm time{};
    time.tm_mday = 1;
    time.tm_year = 126;
    char text[256];
    const std::string plain = form.ends_with('*') ? form.substr(0, form.size() - 1) : form;
    const std::size_t length = std::strftime(text, sizeof text, plain.c_str(), &time);
    const bool dated = plain.find('%') != std::string::npos;
    if (dated && length > 0 && day_in(std::string(text, length), form)) return {};
    return support::Error{support::Kind::config, "'" + form + "' is no form of a date",
                          "write it as strptime(3) does: \"%d%m%Y\", \"v%Y%m%d*\""};
}

std::vector<std::string> outdated(const Refs& refs, const Retention& retention) {
    std::vector<Dated> releases;
    for (const auto& [ref, id] : refs) {
        if (!ref.starts_with(tags)) continue;
        const std::string name = ref.substr(tags.size());
        if (name == retention.current) continue;
        if (const auto day = day_in(name, retention.date)) releases.push_back({*day, name});
    }
    std::sort(releases.begin(), releases.end());
    const std::size_t stay = retention.keep > 0 ? retention.keep - 1 : 0;
    releases.resize(releases.size() - std::min<std::size_t>(stay, releases.size()));
    std::vector<std::string> gone;
    for (const Dated& release : releases)
        if (!is_named(refs, release.name, retention.library))
            gone.push_back(std::string(tags) + release.name);
    return gone;
}

} // namespace slipway::git_publish
