// SPDX-License-Identifier: GPL-3.0-or-later
#include <chain/secret_sources.hpp>
#include <config/options.hpp>
#include <support/fs.hpp>
#include <support/text.hpp>
#include <sys/stat.h>

#include <cerrno>
#include <filesystem>

namespace slipway::chain {

namespace json = support::json;
using support::Error;
using support::Kind;
using support::Result;

namespace {

constexpr const char* file_schema = R"json({
  "type": "object",
  "additionalProperties": {
    "type": "object", "additionalProperties": false,
    "properties": {
      "environment": {"type": "string", "minLength": 1},
      "file": {"type": "string", "minLength": 1},
      "credential": {"type": "string", "pattern": "^[^/]+$"},
      "command": {"type": "array", "minItems": 1, "items": {"type": "string", "minLength": 1}},
      "ask": {"type": "object", "additionalProperties": {"type": "string", "pattern": "^[^\n]*$"}}
    }
  }
})json";

/// It names programs that are run.
Result<void> check_owner(int fd, const std::string& path) {
    struct stat st {};

    if (::fstat(fd, &st) != 0) return support::errno_error("reading '" + path + "'", errno);
    if ((st.st_mode & 022) == 0) return {};
    return Error{Kind::denied, "'" + path + "' can be changed by others, and it names programs to run",
                 "chmod go-w '" + path + "'"};
}

class Reader {
public:
    Reader(const std::string& path, const std::string& text)
        : path_(path), text_(text),
          folder_(std::filesystem::absolute(path).lexically_normal().parent_path()) {}

    Result<std::map<std::string, SecretSource>> read() const {
        SLIPWAY_TRY_ASSIGN(const json::Value file, parse());
        std::map<std::string, SecretSource> sources;
        for (const json::Member& member : file.as_object()) {
            auto source = source_of(member.value);
            if (!source)
                return at(member.value, "/" + json::pointer_token(member.key), source.error().what,
                          source.error().hint);
            sources.emplace(member.key, std::move(source).value());
        }
        return sources;
    }

private:
    Result<json::Value> parse() const {
        auto file = json::parse(text_, json::Syntax::relaxed);
        if (!file) return Error{Kind::config, path_ + ":" + file.error().what, file.error().hint};
        SLIPWAY_TRY_ASSIGN(const config::Schema schema, config::Schema::parse(file_schema));
        const config::Problems problems = schema.validate(file.value());
        if (problems.empty()) return file;
        config::Problem first = problems.front();
        first.file = path_;
        first.place = json::place_of(text_, first.position);
        const std::string hint = std::exchange(first.hint, {});
        return Error{Kind::config, first.message(), hint};
    }

    Error at(const json::Value& value, const std::string& pointer, const std::string& what,
             const std::string& hint) const {
        config::Problem problem;
        problem.file = path_;
        problem.place = json::place_of(text_, value.position());
        problem.pointer = pointer;
        problem.what = what;
        return Error{Kind::config, problem.message(), hint};
    }

    Result<SecretSource> source_of(const json::Value& object) const {
        const json::Value *file = object.find("file"), *command = object.find("command");
        const bool asks = object.find("ask") != nullptr;
        if (object.as_object().size() - (asks ? 1 : 0) != 1 || (asks && command == nullptr))
            return Error{
                Kind::config, "no single source",
                "one of \"environment\", \"file\", \"credential\", or \"command\" (with \"ask\", if it "
                "speaks as git's credential helpers do)"};
        if (file != nullptr)
            return SecretSource(FromFile{support::absolute_path(folder_, file->as_string())});
        if (command != nullptr) return SecretSource(command_of(*command, object["ask"]));
        if (const json::Value* name = object.find("credential"))
            return SecretSource(FromCredential{name->as_string()});
        return SecretSource(FromEnvironment{object["environment"].as_string()});
    }

    static FromCommand command_of(const json::Value& words, const json::Value& ask) {
        FromCommand command;
        for (const json::Value& word : words.as_array())
            command.words.push_back(word.as_string());
        for (const json::Member& member : ask.as_object())
            command.ask.emplace_back(member.key, member.value.as_string());
        return command;
    }

    const std::string& path_;
    const std::string& text_;
    std::string folder_;
};

} // namespace

Result<std::map<std::string, SecretSource>> read_secret_sources(const std::string& path) {
    SLIPWAY_TRY_ASSIGN(const support::UniqueFd fd, support::open_read(path));
    SLIPWAY_TRY(check_owner(fd.get(), path));
    SLIPWAY_TRY_ASSIGN(const std::string text, support::read_all(fd.get(), "'" + path + "'", 1u << 20));
    return Reader(path, text).read();
}

} // namespace slipway::chain
