// SPDX-License-Identifier: GPL-3.0-or-later
//
// What mail needs to carry text that is not plain ASCII: RFC 2047 words in headers, RFC 2045 bodies.
#pragma once

#include <string>
#include <string_view>

namespace slipway::common {

/// A header line "Name: text\n". Text that is not printable ASCII, or too long for a line, becomes encoded
/// words (RFC 2047, UTF-8, "Q"), folded; no character is split over two of them. `text` is UTF-8 without
/// controls.
std::string header_line(std::string_view name, std::string_view text);

/// `text` as encoded words, the first of which follows `column` other characters in its line.
std::string encoded_words(std::string_view text, std::size_t column);

/// Quoted-printable (RFC 2045, 6.7). Lines end in '\n'; a carriage return is kept as =0D, and "From " at the
/// start of a line is =46rom, since mailbox readers take that for a new mail.
std::string quoted_printable(std::string_view text);

} // namespace slipway::common
