// SPDX-License-Identifier: GPL-3.0-or-later
// rule: options.type
// An option of no type, which takes whatever it gets.
#define SCHEMA                                                                                               \
    "{\"type\": \"object\", \"additionalProperties\": false, \"properties\": {"                              \
    "\"folder\": {\"type\": \"string\", \"slipwayPath\": \"tree\", \"description\": \"a folder\"},"          \
    "\"out\": {\"type\": \"string\", \"slipwayPath\": \"write\", \"description\": \"a file\"},"              \
    "\"count\": {\"description\": \"a number\"},"                                                            \
    "\"token\": {\"type\": \"object\", \"description\": \"a secret\"}}}"
