// Boxes of the ISO base media file format (MP4, M4A, MOV, 3GP), and tables inside of them, read in
// order and never held.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "adapters/media/reader.h"

namespace adapters::media::mp4 {

// "moov" as the number that stands in the file.
consteval std::uint32_t kind(char const (&name)[5]) {
    std::uint32_t value = 0;
    for (int i = 0; i < 4; ++i) {
        value = value << 8 | static_cast<std::uint8_t>(name[i]);
    }
    return value;
}

// For people; bytes that are no letters become '?'.
std::string name_of(std::uint32_t kind);

struct Box {
    std::uint32_t kind = 0;
    std::uint64_t begin = 0;  // of its header
    std::uint64_t body = 0;
    std::uint64_t end = 0;
    bool cut = false;  // it says that it is longer than what holds it; `end` is where that ends

    [[nodiscard]] std::uint64_t size() const { return end - body; }
};

// One box after another; each costs a header's reading, whatever its size.
class Boxes {
public:
    // At the top a box of size 0 reaches to the end of the data.
    static Boxes of_file(Reader& reader) { return {reader, 0, reader.size(), true}; }

    static Boxes inside(Reader& reader, Box const& box, std::uint64_t after = 0) {
        return {reader, after > box.size() ? box.end : box.body + after, box.end, false};
    }

    std::optional<Box> next();

    // Where the next box would begin. What lies between here and the end is no box.
    [[nodiscard]] std::uint64_t position() const { return at_; }

    // Goes on elsewhere.
    void jump(std::uint64_t to) { at_ = to; }

private:
    Boxes(Reader& reader, std::uint64_t begin, std::uint64_t end, bool top)
        : reader_{&reader}, at_{begin}, end_{end}, top_{top} {}

    Reader* reader_;
    std::uint64_t at_;
    std::uint64_t end_;
    bool top_;
};

// The first box of this kind inside of another.
std::optional<Box> child(Reader& reader, Box const& box, std::uint32_t kind,
                         std::uint64_t after = 0);

// Up to `want` bytes of a box's body from `from` on; fewer where it ends.
Bytes inside(Reader& reader, Box const& box, std::uint64_t from, std::size_t want);

// Rows of one width, read in order or with jumps. It has a small buffer of its own, so that several
// tables can be read side by side without moving the reader's window for each row.
class Table {
public:
    Table() = default;

    // Never more rows than the box has room for, whatever `count` says.
    Table(Reader& reader, Box const& box, std::uint64_t begin, std::uint64_t count,
          std::size_t width);

    [[nodiscard]] std::uint64_t count() const { return count_; }

    // Empty behind the end. Valid until the next call.
    Bytes row(std::uint64_t index) {
        if (index >= first_ && index - first_ < held_) {
            return Bytes{buffer_}.subspan(static_cast<std::size_t>(index - first_) * width_,
                                          width_);
        }
        return refill(index);
    }

private:
    Bytes refill(std::uint64_t index);

    Reader* reader_ = nullptr;
    std::uint64_t begin_ = 0;
    std::uint64_t count_ = 0;
    std::size_t width_ = 1;
    std::vector<std::byte> buffer_;
    std::uint64_t first_ = 0;
    std::uint64_t held_ = 0;
};

// A table with version, flags and a 32-bit count before its rows: stts, elst, stco …
Table counted_table(Reader& reader, Box const& box, std::size_t width);

}  // namespace adapters::media::mp4
