// SPDX-License-Identifier: GPL-3.0-or-later
//
// What slipway doctor says of machines that are not this one, and of chains with hand-made plugins.
#include "../chain/catalog_of.hpp"
#include "doctor/machine.hpp"
#include "doctor/needs.hpp"

#include <gmock/gmock.h>
#include <support/fs.hpp>

#include <cstdlib>
#include <filesystem>

namespace {

using namespace slipway;
using namespace slipway::host::doctor;
using testing::AllOf;
using testing::ElementsAre;
using testing::Field;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

TEST(Machine, ASandboxThatWorksInPartIsAWarning) {
    EXPECT_EQ(judge(Sandbox{7, {}}).state, Health::ok);
    EXPECT_THAT(judge(Sandbox{7, {}}).what, HasSubstr("landlock ABI 7"));
    const Finding part = judge(Sandbox{0, {"landlock: Function not implemented"}});
    EXPECT_EQ(part.state, Health::warning);
    EXPECT_THAT(part.what, HasSubstr("landlock: Function not implemented"));
    EXPECT_THAT(part.hint, HasSubstr("5.13"));
}

TEST(Machine, AClockBeforeTheNewestRunIsWrong) {
    EXPECT_EQ(judge(Clock{true, 1000, 0}).state, Health::ok);
    EXPECT_EQ(judge(Clock{true, 1000, 1030}).state, Health::ok); // the journal's own grain
    EXPECT_EQ(judge(Clock{true, 1000, 1061}).state, Health::missing);
    EXPECT_EQ(judge(Clock{false, 1000, 900}).state, Health::warning);
    EXPECT_EQ(judge(Clock{false, 1000, 2000}).state, Health::missing);
}

TEST(Machine, SpaceIsMeasuredByTheLastRun) {
    EXPECT_EQ(judge(Space{"/", 5'000'000'000, 100'000, true, 5'000'000'000}).state, Health::ok);
    EXPECT_EQ(judge(Space{"/", 4'999'999'999, 100'000, true, 5'000'000'000}).state, Health::missing);
    EXPECT_EQ(judge(Space{"/", 1'000'000'000, 100'000, true, 0}).state, Health::warning); // guessed
    EXPECT_EQ(judge(Space{"/", 9'000'000'000, 0, false, 0}).state, Health::ok);           // as btrfs
    EXPECT_EQ(judge(Space{"/", 9'000'000'000, 10, true, 0}).state, Health::warning);
}

TEST(Machine, TheStateFolderOfAnotherUserIsNoPlaceForRoot) {
    EXPECT_EQ(judge(StateFolder{"/s", true, true, ""}).state, Health::ok);
    EXPECT_EQ(judge(StateFolder{"/s", false, true, ""}).state, Health::ok);
    EXPECT_EQ(judge(StateFolder{"/s", true, false, ""}).state, Health::missing);
    const Finding other = judge(StateFolder{"/s", true, true, "slipway"});
    EXPECT_EQ(other.state, Health::warning);
    EXPECT_THAT(other.hint, HasSubstr("setpriv --reuid=slipway"));
}

TEST(Report, CountsAndLeavesOutWhatIsFine) {
    const Findings all{{Health::ok, "a", "fine", ""}, {Health::missing, "b", "gone", "get it"}};
    EXPECT_EQ(to_text(all, Show::all), "ok       a: fine\nmissing  b: gone\n         hint: get it\n");
    EXPECT_EQ(to_text(all, Show::problems), "missing  b: gone\n         hint: get it\n");
    EXPECT_EQ(to_json(all, "c")["missing"].as_integer(), 1);
    EXPECT_EQ(to_json(all, "c")["findings"].as_array()[0]["state"].as_string(), "ok");
}

/// A folder of its own; the needs of a chain with one stage of `type` and the options `with`.
class Needs : public testing::Test {
protected:
    Needs() { EXPECT_NE(::mkdtemp(folder_.data()), nullptr); }

    ~Needs() override { (void)support::remove_tree(folder_); }

    Findings of(const std::string& schema, const std::string& with, const std::string& capabilities = "{}") {
        plugin::StageType type = chain::testing::type("stage", {}, {});
        type.schema = schema;
        type.capabilities = plugin::parse_capabilities(support::json::parse(capabilities).value()).value();
        const chain::Catalog catalog = chain::testing::catalog_of({type});
        const chain::testing::Planned planned(catalog,
                                              R"({"id": "one", "use": "stage", "with": )" + with + "}");
        EXPECT_EQ(planned.problems, "");
        chain::Secrets secrets(chain::SecretSources{{}, folder_ + "/credentials"});
        return look_at_needs(planned.plan, secrets, folder_ + "/for-units");
    }

    void put(const std::string& path, const std::string& text) {
        ASSERT_TRUE(support::make_dirs(std::filesystem::path(folder_ + "/" + path).parent_path().string()));
        ASSERT_TRUE(support::write_file(folder_ + "/" + path, text));
    }

    std::string folder_ = "/tmp/slipway-doctor-XXXXXX";
};

auto finding(Health state, const std::string& subject) {
    return AllOf(Field(&Finding::state, state), Field(&Finding::subject, subject));
}

TEST_F(Needs, NothingWhereNothingIsNamed) {
    EXPECT_THAT(of(R"({"type": "object"})", "{}"), IsEmpty());
}

TEST_F(Needs, ProgramsOfTheSchema) {
    const std::string schema = R"({"type": "object", "slipwayPrograms": [
        {"program": "sh"}, {"program": "no-such-program", "package": "some-package"},
        {"program": "never", "when": {"required": ["x"]}}, {"option": "/command/0"}]})";
    const Findings found = of(schema, R"({"command": ["/no/such", "sh"]})");
    EXPECT_THAT(found, ElementsAre(finding(Health::missing, "program '/no/such'"),
                                   finding(Health::missing, "program 'no-such-program'"),
                                   finding(Health::ok, "program 'sh'")));
    EXPECT_THAT(found[1].hint, HasSubstr("apt-get install some-package"));
    EXPECT_THAT(found[1].what, HasSubstr("needed by one"));
    EXPECT_THAT(found[0].hint, Not(HasSubstr("apt-get")));
}

TEST_F(Needs, SecretsFromWhereARunWouldTakeThem) {
    put("credentials/FROM_FILE", "value\n");
    put("credentials/EMPTY", "\n");
    put("for-units/FOR_UNIT", "value");
    ::setenv("SLIPWAY_DOCTOR_TEST", "value", 1);
    const Findings found =
        of(R"({"type": "object"})", R"({"a": {"secret": "FROM_FILE"}, "b": {"secret": "EMPTY"},
        "c": {"secret": "FOR_UNIT"}, "d": {"secret": "NOWHERE"}, "e": {"secret": "SLIPWAY_DOCTOR_TEST"}})");
    ::unsetenv("SLIPWAY_DOCTOR_TEST");
    EXPECT_THAT(found, ElementsAre(finding(Health::missing, "secret 'EMPTY'"),
                                   finding(Health::ok, "secret 'FOR_UNIT'"),
                                   finding(Health::ok, "secret 'FROM_FILE'"),
                                   finding(Health::missing, "secret 'NOWHERE'"),
                                   finding(Health::ok, "secret 'SLIPWAY_DOCTOR_TEST'")));
    for (const Finding& f : found)
        EXPECT_THAT(f.what + f.hint, Not(HasSubstr("value\n")));
    EXPECT_THAT(found[3].hint, HasSubstr("/for-units/NOWHERE"));
}

TEST_F(Needs, PathsOfOptions) {
    const std::string schema = R"({"type": "object", "properties": {
        "in": {"type": "string", "slipwayPath": "file"}, "out": {"type": "string", "slipwayPath": "write"}}})";
    put("there", "x");
    EXPECT_THAT(of(schema, R"({"in": ")" + folder_ + R"(/there", "out": ")" + folder_ + R"(/new/file"})"),
                ElementsAre(finding(Health::ok, "path '" + folder_ + "/new/file'"),
                            finding(Health::ok, "path '" + folder_ + "/there'")));
    EXPECT_THAT(of(schema, R"({"in": ")" + folder_ + R"(/nothing"})"),
                ElementsAre(finding(Health::missing, "path '" + folder_ + "/nothing'")));
    EXPECT_THAT(of(schema, R"({"out": ")" + folder_ + R"(/there/below"})"), // a file is no folder
                ElementsAre(finding(Health::missing, "path '" + folder_ + "/there/below'")));
}

TEST_F(Needs, MoreMemoryThanThereIs) {
    EXPECT_THAT(of(R"({"type": "object"})", "{}", R"({"memory_mb": 900000000})"),
                ElementsAre(finding(Health::warning, "memory")));
    EXPECT_THAT(of(R"({"type": "object"})", "{}", R"({"memory_mb": 1})"), IsEmpty());
}

TEST(Problems, KeepTheirPlaceAndTheirHint) {
    const Findings found = of_problems({{"chain.json", 0, {3, 7}, "/stages/0/use", "no plugin", "get one"}});
    EXPECT_THAT(found, ElementsAre(finding(Health::missing, "chain")));
    EXPECT_EQ(found[0].what, "chain.json:3:7: /stages/0/use: no plugin");
    EXPECT_EQ(found[0].hint, "get one");
}

} // namespace
