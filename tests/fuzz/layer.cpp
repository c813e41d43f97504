// SPDX-License-Identifier: GPL-3.0-or-later
//
// Layers of an image, from the first byte to a tree: the first byte says how they are compressed. However the
// bytes come, the same tree; within the limits; and where nothing odd is told of a tar, libarchive reads the
// same entries.
#include "input.hpp"

#include <fcntl.h>
#include <layer.hpp>
#include <support/fs.hpp>
#include <sys/mman.h>
#include <unistd.h>

#include <cstdio>

using namespace slipway;
using namespace slipway::verify;

namespace {

constexpr Limits limits{1u << 22, 500, 1u << 18};

struct Read {
    bool whole = false;
    std::string tree;    ///< as text
    std::string diff_id; ///< of what could be unpacked
    std::size_t findings = 0;
};

std::string line_of(const std::string& path, const support::TarEntry& entry, const std::string& sha256) {
    std::string line = path + '\0' + support::name_of(entry.type) + ' ' + std::to_string(entry.mode) + ' '
                       + std::to_string(entry.uid) + ' ' + std::to_string(entry.gid) + ' '
                       + std::to_string(entry.size) + ' ' + entry.link + '\0' + sha256;
    for (const auto& [name, value] : entry.xattrs)
        line += '\0' + name + '=' + value;
    return line + '\n';
}

Read read_layer(Compression compression, std::string_view bytes, std::size_t piece) {
    Tree tree;
    Limits left = limits;
    Findings findings;
    Read read;
    auto reader = LayerReader::create(compression, tree, 0, left, findings);
    fuzz::require(static_cast<bool>(reader));
    for (std::size_t at = 0; at < bytes.size(); at += piece)
        if (!reader.value()->feed(bytes.substr(at, piece))) return read;
    const auto digest = reader.value()->finish();
    if (!digest) return read;
    fuzz::require(tree.paths().size() <= limits.entries);
    read = {true, "", digest.value().hex(), findings.total()};
    for (const auto& [path, name] : tree.paths())
        read.tree += line_of(path, tree.inode(name.inode).entry, tree.inode(name.inode).sha256);
    return read;
}

/// The same by libarchive; nothing of a tar that it does not read, or in which a path comes twice.
std::optional<std::string> read_by_libarchive(std::string_view bytes) {
    const support::UniqueFd memory(::memfd_create("layer", MFD_CLOEXEC));
    fuzz::require(static_cast<bool>(support::write_all(memory.get(), bytes, "fuzz")));
    ::lseek(memory.get(), 0, SEEK_SET);
    auto reader = support::TarReader::open(memory.get());
    if (!reader) return std::nullopt;
    std::map<std::string, std::string> lines;
    for (;;) {
        const auto entry = reader.value().next();
        if (!entry) return std::nullopt;
        if (!entry.value()) break;
        // What means something else in a layer: a link is told as its file, a whiteout is none.
        if (entry.value()->type == support::TarType::hardlink) return std::nullopt;
        if (entry.value()->path.find(".wh.") != std::string::npos) return std::nullopt;
        support::Sha256 hash;
        const auto content = reader.value().content([&](std::string_view some) {
            hash.update(some);
            return support::Result<void>();
        });
        if (!content) return std::nullopt;
        const bool file = entry.value()->type == support::TarType::file;
        lines[entry.value()->path] =
            line_of(entry.value()->path, *entry.value(), file ? hash.finish().hex() : "");
    }
    std::string all;
    for (const auto& [path, line] : lines)
        all += line;
    return all;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const auto compression = data[0] == 'g'   ? Compression::gzip
                             : data[0] == 'z' ? Compression::zstd
                                              : Compression::none;
    const std::string_view bytes = fuzz::text_of(data + 1, size - 1);
    const Read whole = read_layer(compression, bytes, bytes.size() + 1);
    const Read pieces = read_layer(compression, bytes, 700);
    fuzz::require(whole.whole == pieces.whole && whole.tree == pieces.tree && whole.diff_id == pieces.diff_id
                  && whole.findings == pieces.findings);
    if (!whole.whole || whole.findings > 0 || compression != Compression::none) return 0;
    const auto other = read_by_libarchive(bytes);
    if (other && *other != whole.tree) {
        std::fprintf(stderr, "ours:\n%s\nlibarchive's:\n%s\n", support::printable_text(whole.tree).c_str(),
                     support::printable_text(*other).c_str());
        std::abort();
    }
    return 0;
}
