// SPDX-License-Identifier: GPL-3.0-or-later
//
// The members that a program has in the options of every stage that runs some: see parse_command().
#pragma once

/// JSON Schema properties, to stand between others in a raw string.
#define SLIPWAY_COMMAND_SCHEMA                                                                               \
    R"("run": {"type": "array", "minItems": 1, "items": {"type": "string"}, )"                               \
    R"("description": "program and arguments; no shell"}, )"                                                 \
    R"("timeout": {"type": "integer", "minimum": 1, "maximum": 86400, "default": 300, )"                     \
    R"("description": "seconds"}, )"                                                                         \
    R"("env": {"type": "object", "additionalProperties": {"type": "string"}, "default": {}, )"               \
    R"("description": "variables beside PATH, HOME, LANG and SOURCE_DATE_EPOCH"})"
