// SPDX-License-Identifier: GPL-3.0-or-later
// rule: describe.schema
// Takes misspelt options.
#define SCHEMA "{\"type\": \"object\", \"properties\": {}}"
