// A value that nobody changes any more and that goes through many hands: a job with its two dozen
// texts would be moved or copied at each of them, and nobody is its only owner.
#pragma once

#include <memory>
#include <utility>

namespace base {

template <typename T>
class Shared {
public:
    Shared() = default;

    // Shared, since the last of those hands is not known beforehand.
    Shared(T value) : value_{std::make_shared<T const>(std::move(value))} {}

    T const& operator*() const { return value_ ? *value_ : none(); }

    T const* operator->() const { return &**this; }

    operator T const&() const { return **this; }

private:
    static T const& none() {
        static T const empty;
        return empty;
    }

    // Nothing: a value as it is made without being told more.
    std::shared_ptr<T const> value_;
};

}  // namespace base
