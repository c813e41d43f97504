// SPDX-License-Identifier: GPL-3.0-or-later
//
// Variables in strings: taking a string apart, and putting in what is known before the run.
#pragma once

#include <config/chain_file.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace slipway::config {

/// A piece of a string: plain text, or one "${...}".
struct Piece {
    enum class Kind {
        text,    ///< plain; `$${` stands for "${"
        date,    ///< ${date:FORMAT}
        name,    ///< ${NAME}
        runtime, ///< ${stage.port.member...}
    };
    Kind kind = Kind::text;
    std::string_view raw;   ///< as written
    std::string_view body;  ///< text: what it stands for; date: the format; else the inner text
    std::size_t offset = 0; ///< of `raw` in the string
};

/// Something wrong in a string.
struct Fault {
    std::size_t offset = 0; ///< into the string
    std::string what;
    std::string hint = {};
};

/// The pieces of `text`, which must outlive them. A fault ends the string as plain text.
std::vector<Piece> take_apart(std::string_view text, std::vector<Fault>& faults);

/// Is `text` one reference of any kind and nothing else?
bool is_one_reference(std::string_view text);

/// The parts of a runtime piece.
RuntimeReference runtime_reference(const Piece& piece);

/// Puts values in for the variables of one stage in one cell, or (without a stage) of `vars` and `version`.
/// Runtime references stay, and so do `$${`: resolve() takes them off.
class Expansion {
public:
    /// Where a fault or a reference was found.
    struct Spot {
        std::string pointer;
        const support::json::Value* value;
        std::size_t offset;
    };

    class Listener {
    public:
        virtual ~Listener() = default;
        virtual void fault(const Spot& spot, const Fault& fault) = 0;
        virtual void reference(const Spot& spot, const RuntimeReference& reference) = 0;
    };

    Expansion(const Chain& chain, const Stage* stage, const Cell& cell, Listener& listener)
        : chain_(chain), stage_(stage), cell_(cell), listener_(listener) {}

    /// Every string in `value`. `pointer` names the value in reports.
    void expand(support::json::Value& value, const std::string& pointer);

private:
    struct Path;
    void walk(support::json::Value& value, const Path& path);
    void expand_string(support::json::Value& value, const Path& path);
    bool put(const Piece& piece, std::string& out, Fault& fault) const;
    const std::string* find(std::string_view name) const;
    Fault unknown(std::string_view name) const;

    const Chain& chain_;
    const Stage* stage_;
    const Cell& cell_;
    Listener& listener_;
};

} // namespace slipway::config
