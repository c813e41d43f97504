// SPDX-License-Identifier: GPL-3.0-or-later
#include <rootfs/entry.hpp>
#include <support/text.hpp>

#include <algorithm>

namespace slipway::rootfs {

using support::Error;
using support::Kind;
using support::Result;

namespace {

Error refuse(std::string_view name, const char* why) {
    // A name may be megabytes long, and hold what a terminal would obey.
    std::string shown = support::printable(name.substr(0, 200));
    return Error{Kind::verify, "entry '" + shown + (name.size() > 200 ? "...' " : "' ") + why,
                 "no sound package has such an entry; do not use it"};
}

} // namespace

const char* name_of(Type type) {
    switch (type) {
    case Type::file:
        return "file";
    case Type::directory:
        return "directory";
    case Type::symlink:
        return "symlink";
    case Type::hardlink:
        return "hardlink";
    case Type::fifo:
        return "fifo";
    }
    return "file";
}

Result<void> check_text(std::string_view text) {
    constexpr std::size_t longest = 4095;
    if (text.empty()) return refuse(text, "has an empty name or target");
    if (text.size() > longest) return refuse(text, "has a name or target of more than 4095 bytes");
    if (!support::is_valid_utf8(text)) return refuse(text, "has a name or target that is not UTF-8");
    const auto control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; };
    if (std::any_of(text.begin(), text.end(), control))
        return refuse(text, "has a control character in its name or target");
    return {};
}

Result<void> check_path(std::string_view path) {
    SLIPWAY_TRY(check_text(path));
    if (path.front() == '/') return refuse(path, "has an absolute name");
    for (std::size_t begin = 0; begin <= path.size();) {
        const std::size_t end = std::min(path.find('/', begin), path.size());
        const std::string_view component = path.substr(begin, end - begin);
        if (component == "..") return refuse(path, "leaves the tree with '..'");
        if (component.empty() || component == ".") return refuse(path, "has an empty or '.' component");
        begin = end + 1;
    }
    return {};
}

} // namespace slipway::rootfs
