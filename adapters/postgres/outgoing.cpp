// Both forms are made from the same cells.
#include "adapters/postgres/outgoing.h"

#include <algorithm>
#include <concepts>
#include <cstring>
#include <limits>
#include <utility>

#include "adapters/postgres/text.h"
#include "base/check.h"

namespace adapters::postgres {

namespace {

// What a cell is.
constexpr char number_mark = 'i';
constexpr char flag_mark = 'b';
constexpr char text_mark = 't';
constexpr char bytes_mark = 'y';
constexpr char null_mark = 'n';
constexpr char end_of_row = '.';

// Of the types that columns have here, as they are numbered since there is PostgreSQL.
constexpr std::uint32_t bigint_type = 20;
constexpr std::uint32_t smallint_type = 21;
constexpr std::uint32_t int_type = 23;

struct Cell {
    char mark = end_of_row;
    std::int64_t number = 0;  // of a flag, too
    std::string_view bytes;
};

class Cells {
public:
    explicit Cells(std::string_view all) : rest_{all} {}

    [[nodiscard]] bool over() const { return rest_.empty(); }

    Cell next() {
        Cell cell{.mark = take(1).front()};
        switch (cell.mark) {
            case number_mark:
                std::memcpy(&cell.number, take(sizeof cell.number).data(), sizeof cell.number);
                break;
            case flag_mark:
                cell.number = take(1).front();
                break;
            case text_mark:
            case bytes_mark: {
                std::uint32_t length = 0;
                std::memcpy(&length, take(sizeof length).data(), sizeof length);
                cell.bytes = take(length);
                break;
            }
            default:
                break;
        }
        return cell;
    }

private:
    std::string_view take(std::size_t count) {
        auto const taken = rest_.substr(0, count);
        rest_.remove_prefix(count);
        return taken;
    }

    std::string_view rest_;
};

template <std::integral Number>
void append_raw(std::string& out, Number value) {
    char bytes[sizeof value];
    std::memcpy(bytes, &value, sizeof value);
    out.append(bytes, sizeof bytes);
}

// The most significant byte first.
template <std::integral Number>
void append_ordered(std::string& out, Number value) {
    append_raw(out, std::byteswap(value));
}

template <std::integral Number>
void append_sized(std::string& out, std::int64_t value) {
    CHECK(value >= std::numeric_limits<Number>::min() &&
          value <= std::numeric_limits<Number>::max());
    append_ordered(out, static_cast<std::int32_t>(sizeof(Number)));
    append_ordered(out, static_cast<Number>(value));
}

void append_number_as(std::uint32_t type, std::string& out, std::int64_t value) {
    switch (type) {
        case bigint_type:
            return append_sized<std::int64_t>(out, value);
        case int_type:
            return append_sized<std::int32_t>(out, value);
        case smallint_type:
            return append_sized<std::int16_t>(out, value);
        default:
            CHECK(false);
    }
}

void append_cell(std::uint32_t type, std::string& out, Cell const& cell) {
    append_ordered(out, type);
    switch (cell.mark) {
        case number_mark:
            append_number_as(type, out, cell.number);
            break;
        case flag_mark:
            append_ordered(out, std::int32_t{1});
            out += cell.number != 0 ? '\1' : '\0';
            break;
        case null_mark:
            append_ordered(out, std::int32_t{-1});
            break;
        default:
            append_ordered(out, static_cast<std::int32_t>(cell.bytes.size()));
            out += cell.bytes;
            break;
    }
}

void append_text(std::string& out, Cell const& cell) {
    switch (cell.mark) {
        case number_mark:
            out += std::to_string(cell.number);
            break;
        case flag_mark:
            out += cell.number != 0 ? 't' : 'f';
            break;
        case text_mark:
            out += "\\\"";
            append_in_row(out, cell.bytes);
            out += "\\\"";
            break;
        case bytes_mark:
            out += "\\\\\\\\x" + base::hex(cell.bytes);
            break;
        default:
            break;  // nothing between two commas is null
    }
}

}  // namespace

void Rows::begin_cell(char mark) {
    cells_ += mark;
    ++in_row_;
}

void Rows::end_row() {
    CHECK(count_ == 0 || in_row_ == width_);
    cells_ += end_of_row;
    ++count_;
    width_ = std::exchange(in_row_, 0);
}

void Rows::add(std::int64_t value) {
    begin_cell(number_mark);
    append_raw(cells_, value);
}

void Rows::add(bool value) {
    begin_cell(flag_mark);
    cells_ += value ? '\1' : '\0';
}

void Rows::add(std::string_view text) {
    std::string mended;
    if (!is_storable(text)) {
        mended = storable(text);
        text = mended;
    }
    begin_cell(text_mark);
    append_raw(cells_, static_cast<std::uint32_t>(text.size()));
    cells_ += text;
}

void Rows::add(base::Hash const& hash) {
    bool const none = std::ranges::all_of(hash, [](auto byte) { return byte == 0; });
    auto const size = none ? 0 : hash.size();
    begin_cell(bytes_mark);
    append_raw(cells_, static_cast<std::uint32_t>(size));
    cells_.append(reinterpret_cast<char const*>(hash.data()), size);
}

void Rows::add_null() {
    begin_cell(null_mark);
}

std::string Rows::text() const {
    std::string out = "{";
    Cells cells{cells_};
    while (!cells.over()) {
        out += out.size() > 1 ? ",\"(" : "\"(";
        bool first = true;
        for (auto cell = cells.next(); cell.mark != end_of_row; cell = cells.next()) {
            out += first ? "" : ",";
            append_text(out, cell);
            first = false;
        }
        out += ")\"";
    }
    return out + "}";
}

std::string Rows::binary(Shape const& shape) const {
    std::string out;
    out.reserve(20 + 2 * cells_.size());
    append_ordered(out, std::int32_t{1});  // dimensions
    append_ordered(out, std::int32_t{0});  // no element is null
    append_ordered(out, shape.type);
    append_ordered(out, count_);
    append_ordered(out, std::int32_t{1});  // the first one's number
    Cells cells{cells_};
    while (!cells.over()) {
        auto const start = out.size();
        append_ordered(out, std::int32_t{0});  // the row's length, known below
        append_ordered(out, static_cast<std::int32_t>(shape.columns.size()));
        for (auto const type : shape.columns) {
            auto const cell = cells.next();
            CHECK(cell.mark != end_of_row);
            append_cell(type, out, cell);
        }
        CHECK(cells.next().mark == end_of_row);
        auto const length = std::byteswap(static_cast<std::int32_t>(out.size() - start - 4));
        std::memcpy(out.data() + start, &length, sizeof length);
    }
    return out;
}

}  // namespace adapters::postgres
