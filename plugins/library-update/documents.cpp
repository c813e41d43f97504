// SPDX-License-Identifier: GPL-3.0-or-later
#include <documents.hpp>
#include <support/json.hpp>

namespace slipway::stackbrew {

namespace json = support::json;
using support::Error;
using support::Kind;
using support::Result;

Result<Release> read_release(const std::string& text) {
    auto document = json::parse(text);
    if (!document) return std::move(document).error().in("release");
    Release release;
    const std::pair<const char*, std::string*> fields[] = {{"version", &release.version},
                                                           {"remote", &release.remote},
                                                           {"tag", &release.tag},
                                                           {"ref", &release.ref},
                                                           {"commit", &release.commit}};
    for (const auto& [key, target] : fields) {
        const json::Value& value = document.value()[key];
        if (!value.is_string() || value.as_string().empty())
            return Error{Kind::config, std::string("release: no '") + key + "'",
                         "the input must be a release document, as git-publish makes it"};
        *target = value.as_string();
    }
    return release;
}

std::string write_change(const Change& change) {
    json::Value file = json::Object{};
    file.set("path", change.path);
    file.set("mode", "100644");
    file.set("before", change.before);
    file.set("after", change.after);
    json::Value document = json::Object{};
    document.set("title", change.title);
    document.set("body", change.body);
    document.set("files", json::Array{std::move(file)});
    return json::dump_pretty(document);
}

std::string describe(const Edited& edited, const Release& release) {
    std::string out;
    for (const Moved& moved : edited.moved) {
        out += "- " + moved.entry + ": " + moved.from_ref + " (" + moved.from_commit.substr(0, 12) + ") to "
               + release.ref + " (" + release.commit.substr(0, 12) + ")";
        out += moved.kept ? "; the former stays as an entry of its own\n" : "\n";
    }
    for (const std::string& dropped : edited.dropped)
        out += "- " + dropped + ": removed\n";
    return out;
}

} // namespace slipway::stackbrew
