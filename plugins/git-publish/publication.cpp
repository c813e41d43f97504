// SPDX-License-Identifier: GPL-3.0-or-later
#include <file_backend.hpp>
#include <fmt/format.h>
#include <layout.hpp>
#include <pack_size.hpp>
#include <publication.hpp>
#include <support/text.hpp>

#include <algorithm>

namespace slipway::git_publish {

namespace {

using support::Error;
using support::Kind;
using support::Result;

Result<void> check_branch(const Request& request) {
    if (!request.branch.empty()) return check_branch_name(request.branch);
    if (!request.append) return {};
    return Error{Kind::config, "history 'append' needs a branch to append to", "set \"branch\""};
}

Result<void> check(const Request& request) {
    std::vector<Place> places;
    for (const Source& source : request.sources)
        places.push_back({source.path, source.label});
    if (places.empty())
        return Error{Kind::config, "nothing to publish: no files", "wire the stages that make them"};
    SLIPWAY_TRY(check_tag_name(request.text.tag));
    SLIPWAY_TRY(check_identity(request.text.author));
    SLIPWAY_TRY(check_identity(request.text.committer));
    SLIPWAY_TRY(check_branch(request));
    return check_places(places);
}

/// The bytes of all files, if each one is small enough.
Result<std::uint64_t> measure(const Request& request) {
    std::uint64_t total = 0;
    for (const Source& source : request.sources) {
        SLIPWAY_TRY_ASSIGN(const std::uint64_t size, size_of(source));
        total += size;
        if (size > request.max_object_bytes)
            return Error{Kind::resource,
                         fmt::format("'{}': {} bytes ({}), but max_object_bytes is {} ({})", source.path,
                                     size, support::human_bytes(size), request.max_object_bytes,
                                     support::human_bytes(request.max_object_bytes)),
                         "compress harder, use xz, or leave packages out; raise the limit only if the server "
                         "takes larger objects"};
    }
    return total;
}

Result<std::vector<Blob>> hash_all(const std::vector<Source>& sources, std::uint64_t total,
                                   const Meter& meter) {
    std::vector<Blob> blobs;
    std::uint64_t before = 0;
    for (const Source& source : sources) {
        SLIPWAY_TRY_ASSIGN(Blob blob, hash_blob(source, before, total, meter));
        before += blob.size;
        blobs.push_back(std::move(blob));
    }
    std::sort(blobs.begin(), blobs.end(), [](const Blob& a, const Blob& b) { return a.path < b.path; });
    return blobs;
}

std::vector<ReleaseFile> files_of(const std::vector<Blob>& blobs) {
    std::vector<ReleaseFile> files;
    for (const Blob& blob : blobs)
        files.push_back({blob.path, blob.mode, blob.size, blob.sha256.hex()});
    return files;
}

git_oid value_in(const Refs& refs, const std::string& ref) {
    const auto found = refs.find(ref);
    return found == refs.end() ? no_id : found->second;
}

constexpr const char* fetched_branch = "refs/slipway/branch";
constexpr const char* fetched_tag = "refs/slipway/tag";

} // namespace

Result<Publication> Publication::prepare(const Request& request, const Meter& meter) {
    auto library = std::make_unique<Library>();
    SLIPWAY_TRY(check(request));
    SLIPWAY_TRY_ASSIGN(const std::uint64_t total, measure(request));
    SLIPWAY_TRY_ASSIGN(Remote remote, Remote::open(request.remote));
    Publication made(std::move(library), std::move(remote));
    // As somebody who may push: a token that may not is found here, before the work.
    SLIPWAY_TRY_ASSIGN(made.refs_, made.remote_.list(Service::receive_pack));
    SLIPWAY_TRY(made.make(request, total, meter));
    return made;
}

Result<void> Publication::make(const Request& request, std::uint64_t total, const Meter& meter) {
    SLIPWAY_TRY_ASSIGN(const std::vector<Blob> blobs, hash_all(request.sources, total, meter));
    SLIPWAY_TRY_ASSIGN(scratch_, make_scratch(request.work_dir + "/objects.git"));
    SLIPWAY_TRY(add_blobs(scratch_.get(), blobs));
    SLIPWAY_TRY_ASSIGN(tree_, make_tree(scratch_.get(), blobs));
    branch_ = request.branch;
    branch_was_ = value_in(refs_, branch_ref());
    SLIPWAY_TRY_ASSIGN(const git_oid parent, take_parent(request, meter));
    SLIPWAY_TRY_ASSIGN(ids_, make_objects(scratch_.get(), tree_, parent, request.text, request.sign));
    release_ = {request.version, remote_.url(), request.text.tag, hex(ids_.commit),
                hex(tree_),      branch_,       files_of(blobs)};
    SLIPWAY_TRY(compare(meter));
    if (published_ || same(parent, no_id)) return {};
    return check_history(scratch_.get(), parent, blobs, request.known);
}

/// The branch's tip, fetched; no_id where the commit has no parent.
Result<git_oid> Publication::take_parent(const Request& request, const Meter& meter) {
    if (!request.append || same(branch_was_, no_id)) return no_id;
    SLIPWAY_TRY(remote_.fetch(scratch_.get(), branch_ref(), fetched_branch, meter));
    SLIPWAY_TRY_ASSIGN(const std::optional<Published> tip, peel(scratch_.get(), fetched_branch));
    if (tip && same(tip->commit, branch_was_)) return branch_was_;
    return Error{Kind::conflict, "branch '" + branch_ + "' has changed meanwhile",
                 "run again: the release is made on what is there now"};
}

std::string Publication::branch_ref() const {
    return "refs/heads/" + branch_;
}

std::vector<Change> Publication::changes() const {
    std::vector<Change> changes{{release_.ref(), no_id, ids_.target}};
    if (!branch_.empty()) changes.push_back({branch_ref(), branch_was_, ids_.commit});
    return changes;
}

std::uint64_t Publication::bytes() const {
    std::uint64_t sum = 0;
    for (const ReleaseFile& file : release_.files)
        sum += file.size;
    return sum;
}

Result<std::string> Publication::plan_text(const Meter& meter) const {
    SLIPWAY_TRY_ASSIGN(const std::uint64_t sent, measure_pack(scratch_.get(), ids_, refs_, meter));
    std::string text = fmt::format("commit {}\ntree   {}\n", hex(ids_.commit), hex(tree_));
    if (!branch_.empty())
        text += fmt::format("branch {}: {} -> {}\n", branch_,
                            same(branch_was_, no_id) ? "new" : hex(branch_was_), hex(ids_.commit));
    for (const ReleaseFile& file : release_.files)
        text += fmt::format("{} {:>11}  {}\n", octal(file.mode), file.size, support::printable(file.path));
    return text + fmt::format("sends {} bytes ({})\n", sent, support::human_bytes(sent));
}

/// Is our tag among refs_? One of another commit with the same tree counts, and is the release then.
Result<void> Publication::compare(const Meter& meter) {
    const git_oid theirs = value_in(refs_, release_.ref());
    published_ = same(theirs, ids_.target);
    if (published_ || same(theirs, no_id)) return {};
    SLIPWAY_TRY(remote_.fetch(scratch_.get(), release_.ref(), fetched_tag, meter));
    SLIPWAY_TRY_ASSIGN(const std::optional<Published> found, peel(scratch_.get(), fetched_tag));
    if (!found || !same(found->tree, tree_))
        return Error{
            Kind::conflict,
            fmt::format("tag '{}' is on the remote with another content: commit {} (tree {}), ours is "
                        "commit {} (tree {})",
                        release_.tag, hex(found ? found->commit : theirs), found ? hex(found->tree) : "none",
                        hex(ids_.commit), hex(tree_)),
            "it was left alone: publish under another version, or delete the tag there first"};
    release_.commit = hex(found->commit);
    published_ = true;
    return {};
}

Result<void> Publication::look(const Meter& meter) {
    SLIPWAY_TRY_ASSIGN(refs_, remote_.list(Service::receive_pack));
    return compare(meter);
}

Result<void> Publication::push(const Meter& meter) {
    for (const Change& change : changes())
        SLIPWAY_TRY(set_ref(scratch_.get(), change.ref, change.to));
    auto pushed = remote_.push(scratch_.get(), changes(), bytes(), meter);
    // Whatever the push came to, the remote's refs are the truth: a race, a lost answer.
    auto looked = look([](std::uint64_t, std::uint64_t) { return true; });
    if (looked && published_) return {};
    if (!looked && looked.error().kind == Kind::conflict) return looked;
    if (!pushed) return branch_moved() ? branch_conflict() : std::move(pushed).error();
    if (!looked) return looked;
    return Error{Kind::verify,
                 "tag '" + release_.tag + "': the remote took the push, but does not list the tag",
                 "look at the remote's log: something removed the tag at once"};
}

bool Publication::branch_moved() const {
    return !branch_.empty() && !same(value_in(refs_, branch_ref()), branch_was_);
}

Error Publication::branch_conflict() const {
    return Error{Kind::conflict,
                 fmt::format("branch '{}' was moved by somebody else: it was {}, and is {}", branch_,
                             hex(branch_was_), hex(value_in(refs_, branch_ref()))),
                 "nothing was changed there: run again, and the release is made on what is there now"};
}

Result<void> Publication::remove(const Refs& refs, const Meter& meter) const {
    std::vector<Change> changes;
    for (const auto& [ref, id] : refs)
        changes.push_back({ref, id, no_id});
    return remote_.push(scratch_.get(), changes, 0, meter);
}

} // namespace slipway::git_publish
