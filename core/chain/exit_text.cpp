// SPDX-License-Identifier: GPL-3.0-or-later
#include <chain/exit_text.hpp>
#include <worker/protocol.hpp>

#include <cstring>

namespace slipway::chain {

namespace {

std::string signal_name(int signal) {
    const char* name = ::sigabbrev_np(signal);
    const char* text = ::sigdescr_np(signal);
    return "SIG" + std::string(name ? name : std::to_string(signal))
           + (text ? std::string(" (") + text + ")" : "");
}

} // namespace

std::string place(const std::string& phase) {
    return phase == "load"       ? "its constructors or entry point"
           : phase == "describe" ? "stage()"
                                 : phase + "()";
}

std::string exit_text(const worker::Exit& exit, const std::string& phase) {
    if (!exit.broken.empty()) return "broke its channel to the host in " + place(phase) + ": " + exit.broken;
    if (exit.hung_up || (exit.signal == 0 && exit.code == worker::orphaned_code))
        return "closed its channel to the host in " + place(phase);
    if (exit.signal != 0) return "crashed in " + place(phase) + ": " + signal_name(exit.signal);
    return "ended its process in " + place(phase) + " with exit code " + std::to_string(exit.code);
}

} // namespace slipway::chain
