// SPDX-License-Identifier: GPL-3.0-or-later
//
// The adapter: options, inputs and outputs of the SDK to and from the checks.
#include "copy.hpp"
#include "manifest.hpp"
#include "report.hpp"
#include "schema.hpp"
#include "settings.hpp"

#include <common/adapter.hpp>
#include <common/enclosure.hpp>
#include <support/cores.hpp>

namespace slipway::rootfs_test {

namespace {

namespace json = support::json;

constexpr const char* port_list = R"({
  "inputs": [
    {"name": "rootfs", "type": "application/x-tar", "doc": "the root filesystem to judge"},
    {"name": "manifest", "type": "application/vnd.slipway.manifest.v1+json", "optional": true,
     "doc": "what its builder says is in it"}
  ],
  "outputs": [
    {"name": "report", "type": "application/vnd.slipway.test-report.v1+json", "doc": "the checks it passed"}
  ]
})";

support::Error cancelled() {
    return {support::Kind::cancelled, "cancelled"};
}

class RootfsTest final : public slipway::stage {
public:
    static constexpr slipway::stage_info info{
        .id = "rootfs-test",
        .version = "1.0.0",
        .summary = "check the tar of a root filesystem before it is published",
        .license = "GPL-3.0-or-later",
        .flags = SLIPWAY_DETERMINISTIC | SLIPWAY_IDEMPOTENT,
        .config_schema = options_schema,
        .ports = port_list,
        .capabilities = R"({"root": ["/commands"]})",
    };

    slipway::result<void> configure(std::string_view text) override {
        SLIPWAY_SDK_TRY_ASSIGN(const json::Value options, common::parse_options(text));
        SLIPWAY_SDK_TRY_ASSIGN(rules_, parse_rules(options));
        SLIPWAY_SDK_TRY_ASSIGN(commands_, parse_commands(options));
        return {};
    }

    slipway::result<slipway::outcome> run(slipway::context& context) override {
        std::optional<Copy> copy;
        rootfs::Enclosure enclosure;
        if (!commands_.empty()) {
            SLIPWAY_SDK_TRY_ASSIGN(enclosure, common::enclosure_of(context, rootfs::TreeFolder::name));
            SLIPWAY_SDK_TRY_ASSIGN(copy, Copy::create(context.work_dir()));
        }
        SLIPWAY_SDK_TRY_ASSIGN(const Inventory inventory, take_inventory(context, copy ? &*copy : nullptr));
        std::vector<Check> checks = check(inventory, rules_);
        if (context.input_count("manifest") > 0) {
            SLIPWAY_SDK_TRY_ASSIGN(const slipway::unique_fd fd, context.open_input("manifest"));
            SLIPWAY_SDK_TRY_ASSIGN(Check result, check_manifest(inventory, fd.get()));
            checks.push_back(std::move(result));
        }
        if (copy) SLIPWAY_SDK_TRY(run_commands(context, *copy, enclosure, checks));
        for (const Check& done : checks)
            if (done.passed()) context.info(report_lines(done).front());
        SLIPWAY_SDK_TRY(verdict(checks));
        const std::string report = json::dump_pretty(report_json(checks, inventory));
        SLIPWAY_SDK_TRY(common::write_output(context, "report", "test-report.json", report));
        return slipway::outcome::done;
    }

private:
    slipway::result<Inventory> take_inventory(const slipway::context& context, Copy* copy) const {
        SLIPWAY_SDK_TRY_ASSIGN(const common::InputInfo input, common::input_info(context, "rootfs"));
        SLIPWAY_SDK_TRY_ASSIGN(const slipway::unique_fd fd, context.open_input("rootfs"));
        Wanted needed = wanted(rules_);
        needed.hash = needed.hash || context.input_count("manifest") > 0;
        const auto pulse = [&](std::uint64_t done) -> support::Result<void> {
            context.progress(done, input.size, "bytes");
            return context.cancelled() ? support::Result<void>(cancelled()) : support::Result<void>();
        };
        auto inventory = Inventory::read(fd.get(), needed, pulse, copy);
        if (inventory) return std::move(inventory).value();
        return common::to_sdk(std::move(inventory).error().in("'" + input.name + "'"));
    }

    slipway::result<void> run_commands(const slipway::context& context, Copy& copy,
                                       const rootfs::Enclosure& enclosure, std::vector<Check>& checks) const {
        const rootfs::CommandLog log{
            .cancelled = [&] { return context.cancelled(); },
            .info = [&](const std::string& line) { context.info(line); },
            .warn = [&](const std::string& line) { context.warn(line); },
        };
        SLIPWAY_SDK_TRY(copy.finish(slipway::support::cores(), log));
        for (const CommandRule& rule : commands_) {
            SLIPWAY_SDK_TRY_ASSIGN(Check done, check_command(rule, enclosure, context.epoch(), log));
            checks.push_back(std::move(done));
        }
        SLIPWAY_SDK_TRY(copy.remove());
        return {};
    }

    Rules rules_;
    std::vector<CommandRule> commands_;
};

} // namespace

} // namespace slipway::rootfs_test

SLIPWAY_EXPORT_PLUGIN("rootfs-test 1.0.0", slipway::rootfs_test::RootfsTest)
