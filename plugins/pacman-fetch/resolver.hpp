// SPDX-License-Identifier: GPL-3.0-or-later
//
// Which packages, in which order: pacman's own answer, given by libalpm for an empty root.
#pragma once

#include <package.hpp>
#include <support/result.hpp>

#include <memory>
#include <string>
#include <vector>

namespace slipway::pacman_fetch {

/// A repository's database, as it was fetched.
struct Database {
    std::string repository;
    std::string origin; ///< where it came from, for messages
    std::uint64_t size;
    support::Digest sha256;
    int siglevel = 0; ///< as Repository::siglevel
    int usage = 0;    ///< as Repository::usage
};

/// What pacman.conf(5) and pacman's command line change about the answer.
struct ResolverSettings {
    std::vector<std::string> architectures;
    std::vector<std::string> ignore = {};           ///< --ignore: package names or patterns
    std::vector<std::string> ignore_groups = {};    ///< --ignoregroup
    std::vector<std::string> assume_installed = {}; ///< --assume-installed: "name=version"
    std::vector<std::string> exclude = {};          ///< members of groups that are not taken
    std::vector<std::string> providers = {}; ///< packages to choose where several provide what is needed
    std::string keyring = {};                ///< GnuPG's home folder; empty: no signature can be checked
};

/// Where libalpm keeps its files below `folder`; nothing else on the machine is read.
std::string database_path(const std::string& folder, const std::string& repository);

/// Databases loaded into libalpm. One resolve() after the other, on one thread.
class Resolver {
public:
    /// `folder`: absolute, the caller's own. `databases`: in the repositories' order of preference, each a
    /// file at database_path(). Kind::verify, naming database and origin, if one is damaged.
    static support::Result<Resolver> open(const std::string& folder, const ResolverSettings& settings,
                                          const std::vector<Database>& databases);
    Resolver(Resolver&&) noexcept;
    Resolver& operator=(Resolver&&) noexcept;
    ~Resolver();

    /// What `pacman -S --noconfirm TARGET...` would install into an empty root, in that order. A target is a
    /// name, repository/name, a group or something provided, with a version ("bash>=5") or without.
    /// Kind::not_found: a target or a dependency is in no repository. Kind::config: targets or packages
    /// exclude each other, or are for another architecture. Kind::verify: the database's entry of a package
    /// that is needed is not complete.
    support::Result<std::vector<Package>> resolve(const std::vector<std::string>& targets);

    /// What is odd but no error, so far: libalpm's remarks, databases without packages.
    const std::vector<std::string>& warnings() const;

private:
    struct State;
    explicit Resolver(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

} // namespace slipway::pacman_fetch
