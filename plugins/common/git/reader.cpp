// SPDX-License-Identifier: GPL-3.0-or-later
#include <git/reader.hpp>
#include <handles.hpp>
#include <stdlib.h>

#include <cerrno>
#include <mutex>
#include <string_view>

namespace slipway::git {

using support::Error;
using support::Kind;
using support::Result;

namespace {

/// Once a process: libgit2 up, and blind to the machine's and the user's configuration.
void start_library() {
    static std::once_flag once;
    std::call_once(once, [] {
        git_libgit2_init();
        for (const int level : {GIT_CONFIG_LEVEL_PROGRAMDATA, GIT_CONFIG_LEVEL_SYSTEM, GIT_CONFIG_LEVEL_XDG,
                                GIT_CONFIG_LEVEL_GLOBAL})
            git_libgit2_opts(GIT_OPT_SET_SEARCH_PATH, level, "");
    });
}

/// Undo percent-encoding (RFC 3986, 2.1).
std::string decoded(std::string_view text) {
    constexpr std::string_view digits = "0123456789abcdef";
    const auto value = [&](std::size_t i) {
        return i < text.size() ? digits.find(static_cast<char>(text[i] | 0x20)) : std::string_view::npos;
    };
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool triplet = text[i] == '%' && value(i + 1) != std::string_view::npos
                             && value(i + 2) != std::string_view::npos;
        out += triplet ? static_cast<char>(value(i + 1) * 16 + value(i + 2)) : text[i];
        if (triplet) i += 2;
    }
    return out;
}

/// The folder that a path or file:// URL (RFC 8089: no host, or localhost) means; nothing for another URL.
std::optional<std::string> local_path(const std::string& url) {
    if (url.find("://") == std::string::npos) return url;
    for (const std::string_view start : {"file:///", "file://localhost/"})
        if (url.starts_with(start)) return decoded(std::string_view(url).substr(start.size() - 1));
    return std::nullopt;
}

int on_progress(const git_indexer_progress* progress, void* payload) {
    const Meter& meter = *static_cast<const Meter*>(payload);
    return meter(progress->received_objects, progress->total_objects) ? 0 : GIT_EUSER;
}

/// A remote that says "not found" and one that wants a password are told apart by few servers: GitHub asks
/// for a password wherever there is no public repository.
Error explained(Error error) {
    if (error.kind == Kind::auth)
        error.hint = "the repository must be public: official-images' builders have no password for it";
    if (error.kind == Kind::net_transient) error.hint = "try again";
    if (error.kind == Kind::not_found) error.hint = "check the URL";
    if (error.kind == Kind::verify)
        error.hint = "if its authority is your own, name its certificate in \"ca_file\"";
    return error;
}

} // namespace

void Reader::Close::operator()(git_repository* repository) const {
    git_repository_free(repository);
}

Result<Reader> Reader::open(const std::string& url, const std::vector<std::string>& refs,
                            const Settings& settings, const Meter& meter) {
    start_library();
    if (const auto path = local_path(url)) return open_local(url, *path);
    for (const std::string_view scheme : {"https://", "http://", "git://"})
        if (url.starts_with(scheme)) return fetch(url, refs, settings, meter);
    return Error{Kind::unsupported, "repository '" + url + "': this kind of URL cannot be read",
                 "official-images wants an https URL"};
}

Result<Reader> Reader::open_local(const std::string& url, const std::string& path) {
    git_repository* raw = nullptr;
    const int code = git_repository_open(&raw, path.c_str());
    // With no configuration that has safe.directory, 1.5 says so with the failure to find that key.
    const git_error* last = git_error_last();
    if (code == GIT_EOWNER || (code == GIT_ENOTFOUND && last != nullptr && last->klass == GIT_ERROR_CONFIG))
        return Error{Kind::denied,
                     "repository '" + url + "': belongs to another user, whom git does not trust",
                     "run as the folder's owner, or make this user its owner"};
    if (code == GIT_ENOTFOUND)
        return Error{Kind::not_found, "repository '" + url + "': not a git repository", "check the path"};
    SLIPWAY_GIT_CALL(code, "repository '" + url + "'");
    return Reader(Repository(raw), url, "refs/");
}

Result<Reader> Reader::fetch(const std::string& url, const std::vector<std::string>& refs,
                             const Settings& settings, const Meter& meter) {
    const std::string subject = "fetching '" + url + "'";
    if (!settings.ca_file.empty())
        SLIPWAY_GIT_CALL(git_libgit2_opts(GIT_OPT_SET_SSL_CERT_LOCATIONS, settings.ca_file.c_str(), nullptr),
                         "ca_file '" + settings.ca_file + "'");
    std::string folder = settings.work_dir + "/fetched-XXXXXX";
    if (::mkdtemp(folder.data()) == nullptr) return support::errno_error("making '" + folder + "'", errno);
    git_repository* repository = nullptr;
    SLIPWAY_GIT_CALL(git_repository_init(&repository, folder.c_str(), 1), subject);
    Reader reader(Repository(repository), url, "refs/fetched/");
    git_remote_create_options create{};
    SLIPWAY_GIT_CALL(git_remote_create_options_init(&create, GIT_REMOTE_CREATE_OPTIONS_VERSION), subject);
    create.repository = repository;
    create.flags = GIT_REMOTE_CREATE_SKIP_INSTEADOF | GIT_REMOTE_CREATE_SKIP_DEFAULT_FETCHSPEC;
    git_remote* raw = nullptr;
    SLIPWAY_GIT_CALL(git_remote_create_with_opts(&raw, url.c_str(), &create), subject);
    const Remote remote(raw);
    git_fetch_options options{};
    SLIPWAY_GIT_CALL(git_fetch_options_init(&options, GIT_FETCH_OPTIONS_VERSION), subject);
    options.download_tags = GIT_REMOTE_DOWNLOAD_TAGS_NONE;
    options.callbacks.transfer_progress = &on_progress;
    options.callbacks.payload = const_cast<Meter*>(&meter);
    std::vector<std::string> specs;
    for (const std::string& ref : refs)
        specs.push_back("+" + ref + ":refs/fetched/" + ref.substr(std::string_view("refs/").size()));
    std::vector<char*> pointers;
    for (std::string& spec : specs)
        pointers.push_back(spec.data());
    const git_strarray array{pointers.data(), pointers.size()};
    if (const int code = git_remote_fetch(remote.get(), &array, &options, nullptr); code < 0)
        return explained(failure(code, subject));
    return reader;
}

Result<std::optional<std::string>> Reader::commit_of(const std::string& ref) const {
    const std::string name = ref_folder_ + ref.substr(std::string_view("refs/").size());
    git_reference* raw = nullptr;
    const int code = git_reference_lookup(&raw, repository_.get(), name.c_str());
    const Reference reference(raw);
    if (code == GIT_ENOTFOUND || code == GIT_EINVALIDSPEC) return std::optional<std::string>();
    SLIPWAY_GIT_CALL(code, "ref '" + ref + "' of '" + url_ + "'");
    git_object* commit = nullptr;
    if (git_reference_peel(&commit, reference.get(), GIT_OBJECT_COMMIT) < 0)
        return std::optional<std::string>();
    const Object owner(commit);
    return std::optional<std::string>(hex(*git_object_id(commit)));
}

bool Reader::has_commit(const std::string& commit) const {
    return static_cast<bool>(find_commit(repository_.get(), commit));
}

Result<bool> Reader::leads_to(const std::string& commit, const std::string& head) const {
    if (commit == head) return true;
    SLIPWAY_TRY_ASSIGN(const git_oid older, id_of(commit));
    SLIPWAY_TRY_ASSIGN(const git_oid newer, id_of(head));
    const int code = git_graph_descendant_of(repository_.get(), &newer, &older);
    SLIPWAY_GIT_CALL(code, "history of " + head + " in '" + url_ + "'");
    return code == 1;
}

Result<std::string> Reader::read(const File& file, std::uint64_t max_bytes) const {
    const std::string subject = "blob " + file.blob + " of '" + url_ + "'";
    if (file.size > max_bytes)
        return Error{Kind::resource, subject + ": larger than " + std::to_string(max_bytes) + " bytes"};
    SLIPWAY_TRY_ASSIGN(const git_oid id, id_of(file.blob));
    git_blob* raw = nullptr;
    SLIPWAY_GIT_CALL(git_blob_lookup(&raw, repository_.get(), &id), subject);
    const Blob blob(raw);
    return std::string(static_cast<const char*>(git_blob_rawcontent(raw)),
                       static_cast<std::size_t>(git_blob_rawsize(raw)));
}

} // namespace slipway::git
