// SPDX-License-Identifier: GPL-3.0-or-later
#include <common/no_extract.hpp>
#include <fnmatch.h>

namespace slipway::common {

bool NoExtract::matches(const std::string& name) const {
    for (auto it = patterns_.rbegin(); it != patterns_.rend(); ++it) {
        const bool inverted = it->starts_with('!');
        const char* pattern = it->c_str() + (inverted || it->starts_with('\\') ? 1 : 0);
        if (::fnmatch(pattern, name.c_str(), 0) == 0) return !inverted;
    }
    return false;
}

} // namespace slipway::common
