// SPDX-License-Identifier: GPL-3.0-or-later
//
// SQLite's handles as values; only the journal sees them.
#pragma once

#include <sqlite3.h>
#include <support/result.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace slipway::journal {

class Database;

/// A prepared statement with its parameters bound in order. step() until false.
class Statement {
public:
    Statement& bind(std::string_view text);
    Statement& bind(std::int64_t number);

    /// True: a row is there. False: done.
    support::Result<bool> step();

    /// step() for a statement that gives no rows.
    support::Result<void> run();

    std::string text(int column) const;
    std::int64_t number(int column) const;

private:
    friend class Database;

    struct Finalize {
        void operator()(sqlite3_stmt* s) const { sqlite3_finalize(s); }
    };

    explicit Statement(sqlite3* database, sqlite3_stmt* statement)
        : database_(database), statement_(statement) {}

    sqlite3* database_;
    std::unique_ptr<sqlite3_stmt, Finalize> statement_;
    int next_ = 1;
};

class Database {
public:
    static support::Result<Database> open(const std::string& path);

    support::Result<Statement> prepare(std::string_view sql) const;

    /// Any number of statements, without parameters or rows.
    support::Result<void> execute(const std::string& sql) const;

    /// Whether the last call failed because another connection holds a lock.
    bool is_busy() const;

    std::string error() const { return sqlite3_errmsg(handle_.get()); }

private:
    struct Close {
        void operator()(sqlite3* d) const { sqlite3_close(d); }
    };

    explicit Database(sqlite3* handle) : handle_(handle) {}

    std::unique_ptr<sqlite3, Close> handle_;
};

/// BEGIN IMMEDIATE … COMMIT; rolled back when dropped without commit().
class Transaction {
public:
    static support::Result<Transaction> begin(const Database& database);

    Transaction(Transaction&& other) noexcept : database_(std::exchange(other.database_, nullptr)) {}

    ~Transaction();

    support::Result<void> commit();

private:
    explicit Transaction(const Database* database) : database_(database) {}

    const Database* database_;
};

} // namespace slipway::journal
