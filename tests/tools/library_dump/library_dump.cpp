// SPDX-License-Identifier: GPL-3.0-or-later
//
// library-dump FILE...: what plugins/library-update makes of library files, in the words of
// tests/tools/library_oracle: one line of JSON each. `--emit FILE` writes the file again from what was read.
#include <check.hpp>
#include <documents.hpp>
#include <sources.hpp>
#include <splice.hpp>
#include <support/fs.hpp>
#include <support/json.hpp>

#include <cstdio>
#include <string>

namespace {

using namespace slipway;
using namespace slipway::stackbrew;
namespace json = support::json;

json::Value list(const std::vector<std::string>& items) {
    return json::Array(items.begin(), items.end());
}

json::Value shown(const File& file, const Paragraph& entry) {
    json::Value architectures = json::Object{};
    for (const Source& source : sources(file, entry)) {
        json::Value out = json::Object{};
        out.set("GitRepo", source.repository);
        out.set("GitFetch", source.ref);
        out.set("GitCommit", source.commit);
        out.set("Directory", source.directory);
        out.set("File", source.file);
        out.set("Builder", source.builder);
        architectures.set(source.architecture, std::move(out));
    }
    json::Value out = json::Object{};
    out.set("tags", list(tags_of(file, entry)));
    out.set("shared", list(shared_tags_of(file, entry)));
    out.set("constraints", list(constraints_of(file, entry)));
    out.set("architectures", std::move(architectures));
    return out;
}

void show(json::Value& out, const File& file) {
    std::vector<std::string> people;
    for (const Maintainer& person : maintainers_of(file))
        people.push_back(person.name + "|" + person.address + "|" + person.handle);
    json::Array entries;
    for (std::size_t i = 1; i < file.paragraphs.size(); ++i)
        entries.push_back(shown(file, file.paragraphs[i]));
    out.set("maintainers", list(people));
    out.set("entries", std::move(entries));
}

json::Value dump(const std::string& path) {
    json::Value out = json::Object{};
    out.set("file", path.substr(path.rfind('/') + 1));
    auto text = support::read_file(path);
    auto file = parse(text ? std::move(text).value() : "");
    if (!file) {
        out.set("error", file.error().what);
    } else if (const auto problems = check(file.value()); !problems.empty()) {
        out.set("error", "line " + std::to_string(problems.front().line) + ": " + problems.front().what);
    } else {
        show(out, file.value());
    }
    return out;
}

int emit(const std::string& path) {
    auto text = support::read_file(path);
    auto file = parse(text ? std::move(text).value() : "");
    if (!file) return 1;
    const std::string again = Splice(file.value()).apply();
    std::fwrite(again.data(), 1, again.size(), stdout);
    return 0;
}

} // namespace

int main(int argc, char** argv) {
    if (argc == 3 && std::string(argv[1]) == "--emit") return emit(argv[2]);
    for (int i = 1; i < argc; ++i)
        std::printf("%s\n", json::dump(dump(argv[i])).c_str());
    return 0;
}
