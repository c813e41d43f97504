// SPDX-License-Identifier: GPL-3.0-or-later
#include "patience.hpp"

#include <common/kept.hpp>
#include <fmt/format.h>
#include <support/fs.hpp>
#include <support/text.hpp>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>

namespace slipway::verify {

using support::Error;
using support::Kind;
using support::Result;

namespace {

const char* hint_of(const std::string& lag) {
    if (lag == "pull request") return "ask its reviewers";
    if (lag == "build")
        return "look at the build farm's state for this image: does it fail, or is it queued?";
    if (lag == "registry")
        return "its limit for pulls is used up: credentials raise it, and the option wait gives it time";
    return "the build has pushed it, Docker Hub does not show it: ask its support, or look at its status "
           "page";
}

} // namespace

Result<std::optional<Pending>> pending_of_submission(const support::json::Value& submission) {
    const std::string& state = submission["state"].as_string();
    const std::string url = support::printable(submission["url"].as_string());
    if (state == "open")
        return std::optional(Pending{"pull request", "the pull request " + url + " is not merged yet"});
    if (state == "closed")
        return Error{Kind::not_found, "the pull request " + url + " was closed without being merged",
                     "there will be no image; submit again"};
    return std::optional<Pending>();
}

std::optional<Pending> pending_of_hub(const std::optional<HubTag>& tag, const std::string& name,
                                      const common::Platform& platform) {
    if (!tag) return Pending{"build", "Docker Hub does not have the tag '" + name + "' yet"};
    if (std::ranges::find(tag->architectures, platform.architecture) == tag->architectures.end())
        return Pending{"build",
                       "Docker Hub's tag '" + name + "' has no image for " + platform.text() + " yet"};
    return std::nullopt;
}

Result<void> Patience::check(const Pending& pending, const std::string& image) const {
    std::int64_t began = now_;
    if (auto text = support::read_file(file_, 100)) {
        began = std::min<std::int64_t>(std::strtoll(text.value().c_str(), nullptr, 10), now_);
        common::mark_used(file_);
    } else {
        const std::string folder = file_.substr(0, file_.rfind('/'));
        SLIPWAY_TRY(support::make_dirs(folder));
        common::remove_unused(folder); // of runs that nobody resumes
        SLIPWAY_TRY(support::write_file(file_, std::to_string(now_)));
    }
    if (now_ - began < longest_.count()) return {};
    end();
    const std::string waited =
        longest_.count() == 0
            ? ""
            : fmt::format(", after {}", support::human_duration(std::chrono::seconds(now_ - began)));
    if (pending.lag == "registry") // whether the image is there nobody knows
        return Error{Kind::net_transient,
                     fmt::format("{} could not be read{}: the registry: {}", image, waited, pending.what),
                     hint_of(pending.lag)};
    return Error{Kind::not_found,
                 fmt::format("{} is not there{}: {} (the {} lags)", image, waited, pending.what, pending.lag),
                 hint_of(pending.lag)};
}

void Patience::end() const {
    ::unlink(file_.c_str());
}

} // namespace slipway::verify
