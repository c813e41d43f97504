// SPDX-License-Identifier: GPL-3.0-or-later
// rule: describe.defaults
// A default that its own schema refuses.
#define SCHEMA                                                                                               \
    "{\"type\": \"object\", \"additionalProperties\": false, \"properties\": {"                              \
    "\"folder\": {\"type\": \"string\", \"slipwayPath\": \"tree\", \"description\": \"a folder\"},"          \
    "\"out\": {\"type\": \"string\", \"slipwayPath\": \"write\", \"description\": \"a file\"},"              \
    "\"count\": {\"type\": \"integer\", \"description\": \"a number\"},"                                     \
    "\"token\": {\"type\": \"object\", \"description\": \"a secret\"},"                                      \
    "\"level\": {\"type\": \"integer\", \"minimum\": 1, \"default\": 0, \"description\": \"a level\"}}}"
