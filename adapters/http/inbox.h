// Bytes that came in and were not used yet.
#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

namespace adapters::http {

class Inbox {
public:
    [[nodiscard]] std::string_view bytes() const { return {store_.data() + begin_, end_ - begin_}; }

    [[nodiscard]] bool empty() const { return begin_ == end_; }

    // Room for at least so many more; call `add` with how many came.
    std::span<char> room(std::size_t wanted) {
        if (store_.size() - end_ < wanted && begin_ > 0) {
            std::copy(store_.begin() + static_cast<std::ptrdiff_t>(begin_),
                      store_.begin() + static_cast<std::ptrdiff_t>(end_), store_.begin());
            end_ -= begin_;
            begin_ = 0;
        }
        if (store_.size() - end_ < wanted) {
            store_.resize(end_ + wanted);
        }
        return std::span{store_}.subspan(end_);
    }

    void add(std::size_t count) { end_ += count; }

    void use(std::size_t count) {
        begin_ += count;
        if (begin_ == end_) {
            begin_ = end_ = 0;
        }
    }

    // Gives the memory back where it is not needed.
    void shrink(std::size_t at_most) {
        if (empty() && store_.capacity() > at_most) {
            std::vector<char>{}.swap(store_);
        }
    }

private:
    std::vector<char> store_;
    std::size_t begin_ = 0;
    std::size_t end_ = 0;
};

}  // namespace adapters::http
