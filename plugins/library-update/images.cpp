// SPDX-License-Identifier: GPL-3.0-or-later
#include <fnmatch.h>
#include <images.hpp>
#include <support/fs.hpp>
#include <support/text.hpp>

#include <algorithm>

namespace slipway::stackbrew {

namespace {

bool matches(const std::string& text, std::initializer_list<const char*> patterns) {
    return std::ranges::any_of(patterns, [&](const char* p) { return ::fnmatch(p, text.c_str(), 0) == 0; });
}

/// A repository on the Hub without a namespace, as all official images are.
bool is_image_name(const std::string& name) {
    return !name.empty()
           && name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789._-") == std::string::npos
           && name.front() != '.';
}

std::pair<std::string, std::string> parted(const std::string& from) {
    const std::size_t colon = from.find(':');
    return {from.substr(0, colon), colon == std::string::npos ? "" : from.substr(colon + 1)};
}

} // namespace

const File* Images::find(const std::string& image) {
    if (image == name_) return &own_;
    const auto [it, fresh] = others_.try_emplace(image);
    if (fresh) {
        auto text = support::read_file(folder_ + "/" + image, 4u << 20);
        auto file = parse(text ? std::move(text).value() : "");
        if (file && !file.value().paragraphs.empty())
            it->second = std::move(file).value();
        else
            unknown_.push_back(image);
    }
    return it->second ? &*it->second : nullptr;
}

std::vector<const Paragraph*> Images::entries(const File& file, const std::string& tag) const {
    std::vector<const Paragraph*> out;
    for (std::size_t i = 1; i < file.paragraphs.size(); ++i) {
        const Paragraph& entry = file.paragraphs[i];
        if (std::ranges::count(tags_of(file, entry), tag)
                + std::ranges::count(shared_tags_of(file, entry), tag)
            > 0)
            out.push_back(&entry);
    }
    return out;
}

std::string Images::complaint(const std::string& from, const std::string& architecture) {
    if (from == "scratch") return "";
    if (from.empty()) return "FROM names no image";
    if (matches(from,
                {"mcr.microsoft.com/windows/nanoserver:latest", "mcr.microsoft.com/windows/servercore:latest",
                 "microsoft/nanoserver:latest", "microsoft/windowsservercore:latest"}))
        return "'" + from + "' is there no more";
    if (architecture == "amd64"
        && matches(from, {"docker.elastic.co/elasticsearch/elasticsearch:*",
                          "docker.elastic.co/kibana/kibana:*", "docker.elastic.co/logstash/logstash:*"}))
        return "";
    if (architecture.starts_with("windows-")
        && matches(from, {"mcr.microsoft.com/windows/nanoserver:*", "mcr.microsoft.com/windows/servercore:*",
                          "microsoft/nanoserver:*", "microsoft/windowsservercore:*"}))
        return "";
    const std::string subject = "'" + support::printable(from) + "' ";
    const auto [image, tag] = parted(from);
    if (!is_image_name(image)) return subject + "is no official image";
    const File* file = find(image);
    if (file == nullptr) return "";
    const auto found = entries(*file, tag);
    if (found.empty()) return subject + "is no tag of the official image";
    const bool supported = std::ranges::any_of(found, [&](const Paragraph* entry) {
        const auto all = sources(*file, *entry);
        return std::ranges::any_of(all, [&](const Source& s) { return s.architecture == architecture; });
    });
    return supported ? "" : subject + "is not there for " + architecture;
}

std::optional<std::vector<std::string>> Images::constraints(const std::string& from) {
    if (from == "scratch") return std::vector<std::string>();
    const auto [image, tag] = parted(from);
    if (image.ends_with("/nanoserver") || image.ends_with("/servercore")
        || image.ends_with("/windowsservercore")) {
        const std::string name = image.ends_with("/nanoserver") ? "nanoserver" : "windowsservercore";
        return std::vector<std::string>{tag == "latest" ? name : name + "-" + tag};
    }
    const File* file = is_image_name(image) ? find(image) : nullptr;
    if (file == nullptr) return std::nullopt;
    std::vector<std::string> out;
    for (const Paragraph* entry : entries(*file, tag))
        for (std::string& constraint : constraints_of(*file, *entry))
            out.push_back(std::move(constraint));
    return out;
}

} // namespace slipway::stackbrew
