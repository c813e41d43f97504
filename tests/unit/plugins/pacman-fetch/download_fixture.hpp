// SPDX-License-Identifier: GPL-3.0-or-later
//
// One file to download, an nginx that serves folders, and a folder to download to.
#pragma once

#include <download.hpp>
#include <fixture.hpp>
#include <gtest/gtest.h>
#include <servers/nginx.hpp>
#include <support/fs.hpp>

#include <string>
#include <vector>

namespace slipway::pacman_fetch {

class DownloadFixture : public testing::Test {
protected:
    /// The file has so many lines, each another, and is served as "/file".
    explicit DownloadFixture(int lines) : content_(numbers(lines)), nginx_(www_.path()) {
        put("file", content_);
    }

    void put(const std::string& name, const std::string& bytes) {
        EXPECT_TRUE(support::write_file(www_ / name, bytes));
    }

    /// The file, from these URLs; "/x" is of our nginx.
    Download wanted(std::vector<std::string> urls, const std::string& name = "got") const {
        for (std::string& url : urls)
            if (url.starts_with('/')) url = nginx_.url() + url;
        return {"package 'p'", std::move(urls), work_ / name, content_.size(),
                Expected{content_.size(), support::Digest::of(content_)}};
    }

    std::string got(const std::string& name = "got") const {
        return support::read_file(work_ / name).value();
    }

    static std::string numbers(int lines) {
        std::string text;
        for (int i = 0; i < lines; ++i)
            text += std::to_string(i) + "\n";
        return text;
    }

    const std::string content_;
    test::Scratch www_;
    test::Scratch work_;
    test::Nginx nginx_;
};

} // namespace slipway::pacman_fetch
