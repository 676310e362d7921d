#include "adapters/postgres/copy.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <tuple>

#include <fmt/format.h>

#include "adapters/store.h"

namespace adapters::postgres {

namespace {

constexpr std::size_t block_size = std::size_t{4} << 20U;
constexpr std::string_view header{"PGCOPY\n\xff\r\n\0", 11};

template <typename Integer>
Integer big_endian(char const* from) {
    Integer value;
    std::memcpy(&value, from, sizeof value);
    return std::byteswap(value);
}

constexpr std::size_t length_bytes = sizeof(std::int32_t);

// Behind the last of so many columns; nullopt: they are more than there is.
std::optional<std::size_t> size_of_row(std::string_view bytes, int columns) {
    std::size_t size = 0;
    for (int column = 0; column < columns; ++column) {
        if (bytes.size() - size < length_bytes) {
            return std::nullopt;
        }
        auto const length = big_endian<std::int32_t>(bytes.data() + size);
        size += length_bytes + static_cast<std::size_t>(std::max(length, 0));
        if (size > bytes.size()) {
            return std::nullopt;
        }
    }
    return size;
}

// What comes of a COPY in binary form: a header, rows with their number of columns before them, and
// -1 instead of that at the end.
class Parser {
public:
    Parser(int columns, CopiedRows& rows) : columns_{columns}, rows_{rows} {}

    // False: this is something else.
    bool take(std::string_view bytes) {
        if (!begun_) {
            constexpr std::size_t flags = 4;
            auto const before = header.size() + flags + length_bytes;
            if (bytes.size() < before || !bytes.starts_with(header)) {
                return false;
            }
            bytes.remove_prefix(before);
            begun_ = true;
        }
        while (bytes.size() >= sizeof(std::int16_t)) {
            auto const columns = big_endian<std::int16_t>(bytes.data());
            bytes.remove_prefix(sizeof columns);
            if (columns < 0) {
                return true;
            }
            auto const size = columns == columns_ ? size_of_row(bytes, columns) : std::nullopt;
            if (!size) {
                return false;
            }
            rows_.add(bytes.substr(0, *size));
            bytes.remove_prefix(*size);
        }
        return bytes.empty();
    }

private:
    int columns_;
    CopiedRows& rows_;
    bool begun_ = false;
};

}  // namespace

std::string_view Columns::view() {
    auto const length = big_endian<std::int32_t>(at_);
    at_ += length_bytes;
    if (length < 0) {
        return {};
    }
    std::string_view const bytes{at_, static_cast<std::size_t>(length)};
    at_ += length;
    return bytes;
}

std::int64_t Columns::integer() {
    auto const bytes = view();
    switch (bytes.size()) {
        case 8:
            return big_endian<std::int64_t>(bytes.data());
        case 4:
            return big_endian<std::int32_t>(bytes.data());
        case 2:
            return big_endian<std::int16_t>(bytes.data());
        default:
            return 0;
    }
}

bool Columns::flag() {
    auto const bytes = view();
    return !bytes.empty() && bytes.front() != 0;
}

base::Hash Columns::hash() {
    base::Hash hash{};
    auto const bytes = view();
    if (bytes.size() == hash.size()) {
        std::memcpy(hash.data(), bytes.data(), hash.size());
    }
    return hash;
}

std::optional<base::Timestamp> Columns::maybe_time() {
    auto const ms = integer();
    return ms == 0 ? std::nullopt : std::optional{base::from_ms(ms)};
}

std::optional<base::Timestamp> Columns::nullable_time() {
    if (null()) {
        view();
        return std::nullopt;
    }
    return time();
}

bool Columns::null() const {
    return big_endian<std::int32_t>(at_) < 0;
}

void CopiedRows::add(std::string_view row) {
    if (blocks_.empty() || blocks_.back().capacity() - blocks_.back().size() < row.size()) {
        blocks_.emplace_back().reserve(std::max(block_size, row.size()));
    }
    auto& block = blocks_.back();
    auto const* const at = block.data() + block.size();
    block.insert(block.end(), row.begin(), row.end());
    Columns columns{at};
    auto const account = columns.integer();
    places_.push_back({.account = account, .number = columns.integer(), .row = at});
}

void CopiedRows::sort() {
    auto const place = [](Place const& each) { return std::tuple{each.account, each.number}; };
    if (!std::ranges::is_sorted(places_, {}, place)) {
        std::ranges::sort(places_, {}, place);
    }
}

CopiedRows copy(Session& session, std::string const& query, int columns) {
    CopiedRows rows;
    Parser parser{columns, rows};
    bool understood = true;
    session.copy(query,
                 [&](std::string_view bytes) { understood = understood && parser.take(bytes); });
    if (!understood) {
        throw Unusable{
            fmt::format("store {}: rows came in a form that is not known; is something "
                        "between that changes them?",
                        session.access().where)};
    }
    return rows;
}

}  // namespace adapters::postgres
