// SPDX-License-Identifier: GPL-3.0-or-later
//
// What a user sees while a chain runs: live lines on a terminal, plain lines elsewhere, or JSON.
#pragma once

#include "options.hpp"

#include <chain/event.hpp>
#include <worker/loop.hpp>

#include <memory>

namespace slipway::host {

class ProgressView : public chain::EventSink {
public:
    /// Leave the terminal as it was.
    virtual void finish() {}
};

/// --json: JSON lines on standard output. Else on standard error: --quiet: warnings and errors only; a
/// terminal: live; anything else: plain lines. NO_COLOR (https://no-color.org) and TERM=dumb are obeyed.
std::unique_ptr<ProgressView> make_progress(const Arguments& arguments, worker::Loop& loop);

enum class Colour { off, on };

/// An event as the lines a person reads, without the last newline; "" for what is not worth a line.
std::string describe(const chain::Event& event, Colour colour);

/// "rootfs.tar 364.0 MB, manifest.json 2.1 MB" or "18 files, 7.0 MB".
std::string describe_outputs(const support::json::Value& outputs);

support::json::Value to_json(const chain::Event& event);

} // namespace slipway::host
