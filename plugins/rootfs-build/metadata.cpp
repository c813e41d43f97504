// SPDX-License-Identifier: GPL-3.0-or-later
#include "metadata.hpp"

#include "packed.hpp"

#include <algorithm>
#include <limits>
#include <utility>

namespace slipway::rootfs {

using support::Error;
using support::Kind;
using support::Result;

namespace {

// The largest real ones (linux-firmware) are below 1 MB packed and 5 MB unpacked.
constexpr std::size_t max_pkginfo = 4u << 20;
constexpr std::size_t max_packed_mtree = 16u << 20;
constexpr std::size_t max_mtree = 64u << 20;

Result<std::vector<std::string>> file_list(std::string_view packed) {
    SLIPWAY_TRY_ASSIGN(const auto mtree, Decompressor::open(packed));
    std::string text;
    for (;;) {
        SLIPWAY_TRY_ASSIGN(const std::string_view bytes, mtree->next());
        if (bytes.empty()) break;
        if (text.size() + bytes.size() > max_mtree)
            return Error{Kind::resource, "larger than " + std::to_string(max_mtree) + " bytes unpacked"};
        text += bytes;
    }
    SLIPWAY_TRY_ASSIGN(std::vector<std::string> paths, mtree_paths(text));
    std::sort(paths.begin(), paths.end());
    return paths;
}

Result<PackageInfo> pkginfo(PackageReader& reader) {
    SLIPWAY_TRY_ASSIGN(const std::string text, reader.text(max_pkginfo));
    return parse_pkginfo(text);
}

Result<std::vector<std::string>> mtree(PackageReader& reader) {
    SLIPWAY_TRY_ASSIGN(const std::string text, reader.text(max_packed_mtree));
    return file_list(text);
}

class Bytes final : public ByteSource {
public:
    explicit Bytes(std::string_view bytes) : bytes_(bytes) {}

    Result<std::string_view> next() override { return std::exchange(bytes_, {}); }

    std::uint64_t packed() const override { return 0; }

private:
    std::string_view bytes_;
};

Result<Metadata> read(std::unique_ptr<ByteSource> source, Pulse pulse, std::uint64_t max_content) {
    SLIPWAY_TRY_ASSIGN(const auto reader,
                       PackageReader::open(std::move(source), std::move(pulse), max_content));
    std::optional<PackageInfo> info;
    std::optional<std::vector<std::string>> files;
    while (!info || !files) {
        SLIPWAY_TRY_ASSIGN(const std::optional<Entry> entry, reader->next());
        if (!entry) break;
        if (entry->path == ".PKGINFO") {
            auto parsed = pkginfo(*reader);
            if (!parsed) return std::move(parsed).error().in(".PKGINFO");
            info = std::move(parsed).value();
        } else if (entry->path == ".MTREE") {
            auto parsed = mtree(*reader);
            if (!parsed) return std::move(parsed).error().in(".MTREE");
            files = std::move(parsed).value();
        }
    }
    if (!info) return Error{Kind::verify, "no .PKGINFO", "this is no pacman package"};
    return Metadata{std::move(*info), std::move(files)};
}

} // namespace

Result<Metadata> read_metadata(support::UniqueFd package, Pulse pulse, std::uint64_t max_content) {
    SLIPWAY_TRY_ASSIGN(auto source, open_packed(std::move(package), std::make_shared<UnpackRoom>()));
    return read(std::move(source), std::move(pulse), max_content);
}

std::optional<Metadata> metadata_in(std::string_view start) {
    auto metadata = read(std::make_unique<Bytes>(start), nullptr, std::numeric_limits<std::uint64_t>::max());
    if (!metadata || !metadata.value().files) return std::nullopt;
    return std::move(metadata).value();
}

} // namespace slipway::rootfs
