// SPDX-License-Identifier: GPL-3.0-or-later
//
// What a secret looks like when it is written in one of the encodings: a matcher for one place in a text.
#pragma once

#include <support/redactor.hpp>

namespace slipway::support {

struct FormMatch {
    std::size_t length = 0; ///< of the longest match, in bytes; 0: none
    bool more = false;      ///< the text ended before it was clear that there is no longer one
};

/// Does `text` begin with `secret` (not empty) in that encoding? Each byte may be written in its own way.
/// `alignment`: see Redactor::Pattern. The bits of a base64 character that are not the secret's do not count.
FormMatch match_form(std::string_view secret, Encoding encoding, unsigned alignment, std::string_view text);

} // namespace slipway::support
