// SPDX-License-Identifier: GPL-3.0-or-later
//
// The packages' own post steps, as pacman runs them: alpm hooks (alpm-hooks(5)) and the post_install() of
// install scripts (.INSTALL).
#pragma once

#include <rootfs/commands.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace slipway::rootfs {

enum class TriggerType { path, package };

struct Trigger {
    TriggerType type = TriggerType::path;
    bool on_install = false;
    std::vector<std::string> targets; ///< patterns: the last that matches decides, `!` inverts
};

struct Hook {
    std::vector<Trigger> triggers;
    std::string description;
    bool after = false; ///< When = PostTransaction
    std::vector<std::string> exec;
    std::vector<std::string> depends; ///< packages that must be installed
    bool needs_targets = false;
};

/// Kind::verify: not as alpm-hooks(5) says; the message has the line's number.
support::Result<Hook> parse_hook(std::string_view text);

/// `text` in words, as libalpm (6.0.2) splits Exec: quotes keep blanks together; a backslash does nothing but
/// take a quote as it is: any outside of quotes, in quotes their own. Kind::verify: a quote that does not
/// end.
support::Result<std::vector<std::string>> split_words(std::string_view text);

/// What of the transaction triggers the hook, sorted, once each; nothing: it does not run.
std::vector<std::string> matches_of(const Hook& hook, const std::vector<std::string>& paths,
                                    const std::vector<std::string>& packages);

/// What was installed, in pacman's order.
struct Transaction {
    struct Package {
        std::string name, version;

        std::string full_name() const { return name + '-' + version; }
    };

    std::vector<Package> packages;
    std::vector<std::string> paths; ///< of all files on disk; folders end in a slash
};

/// The commands that `names` ("NAME.hook", "PACKAGE.install") come to in the tree at `root`: install scripts
/// in the packages' order, then hooks by file name. Kind::config: there is no such hook or script, or pacman
/// would not run it when it makes a new root.
support::Result<std::vector<Command>> hook_commands(int root, const std::vector<std::string>& names,
                                                    const Transaction& transaction);

} // namespace slipway::rootfs
