// Lenient: the input belongs to the caller, and nothing in it may stop a simulation.
#include "adapters/providers/directions.h"

#include <algorithm>
#include <array>
#include <cmath>

#include <boost/json/monotonic_resource.hpp>
#include <boost/json/parse.hpp>

namespace adapters::providers {

namespace json = boost::json;

namespace {

constexpr std::int64_t longest_ms = 30LL * 24 * 3600 * 1000;

std::optional<std::int64_t> millis_in(json::object const& object, std::string_view key) {
    auto const* const value = object.if_contains(key);
    if (value == nullptr || !value->is_int64()) {
        return std::nullopt;
    }
    auto const number = value->get_int64();
    return number >= 0 && number <= longest_ms ? std::optional{number} : std::nullopt;
}

std::int64_t characters(std::string_view utf8) {
    return std::ranges::count_if(
        utf8, [](char byte) { return (static_cast<unsigned char>(byte) & 0xC0U) != 0x80U; });
}

std::int64_t output_ms(json::object const& input, base::Rate characters_per_second) {
    auto const* const text = input.if_contains("text");
    if (text != nullptr && text->is_string() && characters_per_second.micros > 0) {
        // Inputs are far below the nine billion characters that would overflow.
        auto const billions = characters(text->get_string()) * 1'000'000'000;
        return (billions + characters_per_second.micros / 2) / characters_per_second.micros;
    }
    auto const* const seconds = input.if_contains("duration");
    if (seconds != nullptr && seconds->is_number()) {
        auto const ms = seconds->to_number<double>() * 1000;
        if (ms >= 0 && ms <= static_cast<double>(longest_ms)) {
            return std::llround(ms);
        }
    }
    return Directions{}.output_ms;
}

void take_simulate(json::object const& simulate, Directions& directions) {
    directions.latency_ms = millis_in(simulate, "latency_ms");
    directions.duration_ms = millis_in(simulate, "duration_ms");
    directions.fail_attempts = millis_in(simulate, "fail_attempts").value_or(0);
    auto const* const outcome = simulate.if_contains("outcome");
    if (outcome != nullptr && outcome->is_string()) {
        directions.outcome = outcome->get_string();
    }
}

}  // namespace

// On the stack: this is the fast path of every benchmark.
Directions read_directions(std::string_view text, base::Rate characters_per_second) {
    std::array<unsigned char, 2048> memory;
    json::monotonic_resource resource{memory.data(), memory.size()};
    boost::system::error_code mistake;
    auto const input = json::parse(text, mistake, &resource);
    Directions directions;
    if (mistake || !input.is_object()) {
        return directions;
    }
    auto const& object = input.get_object();
    directions.output_ms = output_ms(object, characters_per_second);
    auto const* const simulate = object.if_contains("simulate");
    if (simulate != nullptr && simulate->is_object()) {
        take_simulate(simulate->get_object(), directions);
    }
    return directions;
}

}  // namespace adapters::providers
