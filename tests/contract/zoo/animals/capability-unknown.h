// SPDX-License-Identifier: GPL-3.0-or-later
// rule: load.loads
// Declares a capability that this host does not know.
#define CAPABILITIES "{\"telepathy\": true}"
