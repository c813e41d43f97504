// SPDX-License-Identifier: GPL-3.0-or-later
//
// Images, and the files of the layouts they make up (image-spec 1.1, image-layout.md).
#pragma once

#include <documents.hpp>

#include <string>
#include <vector>

namespace slipway::oci {

/// A file to be attached to an image: SBOM, provenance.
struct Attachment {
    std::string name, media_type;
    std::string path; ///< of the file
    Descriptor file;
};

struct Image {
    std::string name;   ///< of the root filesystem, for messages
    std::string folder; ///< of the layout that it is in: "" or ending with '/'
    Platform platform;
    std::vector<Layer> layers;
    std::vector<Attachment> attachments = {};
};

struct ImageSettings {
    RunConfig config = {};
    Texts annotations = {};     ///< of every manifest
    std::string tag = "latest"; ///< the name of each layout's image in its index
    std::int64_t created = 0;
};

/// A file of a layout.
struct File {
    std::string path; ///< below the folder of all layouts: "base/blobs/sha256/ab…"
    std::string media_type;
    support::Digest digest;
    std::string source = {}; ///< path of a file with the bytes, or
    std::string text = {};   ///< the bytes
};

/// Kind::config: two images of one folder and platform.
support::Result<void> check_images(const std::vector<Image>& images);

/// The files of all layouts, sorted by path. An index.json names one manifest: the image, or an index of one
/// image for each platform; and one for each attachment.
std::vector<File> layout_files(const std::vector<Image>& images, const ImageSettings& settings);

} // namespace slipway::oci
