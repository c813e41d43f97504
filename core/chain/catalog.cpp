// SPDX-License-Identifier: GPL-3.0-or-later
#include <chain/catalog.hpp>
#include <chain/exit_text.hpp>
#include <plugin/loader.hpp>
#include <support/hash.hpp>
#include <support/text.hpp>
#include <sys/stat.h>
#include <worker/process.hpp>

#include <algorithm>
#include <chrono>
#include <deque>
#include <filesystem>
#include <functional>
#include <set>

namespace slipway::chain {

namespace fs = std::filesystem;
namespace json = support::json;
using plugin::Description;
using support::Error;
using support::Kind;
using support::Result;

namespace {

constexpr auto describe_timeout = std::chrono::seconds(20);
constexpr int describe_jobs = 4;

/// One plugin being described by a worker.
class DescribeJob {
public:
    using Done = std::function<void(Result<Description>)>;

    DescribeJob(worker::Loop& loop, std::string path, Done done)
        : loop_(loop), path_(std::move(path)), done_(std::move(done)) {}

    void start() {
        auto process = worker::Process::start(
            loop_, worker::Placement::process, json::Object{{"t", "describe"}, {"plugin", path_}},
            {[this](worker::Message m) { take(m.body); }, [](const std::string&) {},
             [this](const worker::Exit& exit) { finish(exit); }});
        if (!process) return done_(std::move(process).error());
        process_ = std::move(process).value();
        timer_ = loop_.after(describe_timeout, [this] {
            timed_out_ = true;
            process_->kill();
        });
    }

private:
    /// The worker has run the plugin's code: what the file is, it does not say.
    Result<Description> with_digest(Result<Description> said) const {
        if (!said) return said;
        SLIPWAY_TRY_ASSIGN(const support::Digest digest, support::sha256_of_file(path_));
        said.value().path = path_;
        said.value().sha256 = digest.hex();
        return said;
    }

    void take(const json::Value& message) {
        const std::string& kind = message["t"].as_string();
        if (kind == "phase") phase_ = message["phase"].as_string();
        answered_ = answered_ || kind == "diag" || kind == "described";
        if (kind == "diag")
            result_ = Error{support::kind_of_status(static_cast<int>(message["code"].as_integer())),
                            message["summary"].as_string(), message["hint"].as_string()};
        if (kind == "described") result_ = with_digest(plugin::parse_description(message["description"]));
    }

    void finish(const worker::Exit& exit) {
        loop_.cancel(timer_);
        const std::string subject = "plugin '" + path_ + "': ";
        if (timed_out_)
            result_ = Error{Kind::timeout, subject + "did not describe itself within 20 s",
                            "its constructors or its entry point hang"};
        else if (process_->flooded())
            result_ = Error{Kind::resource,
                            subject + "printed more than " + support::human_bytes(worker::max_output),
                            "its constructors and its entry point must not print"};
        else if (!answered_ || exit.signal != 0 || exit.code != 0 || !exit.broken.empty())
            result_ = Error{Kind::crashed, subject + exit_text(exit, phase_),
                            "its constructors and its entry point must not fail"};
        else if (!exit.left.empty())
            result_ =
                Error{Kind::internal, subject + "left processes behind: " + support::join(exit.left, ", "),
                      "its constructors and its entry point must not start any"};
        process_.reset();
        // The callback may delete this object.
        const Done done = std::move(done_);
        Result<Description> result = std::move(result_);
        done(std::move(result));
    }

    worker::Loop& loop_;
    std::string path_;
    Done done_;
    std::unique_ptr<worker::Process> process_;
    worker::Loop::Id timer_ = 0;
    std::string phase_ = "load";
    bool timed_out_ = false;
    bool answered_ = false;
    Result<Description> result_ = Error{};
};

/// What changes when a file changes.
std::string identity_of(const std::string& path) {
    struct stat st {};

    if (::stat(path.c_str(), &st) != 0) return {};
    const auto time = [](const timespec& t) {
        return std::to_string(t.tv_sec) + "." + std::to_string(t.tv_nsec);
    };
    return std::to_string(st.st_dev) + ":" + std::to_string(st.st_ino) + ":" + std::to_string(st.st_size)
           + ":" + time(st.st_mtim) + ":" + time(st.st_ctim);
}

std::vector<std::string> plugins_in(const std::string& folder) {
    std::vector<std::string> out;
    std::error_code failed;
    for (const auto& entry : fs::directory_iterator(folder, failed))
        if (entry.path().extension() == ".so") out.push_back(entry.path().string());
    std::ranges::sort(out);
    return out;
}

/// Describes many plugins, a few at a time.
class Describer {
public:
    Describer(worker::Loop& loop, std::vector<std::string> paths)
        : loop_(loop), waiting_(paths.begin(), paths.end()) {}

    std::map<std::string, Result<Description>> run() {
        if (waiting_.empty()) return {};
        for (int i = 0; i < describe_jobs; ++i)
            start_next();
        loop_.run();
        return std::move(results_);
    }

private:
    void start_next() {
        if (waiting_.empty()) {
            if (active_.empty()) loop_.stop();
            return;
        }
        const std::string path = waiting_.front();
        waiting_.pop_front();
        auto job = std::make_unique<DescribeJob>(loop_, path, [this, path](Result<Description> result) {
            results_.emplace(path, std::move(result));
            loop_.post([this, path] {
                active_.erase(path);
                start_next();
            });
        });
        DescribeJob* started = job.get();
        active_[path] = std::move(job);
        started->start();
    }

    worker::Loop& loop_;
    std::deque<std::string> waiting_;
    std::map<std::string, std::unique_ptr<DescribeJob>> active_;
    std::map<std::string, Result<Description>> results_;
};

} // namespace

Result<Description> describe_plugin(worker::Loop& loop, const std::string& path) {
    SLIPWAY_TRY(plugin::check_file(path));
    auto results = Describer(loop, {path}).run();
    return std::move(results.at(path));
}

Catalog Catalog::open(worker::Loop& loop, const std::vector<std::string>& folders,
                      journal::Journal* journal) {
    Catalog catalog;
    catalog.folders_ = folders;
    std::vector<std::string> paths, unknown;
    std::map<std::string, Result<Description>> described;
    for (const std::string& folder : folders)
        for (const std::string& path : plugins_in(folder)) {
            paths.push_back(path);
            if (auto usable = plugin::check_file(path); !usable) {
                described.emplace(path, std::move(usable).error());
                continue;
            }
            auto known = journal ? journal->described(path, identity_of(path)) : std::optional<json::Value>();
            auto parsed = known && known.value() ? plugin::parse_description(*known.value())
                                                 : Result<Description>(Error{});
            if (parsed)
                described.emplace(path, std::move(parsed));
            else
                unknown.push_back(path);
        }
    for (auto& [path, result] : Describer(loop, unknown).run()) {
        if (result && journal)
            (void)journal->remember_description(path, identity_of(path), plugin::to_json(result.value()));
        described.emplace(path, std::move(result));
    }
    for (const std::string& path : paths) {
        auto& result = described.at(path);
        if (result)
            catalog.add(result.value());
        else
            catalog.failures_.push_back(result.error());
    }
    return catalog;
}

void Catalog::add(const Description& description) {
    plugins_.push_back(description);
    for (const plugin::StageType& type : description.stages)
        entries_.try_emplace(type.id, CatalogEntry{type, description.path, description.sha256});
}

const CatalogEntry* Catalog::find(std::string_view stage_id) const {
    const auto it = entries_.find(stage_id);
    return it == entries_.end() ? nullptr : &it->second;
}

std::vector<std::string> plugin_search_path(const std::vector<std::string>& given, const char* environment,
                                            const std::string& binary) {
    std::vector<std::string> out;
    std::set<std::string> seen;
    const auto add = [&](const std::string& folder) {
        std::error_code failed;
        const std::string real = fs::weakly_canonical(folder, failed).string();
        if (!folder.empty() && !failed && seen.insert(real).second) out.push_back(real);
    };
    for (const std::string& folder : given)
        add(folder);
    for (const std::string& folder : support::split(environment ? environment : "", ':'))
        add(folder);
    add("/etc/slipway");
    const fs::path prefix = fs::path(binary).parent_path().parent_path();
    std::error_code failed;
    add((prefix / "lib/slipway/stages").string());
    add((prefix / SLIPWAY_LIBRARY_ARCH_DIR "/slipway/stages").string());
    return out;
}

} // namespace slipway::chain
