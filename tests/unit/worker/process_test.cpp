// SPDX-License-Identifier: GPL-3.0-or-later
//
// Real workers: what they say, how they end, that on_exit comes once and last.
#include <dirent.h>
#include <gtest/gtest.h>
#include <slipway/stage.h>
#include <support/fs.hpp>
#include <sys/wait.h>
#include <worker/process.hpp>
#include <worker/protocol.hpp>

#include <csignal>
#include <filesystem>
#include <optional>

namespace slipway::worker {
namespace {

namespace json = support::json;
namespace fs = std::filesystem;
using namespace std::chrono_literals;

/// Starts one worker and runs the loop until it has ended.
struct Worker {
    Loop loop;
    std::unique_ptr<Process> process;
    std::vector<json::Value> messages;
    std::vector<std::string> lines;
    std::optional<Exit> exit;
    std::function<void(const json::Value&)> on_message = [](const json::Value&) {};

    void run(const json::Value& order, Placement placement = Placement::process) {
        const Handlers handlers{[this](const Message& m) {
                                    EXPECT_FALSE(exit) << "a message after the exit";
                                    messages.push_back(m.body);
                                    on_message(m.body);
                                },
                                [this](const std::string& line) { lines.push_back(line); },
                                [this](const Exit& how) {
                                    EXPECT_FALSE(exit) << "two exits";
                                    exit = how;
                                    loop.stop();
                                }};
        auto started = Process::start(loop, placement, order, handlers);
        ASSERT_TRUE(started) << started.error().what;
        process = std::move(started).value();
        const auto late = loop.after(60s, [this] {
            ADD_FAILURE() << "the worker does not end";
            loop.stop();
        });
        loop.run();
        loop.cancel(late);
        ASSERT_TRUE(exit);
    }

    const json::Value* said(std::string_view kind) const {
        for (const json::Value& message : messages)
            if (message["t"].as_string() == kind) return &message;
        return nullptr;
    }
};

json::Value describe(const std::string& name) {
    return json::Object{{"t", "describe"},
                        {"plugin", std::string(SLIPWAY_FAULT) + "/loader/" + name + ".so"}};
}

class RunningWorker : public ::testing::Test {
protected:
    RunningWorker() {
        std::string name = fs::temp_directory_path() / "slipway-worker.XXXXXX";
        folder_ = ::mkdtemp(name.data());
    }

    ~RunningWorker() override { fs::remove_all(folder_); }

    json::Value order(const std::string& behaviour) {
        EXPECT_TRUE(support::write_file(folder_ + "/behaviour", behaviour));
        Job job;
        job.plugin = std::string(SLIPWAY_FAULT) + "/stages/fault-misbehave.so";
        job.stage_id = "misbehave";
        job.options = json::dump(json::Object{{"behaviour", folder_ + "/behaviour"}});
        job.work_dir = job.cache_dir = folder_;
        return to_json(job);
    }

    /// End the worker with `end` as soon as it says something.
    void end_when_it_runs(Worker& worker, std::function<void(Process&)> end) {
        worker.on_message = [&worker, end](const json::Value& message) {
            if (message["t"].as_string() == "log") end(*worker.process);
        };
    }

    std::string folder_;
};

TEST(DescribingWorker, Describes) {
    Worker worker;
    worker.run(describe("good"));
    ASSERT_TRUE(worker.said("described"));
    EXPECT_EQ((*worker.said("described"))["description"]["stages"].as_array().size(), 1u);
    EXPECT_EQ(worker.exit->code, 0);
    EXPECT_EQ(worker.exit->signal, 0);
    EXPECT_TRUE(worker.exit->broken.empty());
}

TEST(DescribingWorker, TellsTheSignal) {
    Worker worker;
    worker.run(describe("entry-crashes"));
    EXPECT_FALSE(worker.said("described"));
    EXPECT_EQ(worker.exit->signal, SIGSEGV);
}

TEST(DescribingWorker, WorksInAThreadOfThisProcess) {
    Worker worker;
    worker.run(describe("good"), Placement::thread);
    EXPECT_TRUE(worker.said("described"));
    EXPECT_EQ((*worker.said("sandbox"))["level"].as_string(), "none");
}

TEST_F(RunningWorker, TellsItsExitCode) {
    Worker worker;
    worker.run(order("exit-3"));
    EXPECT_EQ(worker.exit->code, 3);
    EXPECT_EQ(worker.exit->signal, 0);
    EXPECT_FALSE(worker.said("result"));
}

TEST_F(RunningWorker, EndsWhenAskedTo) {
    Worker worker;
    end_when_it_runs(worker, [](Process& process) { process.terminate(); });
    worker.run(order("hang"));
    EXPECT_EQ(worker.exit->signal, SIGTERM);
}

TEST_F(RunningWorker, IsKilledWhateverItIgnores) {
    Worker worker;
    end_when_it_runs(worker, [](Process& process) { process.kill(); });
    worker.run(order("hang-ignoring-signals"));
    EXPECT_EQ(worker.exit->signal, SIGKILL);
}

TEST_F(RunningWorker, GetsMessages) {
    Worker worker;
    end_when_it_runs(worker, [](Process& process) { process.send(json::Object{{"t", "cancel"}}); });
    worker.run(order("cooperate"));
    ASSERT_TRUE(worker.said("result"));
    EXPECT_EQ((*worker.said("result"))["status"].as_integer(), SLIPWAY_CANCELLED);
}

TEST_F(RunningWorker, NamesWhatItLeftBehind) {
    Worker worker;
    worker.on_message = [&](const json::Value& message) {
        if (message["t"].as_string() == "output_create")
            worker.process->send(json::Object{{"t", "reply"}, {"status", SLIPWAY_IO}});
    };
    worker.run(order("leave-daemon"));
    ASSERT_EQ(worker.exit->left.size(), 1u);
    EXPECT_TRUE(worker.exit->left[0].starts_with("slipway-worker (")) << worker.exit->left[0];
    EXPECT_EQ(::waitpid(-1, nullptr, WNOHANG), -1) << "a child of this process is left";
}

TEST_F(RunningWorker, IsStoppedWhenItFloods) {
    Worker worker;
    worker.run(order("flood"));
    EXPECT_TRUE(worker.process->flooded());
    EXPECT_EQ(worker.exit->signal, SIGKILL);
}

TEST_F(RunningWorker, IsStoppedWhenItsChannelCarriesNonsense) {
    Worker worker;
    worker.run(order("scribble-garbage"));
    EXPECT_EQ(worker.exit->broken, "worker channel: malformed frame header");
}

TEST_F(RunningWorker, LeavesNoDescriptorOpenHere) {
    const auto open_descriptors = [] {
        std::size_t count = 0;
        for ([[maybe_unused]] const auto& entry : fs::directory_iterator("/proc/self/fd"))
            ++count;
        return count;
    };
    const auto once = [&] {
        Worker worker;
        worker.run(order("exit-0"));
    };
    once();
    const std::size_t before = open_descriptors();
    once();
    EXPECT_EQ(open_descriptors(), before);
}

} // namespace
} // namespace slipway::worker
