// What a completed answer gives: the result's JSON, what is to be fetched, files that lie in the
// answer itself, what it cost.
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <vector>

#include "adapters/providers/http/reading.h"
#include "base/credits.h"

namespace adapters::providers::http {

// What work costs, where answers don't say it.
struct Prices {
    base::Rate per_call;
    base::Rate per_second;
    base::Rate per_1k_input_tokens;
    base::Rate per_1k_output_tokens;
    base::Rate per_1k_characters;
    std::string currency;  // empty: nobody knows
};

struct FileMade {
    std::string name;
    std::string bytes;
};

struct Taken {
    Verdict verdict;  // completed, or failed by what the answer says of itself
    std::vector<FileMade> files;
};

struct Product {
    Heard const& heard;
    std::string const* streamed = nullptr;  // bytes put together of a stream
    WebHeaders proof;                       // who we are, for links of the same origin
    std::string origin;
};

// The error says what is missing of it.
std::expected<Taken, std::string> take(Product const& product, Values const& values,
                                       Prices const& prices, base::Timestamp now);

// Of this answer, whatever came of it; nothing where nobody knows.
std::optional<Cost> cost_of(Heard const& heard, Values const& values, Prices const& prices,
                            std::optional<base::Millis> duration);

}  // namespace adapters::providers::http
