// SPDX-License-Identifier: GPL-3.0-or-later
#include <chain/ending.hpp>

namespace slipway::chain {

namespace json = support::json;

json::Value ending_of(const journal::RunRecord& run, journal::Time waiting_since,
                      const std::vector<journal::StageRecord>& stages) {
    json::Array list;
    for (const journal::StageRecord& stage : stages)
        list.push_back(json::Object{{"key", stage.key},
                                    {"use", stage.use},
                                    {"state", stage.state},
                                    {"message", stage.message},
                                    {"mocked", stage.mocked},
                                    {"attempts", stage.attempts},
                                    {"started_ms", stage.started},
                                    {"finished_ms", stage.finished}});
    return json::Object{{"slipway_run", 1},         {"run", run.id},
                        {"chain", run.chain},       {"version", run.version},
                        {"state", run.state},       {"mocked", run.mocked},
                        {"epoch", run.epoch},       {"created_ms", run.created},
                        {"ended_ms", run.finished}, {"waiting_since_ms", waiting_since},
                        {"stages", std::move(list)}};
}

} // namespace slipway::chain
