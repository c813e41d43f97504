// SPDX-License-Identifier: GPL-3.0-or-later
#include <alpm.h>
#include <glob.h>
#include <pacman_conf.hpp>
#include <siglevel.hpp>
#include <support/fs.hpp>
#include <support/text.hpp>

#include <algorithm>
#include <array>
#include <filesystem>
#include <optional>

namespace slipway::pacman_fetch {

using support::Error;
using support::Kind;
using support::Result;

namespace {

constexpr int max_depth = 10; // as pacman
constexpr std::size_t max_file_bytes = 4u << 20;
constexpr std::size_t max_lines = 200'000; // over all files

/// Directives of [options] that say how pacman works, not which packages it takes.
constexpr auto without_meaning = std::to_array<std::string_view>({"RootDir",
                                                                  "DBPath",
                                                                  "CacheDir",
                                                                  "LogFile",
                                                                  "GPGDir",
                                                                  "HookDir",
                                                                  "HoldPkg",
                                                                  "CleanMethod",
                                                                  "UseSyslog",
                                                                  "Color",
                                                                  "NoProgressBar",
                                                                  "ILoveCandy",
                                                                  "VerbosePkgLists",
                                                                  "CheckSpace",
                                                                  "ParallelDownloads",
                                                                  "DisableDownloadTimeout",
                                                                  "LocalFileSigLevel",
                                                                  "RemoteFileSigLevel",
                                                                  "DownloadUser",
                                                                  "DisableSandbox",
                                                                  "TotalDownload"});

/// Directives that the user may expect something of.
constexpr auto not_used = std::to_array<std::pair<std::string_view, std::string_view>>(
    {{"NoExtract", "rootfs-build has an option for it"},
     {"NoUpgrade", "nothing is upgraded here"},
     {"XferCommand", "downloads are this stage's own"}});

std::string_view trimmed(std::string_view text) {
    const auto blank = [](char c) { return c == ' ' || (c >= '\t' && c <= '\r'); };
    while (!text.empty() && blank(text.front()))
        text.remove_prefix(1);
    while (!text.empty() && blank(text.back()))
        text.remove_suffix(1);
    return text;
}

void append(std::vector<std::string>& list, const std::string& value) {
    for (std::string& word : words_of(value))
        list.push_back(std::move(word));
}

struct Section {
    Repository repository;
    SigLevel siglevel;
};

class Reader {
public:
    explicit Reader(const Include& include) : include_(include) {}

    Result<void> file(std::string_view text, const std::string& name, int depth);
    PacmanConf finish();

private:
    struct Line {
        std::string place; ///< "FILE:LINE"
        std::string key;
        std::optional<std::string> value;
    };

    Result<void> line(std::string_view text, const std::string& place, int depth);
    Result<void> section(std::string_view text, const std::string& place);
    Result<void> include(const Line& line, int depth);
    Result<void> option(const Line& line);
    Result<void> repository(const Line& line);
    Result<void> usage(const Line& line, Repository& repository);

    static Error wrong(const std::string& place, const std::string& why, const std::string& hint = {}) {
        return Error{Kind::config, place + ": " + why, hint};
    }

    void warn(const Line& line, const std::string& why) { conf_.warnings.push_back(line.place + ": " + why); }

    const Include& include_;
    PacmanConf conf_;
    SigLevel siglevel_;
    std::vector<Section> sections_;
    std::string section_; ///< the current one's name; empty before the first
    std::size_t lines_ = 0;
};

Result<void> Reader::file(std::string_view text, const std::string& name, int depth) {
    if (depth > max_depth) return Error{Kind::config, "'" + name + "': included more than 10 files deep"};
    std::size_t number = 0;
    while (!text.empty()) {
        const auto end = std::min(text.find('\n'), text.size());
        const std::string_view one = trimmed(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
        const std::string place = support::printable(name) + ":" + std::to_string(++number);
        if (++lines_ > max_lines) return wrong(place, "more than 200000 lines over all files");
        if (one.empty() || one.front() == '#') continue;
        if (one.find('\0') != std::string_view::npos) return wrong(place, "a NUL byte");
        SLIPWAY_TRY(line(one, place, depth));
    }
    return {};
}

Result<void> Reader::section(std::string_view text, const std::string& place) {
    section_ = trimmed(text.substr(1, text.size() - 2));
    if (section_ == "options") return {};
    if (auto checked = check_repository_name(section_); !checked) return std::move(checked).error().in(place);
    const auto named = [&](const Section& s) { return s.repository.name == section_; };
    if (std::any_of(sections_.begin(), sections_.end(), named))
        return wrong(place, "repository '" + section_ + "' is there twice");
    sections_.push_back({{section_, {}}, {}});
    return {};
}

Result<void> Reader::line(std::string_view text, const std::string& place, int depth) {
    if (text.front() == '[' && text.back() == ']') return section(text, place);
    const auto equals = text.find('=');
    Line line{place, std::string(trimmed(text.substr(0, equals))), std::nullopt};
    if (equals != std::string_view::npos) line.value = std::string(trimmed(text.substr(equals + 1)));
    if (line.key.empty()) return wrong(place, "a line without a directive's name");
    if (line.key == "Include") return include(line, depth);
    if (section_.empty())
        return wrong(place, "'" + support::printable(line.key) + "' is in no section",
                     "begin with [options]");
    return section_ == "options" ? option(line) : repository(line);
}

Result<void> Reader::include(const Line& line, int depth) {
    if (!line.value || line.value->empty()) return wrong(line.place, "'Include' without a file");
    auto files = include_(*line.value);
    if (!files) return std::move(files).error().in(line.place);
    for (const auto& [name, text] : files.value())
        SLIPWAY_TRY(file(text, name, depth + 1));
    return {};
}

Result<void> Reader::option(const Line& line) {
    const auto key = std::string_view(line.key);
    if (std::ranges::find(without_meaning, key) != without_meaning.end()) return {};
    for (const auto& [name, why] : not_used)
        if (key == name) {
            warn(line, "'" + line.key + "' has no effect: " + std::string(why));
            return {};
        }
    const bool known =
        key == "Architecture" || key == "IgnorePkg" || key == "IgnoreGroup" || key == "SigLevel";
    if (!known) {
        warn(line, "unknown directive '" + support::printable(line.key) + "' in section 'options'");
        return {};
    }
    if (!line.value || line.value->empty()) return wrong(line.place, "'" + line.key + "' needs a value");
    if (key == "IgnorePkg") append(conf_.ignore, *line.value);
    if (key == "IgnoreGroup") append(conf_.ignore_groups, *line.value);
    if (key == "Architecture")
        for (const std::string& word : words_of(*line.value))
            if (word != "auto") conf_.architectures.push_back(word);
    if (key != "SigLevel") return {};
    if (auto added = siglevel_.add(words_of(*line.value)); !added)
        return std::move(added).error().in(line.place);
    return {};
}

/// Usage of pacman.conf(5). A repository for searching only is none for us.
Result<void> Reader::usage(const Line& line, Repository& repository) {
    int usage = 0;
    for (const std::string& word : words_of(*line.value)) {
        if (word == "Sync")
            usage |= ALPM_DB_USAGE_SYNC;
        else if (word == "Search")
            usage |= ALPM_DB_USAGE_SEARCH;
        else if (word == "Install")
            usage |= ALPM_DB_USAGE_INSTALL;
        else if (word == "Upgrade")
            usage |= ALPM_DB_USAGE_UPGRADE;
        else if (word == "All")
            usage |= ALPM_DB_USAGE_ALL;
        else
            return wrong(line.place, "'" + support::printable(word) + "' is no Usage",
                         "Sync, Search, Install, Upgrade or All");
    }
    repository.usage |= usage;
    return {};
}

Result<void> Reader::repository(const Line& line) {
    Section& section = sections_.back();
    const bool known =
        line.key == "Server" || line.key == "CacheServer" || line.key == "SigLevel" || line.key == "Usage";
    if (!known) {
        warn(line, "unknown directive '" + support::printable(line.key) + "' in section '" + section_ + "'");
        return {};
    }
    if (!line.value || line.value->empty()) return wrong(line.place, "'" + line.key + "' needs a value");
    if (line.key == "Server") section.repository.servers.push_back(*line.value);
    if (line.key == "CacheServer") section.repository.cache_servers.push_back(*line.value);
    if (line.key == "Usage") return usage(line, section.repository);
    if (line.key != "SigLevel") return {};
    if (auto added = section.siglevel.add(words_of(*line.value)); !added)
        return std::move(added).error().in(line.place);
    return {};
}

PacmanConf Reader::finish() {
    const int global = siglevel_.over(default_siglevel());
    for (Section& section : sections_) {
        section.repository.siglevel = section.siglevel.over(global);
        conf_.repositories.push_back(std::move(section.repository));
    }
    return std::move(conf_);
}

Result<std::vector<std::pair<std::string, std::string>>> include_files(const std::string& folder,
                                                                       const std::string& pattern) {
    glob_t found{};
    const std::string absolute = support::absolute_path(folder, pattern);
    const int failed = ::glob(absolute.c_str(), 0, nullptr, &found);
    std::vector<std::string> paths(found.gl_pathv, found.gl_pathv + (failed == 0 ? found.gl_pathc : 0));
    ::globfree(&found);
    if (paths.empty())
        return Error{Kind::config, "including '" + support::printable(pattern) + "': no such file",
                     "copy it beside the configuration, and name it there"};
    std::vector<std::pair<std::string, std::string>> files;
    for (std::string& path : paths) {
        SLIPWAY_TRY_ASSIGN(auto text, support::read_file(path, max_file_bytes));
        files.emplace_back(std::move(path), std::move(text));
    }
    return files;
}

} // namespace

Result<PacmanConf> parse_pacman_conf(std::string_view text, const std::string& name, const Include& include) {
    Reader reader(include);
    SLIPWAY_TRY(reader.file(text, name, 0));
    return reader.finish();
}

Result<PacmanConf> read_pacman_conf(const std::string& path) {
    SLIPWAY_TRY_ASSIGN(const auto text, support::read_file(path, max_file_bytes));
    const std::string folder = std::filesystem::path(path).parent_path();
    return parse_pacman_conf(text, path,
                             [&](const std::string& pattern) { return include_files(folder, pattern); });
}

} // namespace slipway::pacman_fetch
