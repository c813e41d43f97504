// SPDX-License-Identifier: GPL-3.0-or-later
//
// The licenses that a package names, as one SPDX license expression (SPDX 2.3, annex D).
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace slipway::rootfs {

/// On the SPDX License List (its 3.27), or its list of exceptions for `WITH`; case matters.
bool is_license_id(std::string_view id);
bool is_license_exception(std::string_view id);

/// The licenses of one document that are not on SPDX's list: LicenseRef-... identifiers, and for each the
/// words of the package.
class LicenseRefs {
public:
    /// The identifier for these words; the same words get the same one.
    std::string add(const std::string& words);

    const std::map<std::string, std::string>& words() const { return words_; }

private:
    std::map<std::string, std::string> words_;
};

/// An expression for a package's `license` fields, all of which hold (alpm knows no other meaning). A field
/// that is an expression is kept, with a LicenseRef- for each name SPDX does not know; any other becomes one
/// LicenseRef-. "NOASSERTION" if there are none.
std::string license_expression(const std::vector<std::string>& fields, LicenseRefs& refs);

} // namespace slipway::rootfs
