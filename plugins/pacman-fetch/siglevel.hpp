// SPDX-License-Identifier: GPL-3.0-or-later
//
// SigLevel as pacman.conf(5) has it (PACKAGE AND DATABASE SIGNATURE CHECKING), in libalpm's bits.
#pragma once

#include <support/result.hpp>

#include <string>
#include <vector>

namespace slipway::pacman_fetch {

/// Some words of a SigLevel: the bits they set, and the bits they speak of at all.
class SigLevel {
public:
    /// Take the words of one directive, after those before. Kind::config names a word that is none.
    support::Result<void> add(const std::vector<std::string>& words);

    /// `base` (ALPM_SIG_...) where these words do not speak.
    int over(int base) const { return (bits_ & mask_) | (base & ~mask_); }

private:
    void change(int bits, bool set);

    int bits_ = 0;
    int mask_ = 0;
};

/// pacman's when its configuration says nothing: "Optional TrustedOnly".
int default_siglevel();

/// In words that give the same bits again, each with its prefix; "Never" for no signatures at all.
std::string siglevel_text(int siglevel);

/// The words of a text, separated by blanks.
std::vector<std::string> words_of(const std::string& text);

} // namespace slipway::pacman_fetch
