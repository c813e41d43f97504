// SPDX-License-Identifier: GPL-3.0-or-later
#include <release.hpp>

namespace slipway::git_publish {

namespace json = support::json;

json::Value to_json(const Release& release) {
    json::Array files;
    for (const ReleaseFile& file : release.files) {
        json::Value entry;
        entry.set("path", file.path);
        entry.set("mode", octal(file.mode));
        entry.set("size", file.size);
        entry.set("sha256", file.sha256);
        files.push_back(std::move(entry));
    }
    json::Value document;
    document.set("version", release.version);
    document.set("remote", release.remote);
    document.set("tag", release.tag);
    document.set("ref", release.ref());
    document.set("commit", release.commit);
    document.set("tree", release.tree);
    if (!release.branch.empty()) document.set("branch", release.branch);
    document.set("files", std::move(files));
    return document;
}

} // namespace slipway::git_publish
