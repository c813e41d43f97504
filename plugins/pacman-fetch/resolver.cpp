// SPDX-License-Identifier: GPL-3.0-or-later
#include <alpm.hpp>
#include <repository.hpp>
#include <resolver.hpp>
#include <support/fs.hpp>
#include <support/text.hpp>
#include <targets.hpp>

#include <algorithm>
#include <cstdarg>
#include <cstdio>
#include <unordered_map>

namespace slipway::pacman_fetch {

using support::Error;
using support::Kind;
using support::Result;

struct Resolver::State {
    // Callbacks hold pointers to these: declared before the handle, so that they outlive it.
    std::vector<std::string> errors;
    std::vector<std::string> warnings;
    std::vector<std::string> hopeless; ///< targets that cannot be resolved
    std::unordered_map<std::string_view, std::string_view>
        file_names; ///< of all databases, with their package; libalpm's
    ResolverSettings settings;
    AlpmHandle handle;

    static void on_log(void* self, alpm_loglevel_t level, const char* format, va_list arguments);
    static void on_question(void* self, alpm_question_t* question);

    int choose(const alpm_list_t* providers) const;
    Result<void> configure();
    Result<void> load(const Database& database, const std::string& path);
    void check_file_names(alpm_db_t* db);
    Error damaged(const Database& database, const std::string& path) const;
};

void Resolver::State::on_log(void* self, alpm_loglevel_t level, const char* format, va_list arguments) {
    auto& state = *static_cast<State*>(self);
    if (level != ALPM_LOG_ERROR && level != ALPM_LOG_WARNING) return;
    char line[1024];
    (void)std::vsnprintf(line, sizeof line, format, arguments);
    std::string text = line;
    while (!text.empty() && text.back() == '\n')
        text.pop_back();
    (level == ALPM_LOG_ERROR ? state.errors : state.warnings).push_back(support::printable(text));
}

/// The place of the first provider that the settings name; 0, pacman's default, if there is none.
int Resolver::State::choose(const alpm_list_t* providers) const {
    int index = 0;
    for (alpm_pkg_t* package : items<alpm_pkg_t>(providers)) {
        if (std::ranges::find(settings.providers, alpm_pkg_get_name(package)) != settings.providers.end())
            return index;
        ++index;
    }
    return 0;
}

/// The answers of `pacman --noconfirm`: an ignored package is taken if it is needed, nothing is skipped that
/// cannot be resolved, none removed for a conflict, no key imported.
void Resolver::State::on_question(void* self, alpm_question_t* question) {
    auto& state = *static_cast<State*>(self);
    question->any.answer = 0;
    if (question->type == ALPM_QUESTION_INSTALL_IGNOREPKG) question->any.answer = 1;
    if (question->type == ALPM_QUESTION_SELECT_PROVIDER)
        question->select_provider.use_index = state.choose(question->select_provider.providers);
    if (question->type != ALPM_QUESTION_REMOVE_PKGS) return;
    for (alpm_pkg_t* package : items<alpm_pkg_t>(question->remove_pkgs.packages))
        state.hopeless.emplace_back(alpm_pkg_get_name(package));
}

/// Load a database now: libalpm would do so on first use, and take a damaged one for an empty one.
Result<void> Resolver::State::load(const Database& database, const std::string& path) {
    alpm_db_t* db = alpm_register_syncdb(handle.get(), database.repository.c_str(), database.siglevel);
    const int usage = database.usage == 0 ? ALPM_DB_USAGE_ALL : database.usage;
    if (db == nullptr || alpm_db_set_usage(db, usage) != 0 || alpm_db_get_valid(db) != 0)
        return damaged(database, path);
    const alpm_list_t* packages = alpm_db_get_pkgcache(db);
    if (!errors.empty() || (packages == nullptr && alpm_errno(handle.get()) != ALPM_ERR_OK))
        return damaged(database, path);
    check_file_names(db);
    if (!errors.empty()) return damaged(database, path);
    if (packages == nullptr)
        warnings.push_back("database '" + database.repository + "' from " + database.origin
                           + ": no packages in it");
    return {};
}

/// Found here: libalpm 6.0.2 compares the file names of what it resolved, and crashes where two packages have
/// none, or the same.
void Resolver::State::check_file_names(alpm_db_t* db) {
    for (alpm_pkg_t* package : items<alpm_pkg_t>(alpm_db_get_pkgcache(db))) {
        const std::string_view name = alpm_pkg_get_name(package);
        const char* file = alpm_pkg_get_filename(package);
        if (file == nullptr) {
            errors.push_back("package '" + support::printable(name) + "' has no %FILENAME%");
            continue;
        }
        const auto [other, is_new] = file_names.emplace(file, name);
        if (!is_new && other->second != name)
            errors.push_back("packages '" + support::printable(other->second) + "' and '"
                             + support::printable(name) + "' have one %FILENAME%: '"
                             + support::printable(file) + "'");
    }
}

Error Resolver::State::damaged(const Database& database, const std::string& path) const {
    std::string cause = errors.empty() ? alpm_strerror(alpm_errno(handle.get())) : errors.front();
    // "could not open file PATH: CAUSE": our scratch file says nothing to the user.
    if (const auto at = cause.find(path + ": "); at != std::string::npos)
        cause.erase(0, at + path.size() + 2);
    Error error{Kind::verify, "database '" + database.repository + "' from " + database.origin + ": " + cause,
                "the server holds a damaged database, or something else in its place: use another server"};
    for (std::size_t i = 1; i < errors.size() && i < 20; ++i)
        error.trace.push_back(errors[i]);
    return error;
}

namespace {

/// A transaction open on the handle, released at the end of the scope.
class Transaction {
public:
    explicit Transaction(alpm_handle_t* handle) : handle_(handle) {}

    ~Transaction() { alpm_trans_release(handle_); }

    Transaction(const Transaction&) = delete;
    Transaction& operator=(const Transaction&) = delete;

private:
    alpm_handle_t* handle_;
};

Result<std::string> text_field(const char* value, const std::string& subject, const char* field) {
    if (value == nullptr || *value == '\0')
        return Error{Kind::verify, subject + ": the database has no " + field};
    return std::string(value);
}

/// %PGPSIG%; what is no base64 is as good as none, and the file beside the package is asked for.
std::string signature_of(alpm_pkg_t* package) {
    const char* text = alpm_pkg_get_base64_sig(package);
    unsigned char* bytes = nullptr;
    std::size_t size = 0;
    if (text == nullptr || alpm_decode_signature(text, &bytes, &size) != 0) return {};
    std::string signature(reinterpret_cast<char*>(bytes), size);
    std::free(bytes);
    return signature;
}

Result<Package> to_package(alpm_pkg_t* package) {
    const std::string name = alpm_pkg_get_name(package);
    const std::string repository = alpm_db_get_name(alpm_pkg_get_db(package));
    const std::string subject = "package '" + support::printable(name) + "' of '" + repository + "'";
    SLIPWAY_TRY_ASSIGN(auto version, text_field(alpm_pkg_get_version(package), subject, "version"));
    SLIPWAY_TRY_ASSIGN(auto architecture, text_field(alpm_pkg_get_arch(package), subject, "%ARCH%"));
    SLIPWAY_TRY_ASSIGN(auto filename, text_field(alpm_pkg_get_filename(package), subject, "%FILENAME%"));
    if (auto checked = check_file_name(filename); !checked) return std::move(checked).error().in(subject);
    SLIPWAY_TRY_ASSIGN(const auto hex, text_field(alpm_pkg_get_sha256sum(package), subject, "%SHA256SUM%"));
    auto digest = support::Digest::parse(hex);
    if (!digest) return Error{Kind::verify, subject + ": %SHA256SUM% is not 64 lower-case hex digits"};
    const off_t size = alpm_pkg_get_size(package);
    if (size <= 0) return Error{Kind::verify, subject + ": the database has no %CSIZE%"};
    const off_t installed = alpm_pkg_get_isize(package);
    const bool explicitly = alpm_pkg_get_reason(package) == ALPM_PKG_REASON_EXPLICIT;
    return Package{repository,
                   name,
                   std::move(version),
                   std::move(architecture),
                   std::move(filename),
                   static_cast<std::uint64_t>(size),
                   installed < 0 ? 0 : static_cast<std::uint64_t>(installed),
                   std::move(digest).value(),
                   explicitly ? Reason::explicit_target : Reason::dependency,
                   alpm_pkg_get_builddate(package),
                   signature_of(package)};
}

} // namespace

std::string database_path(const std::string& folder, const std::string& repository) {
    return folder + "/db/sync/" + repository + ".db";
}

Resolver::Resolver(std::unique_ptr<State> state) : state_(std::move(state)) {}

Resolver::Resolver(Resolver&&) noexcept = default;
Resolver& Resolver::operator=(Resolver&&) noexcept = default;
Resolver::~Resolver() = default;

Result<void> Resolver::State::configure() {
    alpm_handle_t* h = handle.get();
    for (const std::string& one : settings.architectures)
        alpm_option_add_architecture(h, one.c_str());
    for (const std::string& one : settings.ignore)
        alpm_option_add_ignorepkg(h, one.c_str());
    for (const std::string& one : settings.ignore_groups)
        alpm_option_add_ignoregroup(h, one.c_str());
    if (!settings.keyring.empty() && alpm_option_set_gpgdir(h, settings.keyring.c_str()) != 0)
        return Error{Kind::io,
                     "libalpm: keyring '" + settings.keyring + "': " + alpm_strerror(alpm_errno(h))};
    for (const std::string& one : settings.assume_installed) {
        alpm_depend_t* assumed = alpm_dep_from_string(one.c_str());
        const bool usable =
            assumed != nullptr && (assumed->mod == ALPM_DEP_MOD_ANY || assumed->mod == ALPM_DEP_MOD_EQ);
        if (usable) alpm_option_add_assumeinstalled(h, assumed);
        if (assumed != nullptr) alpm_dep_free(assumed);
        if (!usable)
            return Error{Kind::config,
                         "assumed as installed: '" + support::printable(one) + "' is no package",
                         "name it \"name\" or \"name=version\""};
    }
    return {};
}

Result<Resolver> Resolver::open(const std::string& folder, const ResolverSettings& settings,
                                const std::vector<Database>& databases) {
    const std::string root = folder + "/root";
    SLIPWAY_TRY(support::make_dirs(root));
    auto state = std::make_unique<State>();
    alpm_errno_t why = ALPM_ERR_OK;
    state->handle.reset(alpm_initialize(root.c_str(), (folder + "/db").c_str(), &why));
    if (!state->handle) return Error{Kind::io, "libalpm in '" + folder + "': " + alpm_strerror(why)};
    alpm_handle_t* handle = state->handle.get();
    alpm_option_set_logcb(handle, &State::on_log, state.get());
    alpm_option_set_questioncb(handle, &State::on_question, state.get());
    state->settings = settings;
    SLIPWAY_TRY(state->configure());
    for (const Database& database : databases) {
        SLIPWAY_TRY(state->load(database, database_path(folder, database.repository)));
    }
    return Resolver(std::move(state));
}

const std::vector<std::string>& Resolver::warnings() const {
    return state_->warnings;
}

Result<std::vector<Package>> Resolver::resolve(const std::vector<std::string>& targets) {
    alpm_handle_t* handle = state_->handle.get();
    state_->hopeless.clear();
    // As `pacman -S`, but without the lock: the database folder is nobody else's.
    if (alpm_trans_init(handle, ALPM_TRANS_FLAG_NOLOCK | ALPM_TRANS_FLAG_NOSCRIPTLET) != 0)
        return Error{Kind::internal, std::string("libalpm: ") + alpm_strerror(alpm_errno(handle))};
    const Transaction transaction(handle);
    SLIPWAY_TRY(add_targets(handle, targets, state_->settings.exclude));
    alpm_list_t* problems = nullptr;
    const int prepared = alpm_trans_prepare(handle, &problems);
    if (prepared != 0) return prepare_error(handle, problems, state_->hopeless);
    std::vector<Package> packages;
    for (alpm_pkg_t* package : items<alpm_pkg_t>(alpm_trans_get_add(handle))) {
        SLIPWAY_TRY_ASSIGN(auto resolved, to_package(package));
        packages.push_back(std::move(resolved));
    }
    return packages;
}

} // namespace slipway::pacman_fetch
