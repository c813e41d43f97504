// SPDX-License-Identifier: GPL-3.0-or-later
//
// What SLIPWAY_EXPORT_PLUGIN makes of stage classes: the description, and trampolines that let nothing out.
#include "hand_made_host.hpp"

#include <gmock/gmock.h>
#include <slipway/stage.hpp>

namespace {

using testing::ElementsAre;
using testing::IsEmpty;

int alive = 0;

/// Ends as its options say.
class Obedient final : public slipway::stage {
public:
    static constexpr slipway::stage_info info{.id = "obedient",
                                              .version = "1.2.3",
                                              .summary = "does as told",
                                              .license = "MIT",
                                              .flags = SLIPWAY_IDEMPOTENT,
                                              .capabilities = R"({"network": true})"};

    Obedient() { ++alive; }

    ~Obedient() override { --alive; }

    slipway::result<void> configure(std::string_view options) override {
        order_ = options;
        if (order_ == "bad options")
            return slipway::error{SLIPWAY_CONFIG, "no good", "try another", "more", "/format"};
        if (order_ == "throw early") throw std::runtime_error("early");
        return {};
    }

    slipway::result<slipway::outcome> run(slipway::context& context) override {
        if (order_ == "memory") throw std::bad_alloc();
        if (order_ == "error") throw std::runtime_error("bad thing");
        if (order_ == "number") throw 42;
        if (order_ == "long") throw std::runtime_error(std::string(10000, 'x'));
        if (order_ == "fail") return slipway::error{SLIPWAY_CONFLICT, "taken"};
        if (order_ == "cancel" && context.cancelled()) return slipway::error{SLIPWAY_CANCELLED, "cancelled"};
        return order_ == "wait" ? slipway::outcome::waiting : slipway::outcome::done;
    }

private:
    std::string order_;
};

class Unborn final : public slipway::stage {
public:
    static constexpr slipway::stage_info info{
        .id = "unborn", .version = "0.1.0", .summary = "s", .license = "MIT"};

    Unborn() { throw std::bad_alloc(); }

    slipway::result<void> configure(std::string_view) override { return {}; }

    slipway::result<slipway::outcome> run(slipway::context&) override { return slipway::outcome::done; }
};

} // namespace

SLIPWAY_EXPORT_PLUGIN("for tests", Obedient, Unborn)

namespace {

class Plugin : public testing::Test {
protected:
    HandMadeHost host;

    /// configure() and run() of a fresh instance, stopping at the first that fails.
    slipway_status execute(const char* options) {
        slipway_instance* it = nullptr;
        EXPECT_EQ(slipway_plugin_v1()->create(&host.abi, "obedient", &it), SLIPWAY_OK);
        const slipway_job job{sizeof(slipway_job), 0, 1, 0, "run", "stage", "{}", "{}"};
        slipway_status status = it->configure(it, options);
        if (status == SLIPWAY_OK) status = it->run(it, &job);
        it->destroy(it);
        return status;
    }
};

TEST_F(Plugin, DescribesItself) {
    const slipway_plugin* plugin = slipway_plugin_v1();
    EXPECT_EQ(plugin, plugin_from_second_unit());
    EXPECT_EQ(plugin->struct_size, sizeof(slipway_plugin));
    EXPECT_EQ(plugin->abi_major, SLIPWAY_ABI_MAJOR);
    EXPECT_EQ(plugin->abi_minor, SLIPWAY_ABI_MINOR);
    EXPECT_EQ(plugin->min_host_minor, 0u);
    EXPECT_STREQ(plugin->build_info, "for tests");
    EXPECT_EQ(plugin->stage_count, 2u);
    EXPECT_EQ(plugin->get_extension, nullptr);
    const slipway_stage_desc* desc = plugin->stage(0);
    EXPECT_EQ(desc, plugin->stage(0)) << "the same pointer every time";
    EXPECT_EQ(desc->struct_size, sizeof(slipway_stage_desc));
    EXPECT_EQ(desc->flags, uint32_t{SLIPWAY_IDEMPOTENT});
    EXPECT_STREQ(desc->id, "obedient");
    EXPECT_STREQ(desc->version, "1.2.3");
    EXPECT_STREQ(desc->summary, "does as told");
    EXPECT_STREQ(desc->license, "MIT");
    EXPECT_STREQ(desc->config_schema, R"({"type": "object", "additionalProperties": false})");
    EXPECT_STREQ(desc->ports, "{}");
    EXPECT_STREQ(desc->capabilities, R"({"network": true})");
    EXPECT_STREQ(plugin->stage(1)->id, "unborn");
    EXPECT_EQ(plugin->stage(2), nullptr);
}

TEST_F(Plugin, MakesInstances) {
    slipway_instance* it = nullptr;
    EXPECT_EQ(slipway_plugin_v1()->create(&host.abi, "obedient", &it), SLIPWAY_OK);
    ASSERT_NE(it, nullptr);
    EXPECT_EQ(it->struct_size, sizeof(slipway_instance));
    EXPECT_EQ(it->get_extension, nullptr);
    EXPECT_EQ(alive, 1);
    it->destroy(it);
    EXPECT_EQ(alive, 0);
}

TEST_F(Plugin, LeavesTheInstanceAloneOnFailure) {
    slipway_instance untouched{};
    slipway_instance* it = &untouched;
    EXPECT_EQ(slipway_plugin_v1()->create(&host.abi, "nobody", &it), SLIPWAY_NOT_FOUND);
    EXPECT_EQ(slipway_plugin_v1()->create(&host.abi, "", &it), SLIPWAY_NOT_FOUND);
    EXPECT_THAT(host.calls, IsEmpty());
    EXPECT_EQ(slipway_plugin_v1()->create(&host.abi, "unborn", &it), SLIPWAY_RESOURCE);
    EXPECT_THAT(host.calls, ElementsAre("report -10 out of memory | NULL | NULL | NULL"));
    EXPECT_EQ(it, &untouched);
}

TEST_F(Plugin, ReturnsHowItEnded) {
    EXPECT_EQ(execute("{}"), SLIPWAY_OK);
    EXPECT_EQ(execute("wait"), SLIPWAY_WAITING);
    EXPECT_THAT(host.calls, IsEmpty()) << "no failure, nothing to explain";
    EXPECT_EQ(execute("fail"), SLIPWAY_CONFLICT);
    EXPECT_THAT(host.calls, ElementsAre("report -11 taken | NULL | NULL | NULL"));
    host.cancel = 1;
    EXPECT_EQ(execute("cancel"), SLIPWAY_CANCELLED);
    EXPECT_EQ(alive, 0);
}

TEST_F(Plugin, ReportsAllOfAnError) {
    EXPECT_EQ(execute("bad options"), SLIPWAY_CONFIG);
    EXPECT_THAT(host.calls, ElementsAre("report -2 no good | try another | more | /format"));
    EXPECT_EQ(host.diags[0].struct_size, sizeof(slipway_diag));
    EXPECT_EQ(host.diags[0].severity, SLIPWAY_ERROR);
    EXPECT_EQ(host.diags[0].reserved, 0u);
}

TEST_F(Plugin, LetsNoExceptionOut) {
    EXPECT_EQ(execute("memory"), SLIPWAY_RESOURCE);
    EXPECT_EQ(execute("error"), SLIPWAY_INTERNAL);
    EXPECT_EQ(execute("number"), SLIPWAY_INTERNAL);
    EXPECT_EQ(execute("throw early"), SLIPWAY_INTERNAL);
    EXPECT_THAT(host.calls, ElementsAre("report -10 out of memory | NULL | NULL | NULL",
                                        "report -12 uncaught exception: bad thing | NULL | NULL | NULL",
                                        "report -12 uncaught exception of unknown type | NULL | NULL | NULL",
                                        "report -12 uncaught exception: early | NULL | NULL | NULL"));
}

TEST_F(Plugin, CutsAnEndlessMessage) {
    EXPECT_EQ(execute("long"), SLIPWAY_INTERNAL);
    EXPECT_EQ(host.calls[0].substr(0, 35), "report -12 uncaught exception: xxxx");
    EXPECT_LT(host.calls[0].size(), 600u);
}

} // namespace
