// SPDX-License-Identifier: GPL-3.0-or-later
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <splice.hpp>
#include <stackbrew.hpp>
#include <support/fs.hpp>

#include <filesystem>

using namespace slipway;
using namespace slipway::stackbrew;

namespace {

File parsed(const std::string& text) {
    auto file = parse(text);
    EXPECT_TRUE(file);
    return std::move(file).value();
}

std::vector<std::string> texts(const std::vector<Item>& items) {
    std::vector<std::string> out;
    for (const Item& item : items)
        out.push_back(item.text);
    return out;
}

} // namespace

TEST(Stackbrew, EveryFileIsEmittedByteByByteAsItWasRead) {
    int files = 0;
    for (const auto& entry :
         std::filesystem::directory_iterator(std::string(SLIPWAY_TEST_DATA) + "/library")) {
        if (entry.path().has_extension()) continue;
        const auto text = support::read_file(entry.path());
        ASSERT_TRUE(text);
        const auto file = parse(text.value());
        if (!file) continue;
        ++files;
        std::string lines;
        for (const Line& line : file.value().lines)
            lines += text.value().substr(line.span.begin, line.span.end - line.span.begin);
        EXPECT_EQ(lines, text.value()) << entry.path();
        EXPECT_EQ(Splice(file.value()).apply(), text.value()) << entry.path();
        for (const Paragraph& paragraph : file.value().paragraphs)
            for (const Field& field : paragraph.fields)
                for (const Item& item : file.value().items(&field)) {
                    if (item.text.find('\n') != std::string::npos)
                        continue; // folded: its bytes do not adjoin
                    EXPECT_EQ(text.value().substr(item.span.begin, item.span.end - item.span.begin),
                              item.text);
                }
    }
    EXPECT_GE(files, 55);
}

TEST(Stackbrew, CommentsAreNoPartOfAValue) {
    const File file = parsed("Tags: a,\n # b,\n#c\n  d # e\n\tf\n");
    const Field* tags = file.paragraphs.at(0).find("Tags");
    EXPECT_EQ(tags->value, "a,\n d # e\nf\n");
    EXPECT_THAT(texts(file.items(tags)), testing::ElementsAre("a", "d # e\nf"));
    EXPECT_EQ(file.items(tags)[1].line, 4u);
    EXPECT_EQ(tags->last_line, 5u);
}

TEST(Stackbrew, OnlyAnEmptyLineEndsAParagraph) {
    EXPECT_EQ(parsed("A: 1\n\nB: 2\n").paragraphs.size(), 2u);
    EXPECT_EQ(parsed("A: 1\n \nB: 2\n").paragraphs.size(), 1u);
    EXPECT_EQ(parsed("A: 1\n#\nB: 2\n").paragraphs.size(), 1u);
    EXPECT_EQ(parsed("\n\nA: 1\n\n\n#\n\nB: 2").paragraphs.size(), 2u);
}

TEST(Stackbrew, KeysAreTrimmedAndTheLastCounts) {
    const File file = parsed("Key : one\nkey: two\nKey:three\n");
    EXPECT_EQ(file.paragraphs.at(0).find("Key")->value, "three");
    EXPECT_EQ(file.paragraphs.at(0).find("key")->value, "two");
    EXPECT_EQ(file.paragraphs.at(0).find("KEY"), nullptr);
}

TEST(Stackbrew, EntriesInheritFromTheFirstParagraph) {
    const File file = parsed("GitRepo: r\n\nTags: a\n\nTags: b\nGitRepo: s\nGitFetch: f\n");
    EXPECT_EQ(file.value(file.paragraphs.at(1), "GitRepo"), "r");
    EXPECT_EQ(file.value(file.paragraphs.at(1), "GitFetch"), "refs/heads/master");
    EXPECT_EQ(file.value(file.paragraphs.at(2), "GitRepo"), "s");
    EXPECT_EQ(file.value(file.paragraphs.at(2), "GitFetch"), "f");
    EXPECT_EQ(file.value(file.paragraphs.at(2), "GitCommit"), "");
}

TEST(Stackbrew, AnEmptyListIsOneEmptyItemAsIsACommaTooMany) {
    const File file = parsed("A:\nB:\n  \nC: x,\nD: ,\n");
    const Paragraph& p = file.paragraphs.at(0);
    EXPECT_THAT(texts(file.items(p.find("A"))), testing::ElementsAre(""));
    EXPECT_THAT(texts(file.items(p.find("B"))), testing::ElementsAre(""));
    EXPECT_THAT(texts(file.items(p.find("C"))), testing::ElementsAre("x", ""));
    EXPECT_THAT(texts(file.items(p.find("D"))), testing::ElementsAre("", ""));
    EXPECT_THAT(texts(file.items(p.find("E"))), testing::IsEmpty());
}

TEST(Splice, InsertsBelowALineWithoutNewlineAndKeepsItSo) {
    const File file = parsed("A: 1\nB: 2");
    Splice splice(file);
    splice.insert_below(2, "C: 3\n");
    splice.insert_below(1, "X: 0\n");
    EXPECT_EQ(splice.apply(), "A: 1\nX: 0\nB: 2\nC: 3");
}

TEST(Splice, RemovesAParagraphWithOneBlankLine) {
    const File file = parsed("A: 1\n\n#b\nB: 2\n#b\n\nC: 3\n\nD: 4\n");
    const auto without = [&](std::initializer_list<std::size_t> indexes) {
        Splice splice(file);
        for (const std::size_t i : indexes)
            splice.remove(file.paragraphs.at(i));
        return splice.apply();
    };
    EXPECT_EQ(without({1}), "A: 1\n\nC: 3\n\nD: 4\n");
    EXPECT_EQ(without({3}), "A: 1\n\n#b\nB: 2\n#b\n\nC: 3\n");
    EXPECT_EQ(without({2, 3}), "A: 1\n\n#b\nB: 2\n#b\n");
    EXPECT_EQ(without({1, 2, 3}), "A: 1\n");
    EXPECT_EQ(without({3, 1}), "A: 1\n\nC: 3\n");
}
