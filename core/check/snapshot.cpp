// SPDX-License-Identifier: GPL-3.0-or-later
#include "snapshot.hpp"

#include <dirent.h>
#include <fmt/format.h>
#include <support/text.hpp>
#include <sys/stat.h>
#include <unistd.h>
#include <worker/children.hpp>

#include <clocale>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <fstream>

namespace slipway::check {

namespace json = support::json;

namespace {

std::string link_target(const std::string& path) {
    std::error_code failed;
    return support::printable(std::filesystem::read_symlink(path, failed).string());
}

std::string first_line(const std::string& path) {
    std::ifstream file(path);
    std::string line;
    std::getline(file, line);
    return support::printable(line);
}

json::Value descriptors() {
    json::Value out = json::Object{};
    DIR* folder = ::opendir("/proc/self/fd");
    if (folder == nullptr) return out;
    while (const dirent* entry = ::readdir(folder)) {
        const std::string name = entry->d_name;
        if (name == "." || name == ".." || name == std::to_string(::dirfd(folder))) continue;
        out.set(name, link_target("/proc/self/fd/" + name));
    }
    ::closedir(folder);
    return out;
}

json::Value threads() {
    json::Value out = json::Object{};
    std::error_code failed;
    for (const auto& thread : std::filesystem::directory_iterator("/proc/self/task", failed))
        out.set(thread.path().filename().string(), first_line(thread.path().string() + "/comm"));
    return out;
}

json::Value children() {
    json::Value out = json::Object{};
    for (const pid_t pid : worker::children_of_this_process())
        out.set(std::to_string(pid), first_line("/proc/" + std::to_string(pid) + "/comm"));
    return out;
}

std::string handler_text(const struct sigaction& action) {
    if ((action.sa_flags & SA_SIGINFO) == 0 && action.sa_handler == SIG_DFL) return "default";
    if ((action.sa_flags & SA_SIGINFO) == 0 && action.sa_handler == SIG_IGN) return "ignored";
    return fmt::format("handler {}", reinterpret_cast<void*>(action.sa_handler));
}

json::Value signals() {
    json::Value out = json::Object{};
    sigset_t blocked;
    ::sigemptyset(&blocked);
    ::sigprocmask(SIG_SETMASK, nullptr, &blocked);
    for (int number = 1; number < NSIG; ++number) {
        struct sigaction action {};

        if (::sigaction(number, nullptr, &action) != 0) continue;
        const char* name = ::sigabbrev_np(number);
        out.set(name != nullptr ? std::string("SIG") + name : "signal " + std::to_string(number),
                handler_text(action) + (::sigismember(&blocked, number) == 1 ? ", blocked" : ""));
    }
    return out;
}

json::Value environment() {
    json::Value out = json::Object{};
    for (char** entry = ::environ; entry != nullptr && *entry != nullptr; ++entry) {
        const std::string text = support::printable(*entry);
        const std::size_t equals = text.find('=');
        out.set(text.substr(0, equals), equals == std::string::npos ? "" : text.substr(equals + 1));
    }
    return out;
}

json::Value single(const char* name, std::string text) {
    return json::Object{{name, std::move(text)}};
}

std::string mask_of_files() {
    const mode_t mask = ::umask(0);
    ::umask(mask);
    return fmt::format("{:03o}", static_cast<unsigned>(mask));
}

} // namespace

json::Value snapshot() {
    const char* locale = std::setlocale(LC_ALL, nullptr);
    return json::Object{{"descriptors", descriptors()},
                        {"threads", threads()},
                        {"children", children()},
                        {"signals", signals()},
                        {"environment", environment()},
                        {"folder", single("current folder", link_target("/proc/self/cwd"))},
                        {"umask", single("umask", mask_of_files())},
                        {"locale", single("locale", locale == nullptr ? "" : locale)}};
}

std::string difference(const json::Value& before, const json::Value& after) {
    std::string out;
    const auto add = [&](const std::string& text) { out += (out.empty() ? "" : "; ") + text; };
    for (const json::Member& member : after.as_object()) {
        const json::Value* old = before.find(member.key);
        if (old == nullptr) add(member.key + " is new: " + member.value.as_string());
        if (old != nullptr && !(*old == member.value))
            add(member.key + " was " + old->as_string() + ", is " + member.value.as_string());
    }
    for (const json::Member& member : before.as_object())
        if (after.find(member.key) == nullptr) add(member.key + " is gone: " + member.value.as_string());
    return out;
}

} // namespace slipway::check
