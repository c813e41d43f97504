// SPDX-License-Identifier: GPL-3.0-or-later
//
// What a rule judges: the file, the plugin's description, one stage type, one sample case; and runs of it.
#pragma once

#include "child.hpp"
#include "drive.hpp"
#include "elf_file.hpp"
#include "sample.hpp"

#include <check/check.hpp>
#include <config/options.hpp>
#include <plugin/description.hpp>

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace slipway::check {

/// The circumstances of a run that must not matter.
enum class Circumstances { usual, other };

struct RunSettings {
    HostSettings host;
    Circumstances circumstances = Circumstances::usual;
    int fail_read = 0; ///< see Watch
    int fail_write = 0;
};

/// A run of the case, as a child process and as the probe host saw it.
struct Ran {
    ChildResult child;

    const support::json::Value& record() const { return child.value; }

    slipway_status status() const {
        return static_cast<slipway_status>(record()["status"].as_integer(SLIPWAY_INTERNAL));
    }

    /// What keeps this from being a run that ended with a status: a crash, an exception, no time; or "".
    std::string failure() const;

    /// "ended with io: reading 'x': no such file"
    std::string outcome() const;
};

class Trial {
public:
    explicit Trial(const Options& options) : options_(options) {}

    const Options& options() const { return options_; }

    const std::string& path() const { return options_.plugin; }

    // Set as the check goes on.
    ElfFile elf;
    plugin::Description description;
    const plugin::StageType* stage = nullptr;
    const config::Schema* schema = nullptr;
    const Sample* sample = nullptr;
    bool steady = true; ///< two equal runs of the case have given equal outputs

    /// In a child, or here if the user wants so.
    ChildResult child(ChildSetup setup, const Work& work) const;

    /// Options of the stage that satisfy its schema: a case's, or made up; none if that did not succeed.
    std::optional<support::json::Value> base_options() const;

    /// configure() with each, all in one child.
    Ran configure(const std::vector<support::json::Value>& sets) const;

    /// A new world for the case.
    support::Result<Scratch> scratch(Circumstances circumstances);

    /// One run in `scratch`.
    Ran run(const Scratch& scratch, const RunSettings& settings) const;

    /// One run in a world of its own.
    Ran run(const RunSettings& settings);

    /// The plain run, done once a case.
    const Ran& plain();

    void next_sample(const Sample* next) {
        sample = next;
        plain_.reset();
        steady = true;
    }

    const std::vector<Sample>* samples = nullptr; ///< of all stages

    /// Is this the case's stage?
    bool is_of_stage(const Sample& sample) const;

    /// Does the case need root, which the check does not give?
    bool needs_root() const;

private:
    StageFacts facts(const support::json::Value& options) const;

    const Options& options_;
    std::unique_ptr<Ran> plain_;
    ScratchRoot usual_root_{usual_parent()}, other_root_{other_parent()};
};

/// A verdict from the first breach of a rule that the probe host saw, if there is one.
std::string breach_of(const support::json::Value& record, const std::string& rule);

} // namespace slipway::check
