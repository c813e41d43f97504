// SPDX-License-Identifier: GPL-3.0-or-later
#include <process_carrier.hpp>
#include <process_stream.hpp>
#include <support/text.hpp>

#include <algorithm>

namespace slipway::git_publish {

namespace {

using support::Error;
using support::Kind;
using support::Result;

/// `text` as one word of a shell's (git's servers take it apart as such).
std::string quoted(const std::string& text) {
    std::string out = "'";
    for (const char c : text)
        out += c == '\'' || c == '!' ? std::string("'\\") + c + "'" : std::string(1, c);
    return out + "'";
}

/// A value of an option of ssh's, which takes words apart, and '%' and '~' for more (ssh_config(5)).
std::string quoted_value(const std::string& path) {
    std::string out = "\"";
    for (const char c : path)
        out += c == '%' ? "%%" : c == '"' || c == '\\' ? std::string("\\") + c : std::string(1, c);
    return out + "\"";
}

bool says(const std::vector<std::string>& lines, std::string_view words) {
    return std::any_of(lines.begin(), lines.end(),
                       [&](const std::string& line) { return line.find(words) != std::string::npos; });
}

struct Saying {
    const char* words;
    Kind kind;
    const char* what;
    const char* hint;
};

// OpenSSH 9.2's words, git's (2.39), and GitHub's; what is not known is told in the server's own.
constexpr Saying sayings[] = {
    {"REMOTE HOST IDENTIFICATION HAS CHANGED", Kind::verify, "the host's key is not the one that is known",
     "somebody may be between you and the host: ask its owner, and mend known_hosts"},
    {"No matching host key", Kind::verify, "the host's key is not the one that is known", "mend known_hosts"},
    {"Host key verification failed", Kind::verify, "the host's key is not known",
     "put it into the file that \"ssh\": {\"known_hosts\": FILE} names: ssh-keyscan HOST shows it, its owner "
     "tells whether it is right"},
    {"read only", Kind::auth, "the key may only read", "make it a deploy key with write access"},
    {"Permission denied", Kind::auth, "the host does not take the key",
     "is it among the account's keys or the repository's deploy keys? One with a passphrase needs an agent: "
     "\"ssh\": {\"agent\": SOCKET}"},
    {"Too many authentication failures", Kind::auth, "the host does not take the agent's keys",
     "name the right one: \"ssh\": {\"key\": FILE}"},
    {"UNPROTECTED PRIVATE KEY FILE", Kind::auth, "others can read the private key", "chmod 600 the key file"},
    {"does not appear to be a git repository", Kind::not_found, "no such repository", "is the path right?"},
    {"Repository not found", Kind::not_found, "no such repository",
     "is the path right, and may the key see it?"},
    {"not a git repository", Kind::not_found, "no such repository", "is the path right?"},
    {"dubious ownership", Kind::denied, "the repository belongs to another user",
     "run as its owner, or make this user its owner"},
    {"No space left on device", Kind::resource, "the disk is full", "make room, and run again"},
};

Error judge(const std::string& program, int status, std::vector<std::string> said) {
    for (const Saying& saying : sayings)
        if (says(said, saying.words)) return Error{saying.kind, saying.what, saying.hint, std::move(said)};
    const std::string end = status == 0 ? " hung up" : " ended with status " + std::to_string(status);
    return Error{Kind::net_transient, program + end,
                 "run again: what the other side has taken will be recognised", std::move(said)};
}

/// Runs one program for each conversation.
class ProcessCarrier final : public Carrier {
public:
    using Command = std::function<std::vector<std::string>(Service)>;

    ProcessCarrier(std::string program, std::vector<std::string> environment, Command command,
                   std::chrono::seconds silence, Stop stop)
        : program_(std::move(program)), environment_(std::move(environment)), command_(std::move(command)),
          silence_(silence), stop_(std::move(stop)) {}

    bool stateless() const override { return false; }

    Result<std::unique_ptr<Stream>> list(Service service) override {
        const std::vector<std::string> arguments = command_(service);
        const auto verdict = [name = arguments.front()](int status, std::vector<std::string> said) {
            return judge(name, status, std::move(said));
        };
        return ProcessStream::start({program_, arguments, environment_, silence_, verdict}, stop_);
    }

    Result<std::unique_ptr<Stream>> call(Service) override {
        return Error{Kind::internal, "a program is one conversation"};
    }

private:
    std::string program_;
    std::vector<std::string> environment_;
    Command command_;
    std::chrono::seconds silence_;
    Stop stop_;
};

std::vector<std::string> ssh_options(const SshSettings& settings) {
    std::vector<std::string> words{"ssh", "-T", "-x", "-a", "-F", "none"};
    const auto add = [&](const std::string& option) {
        words.push_back("-o");
        words.push_back(option);
    };
    add("BatchMode=yes");
    add("StrictHostKeyChecking=yes");
    add("UpdateHostKeys=no");
    add("ConnectTimeout=" + std::to_string(settings.patience.connect.count()));
    add("ServerAliveInterval=" + std::to_string(std::max<long>(1, settings.patience.silence.count() / 4)));
    add("ServerAliveCountMax=4");
    add("IdentityAgent=" + (settings.agent.empty() ? "none" : quoted_value(settings.agent)));
    if (!settings.known_hosts.empty()) {
        add("UserKnownHostsFile=" + quoted_value(settings.known_hosts));
        add("GlobalKnownHostsFile=none");
    }
    if (!settings.key.empty()) {
        add("IdentitiesOnly=yes");
        add("IdentityFile=" + quoted_value(settings.key));
    }
    return words;
}

} // namespace

std::unique_ptr<Carrier> make_ssh_carrier(const RemoteUrl& url, const SshSettings& settings, Stop stop) {
    const auto command = [url, settings](Service service) {
        std::vector<std::string> words = ssh_options(settings);
        if (!url.port.empty()) words.insert(words.end(), {"-p", url.port});
        if (!url.user.empty()) words.insert(words.end(), {"-l", url.user});
        words.insert(words.end(), {"--", url.host, std::string(name_of(service)) + " " + quoted(url.path)});
        return words;
    };
    return std::make_unique<ProcessCarrier>("/usr/bin/ssh", std::vector<std::string>{"PATH=/usr/bin:/bin"},
                                            command, settings.patience.silence, std::move(stop));
}

std::unique_ptr<Carrier> make_local_carrier(const std::string& path, const Patience& patience, Stop stop) {
    const auto command = [path](Service service) {
        // A gc in the background would outlive this run.
        return std::vector<std::string>{"git", "-c", "receive.autoGC=false",
                                        std::string(name_of(service)).substr(4), path};
    };
    const std::vector<std::string> environment{"PATH=/usr/bin:/bin", "HOME=/nonexistent",
                                               "GIT_CONFIG_NOSYSTEM=1", "LC_ALL=C"};
    return std::make_unique<ProcessCarrier>("/usr/bin/git", environment, command, patience.silence,
                                            std::move(stop));
}

} // namespace slipway::git_publish
