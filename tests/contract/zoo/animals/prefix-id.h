// SPDX-License-Identifier: GPL-3.0-or-later
// rule: load.bogus-id
// Compares only the beginning of the id.
#define KNOWN_ID(id) (strncmp(id, "animal", 6) == 0)
