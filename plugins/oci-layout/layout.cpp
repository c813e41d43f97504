// SPDX-License-Identifier: GPL-3.0-or-later
#include <layout.hpp>
#include <support/text.hpp>

#include <map>

namespace slipway::oci {

using support::Error;
using support::Kind;
using support::Result;

namespace {

/// One layout in the making.
class Layout {
public:
    Layout(std::string folder, const ImageSettings& settings)
        : folder_(std::move(folder)), settings_(settings) {}

    void add(const Image& image) {
        for (const Layer& layer : image.layers)
            put_file(Descriptor{layer.media_type, layer.digest, layer.size}, layer.path);
        const Descriptor config = put_text(
            config_type, config_document(settings_.config, image.platform, image.layers, settings_.created));
        Descriptor manifest =
            put_text(manifest_type, manifest_document(config, image.layers, settings_.annotations));
        for (const Attachment& attachment : image.attachments)
            attach(attachment, manifest);
        manifest.platform = image.platform;
        manifests_.push_back(std::move(manifest));
    }

    /// The last: what is put then is complete.
    void finish() {
        Descriptor top =
            manifests_.size() == 1 ? manifests_.front() : put_text(index_type, index_document(manifests_));
        top.annotations["org.opencontainers.image.ref.name"] = settings_.tag;
        std::vector<Descriptor> all{std::move(top)};
        all.insert(all.end(), artifacts_.begin(), artifacts_.end());
        put("index.json", index_type, index_document(all));
        put("oci-layout", header_type, layout_document());
    }

    std::map<std::string, File> take() { return std::move(files_); }

private:
    void put(const std::string& name, const char* media_type, std::string text) {
        const std::string path = folder_ + name;
        const auto digest = support::Digest::of(text);
        files_.insert_or_assign(path, File{path, media_type, digest, {}, std::move(text)});
    }

    void put_file(const Descriptor& blob, const std::string& source) {
        const std::string path = folder_ + "blobs/sha256/" + blob.digest.hex();
        files_.insert_or_assign(path, File{path, blob.media_type, blob.digest, source});
    }

    Descriptor put_text(const char* media_type, std::string text) {
        Descriptor blob = describe(media_type, text);
        put("blobs/sha256/" + blob.digest.hex(), media_type, std::move(text));
        return blob;
    }

    void attach(const Attachment& attachment, const Descriptor& subject) {
        put_text(empty_type, std::string(empty_document()));
        put_file(attachment.file, attachment.path);
        Descriptor file = attachment.file;
        file.annotations["org.opencontainers.image.title"] = attachment.name;
        Descriptor artifact = put_text(
            manifest_type,
            artifact_document(attachment.media_type, file, subject,
                              {{"org.opencontainers.image.created", support::iso_time(settings_.created)}}));
        artifact.artifact_type = attachment.media_type;
        artifacts_.push_back(std::move(artifact));
    }

    std::string folder_;
    const ImageSettings& settings_;
    std::map<std::string, File> files_;
    std::vector<Descriptor> manifests_, artifacts_;
};

} // namespace

Result<void> check_images(const std::vector<Image>& images) {
    std::map<std::string, const Image*> places;
    for (const Image& image : images) {
        const auto [other, added] = places.emplace(image.folder + " " + image.platform.text(), &image);
        if (!added)
            return Error{Kind::config,
                         "'" + support::printable(other->second->name) + "' and '"
                             + support::printable(image.name) + "' are both for " + image.platform.text()
                             + " in the layout '" + support::printable(image.folder) + "'",
                         "put the axis in which they differ into \"platform\" or \"folder\": {AXIS}"};
    }
    return {};
}

std::vector<File> layout_files(const std::vector<Image>& images, const ImageSettings& settings) {
    std::map<std::string, Layout> layouts;
    for (const Image& image : images)
        layouts.try_emplace(image.folder, image.folder, settings).first->second.add(image);
    std::map<std::string, File> sorted;
    for (auto& [folder, layout] : layouts) {
        layout.finish();
        sorted.merge(layout.take());
    }
    std::vector<File> files;
    for (auto& [path, file] : sorted)
        files.push_back(std::move(file));
    return files;
}

} // namespace slipway::oci
