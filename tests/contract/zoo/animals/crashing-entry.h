// SPDX-License-Identifier: GPL-3.0-or-later
// rule: load.loads
// The entry point crashes.
#define AT_LOAD raise(SIGSEGV)
