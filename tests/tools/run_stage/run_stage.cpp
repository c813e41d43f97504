// SPDX-License-Identifier: GPL-3.0-or-later
//
// run-stage PLUGIN.so STAGE OUT OPTIONS [epoch=SECONDS] [secret:NAME=VALUE...] [PORT=FILE...]
//
// Runs one stage in the in-memory host, for test scripts that judge its outputs with other programs.
// An input FILE@PATH has the annotation "path", unless there is a file of that whole name. OPTIONS is JSON
// text; the outputs go to OUT/PORT/NAME. Log lines and diagnostics go to standard error, as do the time and
// the peak memory of the run. The exit code is the stage's status without its sign.
#include <fake_host/fake_host.hpp>
#include <sys/resource.h>

#include <chrono>
#include <cstdio>
#include <filesystem>
#include <string>

namespace {

void add(slipway::test::FakeHost& host, const std::string& argument) {
    const std::size_t equals = argument.find('=');
    const std::string key = argument.substr(0, equals);
    const std::string value = equals == std::string::npos ? "" : argument.substr(equals + 1);
    if (key == "epoch")
        host.epoch = std::stoll(value);
    else if (key.starts_with("secret:"))
        host.secrets[key.substr(7)] = value;
    else if (const std::size_t at = value.rfind('@');
             at != std::string::npos && !std::filesystem::exists(value))
        host.add_input_file(key, value.substr(0, at), "application/octet-stream",
                            slipway::support::json::Object{{"path", value.substr(at + 1)}});
    else
        host.add_input_file(key, value);
}

void report(const slipway::test::FakeHost& host, std::chrono::duration<double> time) {
    for (const std::string& line : host.log)
        std::fprintf(stderr, "log: %s\n", line.c_str());
    for (const auto& d : host.diagnostics)
        std::fprintf(stderr, "error: %s (hint: %s)\n%s%s", d.summary.c_str(), d.hint.c_str(),
                     d.detail.c_str(), d.detail.empty() ? "" : "\n");
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    std::fprintf(stderr, "run: %.2f s, peak %.0f MB\n", time.count(),
                 static_cast<double>(usage.ru_maxrss) / 1e3);
}

void publish(const slipway::test::FakeHost& host, const std::filesystem::path& out) {
    for (const auto& [port, artifacts] : host.outputs) {
        for (const auto& artifact : artifacts) {
            std::filesystem::create_directories(out / port);
            std::filesystem::copy_file(artifact.path, out / port / artifact.name,
                                       std::filesystem::copy_options::overwrite_existing);
        }
    }
}

} // namespace

int main(int argc, char** argv) {
    if (argc < 5) {
        std::fprintf(stderr, "usage: run-stage PLUGIN.so STAGE OUT OPTIONS [epoch=SECONDS] [PORT=FILE...]\n");
        return 64;
    }
    slipway::test::FakeHost host(argv[1], argv[2]);
    for (int i = 5; i < argc; ++i)
        add(host, argv[i]);
    const auto begin = std::chrono::steady_clock::now();
    const slipway_status status = host.execute(argv[4]);
    report(host, std::chrono::steady_clock::now() - begin);
    if (status == SLIPWAY_OK) publish(host, argv[3]);
    return -status;
}
