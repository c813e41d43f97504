// SPDX-License-Identifier: GPL-3.0-or-later
//
// What a system call of a stage comes to: let it go on, or refuse it, and what to tell the user.
#pragma once

#include "call_path.hpp"

#include <support/json.hpp>

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace slipway::worker {

/// What a declaration would have to say for a call to be allowed.
enum class Need { nothing, network, exec, read, write };

/// "network", ...; "" for nothing.
const char* name_of(Need need);

struct Verdict {
    int error = 0;             ///< 0: the kernel goes on with the call, and landlock with its own verdict
    std::string report;        ///< "": nothing to tell
    Need need = Need::nothing; ///< nothing: no declaration allows it
    std::string subject{};     ///< the path, the program, the address and port
};

/// A call that changes what a path names: where its folder's descriptor and its path stand.
struct PathCall {
    const char *name, *verb;
    int folder, path;
};

/// What a stage may, as the supervisor knows it. A refusal that rests on numbers alone is one; what rests on
/// what a number points to may be evaded by who changes that after we have looked, so landlock, mounts or
/// namespaces stand behind it.
class CallJudge {
public:
    explicit CallJudge(const support::json::Value& policy);

    Verdict judge(const Call& call) const;

private:
    enum class Access { read, write };

    Verdict judge_file(const Call& call) const;
    /// `makes`: what is not there is made.
    Verdict file(const Call& call, const std::string& verb, const std::string& path, Access access,
                 bool makes = true) const;
    Verdict tell(const Call& call, const std::string& verb, const std::string& path, Access access,
                 bool makes = true) const;
    bool is_in_known_folder(const std::string& path, Access access) const;
    Verdict open(const Call& call, const std::string& path, std::uint64_t flags) const;
    Verdict change(const Call& call, const PathCall& changed) const;
    Verdict both(const Call& call) const;
    Verdict attributes(const Call& call, const PathCall& changed) const;
    Verdict program(const Call& call) const;
    Verdict socket(const Call& call) const;
    Verdict connection(const Call& call) const;
    Verdict unix_connection(const Call& call, const std::string& address) const;
    Verdict clone(const Call& call) const;

    bool may(const std::string& path, Access access) const;

    bool exec_, learns_;
    std::vector<std::string> read_, write_, programs_;
    std::vector<std::string> own_; ///< other folders for the stage than for us, under the same names
    std::optional<std::set<std::uint16_t>> ports_;
    std::int64_t most_tasks_;
    mutable std::int64_t tasks_ = 0;         ///< no fewer than there are
    mutable std::set<std::string> known_[2]; ///< by Access: folders in which all may be
};

} // namespace slipway::worker
