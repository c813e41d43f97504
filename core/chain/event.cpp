// SPDX-License-Identifier: GPL-3.0-or-later
#include <chain/event.hpp>

#include <chrono>

namespace slipway::chain {

const char* effect_state_name(std::int64_t state) {
    static constexpr const char* names[] = {"planned", "started", "done", "skipped"};
    return state >= 0 && state < 4 ? names[state] : "unknown";
}

journal::Time now_ms() {
    using namespace std::chrono;
    return duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
}

} // namespace slipway::chain
