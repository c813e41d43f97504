// SPDX-License-Identifier: GPL-3.0-or-later
//
// The path of a database from a server to the resolver's answer: is it a tar, libalpm's reading of it, what
// we take of its packages.
#include <database.hpp>
#include <fcntl.h>
#include <support/fs.hpp>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <filesystem>

using namespace slipway;

namespace {

/// One for the whole process, in memory where there is such a folder.
const std::string& folder() {
    static const std::string path = [] {
        std::string pattern =
            std::string(::access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp") + "/fuzz-XXXXXX";
        if (::mkdtemp(pattern.data()) == nullptr) std::abort();
        static std::string remove = pattern;
        std::atexit([] { (void)support::remove_tree(remove); });
        return pattern;
    }();
    return path;
}

void resolve(const std::vector<pacman_fetch::Database>& databases) {
    auto resolver = pacman_fetch::Resolver::open(folder(), {{"x86_64"}}, databases);
    if (!resolver) return;
    const auto packages = resolver.value().resolve({"a", "g", "core/b>=1"});
    if (!packages) return;
    for (const auto& package : packages.value())
        if (!pacman_fetch::check_file_name(package.filename) || package.size == 0) std::abort();
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string served = folder() + "/served";
    std::filesystem::create_directories(served);
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    {
        const support::UniqueFd file(
            ::open((served + "/core.db").c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600));
        if (!support::write_all(file.get(), bytes, "fuzz")) std::abort();
    }
    static const auto downloader = pacman_fetch::Downloader::create({.parallel = 1});
    const auto databases = pacman_fetch::fetch_databases(*downloader.value(), {[] { return false; }},
                                                         {{{"core", {"file://" + served}}},
                                                          "x86_64",
                                                          folder(),
                                                          pacman_fetch::DatabaseCache(folder() + "/cache")});
    if (databases) resolve(databases.value());
    return 0;
}
