// SPDX-License-Identifier: GPL-3.0-or-later
// rule: describe.license
// A licence in prose.
#define LICENSE "MIT licence, see LICENSE"
