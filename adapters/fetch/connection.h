// HTTP/1.1 over one wire: a request, its answer, and again. Beast reads what comes; nothing here is
// held in proportion to it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

#include "adapters/fetch/answers.h"
#include "adapters/fetch/resolve.h"
#include "adapters/fetch/wire.h"

namespace adapters::fetch {

class Connection {
public:
    explicit Connection(std::unique_ptr<Wire> wire);
    Connection(Connection const&) = delete;
    Connection& operator=(Connection const&) = delete;
    ~Connection();

    // The request is a whole one, with its content, and not a HEAD. Throws Failed: timeout; lost,
    // where no answer came at all; cut; bad_answer, where it is not HTTP or its head has more than
    // 16 KiB.
    Head get(std::string_view request, Clock::time_point until);

    // All header fields of the last answer, in order.
    [[nodiscard]] Fields fields() const;

    // What comes next of the body; 0 at its end. Throws Failed: timeout, cut, bad_answer.
    std::size_t body(std::span<std::byte> into, Clock::time_point until);

    // The last answer is over, and the other side will take another request.
    [[nodiscard]] bool free() const;

    // How much of the body is still to come; nothing where nobody knows.
    [[nodiscard]] std::optional<std::uint64_t> left() const;

    [[nodiscard]] std::uint64_t received() const { return received_; }

private:
    struct Parts;  // Beast's headers are heavy

    Head read_head(Clock::time_point until);
    void fill(Clock::time_point until);

    std::unique_ptr<Wire> wire_;
    std::unique_ptr<Parts> parts_;
    std::uint64_t received_ = 0;
};

}  // namespace adapters::fetch
