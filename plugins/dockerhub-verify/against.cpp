// SPDX-License-Identifier: GPL-3.0-or-later
#include "against.hpp"

#include "expected.hpp"

#include <support/fs.hpp>
#include <support/hash.hpp>
#include <unistd.h>

#include <algorithm>

namespace slipway::verify {

namespace json = support::json;
using support::Error;
using support::Kind;
using support::Result;

namespace {

/// Of a layout's own documents nothing is hostile.
Result<json::Value> document(const std::vector<LayoutFile>& files,
                             const std::function<bool(const LayoutFile&)>& is) {
    const auto file = std::ranges::find_if(files, is);
    if (file == files.end()) return json::Value();
    return json::parse(file->text);
}

} // namespace

Result<Against> read_against(int fd, const std::string& name) {
    char head[64] = {};
    const ssize_t n = ::pread(fd, head, sizeof head, 0);
    if (n < 0) return support::errno_error("reading '" + name + "'", errno);
    const std::string_view text(head, static_cast<std::size_t>(n));
    Against against{name};
    SLIPWAY_TRY_ASSIGN(const support::Digest digest, support::sha256_of_fd(fd));
    against.sha256 = digest.hex();
    if (text.starts_with("{\"slipway_manifest\"")) {
        SLIPWAY_TRY_ASSIGN(against.tree, tree_of_manifest(fd));
    } else if (text.starts_with('{')) {
        SLIPWAY_TRY_ASSIGN(const std::string all, support::read_all(fd, name));
        SLIPWAY_TRY_ASSIGN(against.packages, packages_of_lock(all));
    } else {
        auto tree = tree_of_tar(fd);
        if (!tree) {
            Error error = std::move(tree).error().in("'" + name + "'");
            error.hint = "a manifest, a tar (plain, zstd, xz or gzip) or a lock is wanted";
            return error;
        }
        against.tree = std::move(tree).value();
    }
    return against;
}

Result<std::optional<Manifest>> manifest_of_layout(const std::vector<LayoutFile>& files,
                                                   const std::string& folder,
                                                   const common::Platform& platform) {
    SLIPWAY_TRY_ASSIGN(json::Value index,
                       document(files, [&](const LayoutFile& f) { return f.path == folder + "index.json"; }));
    for (int depth = 0; depth < 2 && index.find("manifests") != nullptr; ++depth) {
        SLIPWAY_TRY_ASSIGN(const Index list, parse_index(index));
        std::string chosen;
        for (const IndexEntry& entry : list.entries)
            if (same_platform(platform, entry.platform)
                || (entry.platform.os.empty() && list.entries.size() == 1)) {
                chosen = entry.descriptor.digest.hex();
                break;
            }
        SLIPWAY_TRY_ASSIGN(index, document(files, [&](const LayoutFile& f) { return f.sha256 == chosen; }));
        if (index.is_null())
            return Error{Kind::config, "the layout '" + folder + "' has no image for " + platform.text(),
                         "which platform does oci-layout make?"};
    }
    if (index.is_null()) return std::optional<Manifest>();
    Findings none;
    SLIPWAY_TRY_ASSIGN(Manifest manifest, parse_manifest(index, none));
    return std::optional(std::move(manifest));
}

} // namespace slipway::verify
