// gzip of whole answers.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace adapters::http {

// By the value of Accept-Encoding.
bool accepts_gzip(std::string_view accepted);

// Text in some form; what is compressed already is not made smaller.
bool is_compressible(std::string_view type);

// Keeps what zlib needs from one use to the next.
class Gzip {
public:
    Gzip();
    ~Gzip();
    Gzip(Gzip const&) = delete;
    Gzip& operator=(Gzip const&) = delete;

    // Nullopt where it does not get smaller, or would take long on the thread that serves all.
    std::optional<std::string> pack(std::string_view plain);

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace adapters::http
