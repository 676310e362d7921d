// One end of the socket between the worker and a helper. Messages arrive whole, or not at all.
#pragma once

#include <cstddef>
#include <span>
#include <type_traits>
#include <vector>

#include "adapters/media/crew/fd.h"

namespace adapters::media::crew {

enum class Sent { yes, late, gone };  // late: the other end does not read; gone: it has ended

struct Received {
    Sent state = Sent::gone;
    std::size_t size = 0;   // zero where it did not fit
    std::vector<Fd> files;  // that came with it
};

template <typename T>
std::span<std::byte const> bytes_of(T const& message) {
    static_assert(std::is_trivially_copyable_v<T>);
    return std::as_bytes(std::span{&message, 1});
}

template <typename T>
std::span<std::byte> room_of(T& message) {
    static_assert(std::is_trivially_copyable_v<T>);
    return std::as_writable_bytes(std::span{&message, 1});
}

// Both wait no longer than the socket's own time limits, if it has any.
Sent send(int socket, std::span<std::byte const> message, std::span<int const> files = {},
          std::span<std::byte const> more = {});

// Descriptors are taken only where `most` allows some; others are closed by the system.
Received receive(int socket, std::span<std::byte> into, std::size_t most = 0);

}  // namespace adapters::media::crew
