// SPDX-License-Identifier: GPL-3.0-or-later
#include "manifest.hpp"

#include <common/base64.hpp>
#include <fmt/format.h>
#include <support/json.hpp>

namespace slipway::rootfs {

using support::Result;
namespace json = support::json;

namespace {

json::Value to_json(const Entry& entry, const std::string& sha256, const std::string* package) {
    json::Value line = json::Object{};
    line.set("path", entry.path);
    line.set("type", name_of(entry.type));
    line.set("mode", fmt::format("{:04o}", entry.mode));
    line.set("uid", entry.uid);
    line.set("gid", entry.gid);
    if (entry.type == Type::file) line.set("size", entry.size);
    if (!sha256.empty()) line.set("sha256", sha256);
    if (!entry.link.empty()) line.set("link", entry.link);
    if (!entry.xattrs.empty()) {
        json::Value xattrs = json::Object{};
        for (const auto& [name, value] : entry.xattrs)
            xattrs.set(name, common::base64(value));
        line.set("xattrs", std::move(xattrs));
    }
    line.set("mtime", entry.mtime.seconds);
    if (entry.mtime.nanoseconds != 0) line.set("mtime_ns", entry.mtime.nanoseconds);
    if (package != nullptr) line.set("package", *package);
    return line;
}

} // namespace

Result<void> Manifest::add(const Entry& entry, const std::string& sha256, const std::string* package) {
    if (ledger_ != nullptr) return ledger_->finish(tar_->size(), sha256, package);
    SLIPWAY_TRY(output_.write(empty_ ? "{\"slipway_manifest\":1,\"entries\":[\n" : ",\n"));
    empty_ = false;
    return output_.write(json::dump(to_json(entry, sha256, package)));
}

Result<void> Manifest::finish() {
    if (ledger_ != nullptr) return {};
    SLIPWAY_TRY(output_.write(empty_ ? "{\"slipway_manifest\":1,\"entries\":[]}\n" : "\n]}\n"));
    return output_.flush();
}

} // namespace slipway::rootfs
