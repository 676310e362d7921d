// Reading of EBML heads and simple bodies.
#include "adapters/media/ebml.h"

#include <algorithm>
#include <bit>

namespace adapters::media {

namespace {

constexpr std::uint64_t low_bits(unsigned count) {
    return (std::uint64_t{1} << count) - 1;
}

std::optional<Bytes> body_of(Reader& reader, Element const& element) {
    if (!element.size || *element.size > 8) {
        return std::nullopt;
    }
    auto const bytes = reader.at(element.body, static_cast<std::size_t>(*element.size));
    return bytes.size() == *element.size ? std::optional{bytes} : std::nullopt;
}

// The number with so many bits of fraction, rounded to the nearest whole one.
std::optional<std::uint64_t> scaled(std::uint64_t mantissa, int exponent) {
    if (exponent >= 0) {
        return exponent <= 10 ? std::optional{mantissa << exponent} : std::nullopt;
    }
    if (exponent < -54) {
        return 0;
    }
    return (mantissa + (std::uint64_t{1} << (-exponent - 1))) >> -exponent;
}

}  // namespace

Vint read_vint(Bytes bytes) {
    if (bytes.empty() || u8(bytes, 0) == 0) {
        return {};
    }
    auto const length = static_cast<unsigned>(std::countl_zero(u8(bytes, 0))) + 1;
    if (bytes.size() < length) {
        return {};
    }
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < length; ++i) {
        value = value << 8 | u8(bytes, i);
    }
    auto const mask = low_bits(7 * length);
    return {.value = value & mask, .length = length, .unknown = (value & mask) == mask};
}

std::optional<Element> read_element(Reader& reader, std::uint64_t at, std::uint64_t limit) {
    if (at >= limit) {
        return std::nullopt;
    }
    auto const head =
        reader.at(at, static_cast<std::size_t>(std::min<std::uint64_t>(limit - at, 12)));
    auto const id = read_vint(head);
    if (id.length == 0 || id.length > 4) {
        return std::nullopt;
    }
    auto const size = read_vint(head.subspan(id.length));
    if (size.length == 0) {
        return std::nullopt;
    }
    Element element{
        .id = static_cast<std::uint32_t>(id.value | std::uint64_t{1} << (7 * id.length)),
        .body = at + id.length + size.length};
    if (!size.unknown) {
        element.size = size.value;
    }
    return element;
}

std::optional<std::uint64_t> read_unsigned(Reader& reader, Element const& element) {
    auto const bytes = body_of(reader, element);
    if (!bytes) {
        return std::nullopt;
    }
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < bytes->size(); ++i) {
        value = value << 8 | u8(*bytes, i);
    }
    return value;
}

std::optional<std::int64_t> read_signed(Reader& reader, Element const& element) {
    auto const value = read_unsigned(reader, element);
    if (!value || *element.size == 0) {
        return value ? std::optional<std::int64_t>{0} : std::nullopt;
    }
    auto const unused = 64 - 8 * static_cast<int>(*element.size);
    return static_cast<std::int64_t>(*value << unused) >> unused;
}

std::optional<std::uint64_t> read_whole(Reader& reader, Element const& element) {
    auto const value = read_unsigned(reader, element);
    if (!value || *element.size == 0) {
        return value;
    }
    bool const wide = *element.size == 8;
    unsigned const fraction = wide ? 52 : 23;
    unsigned const width = wide ? 64 : 32;
    if ((!wide && *element.size != 4) || (*value >> (width - 1)) != 0) {
        return std::nullopt;  // no size that exists, or a number below zero
    }
    auto const exponent = static_cast<int>(*value >> fraction);
    if (exponent == 0) {
        return 0;
    }
    int const bias = wide ? 1023 : 127;
    auto const mantissa = (*value & low_bits(fraction)) | std::uint64_t{1} << fraction;
    return scaled(mantissa, exponent - bias - static_cast<int>(fraction));
}

}  // namespace adapters::media
