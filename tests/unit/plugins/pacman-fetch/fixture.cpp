// SPDX-License-Identifier: GPL-3.0-or-later
#include <fcntl.h>
#include <fixture.hpp>
#include <spawn.h>
#include <support/fs.hpp>
#include <support/hash.hpp>
#include <support/text.hpp>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <sstream>

namespace slipway::test {

namespace {

[[noreturn]] void give_up(const std::string& why) {
    std::fprintf(stderr, "fixture: %s\n", why.c_str());
    std::abort();
}

std::string read(const std::string& path) {
    auto bytes = support::read_file(path);
    if (!bytes) give_up(bytes.error().what);
    return std::move(bytes).value();
}

} // namespace

void write(const std::string& path, std::string_view bytes) {
    if (auto done = support::write_file(path, bytes); !done) give_up(done.error().what);
}

Scratch::Scratch() {
    std::string pattern = (std::filesystem::temp_directory_path() / "slipway-fetch-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr) give_up("no temporary folder");
    path_ = pattern;
}

Scratch::~Scratch() {
    (void)support::remove_tree(path_);
}

std::vector<std::string> names_in(const std::string& folder) {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(folder))
        names.push_back(entry.path().filename());
    std::sort(names.begin(), names.end());
    return names;
}

Finished run(const std::vector<std::string>& command) {
    const Scratch scratch;
    std::vector<char*> arguments;
    for (const std::string& argument : command)
        arguments.push_back(const_cast<char*>(argument.c_str()));
    arguments.push_back(nullptr);
    ::setenv("LC_ALL", "C", 1);
    posix_spawn_file_actions_t files;
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&files, 1, (scratch / "out").c_str(), O_WRONLY | O_CREAT, 0600);
    posix_spawn_file_actions_addopen(&files, 2, (scratch / "err").c_str(), O_WRONLY | O_CREAT, 0600);
    pid_t pid = -1;
    const int failed = ::posix_spawnp(&pid, arguments[0], &files, nullptr, arguments.data(), environ);
    posix_spawn_file_actions_destroy(&files);
    if (failed != 0) give_up(command[0] + " cannot be started");
    int status = 0;
    ::waitpid(pid, &status, 0);
    return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, read(scratch / "out"), read(scratch / "err")};
}

std::string must_run(const std::vector<std::string>& command) {
    auto finished = run(command);
    if (finished.status != 0) give_up(support::join(command, " ") + ": " + finished.errors);
    return finished.output;
}

std::string desc_of(std::string_view line) {
    std::istringstream words{std::string(line)};
    std::string name, version;
    words >> name >> version;
    std::map<std::string, std::string> fields{{"ARCH", "any"}};
    for (std::string word; words >> word;) {
        const auto equals = word.find('=');
        std::string value;
        for (const std::string& one : support::split(word.substr(equals + 1), ','))
            value += one + "\n";
        value.pop_back();
        std::string key = word.substr(0, equals);
        for (char& c : key)
            c = static_cast<char>(c - 'a' + 'A');
        fields[key] = value;
    }
    const std::string file = name + "-" + version + "-any.pkg.tar.zst";
    std::string desc = "%FILENAME%\n" + file + "\n\n%NAME%\n" + name + "\n\n%VERSION%\n" + version
                       + "\n\n%CSIZE%\n1000\n\n%ISIZE%\n2000\n\n%SHA256SUM%\n"
                       + support::Digest::of(file).hex() + "\n\n";
    for (const auto& [key, value] : fields)
        desc += "%" + key + "%\n" + value + "\n\n";
    return desc;
}

void write_database(const std::string& path,
                    const std::vector<std::pair<std::string, std::string>>& entries) {
    const Scratch scratch;
    std::vector<std::string> command{"bsdtar", "-czf", path, "-C", scratch.path()};
    if (entries.empty()) command.insert(command.end(), {"-T", "/dev/null"});
    for (const auto& [folder, desc] : entries) {
        if (!support::make_dirs(scratch / folder)) give_up("no folder");
        write(scratch / (folder + "/desc"), desc);
        command.push_back(folder);
    }
    must_run(command);
}

void write_graph(const std::string& folder, const Graph& graph) {
    if (!support::make_dirs(folder)) give_up("no folder");
    for (const auto& [name, lines] : graph) {
        std::vector<std::pair<std::string, std::string>> entries;
        for (const std::string& line : support::split(lines, '\n')) {
            std::istringstream words(line);
            std::string package, version;
            if (words >> package >> version) entries.emplace_back(package + "-" + version, desc_of(line));
        }
        write_database(folder + "/" + name + ".db", entries);
    }
}

} // namespace slipway::test
