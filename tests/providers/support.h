// What the tests of this folder share: a place for scripts, and a way to run a coroutine to its
// end.
#pragma once

#include <chrono>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <fstream>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include "adapters/provider.h"

namespace tests {

using Clock = std::chrono::steady_clock;

class Folder {
public:
    Folder() {
        std::string name = std::filesystem::temp_directory_path() / "tallyman-test-XXXXXX";
        if (::mkdtemp(name.data()) == nullptr) {
            throw std::runtime_error{"no temporary folder"};
        }
        path_ = name;
    }

    Folder(Folder const&) = delete;
    Folder& operator=(Folder const&) = delete;

    ~Folder() { std::filesystem::remove_all(path_); }

    std::filesystem::path const& path() const { return path_; }

    std::filesystem::path write(std::string const& name, std::string const& text) const {
        std::ofstream{path_ / name} << text;
        return path_ / name;
    }

    std::filesystem::path script(std::string const& name, std::string const& body) const {
        auto file = write(name, "#!/bin/sh\n" + body + "\n");
        std::filesystem::permissions(file, std::filesystem::perms::owner_all);
        return file;
    }

private:
    std::filesystem::path path_;
};

inline std::string content(std::filesystem::path const& file) {
    std::ifstream in{file};
    return {std::istreambuf_iterator<char>{in}, {}};
}

// Runs it to its end; throws if that takes more than 60 seconds.
template <typename T>
T finish(boost::asio::io_context& io, boost::asio::awaitable<T> work) {
    std::optional<T> answer;
    std::exception_ptr failure;
    boost::asio::co_spawn(io, std::move(work), [&](std::exception_ptr error, T value) {
        failure = error;
        answer = std::move(value);
    });
    auto const give_up = Clock::now() + std::chrono::seconds{60};
    io.restart();
    while (!answer && Clock::now() < give_up) {
        io.run_one_for(std::chrono::seconds{1});
        io.restart();
    }
    if (failure) {
        std::rethrow_exception(failure);
    }
    return std::move(answer.value());
}

inline void finish(boost::asio::io_context& io, boost::asio::awaitable<void> work) {
    auto const wrapped = [](boost::asio::awaitable<void> inner) -> boost::asio::awaitable<bool> {
        co_await std::move(inner);
        co_return true;
    };
    finish<bool>(io, wrapped(std::move(work)));
}

}  // namespace tests
