// SPDX-License-Identifier: GPL-3.0-or-later
//
// fetch-resolve FOLDER REPOSITORY[,REPOSITORY...] [ignore=NAME|assume=NAME=VERSION|exclude=NAME]... TARGET...
//
// What pacman-fetch makes of TARGETs with the databases FOLDER/db/sync/REPOSITORY.db: prints "repository name
// version" of each package, in order; or why not, and exits with 1. Time and peak memory go to standard
// error.
#include <resolver.hpp>
#include <support/text.hpp>
#include <sys/resource.h>

#include <chrono>
#include <cstdio>

namespace {

using namespace slipway;

struct Wanted {
    pacman_fetch::ResolverSettings settings{{"x86_64"}};
    std::vector<pacman_fetch::Database> databases;
    std::vector<std::string> targets;
};

Wanted parse(int argc, char** argv) {
    Wanted wanted;
    for (const std::string& name : support::split(argv[2], ','))
        wanted.databases.push_back({name, "file://" + name, 0, support::Digest::of("")});
    for (int i = 3; i < argc; ++i) {
        const std::string word = argv[i];
        if (word.starts_with("ignore="))
            wanted.settings.ignore.push_back(word.substr(7));
        else if (word.starts_with("assume="))
            wanted.settings.assume_installed.push_back(word.substr(7));
        else if (word.starts_with("exclude="))
            wanted.settings.exclude.push_back(word.substr(8));
        else
            wanted.targets.push_back(word);
    }
    return wanted;
}

support::Result<std::vector<pacman_fetch::Package>> resolve(const std::string& folder, const Wanted& wanted) {
    SLIPWAY_TRY_ASSIGN(auto resolver,
                       pacman_fetch::Resolver::open(folder, wanted.settings, wanted.databases));
    return resolver.resolve(wanted.targets);
}

} // namespace

int main(int argc, char** argv) {
    if (argc < 4) return 2;
    const auto begin = std::chrono::steady_clock::now();
    const auto packages = resolve(argv[1], parse(argc, argv));
    const std::chrono::duration<double> time = std::chrono::steady_clock::now() - begin;
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    std::fprintf(stderr, "%.3f s %.1f MB\n", time.count(), static_cast<double>(usage.ru_maxrss) / 1024);
    if (!packages) {
        std::printf("%s: %s\n", support::name_of(packages.error().kind), packages.error().message().c_str());
        return 1;
    }
    for (const auto& p : packages.value())
        std::printf("%s %s %s\n", p.repository.c_str(), p.name.c_str(), p.version.c_str());
    return 0;
}
