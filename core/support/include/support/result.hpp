// SPDX-License-Identifier: GPL-3.0-or-later
//
// Error and Result<T>: how every function here that can fail in an expected way says so.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace slipway::support {

/// What kind of failure it was. The numbers are the stage ABI's status codes (stage.h).
enum class Kind : int {
    cancelled = -1,
    config = -2,
    not_found = -3,
    io = -4,
    net_transient = -5,
    auth = -6,
    verify = -7,
    unsupported = -8,
    denied = -9,
    resource = -10,
    conflict = -11,
    internal = -12,
    crashed = -13,
    timeout = -14,
};

/// "not_found", "io", ...: the enumerator's name.
const char* name_of(Kind kind);

/// The kind with the ABI's number `status`; `internal` for a number it does not know.
Kind kind_of_status(int status);

/// An expected failure. `what` is lower case, has no full stop, and reads subject, cause:
/// "reading 'core.db': truncated gzip stream". `hint` says what to do, and may be empty.
struct Error {
    Kind kind = Kind::internal;
    std::string what;
    std::string hint = {};
    std::vector<std::string> trace = {}; ///< more lines, such as a server's own words

    /// "what (hint: hint)".
    std::string message() const;

    /// The same error, its `what` (unless empty) prefixed with "subject: ".
    Error in(const std::string& subject) &&;
};

/// The error of a failed system call: `what` is "subject: strerror(errno)", the kind follows errno
/// (ENOENT not_found, EACCES denied, ENOSPC resource, ... else io).
Error errno_error(const std::string& subject, int number);

/// A value or an Error. Test it before use: value() of a failed Result is undefined.
template <class T>
class [[nodiscard]] Result {
public:
    Result(T v) : state_(std::in_place_index<0>, std::move(v)) {}

    Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}

    explicit operator bool() const noexcept { return state_.index() == 0; }

    T& value() & { return *std::get_if<0>(&state_); }

    const T& value() const& { return *std::get_if<0>(&state_); }

    T&& value() && { return std::move(*std::get_if<0>(&state_)); }

    Error& error() & { return *std::get_if<1>(&state_); }

    const Error& error() const& { return *std::get_if<1>(&state_); }

    Error&& error() && { return std::move(*std::get_if<1>(&state_)); }

private:
    std::variant<T, Error> state_;
};

template <>
class [[nodiscard]] Result<void> {
public:
    Result() = default;

    Result(Error error) : error_(std::move(error)) {}

    explicit operator bool() const noexcept { return !error_; }

    Error& error() & { return *error_; }

    const Error& error() const& { return *error_; }

    Error&& error() && { return std::move(*error_); }

private:
    std::optional<Error> error_;
};

} // namespace slipway::support

#define SLIPWAY_CONCAT_(a, b) a##b
#define SLIPWAY_CONCAT(a, b) SLIPWAY_CONCAT_(a, b)

/// Return the error of `expression` from this function, if it has one. A statement.
#define SLIPWAY_TRY(expression)                                                                              \
    do {                                                                                                     \
        auto slipway_try_ = (expression);                                                                    \
        if (!slipway_try_) return std::move(slipway_try_).error();                                           \
    } while (false)

/// `SLIPWAY_TRY_ASSIGN(auto db, Db::open(path));` — declare or assign the value, or return the error.
#define SLIPWAY_TRY_ASSIGN(target, expression)                                                               \
    SLIPWAY_TRY_ASSIGN_(SLIPWAY_CONCAT(slipway_result_, __LINE__), target, expression)
#define SLIPWAY_TRY_ASSIGN_(temporary, target, expression)                                                   \
    auto temporary = (expression);                                                                           \
    if (!temporary) return std::move(temporary).error();                                                     \
    target = std::move(temporary).value()
