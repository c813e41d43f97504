// SPDX-License-Identifier: GPL-3.0-or-later
//
// A host in memory, for tests of one plugin's adapter: loads the real .so into the test's process, feeds
// inputs from strings or files, and keeps what the stage published and said.
#pragma once

#include <slipway/stage.h>
#include <support/json.hpp>

#include <atomic>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace slipway::test {

struct Artifact {
    std::string name;
    std::string type;
    std::string path; ///< a file with the bytes
    support::json::Value meta = support::json::Object{};

    std::string text() const;
};

struct Effect {
    int state;
    std::string kind, target, summary, detail;
};

struct Diagnostic {
    int severity;
    int code;
    std::string summary, detail, hint, config_path;
};

/// One instance of one stage type. Not thread-safe but for what stage.h marks [any].
class FakeHost {
public:
    /// `plugin`: path of the .so. Aborts the test program if it does not load or has no such stage.
    FakeHost(const std::string& plugin, const std::string& stage_id);
    ~FakeHost();
    FakeHost(const FakeHost&) = delete;

    void add_input(const std::string& port, const std::string& name, const std::string& bytes,
                   const std::string& type = "application/octet-stream",
                   support::json::Value annotations = support::json::Object{});
    void add_input_file(const std::string& port, const std::string& path,
                        const std::string& type = "application/octet-stream",
                        support::json::Value annotations = support::json::Object{});

    slipway_status configure(const std::string& options_json);
    slipway_status run(unsigned job_flags = 0);

    /// configure() and run(), stopping at the first that fails.
    slipway_status execute(const std::string& options_json, unsigned job_flags = 0);

    /// The variant of the inputs added from now on.
    support::json::Value input_variant = support::json::Object{};

    // Set before run().
    std::map<std::string, std::string> secrets;
    std::map<std::string, std::string> stored; ///< what slipway.store/1 holds: sha256 to file path
    std::int64_t epoch = 1793836800;           // 2026-11-05
    std::atomic<bool> cancelled = false;       // may be set from another thread
    unsigned attempt = 1;
    std::string variant = "{}";
    std::string chain = R"({"name": "test", "version": "05112026"})";

    // Look at after run().
    std::map<std::string, std::vector<Artifact>> outputs;
    std::vector<Effect> effects;
    std::vector<Diagnostic> diagnostics;
    std::vector<std::string> log;

    /// The summary of the last diagnostic, or "".
    std::string said() const;

    const std::string& folder() const { return folder_; }

    struct Open {
        std::string name, path;
    };

private:
    friend struct Callbacks;

    std::string folder_;
    std::map<std::string, std::vector<Artifact>> inputs_;
    std::map<std::string, Open> open_;
    std::vector<std::unique_ptr<std::string>> texts_; // borrowed by the plugin
    std::string work_, cache_;
    slipway_host abi_{};
    slipway_instance* instance_ = nullptr;
    int files_ = 0;
};

} // namespace slipway::test
