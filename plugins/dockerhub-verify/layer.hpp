// SPDX-License-Identifier: GPL-3.0-or-later
//
// One layer, put on top of those before it (image-spec 1.1, layer.md, "Applying Changesets").
#pragma once

#include "finding.hpp"
#include "handoff.hpp"
#include "tar_stream.hpp"
#include "tree.hpp"
#include "unpack.hpp"

#include <support/hash.hpp>

#include <memory>
#include <optional>
#include <set>

namespace slipway::verify {

/// What an image may come to: one that wants more is hostile. Of all its layers together.
struct Limits {
    std::uint64_t unpacked = 16'000'000'000; ///< bytes of all tars
    std::uint64_t entries = 1'000'000;       ///< and folders made because something is in them
    std::uint64_t metadata = 256'000'000;    ///< bytes of names, targets and extended attributes
};

/// Takes the entries of a layer's tar. What a container's engine could take in another way is a finding
/// "form": an entry twice, a whiteout beside the entry it removes, a path through a symlink, a folder nobody
/// describes.
class LayerTree final : public TarSink {
public:
    /// `number`: of the layer, from 0. All borrowed.
    LayerTree(Tree& tree, std::size_t number, Limits& left, Findings& findings)
        : tree_(tree), number_(number), left_(left), findings_(findings) {}

    support::Result<void> begin(support::TarEntry entry, const std::string& odd) override;

    void content(std::string_view bytes) override { hash_->update(bytes); }

    support::Result<void> end() override;
    void odd(const std::string& what) override;

    /// Call once, after the last entry.
    void finish();

private:
    void find(const std::string& path, const std::string& what);
    support::Result<bool> take_whiteout(const support::TarEntry& entry);
    void whiteout(const support::TarEntry& entry, const std::string& folder, const std::string& name);
    support::Result<void> check_parent(const std::string& path);
    support::Result<void> spend(std::uint64_t bytes);
    void check_place(const support::TarEntry& entry);
    void put();
    void put_link();

    Tree& tree_;
    std::size_t number_;
    Limits& left_;
    Findings& findings_;
    std::optional<support::TarEntry> entry_; ///< that has begun and is no whiteout
    std::optional<support::Sha256> hash_;
    std::set<std::string> whiteouts_; ///< what they remove
    std::set<std::string> implicit_;  ///< folders made because something is in them
};

/// A layer's blob on its way into a tree. It is unpacked on the caller's thread, and read on another: both
/// take long.
class LayerReader {
public:
    static support::Result<std::unique_ptr<LayerReader>>
    create(Compression compression, Tree& tree, std::size_t number, Limits& left, Findings& findings);

    /// Kind::verify: cannot be unpacked or read, in one way only.
    support::Result<void> feed(std::string_view bytes) { return unpacker_->feed(bytes); }

    /// Call once. The digest of the unpacked tar: the layer's diff_id (image-spec 1.1, config.md).
    support::Result<support::Digest> finish();

private:
    LayerReader(Tree& tree, std::size_t number, Limits& left, Findings& findings)
        : left_(left), tree_(tree, number, left, findings), tar_(tree_),
          tar_bytes_([this](std::string_view bytes) { return take(bytes); }) {}

    support::Result<void> take(std::string_view bytes);

    Limits& left_;
    LayerTree tree_;
    TarStream tar_;
    support::Sha256 hash_;
    std::unique_ptr<Unpacker> unpacker_;
    Handoff tar_bytes_; // last: its thread uses the rest
};

} // namespace slipway::verify
