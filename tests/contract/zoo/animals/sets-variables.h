// SPDX-License-Identifier: GPL-3.0-or-later
// rule: clean.environment
// Sets an environment variable.
#define IN_RUN setenv("ZOO", "open", 1)
