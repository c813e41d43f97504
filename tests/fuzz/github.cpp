// SPDX-License-Identifier: GPL-3.0-or-later
//
// GitHub's answers, as github-pr asks for them: "----" is between two. The first line of the input says what
// is asked.
#include "answers.hpp"
#include "input.hpp"

#include <branch.hpp>
#include <fork.hpp>
#include <pulls.hpp>

using namespace slipway;
using namespace slipway::github;

namespace {

const Repository upstream{"up", "stream"};
const std::string commit = "0123456789012345678901234567890123456789";
constexpr const char* token = "token-that-nobody-sees";

Api make_api(const fuzz::AnswerServer& server) {
    Api::Settings settings{"http://api.test", http::Secret(token), {}, {}, ""};
    settings.network.proxy = server.proxy();
    settings.retry.attempts = 2;
    const http::RetryTools tools{[] { return std::int64_t{1793836800}; },
                                 [](std::chrono::milliseconds) { return support::Result<void>(); },
                                 [] { return 0.5; }};
    return std::move(Api::create(
                         std::move(settings), tools, [] { return false; }, [](const std::string&) {}))
        .value();
}

/// What a user would see of a failure.
template <class T>
void check(const support::Result<T>& result) {
    if (!result) fuzz::require(result.error().message().find(token) == std::string::npos);
}

const change::Change change_of_ours{"t", "b", {{"library/a", "100644", "x\n", "y\n"}}};

void ask_fork(Api& api) {
    check(look_up(api, upstream));
    Fork fork(api, {upstream, "master", ""}, "me", "me");
    check(fork.find());
    check(fork.make());
    check(sync(api, {"me", "stream"}, "master", commit, [](const std::string&) {}));
}

void ask_branch(Api& api) {
    check(head_of(api, upstream, "master"));
    check(compare(api, upstream, commit, change_of_ours));
    Branch branch(api, {"me", "stream"}, "arch", "arch");
    check(branch.put(change_of_ours, {commit, "m\n\n" + trailer("arch"), std::nullopt, 0}));
}

void ask_pulls(Api& api) {
    Pulls pulls(api, upstream);
    check(pulls.of_branch("me", "arch", "master"));
    check(pulls.unhappy(7));
    if (const auto pull = pulls.look(7)) fuzz::require(pull.value().number > 0 && !pull.value().url.empty());
    std::string why;
    check(pulls.open({upstream, "master", "me", "arch"}, "t", "b", why));
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static fuzz::AnswerServer server;
    const std::string_view text = fuzz::text_of(data, size);
    if (text.find(token) != std::string_view::npos) return 0; // whom would it be kept from?
    const std::string what = server.play(text);
    Api api = make_api(server);
    if (what == "fork")
        ask_fork(api);
    else if (what == "branch")
        ask_branch(api);
    else
        ask_pulls(api);
    return 0;
}
