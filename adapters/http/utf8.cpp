#include "adapters/http/utf8.h"

#include <cstddef>
#include <cstdint>

namespace adapters::http {

namespace {

struct Lead {
    std::size_t more;      // how many bytes follow
    std::uint32_t bits;    // of the code point, from the first byte
    std::uint32_t lowest;  // what is below could have been written shorter
};

Lead lead_of(unsigned char byte) {
    if (byte >= 0xC2 && byte < 0xE0) {
        return {1, byte & 0x1FU, 0x80};
    }
    if (byte >= 0xE0 && byte < 0xF0) {
        return {2, byte & 0x0FU, 0x800};
    }
    if (byte >= 0xF0 && byte < 0xF5) {
        return {3, byte & 0x07U, 0x10000};
    }
    return {0, 0, 0};
}

// How long the character is that begins here; 0: none does.
std::size_t length_at(std::string_view bytes) {
    auto lead = lead_of(static_cast<unsigned char>(bytes.front()));
    if (lead.more == 0 || bytes.size() <= lead.more) {
        return 0;
    }
    for (std::size_t at = 1; at <= lead.more; ++at) {
        auto const byte = static_cast<unsigned char>(bytes[at]);
        if ((byte & 0xC0U) != 0x80) {
            return 0;
        }
        lead.bits = lead.bits << 6 | (byte & 0x3FU);
    }
    bool const surrogate = lead.bits >= 0xD800 && lead.bits < 0xE000;
    bool const wrong = lead.bits < lead.lowest || lead.bits > 0x10FFFF || surrogate;
    return wrong ? 0 : lead.more + 1;
}

}  // namespace

bool is_utf8(std::string_view bytes) {
    while (!bytes.empty()) {
        bool const ascii = static_cast<unsigned char>(bytes.front()) < 0x80;
        auto const length = ascii ? 1 : length_at(bytes);
        if (length == 0) {
            return false;
        }
        bytes.remove_prefix(length);
    }
    return true;
}

}  // namespace adapters::http
