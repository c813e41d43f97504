// SPDX-License-Identifier: GPL-3.0-or-later
#include <oci_import.hpp>
#include <quoted.hpp>
#include <sources.hpp>
#include <support/hash.hpp>
#include <support/json.hpp>
#include <support/text.hpp>

#include <algorithm>

namespace slipway::stackbrew {

namespace json = support::json;
using support::Result;

namespace {

constexpr std::uint64_t max_document = 4u << 20;
constexpr std::uint64_t max_blob = 256u << 20; // GitHub takes 100 MiB
constexpr const char* manifest_type = "application/vnd.oci.image.manifest.v1+json";
constexpr const char* config_type = "application/vnd.oci.image.config.v1+json";
constexpr const char* layer_types[] = {"application/vnd.oci.image.layer.v1.tar",
                                       "application/vnd.oci.image.layer.v1.tar+gzip"};

// The members that image-spec v1.1's Go types know; another one is refused (DisallowUnknownFields).
const std::vector<std::string> layout_members = {"imageLayoutVersion"};
const std::vector<std::string> index_members = {"schemaVersion", "mediaType", "artifactType",
                                                "manifests",     "subject",   "annotations"};
const std::vector<std::string> manifest_members = {"schemaVersion", "mediaType", "artifactType", "config",
                                                   "layers",        "subject",   "annotations"};
const std::vector<std::string> descriptor_members = {"mediaType",   "digest", "size",     "urls",
                                                     "annotations", "data",   "platform", "artifactType"};
const std::vector<std::string> platform_members = {"architecture", "os", "os.version", "os.features",
                                                   "variant"};

class Layout {
public:
    Layout(const git::Reader& repository, const std::string& commit, const std::string& directory)
        : repository_(repository), commit_(commit), directory_(directory) {}

    Result<std::vector<std::string>> check(const std::string& file) {
        SLIPWAY_TRY_ASSIGN(const auto header, read("oci-layout"));
        const json::Value layout = header ? parse(*header, "oci-layout", layout_members) : json::Value();
        if (!layout.is_null() && layout["imageLayoutVersion"] != json::Value("1.0.0"))
            add("oci-layout", "imageLayoutVersion is not \"1.0.0\"");
        SLIPWAY_TRY_ASSIGN(const auto text, read(file));
        if (!text) return std::move(complaints_);
        const json::Value first =
            parse(*text, file, file == "index.json" ? index_members : descriptor_members);
        if (first.is_null()) return std::move(complaints_);
        if (file != "index.json") {
            SLIPWAY_TRY(image(first, file));
            return std::move(complaints_);
        }
        if (first["schemaVersion"] != json::Value(2)) add(file, "schemaVersion is not 2");
        const auto& manifests = first["manifests"].as_array();
        if (manifests.size() != 1)
            add(file, "has " + std::to_string(manifests.size()) + " manifests, and oci-import takes one");
        else
            SLIPWAY_TRY(image(manifests.front(), file));
        return std::move(complaints_);
    }

private:
    void add(const std::string& file, const std::string& what) {
        complaints_.push_back(quoted(clean_path(directory_ + "/" + file)) + ": " + what);
    }

    /// Nothing after a complaint.
    Result<std::optional<std::string>> read(const std::string& file) {
        SLIPWAY_TRY_ASSIGN(const auto found, repository_.find(commit_, directory_ + "/" + file));
        if (!found) {
            add(file, "is not in commit " + commit_);
            return std::optional<std::string>();
        }
        SLIPWAY_TRY_ASSIGN(std::string text, repository_.read(*found, max_document));
        return std::optional<std::string>(std::move(text));
    }

    /// The document, or null after a complaint.
    json::Value parse(const std::string& text, const std::string& file,
                      const std::vector<std::string>& members) {
        auto document = json::parse(text);
        if (document && !document.value().is_object())
            add(file, "is not a JSON object");
        else if (!document)
            add(file, document.error().what);
        if (!document || !document.value().is_object()) return json::Value();
        known(document.value(), file, members);
        return std::move(document).value();
    }

    void known(const json::Value& object, const std::string& file, const std::vector<std::string>& members) {
        for (const json::Member& member : object.as_object())
            if (std::ranges::find(members, member.key) == members.end())
                add(file, "has a member " + quoted(member.key) + ", which oci-import does not take");
    }

    Result<void> image(const json::Value& descriptor, const std::string& file) {
        if (descriptor["mediaType"] != json::Value(manifest_type))
            add(file, "its manifest is of type " + quoted(descriptor["mediaType"].as_string()) + ", not "
                          + manifest_type);
        SLIPWAY_TRY_ASSIGN(const auto text, blob(descriptor, file, max_document));
        if (!text) return {};
        const std::string name = path_of(descriptor);
        const json::Value manifest = parse(*text, name, manifest_members);
        if (manifest.is_null()) return {};
        if (manifest["config"]["mediaType"] != json::Value(config_type))
            add(name, "its config is of type " + quoted(manifest["config"]["mediaType"].as_string()));
        SLIPWAY_TRY(blob(manifest["config"], name, max_document));
        if (manifest["layers"].as_array().empty()) add(name, "has no layers");
        for (const json::Value& layer : manifest["layers"].as_array()) {
            const std::string& type = layer["mediaType"].as_string();
            if (std::ranges::find(layer_types, type) == std::end(layer_types))
                add(name, "a layer is of type " + quoted(type) + ", and oci-import takes plain tar and gzip");
            SLIPWAY_TRY(blob(layer, name, max_blob));
        }
        return {};
    }

    static std::string path_of(const json::Value& descriptor) {
        const std::string& digest = descriptor["digest"].as_string();
        return "blobs/sha256/" + digest.substr(std::min(digest.size(), std::string_view("sha256:").size()));
    }

    /// What a descriptor names, if it is there and is that; else a complaint. `where`: the file that holds
    /// it.
    Result<std::optional<std::string>> blob(const json::Value& descriptor, const std::string& where,
                                            std::uint64_t max) {
        known(descriptor, where, descriptor_members);
        known(descriptor["platform"], where, platform_members);
        const std::string& digest = descriptor["digest"].as_string();
        const bool good = digest.size() == 71 && digest.starts_with("sha256:")
                          && digest.find_first_not_of("0123456789abcdef", 7) == std::string::npos;
        if (!good) {
            add(where, "digest " + quoted(digest) + " is not sha256: and 64 hex digits");
            return std::optional<std::string>();
        }
        const std::string path = path_of(descriptor);
        SLIPWAY_TRY_ASSIGN(const auto found, repository_.find(commit_, directory_ + "/" + path));
        if (!found) {
            add(path, "is not in commit " + commit_);
            return std::optional<std::string>();
        }
        if (descriptor["size"] != json::Value(found->size)) {
            add(path, "has " + std::to_string(found->size) + " bytes, and its descriptor says "
                          + std::to_string(descriptor["size"].as_integer(-1)));
            return std::optional<std::string>();
        }
        SLIPWAY_TRY_ASSIGN(std::string text, repository_.read(*found, max));
        if (support::Digest::of(text).hex() == digest.substr(7))
            return std::optional<std::string>(std::move(text));
        add(path, "is not what its name says");
        return std::optional<std::string>();
    }

    const git::Reader& repository_;
    const std::string& commit_;
    const std::string& directory_;
    std::vector<std::string> complaints_;
};

} // namespace

Result<std::vector<std::string>> check_layout(const git::Reader& repository, const std::string& commit,
                                              const std::string& directory, const std::string& file) {
    return Layout(repository, commit, directory).check(file);
}

} // namespace slipway::stackbrew
