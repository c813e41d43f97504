// SPDX-License-Identifier: GPL-3.0-or-later
//
// Words for a person on standard error, which may be the journal.
#pragma once

#include <string_view>

namespace slipway::host {

/// syslog(3)'s numbers.
enum class Priority { error = 3, warning = 4, info = 6, debug = 7 };

/// Print `text`, which ends with a newline, on standard error; each line with "<N>" before it where systemd
/// has connected that to the journal (sd-daemon(3), and JOURNAL_STREAM in systemd.exec(5)).
void tell(Priority priority, std::string_view text);

/// The priority of an event's level in stage.h.
Priority priority_of(int level);

/// Is `value` (of JOURNAL_STREAM) the file behind `fd`?
bool is_stream(const char* value, int fd);

} // namespace slipway::host
