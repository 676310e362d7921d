// What goes wrong on the way, thrown inside this room and handed out as a value at its doors.
#pragma once

#include <exception>
#include <string>
#include <utility>

#include "adapters/media.h"

namespace adapters::fetch {

class Failed : public std::exception {
public:
    Failed(std::string code, std::string message)
        : error{.code = std::move(code), .message = std::move(message)} {}

    [[nodiscard]] char const* what() const noexcept override { return error.message.c_str(); }

    MediaError error;
};

[[noreturn]] inline void fail(std::string code, std::string message) {
    throw Failed{std::move(code), std::move(message)};
}

}  // namespace adapters::fetch
