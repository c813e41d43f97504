// SPDX-License-Identifier: GPL-3.0-or-later
#include <git2/sys/transport.h>
#include <remote.hpp>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>

namespace slipway::git_publish {

namespace {

using support::Error;
using support::Kind;
using support::Result;

int hex_value(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    const char lower = static_cast<char>(c | 0x20);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

/// Undo percent-encoding (RFC 3986, 2.1); what is no such triplet stays.
std::string decoded(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const int high = text[i] == '%' && i + 2 < text.size() ? hex_value(text[i + 1]) : -1;
        const int low = high >= 0 ? hex_value(text[i + 2]) : -1;
        out += low >= 0 ? static_cast<char>(high * 16 + low) : text[i];
        if (low >= 0) i += 2;
    }
    return out;
}

/// The folder that a path or file:// URL means (RFC 8089: no host, or localhost).
Result<std::string> local_path(const std::string& url) {
    const std::size_t mark = url.find("://");
    if (mark == std::string::npos) return url;
    // Only the scheme is shown: the rest may hold a password.
    const std::string scheme = url.substr(0, mark);
    if (scheme != "file")
        return Error{Kind::unsupported, "remote: '" + scheme + "' URLs are not supported yet",
                     "publish to a bare repository on this machine, by path or file:// URL"};
    std::string_view rest = std::string_view(url).substr(mark + 3);
    if (rest.starts_with("localhost/")) rest.remove_prefix(9);
    if (rest.starts_with('/')) return decoded(rest);
    return Error{Kind::unsupported, "remote '" + url + "': file:// URL of another machine",
                 "write file:///PATH, with three slashes"};
}

/// What the push's callbacks are given, and what they have heard.
struct Conversation {
    const Meter& meter;
    std::uint64_t total;
    bool stopped = false;
    std::string rejection = {}; ///< the remote's reason; "" if it took the ref
};

// The local transport by name: libgit2 would take a path with a colon for a host's.
int local_transport(git_transport** out, git_remote* owner, void*) {
    return git_transport_local(out, owner, nullptr);
}

int on_progress(unsigned, unsigned, std::size_t bytes, void* payload) {
    auto& talk = *static_cast<Conversation*>(payload);
    talk.stopped = talk.stopped || !talk.meter(std::min<std::uint64_t>(bytes, talk.total), talk.total);
    return talk.stopped ? GIT_EUSER : 0;
}

int on_status(const char*, const char* status, void* payload) {
    if (status != nullptr) static_cast<Conversation*>(payload)->rejection = status;
    return 0;
}

/// libgit2 has just refused to open a folder that belongs to another user. With no configuration that has
/// safe.directory, 1.5 says so with the failure to find that key.
bool is_of_another_user(int code) {
    const git_error* last = git_error_last();
    return code == GIT_EOWNER
           || (code == GIT_ENOTFOUND && last != nullptr && last->klass == GIT_ERROR_CONFIG);
}

/// A remote without a name; `repository` may be null where nothing is pushed.
Result<GitRemote> make_remote(const std::string& path, git_repository* repository) {
    const std::string subject = "remote '" + path + "'";
    git_remote_create_options options{};
    SLIPWAY_GIT_TRY(git_remote_create_options_init(&options, GIT_REMOTE_CREATE_OPTIONS_VERSION), subject);
    options.repository = repository;
    // No url.*.insteadOf: nobody's configuration takes part, and looking for it leaks in libgit2 1.5.
    options.flags = GIT_REMOTE_CREATE_SKIP_INSTEADOF;
    git_remote* raw = nullptr;
    SLIPWAY_GIT_TRY(git_remote_create_with_opts(&raw, path.c_str(), &options), subject);
    return GitRemote(raw);
}

} // namespace

Result<Remote> Remote::open(const std::string& url) {
    SLIPWAY_TRY_ASSIGN(std::string path, local_path(url));
    const std::string subject = "remote '" + path + "'";
    const std::string hint = "git init --bare PATH makes an empty one";

    struct stat st {};

    if (::stat(path.c_str(), &st) != 0) {
        Error error = support::errno_error(subject, errno);
        if (error.kind == Kind::not_found) error.hint = hint;
        return error;
    }
    git_repository* raw = nullptr;
    const int code = git_repository_open(&raw, path.c_str());
    const Repository repository(raw);
    if (is_of_another_user(code))
        return Error{Kind::denied,
                     subject + ": belongs to another user, and git's safe.directory rule refuses it",
                     "run as the folder's owner, or make this user its owner"};
    if (code == GIT_ENOTFOUND) return Error{Kind::not_found, subject + ": not a git repository", hint};
    SLIPWAY_GIT_TRY(code, subject);
    if (git_repository_is_bare(repository.get()) == 0)
        return Error{Kind::unsupported, subject + ": has a working tree, which a push would leave behind",
                     "publish to a bare repository: " + hint};
    return Remote(std::move(path));
}

Result<std::optional<RemoteTag>> Remote::find_tag(const std::string& name) const {
    const std::string subject = "listing the refs of '" + path_ + "'";
    SLIPWAY_TRY_ASSIGN(const GitRemote remote, make_remote(path_, nullptr));
    git_remote_callbacks callbacks{};
    SLIPWAY_GIT_TRY(git_remote_init_callbacks(&callbacks, GIT_REMOTE_CALLBACKS_VERSION), subject);
    callbacks.transport = &local_transport;
    SLIPWAY_GIT_TRY(git_remote_connect(remote.get(), GIT_DIRECTION_FETCH, &callbacks, nullptr, nullptr),
                    subject);
    const git_remote_head** heads = nullptr;
    std::size_t count = 0;
    SLIPWAY_GIT_TRY(git_remote_ls(&heads, &count, remote.get()), subject);
    const std::string ref = "refs/tags/" + name;
    std::optional<RemoteTag> tag;
    for (std::size_t i = 0; i < count; ++i) {
        // An annotated tag is followed by the line of what it names: "refs/tags/NAME^{}" (git ls-remote).
        if (heads[i]->name == ref) tag = RemoteTag{heads[i]->oid, heads[i]->oid};
        if (tag && heads[i]->name == ref + "^{}") tag->commit = heads[i]->oid;
    }
    return tag;
}

Result<std::optional<git_oid>> Remote::tree_of(const git_oid& commit) const {
    const std::string subject = "remote '" + path_ + "'";
    SLIPWAY_GIT_MAKE(Repository, repository, subject, git_repository_open, path_.c_str());
    SLIPWAY_GIT_MAKE(Object, object, subject, git_object_lookup, repository.get(), &commit, GIT_OBJECT_ANY);
    git_object* tree = nullptr;
    if (git_object_peel(&tree, object.get(), GIT_OBJECT_TREE) < 0) return std::optional<git_oid>();
    const Object owner(tree);
    return std::optional<git_oid>(*git_object_id(tree));
}

Result<void> Remote::push_tag(git_repository* from, const std::string& name, std::uint64_t total,
                              const Meter& meter) const {
    const std::string subject = "pushing tag '" + name + "' to '" + path_ + "'";
    SLIPWAY_TRY_ASSIGN(const GitRemote remote, make_remote(path_, from));
    Conversation talk{meter, total};
    git_push_options options{};
    SLIPWAY_GIT_TRY(git_push_options_init(&options, GIT_PUSH_OPTIONS_VERSION), subject);
    options.callbacks.transport = &local_transport;
    options.callbacks.push_transfer_progress = &on_progress;
    options.callbacks.push_update_reference = &on_status;
    options.callbacks.payload = &talk;
    std::string spec = "refs/tags/" + name + ":refs/tags/" + name;
    char* specs[] = {spec.data()};
    const git_strarray array{specs, 1};
    const int code = git_remote_push(remote.get(), &array, &options);
    if (talk.stopped) return Error{Kind::cancelled, subject + ": cancelled"};
    SLIPWAY_GIT_TRY(code, subject);
    // libgit2's push returns success when the remote rejects the ref: its status says so.
    if (!talk.rejection.empty()) return Error{Kind::denied, subject + ": rejected: " + talk.rejection};
    return {};
}

} // namespace slipway::git_publish
