// SPDX-License-Identifier: GPL-3.0-or-later
#include "secret_helper.hpp"

#include <chain/secrets.hpp>
#include <fcntl.h>
#include <support/fs.hpp>
#include <support/text.hpp>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <optional>

namespace slipway::chain {

using support::Error;
using support::Kind;
using support::Result;
using support::SecretBytes;

namespace {

using Answer = std::function<Result<SecretBytes>()>;

/// For somebody who types a passphrase.
constexpr auto patience_with_helper = std::chrono::seconds(60);

/// A value or line of fewer bytes may be in an artifact by chance.
constexpr std::size_t shortest_detected = 6, shortest_detected_line = 16;

Answer fail(Error error) {
    return [error = std::move(error)]() -> Result<SecretBytes> { return error; };
}

/// What no plugin could use, or what redacting could not find, is not taken for a secret.
Result<SecretBytes> checked(SecretBytes value, const std::string& where) {
    const std::string_view text = value.view();
    const auto refuse = [&](const char* what, const char* hint) {
        return Error{Kind::auth, where + " " + what, hint};
    };
    if (text.find_first_not_of(" \t\r\n") == std::string_view::npos)
        return refuse("is empty", "put the value there");
    if (text.size() > SecretBytes::largest)
        return refuse("has more than 64 KiB", "keep what is large in a file, and only its key secret");
    if (text.find('\0') != std::string_view::npos)
        return refuse("holds a NUL byte", "a secret is text: encode it, in base64 for example");
    if (!support::is_valid_utf8(text))
        return refuse("is not UTF-8", "a secret is text: encode it, in base64 for example");
    return value;
}

/// Editors and `echo` end a line that is none of the secret's.
Result<SecretBytes> without_line_end(SecretBytes value, const std::string& where) {
    for (const char end : {'\n', '\r'})
        if (value.view().ends_with(end)) value.shorten(value.view().size() - 1);
    return checked(std::move(value), where);
}

Result<void> check_mode(int fd, const std::string& path) {
    struct stat st {};

    if (::fstat(fd, &st) != 0) return support::errno_error("reading '" + path + "'", errno);
    if (!S_ISREG(st.st_mode) || (st.st_mode & 077) == 0) return {};
    char mode[8];
    (void)std::snprintf(mode, sizeof mode, "%04o", static_cast<unsigned>(st.st_mode & 07777));
    return Error{Kind::denied, "'" + path + "' is open to others than its owner (mode " + mode + ")",
                 "chmod 600 '" + path + "', and change the secret if somebody may have read it"};
}

enum class Mode { checked, any };

Result<SecretBytes> read_value(const std::string& path, Mode mode) {
    SLIPWAY_TRY_ASSIGN(const support::UniqueFd fd, support::open_read(path));
    if (mode == Mode::checked) SLIPWAY_TRY(check_mode(fd.get(), path));
    SLIPWAY_TRY_ASSIGN(SecretBytes value, SecretBytes::read(fd.get(), "'" + path + "'"));
    return without_line_end(std::move(value), "'" + path + "'");
}

/// systemd has seen to the mode; where it gives the right to read by an ACL, the mode does not tell.
Answer ask_credential(const std::string& folder, const std::string& name) {
    if (folder.empty())
        return fail({Kind::auth, "there are no systemd credentials ($CREDENTIALS_DIRECTORY is not set)",
                     "run it as a service with LoadCredential=" + name + ":FILE, or change --secrets"});
    return [path = folder + "/" + name] { return read_value(path, Mode::any); };
}

Answer ask_helper(const FromCommand& command) {
    auto started = SecretHelper::start(command);
    if (!started) return fail(std::move(started).error());
    const auto helper =
        std::make_shared<SecretHelper>(std::move(started).value()); // a std::function is copied
    return [helper, what = "what '" + support::printable(command.words.front())
                           + "' tells"]() -> Result<SecretBytes> {
        SLIPWAY_TRY_ASSIGN(SecretBytes value, helper->answer(patience_with_helper));
        return without_line_end(std::move(value), what);
    };
}

bool is_credential(const std::string& folder, const std::string& name) {
    return !folder.empty() && name.find('/') == std::string::npos
           && ::access((folder + "/" + name).c_str(), F_OK) == 0;
}

} // namespace

void Secrets::take_environment(const std::vector<std::string>& names) {
    std::vector<char*> values;
    for (const std::string& name : names) {
        const auto source = sources_.named.find(name);
        const auto* from =
            source == sources_.named.end() ? nullptr : std::get_if<FromEnvironment>(&source->second);
        if (source != sources_.named.end() && from == nullptr) continue;
        const std::string& variable = from != nullptr ? from->variable : name;
        char* value = std::getenv(variable.c_str());
        if (value == nullptr) continue;
        environment_[variable] = std::make_shared<const SecretBytes>(value);
        ::explicit_bzero(value, std::strlen(value)); // where /proc/PID/environ would show it
        ::unsetenv(variable.c_str());
    }
}

const SecretBytes* Secrets::known(const std::string& name) const {
    const auto it = known_.find(name);
    return it == known_.end() ? nullptr : &it->second;
}

std::function<Result<SecretBytes>()> Secrets::ask(const std::string& name) const {
    const auto it = sources_.named.find(name);
    const SecretSource* source = it == sources_.named.end() ? nullptr : &it->second;
    const auto* from = source == nullptr ? nullptr : std::get_if<FromEnvironment>(source);
    const std::string& variable = from != nullptr ? from->variable : name;
    const auto value = environment_.find(variable);
    if ((source == nullptr || from != nullptr) && value != environment_.end())
        return [found = value->second, where = "the environment variable " + variable] {
            return checked(SecretBytes(found->view()), where);
        };
    if (from != nullptr)
        return fail({Kind::auth, "the environment variable " + variable + " is not set", "set it"});
    if (source == nullptr && !is_credential(sources_.credentials, name))
        return fail({Kind::auth, "",
                     "set the environment variable " + name
                         + ", or a systemd credential of that name, or say with --secrets where it is"});
    if (source == nullptr) return ask_credential(sources_.credentials, name);
    if (const auto* credential = std::get_if<FromCredential>(source))
        return ask_credential(sources_.credentials, credential->name);
    if (const auto* command = std::get_if<FromCommand>(source)) return ask_helper(*command);
    return [path = std::get<FromFile>(*source).path] { return read_value(path, Mode::checked); };
}

const SecretBytes& Secrets::keep(const std::string& name, SecretBytes value) {
    const auto [it, is_new] = known_.emplace(name, std::move(value));
    if (!is_new) return it->second;
    const std::string_view text = it->second.view();
    redactor_.add(text, name);
    if (text.size() >= shortest_detected) detector_.add(text, name, shortest_detected_line);
    return it->second;
}

} // namespace slipway::chain
