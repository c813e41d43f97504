// SPDX-License-Identifier: GPL-3.0-or-later
// rule: same.elsewhere
// Writes the path of an option.
#define IN_RUN return copy_input(host, self->folder)
