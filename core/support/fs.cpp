// SPDX-License-Identifier: GPL-3.0-or-later
#include <dirent.h>
#include <fcntl.h>
#include <support/fs.hpp>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <filesystem>
#include <vector>

namespace slipway::support {

UniqueFd& UniqueFd::operator=(UniqueFd&& other) noexcept {
    if (this != &other) {
        reset();
        fd_ = std::exchange(other.fd_, -1);
    }
    return *this;
}

void UniqueFd::reset() noexcept {
    if (fd_ >= 0) ::close(fd_);
    fd_ = -1;
}

Result<Pipe> make_pipe() {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) return errno_error("making a pipe", errno);
    return Pipe{UniqueFd(ends[0]), UniqueFd(ends[1])};
}

Result<UniqueFd> open_read(const std::string& path) {
    UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!fd) return errno_error("opening '" + path + "'", errno);
    return fd;
}

Result<std::string> read_all(int fd, const std::string& subject, std::size_t max_bytes) {
    std::string out;
    constexpr std::size_t step = 64u << 10;
    for (;;) {
        const std::size_t have = out.size();
        out.resize(have + step);
        const ssize_t n = ::read(fd, out.data() + have, step);
        out.resize(have + static_cast<std::size_t>(n > 0 ? n : 0));
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return errno_error("reading " + subject, errno);
        if (n == 0) return out;
        if (out.size() > max_bytes)
            return Error{Kind::resource,
                         "reading " + subject + ": larger than " + std::to_string(max_bytes) + " bytes"};
    }
}

Result<std::string> read_file(const std::string& path, std::size_t max_bytes) {
    SLIPWAY_TRY_ASSIGN(const UniqueFd fd, open_read(path));
    return read_all(fd.get(), "'" + path + "'", max_bytes);
}

Result<void> write_all(int fd, std::string_view bytes, const std::string& subject) {
    while (!bytes.empty()) {
        const ssize_t n = ::write(fd, bytes.data(), bytes.size());
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return errno_error("writing " + subject, errno);
        bytes.remove_prefix(static_cast<std::size_t>(n));
    }
    return {};
}

namespace {

/// What is there is no file of its own to be replaced: a device, a pipe, a socket, a link to one of them.
bool is_special(const std::string& path) {
    struct stat st {};

    return ::stat(path.c_str(), &st) == 0 && !S_ISREG(st.st_mode);
}

} // namespace

Result<void> write_file(const std::string& path, std::string_view bytes, unsigned mode) {
    if (is_special(path)) {
        const UniqueFd special(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
        if (!special) return errno_error("opening '" + path + "'", errno);
        return write_all(special.get(), bytes, "'" + path + "'");
    }
    std::string temporary = path + ".XXXXXX" + std::string(draft_suffix);
    UniqueFd fd(::mkostemps(temporary.data(), static_cast<int>(draft_suffix.size()), O_CLOEXEC));
    if (!fd) return errno_error("creating '" + temporary + "'", errno);
    auto written = write_all(fd.get(), bytes, "'" + path + "'");
    if (written && (::fchmod(fd.get(), mode) != 0 || ::fsync(fd.get()) != 0))
        written = errno_error("writing '" + path + "'", errno);
    if (written && ::rename(temporary.c_str(), path.c_str()) != 0)
        written = errno_error("renaming '" + temporary + "' to '" + path + "'", errno);
    if (!written) {
        ::unlink(temporary.c_str());
        return written;
    }
    const std::string parent = std::filesystem::path(path).parent_path().string();
    return sync_dir(parent.empty() ? "." : parent);
}

Result<void> make_dirs(const std::string& path, unsigned mode) {
    if (::mkdir(path.c_str(), mode) == 0) return {};
    const int first = errno;

    struct stat st {};

    if (first == EEXIST && ::stat(path.c_str(), &st) == 0 && S_ISDIR(st.st_mode)) return {};
    const std::string parent = std::filesystem::path(path).parent_path().string();
    if (first != ENOENT || parent.empty() || parent == path)
        return errno_error("making folder '" + path + "'", first);
    SLIPWAY_TRY(make_dirs(parent, mode));
    if (::mkdir(path.c_str(), mode) == 0 || errno == EEXIST) return {};
    return errno_error("making folder '" + path + "'", errno);
}

namespace {

Result<void> remove_at(int parent, const char* name, const std::string& shown) {
    if (::unlinkat(parent, name, 0) == 0 || errno == ENOENT) return {};
    if (errno != EISDIR && errno != EPERM) return errno_error("removing '" + shown + "'", errno);
    constexpr int flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
    int fd = ::openat(parent, name, flags);
    if (fd < 0 && errno == EACCES && ::fchmodat(parent, name, 0700, 0) == 0)
        fd = ::openat(parent, name, flags);
    if (fd < 0) return errno_error("removing '" + shown + "'", errno);
    ::fchmod(fd, 0700);
    DIR* dir = ::fdopendir(fd);
    if (dir == nullptr) {
        const int why = errno;
        ::close(fd);
        return errno_error("removing '" + shown + "'", why);
    }
    Result<void> result;
    while (const dirent* entry = result ? ::readdir(dir) : nullptr) {
        const std::string_view child = entry->d_name;
        if (child != "." && child != "..")
            result = remove_at(::dirfd(dir), entry->d_name, shown + "/" + entry->d_name);
    }
    ::closedir(dir);
    if (result && ::unlinkat(parent, name, AT_REMOVEDIR) != 0 && errno != ENOENT)
        result = errno_error("removing '" + shown + "'", errno);
    return result;
}

} // namespace

Result<void> remove_tree(const std::string& path) {
    return remove_at(AT_FDCWD, path.c_str(), path);
}

std::string draft_of(const std::string& path) {
    static std::atomic<unsigned> number = 0;
    return path + "." + std::to_string(::getpid()) + "." + std::to_string(number.fetch_add(1))
           + std::string(draft_suffix);
}

std::vector<std::string> drafts_in(const std::string& folder) {
    std::vector<std::string> drafts;
    std::error_code failed;
    for (std::filesystem::recursive_directory_iterator it(folder, failed), end; !failed && it != end;
         it.increment(failed)) {
        if (!it->path().native().ends_with(draft_suffix)) continue;
        drafts.push_back(it->path());
        it.disable_recursion_pending();
    }
    return drafts;
}

Result<void> remove_drafts(const std::string& folder) {
    for (const std::string& draft : drafts_in(folder))
        SLIPWAY_TRY(remove_tree(draft));
    return {};
}

Amount& Amount::operator+=(const Amount& other) {
    files += other.files;
    bytes += other.bytes;
    return *this;
}

Amount measure_tree(const std::string& path) {
    struct stat st {};

    if (::lstat(path.c_str(), &st) != 0) return {};
    if (!S_ISDIR(st.st_mode)) {
        const bool frees = S_ISREG(st.st_mode) && st.st_nlink == 1;
        return {1, frees ? static_cast<std::uint64_t>(st.st_size) : 0};
    }
    Amount amount;
    std::error_code failed;
    for (const auto& entry : std::filesystem::directory_iterator(path, failed))
        amount += measure_tree(entry.path());
    return amount;
}

Result<void> sync_dir(const std::string& path) {
    const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!fd || ::fsync(fd.get()) != 0) return errno_error("syncing folder '" + path + "'", errno);
    return {};
}

std::string absolute_path(std::string_view base, std::string_view path) {
    auto full = (std::filesystem::path(base) / path).lexically_normal().string();
    if (full.size() > 1 && full.back() == '/') full.pop_back();
    return full;
}

} // namespace slipway::support
