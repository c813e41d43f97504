// SPDX-License-Identifier: GPL-3.0-or-later
#include "watch.hpp"

#include "call_judge.hpp"
#include "landlock.hpp"
#include "tasks.hpp"

#include <poll.h>
#include <seccomp.h>
#include <support/text.hpp>
#include <sys/ioctl.h>
#include <sys/statvfs.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <optional>
#include <set>

namespace slipway::worker {

namespace json = support::json;
using support::UniqueFd;

namespace {

/// So many different things are told of one stage.
constexpr std::size_t most_reports = 200;

/// What a process can fill at the very most, in bytes a second; it takes the kernel longer to hand it out.
constexpr std::int64_t fastest_growth = std::int64_t{4} << 30;
/// But at least twice a second, as more than one may grow.
constexpr std::chrono::milliseconds longest_trust{500};

json::Array list(const std::vector<std::string>& texts) {
    return {texts.begin(), texts.end()};
}

std::string name_of_call(const seccomp_notif& request) {
    char* name = seccomp_syscall_resolve_num_arch(request.data.arch, request.data.nr);
    std::string text = name == nullptr ? std::to_string(request.data.nr) : name;
    std::free(name);
    return text;
}

} // namespace

json::Value watched_policy(const SandboxPolicy& policy) {
    const plugin::Capabilities& may = policy.capabilities;
    const Limits limits = limits_of(policy);
    return json::Object{{"network", may.network},
                        {"hosts", list(may.hosts)},
                        {"exec", may.exec},
                        {"programs", list(program_files(may.programs))},
                        {"read", list(policy.read_paths)},
                        {"write", list(policy.write_paths)},
                        {"own", list(policy.own_folders)},
                        {"folder", policy.work_dir},
                        {"memory", limits.memory},
                        {"tasks", limits.tasks},
                        {"spare", limits.spare},
                        {"spare_files", limits.spare_files}};
}

bool tell_watch(int socket, const json::Value& policy, UniqueFd listener) {
    const std::string frame = encode_frame(policy, static_cast<bool>(listener));
    for (std::size_t sent = 0; sent < frame.size();) {
        auto n = send_some(socket, std::string_view(frame).substr(sent), sent == 0 ? listener.get() : -1);
        if (!n) return false;
        sent += n.value();
    }
    return true;
}

struct Watch::Impl {
    using Clock = std::chrono::steady_clock;

    Impl(UniqueFd socket, std::function<void(const json::Value&)> tell_it)
        : channel(std::move(socket)), tell(std::move(tell_it)) {
        if (seccomp_notify_alloc(&request, &response) != 0) request = nullptr;
    }

    ~Impl() { seccomp_notify_free(request, response); }

    void take_policy() {
        auto message = channel->receive();
        channel.reset();
        if (!message) return;
        policy = std::move(message.value().body);
        judge.emplace(policy);
        listener = std::move(message.value().fd);
    }

    void answer_call() {
        if (request != nullptr) *request = {}; // seccomp_unotify(2): or it is EINVAL
        if (request == nullptr || seccomp_notify_receive(listener.get(), request) != 0) {
            if (errno != ENOENT && errno != EINTR) listener.reset(); // all its processes are gone
            return;
        }
        Call call{name_of_call(*request), static_cast<pid_t>(request->pid), {}};
        std::copy(std::begin(request->data.args), std::end(request->data.args), call.arguments.begin());
        const Verdict verdict = judge->judge(call);
        *response = {};
        response->id = request->id;
        const bool learned = policy["learn"].as_bool() && verdict.need != Need::nothing;
        response->error = learned ? 0 : -verdict.error;
        if (response->error == 0) response->flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
        // What was read belongs to the caller only if it is still waiting.
        const bool waits = seccomp_notify_id_valid(listener.get(), request->id) == 0;
        if (waits && learned) report(call, "used", name_of(verdict.need), verdict.subject);
        if (waits && !learned && !verdict.report.empty()) report(call, "denied", verdict.report, {});
        (void)seccomp_notify_respond(listener.get(), response);
    }

    void report(const Call& call, const char* kind, const std::string& text, const std::string& subject) {
        if (reports.size() >= most_reports || !reports.insert(text + ' ' + subject).second) return;
        tell(json::Object{
            {kind, text}, {"subject", subject}, {"call", call.name}, {"process", name_of_process(call.pid)}});
        if (reports.size() == most_reports)
            tell(json::Object{{"denied", "more than this is not told"}, {"call", ""}, {"process", ""}});
    }

    void exceed(const std::string& text) {
        policy = json::Object{}; // once
        tell(json::Object{{"exceeded", text}});
    }

    void measure() {
        if (!policy.as_object().empty()) measure_memory();
        if (!policy.as_object().empty()) measure_space();
    }

    void measure_memory() {
        const std::int64_t most = policy["memory"].as_integer();
        if (most <= 0 || Clock::now() < enough_until) return;
        const auto all = descendants();
        std::int64_t used = memory_of(all);
        if (used > most) used = exact_memory_of(all);
        if (used > most) return exceed("used more than " + human(most) + " of memory");
        // Far from it, it need not be looked at again at once: each look reads a dozen files.
        const std::chrono::milliseconds safe((most - used) * 1000 / fastest_growth);
        enough_until = Clock::now() + std::min(safe, longest_trust);
    }

    void measure_space() {
        const std::string folder = policy["folder"].as_string();
        const std::int64_t spare = policy["spare"].as_integer(), files = policy["spare_files"].as_integer();

        struct statvfs fs {};

        if (folder.empty() || ::statvfs(folder.c_str(), &fs) != 0) return;
        const std::string where = " free on the disk of '" + folder + "'";
        if (static_cast<std::int64_t>(fs.f_bavail) * static_cast<std::int64_t>(fs.f_frsize) < spare)
            exceed("left less than " + human(spare) + where);
        else if (static_cast<std::int64_t>(fs.f_favail) < files)
            exceed("left less than " + std::to_string(files) + " files" + where);
    }

    static std::string human(std::int64_t bytes) {
        return support::human_bytes(static_cast<std::uint64_t>(bytes));
    }

    std::optional<Channel> channel;
    std::function<void(const json::Value&)> tell;
    json::Value policy = json::Object{};
    std::optional<CallJudge> judge{};
    UniqueFd listener{};
    seccomp_notif* request = nullptr;
    seccomp_notif_resp* response = nullptr;
    std::set<std::string> reports{};
    Clock::time_point enough_until{}; ///< memory cannot be too much before
};

Watch::Watch(UniqueFd socket, std::function<void(const json::Value&)> tell)
    : impl_(std::make_unique<Impl>(std::move(socket), std::move(tell))) {}

Watch::~Watch() = default;

int Watch::fd() const {
    return impl_->channel ? impl_->channel->fd() : impl_->listener.get();
}

void Watch::attend(short events) {
    if (impl_->channel) return impl_->take_policy();
    if ((events & POLLIN) != 0) return impl_->answer_call();
    impl_->listener.reset(); // nobody is left; before Linux 6.0 we would wait for ever
}

void Watch::measure() {
    impl_->measure();
}

} // namespace slipway::worker
