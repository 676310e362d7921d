// The services of the simulated world as plain figures: the product's price book is filled from
// them (world_book.cpp), and the model computes with them.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "tests/simulation/purse.h"

namespace simulation {

struct Tariff {
    char mode = 'f';     // f: fixed, d: by duration, 0: free
    Int credits = 0;     // f
    Int micros = 0;      // d: millionths of a credit a second
    char measure = '-';  // d: i of the input, o of the output, d as declared
    Int minimum = 0;
    Int increment = 1'000;  // ms
    Int grace = 50;         // ms
    Int speech = 0;         // o: millionths of a character a second
    char overrun = 'a';     // a: absorbed, c: charged as far as there is something, d: owed
    bool kept_on_cancel = false;
    bool kept_on_refusal = false;  // by the provider, of the content
    bool free_for_members = false;
    Int multiplier = 1'000'000;  // of the account's tier, in millionths
};

inline constexpr Int gold_prices = 800'000;
inline constexpr Int gold_recharges = 1'200'000;

// Prices change from one generation to the next.
inline std::map<std::string, Tariff> tariffs(int generation) {
    Int const dearer = generation;
    return {
        {"script", {.credits = 5 + dearer}},
        {"poster", {.credits = 10 + 3 * dearer, .kept_on_cancel = true, .kept_on_refusal = true}},
        {"polish", {.credits = 1 + dearer, .free_for_members = true}},
        {"caption", {.mode = '0'}},
        {"tts",
         {.mode = 'd',
          .micros = 1'000'000 + 250'000 * dearer,
          .measure = 'o',
          .minimum = 1,
          .speech = 3'000'000}},
        {"song", {.mode = 'd', .micros = 333'333, .measure = 'o', .overrun = 'c'}},
        {"opera",
         {.mode = 'd', .micros = 1'500'000, .measure = 'o', .increment = 500, .overrun = 'd'}},
        {"video", {.mode = 'd', .micros = 5'000'000 - 700'001 * dearer, .measure = 'i'}},
        {"clip", {.mode = 'd', .micros = 2'000'000, .measure = 'd', .minimum = 3, .overrun = 'c'}},
    };
}

inline std::vector<std::string> const services{"script", "poster", "polish", "caption", "tts",
                                               "song",   "opera",  "video",  "clip"};

// What all jobs go by, in milliseconds where it is a time.
struct Treatment {
    Int gift = 50;
    Int refund_grace = 600'000;
    Int lease = 15'000;
    Int deadline = 300'000;
    Int backoff = 2'000;
    Int backoff_cap = 5'000;
    int tries = 3;
    int poison = 3;
    int in_flight = 0;       // 0: any number
    Int reprice_at = never;  // when the second generation of prices begins
    Int order_life = 60'000;
    Int membership = 20;  // credits for a month
};

}  // namespace simulation
