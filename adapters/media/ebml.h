// EBML (RFC 8794): elements with an identifier, a size that may be unknown, and a body.
#pragma once

#include <cstdint>
#include <optional>

#include "adapters/media/reader.h"

namespace adapters::media {

struct Element {
    std::uint32_t id = 0;
    std::uint64_t body = 0;  // where its body begins
    std::optional<std::uint64_t>
        size;  // of the body; nullopt: unknown, it ends where it cannot go on

    // Where the body ends, at most `limit`.
    [[nodiscard]] std::uint64_t end(std::uint64_t limit) const {
        return size && *size <= limit && body <= limit - *size ? body + *size : limit;
    }

    // It says that it ends behind `limit`.
    [[nodiscard]] bool beyond(std::uint64_t limit) const {
        return size && (*size > limit || body > limit - *size);
    }
};

struct Vint {
    std::uint64_t value = 0;
    unsigned length = 0;  // 0: there is none
    bool unknown = false;
};

// A number of variable length at the front of `bytes`, without its length marker.
Vint read_vint(Bytes bytes);

// Nullopt: no element begins here, or its head does not end before `limit`.
std::optional<Element> read_element(Reader& reader, std::uint64_t at, std::uint64_t limit);

// Bodies of elements; what is longer than 8 bytes or not there is nullopt.
std::optional<std::uint64_t> read_unsigned(Reader& reader, Element const& element);
std::optional<std::int64_t> read_signed(Reader& reader, Element const& element);

// A floating point number (4 or 8 bytes) as the nearest whole number, without floating point.
std::optional<std::uint64_t> read_whole(Reader& reader, Element const& element);

}  // namespace adapters::media
