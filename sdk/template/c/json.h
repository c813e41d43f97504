/* SPDX-License-Identifier: MIT
 *
 * Reads single members of a JSON object: all that a stage with flat options needs. The host hands out
 * valid JSON (RFC 8259) that satisfies the stage's schema, so nothing is checked twice. When your options
 * grow lists or objects, take a JSON library instead: cJSON, jansson, yyjson, ...
 */
#ifndef JSON_H
#define JSON_H

#include <stdint.h>

/* Where the value of member `key` of the object `text` begins; NULL if there is no such member. */
const char* json_member(const char* text, const char* key);

/* The string that begins at `value`, in memory that the caller frees. NULL: `value` is NULL or no string,
 * the string has a NUL in it, or memory is out. */
char* json_string(const char* value);

/* The number that begins at `value` (0 or more), or `fallback` if `value` is NULL. */
uint64_t json_number(const char* value, uint64_t fallback);

#endif
