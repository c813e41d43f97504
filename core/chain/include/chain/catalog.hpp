// SPDX-License-Identifier: GPL-3.0-or-later
//
// The plugins this host can use: found in the search path, described by a worker each, remembered in the
// journal by file identity.
#pragma once

#include <journal/journal.hpp>
#include <plugin/description.hpp>
#include <worker/loop.hpp>

#include <map>
#include <string>
#include <vector>

namespace slipway::chain {

struct CatalogEntry {
    plugin::StageType type;
    std::string path;   ///< absolute, of the .so
    std::string sha256; ///< of its bytes
};

class Catalog {
public:
    /// Look into every folder, in order; of two stage types with one id the first counts. A plugin that
    /// cannot be loaded becomes a failure and nothing more. Runs `loop` meanwhile.
    static Catalog open(worker::Loop& loop, const std::vector<std::string>& folders,
                        journal::Journal* journal);

    const CatalogEntry* find(std::string_view stage_id) const;

    /// By stage id.
    const std::map<std::string, CatalogEntry, std::less<>>& entries() const { return entries_; }

    const std::vector<plugin::Description>& plugins() const { return plugins_; }

    const std::vector<support::Error>& failures() const { return failures_; }

    const std::vector<std::string>& folders() const { return folders_; }

    void add(const plugin::Description& description);

private:
    std::vector<std::string> folders_;
    std::map<std::string, CatalogEntry, std::less<>> entries_;
    std::vector<plugin::Description> plugins_;
    std::vector<support::Error> failures_;
};

/// Load one plugin in a worker and let it describe itself. Runs `loop` meanwhile.
support::Result<plugin::Description> describe_plugin(worker::Loop& loop, const std::string& path);

/// The folders plugins are looked for in: `given` (--plugin-dir), then SLIPWAY_PLUGIN_PATH (colons), then
/// /etc/slipway, then where slipway was installed (../lib/slipway/stages of the binary).
std::vector<std::string> plugin_search_path(const std::vector<std::string>& given, const char* environment,
                                            const std::string& binary);

} // namespace slipway::chain
