// Numbers that look random, follow from one seed, and are the same on every machine.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace simulation {

class Dice {
public:
    explicit Dice(std::uint64_t seed) : state_{seed} {}

    std::uint64_t next() {
        state_ += 0x9e3779b97f4a7c15U;
        auto mixed = state_;
        mixed = (mixed ^ (mixed >> 30U)) * 0xbf58476d1ce4e5b9U;
        mixed = (mixed ^ (mixed >> 27U)) * 0x94d049bb133111ebU;
        return mixed ^ (mixed >> 31U);
    }

    // From 0 to sides - 1.
    int below(int sides) { return static_cast<int>(next() % static_cast<std::uint64_t>(sides)); }

    // From first to last, both included.
    std::int64_t between(std::int64_t first, std::int64_t last) {
        return first +
               static_cast<std::int64_t>(next() % static_cast<std::uint64_t>(last - first + 1));
    }

    bool chance(int percent) { return below(100) < percent; }

    template <typename T>
    T const& of(std::vector<T> const& list) {
        return list[static_cast<std::size_t>(next() % list.size())];
    }

private:
    std::uint64_t state_;
};

}  // namespace simulation
