// SPDX-License-Identifier: GPL-3.0-or-later
//
// Whether a value satisfies a JSON Schema: valijson's judgement. Its texts are for programmers; what users
// read is made by explain.hpp.
#pragma once

#include <support/json.hpp>

#include <memory>
#include <string>
#include <vector>

namespace slipway::config {

class Verdict {
public:
    /// Kind::config if valijson cannot use the schema.
    static support::Result<Verdict> compile(const support::json::Value& schema);

    Verdict(Verdict&&) noexcept;
    Verdict& operator=(Verdict&&) noexcept;
    ~Verdict();

    struct Finding {
        std::string pointer; ///< into the value
        std::string text;    ///< valijson's
    };

    struct Outcome {
        bool valid = true;
        std::vector<Finding> findings; ///< may be empty even if not valid
    };

    /// Thread-safe.
    Outcome judge(const support::json::Value& value) const;

private:
    struct Compiled;
    explicit Verdict(std::unique_ptr<Compiled> compiled);
    std::unique_ptr<Compiled> compiled_;
};

} // namespace slipway::config
