// SPDX-License-Identifier: GPL-3.0-or-later
#include "needs.hpp"

#include "machine.hpp"

#include <fmt/format.h>
#include <support/machine.hpp>
#include <support/text.hpp>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>

namespace slipway::host::doctor {

namespace fs = std::filesystem;
using chain::PlannedStage;

namespace {

// Where libcurl and libgit2 look: Debian's and Arch's bundle, and the folder of others.
constexpr const char* authorities[] = {"/etc/ssl/certs/ca-certificates.crt", "/etc/ssl/cert.pem",
                                       "/etc/pki/tls/certs/ca-bundle.crt"};
// As exec and the others look for programs: not in the user's PATH.
constexpr const char* program_folders[] = {"/usr/local/bin/", "/usr/bin/", "/bin/"};

bool is_program(const std::string& name) {
    if (name.find('/') != std::string::npos) return ::access(name.c_str(), X_OK) == 0;
    return std::ranges::any_of(
        program_folders, [&](const char* folder) { return ::access((folder + name).c_str(), X_OK) == 0; });
}

/// Things by name, and the stages that need each.
template <class Value>
struct Wanted {
    Value value;
    std::vector<std::string> stages;

    void add(const std::string& stage) {
        if (stages.empty() || stages.back() != stage) stages.push_back(stage);
    }
};

class Looker {
public:
    Looker(const chain::Plan& plan, chain::Secrets& secrets, const std::string& credentials)
        : plan_(plan), secrets_(secrets), credentials_(credentials) {}

    Findings run() {
        for (std::size_t i = 0; i < plan_.stages.size(); ++i)
            collect(i);
        for (const auto& [name, wanted] : programs_)
            program(name, wanted);
        for (const auto& [name, stages] : named_secrets_)
            secret(name, stages);
        for (const auto& [path, wanted] : paths_)
            option_path(path, wanted);
        if (!network_.empty()) certificates();
        if (!root_.empty()) root();
        for (const auto& [machine, stages] : machines_)
            programs_for(machine, stages);
        memory();
        return std::move(findings_);
    }

private:
    void collect(std::size_t index) {
        const PlannedStage& stage = plan_.stages[index];
        const std::string& id = plan_.chain.stages[stage.instance.stage].id;
        const auto may = plugin::capabilities_of(stage.plugin->type.capabilities, stage.instance.options);
        support::json::Value options = stage.instance.options;
        for (const config::OptionPath& path :
             config::complete_options(options, *stage.schema, stage.folder)) {
            auto& wanted = paths_[path.path];
            if (wanted.stages.empty() || path.use == config::PathUse::write) wanted.value = path.use;
            wanted.add(id);
        }
        for (const config::OptionProgram& program : config::option_programs(options, *stage.schema)) {
            programs_[program.name].value = program.package;
            programs_[program.name].add(id);
        }
        for (const std::string& name : stage.secrets)
            if (auto& stages = named_secrets_[name]; stages.empty() || stages.back() != id)
                stages.push_back(id);
        if (may.network) network_ = id;
        if (may.root) {
            root_ = id;
            for (const std::string& machine : machines_of(index))
                machines_[machine].push_back(stage.key());
        }
        if (may.memory_mb > memory_mb_) memory_mb_ = may.memory_mb;
    }

    /// The machines of what a stage takes, directly or not, as far as options tell.
    std::set<std::string> machines_of(std::size_t index) const {
        std::set<std::string> machines;
        std::set<std::size_t> seen{index};
        for (std::vector<std::size_t> open{index}; !open.empty();) {
            const PlannedStage& stage = plan_.stages[open.back()];
            open.pop_back();
            if (const std::string name =
                    support::machine_of_name(config::option_machine(stage.instance.options, *stage.schema));
                !name.empty())
                machines.insert(name);
            for (const chain::Wire& wire : stage.wires)
                for (const chain::Source& source : wire.sources)
                    if (seen.insert(source.stage).second) open.push_back(source.stage);
        }
        return machines;
    }

    void programs_for(const std::string& machine, const std::vector<std::string>& stages) {
        const std::string by = "needed by " + support::join(stages, ", ");
        auto problem = look_at_programs_for(machine);
        if (!problem) return add(Health::ok, "programs for " + machine, by);
        problem->what += "; " + by;
        findings_.push_back(std::move(*problem));
    }

    void add(Health state, std::string subject, std::string what, std::string hint = {}) {
        findings_.push_back({state, std::move(subject), std::move(what), std::move(hint)});
    }

    void program(const std::string& name, const Wanted<std::string>& wanted) {
        const std::string subject = "program '" + support::printable(name) + "'",
                          by = "needed by " + support::join(wanted.stages, ", ");
        if (is_program(name)) return add(Health::ok, subject, by);
        add(Health::missing, subject, "not installed; " + by,
            wanted.value.empty() ? "install it in /usr/local/bin or /usr/bin"
                                 : "apt-get install " + wanted.value + ", or what your system calls it");
    }

    void secret(const std::string& name, const std::vector<std::string>& stages) {
        const std::string subject = "secret '" + support::printable(name) + "'",
                          by = "named by " + support::join(stages, ", "), file = credentials_ + "/" + name;
        secrets_.take_environment({name});
        const auto value = secrets_.ask(name)();
        if (value) return add(Health::ok, subject, by);
        std::error_code failed;
        if (fs::exists(file, failed))
            return add(Health::ok, subject, by + "; '" + file + "' is for the service alone");
        const std::string& why = value.error().what;
        add(Health::missing, subject, (why.empty() ? "not set" : why) + "; " + by,
            value.error().hint + "; for the timer, put it into '" + file + "'");
    }

    void option_path(const std::string& path, const Wanted<config::PathUse>& wanted) {
        const std::string subject = "path '" + path + "'",
                          by = "option of " + support::join(wanted.stages, ", ");
        const bool write = wanted.value == config::PathUse::write;
        fs::path part = path;
        std::error_code failed;
        while (write && part.has_relative_path() && !fs::exists(part, failed))
            part = part.parent_path();
        if (!fs::exists(part, failed))
            return add(Health::missing, subject, "not there; " + by,
                       "relative paths start at the chain file's folder");
        if (part != path && !fs::is_directory(part, failed))
            return add(Health::missing, subject, fmt::format("'{}' is no folder; {}", part.string(), by),
                       "name another path");
        if (::access(part.c_str(), write ? R_OK | W_OK : R_OK) == 0) return add(Health::ok, subject, by);
        add(Health::missing, subject,
            fmt::format("'{}' may not be {}; {}", part.string(), write ? "written to" : "read", by),
            "give it to the user who runs the chain: chown or chmod");
    }

    void certificates() {
        const bool found =
            std::ranges::any_of(authorities, [](const char* file) { return ::access(file, R_OK) == 0; });
        if (found) return add(Health::ok, "certificates of authorities", "needed by " + network_);
        add(Health::warning, "certificates of authorities",
            "none is installed; " + network_ + " may need them for https",
            "apt-get install ca-certificates, or what your system calls it");
    }

    void root() {
        auto problem = look_at_user_namespace();
        if (!problem) return add(Health::ok, "root over its tree", "needed by " + root_);
        problem->what += "; needed by " + root_;
        findings_.push_back(std::move(*problem));
    }

    void memory() {
        const auto there =
            static_cast<std::int64_t>(::sysconf(_SC_PHYS_PAGES)) * ::sysconf(_SC_PAGESIZE) / 1'000'000;
        if (memory_mb_ <= there) return;
        add(Health::warning, "memory", fmt::format("{} MB, and a stage expects {} MB", there, memory_mb_),
            "another machine, or swap");
    }

    const chain::Plan& plan_;
    chain::Secrets& secrets_;
    const std::string& credentials_;
    Findings findings_;
    std::map<std::string, Wanted<std::string>> programs_; ///< by name: the package it is in
    std::map<std::string, Wanted<config::PathUse>> paths_;
    std::map<std::string, std::vector<std::string>> named_secrets_;
    std::map<std::string, std::vector<std::string>> machines_; ///< whose programs run, and in which stages
    std::string network_, root_;                               ///< the last stage that needs it
    std::int64_t memory_mb_ = 0;
};

} // namespace

Findings look_at_needs(const chain::Plan& plan, chain::Secrets& secrets, const std::string& credentials) {
    return Looker(plan, secrets, credentials).run();
}

Findings of_problems(const config::Problems& problems) {
    Findings out;
    for (const config::Problem& problem : problems) {
        config::Problem place = problem;
        place.what = problem.what;
        place.hint.clear();
        out.push_back({Health::missing, "chain", place.message(), problem.hint});
    }
    return out;
}

} // namespace slipway::host::doctor
