// SPDX-License-Identifier: GPL-3.0-or-later
#include "sqlite.hpp"

namespace slipway::journal {

using support::Error;
using support::Kind;
using support::Result;

namespace {

Error sqlite_error(sqlite3* database, const std::string& subject) {
    const int code = sqlite3_errcode(database) & 0xff;
    const Kind kind = code == SQLITE_FULL       ? Kind::resource
                      : code == SQLITE_READONLY ? Kind::denied
                                                : Kind::io;
    return Error{kind, subject + ": " + sqlite3_errmsg(database)};
}

} // namespace

Statement& Statement::bind(std::string_view text) {
    sqlite3_bind_text(statement_.get(), next_++, text.data(), static_cast<int>(text.size()),
                      SQLITE_TRANSIENT);
    return *this;
}

Statement& Statement::bind(std::int64_t number) {
    sqlite3_bind_int64(statement_.get(), next_++, number);
    return *this;
}

Result<bool> Statement::step() {
    const int code = sqlite3_step(statement_.get());
    if (code == SQLITE_ROW) return true;
    if (code == SQLITE_DONE) return false;
    return sqlite_error(database_, "journal");
}

Result<void> Statement::run() {
    SLIPWAY_TRY(step());
    return {};
}

std::string Statement::text(int column) const {
    const auto* bytes = reinterpret_cast<const char*>(sqlite3_column_text(statement_.get(), column));
    const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), column));
    return bytes == nullptr ? std::string() : std::string(bytes, size);
}

std::int64_t Statement::number(int column) const {
    return sqlite3_column_int64(statement_.get(), column);
}

Result<Database> Database::open(const std::string& path) {
    sqlite3* handle = nullptr;
    const int code = sqlite3_open_v2(
        path.c_str(), &handle, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, nullptr);
    Database database(handle);
    if (code != SQLITE_OK) return sqlite_error(handle, "journal '" + path + "'");
    sqlite3_busy_timeout(handle, 10'000);
    return database;
}

Result<Statement> Database::prepare(std::string_view sql) const {
    sqlite3_stmt* statement = nullptr;
    if (sqlite3_prepare_v2(handle_.get(), sql.data(), static_cast<int>(sql.size()), &statement, nullptr)
        != SQLITE_OK)
        return sqlite_error(handle_.get(), "journal");
    return Statement(handle_.get(), statement);
}

bool Database::is_busy() const {
    return (sqlite3_errcode(handle_.get()) & 0xff) == SQLITE_BUSY;
}

Result<void> Database::execute(const std::string& sql) const {
    if (sqlite3_exec(handle_.get(), sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK)
        return sqlite_error(handle_.get(), "journal");
    return {};
}

Result<Transaction> Transaction::begin(const Database& database) {
    SLIPWAY_TRY(database.execute("BEGIN IMMEDIATE"));
    return Transaction(&database);
}

Transaction::~Transaction() {
    if (database_ != nullptr) (void)database_->execute("ROLLBACK");
}

Result<void> Transaction::commit() {
    SLIPWAY_TRY(database_->execute("COMMIT"));
    database_ = nullptr;
    return {};
}

} // namespace slipway::journal
