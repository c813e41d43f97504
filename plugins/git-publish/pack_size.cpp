// SPDX-License-Identifier: GPL-3.0-or-later
#include <pack_size.hpp>

namespace slipway::git_publish {

namespace {

using support::Error;
using support::Kind;
using support::Result;

using Packbuilder = Handle<git_packbuilder, git_packbuilder_free>;

struct Count {
    const Meter& meter;
    std::uint64_t bytes = 0;
};

int on_chunk(void*, std::size_t size, void* payload) {
    auto& count = *static_cast<Count*>(payload);
    count.bytes += size;
    return count.meter(count.bytes, 0) ? 0 : GIT_EUSER;
}

} // namespace

Result<std::uint64_t> measure_pack(git_repository* repository, const ObjectIds& ids, const Refs& refs,
                                   const Meter& meter) {
    const std::string subject = "measuring the pack";
    SLIPWAY_GIT_MAKE(Packbuilder, pack, subject, git_packbuilder_new, repository);
    SLIPWAY_GIT_MAKE(Walk, walk, subject, git_revwalk_new, repository);
    SLIPWAY_GIT_TRY(git_revwalk_push(walk.get(), &ids.commit), subject);
    for (const auto& [ref, id] : refs) // what is not here, or no commit, cannot be hidden
        (void)git_revwalk_hide(walk.get(), &id);
    SLIPWAY_GIT_TRY(git_packbuilder_insert_walk(pack.get(), walk.get()), subject);
    if (!same(ids.target, ids.commit))
        SLIPWAY_GIT_TRY(git_packbuilder_insert(pack.get(), &ids.target, nullptr), subject);
    Count count{meter};
    const int code = git_packbuilder_foreach(pack.get(), &on_chunk, &count);
    if (code == GIT_EUSER) return Error{Kind::cancelled, subject + ": cancelled"};
    SLIPWAY_GIT_TRY(code, subject);
    return count.bytes;
}

} // namespace slipway::git_publish
