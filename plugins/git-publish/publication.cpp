// SPDX-License-Identifier: GPL-3.0-or-later
#include <file_backend.hpp>
#include <fmt/format.h>
#include <layout.hpp>
#include <publication.hpp>
#include <support/text.hpp>

#include <algorithm>

namespace slipway::git_publish {

namespace {

using support::Error;
using support::Kind;
using support::Result;

Result<void> check(const Request& request) {
    std::vector<Place> places;
    for (const Source& source : request.sources)
        places.push_back({source.path, source.label});
    if (places.empty())
        return Error{Kind::config, "nothing to publish: no files", "wire the stages that make them"};
    SLIPWAY_TRY(check_tag_name(request.text.tag));
    SLIPWAY_TRY(check_identity(request.text.author));
    return check_places(places);
}

/// The bytes of all files, if each one is small enough.
Result<std::uint64_t> measure(const Request& request) {
    std::uint64_t total = 0;
    for (const Source& source : request.sources) {
        SLIPWAY_TRY_ASSIGN(const std::uint64_t size, size_of(source));
        total += size;
        if (size > request.max_object_bytes)
            return Error{Kind::resource,
                         fmt::format("'{}': {} bytes ({}), but max_object_bytes is {} ({})", source.path,
                                     size, support::human_bytes(size), request.max_object_bytes,
                                     support::human_bytes(request.max_object_bytes)),
                         "compress harder, use xz, or leave packages out; raise the limit only if the server "
                         "takes larger objects"};
    }
    return total;
}

Result<std::vector<Blob>> hash_all(const std::vector<Source>& sources, std::uint64_t total,
                                   const Meter& meter) {
    std::vector<Blob> blobs;
    std::uint64_t before = 0;
    for (const Source& source : sources) {
        SLIPWAY_TRY_ASSIGN(Blob blob, hash_blob(source, before, total, meter));
        before += blob.size;
        blobs.push_back(std::move(blob));
    }
    std::sort(blobs.begin(), blobs.end(), [](const Blob& a, const Blob& b) { return a.path < b.path; });
    return blobs;
}

std::vector<ReleaseFile> files_of(const std::vector<Blob>& blobs) {
    std::vector<ReleaseFile> files;
    for (const Blob& blob : blobs)
        files.push_back({blob.path, blob.size, blob.sha256.hex()});
    return files;
}

} // namespace

Result<Publication> Publication::prepare(const Request& request, const Meter& meter) {
    auto library = std::make_unique<Library>();
    SLIPWAY_TRY(check(request));
    SLIPWAY_TRY_ASSIGN(const std::uint64_t total, measure(request));
    SLIPWAY_TRY_ASSIGN(Remote remote, Remote::open(request.remote));
    Publication made(std::move(library), std::move(remote));
    SLIPWAY_TRY_ASSIGN(const std::vector<Blob> blobs, hash_all(request.sources, total, meter));
    SLIPWAY_TRY_ASSIGN(made.scratch_, make_scratch(request.work_dir + "/objects.git"));
    SLIPWAY_TRY(add_blobs(made.scratch_.get(), blobs));
    SLIPWAY_TRY_ASSIGN(made.ids_, make_objects(made.scratch_.get(), blobs, request.text));
    made.release_ = {request.version,       request.remote,      request.text.tag,
                     hex(made.ids_.commit), hex(made.ids_.tree), files_of(blobs)};
    SLIPWAY_TRY(made.look());
    return made;
}

std::uint64_t Publication::bytes() const {
    std::uint64_t sum = 0;
    for (const ReleaseFile& file : release_.files)
        sum += file.size;
    return sum;
}

/// Is our tag there? A tag of another commit with the same tree counts, and is the release then.
Result<void> Publication::look() {
    SLIPWAY_TRY_ASSIGN(const std::optional<RemoteTag> tag, remote_.find_tag(release_.tag));
    published_ = false;
    if (!tag) return {};
    if (!same(tag->target, ids_.target)) {
        SLIPWAY_TRY_ASSIGN(const std::optional<git_oid> tree, remote_.tree_of(tag->commit));
        if (!tree || !same(*tree, ids_.tree))
            return Error{
                Kind::conflict,
                fmt::format("tag '{}' is on the remote with another content: commit {} (tree {}), ours is "
                            "commit {} (tree {})",
                            release_.tag, hex(tag->commit), tree ? hex(*tree) : "none", hex(ids_.commit),
                            hex(ids_.tree)),
                "it was left alone: publish under another version, or delete the tag there first"};
        release_.commit = hex(tag->commit);
    }
    published_ = true;
    return {};
}

Result<void> Publication::push(const Meter& meter) {
    auto pushed = remote_.push_tag(scratch_.get(), release_.tag, bytes(), meter);
    // Whatever the push came to, the remote's refs are the truth: a race, a lost answer.
    SLIPWAY_TRY(look());
    if (published_) return {};
    if (!pushed) return pushed;
    return Error{Kind::verify,
                 "tag '" + release_.tag + "': the remote took the push, but does not list the tag",
                 "look at the remote's log: something removed the tag at once"};
}

} // namespace slipway::git_publish
