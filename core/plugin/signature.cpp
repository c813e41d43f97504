// SPDX-License-Identifier: GPL-3.0-or-later
//
// minisign's format: https://jedisct1.github.io/minisign/, "Signature format" and "Public key format".
// ssh's signatures are for ssh-keygen(1) to check.
#include <fcntl.h>
#include <openssl/evp.h>
#include <plugin/signature.hpp>
#include <support/fs.hpp>
#include <support/spawn.hpp>
#include <support/text.hpp>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <memory>
#include <string_view>
#include <vector>

namespace slipway::plugin {

using support::Digest;
using support::Error;
using support::Kind;
using support::Result;
using support::UniqueFd;

namespace {

constexpr std::size_t largest_key = 1u << 16, largest_plugin = 1u << 30;
constexpr std::size_t id_size = 8, key_size = 32, signature_size = 64;

struct Files {
    const std::string &plugin, &key, &signature;
};

Error refused(const Files& files, const std::string& cause, const std::string& hint) {
    return Error{Kind::verify,
                 "plugin '" + files.plugin + "' is not signed with '" + files.key + "': " + cause, hint};
}

Error malformed(const std::string& path, const std::string& expected) {
    return Error{Kind::config, "'" + path + "': expected " + expected,
                 "a key is what minisign -G or ssh-keygen has written as the public one"};
}

/// "" for what is no base64 (RFC 4648).
std::string decode_base64(const std::string& text) {
    if (text.empty() || text.size() % 4 != 0) return {};
    std::string bytes(text.size() / 4 * 3, '\0');
    const int n =
        EVP_DecodeBlock(reinterpret_cast<unsigned char*>(bytes.data()),
                        reinterpret_cast<const unsigned char*>(text.data()), static_cast<int>(text.size()));
    if (n < 0) return {};
    for (std::size_t i = text.size(); i-- > 0 && text[i] == '=';)
        bytes.pop_back();
    return bytes;
}

const unsigned char* bytes_at(std::string_view text) {
    return reinterpret_cast<const unsigned char*>(text.data());
}

bool ed25519(std::string_view key, std::string_view message, std::string_view signature) {
    const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> parsed(
        EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, bytes_at(key), key.size()), &EVP_PKEY_free);
    const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
    return parsed && context
           && EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, parsed.get()) == 1
           && EVP_DigestVerify(context.get(), bytes_at(signature), signature.size(), bytes_at(message),
                               message.size())
                  == 1;
}

std::string blake2b_512(std::string_view message) {
    std::string digest(64, '\0');
    unsigned size = 0;
    EVP_Digest(message.data(), message.size(), reinterpret_cast<unsigned char*>(digest.data()), &size,
               EVP_blake2b512(), nullptr);
    return digest;
}

std::vector<std::string> lines_of(const std::string& text) {
    std::vector<std::string> lines = support::split(text, '\n');
    for (std::string& line : lines)
        if (line.ends_with('\r')) line.pop_back();
    return lines;
}

/// `content` is the plugin's.
Result<void> check_minisign(const Files& files, const std::string& key_text, std::string_view content) {
    const auto key_lines = lines_of(key_text);
    const std::string key = decode_base64(key_lines.size() > 1 ? key_lines[1] : "");
    if (key.size() != 2 + id_size + key_size || !key.starts_with("Ed"))
        return malformed(files.key, "a public key of minisign or ssh");
    SLIPWAY_TRY_ASSIGN(const std::string text, support::read_file(files.signature, largest_key));
    const auto lines = lines_of(text);
    constexpr std::string_view comment_mark = "trusted comment: ";
    const std::string one = decode_base64(lines.size() > 3 ? lines[1] : "");
    const std::string both = decode_base64(lines.size() > 3 ? lines[3] : "");
    const bool hashed = one.starts_with("ED"), whole = one.starts_with("Ed");
    if (one.size() != 2 + id_size + signature_size || both.size() != signature_size || (!hashed && !whole)
        || !lines[2].starts_with(comment_mark))
        return malformed(files.signature, "a signature of minisign");
    if (one.substr(2, id_size) != key.substr(2, id_size))
        return refused(files, "'" + files.signature + "' is another key's",
                       "pin the key of who signs now, if you trust it");
    const std::string_view point = std::string_view(key).substr(2 + id_size);
    const std::string signature = one.substr(2 + id_size);
    if (!ed25519(point, hashed ? blake2b_512(content) : std::string(content), signature)
        || !ed25519(point, signature + lines[2].substr(comment_mark.size()), both))
        return refused(files,
                       "the signature is not of this file, its SHA-256 is " + Digest::of(content).hex(),
                       "install the plugin that was signed, or have this one signed");
    return {};
}

Result<UniqueFd> in_memory(std::string_view content) {
    UniqueFd fd(::memfd_create("slipway", MFD_CLOEXEC));
    if (!fd) return support::errno_error("memfd_create", errno);
    SLIPWAY_TRY(support::write_all(fd.get(), content, "memory"));
    if (::lseek(fd.get(), 0, SEEK_SET) != 0) return support::errno_error("memory", errno);
    return fd;
}

/// The exit code of ssh-keygen -Y verify, and what it said.
Result<int> run_ssh_keygen(int content, int signers, const std::string& signature, std::string& said) {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) return support::errno_error("making a pipe", errno);
    const UniqueFd read_end(ends[0]);
    UniqueFd write_end(ends[1]);
    support::Spawn spawn;
    spawn.give(content, STDIN_FILENO);
    spawn.give(write_end.get(), STDOUT_FILENO);
    spawn.give(write_end.get(), STDERR_FILENO);
    spawn.give(signers, signers);
    pid_t child = -1;
    const int failed = spawn.start("/usr/bin/ssh-keygen",
                                   {"ssh-keygen", "-Y", "verify", "-f", "/dev/fd/" + std::to_string(signers),
                                    "-I", "slipway", "-n", ssh_namespace, "-s", signature},
                                   {"PATH=/usr/bin:/bin", "LC_ALL=C"}, child);
    if (failed != 0)
        return Error{Kind::unsupported,
                     support::errno_error("checking an ssh signature: ssh-keygen", failed).what,
                     "install openssh-client (openssh on Arch)"};
    write_end.reset();
    auto output = support::read_all(read_end.get(), "ssh-keygen", largest_key);
    if (output) said = support::printable(output.value().substr(0, output.value().find_first_of("\r\n")));
    int status = 0;
    ::waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

/// `key`: the line of an ssh public key (sshd(8), "AUTHORIZED_KEYS FILE FORMAT").
Result<void> check_ssh(const Files& files, const std::string& key, std::string_view content) {
    const auto words = support::split(key.substr(0, key.find('\n')), ' ');
    if (words.size() < 2) return malformed(files.key, "a public key of minisign or ssh");
    if (::access(files.signature.c_str(), R_OK) != 0)
        return support::errno_error("signature '" + files.signature + "'", errno);
    SLIPWAY_TRY_ASSIGN(const UniqueFd signers, in_memory("slipway namespaces=\"" + std::string(ssh_namespace)
                                                         + "\" " + words[0] + " " + words[1] + "\n"));
    SLIPWAY_TRY_ASSIGN(const UniqueFd body, in_memory(content));
    std::string said;
    SLIPWAY_TRY_ASSIGN(const int code, run_ssh_keygen(body.get(), signers.get(), files.signature, said));
    if (code == 0) return {};
    return refused(
        files, (said.empty() ? "ssh-keygen says no" : said) + "; its SHA-256 is " + Digest::of(content).hex(),
        "install the plugin that was signed, or sign it: ssh-keygen -Y sign -n " + std::string(ssh_namespace)
            + " -f KEY PLUGIN.so");
}

} // namespace

Result<Digest> check_signature(const std::string& plugin, const std::string& key,
                               const std::string& signature) {
    SLIPWAY_TRY_ASSIGN(const std::string key_text, support::read_file(key, largest_key));
    SLIPWAY_TRY_ASSIGN(const std::string content, support::read_file(plugin, largest_plugin));
    const bool ssh =
        key_text.starts_with("ssh-") || key_text.starts_with("ecdsa-") || key_text.starts_with("sk-");
    const std::string beside = signature.empty() ? plugin + (ssh ? ".sig" : ".minisig") : signature;
    const Files files{plugin, key, beside};
    SLIPWAY_TRY(ssh ? check_ssh(files, key_text, content) : check_minisign(files, key_text, content));
    return Digest::of(content);
}

} // namespace slipway::plugin
