// SPDX-License-Identifier: GPL-3.0-or-later
//
// A plugin whose entry point throws: a std::exception, or (with THROW_INT) something else.
#include <slipway/stage.h>

#include <stdexcept>

extern "C" const slipway_plugin* slipway_plugin_v1(void) {
#ifdef THROW_INT
    throw 42;
#else
    throw std::runtime_error("no licence file");
#endif
}
