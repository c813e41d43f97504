// SPDX-License-Identifier: GPL-3.0-or-later
#include "stage_secrets.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

namespace slipway::chain {

using support::Error;
using support::Kind;
using support::Result;

namespace {

const char* words_for(support::Encoding encoding) {
    switch (encoding) {
    case support::Encoding::hex:
        return " in hex";
    case support::Encoding::base64:
        return " in base64";
    default:
        return "";
    }
}

} // namespace

Result<support::UniqueFd> pipe_with(const support::SecretBytes& secret) {
    const std::string_view value = secret.view();
    SLIPWAY_TRY_ASSIGN(support::Pipe pipe, support::make_pipe());
    // Who holds many pipes gets small ones (pipe(7), pipe-user-pages-soft), and must not wait for its reader.
    ::fcntl(pipe.write.get(), F_SETFL, O_NONBLOCK);
    if (::write(pipe.write.get(), value.data(), value.size()) != static_cast<ssize_t>(value.size()))
        return Error{Kind::resource,
                     "a secret of " + std::to_string(value.size()) + " bytes does not fit into a pipe",
                     "this user has too many pipes open: close programs, or raise fs.pipe-user-pages-soft"};
    return std::move(pipe.read);
}

std::vector<std::string> remove_files_with(const support::Redactor& secrets, const std::string& folder,
                                           std::int64_t since) {
    namespace fs = std::filesystem;
    std::vector<std::string> removed;
    std::error_code failed;
    for (fs::recursive_directory_iterator it(folder, failed), end; !failed && it != end;
         it.increment(failed)) {
        const std::string path = it->path(), below = path.substr(folder.size() + 1);
        const support::UniqueFd fd(::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));

        struct stat st {};

        // Who writes a file cannot set the time of its last change (stat(2), ctime).
        if (!fd || ::fstat(fd.get(), &st) != 0 || !S_ISREG(st.st_mode) || st.st_ctime < since) continue;
        const std::string shown = secrets.redact(below);
        const auto found = secrets.find_in(fd.get(), "a file");
        if (shown == below && found && !found.value()) continue;
        ::unlink(path.c_str());
        removed.push_back(shown);
    }
    return removed;
}

Result<void> check_for_secrets(const support::Redactor& secrets, int fd) {
    SLIPWAY_TRY_ASSIGN(const auto found, secrets.find_in(fd, "an artifact"));
    if (!found) return {};
    return Error{Kind::denied,
                 "it holds the value of secret '" + found->name + "'" + words_for(found->encoding)
                     + ", at byte " + std::to_string(found->position),
                 "artifacts are kept and published; a stage must not write a secret into one"};
}

} // namespace slipway::chain
