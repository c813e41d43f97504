// SPDX-License-Identifier: GPL-3.0-or-later
#include "build.hpp"
#include "check.hpp"
#include "settings.hpp"
#include "validate.hpp"

#include <support/fs.hpp>
#include <support/text.hpp>
#include <unistd.h>

#include <algorithm>
#include <filesystem>

namespace slipway::config {

namespace json = support::json;
using json::Value;
using support::Error;
using support::Kind;
using support::Result;

namespace {

constexpr std::int64_t format_version = 1;

struct ChainSchema {
    Value document;
    Verdict verdict;
};

/// Our own schema is right, or the first test fails.
const ChainSchema& chain_schema() {
    static const ChainSchema schema = [] {
        Value document = std::move(json::parse(chain_schema_text())).value();
        Verdict verdict = std::move(Verdict::compile(document)).value();
        return ChainSchema{std::move(document), std::move(verdict)};
    }();
    return schema;
}

Result<std::string> read(const std::string& path) {
    if (path == "-") return support::read_all(STDIN_FILENO, "standard input", max_file_bytes);
    return support::read_file(path, max_file_bytes);
}

Result<Value> parse(const std::string& text) {
    if (text.starts_with("\xEF\xBB\xBF"))
        return Error{Kind::config, "1:1: the file starts with a byte order mark",
                     "save it as UTF-8 without one"};
    std::size_t line = 1;
    for (const std::string& content : support::split(text, '\n')) {
        if (!support::is_valid_utf8(content))
            return Error{Kind::config, std::to_string(line) + ":1: the line is not UTF-8 text",
                         "save the file as UTF-8"};
        ++line;
    }
    return json::parse(text, json::Syntax::relaxed);
}

/// The folder that relative paths start from.
std::string folder_of(const std::string& path) {
    std::error_code ignored;
    const std::string here = std::filesystem::current_path(ignored).string();
    if (path == "-") return here;
    return std::filesystem::path(support::absolute_path(here, path)).parent_path().string();
}

/// A stage done by something else than the file says, by --override or --set.
void mark_overridden(const Value& before, const LoadOptions& options, Chain& chain) {
    for (Stage& stage : chain.stages) {
        const auto index = find_stage(before, stage.id);
        if (!index) continue;
        const std::string& use = before["stages"].as_array()[*index]["use"].as_string();
        const bool named =
            std::ranges::find(options.overrides, stage.id, &Override::stage) != options.overrides.end();
        if (named || use != stage.use) stage.overridden_use = use;
        chain.overridden = chain.overridden || use != stage.use;
    }
}

} // namespace

std::variant<Chain, Problems> load(const std::string& path, const LoadOptions& options) {
    auto text = read(path);
    if (text) return load_text(text.value(), path, options);
    return Problems{{.file = path, .pointer = {}, .what = text.error().what, .hint = text.error().hint}};
}

std::variant<Chain, Problems> load_text(const std::string& text, const std::string& path,
                                        const LoadOptions& options) {
    Report report(path, text);
    auto parsed = parse(text);
    if (!parsed) {
        report.add_syntax(path, parsed.error());
        return report.problems();
    }
    const Value before = std::move(parsed).value();
    Value root = before;
    auto overrides = apply_changes(root, options, report);

    const Value& format = root["slipway"];
    if (format.is_integer() && format.as_integer() != format_version) {
        report.add("/slipway", format.position(),
                   "this host reads version 1 of the chain file, found version " + json::dump(format),
                   "install a Slipway that knows it, or write 1");
        return report.problems();
    }
    const ChainSchema& schema = chain_schema();
    report.add_all("", validate(schema.document, schema.verdict, root, {"key", References::closed}));

    Chain chain;
    chain.path = path;
    chain.folder = folder_of(path);
    chain.text = text;
    chain.epoch = options.epoch;
    chain.origins = report.origins();
    chain.overrides = std::move(overrides);
    build(root, chain);
    mark_overridden(before, options, chain);
    check(root, chain, report);
    if (!report.problems().empty()) return report.problems();
    return chain;
}

} // namespace slipway::config
