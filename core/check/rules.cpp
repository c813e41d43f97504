// SPDX-License-Identifier: GPL-3.0-or-later
#include "rule.hpp"

namespace slipway::check {

std::vector<Rule> all_rules() {
    std::vector<Rule> out;
    for (const auto& family : {static_rules(), load_rules(), describe_rules(), options_rules(), run_rules(),
                               host_rules(), clean_rules(), effect_rules(), same_rules(), fault_rules()})
        out.insert(out.end(), family.begin(), family.end());
    return out;
}

std::vector<RuleText> rule_texts() {
    std::vector<RuleText> out;
    for (const Rule& rule : all_rules())
        out.push_back({rule.id, rule.says, rule.fix});
    return out;
}

} // namespace slipway::check
