// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <worker/process.hpp>

#include <string>

namespace slipway::chain {

/// Where a plugin was, in words: "run()" or "its constructors or entry point".
std::string place(const std::string& phase);

/// How a worker died, for people: "crashed in run(): SIGSEGV (Segmentation fault)". `phase` is where it was.
std::string exit_text(const worker::Exit& exit, const std::string& phase);

} // namespace slipway::chain
