// The price book: the terms of each service, for each tier, from each date on.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/credits.h"
#include "base/time.h"
#include "pricing/terms.h"

namespace pricing {

struct Period {
    base::Timestamp from;                                  // the first period's is the epoch
    Terms terms;                                           // multiplier is always one here
    std::map<std::string, base::Rate, std::less<>> tiers;  // tier name -> multiplier
};

struct Book {
    std::string version;  // derived from the content, so that it can't lie
    std::map<std::string, std::vector<Period>, std::less<>> services;  // periods ascending by from
};

// The terms that hold for the service at that time for an account of that tier; nullopt for an
// unknown service. An unknown or empty tier pays the plain price.
std::optional<Terms> terms_for(Book const& book, std::string_view service, std::string_view tier,
                               base::Timestamp at);

// The version of a book with that content: the first 12 hex digits of a hash over a canonical text.
std::string version_of(Book const& book);

// What a reload changes, a line each ("tts: 1/s -> 0.5/s", "poster: new", "polish: gone").
std::vector<std::string> differences(Book const& before, Book const& after);

}  // namespace pricing
