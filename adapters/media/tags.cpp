// Tags are found by their own marks and believed in nothing but their size, and in that only as far
// as the data goes.
#include "adapters/media/tags.h"

#include <algorithm>
#include <string_view>

#include <fmt/format.h>

#include "adapters/media/found.h"

namespace adapters::media {

namespace {

constexpr std::uint64_t id3v1_length = 128;
constexpr std::uint64_t id3v1_more = 227;  // "TAG+", which stands before an ID3v1
constexpr std::uint64_t id3v2_head = 10;
constexpr std::uint64_t ape_head = 32;
constexpr std::uint64_t lyrics1_most = 5'100 + 20;
constexpr std::uint64_t lyrics2_foot = 15;  // six digits and "LYRICS200"
constexpr std::size_t tail = 8 << 10;       // one look at the end is mostly enough
constexpr int most_tags = 16;               // at the end; each of them moves the end

// Seven bits a byte, so that no size looks like the start of a frame.
std::optional<std::uint64_t> seven_bits(Bytes bytes, std::size_t at) {
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < 4; ++i) {
        auto const byte = u8(bytes, at + i);
        if (byte >= 0x80) {
            return std::nullopt;
        }
        value = value << 7 | byte;
    }
    return value;
}

std::optional<std::uint64_t> id3v2_length(Bytes bytes, std::size_t at, std::string_view mark) {
    if (bytes.size() - at < id3v2_head || !matches(bytes, at, mark) || u8(bytes, at + 3) == 0xFF ||
        u8(bytes, at + 4) == 0xFF) {
        return std::nullopt;
    }
    auto const body = seven_bits(bytes, at + 6);
    if (!body) {
        return std::nullopt;
    }
    bool const foot = (u8(bytes, at + 5) & 0x10) != 0;
    return id3v2_head + *body + (foot ? id3v2_head : 0);
}

struct Ape {
    std::uint64_t size = 0;  // items and footer, without the header
    bool has_header = false;
    bool is_header = false;
};

std::optional<Ape> ape_at(Bytes bytes, std::size_t at) {
    if (bytes.size() - at < ape_head || !matches(bytes, at, "APETAGEX")) {
        return std::nullopt;
    }
    auto const flags = little<4>(bytes, at + 20);
    return Ape{.size = little<4>(bytes, at + 12),
               .has_header = (flags >> 31 & 1) != 0,
               .is_header = (flags >> 29 & 1) != 0};
}

// The last bytes before an end that moves towards the front.
class TagTail {
public:
    TagTail(Reader& reader, std::uint64_t begin)
        : reader_{reader}, begin_{begin}, end_{reader.size()} {}

    [[nodiscard]] std::uint64_t end() const { return end_; }

    // Takes the last tag off; false where there is none.
    bool cut() {
        // One window for all the small looks back.
        auto const length = std::min<std::uint64_t>(end_ - begin_, tail);
        last_ = reader_.at(end_ - length, static_cast<std::size_t>(length));
        return last_.size() == length && (id3v1() || lyrics1() || lyrics2() || ape() || id3v2());
    }

private:
    // `back` bytes before the end there is this text.
    [[nodiscard]] bool stands(std::uint64_t back, std::string_view text) const {
        return back <= last_.size() && matches(last_, last_.size() - back, text);
    }

    bool take(std::uint64_t length) {
        if (length == 0 || length > end_ - begin_) {
            return false;
        }
        end_ -= length;
        return true;
    }

    bool id3v1() {
        if (!stands(id3v1_length, "TAG")) {
            return false;
        }
        bool const more = stands(id3v1_length + id3v1_more, "TAG+");
        return take(id3v1_length + (more ? id3v1_more : 0));
    }

    bool lyrics1() {
        if (!stands(9, "LYRICSEND")) {
            return false;
        }
        for (std::uint64_t back = 20; back <= std::min<std::uint64_t>(lyrics1_most, last_.size());
             ++back) {
            if (stands(back, "LYRICSBEGIN")) {
                return take(back);
            }
        }
        return false;
    }

    bool lyrics2() {
        if (last_.size() < lyrics2_foot || !stands(9, "LYRICS200")) {
            return false;
        }
        std::uint64_t size = 0;
        for (std::size_t i = 0; i < 6; ++i) {
            auto const digit = u8(last_, last_.size() - lyrics2_foot + i);
            if (digit < '0' || digit > '9') {
                return false;
            }
            size = size * 10 + (digit - '0');
        }
        return take(size + lyrics2_foot);
    }

    bool ape() {
        if (last_.size() < ape_head) {
            return false;
        }
        auto const foot = ape_at(last_, last_.size() - ape_head);
        if (!foot || foot->is_header) {
            return false;
        }
        // A size that can't be takes no more than the footer itself.
        return (foot->size >= ape_head && take(foot->size + (foot->has_header ? ape_head : 0))) ||
               take(ape_head);
    }

    bool id3v2() {
        if (last_.size() < id3v2_head) {
            return false;
        }
        auto const length = id3v2_length(last_, last_.size() - id3v2_head, "3DI");
        return length && take(std::max(*length, 2 * id3v2_head));
    }

    Reader& reader_;
    std::uint64_t begin_;
    std::uint64_t end_;
    Bytes last_;
};

}  // namespace

std::optional<std::uint64_t> tag_length(Bytes bytes, std::size_t at) {
    if (at >= bytes.size()) {
        return std::nullopt;
    }
    if (auto const length = id3v2_length(bytes, at, "ID3")) {
        return length;
    }
    if (auto const ape = ape_at(bytes, at); ape && ape->is_header) {
        return ape->size + ape_head;
    }
    return matches(bytes, at, "TAG") ? std::optional{id3v1_length} : std::nullopt;
}

std::uint64_t after_leading_tags(Reader& reader) {
    std::uint64_t at = 0;
    while (at < reader.size()) {
        auto const head = reader.at(at, tag_head);
        // An ID3v1 belongs at the end; where it leads, it is what a cut left over, and known too.
        auto const length = tag_length(head);
        if (!length) {
            break;
        }
        if (*length > reader.size() - at) {
            fail("incomplete",
                 fmt::format("a tag at byte {} is said to have {} bytes, there are {}", at, *length,
                             reader.size() - at));
        }
        at += *length;
    }
    return at;
}

std::uint64_t before_trailing_tags(Reader& reader, std::uint64_t begin) {
    if (begin >= reader.size()) {
        return begin;
    }
    TagTail tail_of{reader, begin};
    for (int i = 0; i < most_tags && tail_of.cut(); ++i) {
    }
    return tail_of.end();
}

Extent between_tags(Reader& reader) {
    auto const begin = after_leading_tags(reader);
    return {.begin = begin, .end = std::max(begin, before_trailing_tags(reader, begin))};
}

}  // namespace adapters::media
