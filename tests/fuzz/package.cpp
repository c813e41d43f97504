// SPDX-License-Identifier: GPL-3.0-or-later
//
// The reader of package files, from the first byte to the merge of what it takes: bounded, and no path leaves
// the tree.
#include <fcntl.h>
#include <merge.hpp>
#include <packed.hpp>
#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>

using namespace slipway;

namespace {

constexpr std::uint64_t max_content = 1u << 20;

/// Entries with their content; never more than was allowed.
void read_all(int memory) {
    auto source =
        rootfs::open_packed(support::UniqueFd(::dup(memory)), std::make_shared<rootfs::UnpackRoom>());
    if (!source) return;
    const auto reader = rootfs::PackageReader::open(std::move(source).value(), {}, max_content);
    if (!reader) return;
    std::uint64_t total = 0;
    for (;;) {
        const auto entry = reader.value()->next();
        if (!entry || !entry.value()) break;
        if (!rootfs::check_path(entry.value()->path)) std::abort();
        std::uint64_t size = 0;
        const auto read = reader.value()->content([&](std::string_view bytes) {
            size += bytes.size();
            return support::Result<void>();
        });
        total += size;
        if (size > entry.value()->size || (read && size < entry.value()->size)) std::abort();
        if (total > max_content) std::abort();
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const support::UniqueFd memory(::memfd_create("package", 0));
    if (!support::write_all(memory.get(), {reinterpret_cast<const char*>(data), size}, "fuzz")) std::abort();
    read_all(memory.get());

    rootfs::Package package;
    package.locked.name = "a";
    package.locked.version = "1-1";
    package.locked.size = size;
    package.locked.installed_size = 10;
    package.open = [&]() -> support::Result<support::UniqueFd> {
        return support::UniqueFd(::dup(memory.get()));
    };
    const support::UniqueFd nowhere(::open("/dev/null", O_WRONLY));
    rootfs::Output tar(nowhere.get(), "tar"), manifest(nowhere.get(), "manifest");
    const auto ignore = [](const std::string&) {};
    const rootfs::Observer observer{[] { return false; }, [](std::uint64_t) {}, ignore, ignore};
    rootfs::Edits edits({});
    rootfs::Options options;
    options.no_extract = {"doc/*", "!doc/x"};
    const auto merged = rootfs::merge({package}, options, {tar, manifest, edits}, observer);
    if (merged) (void)rootfs::sbom_text(merged.value(), 0);
    return 0;
}
