// SPDX-License-Identifier: GPL-3.0-or-later
//
// A fuzz target without libFuzzer: every file of the folders given, and some hundred inputs made of each, the
// same ones every time. An input that ends the process is left in the file fuzz-NAME.finding.
#include <fcntl.h>
#include <support/fs.hpp>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <random>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
extern "C" [[gnu::weak]] void __sanitizer_set_death_callback(void (*callback)());

namespace {

using Random = std::minstd_rand;

constexpr int inputs_of_a_seed = 150;

std::string current;
const std::string finding = std::string(program_invocation_short_name) + ".finding";

void keep_current() {
    const int fd = ::open(finding.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (fd < 0 || ::write(fd, current.data(), current.size()) < 0) return;
    (void)!::write(STDERR_FILENO, "the input is in the file ", 25);
    (void)!::write(STDERR_FILENO, finding.c_str(), finding.size());
    (void)!::write(STDERR_FILENO, "\n", 1);
}

void on_signal(int number) {
    keep_current();
    std::signal(number, SIG_DFL);
    std::raise(number);
}

void run(std::string input) {
    current = std::move(input);
    LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(current.data()), current.size());
}

std::size_t below(Random& random, std::size_t end) {
    return end == 0 ? 0 : random() % end;
}

/// One small change, or a piece of another seed.
void change(std::string& input, const std::vector<std::string>& seeds, Random& random) {
    const std::size_t at = below(random, input.size() + 1), length = below(random, 64);
    const std::string& other = seeds[below(random, seeds.size())];
    switch (random() % 6) {
    case 0:
        if (at < input.size()) input[at] = static_cast<char>(random());
        break;
    case 1:
        if (at < input.size()) input[at] = static_cast<char>(input[at] ^ (1 << random() % 8));
        break;
    case 2:
        input.erase(at, length);
        break;
    case 3:
        input.insert(at, other.substr(below(random, other.size() + 1), length));
        break;
    case 4:
        input.replace(at, std::min(length, input.size() - at),
                      other.substr(below(random, other.size() + 1), length));
        break;
    default:
        input.insert(at, input.substr(below(random, input.size() + 1), length));
    }
}

std::vector<std::string> read_seeds(int count, char** folders) {
    std::vector<std::filesystem::path> paths;
    for (int i = 0; i < count; ++i)
        for (const auto& entry : std::filesystem::directory_iterator(folders[i]))
            paths.push_back(entry.path());
    std::sort(paths.begin(), paths.end());
    std::vector<std::string> seeds;
    for (const auto& path : paths)
        if (auto bytes = slipway::support::read_file(path)) seeds.push_back(std::move(bytes).value());
    return seeds;
}

} // namespace

int main(int argc, char** argv) {
    const auto seeds = read_seeds(argc - 1, argv + 1);
    if (__sanitizer_set_death_callback != nullptr) __sanitizer_set_death_callback(keep_current);
    for (const int number : {SIGABRT, SIGSEGV, SIGBUS, SIGFPE})
        std::signal(number, on_signal);
    for (const std::string& seed : seeds)
        run(seed);
    Random random(1);
    for (const std::string& seed : seeds)
        for (int i = 0; i < inputs_of_a_seed; ++i) {
            std::string input = seed;
            for (std::size_t n = 1 + below(random, 4); n > 0; --n)
                change(input, seeds, random);
            run(std::move(input));
        }
    std::printf("%zu seeds\n", seeds.size());
    return seeds.empty() ? 1 : 0;
}
