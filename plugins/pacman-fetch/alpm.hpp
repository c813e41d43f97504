// SPDX-License-Identifier: GPL-3.0-or-later
//
// Owning handles over libalpm's C objects, and its lists as ranges.
#pragma once

#include <alpm.h>

#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

namespace slipway::pacman_fetch {

struct AlpmDeleter {
    void operator()(alpm_handle_t* handle) const { alpm_release(handle); }

    void operator()(alpm_list_t* list) const { alpm_list_free(list); }

    void operator()(char* text) const { std::free(text); }
};

using AlpmHandle = std::unique_ptr<alpm_handle_t, AlpmDeleter>;
using AlpmList = std::unique_ptr<alpm_list_t, AlpmDeleter>; ///< the list, not what its items point to

/// What the items of a list point to.
template <class T>
std::vector<T*> items(const alpm_list_t* list) {
    std::vector<T*> all;
    for (; list != nullptr; list = list->next)
        all.push_back(static_cast<T*>(list->data));
    return all;
}

/// "glibc>=2.40".
inline std::string text_of(const alpm_depend_t* dependency) {
    const std::unique_ptr<char, AlpmDeleter> text(alpm_dep_compute_string(dependency));
    return text ? text.get() : "";
}

} // namespace slipway::pacman_fetch
