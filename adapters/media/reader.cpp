// How far the window reaches: far enough for who goes forward, no further for who jumps.
#include "adapters/media/reader.h"

#include <algorithm>

#include "base/check.h"

namespace adapters::media {

namespace {

constexpr std::size_t first_near = std::size_t{16} << 10;
constexpr std::size_t first_far = std::size_t{8} << 10;
constexpr std::size_t last_near = Reader::most_at_once;
constexpr std::size_t last_far = std::size_t{128} << 10;

}  // namespace

Reader::Reader(Bytes whole) : window_{whole}, size_{whole.size()} {}

Reader::Reader(ByteSource& source)
    : source_{&source}, size_{source.size()}, stride_{source.far() ? first_far : first_near} {}

Bytes Reader::refill(std::uint64_t offset, std::size_t want) {
    CHECK(want <= most_at_once);
    if (offset >= size_) {
        return {};
    }
    want = static_cast<std::size_t>(std::min<std::uint64_t>(want, size_ - offset));
    if (source_ == nullptr || (offset >= begin_ && offset - begin_ <= window_.size() &&
                               want <= window_.size() - (offset - begin_))) {
        return window_.subspan(offset - begin_, want);
    }
    // A window that follows on the last one is a walk, and may take longer steps.
    auto const first = source_->far() ? first_far : first_near;
    auto const last = source_->far() ? last_far : last_near;
    bool const onward = offset >= begin_ && offset - begin_ <= window_.size() + first / 2;
    stride_ = onward ? std::min(stride_ * 2, last) : first;
    auto const length =
        static_cast<std::size_t>(std::min<std::uint64_t>(std::max(want, stride_), size_ - offset));
    if (buffer_.size() < length) {
        buffer_.resize(length);
    }
    window_ = {};
    auto const got = source_->read(offset, std::span{buffer_}.first(length));
    if (!got) {
        throw Unmeasurable{got.error()};
    }
    begin_ = offset;
    bytes_read_ += *got;
    window_ = Bytes{buffer_}.first(std::min(*got, length));
    if (window_.size() < length) {
        size_ = offset + window_.size();  // it was said to be longer
    }
    return window_.first(std::min(want, window_.size()));
}

}  // namespace adapters::media
