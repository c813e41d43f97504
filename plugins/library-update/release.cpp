// SPDX-License-Identifier: GPL-3.0-or-later
#include <check.hpp>
#include <dated_tag.hpp>
#include <quoted.hpp>
#include <release.hpp>
#include <support/text.hpp>

namespace slipway::stackbrew {

namespace json = support::json;
using support::Error;
using support::Kind;
using support::Result;

Result<Release> read_release(const json::Value& document) {
    Release release;
    const std::pair<const char*, std::string*> fields[] = {{"version", &release.version},
                                                           {"remote", &release.remote},
                                                           {"tag", &release.tag},
                                                           {"ref", &release.ref},
                                                           {"commit", &release.commit}};
    for (const auto& [key, target] : fields) {
        const json::Value& value = document[key];
        if (!value.is_string() || value.as_string().empty())
            return Error{Kind::config, std::string("release: no '") + key + "'",
                         "the input must be a release document, as git-publish makes it"};
        *target = value.as_string();
    }
    for (const json::Value& file : document["files"].as_array())
        release.files.push_back(file["path"].as_string());
    return release;
}

Result<void> check_release(const Release& release) {
    if (!is_commit(release.commit))
        return Error{Kind::config,
                     "release: commit " + quoted(release.commit) + " is not 40 or 64 lower-case hex digits"};
    if (git_tag_of(release.ref).empty() || !is_fetch_ref(release.ref))
        return Error{Kind::config, "release: ref " + quoted(release.ref) + " is not refs/tags/NAME"};
    return {};
}

std::string name_of(const Release& release) {
    std::vector<std::string> values;
    for (const auto& [axis, value] : release.variant)
        values.push_back(axis + "=" + value);
    return values.empty() ? "release" : "release of " + support::join(values, ",");
}

} // namespace slipway::stackbrew
