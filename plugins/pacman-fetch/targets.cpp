// SPDX-License-Identifier: GPL-3.0-or-later
#include <alpm.hpp>
#include <support/text.hpp>
#include <targets.hpp>

#include <algorithm>

namespace slipway::pacman_fetch {

using support::Error;
using support::Kind;
using support::Result;

namespace {

std::vector<std::string> names_of(const std::vector<alpm_db_t*>& dbs) {
    std::vector<std::string> names;
    for (const alpm_db_t* db : dbs)
        names.emplace_back(alpm_db_get_name(db));
    return names;
}

std::string quoted(const std::string& text) {
    return "'" + support::printable(text) + "'";
}

/// "did you mean 'x'?", of all package and group names in `dbs`; empty if none is near.
std::string nearest_name(const std::vector<alpm_db_t*>& dbs, const std::string& name) {
    std::vector<std::string> known;
    for (alpm_db_t* db : dbs) {
        for (alpm_pkg_t* package : items<alpm_pkg_t>(alpm_db_get_pkgcache(db)))
            known.emplace_back(alpm_pkg_get_name(package));
        for (const alpm_group_t* group : items<alpm_group_t>(alpm_db_get_groupcache(db)))
            known.emplace_back(group->name);
    }
    const auto found = support::nearest(name.substr(0, name.find_first_of("<=>")), known);
    return found ? "did you mean " + quoted(*found) + "?" : "";
}

Result<void> add_package(alpm_handle_t* handle, const std::string& target, alpm_pkg_t* package) {
    if (alpm_add_pkg(handle, package) == 0) return {};
    const alpm_errno_t why = alpm_errno(handle); // the getters below forget it
    const std::string name = alpm_pkg_get_name(package);
    if (why != ALPM_ERR_TRANS_DUP_TARGET)
        return Error{Kind::config, "target " + quoted(target) + ": " + alpm_strerror(why)};
    alpm_pkg_t* first = alpm_pkg_find(alpm_trans_get_add(handle), name.c_str());
    return Error{Kind::config,
                 "target " + quoted(target) + ": package " + quoted(name) + " is already taken from '"
                     + alpm_db_get_name(alpm_pkg_get_db(first)) + "'",
                 "name the package once"};
}

/// The order of pacman(8): a package of that name, something that provides it, a group.
Result<void> add_from(alpm_handle_t* handle, alpm_list_t* dbs, const std::string& target,
                      const std::string& name, const std::vector<std::string>& exclude) {
    if (alpm_pkg_t* package = alpm_find_dbs_satisfier(handle, dbs, name.c_str()))
        return add_package(handle, target, package);
    const AlpmList members(alpm_find_group_pkgs(dbs, name.c_str()));
    const auto searched = items<alpm_db_t>(dbs);
    if (!members)
        return Error{Kind::not_found,
                     "target " + quoted(target) + ": no such package or group in "
                         + support::join(names_of(searched), ", "),
                     nearest_name(searched, name)};
    for (alpm_pkg_t* package : items<alpm_pkg_t>(members.get()))
        if (std::ranges::find(exclude, alpm_pkg_get_name(package)) == exclude.end())
            SLIPWAY_TRY(add_package(handle, target, package));
    return {};
}

Result<void> add_target(alpm_handle_t* handle, const std::string& target,
                        const std::vector<std::string>& exclude) {
    alpm_list_t* all = alpm_get_syncdbs(handle);
    const auto slash = target.find('/');
    if (slash == std::string::npos || slash == 0) return add_from(handle, all, target, target, exclude);
    const std::string repository = target.substr(0, slash);
    const auto dbs = items<alpm_db_t>(all);
    const auto named = [&](const alpm_db_t* db) { return repository == alpm_db_get_name(db); };
    const auto it = std::find_if(dbs.begin(), dbs.end(), named);
    if (it == dbs.end())
        return Error{Kind::not_found, "target " + quoted(target) + ": no repository " + quoted(repository),
                     "the repositories are " + support::join(names_of(dbs), ", ")};
    const AlpmList only(alpm_list_add(nullptr, *it));
    return add_from(handle, only.get(), target, target.substr(slash + 1), exclude);
}

Error unsatisfied(alpm_list_t* problems, const std::vector<std::string>& hopeless) {
    std::vector<std::string> causes;
    for (alpm_depmissing_t* missing : items<alpm_depmissing_t>(problems)) {
        causes.push_back(quoted(missing->target) + " needs " + quoted(text_of(missing->depend)));
        alpm_depmissing_free(missing);
    }
    std::vector<std::string> targets;
    for (const std::string& name : hopeless)
        targets.push_back(quoted(name));
    Error error{Kind::not_found, "dependencies", "add the repository that has it"};
    if (!targets.empty())
        error.what = (targets.size() == 1 ? "target " : "targets ") + support::join(targets, ", ");
    error.what +=
        ": " + (causes.empty() ? "cannot be resolved" : causes.front() + ", which no repository has");
    if (causes.size() > 1) error.trace = std::move(causes);
    return error;
}

Error conflicting(alpm_list_t* problems) {
    std::vector<std::string> causes;
    for (alpm_conflict_t* conflict : items<alpm_conflict_t>(problems)) {
        causes.push_back("packages " + quoted(conflict->package1) + " and " + quoted(conflict->package2)
                         + ": they conflict (" + support::printable(text_of(conflict->reason)) + ")");
        alpm_conflict_free(conflict);
    }
    Error error{Kind::config, causes.empty() ? "packages conflict" : causes.front(),
                "take only one of them as target, or a target that needs only one"};
    if (causes.size() > 1) error.trace = std::move(causes);
    return error;
}

Error wrong_architecture(alpm_handle_t* handle, alpm_list_t* problems) {
    std::vector<std::string> names;
    for (char* name : items<char>(problems)) {
        names.push_back(quoted(name));
        std::free(name);
    }
    std::vector<std::string> allowed;
    for (const char* name : items<char>(alpm_option_get_architectures(handle)))
        allowed.emplace_back(name);
    return Error{Kind::config,
                 "packages " + support::join(names, ", ") + ": not for architecture "
                     + support::join_or(allowed),
                 "set \"architecture\" to what the repository is for"};
}

} // namespace

Result<void> add_targets(alpm_handle_t* handle, const std::vector<std::string>& targets,
                         const std::vector<std::string>& exclude) {
    std::vector<Error> errors;
    for (const std::string& target : targets)
        if (auto added = add_target(handle, target, exclude); !added)
            errors.push_back(std::move(added).error());
    if (errors.empty()) return {};
    Error first = errors.front();
    if (errors.size() > 1)
        for (const Error& error : errors)
            first.trace.push_back(error.message());
    return first;
}

Error prepare_error(alpm_handle_t* handle, alpm_list_t* problems, const std::vector<std::string>& hopeless) {
    const AlpmList list(problems);
    const alpm_errno_t why = alpm_errno(handle);
    if (why == ALPM_ERR_UNSATISFIED_DEPS) return unsatisfied(problems, hopeless);
    if (why == ALPM_ERR_CONFLICTING_DEPS) return conflicting(problems);
    if (why == ALPM_ERR_PKG_INVALID_ARCH) return wrong_architecture(handle, problems);
    return Error{why == ALPM_ERR_MEMORY ? Kind::resource : Kind::internal,
                 std::string("libalpm: ") + alpm_strerror(why)};
}

} // namespace slipway::pacman_fetch
