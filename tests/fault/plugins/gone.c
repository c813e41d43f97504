// SPDX-License-Identifier: GPL-3.0-or-later
//
// The library that a plugin needs and the loader cannot find.
int gone(void);

int gone(void) {
    return 0;
}
