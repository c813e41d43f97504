// SPDX-License-Identifier: GPL-3.0-or-later
//
// Layers of small tars, and what was found in them.
#pragma once

#include <gmock/gmock.h>
#include <layer.hpp>
#include <tar_of/tar_of.hpp>

namespace slipway::test {

/// "subject: field: expected | found" of each finding that counts.
inline std::vector<std::string> lines_of(const verify::Findings& findings) {
    std::vector<std::string> lines;
    for (const verify::Finding& f : findings.list())
        if (f.allowed_by.empty())
            lines.push_back(f.subject + ": " + f.field + ": " + f.expected + " | " + f.found);
    return lines;
}

/// Layers, one on top of the other.
class Layers {
public:
    /// "" or the error.
    std::string add(const std::string& tar) {
        auto reader = verify::LayerReader::create(verify::Compression::none, tree, count_++, left, findings);
        if (!reader) return reader.error().message();
        // Byte by byte at first: pieces may be of any size.
        for (std::size_t at = 0; at < tar.size(); at += at < 2048 ? 1 : 1000) {
            auto fed = reader.value()->feed(std::string_view(tar).substr(at, at < 2048 ? 1 : 1000));
            if (!fed) return fed.error().message();
        }
        auto done = reader.value()->finish();
        return done ? "" : done.error().message();
    }

    std::string add(const std::vector<TarFile>& files) { return add(tar_of(files)); }

    std::vector<std::string> paths() const {
        std::vector<std::string> list;
        for (const auto& [path, name] : tree.paths())
            list.push_back(path);
        return list;
    }

    verify::Tree tree;
    verify::Limits left;
    verify::Findings findings;

private:
    std::size_t count_ = 0;
};

} // namespace slipway::test
