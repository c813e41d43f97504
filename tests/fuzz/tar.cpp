// SPDX-License-Identifier: GPL-3.0-or-later
//
// Tars, as support::TarReader and oci-layout read them: content is as long as its header says, an archive
// does not differ from itself, and a tree's entries are its bytes.
#include "input.hpp"

#include <fcntl.h>
#include <support/fs.hpp>
#include <support/tar_diff.hpp>
#include <sys/mman.h>
#include <tree.hpp>
#include <unistd.h>

using namespace slipway;

namespace {

constexpr std::uint64_t max_content = 4u << 20;

/// False: there is more than is worth the time.
bool read_entries(int memory) {
    ::lseek(memory, 0, SEEK_SET);
    auto reader = support::TarReader::open(memory);
    if (!reader) return true;
    for (std::uint64_t total = 0;;) {
        const auto entry = reader.value().next();
        if (!entry || !entry.value()) return true;
        if (entry.value()->size > max_content - total) return false;
        std::uint64_t size = 0;
        const auto read = reader.value().content([&](std::string_view bytes) {
            size += bytes.size();
            return support::Result<void>();
        });
        fuzz::require(size <= entry.value()->size && (!read || size == entry.value()->size));
        total += size;
    }
}

void read_tree(int memory, std::size_t size) {
    const auto tree = oci::Tree::read(memory, "fuzz");
    if (!tree) return;
    std::uint64_t end = 0;
    for (const oci::Node& node : tree.value().nodes()) {
        fuzz::require(node.offset >= end && node.length > 0 && node.offset + node.length <= size);
        fuzz::require(tree.value().find(node.entry.path) != nullptr);
        end = node.offset + node.length;
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const support::UniqueFd memory(::memfd_create("tar", MFD_CLOEXEC));
    fuzz::require(static_cast<bool>(support::write_all(memory.get(), fuzz::text_of(data, size), "fuzz")));
    if (!read_entries(memory.get())) return 0;
    read_tree(memory.get(), size);
    const std::string again = "/proc/self/fd/" + std::to_string(memory.get());
    const support::UniqueFd one(::open(again.c_str(), O_RDONLY | O_CLOEXEC)),
        other(::open(again.c_str(), O_RDONLY | O_CLOEXEC));
    const auto difference = support::diff_tars(one.get(), other.get(), 10);
    fuzz::require(!difference || difference.value().total == 0);
    return 0;
}
