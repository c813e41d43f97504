// SPDX-License-Identifier: GPL-3.0-or-later
// rule: describe.summary
// The summary is a sentence.
#define SUMMARY "Copies a file."
