// Sizes are believed only as far as the box around them reaches.
#include "adapters/media/mp4_boxes.h"

#include <algorithm>

namespace adapters::media::mp4 {

namespace {

constexpr std::size_t block = std::size_t{16} << 10;

}  // namespace

std::string name_of(std::uint32_t kind) {
    std::string name;
    for (int shift = 24; shift >= 0; shift -= 8) {
        auto const letter = static_cast<char>(kind >> shift & 0xFF);
        name += letter >= 0x20 && letter < 0x7F ? letter : '?';
    }
    return name;
}

std::optional<Box> Boxes::next() {
    auto const end = std::min(end_, reader_->size());
    if (at_ > end || end - at_ < 8) {
        return std::nullopt;
    }
    auto const room = end - at_;
    auto const header =
        reader_->at(at_, static_cast<std::size_t>(std::min<std::uint64_t>(16, room)));
    if (header.size() < 8) {
        return std::nullopt;
    }
    std::uint64_t size = big<4>(header, 0);
    std::uint64_t head = 8;
    if (size == 1) {
        if (header.size() < 16) {
            return std::nullopt;
        }
        size = big<8>(header, 8);
        head = 16;
    } else if (size == 0 && top_) {
        size = room;
    }
    if (size < head) {  // no box, or the zero that ends a QuickTime list
        return std::nullopt;
    }
    // A box that says more than there is, inside of one that is whole, lies; the cut then is its.
    Box const box{.kind = static_cast<std::uint32_t>(big<4>(header, 4)),
                  .begin = at_,
                  .body = at_ + head,
                  .end = at_ + std::min(size, room),
                  .cut = size > room};
    at_ = box.end;
    return box;
}

std::optional<Box> child(Reader& reader, Box const& box, std::uint32_t kind, std::uint64_t after) {
    auto boxes = Boxes::inside(reader, box, after);
    while (auto const found = boxes.next()) {
        if (found->kind == kind) {
            return found;
        }
    }
    return std::nullopt;
}

Bytes inside(Reader& reader, Box const& box, std::uint64_t from, std::size_t want) {
    if (from >= box.size()) {
        return {};
    }
    return reader.at(box.body + from,
                     static_cast<std::size_t>(std::min<std::uint64_t>(want, box.size() - from)));
}

Table::Table(Reader& reader, Box const& box, std::uint64_t begin, std::uint64_t count,
             std::size_t width)
    : reader_{&reader}, begin_{box.body}, width_{width} {
    if (begin <= box.size()) {
        begin_ = box.body + begin;
        count_ = std::min<std::uint64_t>(count, (box.size() - begin) / width);
    }
}

Bytes Table::refill(std::uint64_t index) {
    if (index >= count_) {
        return {};
    }
    auto const rows = std::min<std::uint64_t>(block / width_, count_ - index);
    auto const bytes =
        reader_->at(begin_ + index * width_, static_cast<std::size_t>(rows) * width_);
    buffer_.assign(bytes.begin(), bytes.end());
    first_ = index;
    held_ = buffer_.size() / width_;
    return held_ == 0 ? Bytes{} : Bytes{buffer_}.first(width_);
}

Table counted_table(Reader& reader, Box const& box, std::size_t width) {
    auto const head = inside(reader, box, 0, 8);
    return head.size() < 8 ? Table{} : Table{reader, box, 8, big<4>(head, 4), width};
}

}  // namespace adapters::media::mp4
