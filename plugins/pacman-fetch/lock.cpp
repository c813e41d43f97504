// SPDX-License-Identifier: GPL-3.0-or-later
#include <common/base64.hpp>
#include <lock.hpp>
#include <siglevel.hpp>
#include <support/json.hpp>
#include <support/text.hpp>

#include <algorithm>

namespace slipway::pacman_fetch {

namespace json = support::json;
using support::Error;
using support::Kind;
using support::Result;

namespace {

json::Value to_json(const Database& database) {
    return json::Object{{"repository", database.repository},
                        {"sha256", database.sha256.hex()},
                        {"size", database.size},
                        {"siglevel", siglevel_text(database.siglevel)}};
}

json::Value to_json(const LockedPackage& locked) {
    const Package& package = locked.package;
    json::Value value =
        json::Object{{"repository", package.repository},
                     {"name", package.name},
                     {"version", package.version},
                     {"architecture", package.architecture},
                     {"filename", package.filename},
                     {"url_tail", url_tail(package.filename)},
                     {"size", package.size},
                     {"installed_size", package.installed_size},
                     {"sha256", package.sha256.hex()},
                     {"build_date", package.build_date},
                     {"reason", package.reason == Reason::explicit_target ? "explicit" : "dependency"}};
    if (!package.signature.empty()) value.set("signature", common::base64(package.signature));
    if (!locked.key.empty()) value.set("key", locked.key);
    return value;
}

template <class T>
json::Value to_array(const std::vector<T>& all) {
    json::Array array;
    for (const T& one : all)
        array.push_back(to_json(one));
    return array;
}

/// Reads members and remembers the first that is not as it must be.
class Reader {
public:
    Reader(const json::Value& object, std::string pointer) : object_(object), pointer_(std::move(pointer)) {}

    std::string text(const char* key) {
        if (!object_[key].is_string()) fail(key, "a text is missing");
        return object_[key].as_string();
    }

    std::string optional_text(const char* key) { return object_.find(key) == nullptr ? "" : text(key); }

    std::uint64_t number(const char* key) {
        const std::int64_t n = object_[key].as_integer(-1);
        if (n < 0) fail(key, "a number, 0 or more, is missing");
        return n < 0 ? 0 : static_cast<std::uint64_t>(n);
    }

    support::Digest digest(const char* key) {
        auto parsed = support::Digest::parse(object_[key].as_string());
        if (!parsed) fail(key, "a SHA-256 digest is missing");
        return parsed ? std::move(parsed).value() : support::Digest::of("");
    }

    std::string decoded(const char* key) {
        auto bytes = common::unbase64(optional_text(key));
        if (!bytes) fail(key, "is no base64");
        return bytes.value_or("");
    }

    void take(Result<void> checked) {
        if (!checked && !error_) error_ = std::move(checked).error().in("lock: " + pointer_);
    }

    void fail(const char* key, const std::string& why) {
        if (!error_)
            error_ = Error{Kind::config, "lock: " + pointer_ + "/" + key + ": " + why,
                           "is this a file that `slipway lock` wrote?"};
    }

    Result<void> result() const { return error_ ? Result<void>(*error_) : Result<void>(); }

private:
    const json::Value& object_;
    std::string pointer_;
    std::optional<Error> error_;
};

Result<LockedPackage> parse_package(const json::Value& value, std::size_t index) {
    Reader in(value, "/packages/" + std::to_string(index));
    const bool explicitly = in.text("reason") == "explicit";
    LockedPackage locked{{in.text("repository"), in.text("name"), in.text("version"), in.text("architecture"),
                          in.text("filename"), in.number("size"), in.number("installed_size"),
                          in.digest("sha256"), explicitly ? Reason::explicit_target : Reason::dependency,
                          static_cast<std::int64_t>(in.number("build_date")), in.decoded("signature")},
                         in.optional_text("key")};
    in.take(check_file_name(locked.package.filename));
    SLIPWAY_TRY(in.result());
    return locked;
}

Result<Database> parse_database(const json::Value& value, std::size_t index) {
    Reader in(value, "/databases/" + std::to_string(index));
    Database database{in.text("repository"), "", in.number("size"), in.digest("sha256")};
    SigLevel level;
    in.take(level.add(words_of(in.text("siglevel"))));
    SLIPWAY_TRY(in.result());
    database.siglevel = level.over(0);
    return database;
}

Error differs(const std::string& what, const std::string& locked, const std::string& now) {
    const auto shown = [](const std::string& text) {
        return text.empty() ? "none" : "'" + support::printable(text) + "'";
    };
    return Error{Kind::conflict, what + ": the lock says " + shown(locked) + ", here it is " + shown(now),
                 "run without --locked, or make a new lock with `slipway lock`"};
}

} // namespace

Lock start_lock(const Settings& settings, const std::string& keyring) {
    Lock lock{settings.architecture(),
              settings.targets,
              settings.snapshot,
              settings.valid_at_build,
              keyring,
              {},
              {}};
    for (const Repository& repository : settings.repositories)
        lock.databases.push_back({repository.name, "", 0, support::Digest::of(""), repository.siglevel, 0});
    return lock;
}

std::string lock_text(const Lock& lock) {
    json::Value value = json::Object{{"slipway_lock", 1},
                                     {"architecture", lock.architecture},
                                     {"targets", json::Array(lock.targets.begin(), lock.targets.end())}};
    if (!lock.snapshot.empty()) value.set("snapshot", lock.snapshot);
    if (lock.valid_at_build) value.set("valid_at", "build");
    if (!lock.keyring.empty()) value.set("keyring", json::Object{{"sha256", lock.keyring}});
    value.set("databases", to_array(lock.databases));
    value.set("packages", to_array(lock.packages));
    return json::dump_pretty(value);
}

Result<Lock> parse_lock(const std::string& text) {
    auto parsed = json::parse(text);
    if (!parsed) return std::move(parsed).error().in("lock");
    const json::Value& value = parsed.value();
    Reader in(value, "");
    if (in.number("slipway_lock") != 1) in.fail("slipway_lock", "only version 1 is known");
    Lock lock;
    lock.architecture = in.text("architecture");
    for (const json::Value& one : value["targets"].as_array())
        lock.targets.push_back(one.as_string());
    lock.snapshot = in.optional_text("snapshot");
    lock.valid_at_build = in.optional_text("valid_at") == "build";
    lock.keyring = value["keyring"]["sha256"].as_string();
    SLIPWAY_TRY(in.result());
    for (const json::Value& one : value["databases"].as_array()) {
        SLIPWAY_TRY_ASSIGN(auto database, parse_database(one, lock.databases.size()));
        lock.databases.push_back(std::move(database));
    }
    for (const json::Value& one : value["packages"].as_array()) {
        SLIPWAY_TRY_ASSIGN(auto package, parse_package(one, lock.packages.size()));
        lock.packages.push_back(std::move(package));
    }
    return lock;
}

Result<void> check_same(const Lock& locked, const Lock& now) {
    if (locked.architecture != now.architecture)
        return differs("architecture", locked.architecture, now.architecture);
    if (locked.targets != now.targets)
        return differs("targets", support::join(locked.targets, " "), support::join(now.targets, " "));
    if (locked.snapshot != now.snapshot) return differs("snapshot", locked.snapshot, now.snapshot);
    if (locked.valid_at_build != now.valid_at_build)
        return differs("valid_at", locked.valid_at_build ? "build" : "", now.valid_at_build ? "build" : "");
    for (const Database& database : locked.databases) {
        const auto it = std::ranges::find(now.databases, database.repository, &Database::repository);
        if (it == now.databases.end()) return differs("repository", database.repository, "");
        if (it->siglevel != database.siglevel)
            return differs("siglevel of '" + database.repository + "'", siglevel_text(database.siglevel),
                           siglevel_text(it->siglevel));
    }
    if (locked.keyring != now.keyring) return differs("keyring", locked.keyring, now.keyring);
    return {};
}

Result<void> check_key(const LockedPackage& locked, const std::string& key) {
    if (locked.key == key) return {};
    return differs("key of package '" + locked.package.name + "'", locked.key, key);
}

} // namespace slipway::pacman_fetch
