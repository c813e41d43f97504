// SPDX-License-Identifier: GPL-3.0-or-later
#include "build.hpp"

#include "hooks.hpp"
#include "tree_scan.hpp"

#include <fcntl.h>
#include <rootfs/mount_points.hpp>
#include <rootfs/tree_writer.hpp>
#include <unistd.h>

#include <ctime>
#include <thread>

namespace slipway::rootfs {

using support::Result;
using support::UniqueFd;

namespace {

Transaction transaction_of(const std::vector<Package>& packages, const std::deque<Record>& records) {
    Transaction transaction;
    for (const Package& package : packages)
        transaction.packages.push_back({package.locked.name, package.locked.version});
    for (const Record& record : records)
        if (record.owner != nullptr) transaction.paths.push_back(record.entry.slashed());
    return transaction;
}

/// Remove files of the tree. What cannot be removed now is told of when the tree goes.
void remove_files(int root, const std::vector<std::string>& paths) {
    std::string open_path;
    UniqueFd parent;
    for (const std::string& path : paths) {
        const std::size_t slash = path.rfind('/');
        const std::string folder = slash == std::string::npos ? "." : path.substr(0, slash);
        if (!parent || folder != open_path) {
            auto opened = open_beneath(root, folder, O_PATH | O_DIRECTORY);
            if (!opened) continue;
            parent = std::move(opened).value();
            open_path = folder;
        }
        ::unlinkat(parent.get(), path.c_str() + (slash == std::string::npos ? 0 : slash + 1), 0);
    }
}

/// One build whose tree is on disk.
class TreeBuild {
public:
    TreeBuild(const std::vector<Package>& packages, const Options& options, const PostSteps& steps,
              const Workshop& workshop, const Observer& observer)
        : packages_(packages), options_(options), steps_(steps), workshop_(workshop), observer_(observer) {}

    Result<std::vector<Installed>> run(Output& tar, Output& manifest) {
        SLIPWAY_TRY_ASSIGN(tree_, TreeFolder::make(workshop_.folder));
        Output base(tree_.content.get(), "the work folder");
        TreeWriter writer(
            tree_.root.get(), tree_.content.get(), [&] { return base.flush(); }, workshop_.threads);
        Ledger ledger([&](Record& record) { return writer.add(record); });
        Edits edits(steps_.edits);
        SLIPWAY_TRY_ASSIGN(std::vector<Installed> installed,
                           merge(packages_, options_, {base, manifest, edits, &ledger}, observer_));
        SLIPWAY_TRY(writer.finish());
        started_ = ::time(nullptr);
        SLIPWAY_TRY(run_all(ledger));
        SLIPWAY_TRY(finish(ledger, tar, manifest));
        SLIPWAY_TRY(support::remove_tree(tree_.path));
        return installed;
    }

private:
    Result<void> run_all(Ledger& ledger) {
        MountPoints mount_points(tree_.root.get());
        SLIPWAY_TRY(mount_points.make());
        SLIPWAY_TRY_ASSIGN(
            std::vector<Command> commands,
            hook_commands(tree_.root.get(), steps_.hooks, transaction_of(packages_, ledger.records())));
        commands.insert(commands.end(), steps_.commands.begin(), steps_.commands.end());
        const CommandLog log{observer_.cancelled, observer_.info, observer_.warn};
        for (const Command& command : commands)
            SLIPWAY_TRY(run_command(command, workshop_.enclosure, options_.epoch, log));
        mount_points.remove();
        return {};
    }

    Result<void> finish(Ledger& ledger, Output& tar, Output& manifest) {
        SLIPWAY_TRY_ASSIGN(std::vector<Record> added,
                           scan(tree_.root.get(), ledger.records(), observer_.warn));
        // To remove a tree takes as long as to write it, so it goes on beside the tar.
        const std::jthread removal(
            [this, paths = not_needed(ledger.records())] { remove_files(tree_.root.get(), paths); });
        const Finish how{.root = tree_.root.get(),
                         .base = tree_.content.get(),
                         .exclude = Exclude(options_.exclude),
                         .epoch = {options_.epoch, 0},
                         .only_epoch = options_.mtimes == Mtimes::epoch,
                         .started = started_};
        Manifest list(manifest);
        return finish_tree(ledger.records(), std::move(added), how, tar, list);
    }

    const std::vector<Package>& packages_;
    const Options& options_;
    const PostSteps& steps_;
    const Workshop& workshop_;
    const Observer& observer_;
    TreeFolder tree_;
    std::int64_t started_ = 0;
};

} // namespace

Result<std::vector<Installed>> build(const std::vector<Package>& packages, const Options& options,
                                     const PostSteps& steps, const Workshop& workshop, Output& tar,
                                     Output& manifest, const Observer& observer) {
    if (steps.need_tree()) return TreeBuild(packages, options, steps, workshop, observer).run(tar, manifest);
    Edits edits(steps.edits);
    return merge(packages, options, {tar, manifest, edits}, observer);
}

} // namespace slipway::rootfs
