// SPDX-License-Identifier: GPL-3.0-or-later
// rule: host.shorter
// Copies as many bytes of the host as it knows, not as there are.
static volatile slipway_host copied;
#define IN_CREATE copied = *host
