// SPDX-License-Identifier: GPL-3.0-or-later
#include <change/diff.hpp>
#include <fmt/format.h>
#include <git2.h>

#include <algorithm>
#include <memory>

namespace slipway::change {

using support::Error;
using support::Kind;
using support::Result;

namespace {

/// libgit2 counts its initialisations.
struct Library {
    Library() { git_libgit2_init(); }

    ~Library() { git_libgit2_shutdown(); }

    Library(const Library&) = delete;
};

struct FreePatch {
    void operator()(git_patch* patch) const { git_patch_free(patch); }
};

using Patch = std::unique_ptr<git_patch, FreePatch>;

Error failed(const std::string& subject) {
    const git_error* last = ::git_error_last();
    return Error{Kind::internal, subject + ": " + (last != nullptr ? last->message : "libgit2 failed")};
}

Result<std::string> header(const ChangedFile& file) {
    SLIPWAY_TRY_ASSIGN(const auto old_id, blob_id(file.before));
    SLIPWAY_TRY_ASSIGN(const auto new_id, blob_id(file.after));
    std::string out = fmt::format("diff --git a/{0} b/{0}\n", file.path);
    if (!file.before) out += "new file mode " + file.mode + "\n";
    if (!file.after) out += "deleted file mode " + file.mode + "\n";
    const bool changed = file.before && file.after;
    out += fmt::format("index {}..{}{}\n", old_id, new_id, changed ? " " + file.mode : "");
    return out;
}

/// The two name lines. git ends a name with blanks in it by a tab (git's diff.c, emit_rewrite_diff).
std::string names(const ChangedFile& file) {
    const std::string end = file.path.find(' ') == std::string::npos ? "\n" : "\t\n";
    return (file.before ? "--- a/" + file.path + end : "--- /dev/null\n")
           + (file.after ? "+++ b/" + file.path + end : "+++ /dev/null\n");
}

/// Appends one line of the hunks. Origins other than these three bring their whole text along.
int append_line(const git_diff_delta*, const git_diff_hunk*, const git_diff_line* line, void* payload) {
    auto& out = *static_cast<std::string*>(payload);
    if (line->origin == GIT_DIFF_LINE_FILE_HDR) return 0;
    const bool content = line->origin == GIT_DIFF_LINE_CONTEXT || line->origin == GIT_DIFF_LINE_ADDITION
                         || line->origin == GIT_DIFF_LINE_DELETION;
    if (content) out += line->origin;
    out.append(line->content, line->content_len);
    return 0;
}

} // namespace

Result<std::string> blob_id(const std::optional<std::string>& text) {
    const Library library;
    git_oid id{};
    if (text && git_odb_hash(&id, text->data(), text->size(), GIT_OBJECT_BLOB) != 0) return failed("hashing");
    return std::string(git_oid_tostr_s(&id));
}

Result<FileDiff> diff(const ChangedFile& file) {
    const Library library;
    const std::string before = file.before.value_or("");
    const std::string after = file.after.value_or("");
    git_diff_options options{};
    git_diff_options_init(&options, GIT_DIFF_OPTIONS_VERSION);
    options.flags = GIT_DIFF_FORCE_TEXT;
    git_patch* made = nullptr;
    if (git_patch_from_buffers(&made, before.data(), before.size(), file.path.c_str(), after.data(),
                               after.size(), file.path.c_str(), &options)
        != 0)
        return failed("comparing '" + file.path + "'");
    const Patch patch(made);
    FileDiff out{file.path, {}, {}, 0, 0};
    SLIPWAY_TRY_ASSIGN(out.text, header(file));
    std::string hunks;
    if (git_patch_print(patch.get(), &append_line, &hunks) != 0
        || git_patch_line_stats(nullptr, &out.added, &out.removed, patch.get()) != 0)
        return failed("comparing '" + file.path + "'");
    if (!hunks.empty()) out.text += names(file) + hunks;
    if (!file.before) out.summary = fmt::format(" create mode {} {}\n", file.mode, file.path);
    if (!file.after) out.summary = fmt::format(" delete mode {} {}\n", file.mode, file.path);
    return out;
}

std::string diffstat(const std::vector<FileDiff>& diffs) {
    std::size_t name_width = 0, most = 0, added = 0, removed = 0;
    for (const FileDiff& file : diffs) {
        name_width = std::max(name_width, file.path.size());
        most = std::max(most, file.added + file.removed);
        added += file.added;
        removed += file.removed;
    }
    constexpr std::size_t width = 72;
    const std::size_t number_width = std::to_string(most).size();
    const std::size_t taken = name_width + number_width + 6;
    const std::size_t room = taken + 10 < width ? width - taken : 10;
    const auto bar = [&](std::size_t lines) { // never nothing for something
        return most <= room || lines == 0 ? lines : std::max<std::size_t>(1, lines * room / most);
    };
    std::string out, summaries;
    for (const FileDiff& file : diffs) {
        out +=
            fmt::format(" {:<{}} | {:>{}}", file.path, name_width, file.added + file.removed, number_width);
        if (file.added + file.removed > 0) out += " ";
        out += std::string(bar(file.added), '+') + std::string(bar(file.removed), '-') + "\n";
        summaries += file.summary;
    }
    out += fmt::format(" {} file{} changed", diffs.size(), diffs.size() == 1 ? "" : "s");
    if (added > 0 || removed == 0) out += fmt::format(", {} insertion{}(+)", added, added == 1 ? "" : "s");
    if (removed > 0 || added == 0) out += fmt::format(", {} deletion{}(-)", removed, removed == 1 ? "" : "s");
    return out + "\n" + summaries;
}

} // namespace slipway::change
