// SPDX-License-Identifier: GPL-3.0-or-later
#include <alpm.h>
#include <siglevel.hpp>
#include <support/text.hpp>

#include <sstream>

namespace slipway::pacman_fetch {

using support::Error;
using support::Kind;
using support::Result;

namespace {

/// What a word stands for, of packages or of databases.
struct Bits {
    int check, optional, trust_all;
};

constexpr Bits of_packages{ALPM_SIG_PACKAGE, ALPM_SIG_PACKAGE_OPTIONAL,
                           ALPM_SIG_PACKAGE_MARGINAL_OK | ALPM_SIG_PACKAGE_UNKNOWN_OK};
constexpr Bits of_databases{ALPM_SIG_DATABASE, ALPM_SIG_DATABASE_OPTIONAL,
                            ALPM_SIG_DATABASE_MARGINAL_OK | ALPM_SIG_DATABASE_UNKNOWN_OK};

std::string text_of(int level, const Bits& bits, const std::string& prefix) {
    if ((level & bits.check) == 0) return prefix + "Never";
    return prefix + ((level & bits.optional) != 0 ? "Optional " : "Required ") + prefix
           + ((level & bits.trust_all) != 0 ? "TrustAll" : "TrustedOnly");
}

} // namespace

void SigLevel::change(int bits, bool set) {
    bits_ = set ? bits_ | bits : bits_ & ~bits;
    mask_ |= bits;
}

Result<void> SigLevel::add(const std::vector<std::string>& words) {
    for (const std::string& word : words) {
        const bool package = word.starts_with("Package"), database = word.starts_with("Database");
        const std::string rest = package ? word.substr(7) : database ? word.substr(8) : word;
        for (const Bits& bits : {of_packages, of_databases}) {
            if ((package && bits.check != ALPM_SIG_PACKAGE) || (database && bits.check != ALPM_SIG_DATABASE))
                continue;
            if (rest == "Never") {
                change(bits.check, false);
            } else if (rest == "Optional") {
                change(bits.check | bits.optional, true);
            } else if (rest == "Required") {
                change(bits.check, true);
                change(bits.optional, false);
            } else if (rest == "TrustedOnly") {
                change(bits.trust_all, false);
            } else if (rest == "TrustAll") {
                change(bits.trust_all, true);
            } else {
                return Error{Kind::config, "SigLevel: '" + support::printable(word) + "' is not known",
                             "Never, Optional, Required, TrustedOnly or TrustAll, each also with Package or "
                             "Database before it"};
            }
        }
    }
    return {};
}

int default_siglevel() {
    return of_packages.check | of_packages.optional | of_databases.check | of_databases.optional;
}

std::string siglevel_text(int siglevel) {
    if ((siglevel & (of_packages.check | of_databases.check)) == 0) return "Never";
    return text_of(siglevel, of_packages, "Package") + " " + text_of(siglevel, of_databases, "Database");
}

std::vector<std::string> words_of(const std::string& text) {
    std::istringstream in(text);
    std::vector<std::string> words;
    for (std::string word; in >> word;)
        words.push_back(word);
    return words;
}

} // namespace slipway::pacman_fetch
