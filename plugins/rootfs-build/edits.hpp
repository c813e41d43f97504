// SPDX-License-Identifier: GPL-3.0-or-later
//
// Small changes to files of the tree, made without a shell: what image scripts do with sed, echo and rm.
#pragma once

#include <support/result.hpp>

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace slipway::rootfs {

struct LockPassword {
    std::string user;
};

struct Append {
    std::string text;
};

struct SetContent {
    std::string text;
};

enum class Where {
    anywhere,
    line,       ///< the whole line
    line_start, ///< only at the start of a line
};

struct Replace {
    std::string match; ///< taken literally; every occurrence
    std::string with;
    Where where = Where::anywhere;
};

struct Remove {};

struct Edit {
    std::string path; ///< from the root
    std::variant<LockPassword, Append, SetContent, Replace, Remove> change;
    std::optional<unsigned> mode = {}; ///< for SetContent
    bool optional = false;             ///< it may change nothing
};

/// What an edit makes of a file's text. Kind::config: it changes nothing.
support::Result<std::string> edited(const Edit& edit, std::string text);

/// All edits of one build. Each file passes once; its edits are applied in their order.
class Edits {
public:
    explicit Edits(std::vector<Edit> edits);

    /// Is there an edit of this file's text?
    bool wants(const std::string& path) const { return texts_.contains(path); }

    /// Is the path, or a folder above it, removed? Asking counts as having met it.
    bool removes(const std::string& path);

    /// The new text of a file that wants() one.
    support::Result<std::string> apply(const std::string& path, std::string text);

    /// Kind::config: what is at `path` has no text to edit.
    support::Result<void> refuse_other(const std::string& path, const char* type) const;

    std::optional<unsigned> mode_of(const std::string& path) const;

    struct NewFile {
        std::string path, text;
        unsigned mode;
    };

    /// The files that SetContent edits make anew, in their order; call it when all files have passed: no file
    /// is wanted after it. Kind::config: an edit met no file.
    support::Result<std::vector<NewFile>> rest();

    bool empty() const { return edits_.empty(); }

private:
    std::vector<Edit> edits_;
    std::set<std::string, std::less<>> texts_;   // paths of the edits of text
    std::set<std::string, std::less<>> removed_; // paths of Remove
    std::set<std::string, std::less<>> met_;
};

} // namespace slipway::rootfs
