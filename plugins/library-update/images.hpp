// SPDX-License-Identifier: GPL-3.0-or-later
//
// The other official images, out of the library files of one folder.
#pragma once

#include <sources.hpp>
#include <stackbrew.hpp>

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace slipway::stackbrew {

class Images {
public:
    /// `folder` holds a library file for each image; `own` is read instead of the file `name`.
    Images(std::string folder, std::string name, const File& own)
        : folder_(std::move(folder)), name_(std::move(name)), own_(own) {}

    /// Why "IMAGE:TAG" is nothing to build on for `architecture`; "" if it is fine, or cannot be said. The
    /// rules are those of official-images' naughty-from.sh.
    std::string complaint(const std::string& from, const std::string& architecture);

    /// The Constraints that building on "IMAGE:TAG" brings; nothing if that cannot be said
    /// (naughty-constraints.sh).
    std::optional<std::vector<std::string>> constraints(const std::string& from);

    /// Images whose library files are not in the folder, so that nothing could be said of them.
    const std::vector<std::string>& unknown() const { return unknown_; }

private:
    const File* find(const std::string& image);
    std::vector<const Paragraph*> entries(const File& file, const std::string& tag) const;

    std::string folder_, name_;
    const File& own_;
    std::map<std::string, std::optional<File>> others_;
    std::vector<std::string> unknown_;
};

} // namespace slipway::stackbrew
