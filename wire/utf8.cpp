// UTF-8 as RFC 3629 has it.
#include "wire/utf8.h"

#include "wire/job_request.h"

namespace wire {

namespace {

struct Lead {
    std::size_t length = 0;  // 0: can't begin a sequence
    char32_t bits = 0;
    char32_t smallest = 0;  // anything below it is an overlong form
};

Lead lead_of(unsigned char byte) {
    if (byte < 0x80) {
        return {.length = 1, .bits = byte, .smallest = 0};
    }
    if ((byte & 0xE0) == 0xC0) {
        return {.length = 2, .bits = byte & 0x1FU, .smallest = 0x80};
    }
    if ((byte & 0xF0) == 0xE0) {
        return {.length = 3, .bits = byte & 0x0FU, .smallest = 0x800};
    }
    if ((byte & 0xF8) == 0xF0) {
        return {.length = 4, .bits = byte & 0x07U, .smallest = 0x10000};
    }
    return {};
}

bool within(char32_t c, char32_t first, char32_t last) {
    return c >= first && c <= last;
}

}  // namespace

std::optional<char32_t> next_code_point(std::string_view& rest) {
    if (rest.empty()) {
        return std::nullopt;
    }
    auto const lead = lead_of(static_cast<unsigned char>(rest[0]));
    if (lead.length == 0 || rest.size() < lead.length) {
        return std::nullopt;
    }
    auto c = lead.bits;
    for (std::size_t i = 1; i < lead.length; ++i) {
        auto const byte = static_cast<unsigned char>(rest[i]);
        if ((byte & 0xC0) != 0x80) {
            return std::nullopt;
        }
        c = (c << 6) | (byte & 0x3FU);
    }
    if (c < lead.smallest || c > 0x10FFFF || within(c, 0xD800, 0xDFFF)) {
        return std::nullopt;
    }
    rest.remove_prefix(lead.length);
    return c;
}

bool printable(char32_t c) {
    if (c < 0x20 || within(c, 0x7F, 0x9F)) {
        return false;
    }
    // Zero-width and bidirectional marks and line separators make two ids look like one.
    if (within(c, 0x200B, 0x200F) || within(c, 0x2028, 0x202E) || within(c, 0x2060, 0x206F)) {
        return false;
    }
    return c != 0xFEFF && c != 0xAD && !within(c, 0xFDD0, 0xFDEF) && (c & 0xFFFE) != 0xFFFE;
}

bool valid_utf8(std::string_view text) {
    while (!text.empty()) {
        if (!next_code_point(text)) {
            return false;
        }
    }
    return true;
}

std::int64_t code_points(std::string_view utf8) {
    std::int64_t count = 0;
    for (char const byte : utf8) {
        count += (static_cast<unsigned char>(byte) & 0xC0) != 0x80 ? 1 : 0;
    }
    return count;
}

}  // namespace wire
