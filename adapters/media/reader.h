// A window that moves over the bytes to be measured. Nothing else of a parser touches the source,
// so that what is read, and how much of it, is decided here.
#pragma once

#include <cstddef>
#include <cstdint>
#include <exception>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "adapters/media.h"

namespace adapters::media {

using Bytes = std::span<std::byte const>;

// Thrown by parsers and readers of this room, caught by measure().
class Unmeasurable : public std::exception {
public:
    Unmeasurable(std::string code, std::string message)
        : error{.code = std::move(code), .message = std::move(message)} {}

    explicit Unmeasurable(MediaError what) : error{std::move(what)} {}

    [[nodiscard]] char const* what() const noexcept override { return error.message.c_str(); }

    MediaError error;
};

class Reader {
public:
    static constexpr std::size_t most_at_once = std::size_t{256} << 10;

    // Both must outlive the reader.
    explicit Reader(Bytes whole);
    explicit Reader(ByteSource& source);

    [[nodiscard]] std::uint64_t size() const { return size_; }

    // `want` bytes from `offset` on, fewer only where the data ends; valid until the next call.
    // Whoever goes forward through the data gets larger and larger windows. `want` is at most
    // most_at_once.
    Bytes at(std::uint64_t offset, std::size_t want) {
        // Written so that no sum can overflow.
        if (offset >= begin_ && offset - begin_ <= window_.size() &&
            want <= window_.size() - (offset - begin_)) {
            return window_.subspan(offset - begin_, want);
        }
        return refill(offset, want);
    }

    // What is already here from `offset` on, at least `want` bytes unless the data ends.
    Bytes rest_of_window(std::uint64_t offset, std::size_t want) {
        at(offset, want);
        return offset >= begin_ && offset - begin_ <= window_.size()
                   ? window_.subspan(offset - begin_)
                   : Bytes{};
    }

    [[nodiscard]] std::uint64_t bytes_read() const { return bytes_read_; }

    [[nodiscard]] bool far() const { return source_ != nullptr && source_->far(); }

private:
    Bytes refill(std::uint64_t offset, std::size_t want);

    ByteSource* source_ = nullptr;
    std::vector<std::byte> buffer_;
    Bytes window_;
    std::uint64_t begin_ = 0;  // where the window stands in the data
    std::uint64_t size_ = 0;
    std::uint64_t bytes_read_ = 0;
    std::size_t stride_ = 0;  // the size of the next window, if reading goes on forward
};

// Whole numbers out of bytes; the caller has made sure that they are there.
inline std::uint8_t u8(Bytes bytes, std::size_t at) {
    return std::to_integer<std::uint8_t>(bytes[at]);
}

template <std::size_t count>
std::uint64_t big(Bytes bytes, std::size_t at) {
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < count; ++i) {
        value = value << 8 | u8(bytes, at + i);
    }
    return value;
}

template <std::size_t count>
std::uint64_t little(Bytes bytes, std::size_t at) {
    std::uint64_t value = 0;
    for (std::size_t i = count; i > 0; --i) {
        value = value << 8 | u8(bytes, at + i - 1);
    }
    return value;
}

inline bool matches(Bytes bytes, std::size_t at, std::string_view text) {
    if (bytes.size() < at || bytes.size() - at < text.size()) {
        return false;
    }
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (u8(bytes, at + i) != static_cast<std::uint8_t>(text[i])) {
            return false;
        }
    }
    return true;
}

}  // namespace adapters::media
