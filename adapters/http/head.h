// The head of an answer, as bytes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/http/facts.h"
#include "adapters/http/message.h"

namespace adapters::http {

struct Head {
    int status = 200;
    std::string_view type;                // empty: none
    std::optional<std::uint64_t> length;  // nullopt: chunked, or to the connection's end
    bool chunked = false;
    bool keep_alive = false;
    std::vector<Header> const* headers = nullptr;
    std::string_view date;
};

// Whether an answer of this status ever has a body.
bool has_body(int status);

// Appends it with the empty line. A header with control characters is left out: it would be more
// than one.
void write_head(Head const& head, Facts const& facts, std::string& out);

// "Sun, 06 Nov 1994 08:49:37 GMT"
std::string http_date(std::int64_t seconds_since_epoch);

}  // namespace adapters::http
