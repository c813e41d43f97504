// SPDX-License-Identifier: GPL-3.0-or-later
#include <documents.hpp>
#include <support/json.hpp>

namespace slipway::stackbrew {

namespace json = support::json;

namespace {

json::Value to_json(const Maintainer& maintainer) {
    json::Value out = json::Object{};
    out.set("name", maintainer.name);
    if (!maintainer.address.empty()) out.set("address", maintainer.address);
    out.set("handle", maintainer.handle);
    return out;
}

json::Value place(const std::string& ref, const std::string& commit) {
    json::Value out = json::Object{};
    out.set("ref", ref);
    out.set("commit", commit);
    return out;
}

json::Value to_json(const Moved& moved) {
    json::Value out = json::Object{};
    out.set("tags", json::Array(moved.tags.begin(), moved.tags.end()));
    out.set("from", place(moved.from_ref, moved.from_commit));
    out.set("to", place(moved.to_ref, moved.to_commit));
    out.set("kept", moved.kept);
    return out;
}

template <class T>
json::Array list(const std::vector<T>& items) {
    json::Array out;
    for (const T& item : items)
        out.push_back(to_json(item));
    return out;
}

} // namespace

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
    document.set("maintainers", list(change.maintainers));
    document.set("entries", list(change.edited.moved));
    document.set("dropped", json::Array(change.edited.dropped.begin(), change.edited.dropped.end()));
    document.set("releases", change.releases);
    document.set("preflight", change.preflight);
    return json::dump_pretty(document);
}

std::vector<Maintainer> maintainers_of(const File& file) {
    std::vector<Maintainer> out;
    if (file.paragraphs.empty()) return out;
    for (const Item& item : file.items(file.paragraphs.front().find("Maintainers")))
        if (auto maintainer = read_maintainer(item.text)) out.push_back(std::move(*maintainer));
    return out;
}

std::string describe(const Edited& edited) {
    std::string out;
    for (const Moved& moved : edited.moved) {
        out += "- " + moved.tags.front() + ": " + moved.from_ref + " (" + moved.from_commit.substr(0, 12)
               + ") to " + moved.to_ref + " (" + moved.to_commit.substr(0, 12) + ")";
        out += moved.kept ? "; the former stays as an entry of its own\n" : "\n";
    }
    for (const std::string& dropped : edited.dropped)
        out += "- " + dropped + ": removed\n";
    return out;
}

} // namespace slipway::stackbrew
