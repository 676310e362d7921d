// TZif files, RFC 8536. They are the system's, and still nothing in them is believed unchecked.
#include "config/zone_file.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <limits>
#include <string_view>

#include "config/zone_rules.h"

namespace config {

namespace {

constexpr std::size_t most_of_a_zone = 256 * 1024;
constexpr std::size_t header_bytes = 44;
// Years 1 to 9999; changes outside of them only say what held before, or never matter.
constexpr std::int64_t earliest = -62'135'596'800;
constexpr std::int64_t latest = 253'402'300'799;

// Letters, digits and `_+-` in parts divided by single slashes; so no `..`, no leading slash.
bool is_zone_name(std::string_view name) {
    char before = '/';
    for (char const c : name) {
        bool const letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        bool const other = (c >= '0' && c <= '9') || c == '_' || c == '+' || c == '-';
        if (!letter && !other && (c != '/' || before == '/')) {
            return false;
        }
        before = c;
    }
    return before != '/' && name.size() <= 64;
}

std::string read_file(std::string const& name) {
    std::filesystem::path const path = std::filesystem::path{"/usr/share/zoneinfo"} / name;
    std::error_code error;
    if (!std::filesystem::is_regular_file(path, error)) {
        return "";
    }
    std::ifstream stream{path, std::ios::binary};
    std::string bytes(most_of_a_zone, '\0');
    stream.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    bytes.resize(static_cast<std::size_t>(stream.gcount()));
    return bytes;
}

// Big-endian numbers off the front of the bytes; asking for more than there is gives nullopt.
std::optional<std::string_view> take(std::string_view& bytes, std::size_t size) {
    if (bytes.size() < size) {
        return std::nullopt;
    }
    auto const front = bytes.substr(0, size);
    bytes.remove_prefix(size);
    return front;
}

std::int64_t number(std::string_view bytes) {
    std::uint64_t value = static_cast<unsigned char>(bytes[0]) & 0x80U ? ~std::uint64_t{0} : 0;
    for (char const c : bytes) {
        value = value << 8 | static_cast<unsigned char>(c);
    }
    return static_cast<std::int64_t>(value);
}

struct Header {
    std::size_t is_utc, is_standard, leaps, times, types, letters;
};

std::optional<Header> take_header(std::string_view& bytes) {
    auto const header = take(bytes, header_bytes);
    if (!header || !header->starts_with("TZif") || (*header)[4] < '2') {
        return std::nullopt;
    }
    auto const count = [&](std::size_t at) -> std::size_t {
        auto const value = number(header->substr(20 + 4 * at, 4));
        return value < 0 ? most_of_a_zone : static_cast<std::size_t>(value);
    };
    Header const counts{count(0), count(1), count(2), count(3), count(4), count(5)};
    for (std::size_t at = 0; at < 6; ++at) {
        if (count(at) >= most_of_a_zone) {
            return std::nullopt;
        }
    }
    return counts;
}

std::size_t body_bytes(Header const& counts, std::size_t time_bytes) {
    return counts.times * (time_bytes + 1) + counts.types * 6 + counts.letters +
           counts.leaps * (time_bytes + 4) + counts.is_standard + counts.is_utc;
}

std::optional<std::vector<std::chrono::seconds>> offsets_of(std::string_view types) {
    std::vector<std::chrono::seconds> offsets;
    for (; !types.empty(); types.remove_prefix(6)) {
        std::chrono::seconds const offset{number(types.substr(0, 4))};
        if (offset < std::chrono::hours{-25} || offset > std::chrono::hours{26}) {
            return std::nullopt;
        }
        offsets.push_back(offset);
    }
    return offsets.empty() ? std::nullopt : std::optional{std::move(offsets)};
}

// Fills the zone from the table; false if it makes no sense.
bool read_table(std::string_view body, Header const& counts, base::Zone& zone) {
    auto const times = body.substr(0, counts.times * 8);
    auto const indexes = body.substr(times.size(), counts.times);
    auto const offsets = offsets_of(body.substr(times.size() + indexes.size(), counts.types * 6));
    if (!offsets) {
        return false;
    }
    zone.first_offset = offsets->front();
    std::int64_t before = std::numeric_limits<std::int64_t>::min();
    for (std::size_t i = 0; i < counts.times; ++i) {
        auto const at = number(times.substr(8 * i, 8));
        auto const type = static_cast<unsigned char>(indexes[i]);
        if (type >= offsets->size() || (i > 0 && at <= before)) {
            return false;
        }
        before = at;
        if (at < earliest) {
            zone.first_offset = (*offsets)[type];
        } else if (at <= latest) {
            zone.changes.push_back({base::from_ms(at * 1000), (*offsets)[type]});
        }
    }
    return true;
}

}  // namespace

std::optional<base::Zone> parse_zone(std::string const& name, std::string_view bytes) {
    auto const old_header = take_header(bytes);
    if (!old_header || !take(bytes, body_bytes(*old_header, 4))) {
        return std::nullopt;
    }
    auto const header = take_header(bytes);
    auto const body = header ? take(bytes, body_bytes(*header, 8)) : std::nullopt;
    // Zones that count leap seconds have another idea of time than the rest of the world.
    if (!body || header->leaps > 0) {
        return std::nullopt;
    }
    base::Zone zone{.name = name};
    if (!read_table(*body, *header, zone)) {
        return std::nullopt;
    }
    auto const end = bytes.find('\n', 1);
    if (!bytes.starts_with('\n') || end == std::string_view::npos ||
        !extend_by_rules(bytes.substr(1, end - 1), zone)) {
        return std::nullopt;
    }
    return zone;
}

std::optional<base::Zone> load_zone(std::string const& name) {
    if (name == "UTC") {
        return base::Zone{};  // whether or not the system has zoneinfo
    }
    if (!is_zone_name(name)) {
        return std::nullopt;
    }
    return parse_zone(name, read_file(name));
}

}  // namespace config
