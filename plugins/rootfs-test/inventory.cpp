// SPDX-License-Identifier: GPL-3.0-or-later
#include "inventory.hpp"

#include "copy.hpp"

#include <support/hash.hpp>
#include <support/text.hpp>

namespace slipway::rootfs_test {

using support::Error;
using support::Kind;
using support::Result;
using support::TarEntry;
using support::TarType;

namespace {

constexpr std::uint64_t max_text = 16u << 20;

} // namespace

Result<Inventory> Inventory::read(int fd, const Wanted& wanted, const Pulse& pulse, Copy* copy) {
    SLIPWAY_TRY_ASSIGN(support::TarReader reader, support::TarReader::open(fd));
    Inventory found;
    std::uint64_t done = 0;
    for (;;) {
        SLIPWAY_TRY_ASSIGN(const std::optional<TarEntry> entry, reader.next());
        if (!entry) return found;
        SLIPWAY_TRY(pulse(done));
        if (copy != nullptr) SLIPWAY_TRY(copy->begin(*entry));
        Node node{entry->type, entry->mode, entry->uid, entry->gid, entry->size, entry->link};
        found.texts_.erase(entry->path);
        const bool keep = entry->type == TarType::file && wanted.text(entry->path) && entry->size <= max_text;
        if (entry->type == TarType::file && (keep || wanted.hash || copy != nullptr)) {
            support::Sha256 hash;
            std::string text;
            auto read = reader.content([&](std::string_view bytes) -> Result<void> {
                if (wanted.hash) hash.update(bytes);
                if (copy != nullptr) SLIPWAY_TRY(copy->write(bytes));
                if (keep) text += bytes;
                done += bytes.size();
                return pulse(done);
            });
            if (!read) return std::move(read).error().in("'" + support::printable(entry->path) + "'");
            if (wanted.hash) node.sha256 = hash.finish().hex();
            if (keep) found.texts_.emplace(entry->path, std::move(text));
        }
        found.nodes_.insert_or_assign(entry->path, std::move(node));
    }
}

const Node* Inventory::find(const std::string& path) const {
    const auto it = nodes_.find(path);
    return it == nodes_.end() ? nullptr : &it->second;
}

const Node& Inventory::resolved(const Node& node) const {
    const Node* file = node.type == TarType::hardlink ? find(node.link) : nullptr;
    return file != nullptr ? *file : node;
}

Result<std::string> Inventory::text(const std::string& path) const {
    const Node* node = find(path);
    if (node == nullptr) return Error{Kind::not_found, "missing"};
    const auto it = texts_.find(node->type == TarType::hardlink ? node->link : path);
    if (it != texts_.end()) return it->second;
    if (node->type != TarType::file)
        return Error{Kind::not_found, std::string("a ") + support::name_of(node->type)};
    return Error{Kind::resource, support::human_bytes(node->size)};
}

std::uint64_t Inventory::size() const {
    std::uint64_t size = 0;
    for (const auto& [path, node] : nodes_)
        size += node.size;
    return size;
}

} // namespace slipway::rootfs_test
