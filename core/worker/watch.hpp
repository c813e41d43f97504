// SPDX-License-Identifier: GPL-3.0-or-later
//
// The supervisor's look at a stage: answers the system calls that the filter shows it, counts processes,
// measures memory and free space, and tells the host what it has seen.
#pragma once

#include <sys/types.h>
#include <worker/channel.hpp>
#include <worker/sandbox.hpp>

#include <functional>
#include <memory>
#include <string>

namespace slipway::worker {

/// What the supervisor must know of a policy.
support::json::Value watched_policy(const SandboxPolicy& policy);

/// From the worker, once it has filtered itself: what may be, and what to listen on (or none). False: nobody
/// is there.
bool tell_watch(int socket, const support::json::Value& policy, support::UniqueFd listener);

class Watch {
public:
    /// `tell` takes {"denied": text, "call": name, "process": name}, {"used": need, "subject": text, ...} of
    /// who is only watched, and {"exceeded": text}; the latter means that everything must be killed now.
    Watch(support::UniqueFd socket, std::function<void(const support::json::Value&)> tell);
    ~Watch();
    Watch(const Watch&) = delete;

    /// What to poll for reading, -1 for nothing: call attend() with what poll(2) says, unless that is
    /// nothing.
    int fd() const;
    void attend(short events);

    /// Now and then.
    void measure();

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

} // namespace slipway::worker
