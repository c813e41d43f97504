// SPDX-License-Identifier: GPL-3.0-or-later
#include <sources.hpp>
#include <support/text.hpp>

#include <algorithm>
#include <set>

namespace slipway::stackbrew {

namespace {

std::vector<std::string> texts(const std::vector<Item>& items) {
    std::vector<std::string> out;
    for (const Item& item : items)
        if (std::ranges::find(out, item.text) == out.end()) out.push_back(item.text);
    return out;
}

std::set<std::string> architectures_of(const File& file, const Paragraph& entry) {
    std::set<std::string> out;
    for (const Item& item : file.items(file.effective(entry, "Architectures")))
        out.insert(item.text);
    if (out.empty()) out.emplace(file.value(entry, "Architectures"));
    return out;
}

} // namespace

std::string Source::path() const {
    return clean_path(directory + "/" + file);
}

std::vector<Source> sources(const File& file, const Paragraph& entry) {
    std::vector<Source> out;
    for (const std::string& architecture : architectures_of(file, entry)) {
        const auto value = [&](const std::string& key) {
            const std::string_view own = file.value(entry, architecture + "-" + key);
            return std::string(own.empty() ? file.value(entry, key) : own);
        };
        out.push_back({architecture, value("GitRepo"), value("GitFetch"), value("GitCommit"),
                       clean_path(value("Directory")), value("File"), value("Builder")});
    }
    return out;
}

std::vector<std::string> tags_of(const File& file, const Paragraph& entry) {
    return texts(file.items(entry.find("Tags")));
}

std::vector<std::string> shared_tags_of(const File& file, const Paragraph& entry) {
    return texts(file.items(file.effective(entry, "SharedTags")));
}

std::vector<std::string> constraints_of(const File& file, const Paragraph& entry) {
    std::vector<Item> items = file.items(file.paragraphs.front().find("Constraints"));
    std::ranges::move(file.items(entry.find("Constraints")), std::back_inserter(items));
    return texts(items);
}

std::string clean_path(std::string_view path) {
    std::vector<std::string> parts;
    const bool absolute = path.starts_with('/');
    for (std::string& part : support::split(path, '/')) {
        if (part.empty() || part == ".") continue;
        if (part != "..")
            parts.push_back(std::move(part));
        else if (!parts.empty() && parts.back() != "..")
            parts.pop_back();
        else if (!absolute)
            parts.push_back("..");
    }
    const std::string joined = (absolute ? "/" : "") + support::join(parts, "/");
    return joined.empty() ? "." : joined;
}

} // namespace slipway::stackbrew
