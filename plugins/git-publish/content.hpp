// SPDX-License-Identifier: GPL-3.0-or-later
//
// What is published beside the chain's artifacts: local files, templates, whole folders.
#pragma once

#include <blob.hpp>
#include <support/fs.hpp>

#include <map>
#include <string>
#include <vector>

namespace slipway::git_publish {

using Variables = std::map<std::string, std::string>;

/// `text` with each @NAME@ replaced by its value; "@@" is one "@", and what has no such form stays.
/// Kind::config for a name without a value, with its line.
support::Result<std::string> render(std::string_view text, const Variables& variables,
                                    const std::string& label);

/// Collects sources, and keeps open what they read.
class Contents {
public:
    /// `mode`: "100644", "100755", or "" for the file's own. Errors of opening the file.
    support::Result<void> add_file(const std::string& path, const std::string& file, const std::string& mode);

    /// A file rendered. A template is read whole, up to 1 MB.
    support::Result<void> add_template(const std::string& path, const std::string& file,
                                       const std::string& mode, const Variables& variables);

    /// All files and symbolic links below `folder`, in the order of their names. Kind::unsupported for other
    /// things in it. Kind::config for a link that leads out of the published tree.
    support::Result<void> add_folder(const std::string& path, const std::string& folder);

    void add_input(support::UniqueFd fd, Source source);

    std::vector<Source>& sources() { return sources_; }

private:
    support::Result<void> add_link(const std::string& path, const std::string& link);
    support::Result<void> add_text(Source source, std::string_view text);

    std::vector<Source> sources_;
    std::vector<support::UniqueFd> open_;
};

} // namespace slipway::git_publish
