// A file descriptor with one owner.
#pragma once

#include <utility>

#include <unistd.h>

namespace adapters::providers {

class Fd {
public:
    Fd() = default;

    explicit Fd(int number) : number_{number} {}

    Fd(Fd&& other) noexcept : number_{other.release()} {}

    Fd& operator=(Fd&& other) noexcept {
        if (this != &other) {
            close();
            number_ = other.release();
        }
        return *this;
    }

    ~Fd() { close(); }

    explicit operator bool() const { return number_ >= 0; }

    int get() const { return number_; }

    int release() { return std::exchange(number_, -1); }

    void close() {
        if (number_ >= 0) {
            ::close(release());
        }
    }

private:
    int number_ = -1;
};

}  // namespace adapters::providers
