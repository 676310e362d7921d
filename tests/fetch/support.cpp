#include "tests/fetch/support.h"

#include <algorithm>
#include <cstring>
#include <span>
#include <stdexcept>

#include <boost/json/object.hpp>
#include <boost/json/value_to.hpp>
#include <fmt/format.h>
#include <gtest/gtest.h>

namespace tests {

namespace {

constexpr std::uint32_t step = 2'654'435'761U;  // from word to word, as in private_http.py

support::PrivateServer& server() {
    static support::PrivateServer one{{"http"}};
    return one;
}

}  // namespace

support::PrivateServer& web() {
    server().command("log");
    return server();
}

FetchOptions for_tests() {
    FetchOptions options;
    options.allow_private = true;
    options.connect_timeout = std::chrono::seconds{20};
    options.idle_timeout = std::chrono::seconds{20};
    return options;
}

OpenResult open(std::string_view path, FetchOptions const& options) {
    return adapters::fetch::open_url(web().url() + std::string{path}, options);
}

std::unique_ptr<RemoteSource> opened(std::string_view path, FetchOptions const& options) {
    auto result = open(path, options);
    if (!result) {
        throw std::runtime_error{result.error().code + ": " + result.error().message};
    }
    return std::move(*result);
}

Bytes content(std::uint64_t begin, std::uint64_t end) {
    std::vector<std::uint32_t> words((end - begin) / 4 + 2);
    auto word = static_cast<std::uint32_t>(begin / 4 * step);
    for (auto& one : words) {
        one = word;
        word += step;
    }
    Bytes bytes(end - begin);
    std::memcpy(bytes.data(), std::as_bytes(std::span{words}).data() + begin % 4, bytes.size());
    return bytes;
}

Bytes read(RemoteSource& source, std::uint64_t offset, std::size_t count) {
    Bytes bytes(count);
    auto const got = source.read(offset, bytes);
    if (!got) {
        throw std::runtime_error{got.error().code + ": " + got.error().message};
    }
    bytes.resize(*got);
    return bytes;
}

std::string complaint(RemoteSource& source, std::uint64_t offset, std::size_t count) {
    Bytes bytes(count);
    auto const got = source.read(offset, bytes);
    return got ? "" : got.error().code + ": " + got.error().message;
}

std::string code(OpenResult const& result) {
    return result ? "" : result.error().code;
}

std::string code(std::string_view path, FetchOptions const& options) {
    return code(open(path, options));
}

bool reads_as_it_is(RemoteSource& source, std::size_t window) {
    for (std::uint64_t at = 0; at < source.size(); at += window) {
        auto const end = std::min<std::uint64_t>(at + window, source.size());
        if (read(source, at, window) != content(at, end)) {
            return false;
        }
    }
    return read(source, source.size(), 1).empty();
}

std::vector<Asked> asked() {
    std::vector<Asked> all;
    auto const log = server().command("log");
    for (auto const& one : log.at("requests").as_array()) {
        auto const& told = one.as_object();
        auto const text = [&](char const* name) {
            return boost::json::value_to<std::string>(told.at(name));
        };
        all.push_back({.path = text("path"),
                       .range = text("Range"),
                       .if_range = text("If-Range"),
                       .connection = told.at("connection").as_int64()});
    }
    return all;
}

}  // namespace tests
