/* SPDX-License-Identifier: MIT */
#include "json.h"

#include <stdlib.h>
#include <string.h>

static const char* skip_space(const char* p) {
    return p + strspn(p, " \t\r\n");
}

/* `p` is at the opening quote; the result is behind the closing one. */
static const char* skip_string(const char* p) {
    for (++p; *p != '\0' && *p != '"'; ++p)
        if (*p == '\\' && p[1] != '\0') ++p;
    return *p == '"' ? p + 1 : p;
}

static const char* skip_value(const char* p) {
    int depth = 0;
    do {
        if (*p == '"') {
            p = skip_string(p);
            continue;
        }
        if (*p == '{' || *p == '[') ++depth;
        if (*p == '}' || *p == ']') --depth;
        p += depth == 0 && *p != '}' && *p != ']' ? strcspn(p, ",}] \t\r\n") : 1;
    } while (depth > 0 && *p != '\0');
    return p;
}

const char* json_member(const char* text, const char* key) {
    const char* p = skip_space(text);
    while (*p == '{' || *p == ',') {
        p = skip_space(p + 1);
        if (*p != '"') return NULL;
        char* name = json_string(p);
        const int found = name != NULL && strcmp(name, key) == 0;
        free(name);
        p = skip_space(skip_string(p));
        if (*p != ':') return NULL;
        p = skip_space(p + 1);
        if (found) return p;
        p = skip_space(skip_value(p));
    }
    return NULL;
}

/* The four hex digits of a \u escape. */
static uint32_t hex4(const char* p) {
    char digits[5] = {0};
    strncpy(digits, p, 4);
    return (uint32_t)strtoul(digits, NULL, 16);
}

/* Append a code point as UTF-8 (RFC 3629). */
static char* put_utf8(char* out, uint32_t c) {
    if (c < 0x80) {
        *out++ = (char)c;
        return out;
    }
    const int more = c < 0x800 ? 1 : c < 0x10000 ? 2 : 3;
    static const uint32_t lead[] = {0, 0xC0, 0xE0, 0xF0};
    *out++ = (char)(lead[more] | c >> (6 * more));
    for (int i = more - 1; i >= 0; --i)
        *out++ = (char)(0x80 | (c >> (6 * i) & 0x3F));
    return out;
}

/* `p` is behind the backslash; one escape is moved to *out. The result is behind it. */
static const char* unescape(const char* p, char** out) {
    static const char plain[] = "b\bf\fn\nr\rt\t";
    if (*p != 'u') {
        const char* hit = strchr(plain, *p);
        *(*out)++ = hit != NULL ? hit[1] : *p;
        return p + 1;
    }
    uint32_t c = hex4(p + 1);
    p += 5;
    if (c >= 0xD800 && c < 0xDC00 && p[0] == '\\' && p[1] == 'u') { /* a surrogate pair */
        c = 0x10000 + ((c & 0x3FF) << 10) + (hex4(p + 2) & 0x3FF);
        p += 6;
    }
    *out = put_utf8(*out, c);
    return p;
}

char* json_string(const char* value) {
    if (value == NULL || *value != '"') return NULL;
    const char* end = skip_string(value) - 1;
    char* text = malloc((size_t)(end - value)); /* an escape is never shorter than what it means */
    if (text == NULL) return NULL;
    char* out = text;
    for (const char* p = value + 1; p < end;)
        if (*p == '\\')
            p = unescape(p + 1, &out);
        else
            *out++ = *p++;
    *out = '\0';
    if (strlen(text) == (size_t)(out - text)) return text;
    free(text);
    return NULL;
}

uint64_t json_number(const char* value, uint64_t fallback) {
    /* JSON Schema calls 1e3 an integer too. */
    return value == NULL ? fallback : (uint64_t)strtod(value, NULL);
}
