// SPDX-License-Identifier: GPL-3.0-or-later
#include <http/message.hpp>
#include <strings.h>

#include <algorithm>

namespace slipway::http {

const std::string* Headers::find(std::string_view name) const {
    const auto same = [&](const auto& field) {
        return field.first.size() == name.size()
               && ::strncasecmp(field.first.data(), name.data(), name.size()) == 0;
    };
    const auto it = std::find_if(fields_.begin(), fields_.end(), same);
    return it == fields_.end() ? nullptr : &it->second;
}

const std::string& Headers::operator[](std::string_view name) const {
    static const std::string none;
    const std::string* value = find(name);
    return value == nullptr ? none : *value;
}

} // namespace slipway::http
