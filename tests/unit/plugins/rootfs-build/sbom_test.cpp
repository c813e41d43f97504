// SPDX-License-Identifier: GPL-3.0-or-later
#include <gtest/gtest.h>
#include <sbom.hpp>
#include <support/json.hpp>

using namespace slipway::rootfs;
namespace json = slipway::support::json;

namespace {

Installed package(const std::string& name, const std::string& version, const std::string& more = "") {
    return {{.sha256 = std::string(64, 'a'), .filename = name + ".pkg.tar.zst"},
            parse_pkginfo("pkgname = " + name + "\npkgver = " + version + "\n" + more).value()};
}

json::Value sbom(const std::vector<Installed>& packages, std::int64_t created = 1'793'836'800) {
    return json::parse(sbom_text(packages, created)).value();
}

/// "FROM TYPE TO" lines.
std::string relationships(const json::Value& document) {
    std::string text;
    for (const json::Value& r : document["relationships"].as_array())
        text += r["spdxElementId"].as_string() + ' ' + r["relationshipType"].as_string() + ' '
                + r["relatedSpdxElement"].as_string() + '\n';
    return text;
}

std::string supplier_of(const std::string& packager) {
    return sbom({package("n", "1-1", "packager = " + packager + "\n")})["packages"]
        .as_array()[1]["supplier"]
        .as_string();
}

} // namespace

TEST(Sbom, HasWhatThePackageSays) {
    const json::Value document =
        sbom({package("n", "1:2-3",
                      "pkgdesc = a thing\nurl = https://example.org/\nlicense = MIT\n"
                      "packager = A B <a@b.c>\nbuilddate = 1700000000\narch = any\n")});
    EXPECT_EQ(
        json::dump(document["packages"].as_array()[1]),
        R"({"SPDXID":"SPDXRef-Package-n","name":"n","versionInfo":"1:2-3","packageFileName":"n.pkg.tar.zst",)"
        R"x("supplier":"Person: A B (a@b.c)","downloadLocation":"NOASSERTION","filesAnalyzed":false,)x"
        R"("checksums":[{"algorithm":"SHA256","checksumValue":")"
            + std::string(64, 'a')
            + R"("}],"homepage":"https://example.org/","licenseConcluded":"NOASSERTION",)"
              R"("licenseDeclared":"MIT","copyrightText":"NOASSERTION","summary":"a thing",)"
              R"("builtDate":"2023-11-14T22:13:20Z","externalRefs":[{"referenceCategory":"PACKAGE-MANAGER",)"
              R"("referenceType":"purl","referenceLocator":"pkg:alpm/arch/n@1:2-3?arch=any"}]})");
    EXPECT_EQ(document["creationInfo"]["created"].as_string(), "2026-11-05T00:00:00Z");
}

TEST(Sbom, SaysNothingWhereNothingIsKnown) {
    EXPECT_EQ(supplier_of(""), "NOASSERTION");
    EXPECT_EQ(supplier_of("Unknown Packager"), "NOASSERTION");
    EXPECT_EQ(supplier_of("somebody"), "Person: somebody");
    const json::Value document = sbom({package("n", "1-1", "url = not an address\n")});
    const json::Value& n = document["packages"].as_array()[1];
    EXPECT_EQ(n.find("homepage"), nullptr);
    EXPECT_EQ(n.find("summary"), nullptr);
    EXPECT_EQ(n["licenseDeclared"].as_string(), "NOASSERTION");
}

TEST(Sbom, RelatesPackages) {
    EXPECT_EQ(relationships(
                  sbom({package("a", "1-1", "depend = b>=1\ndepend = virtual\ndepend = nobody\ndepend = a\n"),
                        package("b", "1-1", "depend = a\ndepend = a=1\n"),
                        package("c", "1-1", "provides = virtual=2\nprovides = b\n")})),
              "SPDXRef-DOCUMENT DESCRIBES SPDXRef-rootfs\n"
              "SPDXRef-rootfs CONTAINS SPDXRef-Package-a\n"
              "SPDXRef-rootfs CONTAINS SPDXRef-Package-b\n"
              "SPDXRef-rootfs CONTAINS SPDXRef-Package-c\n"
              "SPDXRef-Package-a DEPENDS_ON SPDXRef-Package-b\n"
              "SPDXRef-Package-a DEPENDS_ON SPDXRef-Package-c\n"
              "SPDXRef-Package-b DEPENDS_ON SPDXRef-Package-a\n");
}

TEST(Sbom, IdentifiersAreUnique) {
    const json::Value document = sbom({package("a+b", "1-1"), package("a_b", "1-1"), package("a-b", "1-1")});
    const json::Array& packages = document["packages"].as_array();
    EXPECT_EQ(packages[1]["SPDXID"].as_string(), "SPDXRef-Package-a-b");
    EXPECT_EQ(packages[2]["SPDXID"].as_string(), "SPDXRef-Package-a-b.2");
    EXPECT_EQ(packages[3]["SPDXID"].as_string(), "SPDXRef-Package-a-b.3");
}

TEST(Sbom, NamespaceNamesOneDocument) {
    const std::string once = sbom_text({package("a", "1-1")}, 5);
    EXPECT_EQ(once, sbom_text({package("a", "1-1")}, 5));
    const auto name = [](const json::Value& document) { return document["documentNamespace"].as_string(); };
    EXPECT_NE(name(sbom({package("a", "1-1")})), name(sbom({package("a", "1-2")})));
    EXPECT_NE(name(sbom({package("a", "1-1")}, 5)), name(sbom({package("a", "1-1")}, 6)));
}

TEST(PackageList, IsSortedByName) {
    EXPECT_EQ(package_list_text({package("b", "1-1"), package("a-b", "2:1-1"), package("a", "3-1")}),
              "a 3-1\na-b 2:1-1\nb 1-1\n");
    EXPECT_EQ(package_list_text({}), "");
}
