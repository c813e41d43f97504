// SPDX-License-Identifier: GPL-3.0-or-later
#include <remote.hpp>
#include <smart.hpp>
#include <support/text.hpp>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>

namespace slipway::git_publish {

namespace {

using support::Error;
using support::Kind;
using support::Result;

constexpr std::size_t most_lines = 40;

/// What a connection's callbacks are given, and what they have heard.
struct Session {
    Link link;
    const Meter* meter = nullptr;
    std::uint64_t total = 0;
    bool stopped = false;
    const std::vector<Change>* changes = nullptr;
    std::string moved = {}; ///< a ref that is not what its change says
    std::vector<std::pair<std::string, std::string>> rejected = {}; ///< refs, and why
    std::string said = {};                                          ///< by the server, for people
};

int on_transport(git_transport** out, git_remote* owner, void* payload) {
    return make_transport(out, owner, static_cast<Session*>(payload)->link);
}

int on_progress(unsigned, unsigned, std::size_t bytes, void* payload) {
    auto& session = *static_cast<Session*>(payload);
    const std::uint64_t done = std::min<std::uint64_t>(bytes, session.total);
    session.stopped = session.stopped || !(*session.meter)(done, session.total);
    return session.stopped ? GIT_EUSER : 0;
}

int on_fetched(const git_indexer_progress* progress, void* payload) {
    auto& session = *static_cast<Session*>(payload);
    session.stopped = session.stopped || !(*session.meter)(progress->received_bytes, 0);
    return session.stopped ? GIT_EUSER : 0;
}

int on_status(const char* ref, const char* status, void* payload) {
    if (status != nullptr) static_cast<Session*>(payload)->rejected.emplace_back(ref, status);
    return 0;
}

int on_words(const char* text, int size, void* payload) {
    auto& said = static_cast<Session*>(payload)->said;
    if (said.size() < (64u << 10)) said.append(text, static_cast<std::size_t>(size));
    return 0;
}

/// Before a byte is sent: is every ref what its change says? The server checks it again when it makes the
/// change.
int on_negotiation(const git_push_update** updates, std::size_t count, void* payload) {
    auto& session = *static_cast<Session*>(payload);
    for (std::size_t i = 0; i < count; ++i)
        for (const Change& change : *session.changes)
            if (change.ref == updates[i]->dst_refname && !same(change.from, updates[i]->src))
                session.moved = change.ref;
    return session.moved.empty() ? 0 : GIT_EUSER;
}

Result<void> set_up(git_remote_callbacks& callbacks, Session& session) {
    SLIPWAY_GIT_TRY(git_remote_init_callbacks(&callbacks, GIT_REMOTE_CALLBACKS_VERSION), "callbacks");
    callbacks.transport = &on_transport;
    callbacks.sideband_progress = &on_words;
    callbacks.payload = &session;
    return {};
}

/// A remote without a name; `repository` may be null where nothing is moved.
Result<GitRemote> make_remote(const std::string& url, git_repository* repository) {
    git_remote_create_options options{};
    SLIPWAY_GIT_TRY(git_remote_create_options_init(&options, GIT_REMOTE_CREATE_OPTIONS_VERSION), "remote");
    options.repository = repository;
    // No url.*.insteadOf: nobody's configuration takes part, and looking for it leaks in libgit2 1.5.
    options.flags = GIT_REMOTE_CREATE_SKIP_INSTEADOF;
    git_remote* raw = nullptr;
    SLIPWAY_GIT_TRY(git_remote_create_with_opts(&raw, url.c_str(), &options), "remote");
    return GitRemote(raw);
}

/// The server's lines for people, without what overwrites itself on a terminal.
std::vector<std::string> lines_of(const std::string& said) {
    std::vector<std::string> lines;
    for (std::string line : support::split(said, '\n')) {
        while (!line.empty() && (line.back() == '\r' || line.back() == ' '))
            line.pop_back();
        line.erase(0, line.rfind('\r') + 1);
        if (!line.empty() && lines.size() < most_lines)
            lines.push_back("remote: " + support::printable(line));
    }
    return lines;
}

/// What the connection has come to, where libgit2's call returned `code`.
Result<void> outcome(int code, Session& session, const std::string& subject) {
    if (session.stopped) return Error{Kind::cancelled, subject + ": cancelled"};
    std::vector<std::string> said = lines_of(session.said);
    // The server could not store what was sent, and may have hung up before it had all.
    if (code < 0 && session.said.find("No space left on device") != std::string::npos)
        return Error{Kind::resource, subject + ": the server's disk is full", "make room there", said};
    // Only then: at the end libgit2 says goodbye, to a program that may have gone.
    if (code < 0 && session.link.failure) {
        Error error = std::move(*session.link.failure).in(subject);
        error.trace.insert(error.trace.end(), said.begin(), said.end());
        return error;
    }
    if (!session.moved.empty())
        return Error{Kind::conflict, subject + ": '" + session.moved + "' has changed meanwhile",
                     "nothing was sent: run again, and the release is made on what is there now"};
    if (code < 0) {
        Error error = git_failure(code, subject);
        error.trace = std::move(said);
        return error;
    }
    return {};
}

Error rejection(const Session& session, const std::string& subject) {
    std::string what = subject + ": rejected:";
    for (const auto& [ref, why] : session.rejected)
        what += " " + support::printable(ref + ": " + why) + ";";
    what.pop_back();
    return Error{Kind::denied, what, "the server's rules say no: its own words are above, or in its log",
                 lines_of(session.said)};
}

/// libgit2 has just refused to open a folder that belongs to another user. With no configuration that has
/// safe.directory, 1.5 says so with the failure to find that key.
bool is_of_another_user(int code) {
    const git_error* last = git_error_last();
    return code == GIT_EOWNER
           || (code == GIT_ENOTFOUND && last != nullptr && last->klass == GIT_ERROR_CONFIG);
}

Result<void> check_local(const std::string& path) {
    const std::string subject = "remote '" + path + "'";
    const std::string hint = "git init --bare PATH makes an empty one";

    struct stat st {};

    if (::stat(path.c_str(), &st) != 0) {
        Error error = support::errno_error(subject, errno);
        // A path with "host:" is git's short form of ssh, which the host has made an absolute path of.
        if (error.kind == Kind::not_found)
            error.hint =
                path.find(':') == std::string::npos ? hint : hint + "; or write ssh://USER@HOST/PATH";
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
    return {};
}

} // namespace

Result<Remote> Remote::open(const RemoteSettings& settings) {
    SLIPWAY_TRY_ASSIGN(RemoteUrl url, parse_url(settings.url));
    std::unique_ptr<Carrier> carrier;
    if (url.scheme == Scheme::https) {
        std::string text = url.text;
        while (text.ends_with('/'))
            text.pop_back();
        carrier = make_http_carrier(text, settings.http, settings.stop);
    } else if (url.scheme == Scheme::ssh) {
        carrier = make_ssh_carrier(url, settings.ssh, settings.stop);
    } else {
        SLIPWAY_TRY(check_local(url.path));
        carrier = make_local_carrier(url.path, settings.patience, settings.stop);
    }
    return Remote(std::move(url), std::move(carrier));
}

Result<Refs> Remote::list(Service service) const {
    const std::string subject = "remote '" + url_.text + "'";
    SLIPWAY_TRY_ASSIGN(const GitRemote remote, make_remote(url_.text, nullptr));
    Session session{{*carrier_}};
    git_remote_callbacks callbacks{};
    SLIPWAY_TRY(set_up(callbacks, session));
    const auto direction = service == Service::receive_pack ? GIT_DIRECTION_PUSH : GIT_DIRECTION_FETCH;
    const int code = git_remote_connect(remote.get(), direction, &callbacks, nullptr, nullptr);
    SLIPWAY_TRY(outcome(code, session, subject));
    const git_remote_head** heads = nullptr;
    std::size_t count = 0;
    SLIPWAY_GIT_TRY(git_remote_ls(&heads, &count, remote.get()), subject);
    Refs refs;
    for (std::size_t i = 0; i < count; ++i)
        refs[heads[i]->name] = heads[i]->oid;
    return refs;
}

Result<void> Remote::fetch(git_repository* repository, const std::string& ref, const std::string& to,
                           const Meter& meter) const {
    const std::string subject = "fetching '" + ref + "' from '" + url_.text + "'";
    SLIPWAY_TRY_ASSIGN(const GitRemote remote, make_remote(url_.text, repository));
    Session session{{*carrier_}, &meter};
    git_fetch_options options{};
    SLIPWAY_GIT_TRY(git_fetch_options_init(&options, GIT_FETCH_OPTIONS_VERSION), subject);
    SLIPWAY_TRY(set_up(options.callbacks, session));
    options.callbacks.transfer_progress = &on_fetched;
    options.download_tags = GIT_REMOTE_DOWNLOAD_TAGS_NONE;
    options.update_fetchhead = 0;
    std::string spec = "+" + ref + ":" + to;
    char* specs[] = {spec.data()};
    const git_strarray array{specs, 1};
    return outcome(git_remote_fetch(remote.get(), &array, &options, nullptr), session, subject);
}

Result<void> Remote::push(git_repository* from, const std::vector<Change>& changes, std::uint64_t total,
                          const Meter& meter) const {
    const std::string subject = "pushing to '" + url_.text + "'";
    SLIPWAY_TRY_ASSIGN(const GitRemote remote, make_remote(url_.text, from));
    Session session{{*carrier_, changes.size() > 1}, &meter, total, false, &changes};
    git_push_options options{};
    SLIPWAY_GIT_TRY(git_push_options_init(&options, GIT_PUSH_OPTIONS_VERSION), subject);
    SLIPWAY_TRY(set_up(options.callbacks, session));
    options.callbacks.push_transfer_progress = &on_progress;
    options.callbacks.push_update_reference = &on_status;
    options.callbacks.push_negotiation = &on_negotiation;
    std::vector<std::string> texts;
    for (const Change& change : changes)
        texts.push_back(same(change.to, no_id) ? ":" + change.ref : "+" + change.ref + ":" + change.ref);
    std::vector<char*> specs;
    for (std::string& text : texts)
        specs.push_back(text.data());
    const git_strarray array{specs.data(), specs.size()};
    SLIPWAY_TRY(outcome(git_remote_push(remote.get(), &array, &options), session, subject));
    // libgit2's push returns success when the server rejects a ref: its status says so.
    if (!session.rejected.empty()) return rejection(session, subject);
    return {};
}

} // namespace slipway::git_publish
