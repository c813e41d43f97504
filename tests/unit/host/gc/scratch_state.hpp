// SPDX-License-Identifier: GPL-3.0-or-later
//
// A state folder for tests, and runs in it.
#pragma once

#include "session.hpp"

#include <gtest/gtest.h>
#include <support/fs.hpp>

#include <filesystem>

namespace slipway::host::gc {

class ScratchState : public ::testing::Test {
protected:
    ScratchState() {
        std::string name = std::filesystem::temp_directory_path() / "slipway-gc.XXXXXX";
        folder_ = ::mkdtemp(name.data());
        const std::string state = folder_ + "/state";
        EXPECT_TRUE(support::make_dirs(state));
        state_.emplace(State{state, store::Store::open(state + "/store").value(),
                             journal::Journal::open(state + "/journal.db").value()});
    }

    ~ScratchState() override { EXPECT_TRUE(support::remove_tree(folder_)); }

    std::string path(const std::string& name) const { return state_->folder + "/" + name; }

    void write(const std::string& name, const std::string& text = "text") const {
        EXPECT_TRUE(support::make_dirs(std::filesystem::path(path(name)).parent_path()));
        EXPECT_TRUE(support::write_file(path(name), text));
    }

    bool exists(const std::string& name) const {
        return std::filesystem::exists(std::filesystem::symlink_status(path(name)));
    }

    /// An artifact with this text, as a stage publishes it.
    journal::OutputRecord artifact(const std::string& text, const std::string& type = "text/plain") const {
        const auto stored = state_->store.put(text);
        EXPECT_TRUE(stored);
        return {"out", "file", type, stored.value().digest.hex(), text.size(), support::json::Object{}};
    }

    bool is_stored(const std::string& text) const {
        return std::filesystem::exists(state_->store.path_of(support::Digest::of(text)));
    }

    /// A run of one stage that made `outputs`, in the journal and remembered.
    void add_run(journal::RunRecord run, std::vector<journal::OutputRecord> outputs,
                 const std::string& use = "good") {
        if (run.chain.empty()) run.chain = "arch";
        journal::StageRecord stage;
        stage.key = "only";
        stage.use = use;
        stage.state = "done";
        stage.cache_key = "key of " + run.id;
        stage.outputs = outputs;
        ASSERT_TRUE(state_->journal.add_run(run, {stage}));
        ASSERT_TRUE(state_->journal.remember(stage.cache_key, outputs, run.created));
    }

    static journal::RunRecord run(const std::string& id, journal::Time created,
                                  const std::string& state = "done") {
        journal::RunRecord record;
        record.id = id;
        record.created = created;
        record.finished = state == "running" ? 0 : created + 1;
        record.state = state;
        return record;
    }

    std::string folder_;
    std::optional<State> state_;
};

} // namespace slipway::host::gc
