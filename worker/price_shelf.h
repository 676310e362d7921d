// The price book in force. A reload swaps it whole; whoever asks gets one book, never a mixture.
#pragma once

#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "pricing/book.h"

namespace worker {

// What became of a reload: the book was swapped, or it has problems and the old one stays.
struct PriceReload {
    std::vector<std::string> changes;  // a line each
    std::vector<std::string> problems;
    std::string version;  // of the book now in force
};

class PriceShelf {
public:
    explicit PriceShelf(pricing::Book book) : book_{std::move(book)} {}

    [[nodiscard]] pricing::Book current() const {
        std::scoped_lock const lock{mutex_};
        return book_;
    }

    // What `look` finds in it, without a copy of the whole.
    template <typename Look>
    [[nodiscard]] auto in_current(Look look) const {
        std::scoped_lock const lock{mutex_};
        return look(book_);
    }

    // Returns what changed, a line each.
    std::vector<std::string> swap(pricing::Book book) {
        std::scoped_lock const lock{mutex_};
        auto changes = pricing::differences(book_, book);
        book_ = std::move(book);
        return changes;
    }

private:
    mutable std::mutex mutex_;
    pricing::Book book_;
};

}  // namespace worker
