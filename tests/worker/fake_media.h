// Measures texts instead of audio: what a file or a page of a small web says decides what it is.
#pragma once

#include <algorithm>
#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <thread>

#include <sys/stat.h>
#include <unistd.h>

#include "worker/measuring.h"

namespace tests {

class TextSource final : public adapters::ByteSource {
public:
    explicit TextSource(std::string text) : text_{std::move(text)} {}

    [[nodiscard]] std::uint64_t size() const override { return text_.size(); }

    std::expected<std::size_t, adapters::MediaError> read(std::uint64_t offset,
                                                          std::span<std::byte> into) override {
        auto const part = text_.substr(std::min<std::size_t>(offset, text_.size()), into.size());
        std::ranges::transform(part, into.begin(),
                               [](char c) { return static_cast<std::byte>(c); });
        return part.size();
    }

private:
    std::string text_;
};

inline adapters::MeasureResult no_media(std::string code) {
    return std::unexpected{adapters::MediaError{.code = std::move(code), .message = "it is odd"}};
}

// 24,000 samples a second.
inline adapters::MeasureResult sound(std::uint64_t samples) {
    adapters::Measured found;
    found.codec = "mp3";
    found.audio = {.samples = samples, .rate = 24'000};
    found.basis = adapters::Basis::trimmed;
    return found;
}

class FakeMedia final : public adapters::Media {
public:
    // What a content is; called one at a time.
    std::function<adapters::MeasureResult(std::string const& content)> on_measure =
        [](auto const&) { return no_media("not_audio"); };

    // Pages of the web; what is not there is a 404.
    std::map<std::string, std::string> pages;
    // Instead of a page, so often.
    std::map<std::string, std::pair<std::string, int>> failures;

    [[nodiscard]] int measured() const {
        std::scoped_lock const lock{mutex_};
        return measured_;
    }

    [[nodiscard]] int fetched() const {
        std::scoped_lock const lock{mutex_};
        return fetched_;
    }

    [[nodiscard]] std::set<std::thread::id> threads() const {
        std::scoped_lock const lock{mutex_};
        return threads_;
    }

    worker::OpenUrl web() {
        return [this](std::string const& url) { return open(url); };
    }

    adapters::MeasureResult measure(std::span<std::byte const> bytes,
                                    adapters::MediaHints const&) override {
        std::string content;
        std::ranges::transform(bytes, std::back_inserter(content),
                               [](std::byte b) { return static_cast<char>(b); });
        return judge(content);
    }

    adapters::MeasureResult measure_file(int descriptor, adapters::MediaHints const&) override {
        struct stat found{};
        ::fstat(descriptor, &found);
        std::string content(static_cast<std::size_t>(found.st_size), ' ');
        auto const count = ::pread(descriptor, content.data(), content.size(), 0);
        content.resize(static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
        return judge(content);
    }

    adapters::MeasureResult measure_source(adapters::ByteSource& source,
                                           adapters::MediaHints const&) override {
        std::string content(source.size(), ' ');
        auto const read = source.read(0, std::as_writable_bytes(std::span{content}));
        return read ? judge(content) : adapters::MeasureResult{std::unexpected{read.error()}};
    }

private:
    adapters::MeasureResult judge(std::string const& content) {
        {
            std::scoped_lock const lock{mutex_};
            measured_ += 1;
            threads_.insert(std::this_thread::get_id());
        }
        std::scoped_lock const alone{measuring_};
        return on_measure(content);
    }

    worker::OpenResult open(std::string const& url) {
        std::scoped_lock const lock{mutex_};
        fetched_ += 1;
        auto const failing = failures.find(url);
        if (failing != failures.end() && failing->second.second-- > 0) {
            return std::unexpected{
                adapters::MediaError{.code = failing->second.first, .message = "the web is odd"}};
        }
        auto const page = pages.find(url);
        if (page == pages.end()) {
            return std::unexpected{
                adapters::MediaError{.code = "http_404", .message = "there is no such file"}};
        }
        return std::make_unique<TextSource>(page->second);
    }

    std::mutex measuring_;
    mutable std::mutex mutex_;
    int measured_ = 0;
    int fetched_ = 0;
    std::set<std::thread::id> threads_;
};

}  // namespace tests
