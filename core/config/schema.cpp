// SPDX-License-Identifier: GPL-3.0-or-later
#include "validate.hpp"
#include "words.hpp"

#include <config/options.hpp>

#include <algorithm>

namespace slipway::config {

namespace json = support::json;
using json::Value;

Problems validate(const Value& schema, const Verdict& verdict, const Value& value, const Wording& wording) {
    const Verdict::Outcome outcome = verdict.judge(value);
    if (outcome.valid) return {};
    Problems problems = explain(schema, schema, value, wording);
    if (!problems.empty()) return problems;
    // What may be the fault of a string that is not known yet is not reported.
    const bool open = wording.references == References::open;
    if (outcome.findings.empty() && !(open && holds_reference(value)))
        problems.push_back({.file = {},
                            .position = value.position(),
                            .pointer = {},
                            .what = "does not satisfy the schema",
                            .hint = {}});
    for (const Verdict::Finding& finding : outcome.findings) {
        const Value* at = value.at_pointer(finding.pointer);
        if (open && at != nullptr && holds_reference(*at)) continue;
        problems.push_back({.file = {},
                            .position = at ? at->position() : json::no_position,
                            .pointer = finding.pointer,
                            .what = finding.text,
                            .hint = {}});
        break; // the first is the innermost; those after it only say that it failed
    }
    return problems;
}

struct Schema::Compiled {
    Value document;
    Verdict verdict;
};

Schema::Schema(std::unique_ptr<Compiled> compiled) : compiled_(std::move(compiled)) {}

Schema::Schema(Schema&&) noexcept = default;
Schema& Schema::operator=(Schema&&) noexcept = default;
Schema::~Schema() = default;

support::Result<Schema> Schema::parse(const std::string& text) {
    auto document = json::parse(text);
    if (!document) return std::move(document).error().in("schema");
    SLIPWAY_TRY(check_schema(document.value()));
    SLIPWAY_TRY_ASSIGN(Verdict verdict, Verdict::compile(document.value()));
    return Schema(std::make_unique<Compiled>(Compiled{std::move(document).value(), std::move(verdict)}));
}

const Value& Schema::document() const {
    return compiled_->document;
}

Problems Schema::validate(const Value& value) const {
    return config::validate(compiled_->document, compiled_->verdict, value, {});
}

} // namespace slipway::config
