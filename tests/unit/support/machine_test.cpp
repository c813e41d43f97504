// SPDX-License-Identifier: GPL-3.0-or-later
#include <gtest/gtest.h>
#include <support/fs.hpp>
#include <support/machine.hpp>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>

namespace slipway::support {
namespace {

constexpr const char* all[] = {"x86_64",  "i386",    "aarch64", "arm",
                               "riscv64", "ppc64le", "s390x",   "loongarch64"};

/// The trial program of a machine, as a file.
class Trial {
public:
    explicit Trial(const std::string& machine) {
        std::string folder = std::filesystem::temp_directory_path() / "slipway-machine.XXXXXX";
        folder_ = ::mkdtemp(folder.data());
        path_ = folder_ + "/trial";
        EXPECT_TRUE(write_file(path_, trial_program(machine)));
        EXPECT_EQ(::chmod(path_.c_str(), 0755), 0);
    }

    Trial(const Trial&) = delete;
    Trial& operator=(const Trial&) = delete;

    ~Trial() { std::filesystem::remove_all(folder_); }

    int run(const std::string& by = "") const {
        return WEXITSTATUS(std::system((by + " '" + path_ + "'").c_str()));
    }

private:
    std::string folder_, path_;
};

} // namespace

TEST(Machine, HasManyNames) {
    EXPECT_EQ(machine_of_name("x86_64"), "x86_64");
    EXPECT_EQ(machine_of_name("x86_64_v3"), "x86_64");
    EXPECT_EQ(machine_of_name("amd64"), "x86_64");
    EXPECT_EQ(machine_of_name("arm64"), "aarch64");
    EXPECT_EQ(machine_of_name("armv7h"), "arm");
    EXPECT_EQ(machine_of_name("pentium4"), "i386");
    EXPECT_EQ(machine_of_name("loong64"), "loongarch64");
    for (const char* other : {"", " ", "any", "x86", "amd64 x86_64_v2", "rm64"})
        EXPECT_EQ(machine_of_name(other), "") << other;
}

TEST(Machine, IsToldByTheFirstBytes) {
    const std::string own = read_file("/proc/self/exe", 1u << 30).value();
    EXPECT_EQ(machine_of_elf(own), this_machine());
    EXPECT_EQ(machine_of_elf(own.substr(0, machine_bytes)), this_machine());
    EXPECT_EQ(machine_of_elf(own.substr(0, machine_bytes - 1)), "");
    EXPECT_EQ(machine_of_elf("#!/bin/sh and more text"), "");
    std::string strange = trial_program("aarch64");
    strange[18] = 7;
    EXPECT_EQ(machine_of_elf(strange), "machine number 7");
}

TEST(Machine, TrialsAreForTheirMachine) {
    for (const char* machine : all)
        EXPECT_EQ(machine_of_elf(trial_program(machine)), machine);
    EXPECT_EQ(trial_program("vax"), "");
}

TEST(Machine, ItsOwnTrialRuns) {
    EXPECT_EQ(Trial(this_machine()).run(), 0);
}

// By somebody who knows the machines: qemu.
TEST(Machine, OtherTrialsRun) {
    int run = 0;
    for (const char* machine : all) {
        const std::string qemu = std::string("/usr/bin/qemu-") + machine + "-static";
        if (::access(qemu.c_str(), X_OK) != 0) continue;
        EXPECT_EQ(Trial(machine).run(qemu), 0) << machine;
        ++run;
    }
    if (run == 0) GTEST_SKIP() << "qemu-user-static is not installed";
}

TEST(Machine, WhatIsMissingIsSaid) {
    EXPECT_EQ(cannot_execute("vax", ENOEXEC).message(),
              "programs for vax cannot run on this machine (" + this_machine()
                  + "): it has no entry for them in binfmt_misc (hint: apt-get install qemu-user-static "
                    "binfmt-support, or what your system calls them)");
    EXPECT_EQ(cannot_execute("vax", ENOENT).what.find("has no flag F") == std::string::npos, false);
    EXPECT_NE(cannot_execute("vax", EACCES).what.find("Permission denied"), std::string::npos);
}

} // namespace slipway::support
