// SPDX-License-Identifier: GPL-3.0-or-later
//
// The artifacts a stage has published so far, and what may be added to them.
#pragma once

#include <chain/plan.hpp>
#include <journal/journal.hpp>
#include <store/store.hpp>

#include <string>
#include <vector>

namespace slipway::chain {

class StageOutputs {
public:
    /// `ports`: the stage's; must outlive the object.
    explicit StageOutputs(const plugin::Ports& ports) : ports_(ports) {}

    /// Whether an artifact called `name` may be published on the port: Kind::not_found, there is no such
    /// port; Kind::config, that is no file name; Kind::conflict, the port takes one artifact, and has it.
    support::Result<void> check(const std::string& port, const std::string& name) const;

    /// What an artifact in the store becomes by the stage's own description (stage.h, output_commit; may be
    /// empty) of it. The port has been checked. Kind::config: no description, or not a type the port gives;
    /// Kind::verify: the description tells of other bytes.
    support::Result<journal::OutputRecord> record(const std::string& port, const std::string& name,
                                                  const store::Stored& stored,
                                                  const std::string& description) const;

    void add(journal::OutputRecord output) { list_.push_back(std::move(output)); }

    std::vector<journal::OutputRecord> take() { return std::move(list_); }

private:
    const plugin::Ports& ports_;
    std::vector<journal::OutputRecord> list_;
};

} // namespace slipway::chain
