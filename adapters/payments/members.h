// Reads members of JSON notices: what is there must be what it should be.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <boost/json/object.hpp>

#include "adapters/payments.h"

namespace adapters::payments {

// Notices nest deeper than tokens: a Stripe event holds whole charges.
inline constexpr std::size_t deepest_json = 32;

// Keeps the first thing that is wrong, so that a reader can take all it wants and ask once.
class Members {
public:
    explicit Members(Form form) : refusal_{.form = form} {}

    // The id there; empty where it is missing and may be.
    std::string id(boost::json::object const& from, std::string_view name);
    std::string needed_id(boost::json::object const& from, std::string_view name);

    // A time or a name as the platform writes it; whatever else is there counts as nothing.
    static std::string plain(boost::json::object const& from, std::string_view name);

    // A whole number of minor units, not negative; nothing where it is missing.
    std::optional<std::int64_t> amount(boost::json::object const& from, std::string_view name);

    // An object, or null where it is missing or something else.
    static boost::json::object const* inside(boost::json::object const& from,
                                             std::string_view name);

    void fail(Why why, std::string_view what);

    [[nodiscard]] Verdict verdict(Notice notice) &&;

private:
    Refusal refusal_;
    bool failed_ = false;
};

}  // namespace adapters::payments
