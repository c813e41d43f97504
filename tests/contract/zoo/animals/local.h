// SPDX-License-Identifier: GPL-3.0-or-later
// rule: clean.locale
// Sets the locale of the process.
#define IN_RUN setlocale(LC_ALL, "")
