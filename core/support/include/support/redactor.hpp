// SPDX-License-Identifier: GPL-3.0-or-later
//
// Finds secrets in bytes, however they are written down, and takes them out.
#pragma once

#include <support/result.hpp>
#include <support/secret_bytes.hpp>

#include <array>
#include <bitset>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace slipway::support {

/// How a secret was written.
enum class Encoding {
    text,   ///< as it is, or with any of its bytes escaped: percent-encoded (RFC 3986, 2.1), or with a
            ///< backslash as in JSON (RFC 8259, 7) and in C (\xHH, octal)
    hex,    ///< upper or lower case
    base64, ///< RFC 4648, both alphabets, also inside something longer and over several lines
};

/// Knows texts that nobody may see. Empty, it costs nothing. A copy knows the same.
class Redactor {
public:
    /// Hex and base64 of anything shorter are not looked for: they would be found by chance.
    static constexpr std::size_t shortest_encoded = 4;

    /// From now on `secret` is found, without the blanks and line ends around it, and so is each of its lines
    /// that has `shortest_line` bytes. `name` is for people.
    void add(std::string_view secret, std::string name, std::size_t shortest_line = 4);

    bool empty() const noexcept { return patterns_.empty(); }

    /// `text` with "***" in place of each.
    std::string redact(std::string text) const;

    struct Found {
        std::string name;
        Encoding encoding = Encoding::text;
        std::uint64_t position = 0; ///< bytes from the beginning
    };

    /// The first in what `fd` (a file, read from offset 0 by pread) holds.
    Result<std::optional<Found>> find_in(int fd, const std::string& subject) const;

private:
    friend class RedactedStream;

    struct Pattern {
        std::string_view secret;
        Encoding encoding;
        unsigned alignment; ///< base64: so many bytes come before it, modulo 3
        std::size_t name;
    };

    struct Match {
        std::size_t length = 0; ///< bytes; 0: none
        bool more = false;      ///< with more bytes there might be one, or a longer one
        const Pattern* pattern = nullptr;
    };

    void add_pattern(std::string_view secret, Encoding encoding, unsigned alignment = 0);
    void add_forms(std::string_view secret);
    Match match(std::string_view rest) const;
    std::size_t next_candidate(std::string_view text, std::size_t from) const;

    std::vector<std::shared_ptr<const SecretBytes>> secrets_; ///< shared by copies
    std::vector<std::string> names_;
    std::vector<Pattern> patterns_; ///< of views into them
    std::array<std::vector<std::uint32_t>, 256> by_first_byte_;
    std::bitset<65536> pairs_; ///< first two bytes of anything that may be found
};

/// Takes secrets out of a stream, however it is cut into pieces. What may be the beginning of one is held
/// back until the next piece.
class RedactedStream {
public:
    /// `redactor` must outlive this; what it learns meanwhile counts for what is held back, too.
    explicit RedactedStream(const Redactor& redactor) : redactor_(&redactor) {}

    /// What can be shown now.
    std::string feed(std::string_view piece);

    /// The rest: the stream is over. It may begin again after that.
    std::string finish();

private:
    enum class End { open, over };

    std::string take(End end);

    const Redactor* redactor_;
    std::string held_;
    std::size_t covered_ = 0; ///< so many bytes of it belong to a secret that has been replaced
};

} // namespace slipway::support
