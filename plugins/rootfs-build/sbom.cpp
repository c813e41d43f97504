// SPDX-License-Identifier: GPL-3.0-or-later
#include "sbom.hpp"

#include "license.hpp"

#include <common/purl.hpp>
#include <support/hash.hpp>
#include <support/json.hpp>
#include <support/text.hpp>

#include <algorithm>
#include <set>
#include <unordered_map>

namespace slipway::rootfs {

namespace json = support::json;

namespace {

constexpr const char* root_id = "SPDXRef-rootfs";
constexpr const char* unknown = "NOASSERTION";

json::Value object(std::initializer_list<std::pair<const char*, json::Value>> members) {
    json::Value value = json::Object{};
    for (const auto& [key, member] : members)
        value.set(key, member);
    return value;
}

/// Package names hold more than an SPDX identifier may (letters, digits, '.' and '-').
class Ids {
public:
    const std::string& of(const std::string& name) {
        const auto [it, inserted] = by_name_.try_emplace(name);
        if (!inserted) return it->second;
        std::string id = "SPDXRef-Package-";
        for (const char c : name)
            id += std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '.' || c == '-' ? c : '-';
        std::string unique = id;
        for (int n = 2; !taken_.insert(unique).second; ++n)
            unique = id + "." + std::to_string(n);
        return it->second = unique;
    }

private:
    std::unordered_map<std::string, std::string> by_name_;
    std::set<std::string> taken_;
};

/// Who built the package, in SPDX's words: "Person: NAME (EMAIL)".
std::string supplier(const PackageInfo& info) {
    const std::string packager = support::printable(info.packager.value_or(""));
    if (packager.empty() || packager == "Unknown Packager") return unknown;
    const std::size_t open = packager.find(" <");
    if (open == std::string::npos || !packager.ends_with('>')) return "Person: " + packager;
    return "Person: " + packager.substr(0, open) + " ("
           + packager.substr(open + 2, packager.size() - open - 3) + ")";
}

bool is_web_address(const std::string& url) {
    return (url.starts_with("https://") || url.starts_with("http://"))
           && std::all_of(url.begin(), url.end(), [](char c) { return c > ' ' && c < 0x7f; });
}

std::string valid_text(const std::string& text) {
    return support::is_valid_utf8(text) ? text : support::printable(text);
}

json::Value package_object(const Installed& package, const std::string& id, LicenseRefs& refs) {
    const PackageInfo& info = package.info;
    json::Value value = object({{"SPDXID", id}, {"name", info.name}, {"versionInfo", info.version}});
    if (!package.locked.filename.empty()) value.set("packageFileName", package.locked.filename);
    value.set("supplier", supplier(info));
    value.set("downloadLocation", unknown);
    value.set("filesAnalyzed", false);
    value.set("checksums",
              json::Array{object({{"algorithm", "SHA256"}, {"checksumValue", package.locked.sha256}})});
    if (is_web_address(info.url.value_or(""))) value.set("homepage", *info.url);
    value.set("licenseConcluded", unknown);
    value.set("licenseDeclared", license_expression(info.licenses, refs));
    value.set("copyrightText", unknown);
    if (!info.desc.value_or("").empty()) value.set("summary", valid_text(*info.desc));
    if (info.build_date > 0) value.set("builtDate", support::iso_time(info.build_date));
    value.set(
        "externalRefs",
        json::Array{object({{"referenceCategory", "PACKAGE-MANAGER"},
                            {"referenceType", "purl"},
                            {"referenceLocator", common::alpm_purl(info.name, info.version, info.arch)}})});
    return value;
}

json::Value relationship(const std::string& from, const char* type, const std::string& to) {
    return object({{"spdxElementId", from}, {"relationshipType", type}, {"relatedSpdxElement", to}});
}

/// "name>=1:2-3" without the version.
std::string name_in(const std::string& dependency) {
    return dependency.substr(0, dependency.find_first_of("<>="));
}

/// Which package a dependency's name stands for: the one of that name, else the first that provides it.
std::unordered_map<std::string, const Installed*> providers(const std::vector<Installed>& packages) {
    std::unordered_map<std::string, const Installed*> by_name;
    for (const Installed& package : packages)
        by_name.emplace(package.info.name, &package);
    for (const Installed& package : packages)
        for (const std::string& provided : package.info.provides)
            by_name.emplace(name_in(provided), &package);
    return by_name;
}

json::Array relationships(const std::vector<Installed>& packages, Ids& ids) {
    json::Array list{relationship("SPDXRef-DOCUMENT", "DESCRIBES", root_id)};
    for (const Installed& package : packages)
        list.push_back(relationship(root_id, "CONTAINS", ids.of(package.info.name)));
    const auto by_name = providers(packages);
    for (const Installed& package : packages) {
        std::set<const Installed*> done{&package};
        for (const std::string& dependency : package.info.depends) {
            const auto it = by_name.find(name_in(dependency));
            if (it != by_name.end() && done.insert(it->second).second)
                list.push_back(
                    relationship(ids.of(package.info.name), "DEPENDS_ON", ids.of(it->second->info.name)));
        }
    }
    return list;
}

json::Array extracted_licenses(const LicenseRefs& refs) {
    json::Array list;
    for (const auto& [id, words] : refs.words())
        list.push_back(
            object({{"licenseId", id},
                    {"name", valid_text(words)},
                    {"extractedText", "The package names its license '" + valid_text(words) + "'."}}));
    return list;
}

} // namespace

std::string sbom_text(const std::vector<Installed>& packages, std::int64_t created) {
    Ids ids;
    LicenseRefs refs;
    json::Array list{object({{"SPDXID", root_id},
                             {"name", "rootfs"},
                             {"supplier", unknown},
                             {"downloadLocation", unknown},
                             {"filesAnalyzed", false},
                             {"licenseConcluded", unknown},
                             {"licenseDeclared", unknown},
                             {"copyrightText", unknown},
                             {"primaryPackagePurpose", "ARCHIVE"}})};
    for (const Installed& package : packages)
        list.push_back(package_object(package, ids.of(package.info.name), refs));
    json::Value document =
        object({{"spdxVersion", "SPDX-2.3"},
                {"dataLicense", "CC0-1.0"},
                {"SPDXID", "SPDXRef-DOCUMENT"},
                {"name", "rootfs"},
                {"documentNamespace", ""},
                {"creationInfo", object({{"created", support::iso_time(created)},
                                         {"creators", json::Array{"Tool: slipway-rootfs-build"}}})},
                {"packages", std::move(list)},
                {"hasExtractedLicensingInfos", extracted_licenses(refs)},
                {"relationships", relationships(packages, ids)}});
    // The same document always has the same name, and no other one has it.
    document.set("documentNamespace",
                 "https://spdx.org/spdxdocs/rootfs-" + support::Digest::of(json::dump(document)).hex());
    return json::dump_pretty(document);
}

std::string package_list_text(const std::vector<Installed>& packages) {
    std::vector<const Installed*> sorted;
    for (const Installed& package : packages)
        sorted.push_back(&package);
    std::sort(sorted.begin(), sorted.end(),
              [](const Installed* a, const Installed* b) { return a->info.name < b->info.name; });
    std::string text;
    for (const Installed* package : sorted)
        text += package->info.name + ' ' + package->info.version + '\n';
    return text;
}

} // namespace slipway::rootfs
