// SPDX-License-Identifier: GPL-3.0-or-later
#include <sched.h>
#include <support/cores.hpp>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <system_error>

namespace slipway::support {

namespace {

/// Room for more processors than a cpu_set_t has.
class Mask {
public:
    Mask() { CPU_ZERO_S(sizeof sets_, sets_); }

    bool read() { return ::sched_getaffinity(0, sizeof sets_, sets_) == 0; }

    bool apply(pid_t thread) const { return ::sched_setaffinity(thread, sizeof sets_, sets_) == 0; }

    unsigned count() const { return static_cast<unsigned>(CPU_COUNT_S(sizeof sets_, sets_)); }

    bool has(unsigned cpu) const { return CPU_ISSET_S(cpu, sizeof sets_, sets_); }

    void add(unsigned cpu) { CPU_SET_S(cpu, sizeof sets_, sets_); }

    static constexpr unsigned size = 16 * CPU_SETSIZE;

private:
    cpu_set_t sets_[16];
};

} // namespace

unsigned cores() {
    Mask mask;
    return mask.read() ? std::max(mask.count(), 1u) : 1;
}

void use_cores(unsigned most) {
    most = std::max(most, 1u);
    Mask all, some;
    if (!all.read() || all.count() <= most) return;
    const auto here = static_cast<unsigned>(std::max(::sched_getcpu(), 0));
    for (unsigned i = 0; i < Mask::size && some.count() < most; ++i)
        if (const unsigned cpu = (here + i) % Mask::size; all.has(cpu)) some.add(cpu);
    std::error_code failed;
    for (const auto& thread : std::filesystem::directory_iterator("/proc/self/task", failed))
        (void)some.apply(static_cast<pid_t>(std::atoi(thread.path().filename().c_str())));
}

} // namespace slipway::support
