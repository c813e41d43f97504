// SPDX-License-Identifier: MIT
//
// Reads single members of a JSON object: all that a stage with flat options needs. The host hands out valid
// JSON (RFC 8259) that satisfies the stage's schema, so nothing is checked twice. When your options grow
// lists or objects, take serde_json instead.

fn skip_space(text: &str) -> &str {
    text.trim_start_matches([' ', '\t', '\r', '\n'])
}

/// Where the string that begins `text` ends: behind its closing quote.
fn string_end(text: &str) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return at + 1,
            _ => {}
        }
    }
    text.len()
}

/// Where the value that begins `text` ends.
fn value_end(text: &str) -> usize {
    let (mut at, mut depth) = (0, 0);
    while at < text.len() {
        match text.as_bytes()[at] {
            b'"' => at += string_end(&text[at..]),
            b'{' | b'[' => (at, depth) = (at + 1, depth + 1),
            b'}' | b']' if depth > 0 => (at, depth) = (at + 1, depth - 1),
            _ if depth > 0 => at += text[at..].chars().next().map_or(1, char::len_utf8),
            _ => {
                return text[at..].find([',', '}', ']', ' ', '\t', '\r', '\n']).map_or(text.len(), |n| at + n)
            }
        }
        if depth == 0 {
            return at;
        }
    }
    at
}

/// The code unit of a \u escape.
fn unit(digits: &str) -> u32 {
    digits.get(..4).and_then(|d| u32::from_str_radix(d, 16).ok()).unwrap_or(0)
}

fn unescape(body: &str) -> String {
    let mut out = String::new();
    let mut rest = body;
    while let Some(at) = rest.find('\\') {
        out.push_str(&rest[..at]);
        let escape = rest[at + 1..].chars().next().unwrap_or('\\');
        rest = rest.get(at + 2..).unwrap_or("");
        match escape {
            'b' => out.push('\u{8}'),
            'f' => out.push('\u{c}'),
            'n' => out.push('\n'),
            'r' => out.push('\r'),
            't' => out.push('\t'),
            'u' => {
                let mut code = unit(rest);
                rest = rest.get(4..).unwrap_or("");
                if (0xD800..0xDC00).contains(&code) && rest.starts_with("\\u") {
                    code = 0x10000 + ((code & 0x3FF) << 10) + (unit(&rest[2..]) & 0x3FF); // a surrogate pair
                    rest = rest.get(6..).unwrap_or("");
                }
                out.push(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER));
            }
            other => out.push(other),
        }
    }
    out + rest
}

/// The string that begins `text`, without quotes and escapes.
fn read_string(text: &str) -> String {
    unescape(text.get(1..string_end(text) - 1).unwrap_or(""))
}

/// The text of member `key` of the object `text`, as it is written there.
pub fn member<'a>(text: &'a str, key: &str) -> Option<&'a str> {
    let mut rest = skip_space(text);
    while rest.starts_with(['{', ',']) {
        rest = skip_space(&rest[1..]);
        if !rest.starts_with('"') {
            return None;
        }
        let found = read_string(rest) == key;
        rest = skip_space(&rest[string_end(rest)..]).strip_prefix(':')?;
        rest = skip_space(rest);
        let end = value_end(rest);
        if found {
            return Some(&rest[..end]);
        }
        rest = skip_space(&rest[end..]);
    }
    None
}

/// The string member `key`.
pub fn string_member(text: &str, key: &str) -> Option<String> {
    member(text, key).filter(|value| value.starts_with('"')).map(read_string)
}

/// The number member `key` (0 or more), or `fallback`.
pub fn number_member(text: &str, key: &str, fallback: u64) -> u64 {
    // JSON Schema calls 1e3 an integer too.
    member(text, key).and_then(|value| value.parse::<f64>().ok()).map_or(fallback, |n| n as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_members() {
        let text =
            r#" { "a" : {"b": ["}", 1]}, "b":"x\"\\\/\u00e4\ud83d\ude00\n" , "n": 1e3,"k\u0065y":"v"} "#;
        assert_eq!(member(text, "a"), Some(r#"{"b": ["}", 1]}"#));
        assert_eq!(string_member(text, "b").as_deref(), Some("x\"\\/ä😀\n"));
        assert_eq!(string_member(text, "key").as_deref(), Some("v"));
        assert_eq!(string_member(text, "n"), None);
        assert_eq!(number_member(text, "n", 7), 1000);
        assert_eq!(number_member(text, "none", 7), 7);
        assert_eq!(member("{}", "a"), None);
    }
}
