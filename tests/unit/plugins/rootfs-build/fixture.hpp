// SPDX-License-Identifier: GPL-3.0-or-later
//
// The built plugin in a host in memory, with packages and their lock.
#pragma once

#include "test_package.hpp"

#include <fake_host/fake_host.hpp>
#include <gtest/gtest.h>
#include <support/hash.hpp>

namespace slipway::test {

struct RootfsBuild : testing::Test {
    /// Add a package to the inputs and the lock.
    void add(const std::string& name, const std::vector<TestEntry>& entries, const std::string& more = "") {
        std::vector<TestEntry> all{pkginfo(name, "1-1", more)};
        all.insert(all.end(), entries.begin(), entries.end());
        add_bytes(name, make_package(all));
    }

    /// The same for any bytes.
    void add_bytes(const std::string& name, const std::string& bytes) {
        host.add_input("packages", name + "-1-1-any.pkg.tar.zst", bytes, "application/x-alpm-package");
        lock(name, bytes);
    }

    void lock(const std::string& name, const std::string& bytes) {
        support::json::Value package = support::json::Object{};
        package.set("name", name);
        package.set("version", "1-1");
        package.set("sha256", support::Digest::of(bytes).hex());
        package.set("size", bytes.size());
        package.set("reason", packages.empty() ? "dependency" : "explicit");
        packages.push_back(std::move(package));
    }

    slipway_status build(const std::string& options = "{}") {
        support::json::Value document = support::json::Object{};
        document.set("slipway_lock", 1);
        document.set("packages", packages);
        host.add_input("lock", "lock.json", support::json::dump(document),
                       "application/vnd.slipway.lock.v1+json");
        return host.execute(options);
    }

    std::string tar() const { return host.outputs.at("rootfs").at(0).text(); }

    /// The manifest's line of a path; null if it has none.
    support::json::Value line(const std::string& path) const {
        const auto manifest = support::json::parse(host.outputs.at("manifest").at(0).text());
        EXPECT_TRUE(manifest);
        for (const support::json::Value& entry : manifest.value()["entries"].as_array())
            if (entry["path"].as_string() == path) return entry;
        return {};
    }

    /// More members for the last package of the lock.
    void lock_says(const std::string& key, support::json::Value value) {
        packages.back().set(key, std::move(value));
    }

    /// What the stage says to one package with this entry.
    std::string refusal(const TestEntry& entry) {
        RootfsBuild other;
        other.add("bad", {entry});
        EXPECT_EQ(other.build(), SLIPWAY_VERIFY) << entry.path;
        EXPECT_TRUE(other.host.outputs.empty());
        return other.host.said();
    }

    void TestBody() override {}

    FakeHost host{SLIPWAY_STAGES "/rootfs-build.so", "rootfs-build"};
    support::json::Array packages;
};

} // namespace slipway::test
