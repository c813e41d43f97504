// SPDX-License-Identifier: GPL-3.0-or-later
#include <bytes.hpp>
#include <content.hpp>
#include <tar_header.hpp>

#include <algorithm>
#include <set>
#include <unordered_set>

namespace slipway::oci {

using support::Result;
using support::TarEntry;
using support::TarType;

namespace {

std::string parent_of(const std::string& path) {
    const std::size_t slash = path.rfind('/');
    return slash == std::string::npos ? "" : path.substr(0, slash);
}

/// Where the hard links of a file are in other layers than the file, programs that unpack them disagree.
void hold_links_together(std::vector<Item>& items) {
    std::unordered_map<std::string, std::size_t> files;
    std::size_t reach = items.size(); // the earliest item that what has been seen from behind must be with
    for (std::size_t i = 0; i < items.size(); ++i)
        files[items[i].path] = i;
    for (std::size_t i = items.size(); i-- > 0;) {
        if (items[i].node != nullptr && items[i].node->entry.type == TarType::hardlink)
            reach = std::min(reach, files[items[i].node->entry.link]);
        items[i].with_previous = reach < i;
    }
}

bool same_attributes(const TarEntry& a, const TarEntry& b) {
    return a.type == b.type && a.mode == b.mode && a.uid == b.uid && a.gid == b.gid && a.mtime == b.mtime
           && a.mtime_nsec == b.mtime_nsec && a.size == b.size && a.link == b.link && a.device == b.device
           && a.xattrs == b.xattrs;
}

std::uint64_t padded(std::uint64_t size) {
    return (size + tar_block - 1) / tar_block * tar_block;
}

Result<bool> same_content(const Tree& tree, const Node& mine, const Tree& base, const Node& theirs) {
    const std::uint64_t length = padded(mine.entry.size);
    if (mine.length < length || theirs.length < length) return false; // sparse: less is stored than there is
    constexpr std::uint64_t piece = 1u << 20;
    for (std::uint64_t done = 0; done < length; done += piece) {
        const auto n = static_cast<std::size_t>(std::min(piece, length - done));
        const std::uint64_t left = length - done;
        SLIPWAY_TRY_ASSIGN(const auto a,
                           read_bytes(tree.fd(), mine.offset + mine.length - left, n, tree.name()));
        SLIPWAY_TRY_ASSIGN(const auto b,
                           read_bytes(base.fd(), theirs.offset + theirs.length - left, n, base.name()));
        if (a != b) return false;
    }
    return true;
}

class Comparison {
public:
    Comparison(const Tree& base, const Tree& tree) : base_(base), tree_(tree) {}

    /// Paths of what is new or differs.
    Result<void> run() {
        for (const Node& node : tree_.nodes()) {
            SLIPWAY_TRY_ASSIGN(const bool same, is_same(node));
            if (!same) changed_.insert(node.entry.path);
        }
        std::unordered_set<std::string> changed_files; // with a link that has changed
        for (const Node& node : tree_.nodes())
            if (is_link(node) && (changed(node) || changed_.contains(node.entry.link)))
                changed_files.insert(node.entry.link);
        for (const Node& node : tree_.nodes())
            if (changed_files.contains(is_link(node) ? node.entry.link : node.entry.path))
                changed_.insert(node.entry.path);
        return {};
    }

    /// Does the delta have this entry? Of several of one path, only the last counts.
    bool changed(const Node& node) const {
        return changed_.contains(node.entry.path) && tree_.find(node.entry.path) == &node;
    }

    /// What is gone, but for what is below something gone or no folder any more; sorted.
    std::set<std::string> removed() const {
        std::set<std::string> gone;
        for (const Node& node : base_.nodes()) {
            const std::string parent = parent_of(node.entry.path);
            const Node* above = tree_.find(parent);
            const bool implied = !parent.empty() && base_.find(parent) != nullptr
                                 && (above == nullptr || above->entry.type != TarType::directory);
            if (tree_.find(node.entry.path) == nullptr && !implied) gone.insert(node.entry.path);
        }
        return gone;
    }

private:
    static bool is_link(const Node& node) { return node.entry.type == TarType::hardlink; }

    Result<bool> is_same(const Node& node) const {
        const Node* const before = base_.find(node.entry.path);
        if (before == nullptr || !same_attributes(node.entry, before->entry)) return false;
        if (node.entry.type != TarType::file) return true;
        return same_content(tree_, node, base_, *before);
    }

    const Tree& base_;
    const Tree& tree_;
    std::unordered_set<std::string> changed_;
};

std::string whiteout_of(const std::string& path) {
    const std::string parent = parent_of(path);
    return parent.empty() ? ".wh." + path : parent + "/.wh." + path.substr(parent.size() + 1);
}

} // namespace

Content all_of(const Tree& tree) {
    Content content{&tree, {}};
    for (const Node& node : tree.nodes())
        content.items.push_back({node.entry.path, &node, {}, node.begins_segment});
    hold_links_together(content.items);
    return content;
}

Result<Content> delta(const Tree& base, const Tree& tree, std::int64_t mtime) {
    Comparison comparison(base, tree);
    SLIPWAY_TRY(comparison.run());
    Content content{&tree, {}};
    for (const std::string& path : comparison.removed())
        content.items.push_back({path, nullptr, tar_file_header(whiteout_of(path), 0, mtime)});
    bool begins = false; // a segment whose first entry is left out begins with the next
    for (const Node& node : tree.nodes()) {
        begins = begins || node.begins_segment;
        if (!comparison.changed(node)) continue;
        content.items.push_back({node.entry.path, &node, {}, begins});
        begins = false;
    }
    hold_links_together(content.items);
    return content;
}

std::vector<const Node*> folders_above(const Content& content, std::size_t begin, std::size_t end) {
    std::unordered_set<std::string> here;
    for (std::size_t i = begin; i < end; ++i)
        if (content.items[i].node != nullptr) here.insert(content.items[i].path);
    std::unordered_set<std::string> seen;
    std::vector<const Node*> folders;
    for (std::size_t i = begin; i < end; ++i)
        for (std::string path = parent_of(content.items[i].path); !path.empty() && seen.insert(path).second;
             path = parent_of(path)) {
            const Node* const node = content.tree->find(path);
            if (node != nullptr && node->entry.type == TarType::directory && !here.contains(path))
                folders.push_back(node);
        }
    std::ranges::sort(folders, {}, &Node::offset);
    return folders;
}

} // namespace slipway::oci
