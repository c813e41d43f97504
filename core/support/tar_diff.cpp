// SPDX-License-Identifier: GPL-3.0-or-later
#include <fmt/format.h>
#include <support/hash.hpp>
#include <support/tar_diff.hpp>
#include <support/text.hpp>

#include <array>
#include <map>
#include <set>

namespace slipway::support {

namespace {

struct Scanned {
    TarEntry entry;
    std::string sha256; ///< of a file's content
};

struct Archive {
    std::map<std::string, Scanned> entries;
    std::vector<std::string> order;
};

Result<Archive> scan(int fd) {
    SLIPWAY_TRY_ASSIGN(TarReader reader, TarReader::open(fd));
    Archive found;
    for (;;) {
        SLIPWAY_TRY_ASSIGN(std::optional<TarEntry> entry, reader.next());
        if (!entry) return found;
        Sha256 hash;
        if (entry->type == TarType::file) {
            auto read = reader.content([&](std::string_view bytes) {
                hash.update(bytes);
                return Result<void>();
            });
            if (!read) return std::move(read).error().in("'" + printable(entry->path) + "'");
        }
        std::string digest = entry->type == TarType::file ? hash.finish().hex() : "";
        found.order.push_back(entry->path);
        std::string path = entry->path;
        found.entries.insert_or_assign(std::move(path), Scanned{std::move(*entry), std::move(digest)});
    }
}

std::string hex(std::string_view bytes) {
    std::string out;
    for (const char c : bytes)
        out += fmt::format("{:02x}", static_cast<unsigned char>(c));
    return out;
}

using Fields = std::array<std::pair<const char*, std::string>, 9>;

Fields fields_of(const Scanned& s) {
    const TarEntry& e = s.entry;
    std::string xattrs;
    for (const auto& [name, value] : e.xattrs)
        xattrs += (xattrs.empty() ? "" : ", ") + printable(name) + "=" + hex(value);
    return {{{"type", name_of(e.type)},
             {"mode", fmt::format("{:04o}", e.mode)},
             {"owner", fmt::format("{}:{}", e.uid, e.gid)},
             {"mtime", iso_time(e.mtime) + (e.mtime_nsec ? fmt::format(" +{} ns", e.mtime_nsec) : "")},
             {"size", std::to_string(e.size)},
             {"content", s.sha256},
             {"link", printable(e.link)},
             {"xattrs", xattrs},
             {"device", std::to_string(e.device)}}};
}

class Differ {
public:
    explicit Differ(std::size_t limit) : limit_(limit) {}

    void add(const std::string& path, const char* field, std::string before, std::string after) {
        if (++found.total <= limit_)
            found.list.push_back({printable(path), field, std::move(before), std::move(after)});
    }

    void compare(const std::string& path, const Scanned* a, const Scanned* b) {
        if (a == nullptr || b == nullptr)
            return add(path, "entry", a ? name_of(a->entry.type) : "missing",
                       b ? name_of(b->entry.type) : "missing");
        const Fields before = fields_of(*a), after = fields_of(*b);
        for (std::size_t i = 0; i < before.size(); ++i)
            if (before[i].second != after[i].second)
                add(path, before[i].first, before[i].second, after[i].second);
    }

    /// Told only where the entries are the same: else it follows from those.
    void compare_order(const Archive& a, const Archive& b) {
        if (found.total > 0 || a.order == b.order) return;
        std::size_t i = 0;
        while (i < a.order.size() && i < b.order.size() && a.order[i] == b.order[i])
            ++i;
        const auto at = [&](const Archive& archive) {
            return i < archive.order.size() ? printable(archive.order[i]) : std::string("nothing");
        };
        add(i < a.order.size() ? a.order[i] : b.order[i], "order",
            fmt::format("entry {} is {}", i + 1, at(a)), fmt::format("entry {} is {}", i + 1, at(b)));
    }

    TarDifferences found;

private:
    std::size_t limit_;
};

const Scanned* find(const Archive& archive, const std::string& path) {
    const auto it = archive.entries.find(path);
    return it == archive.entries.end() ? nullptr : &it->second;
}

} // namespace

Result<TarDifferences> diff_tars(int before, int after, std::size_t limit) {
    SLIPWAY_TRY_ASSIGN(const Archive a, scan(before));
    SLIPWAY_TRY_ASSIGN(const Archive b, scan(after));
    std::set<std::string> paths;
    for (const Archive* archive : {&a, &b})
        paths.insert(archive->order.begin(), archive->order.end());
    Differ differ(limit);
    for (const std::string& path : paths)
        differ.compare(path, find(a, path), find(b, path));
    differ.compare_order(a, b);
    return std::move(differ.found);
}

} // namespace slipway::support
