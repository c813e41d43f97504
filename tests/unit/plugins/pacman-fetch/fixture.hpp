// SPDX-License-Identifier: GPL-3.0-or-later
//
// What these tests share: scratch folders, programs, and repositories made by hand.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace slipway::test {

/// A folder of its own, removed at the end.
class Scratch {
public:
    Scratch();
    ~Scratch();
    Scratch(const Scratch&) = delete;
    Scratch& operator=(const Scratch&) = delete;

    const std::string& path() const { return path_; }

    std::string operator/(std::string_view name) const { return path_ + "/" + std::string(name); }

private:
    std::string path_;
};

/// Write a file, or end the test program.
void write(const std::string& path, std::string_view bytes);

/// The names of what is in a folder, sorted.
std::vector<std::string> names_in(const std::string& folder);

struct Finished {
    int status;         ///< exit status, -1 for a signal
    std::string output; ///< standard output
    std::string errors; ///< standard error
};

/// Run a program (searched in PATH) with English messages.
Finished run(const std::vector<std::string>& command);

/// The same, and the test program ends if it fails.
std::string must_run(const std::vector<std::string>& command);

/// Databases by name, each a list of packages in a short form, one a line:
///   name version [depends=a,b>=2] [provides=c=1] [conflicts=d] [groups=g] [optdepends=e] [replaces=f]
///   [arch=any]
using Graph = std::map<std::string, std::string>;

/// The `desc` entry of one line of a Graph, as repo-add writes it (with made-up size and digest).
std::string desc_of(std::string_view line);

/// Write a database of these (folder, desc text) entries with bsdtar.
void write_database(const std::string& path, const std::vector<std::pair<std::string, std::string>>& entries);

/// Write FOLDER/NAME.db of each database of the graph.
void write_graph(const std::string& folder, const Graph& graph);

} // namespace slipway::test
